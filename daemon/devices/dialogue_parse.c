/* Reads dialogue files line by line, so that an error can say which one. GKeyFile cannot: it knows neither the line of a key nor the order
 * and repetition of keys, and both matter here (steps, patterns). Not for talking. */
#include "daemon/devices/dialogue_parts.h"

#include "daemon/devices/sms.h"
#include "daemon/devices/ussd.h"
#include <stdio.h>
#include <string.h>

enum {
  FILE_MAX = 256 * 1024, /* bytes */
  VALUE_MAX = 400,       /* bytes of one value */
  STEPS_MAX = 20,
  PATTERNS_MAX = 20,
  TIMEOUT_DEFAULT_S = 120,
  TIMEOUT_MAX_S = 280, /* a whole job has 300 s */
};

/* Matching is bounded whatever the pattern and the operator's text are (pcre2pattern(3), "Setting match resource limits"). */
#define BOUNDS "(*LIMIT_MATCH=20000)(*LIMIT_DEPTH=500)"

/* Where we are. */
typedef struct {
  const char *file;
  guint line;
  GPtrArray *dialogues;
  Dialogue *current;  /* the last of dialogues, NULL before the first group */
  guint current_line; /* of its [group] */
  GHashTable *seen;   /* keys of the current group */
  GChecksum *sum;     /* of its lines */
} Parse;

static gboolean
fail (Parse *parse, guint line, const char *key, const char *what, GError **error)
{
  const char *group = parse->current != NULL ? parse->current->id : "";
  g_set_error (error, DIALOGUE_ERROR, DIALOGUE_ERROR_INPUT, "%s:%u: [%s] %s: %s", parse->file, line, group, key, what);
  return FALSE;
}

/* ---- one setter a kind of key. They say what is wrong, or NULL ---- */

static const char *
take_text (char **slot, const char *value)
{
  *slot = g_strdup (value);
  return NULL;
}

static const char *
set_operator (Dialogue *dialogue, const char *value)
{
  return take_text (&dialogue->operator, value);
}

static const char *
set_source (Dialogue *dialogue, const char *value)
{
  return take_text (&dialogue->source, value);
}

static const char *
set_verified_by (Dialogue *dialogue, const char *value)
{
  return take_text (&dialogue->verified_by, value);
}

static gboolean
is_day (const char *value)
{
  int year, month, day, n = 0;
  return sscanf (value, "%4d-%2d-%2d%n", &year, &month, &day, &n) == 3 && n == 10 && value[n] == '\0' && year > 2000 &&
         g_date_valid_dmy (day, month, year);
}

static const char *
set_verified_on (Dialogue *dialogue, const char *value)
{
  return is_day (value) ? take_text (&dialogue->verified_on, value) : "not a day (YYYY-MM-DD)";
}

static const char *
find_word (DialogueWords which, const char *value, int *index)
{
  const char *const *words = dialogue_words (which);
  for (*index = 0; words[*index] != NULL; (*index)++)
    if (g_str_equal (words[*index], value))
      return NULL;
  return "not one of the words that are possible here";
}

static const char *
set_purpose (Dialogue *dialogue, const char *value)
{
  int index;
  const char *wrong = find_word (DIALOGUE_PURPOSES, value, &index);
  dialogue->purpose = index;
  return wrong;
}

static const char *
set_channel (Dialogue *dialogue, const char *value)
{
  int index;
  const char *wrong = find_word (DIALOGUE_CHANNELS, value, &index);
  dialogue->channel = index;
  return wrong;
}

static const char *
set_cost (Dialogue *dialogue, const char *value)
{
  int index;
  const char *wrong = find_word (DIALOGUE_COSTS, value, &index);
  dialogue->cost = index;
  return wrong;
}

static const char *
set_sourced (Dialogue *dialogue, const char *value)
{
  dialogue->is_sourced = g_str_equal (value, "yes");
  return dialogue->is_sourced || g_str_equal (value, "no") ? NULL : "yes or no";
}

/* "a; b" of digits only. */
static const char *
take_digit_list (GStrv *slot, const char *value, gsize min, gsize max)
{
  *slot = g_strsplit (value, ";", -1);
  for (char **item = *slot; *item != NULL; item++) {
    gsize n = strlen (g_strstrip (*item));
    if (n < min || n > max || strspn (*item, "0123456789") != n)
      return "digits, separated by ;";
  }
  return NULL;
}

static const char *
set_iccid_prefix (Dialogue *dialogue, const char *value)
{
  return take_digit_list (&dialogue->iccid_prefixes, value, 4, 12);
}

