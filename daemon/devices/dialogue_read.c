/* What an operator's words mean: patterns, and amounts, volumes and days in them. Everything is bounded: the words are foreign. */
#include "daemon/devices/dialogue_parts.h"

#include <string.h>

enum {
  NUMBER_MAX = 9,   /* digits before the comma */
  MB_PER_GB = 1000, /* operators sell decimal gigabytes */
  CENTURY = 2000,
};

void
dialogue_found_clear (DialogueFound *found)
{
  g_free (found->date);
  g_free (found->text);
  *found = (DialogueFound){.eur_cents = -1, .mb = -1};
}

static gboolean
matches_any (const GPtrArray *patterns, const char *text)
{
  for (guint i = 0; i < patterns->len; i++)
    if (g_regex_match (g_ptr_array_index (patterns, i), text, 0, NULL))
      return TRUE;
  return FALSE;
}

/* Without spaces of any kind: "1 234,56" has one, often a narrow or a hard one. Caller frees. */
static char *
squeeze (const char *text)
{
  GString *plain = g_string_new (NULL);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      g_string_append_unichar (plain, g_utf8_get_char (p));
  return g_string_free (plain, FALSE);
}

/* "1 234,56" in hundredths; more decimals are cut off. -1 when it is no number. */
static gint64
read_hundredths (const char *text)
{
  static const char digits[] = "0123456789";
  g_autofree char *plain = squeeze (text);
  gsize n_whole = strspn (plain, digits);
  const char *rest = plain + n_whole;
  const char *part = *rest == ',' || *rest == '.' ? rest + 1 : rest;
  gsize n_part = strspn (part, digits);
  if (n_whole == 0 || n_whole > NUMBER_MAX || n_part > NUMBER_MAX || part[n_part] != '\0')
    return -1;
  int tenths = n_part > 0 ? g_ascii_digit_value (part[0]) : 0;
  int hundredths = n_part > 1 ? g_ascii_digit_value (part[1]) : 0;
  return g_ascii_strtoll (plain, NULL, 10) * 100 + tenths * 10 + hundredths;
}

static gint64
read_mb (const char *number, const char *unit)
{
  gint64 hundredths = read_hundredths (number);
  if (hundredths < 0)
    return -1;
  gboolean is_giga = unit != NULL && (*unit == 'G' || *unit == 'g');
  return (is_giga ? hundredths * MB_PER_GB : hundredths) / 100;
}

static int
find_month (const char *word)
{
  static const char *const months[] = {"janv", "fevr", "mars", "avr", "mai", "juin",
                                       "juil", "aout", "sept", "oct", "nov", "dec"};
  g_autofree char *plain = g_str_to_ascii (word, "fr");
  g_autofree char *small = g_ascii_strdown (plain, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (months); i++)
    if (g_str_has_prefix (small, months[i]))
      return i + 1;
  return -1;
}

/* Exactly three words, each a number or the name of a month. */
static gboolean
read_three (const char *text, int values[3])
{
  g_auto (GStrv) words = g_strsplit_set (text, "/.- ", -1);
  int n = 0;
  for (char **word = words; *word != NULL; word++) {
    guint64 number;
    if (**word == '\0')
      continue;
    if (n == 3)
      return FALSE;
    values[n] = g_ascii_string_to_unsigned (*word, 10, 0, 9999, &number, NULL) ? (int)number : find_month (*word);
    n++;
  }
  return n == 3;
}

/* Day, month and year in any of "30/11/2026", "30.11.26", "30 novembre 2026", "2026-11-30". A day without a year says nothing sure: NULL. */
static char *
read_date (const char *text)
{
  int values[3];
  if (!read_three (text, values))
    return NULL;
  gboolean is_iso = values[0] > 31;
  int year = is_iso ? values[0] : values[2], month = values[1], day = is_iso ? values[2] : values[0];
  year = year >= 0 && year < 100 ? year + CENTURY : year;
  if (year < CENTURY || day < 0 || month < 0 || !g_date_valid_dmy (day, month, year))
    return NULL;
  return g_strdup_printf ("%04d-%02d-%02d", year, month, day);
}

static void
replace (char **slot, char *value)
{
  if (value == NULL)
    return;
  g_free (*slot);
  *slot = value;
}

