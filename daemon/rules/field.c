/* Checks of the fields people type. Each gives back one normal form, so that two spellings of one number are one number. */
#include "daemon/rules/field.h"

#define ICCID_SHORT              19
#define ICCID_LONG               20
#define IMEI_LENGTH              15
#define SERIAL_MIN               4
#define SERIAL_MAX               32
#define NAME_MAX_CHARACTERS      120
#define INVENTORY_MAX_CHARACTERS 25 /* French public accounting */
#define PORT_LENGTH_MAX          32 /* seven hubs in a row take less */
#define PORT_NAME_MAX_CHARACTERS 24 /* a column of `temoin bench watch` */

/* text without blanks of any sort and without the characters of dropped. "" when it is NULL or not UTF-8. */
static char *
squeeze (const char *text, const char *dropped)
{
  GString *kept = g_string_new (NULL);
  if (text != NULL && g_utf8_validate (text, -1, NULL))
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
      gunichar c = g_utf8_get_char (p);
      if (!g_unichar_isspace (c) && (c >= 0x80 || strchr (dropped, (int)c) == NULL))
        g_string_append_unichar (kept, c);
    }
  return g_string_free (kept, FALSE);
}

static gboolean
is_blank (const char *text)
{
  g_autofree char *rest = text != NULL ? g_strstrip (g_strdup (text)) : NULL;
  return rest == NULL || *rest == '\0';
}

static gboolean
is_digits (const char *text)
{
  return *text != '\0' && text[strspn (text, "0123456789")] == '\0';
}

/* ISO/IEC 7812-1, annex B: the last digit is the check digit. */
static gboolean
luhn_ok (const char *digits)
{
  int sum = 0;
  gsize length = strlen (digits);
  for (gsize i = 0; i < length; i++) {
    int digit = digits[length - 1 - i] - '0';
    if (i % 2 == 1)
      digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 == 0;
}

/* What makes a number wrong, in the order in which it is said. */
typedef struct {
  MessageId missing, letters, length, luhn;
  gsize shortest, longest;
  const char *dropped;
} NumberRule;

static char *
number_check (const NumberRule *rule, const char *text, GError **error)
{
  if (is_blank (text)) {
    rule_error_set (error, rule->missing, NULL);
    return NULL;
  }
  g_autofree char *digits = squeeze (text, rule->dropped);
  if (!is_digits (digits)) {
    rule_error_set (error, rule->letters, text, NULL);
    return NULL;
  }
  gsize length = strlen (digits);
  if (length < rule->shortest || length > rule->longest) {
    g_autofree char *count = g_strdup_printf ("%" G_GSIZE_FORMAT, length);
    rule_error_set (error, rule->length, text, count, NULL);
    return NULL;
  }
  if (length == rule->longest && !luhn_ok (digits)) {
    rule_error_set (error, rule->luhn, text, NULL);
    return NULL;
  }
  return g_steal_pointer (&digits);
}

char *
iccid_check (const char *text, GError **error)
{
  static const NumberRule rule = {
      M_ICCID_MISSING, M_ICCID_LETTERS, M_ICCID_LENGTH, M_ICCID_LUHN, ICCID_SHORT, ICCID_LONG, ""};
  g_autofree char *digits = number_check (&rule, text, error);
  if (digits != NULL && !g_str_has_prefix (digits, "89")) {
    rule_error_set (error, M_ICCID_START, text, NULL);
    return NULL;
  }
  return g_steal_pointer (&digits);
}

char *
imei_check (const char *text, GError **error)
{
  static const NumberRule rule = {
      M_IMEI_MISSING, M_IMEI_LETTERS, M_IMEI_LENGTH, M_IMEI_LUHN, IMEI_LENGTH, IMEI_LENGTH, "-"};
  return number_check (&rule, text, error);
}

/* national: the digits after +33. Nine of them, or the thirteen of a number for machines (0700 ...). */
static gboolean
french_ok (const char *national)
{
  gsize length = strlen (national);
  return is_digits (national) && *national != '0' &&
         (length == 9 || (length == 13 && g_str_has_prefix (national, "700")));
}

/* E.164: at most fifteen digits, none starts with 0. NULL when text is no phone number. */
static char *
to_international (const char *number)
{
  g_autofree char *plus = NULL;
  if (g_str_has_prefix (number, "00"))
    plus = g_strconcat ("+", number + 2, NULL);
  else if (*number == '0')
    plus = g_strconcat ("+33", number + 1, NULL);
  else
    plus = g_strdup (number);
  if (*plus != '+' || !is_digits (plus + 1) || plus[1] == '0')
    return NULL;
  if (g_str_has_prefix (plus, "+33"))
    return french_ok (plus + 3) ? g_steal_pointer (&plus) : NULL;
  gsize length = strlen (plus + 1);
  return length >= 8 && length <= 15 ? g_steal_pointer (&plus) : NULL;
}

char *
msisdn_check (const char *text, GError **error)
{
  if (is_blank (text)) {
    rule_error_set (error, M_PHONE_MISSING, NULL);
    return NULL;
  }
  g_autofree char *squeezed = squeeze (text, ".-");
  char *trunk = strstr (squeezed, "(0)"); /* "+33 (0)6 ...": not dialled after +33 */
  if (trunk != NULL && *squeezed == '+')
    memmove (trunk, trunk + 3, strlen (trunk + 3) + 1);
  char *number = to_international (squeezed);
  if (number == NULL)
    rule_error_set (error, M_PHONE_FORMAT, text, NULL);
  return number;
}

/* Serial numbers that makers and boot loaders leave in many devices: they name nothing. Also any serial of one repeated character. */
static const char *const dummy_serials[] = {
    "0123456789", "0123456789abcdef", "123456789abcdef", "1234567890", "1234567890abcdef",
    "12345678",   "unknown",          "default",         "none",       "android",
    "null",
};

static gboolean
is_dummy (const char *serial)
{
  if (strspn (serial, (const char[]){serial[0], '\0'}) == strlen (serial))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (dummy_serials); i++)
    if (g_ascii_strcasecmp (serial, dummy_serials[i]) == 0)
      return TRUE;
  return FALSE;
}

