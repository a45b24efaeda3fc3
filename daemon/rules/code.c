/* Making and reading codes. Knows nothing of what a code stands for in the register. */
#include "daemon/rules/code.h"

#define ALPHABET    "BCDFGHJKLNPRSTVX"
#define CODE_LENGTH 8
#define HALF_BITS   12
#define HALF_MASK   ((1u << HALF_BITS) - 1)
#define ROUNDS      4

typedef struct {
  char letter;
  const char *name;
  const char *text[2]; /* by Language */
} Kind;
#define KIND_ROW_(letter, name, fr, en) {letter, name, {fr, en}},
static const Kind kinds_known[] = {CODE_KINDS (KIND_ROW_)};

/* 0..15, or -1 when the letter is not in the alphabet. */
static int
letter_value (char letter)
{
  const char *found = letter != '\0' ? strchr (ALPHABET, letter) : NULL;
  return found != NULL ? (int)(found - ALPHABET) : -1;
}

/* The mixing of one Feistel round; any function would keep the bijection, this one makes neighbours differ. Frozen: printed labels depend on it. */
static guint32
mix (guint32 half, guint32 round, guint32 kind)
{
  guint32 x = (half | round << HALF_BITS | kind << 16) * 0x9e3779b1u;
  x ^= x >> 15;
  x *= 0x85ebca6bu;
  x ^= x >> 13;
  return x & HALF_MASK;
}

/* A fixed bijection of 24 bits, another one for each kind. */
static guint32
shuffle (guint32 counter, char kind)
{
  guint32 left = counter >> HALF_BITS, right = counter & HALF_MASK;
  for (guint32 round = 0; round < ROUNDS; round++) {
    guint32 mixed = left ^ mix (right, round, (guint32)kind);
    left = right;
    right = mixed;
  }
  return left << HALF_BITS | right;
}

/* Product in GF(16) with x^4 + x + 1. */
static guint
gf16_times (guint a, guint b)
{
  guint product = 0;
  for (; b != 0; b >>= 1) {
    product ^= (b & 1) != 0 ? a : 0;
    a <<= 1;
    a ^= (a & 0x10) != 0 ? 0x13 : 0;
  }
  return product;
}

/* c = sum of alpha^(i+1) d_i over the seven letters before it; alpha = x = 2. */
static char
check_letter (const char *code)
{
  guint sum = 0, weight = 1;
  for (int i = 0; i < CODE_LENGTH - 1; i++) {
    weight = gf16_times (weight, 2);
    sum ^= gf16_times (weight, (guint)letter_value (code[i]));
  }
  return ALPHABET[sum];
}

gboolean
code_make (char kind, gint64 counter, Code code)
{
  if (counter < 0 || counter > CODE_COUNTER_MAX || letter_value (kind) < 0)
    return FALSE;
  guint32 bits = shuffle ((guint32)counter, kind);
  code[0] = kind;
  for (int i = 1; i < CODE_LENGTH - 1; i++)
    code[i] = ALPHABET[bits >> (4 * (CODE_LENGTH - 2 - i)) & 15];
  code[CODE_LENGTH - 1] = check_letter (code);
  code[CODE_LENGTH] = '\0';
  return TRUE;
}

/* Upper case, without spaces and hyphens of any sort. NULL when text is not UTF-8. */
static char *
squeeze (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  GString *squeezed = g_string_new (NULL);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (!g_unichar_isspace (c) && g_unichar_type (c) != G_UNICODE_DASH_PUNCTUATION)
      g_string_append_unichar (squeezed, c < 0x80 ? (gunichar)g_ascii_toupper ((char)c) : c);
  }
  return g_string_free (squeezed, FALSE);
}

/* The part of what was typed that should be the code: all of it when it has eight characters (so that a wrong one can be
 * named), else the last run of letters, which is the end of a scanned address whatever the keyboard made of its signs. */