static void
take_capture (DialogueCapture capture, GMatchInfo *match, DialogueFound *found)
{
  g_autofree char *value = g_match_info_fetch (match, 1);
  g_autofree char *unit = g_match_info_fetch (match, 2);
  if (value == NULL || *value == '\0')
    return;
  switch (capture) {
  case DIALOGUE_EUR: {
    gint64 cents = read_hundredths (value);
    found->eur_cents = cents >= 0 ? cents : found->eur_cents;
    return;
  }
  case DIALOGUE_MB: {
    gint64 mb = read_mb (value, unit);
    found->mb = mb >= 0 ? mb : found->mb;
    return;
  }
  case DIALOGUE_DATE:
    replace (&found->date, read_date (value));
    return;
  case DIALOGUE_TEXT:
    replace (&found->text, g_steal_pointer (&value));
    return;
  }
}

static void
take_captures (const Dialogue *dialogue, const char *text, DialogueFound *found)
{
  for (guint i = 0; i < DIALOGUE_N_CAPTURES; i++) {
    g_autoptr (GMatchInfo) match = NULL;
    if (dialogue->captures[i] != NULL && g_regex_match (dialogue->captures[i], text, 0, &match))
      take_capture (i, match, found);
  }
}

char *
dialogue_bound_answer (const char *answer)
{
  g_autofree char *valid = g_utf8_make_valid (answer, -1);
  gsize n = strlen (valid);
  if (n > DIALOGUE_ANSWER_MAX)
    *g_utf8_find_prev_char (valid, valid + DIALOGUE_ANSWER_MAX) = '\0';
  return g_steal_pointer (&valid);
}

DialogueMeaning
dialogue_read (const Dialogue *dialogue, const char *answer, DialogueFound *found)
{
  g_autofree char *text = dialogue_bound_answer (answer);
  if (found != NULL)
    take_captures (dialogue, text, found);
  for (guint i = 0; i < DIALOGUE_N_PATTERNS; i++)
    if (matches_any (dialogue->patterns[i], text))
      return i;
  return DIALOGUE_SAYS_NOTHING;
}

/* ---- what would be said ---- */

char *
dialogue_mask (const char *text, const char *code)
{
  g_autoptr (GString) masked = g_string_new (text);
  if (code != NULL && *code != '\0')
    g_string_replace (masked, code, DIALOGUE_DOTS, 0);
  return g_string_free (g_steal_pointer (&masked), FALSE);
}

static void
append_step (GString *out, const Dialogue *dialogue, const DialogueStep *step)
{
  static const char *const verbs[] = {[DIALOGUE_USSD] = "USSD",
                                      [DIALOGUE_SMS] = "SMS",
                                      [DIALOGUE_VOICE] = "a person calls",
                                      [DIALOGUE_WEB] = "a person opens"};
  if (step->kind == DIALOGUE_EXPECT) {
    g_string_append (out, "  the answer must match the pattern of the file\n");
    return;
  }
  g_autofree char *text = dialogue_mask (step->text, DIALOGUE_CODE);
  g_string_append_printf (out, "  %s%s%s: %s\n", verbs[dialogue->channel], dialogue->sms_to != NULL ? " to " : "",
                          dialogue->sms_to != NULL ? dialogue->sms_to : "", text);
}

char *
dialogue_dry_run (const Dialogue *dialogue, const char *code)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "%s (%s, %s, cost: %s, %s)\n", dialogue->id, dialogue->operator,
                          dialogue_purpose_name (dialogue->purpose), dialogue_cost_name (dialogue->cost),
                          dialogue->verified_on != NULL ? "verified" : "NEVER VERIFIED with a real card");
  for (guint i = 0; i < dialogue->steps->len; i++)
    append_step (out, dialogue, &g_array_index (dialogue->steps, DialogueStep, i));
  if (!dialogue_code_is_good (dialogue, code))
    g_string_append (out,
                     "  the recharge code is missing, has another form than the operator's, or is not asked for\n");
  g_string_append (out, dialogue_spends (dialogue) ? "  it may spend: it is only sent when an admin signed it off\n"
                                                   : "  it spends nothing\n");
  g_string_append (out, "nothing was sent\n");
  return g_string_free (out, FALSE);
}