static const char *
set_network (Dialogue *dialogue, const char *value)
{
  return take_digit_list (&dialogue->networks, value, 5, 6);
}

static gboolean
is_short_number (const char *value)
{
  gsize n = strlen (value);
  return n >= 2 && n <= 15 && strspn (value, "+0123456789") == n;
}

static const char *
set_to (Dialogue *dialogue, const char *value)
{
  return is_short_number (value) ? take_text (&dialogue->sms_to, value) : "not a number";
}

static const char *
set_from (Dialogue *dialogue, const char *value)
{
  return take_text (&dialogue->sms_from, value);
}

static const char *
set_timeout (Dialogue *dialogue, const char *value)
{
  guint64 seconds;
  if (!g_ascii_string_to_unsigned (value, 10, 5, TIMEOUT_MAX_S, &seconds, NULL))
    return "seconds, from 5 to 280";
  dialogue->timeout_s = seconds;
  return NULL;
}

static const char *
compile (const char *value, GRegex **regex)
{
  g_autofree char *bounded = g_strconcat (BOUNDS, value, NULL);
  *regex = g_regex_new (bounded, G_REGEX_CASELESS, 0, NULL);
  return *regex != NULL ? NULL : "not a regular expression";
}

static const char *
set_code_format (Dialogue *dialogue, const char *value)
{
  g_autoptr (GRegex) regex = NULL;
  const char *wrong = compile (value, &regex);
  if (wrong == NULL)
    dialogue->code_format = g_strdup_printf (BOUNDS "(?:%s)$", value);
  return wrong;
}

static const char *
add_step (Dialogue *dialogue, DialogueStepKind kind, const char *text, GRegex *expect)
{
  if (dialogue->steps->len >= STEPS_MAX)
    return "too many steps";
  DialogueStep step = {.kind = kind, .text = g_strdup (text), .expect = expect};
  g_array_append_val (dialogue->steps, step);
  return NULL;
}

static const char *
set_send (Dialogue *dialogue, const char *value)
{
  return dialogue->steps->len == 0 ? add_step (dialogue, DIALOGUE_SEND, value, NULL) : "stands before the other steps";
}

static const char *
set_reply (Dialogue *dialogue, const char *value)
{
  return dialogue->steps->len > 0 ? add_step (dialogue, DIALOGUE_REPLY, value, NULL) : "nothing was sent before it";
}

static const char *
set_expect (Dialogue *dialogue, const char *value)
{
  if (dialogue->steps->len == 0)
    return "nothing was sent before it";
  GRegex *regex;
  const char *wrong = compile (value, &regex);
  if (wrong != NULL)
    return wrong;
  wrong = add_step (dialogue, DIALOGUE_EXPECT, NULL, regex);
  if (wrong != NULL)
    g_regex_unref (regex);
  return wrong;
}

static const char *
add_pattern (Dialogue *dialogue, DialogueMeaning meaning, const char *value)
{
  GRegex *regex;
  if (dialogue->patterns[meaning]->len >= PATTERNS_MAX)
    return "too many patterns";
  const char *wrong = compile (value, &regex);
  if (wrong == NULL)
    g_ptr_array_add (dialogue->patterns[meaning], regex);
  return wrong;
}

static const char *
set_used (Dialogue *dialogue, const char *value)
{
  return add_pattern (dialogue, DIALOGUE_SAYS_USED, value);
}

static const char *
set_failure (Dialogue *dialogue, const char *value)
{
  return add_pattern (dialogue, DIALOGUE_SAYS_FAILURE, value);
}

static const char *
set_success (Dialogue *dialogue, const char *value)
{
  return add_pattern (dialogue, DIALOGUE_SAYS_SUCCESS, value);
}

static const char *
set_capture (Dialogue *dialogue, DialogueCapture capture, const char *value)
{
  const char *wrong = compile (value, &dialogue->captures[capture]);
  if (wrong == NULL && g_regex_get_capture_count (dialogue->captures[capture]) == 0)
    wrong = "needs a group in parentheses: the value";
  return wrong;
}

static const char *
set_eur (Dialogue *dialogue, const char *value)
{
  return set_capture (dialogue, DIALOGUE_EUR, value);
}

static const char *
set_mb (Dialogue *dialogue, const char *value)
{
  return set_capture (dialogue, DIALOGUE_MB, value);
}

static const char *
set_date (Dialogue *dialogue, const char *value)
{
  return set_capture (dialogue, DIALOGUE_DATE, value);
}

static const char *
set_text (Dialogue *dialogue, const char *value)
{
  return set_capture (dialogue, DIALOGUE_TEXT, value);
}

