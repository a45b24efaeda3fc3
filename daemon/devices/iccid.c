/* See the header file. */
#include "daemon/devices/iccid.h"

#include <string.h>

#define PREFIX        "89" /* telecommunications (ITU-T E.118) */
#define SWAPPED       "98"
#define HEX_FROM      6 /* China Mobile has letters after the sixth digit */
#define BARCODE_LEN   19
#define SWAPPED_CHARS 20

static gboolean
is_filler (char c)
{
  return c == 'F' || c == 'f';
}

static void
swap_pairs (char *text)
{
  for (gsize i = 0; text[i] != '\0' && text[i + 1] != '\0'; i += 2) {
    char first = text[i];
    text[i] = text[i + 1];
    text[i + 1] = first;
  }
}

/* EF_ICCID as it lies on the card has 20 nibbles, each pair swapped. */
static void
straighten (GString *text)
{
  if (text->len == SWAPPED_CHARS && g_str_has_prefix (text->str, SWAPPED))
    swap_pairs (text->str);
  while (text->len > 0 && is_filler (text->str[text->len - 1]))
    g_string_truncate (text, text->len - 1);
}

static gboolean
is_canonical (const char *text, gsize n)
{
  if (n < ICCID_MIN_DIGITS || n > ICCID_MAX_DIGITS || !g_str_has_prefix (text, PREFIX))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isdigit (text[i]) && (i < HEX_FROM || !g_ascii_isxdigit (text[i])))
      return FALSE;
  return TRUE;
}

char *
iccid_canonical (const char *raw)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (const char *p = raw; p != NULL && *p != '\0'; p++)
    if (!g_ascii_isspace (*p))
      g_string_append_c (text, g_ascii_toupper (*p));
  straighten (text);
  return is_canonical (text->str, text->len) ? g_strdup (text->str) : NULL;
}

/* The digit that makes the n digits before it right; -1 when one is a letter. */
static int
luhn_digit (const char *digits, gsize n)
{
  int sum = 0;
  for (gsize i = 0; i < n; i++) {
    int value = g_ascii_digit_value (digits[i]);
    if (value < 0)
      return -1;
    if ((n - i) % 2 != 0)
      value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return (10 - sum % 10) % 10;
}

gboolean
iccid_has_luhn (const char *iccid)
{
  gsize n = strlen (iccid);
  return n > 1 && luhn_digit (iccid, n - 1) == g_ascii_digit_value (iccid[n - 1]);
}

gboolean
iccid_is_same (const char *a, const char *b)
{
  if (a == NULL || b == NULL)
    return FALSE;
  if (g_str_equal (a, b))
    return TRUE;
  gsize n_a = strlen (a), n_b = strlen (b);
  const char *longer = n_a > n_b ? a : b;
  const char *shorter = n_a > n_b ? b : a;
  return MIN (n_a, n_b) == BARCODE_LEN && MAX (n_a, n_b) == ICCID_MAX_DIGITS &&
         strncmp (longer, shorter, BARCODE_LEN) == 0 && iccid_has_luhn (longer);
}
