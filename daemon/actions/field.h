/* Reading the fields of a request as they were typed or imported. One reading for every verb; no register, no decision. */
#pragma once
#include "daemon/rules/dates.h"
#include "daemon/rules/message.h"

/* NULL, "" and spaces alone are absent. */
gboolean field_is_absent (const char *text);
/* An optional text of at most 120 characters on one line. value: a trimmed copy, NULL when absent. M_FIELD_LONG, M_FIELD_TYPE. */
gboolean field_text (const char *name, const char *text, char **value, GError **error);
/* An optional field with a check of rules/field.h. value: the normalised copy, NULL when absent. */
gboolean field_checked (char *(*check) (const char *, GError **), const char *text, char **value, GError **error);
/* An amount given as text or as cents, not both (M_AMOUNT_TWICE). Absent: M_FIELD_MISSING when required, else amount is 0. M_MONEY_*. */
gboolean field_amount (const char *name, const char *text, const gint64 *cents, gboolean is_required, Money *amount,
                       GError **error);
/* A required day. M_FIELD_MISSING, M_DAY_*. */
gboolean field_day (const char *name, const char *text, Day *day, GError **error);
/* Do two words mean the same to a person? Case, accents, spaces and signs do not count. */
gboolean field_same_word (const char *a, const char *b);
/* The word without them: "N° de série" -> "ndeserie". Caller frees. */
char *field_fold (const char *text);
