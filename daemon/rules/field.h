/* What people type or scan into a field: checked and normalised, one function a field. Amounts are db/money.h, days dates.h, codes code.h. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* All: NULL or blank text is M_*_MISSING. On success a normalised copy (caller frees); NULL with RULE_ERROR otherwise. */

/* 19 or 20 digits (spaces dropped) starting with 89. Of 20 the last is a Luhn digit; 19 may come without one. M_ICCID_* */
char *iccid_check (const char *text, GError **error);
/* 15 digits (spaces and hyphens dropped), the last is a Luhn digit. M_IMEI_* */
char *imei_check (const char *text, GError **error);
/* "06 39 98 00 00", "+33 (0)6...", "+33639980000", "0033..." -> "+33639980000"; other countries with + or 00. M_PHONE_* */
char *msisdn_check (const char *text, GError **error);
/* 4..32 of A-Z a-z 0-9 - _ . ; the dummies that makers leave in many devices are refused. M_SERIAL_* */
char *serial_check (const char *text, GError **error);
/* 1..120 characters of UTF-8, trimmed, without control or invisible characters. M_NAME_* */
char *name_check (const char *text, GError **error);
/* 1..25 characters (accounting rule), trimmed, like a name. M_INVENTORY_* */
char *inventory_check (const char *text, GError **error);
/* A PIN (4..8 digits), a PUK (8 digits) or a recharge code (8..32 letters and digits of ASCII), already without spaces and hyphens. The error never
 * repeats what was typed. M_PIN_FORMAT, M_PUK_FORMAT, M_VOUCHER_CODE_FORMAT. */
gboolean secret_check (SecretKind kind, const char *text, GError **error);
/* A short word of ours: a-z, 0-9 and hyphens, 1..60. M_PRODUCT_ID */
char *product_id_check (const char *text, GError **error);
/* A port of the bench as USB numbers it: "1-1.2", trimmed. M_PORT_FORMAT */
char *port_check (const char *text, GError **error);
/* What people call a port: a name of 1..24 characters that cannot be taken for a port. M_NAME_*, M_FIELD_LONG, M_PORT_NAME_IS_PORT */
char *port_name_check (const char *text, GError **error);
/* Is it written like a port? It may be the name of one otherwise. */
gboolean port_is_path (const char *text);
