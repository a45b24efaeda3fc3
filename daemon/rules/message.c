/* The table of messages and the findings made of them. Which finding applies is decided elsewhere in daemon/rules/. */
#include "daemon/rules/message.h"
#include "daemon/rules/argument.h"

#define ARGUMENT_CHARACTERS_MAX 200

typedef struct {
  const char *code;
  MessageKind kind;
  const char *right;
  const char *sentence[2]; /* by Language */
} Message;

#define MESSAGE_ROW_(symbol, code, kind, right, fr, en) [M_##symbol] = {code, kind, right, {fr, en}},
static const Message table[] = {MESSAGES (MESSAGE_ROW_)};

const char *
message_code (MessageId id)
{
  return table[id].code;
}

/* Code -> its number plus one. Asked for each item of each list: never walked through. Lives as long as the program. */
static GHashTable *
by_code (void)
{
  static GHashTable *numbers;
  if (g_once_init_enter (&numbers)) {
    GHashTable *made = g_hash_table_new (g_str_hash, g_str_equal);
    for (guint id = 0; id < MESSAGES_N; id++)
      g_hash_table_insert (made, (gpointer)table[id].code, GUINT_TO_POINTER (id + 1));
    g_once_init_leave (&numbers, made);
  }
  return numbers;
}

gboolean
message_find (const char *code, MessageId *id)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (by_code (), code));
  if (number > 0)
    *id = (MessageId)(number - 1);
  return number > 0;
}

MessageKind
message_kind (MessageId id)
{
  return table[id].kind;
}

const char *
message_right (MessageId id)
{
  return table[id].right;
}

const char *
message_sentence (MessageId id, Language language)
{
  return table[id].sentence[language];
}

/* Arguments come from scanners, files and devices: nothing in them may break a line of a log or turn a sentence around. */
static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *cleaned = g_string_new (NULL);
  int n = 0;
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    GUnicodeType type = g_unichar_type (c);
    gboolean is_break = type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
    if (n++ == ARGUMENT_CHARACTERS_MAX) {
      g_string_append (cleaned, "…");
      break;
    }
    g_string_append_unichar (cleaned, g_unichar_isprint (c) && !is_break ? c : ' ');
  }
  return g_string_free (cleaned, FALSE);
}

static Finding *
finding_new_va (MessageId id, va_list arguments)
{
  Finding *finding = g_new0 (Finding, 1);
  finding->id = id;
  for (int i = 0; i < MESSAGE_ARGS; i++) {
    const char *text = va_arg (arguments, const char *);
    if (text == NULL)
      break;
    finding->args[i] = clean (text);
  }
  return finding;
}

Finding *
finding_new (MessageId id, ...)
{
  va_list arguments;
  va_start (arguments, id);
  Finding *finding = finding_new_va (id, arguments);
  va_end (arguments);
  return finding;
}

Finding *
finding_around (Finding *inside, MessageId id, ...)
{
  va_list arguments;
  va_start (arguments, id);
  Finding *finding = finding_new_va (id, arguments);
  va_end (arguments);
  finding->inside = inside;
  return finding;
}

Finding *
finding_copy (const Finding *finding)
{
  if (finding == NULL)
    return NULL;
  Finding *copy = g_new0 (Finding, 1);
  copy->id = finding->id;
  for (int i = 0; i < MESSAGE_ARGS; i++)
    copy->args[i] = g_strdup (finding->args[i]);
  copy->inside = finding_copy (finding->inside);
  return copy;
}

void
finding_free (Finding *finding)
{
  if (finding == NULL)
    return;
  for (int i = 0; i < MESSAGE_ARGS; i++)
    g_free (finding->args[i]);
  finding_free (finding->inside);
  g_free (finding);
}

/* One place of a sentence: "1", "1d" or "*". */
static char *
place_text (const Finding *finding, const char *place, Language language)
{
  if (*place == '*')
    return finding->inside != NULL ? finding_text (finding->inside, language) : g_strdup ("?");
  const char *argument = finding->args[*place - '1'];
  char how = place[1] == '}' ? '\0' : place[1];
  return argument != NULL ? argument_text (how, argument, language) : g_strdup ("?");
}

char *
finding_text (const Finding *finding, Language language)
{
  GString *text = g_string_new (NULL);
  const char *rest = message_sentence (finding->id, language);
  for (const char *open; (open = strchr (rest, '{')) != NULL;) {
    g_autofree char *place = place_text (finding, open + 1, language);
    g_string_append_len (text, rest, open - rest);
    g_string_append (text, place);
    rest = strchr (open, '}') + 1;
  }
  g_string_append (text, rest);
  return g_string_free (text, FALSE);
}

