/* Reading fields as they were typed: see field.h. */
#include "daemon/actions/field.h"
#include <string.h>

#define TEXT_MAX 120 /* characters */

gboolean
field_is_absent (const char *text)
{
  if (text == NULL)
    return TRUE;
  while (g_ascii_isspace (*text))
    text++;
  return *text == '\0';
}

static gboolean
has_control (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

gboolean
field_text (const char *name, const char *text, char **value, GError **error)
{
  if (field_is_absent (text)) {
    *value = NULL;
    return TRUE;
  }
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  if (!g_utf8_validate (trimmed, -1, NULL) || has_control (trimmed)) {
    rule_error_set (error, M_FIELD_TYPE, name, "text", NULL);
    return FALSE;
  }
  if (g_utf8_strlen (trimmed, -1) > TEXT_MAX) {
    rule_error_set (error, M_FIELD_LONG, name, G_STRINGIFY (TEXT_MAX), NULL);
    return FALSE;
  }
  *value = g_steal_pointer (&trimmed);
  return TRUE;
}

gboolean
field_checked (char *(*check) (const char *, GError **), const char *text, char **value, GError **error)
{
  if (field_is_absent (text)) {
    *value = NULL;
    return TRUE;
  }
  char *checked = check (text, error);
  if (checked == NULL)
    return FALSE;
  *value = checked;
  return TRUE;
}

/* "1.234": one reader sees thousands, the other cents. Both readings, in cents, for the sentence. */
static void
set_ambiguous (const char *text, GError **error)
{
  const char *sign = strrchr (text, ',') > strrchr (text, '.') ? strrchr (text, ',') : strrchr (text, '.');
  gint64 all = 0, cents = 0;
  int decimals = -1; /* digits after the last sign, -1 before it */
  for (const char *p = text; *p != '\0'; p++) {
    if (p == sign)
      decimals = 0;
    if (!g_ascii_isdigit (*p) || all > G_MAXINT32)
      continue;
    all = all * 10 + g_ascii_digit_value (*p);
    if (decimals < 2)
      cents = cents * 10 + g_ascii_digit_value (*p);
    if (decimals >= 0)
      decimals++;
  }
  for (; decimals < 2; decimals++)
    cents *= 10;
  g_autofree char *as_whole = g_strdup_printf ("%" G_GINT64_FORMAT, all * 100);
  g_autofree char *as_cents = g_strdup_printf ("%" G_GINT64_FORMAT, cents);
  rule_error_set (error, M_MONEY_AMBIGUOUS, text, as_whole, as_cents, NULL);
}

static gboolean
amount_of_text (const char *text, Money *amount, GError **error)
{
  switch (money_parse (text, amount)) {
  case MONEY_OK:
    return TRUE;
  case MONEY_NOT_A_NUMBER:
    rule_error_set (error, M_MONEY_NOT_A_NUMBER, text, NULL);
    return FALSE;
  case MONEY_AMBIGUOUS:
    set_ambiguous (text, error);
    return FALSE;
  case MONEY_NEGATIVE:
    rule_error_set (error, M_MONEY_NEGATIVE, text, NULL);
    return FALSE;
  case MONEY_TOO_LARGE:
    rule_error_set (error, M_MONEY_TOO_LARGE, text, NULL);
    return FALSE;
  }
  g_return_val_if_reached (FALSE);
}

/* The bounds of money_parse hold for cents too: they are read as the text "12.34" would be. */
static gboolean
amount_of_cents (gint64 cents, Money *amount, GError **error)
{
  g_autofree char *text = money_to_text (money_of_cents (cents));
  return amount_of_text (text, amount, error);
}

gboolean
field_amount (const char *name, const char *text, const gint64 *cents, gboolean is_required, Money *amount,
              GError **error)
{
  gboolean has_text = !field_is_absent (text);
  if (has_text && cents != NULL) {
    rule_error_set (error, M_AMOUNT_TWICE, name, NULL);
    return FALSE;
  }
  if (has_text)
    return amount_of_text (text, amount, error);
  if (cents != NULL)
    return amount_of_cents (*cents, amount, error);
  if (is_required) {
    rule_error_set (error, M_FIELD_MISSING, name, NULL);
    return FALSE;
  }
  *amount = money_of_cents (0);
  return TRUE;
}

gboolean
field_day (const char *name, const char *text, Day *day, GError **error)
{
  if (!field_is_absent (text))
    return day_parse (text, day, error);
  rule_error_set (error, M_FIELD_MISSING, name, NULL);
  return FALSE;
}

char *
field_fold (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *apart = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL); /* accents become signs of their own */
  GString *folded = g_string_new (NULL);
  for (const char *p = apart; *p != '\0'; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (folded, g_ascii_tolower (*p));
  return g_string_free (folded, FALSE);
}

gboolean
field_same_word (const char *a, const char *b)
{
  g_autofree char *folded_a = field_fold (a);
  g_autofree char *folded_b = field_fold (b);
  return g_str_equal (folded_a, folded_b);
}