char *
serial_check (const char *text, GError **error)
{
  if (is_blank (text)) {
    rule_error_set (error, M_SERIAL_MISSING, NULL);
    return NULL;
  }
  g_autofree char *serial = g_strstrip (g_strdup (text));
  for (const char *p = serial; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-_.", *p) == NULL) {
      rule_error_set (error, M_SERIAL_LETTERS, serial, NULL);
      return NULL;
    }
  gsize length = strlen (serial);
  if (length < SERIAL_MIN || length > SERIAL_MAX) {
    rule_error_set (error, M_SERIAL_LENGTH, serial, NULL);
    return NULL;
  }
  if (is_dummy (serial)) {
    rule_error_set (error, M_SERIAL_PLACEHOLDER, serial, NULL);
    return NULL;
  }
  return g_steal_pointer (&serial);
}

/* May that character stand in a line of text? Joiners (U+200C, U+200D) are part of some names. */
static gboolean
is_plain (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);
  if (c == 0x200c || c == 0x200d)
    return TRUE;
  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_LINE_SEPARATOR &&
         type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

static gboolean
all_plain (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_plain (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/* Without the blanks at both ends. NULL when it is not UTF-8 or has a character that is not plain; "" when nothing can be seen. */
static char *
line_of_text (const char *text)
{
  g_autofree char *line = g_utf8_validate (text, -1, NULL) ? g_strstrip (g_strdup (text)) : NULL;
  if (line == NULL || !all_plain (line))
    return NULL;
  const char *start = line, *end = line;
  for (const char *p = line; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isgraph (g_utf8_get_char (p))) {
      start = end == line ? p : start;
      end = g_utf8_next_char (p);
    }
  return g_strndup (start, (gsize)(end - start));
}

/* A line of text of at most max characters, with its own three sentences. */
typedef struct {
  MessageId missing, letters;
  glong max_characters;
} LineRule;

/* NULL with error, except when it is too long: then too_long is TRUE and the caller says it. */
static char *
line_check (const LineRule *rule, const char *text, gboolean *too_long, GError **error)
{
  *too_long = FALSE;
  g_autofree char *line = line_of_text (text != NULL ? text : "");
  if (line == NULL || *line == '\0') {
    rule_error_set (error, line == NULL ? rule->letters : rule->missing, NULL);
    return NULL;
  }
  *too_long = g_utf8_strlen (line, -1) > rule->max_characters;
  return *too_long ? NULL : g_steal_pointer (&line);
}

char *
name_check (const char *text, GError **error)
{
  static const LineRule rule = {M_NAME_MISSING, M_NAME_LETTERS, NAME_MAX_CHARACTERS};
  gboolean too_long;
  char *name = line_check (&rule, text, &too_long, error);
  if (too_long)
    rule_error_set (error, M_NAME_LONG, G_STRINGIFY (NAME_MAX_CHARACTERS), NULL);
  return name;
}

char *
inventory_check (const char *text, GError **error)
{
  static const LineRule rule = {M_INVENTORY_MISSING, M_INVENTORY_LETTERS, INVENTORY_MAX_CHARACTERS};
  gboolean too_long;
  char *number = line_check (&rule, text, &too_long, error);
  if (too_long)
    rule_error_set (error, M_INVENTORY_LONG, text, G_STRINGIFY (INVENTORY_MAX_CHARACTERS), NULL);
  return number;
}

gboolean
secret_check (SecretKind kind, const char *text, GError **error)
{
  static const struct {
    gsize least, most;
    gboolean takes_letters;
    MessageId id;
  } forms[] = {
      [SECRET_PIN] = {4, 8, FALSE, M_PIN_FORMAT},
      [SECRET_PUK] = {8, 8, FALSE, M_PUK_FORMAT},
      [SECRET_PIN_NEXT] = {4, 8, FALSE, M_PIN_FORMAT},
      [SECRET_VOUCHER] = {8, 32, TRUE, M_VOUCHER_CODE_FORMAT},
  };
  gsize length = 0;
  while (g_ascii_isdigit (text[length]) || (forms[kind].takes_letters && g_ascii_isalpha (text[length])))
    length++;
  if (text[length] == '\0' && length >= forms[kind].least && length <= forms[kind].most)
    return TRUE;
  rule_error_set (error, forms[kind].id, NULL);
  return FALSE;
}

char *
product_id_check (const char *text, GError **error)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
  g_autofree char *id = g_strstrip (g_ascii_strdown (text != NULL ? text : "", -1));
  gsize length = strlen (id);
  if (length >= 1 && length <= 60 && strspn (id, allowed) == length)
    return g_steal_pointer (&id);
  rule_error_set (error, M_PRODUCT_ID, text != NULL ? text : "", NULL);
  return NULL;
}

gboolean
port_is_path (const char *text)
{
  return g_regex_match_simple ("^[1-9][0-9]*-[1-9][0-9]*(\\.[1-9][0-9]*)*$", text, 0, 0);
}

char *
port_check (const char *text, GError **error)
{
  g_autofree char *port = g_strstrip (g_strdup (text != NULL ? text : ""));
  if (strlen (port) <= PORT_LENGTH_MAX && port_is_path (port))
    return g_steal_pointer (&port);
  rule_error_set (error, M_PORT_FORMAT, port, NULL);
  return NULL;
}

char *
port_name_check (const char *text, GError **error)
{
  g_autofree char *name = name_check (text, error);
  if (name == NULL)
    return NULL;
  if (g_utf8_strlen (name, -1) > PORT_NAME_MAX_CHARACTERS)
    rule_error_set (error, M_FIELD_LONG, "name", G_STRINGIFY (PORT_NAME_MAX_CHARACTERS), NULL);
  else if (port_is_path (name))
    rule_error_set (error, M_PORT_NAME_IS_PORT, name, NULL);
  else
    return g_steal_pointer (&name);
  return NULL;
}