char *
reason_text (const char *reason, Language language)
{
  g_auto (GStrv) parts = g_strsplit (reason != NULL ? reason : "", "|", 1 + MESSAGE_ARGS);
  Finding finding = {0};
  if (parts[0] == NULL || !message_find (parts[0], &finding.id))
    return NULL;
  for (guint i = 1; parts[i] != NULL && i <= MESSAGE_ARGS; i++)
    finding.args[i - 1] = parts[i];
  return finding_text (&finding, language);
}

/* ---- verdicts ---- */

Verdict *
verdict_new (void)
{
  Verdict *verdict = g_new0 (Verdict, 1);
  verdict->impossible = g_ptr_array_new_with_free_func ((GDestroyNotify)finding_free);
  verdict->needs_confirmation = g_ptr_array_new_with_free_func ((GDestroyNotify)finding_free);
  verdict->to_know = g_ptr_array_new_with_free_func ((GDestroyNotify)finding_free);
  return verdict;
}

void
verdict_free (Verdict *verdict)
{
  if (verdict == NULL)
    return;
  g_ptr_array_unref (verdict->impossible);
  g_ptr_array_unref (verdict->needs_confirmation);
  g_ptr_array_unref (verdict->to_know);
  g_free (verdict);
}

void
verdict_take (Verdict *verdict, Finding *finding)
{
  switch (message_kind (finding->id)) {
  case MESSAGE_CONFIRM:
    g_ptr_array_add (verdict->needs_confirmation, finding);
    return;
  case MESSAGE_NOTE:
    g_ptr_array_add (verdict->to_know, finding);
    return;
  case MESSAGE_INPUT:
  case MESSAGE_REFUSED:
  case MESSAGE_NOT_FOUND:
  case MESSAGE_FORBIDDEN:
  case MESSAGE_DEVICE:
  case MESSAGE_TROUBLE:
    g_ptr_array_add (verdict->impossible, finding);
    return;
  }
}

void
verdict_add (Verdict *verdict, MessageId id, ...)
{
  va_list arguments;
  va_start (arguments, id);
  verdict_take (verdict, finding_new_va (id, arguments));
  va_end (arguments);
}

/* NULL when nothing stops it. Borrowed. */
static const Finding *
verdict_first_stop (const Verdict *verdict, const char *const *overrides)
{
  if (verdict->impossible->len > 0)
    return g_ptr_array_index (verdict->impossible, 0);
  for (guint i = 0; i < verdict->needs_confirmation->len; i++) {
    const Finding *finding = g_ptr_array_index (verdict->needs_confirmation, i);
    if (overrides == NULL || !g_strv_contains (overrides, message_right (finding->id)))
      return finding;
  }
  return NULL;
}

gboolean
verdict_allows (const Verdict *verdict, const char *const *overrides)
{
  return verdict_first_stop (verdict, overrides) == NULL;
}

/* ---- errors that carry a finding ---- */

typedef struct {
  Finding *finding;
} RuleErrorPrivate;

static void
rule_error_private_init (RuleErrorPrivate *carried)
{
  carried->finding = NULL;
}

static void
rule_error_private_copy (const RuleErrorPrivate *from, RuleErrorPrivate *to)
{
  to->finding = finding_copy (from->finding);
}

static void
rule_error_private_clear (RuleErrorPrivate *carried)
{
  finding_free (carried->finding);
}

G_DEFINE_EXTENDED_ERROR (RuleError, rule_error)

void
rule_error_take (GError **error, Finding *finding)
{
  if (error == NULL) {
    finding_free (finding);
    return;
  }
  g_autofree char *sentence = finding_text (finding, LANGUAGE_EN);
  *error = g_error_new_literal (RULE_ERROR, (int)finding->id, sentence);
  rule_error_get_private (*error)->finding = finding;
}

void
rule_error_set (GError **error, MessageId id, ...)
{
  va_list arguments;
  va_start (arguments, id);
  rule_error_take (error, finding_new_va (id, arguments));
  va_end (arguments);
}

void
rule_error_set_verdict (GError **error, const Verdict *verdict, const char *const *overrides)
{
  const Finding *stop = verdict_first_stop (verdict, overrides);
  if (stop != NULL)
    rule_error_take (error, finding_copy (stop));
}

const Finding *
rule_error_finding (const GError *error)
{
  return error != NULL && error->domain == RULE_ERROR ? rule_error_get_private (error)->finding : NULL;
}
