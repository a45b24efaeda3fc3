/* The number of a SIM card in the forms in which modems and barcodes give it. Not for numbers that people type: rules/field.h. */
#pragma once
#include <glib.h>

#define ICCID_MIN_DIGITS 18
#define ICCID_MAX_DIGITS 20

/* The one form that is stored and compared: 18 to 20 characters, "89" first, digits (after the sixth also A to F, as China Mobile
 * writes). Takes spaces away, the filler F at the end, and the swapped pairs of EF_ICCID ("98..."; ETSI TS 102 221, 13.2; the cases of
 * ModemManager's tests). NULL when it is none of these. Caller frees. */
char *iccid_canonical (const char *raw);
/* Is the last digit the Luhn digit of the others (ITU-T E.118)? Real cards fail it: a warning, never a refusal. */
gboolean iccid_has_luhn (const char *iccid);
/* Do both canonical numbers name one card? Equal, or 19 digits against the same 19 and their Luhn digit: some operators print it, some
 * do not. FALSE when one is NULL. */
gboolean iccid_is_same (const char *a, const char *b);