/* One row = everything about one key. */
static const struct {
  const char *key;
  const char *(*set) (Dialogue *dialogue, const char *value);
  gboolean is_needed, may_repeat;
} keys[] = {
    {"operator", set_operator, TRUE, FALSE},
    {"purpose", set_purpose, TRUE, FALSE},
    {"channel", set_channel, TRUE, FALSE},
    {"cost", set_cost, TRUE, FALSE},
    {"source", set_source, TRUE, FALSE},
    {"sourced", set_sourced, TRUE, FALSE},
    {"verified_on", set_verified_on, FALSE, FALSE},
    {"verified_by", set_verified_by, FALSE, FALSE},
    {"iccid_prefix", set_iccid_prefix, FALSE, FALSE},
    {"network", set_network, FALSE, FALSE},
    {"to", set_to, FALSE, FALSE},
    {"from", set_from, FALSE, FALSE},
    {"timeout_s", set_timeout, FALSE, FALSE},
    {"code_format", set_code_format, FALSE, FALSE},
    {"send", set_send, TRUE, FALSE},
    {"expect", set_expect, FALSE, TRUE},
    {"reply", set_reply, FALSE, TRUE},
    {"used", set_used, FALSE, TRUE},
    {"failure", set_failure, FALSE, TRUE},
    {"success", set_success, FALSE, TRUE},
    {"eur", set_eur, FALSE, FALSE},
    {"mb", set_mb, FALSE, FALSE},
    {"date", set_date, FALSE, FALSE},
    {"text", set_text, FALSE, FALSE},
};

/* ---- a whole dialogue ---- */

/* The step as it would be said, with a code of the greatest length. */
static char *
fill_code (const char *text)
{
  g_autofree char *code = g_strnfill (DIALOGUE_CODE_MAX, '0');
  g_autoptr (GString) filled = g_string_new (text);
  g_string_replace (filled, DIALOGUE_CODE, code, 0);
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

static const char *
check_ussd_text (const char *text, gboolean is_first)
{
  guint8 dcs;
  gsize n = strlen (text);
  g_autoptr (GByteArray) octets = ussd_encode (text, &dcs);
  if (octets == NULL)
    return "too long for USSD";
  if (is_first && (n < 3 || text[n - 1] != '#' || strspn (text, "*#0123456789") != n || strchr ("*#", *text) == NULL))
    return "a USSD code begins with * or #, has digits, and ends with #";
  return NULL;
}

static const char *
check_text (const Dialogue *dialogue, const char *text, gboolean is_first)
{
  g_autofree char *filled = fill_code (text);
  if (strpbrk (filled, "{}") != NULL)
    return "only {code} can stand between braces";
  if (strstr (text, DIALOGUE_CODE) != NULL && dialogue->purpose != DIALOGUE_TOPUP)
    return "only a top-up has a {code}";
  switch (dialogue->channel) {
  case DIALOGUE_USSD:
    return check_ussd_text (filled, is_first);
  case DIALOGUE_SMS: {
    g_autoptr (GByteArray) pdu = sms_write_submit (dialogue->sms_to != NULL ? dialogue->sms_to : "0", filled, NULL);
    return pdu != NULL ? NULL : "too long for one message";
  }
  case DIALOGUE_VOICE:
    return is_short_number (filled) ? NULL : "a phone number to call";
  case DIALOGUE_WEB:
    return g_str_has_prefix (filled, "https://") ? NULL : "an address that begins with https://";
  }
  return NULL;
}

static const char *
check_steps (const Dialogue *dialogue)
{
  for (guint i = 0; i < dialogue->steps->len; i++) {
    const DialogueStep *step = &g_array_index (dialogue->steps, DialogueStep, i);
    if (step->kind == DIALOGUE_EXPECT)
      continue;
    if (step->kind == DIALOGUE_REPLY && dialogue_is_human (dialogue->channel))
      return "a person's call or page has no reply";
    const char *wrong = check_text (dialogue, step->text, i == 0);
    if (wrong != NULL)
      return wrong;
  }
  return NULL;
}

static gboolean
check_needed (Parse *parse, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].is_needed && !g_hash_table_contains (parse->seen, keys[i].key))
      return fail (parse, parse->current_line, keys[i].key, "missing", error);
  return TRUE;
}