static char *
candidate (const char *squeezed)
{
  if (g_utf8_strlen (squeezed, -1) == CODE_LENGTH)
    return g_strdup (squeezed);
  const char *end = squeezed + strlen (squeezed);
  while (end > squeezed && !g_ascii_isalpha (end[-1]))
    end--;
  const char *start = end;
  while (start > squeezed && g_ascii_isalpha (start[-1]))
    start--;
  return g_strndup (start, (gsize)(end - start));
}

gboolean
code_parse (const char *text, Code code, GError **error)
{
  const char *typed = text != NULL ? text : "";
  g_autofree char *squeezed = squeeze (typed);
  g_autofree char *letters = squeezed != NULL ? candidate (squeezed) : g_strdup ("");
  if (g_utf8_strlen (letters, -1) != CODE_LENGTH) {
    rule_error_set (error, M_CODE_LENGTH, typed, NULL);
    return FALSE;
  }
  for (const char *p = letters; *p != '\0'; p = g_utf8_next_char (p))
    if (letter_value (*p) < 0) {
      g_autofree char *letter = g_utf8_substring (p, 0, 1);
      rule_error_set (error, M_CODE_LETTER, typed, letter, NULL);
      return FALSE;
    }
  if (letters[CODE_LENGTH - 1] != check_letter (letters)) {
    rule_error_set (error, M_CODE_CHECK, letters, NULL);
    return FALSE;
  }
  g_strlcpy (code, letters, sizeof (Code));
  return TRUE;
}

gboolean
code_parse_kind (const char *text, const char *kinds, Code code, GError **error)
{
  Code parsed;
  if (!code_parse (text, parsed, error))
    return FALSE;
  if (strchr (kinds, parsed[0]) == NULL) {
    const char kind[] = {parsed[0], '\0'};
    rule_error_set (error, M_CODE_NOT_A, parsed, kind, kinds, NULL);
    return FALSE;
  }
  g_strlcpy (code, parsed, sizeof (Code));
  return TRUE;
}

/* Adds the code that letters spell, when they spell one that is not in codes yet. */
static void
add_if_code (GPtrArray *codes, const char *letters)
{
  Code code;
  if (!code_parse (letters, code, NULL) || g_ptr_array_find_with_equal_func (codes, code, g_str_equal, NULL))
    return;
  g_ptr_array_add (codes, g_strdup (code));
}

GPtrArray *
code_neighbours (const char *text)
{
  GPtrArray *codes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *typed = squeeze (text);
  if (typed == NULL || strlen (typed) != CODE_LENGTH)
    return codes;
  for (int i = 0; i < CODE_LENGTH; i++) {
    char kept = typed[i];
    for (const char *letter = ALPHABET; *letter != '\0'; letter++) {
      typed[i] = *letter;
      add_if_code (codes, typed);
    }
    typed[i] = kept;
  }
  for (int i = 0; i + 1 < CODE_LENGTH; i++) {
    const char pair[] = {typed[i], typed[i + 1]};
    typed[i] = pair[1];
    typed[i + 1] = pair[0];
    add_if_code (codes, typed);
    typed[i] = pair[0];
    typed[i + 1] = pair[1];
  }
  return codes;
}

char *
code_display (const char *code)
{
  gsize length = strlen (code);
  for (gsize i = 0; i < length; i++)
    if (letter_value (code[i]) < 0)
      return g_strdup (code);
  return length == CODE_LENGTH ? g_strdup_printf ("%.4s-%s", code, code + 4) : g_strdup (code);
}

static const Kind *
kind_find (char letter)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds_known); i++)
    if (kinds_known[i].letter == letter)
      return &kinds_known[i];
  return NULL;
}

const char *
code_kind_name (char kind)
{
  const Kind *found = kind_find (kind);
  return found != NULL ? found->name : NULL;
}

const char *
code_kind_text (char kind, Language language)
{
  const Kind *found = kind_find (kind);
  return found != NULL ? found->text[language] : NULL;
}