static gboolean
finish_group (Parse *parse, GError **error)
{
  Dialogue *dialogue = parse->current;
  if (dialogue == NULL)
    return TRUE;
  if (!check_needed (parse, error))
    return FALSE;
  if ((dialogue->channel == DIALOGUE_SMS) != (dialogue->sms_to != NULL))
    return fail (parse, parse->current_line, "to", "a message needs it, other channels have none", error);
  if ((dialogue->verified_on != NULL) != (dialogue->verified_by != NULL))
    return fail (parse, parse->current_line, "verified_by", "goes with verified_on", error);
  if (dialogue->purpose == DIALOGUE_TOPUP && dialogue->patterns[DIALOGUE_SAYS_SUCCESS]->len == 0 &&
      dialogue->verified_on != NULL)
    return fail (parse, parse->current_line, "success", "a verified top-up says how success reads", error);
  const char *wrong = check_steps (dialogue);
  if (wrong != NULL)
    return fail (parse, parse->current_line, "send", wrong, error);
  if (dialogue->timeout_s == 0)
    dialogue->timeout_s = TIMEOUT_DEFAULT_S;
  dialogue->digest = g_strdup (g_checksum_get_string (parse->sum));
  return TRUE;
}

static gboolean
has_id (const Parse *parse, const char *id)
{
  for (guint i = 0; i < parse->dialogues->len; i++)
    if (g_str_equal (((const Dialogue *)g_ptr_array_index (parse->dialogues, i))->id, id))
      return TRUE;
  return FALSE;
}

static gboolean
begin_group (Parse *parse, const char *line, GError **error)
{
  gsize n = strlen (line);
  if (!finish_group (parse, error))
    return FALSE;
  g_autofree char *id = g_strndup (line + 1, n - 2 > n ? 0 : n - 2);
  gsize length = strlen (id);
  if (line[n - 1] != ']' || length == 0 || length > 40 ||
      strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
    return fail (parse, parse->line, line, "a name in brackets: small letters, digits and hyphens", error);
  if (has_id (parse, id))
    return fail (parse, parse->line, id, "there is one of that name already", error);
  parse->current = dialogue_new ();
  parse->current->id = g_steal_pointer (&id);
  parse->current_line = parse->line;
  g_ptr_array_add (parse->dialogues, parse->current);
  g_hash_table_remove_all (parse->seen);
  g_checksum_reset (parse->sum);
  return TRUE;
}

static gboolean
set_key (Parse *parse, const char *key, const char *value, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (!g_str_equal (keys[i].key, key))
      continue;
    if (!g_hash_table_add (parse->seen, (char *)keys[i].key) && !keys[i].may_repeat)
      return fail (parse, parse->line, key, "given twice", error);
    const char *wrong = keys[i].set (parse->current, value);
    return wrong == NULL || fail (parse, parse->line, key, wrong, error);
  }
  return fail (parse, parse->line, key, "there is no such key", error);
}

static gboolean
take_pair (Parse *parse, char *line, GError **error)
{
  char *equals = strchr (line, '=');
  if (equals == NULL)
    return fail (parse, parse->line, line, "neither [name] nor key = value", error);
  *equals = '\0';
  const char *key = g_strstrip (line);
  const char *value = g_strstrip (equals + 1);
  if (parse->current == NULL)
    return fail (parse, parse->line, key, "stands before the first [name]", error);
  if (*value == '\0' || strlen (value) > VALUE_MAX)
    return fail (parse, parse->line, key, "empty or too long", error);
  g_checksum_update (parse->sum, (const guchar *)key, -1);
  g_checksum_update (parse->sum, (const guchar *)"=", 1);
  g_checksum_update (parse->sum, (const guchar *)value, -1);
  g_checksum_update (parse->sum, (const guchar *)"\n", 1);
  return set_key (parse, key, value, error);
}

static gboolean
take_line (Parse *parse, char *line, GError **error)
{
  parse->line++;
  g_strstrip (line);
  if (*line == '\0' || *line == '#')
    return TRUE;
  return *line == '[' ? begin_group (parse, line, error) : take_pair (parse, line, error);
}

static gboolean
parse_lines (Parse *parse, const char *text, gsize n, GError **error)
{
  if (n > FILE_MAX || !g_utf8_validate (text, n, NULL))
    return fail (parse, 1, "file", "not a text in UTF-8 of at most 256 KiB", error);
  g_autofree char *copy = g_strndup (text, n);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (!take_line (parse, lines[i], error))
      return FALSE;
  return finish_group (parse, error);
}

gboolean
dialogue_parse (const char *name, const char *text, gsize n, GPtrArray *dialogues, GError **error)
{
  Parse parse = {.file = name,
                 .dialogues = dialogues,
                 .seen = g_hash_table_new (g_str_hash, g_str_equal),
                 .sum = g_checksum_new (G_CHECKSUM_SHA256)};
  gboolean is_good = parse_lines (&parse, text, n, error);
  g_hash_table_unref (parse.seen);
  g_checksum_free (parse.sum);
  return is_good;
}
