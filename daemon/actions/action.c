/* The parts that every verb has in common: answer, permission to go on, journal line, and the database's refusals in words. */
#include "daemon/actions/action.h"
#include "daemon/actions/field.h"
#include "daemon/rules/code.h"
#include "daemon/rules/right.h"
#include "db/counter.h"
#include "db/journal.h"

void
outcome_init (Outcome *outcome)
{
  outcome->verdict = verdict_new ();
  outcome->codes = g_ptr_array_new_with_free_func (g_free);
}

void
outcome_clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->verdict, verdict_free);
  g_clear_pointer (&outcome->codes, g_ptr_array_unref);
}

void
outcome_add_code (Outcome *outcome, const char *code)
{
  g_ptr_array_add (outcome->codes, g_strdup (code));
}

static gboolean
claims_rights (const ActionContext *context)
{
  return context->overrides != NULL && context->overrides[0] != NULL;
}

/* A right of another role is refused before anything else is looked at. */
static gboolean
rights_are_granted (const ActionContext *context, GError **error)
{
  for (const char *const *right = context->overrides; right != NULL && *right != NULL; right++)
    if (!right_is_granted (*right, context->role)) {
      rule_error_set (error, M_FORBIDDEN_RIGHT, *right, NULL);
      return FALSE;
    }
  return TRUE;
}

gboolean
action_may_go_on (const ActionContext *context, const Verdict *verdict, GError **error)
{
  if (!rights_are_granted (context, error) || context->is_preview)
    return FALSE;
  if (verdict->impossible->len == 0 && claims_rights (context) && field_is_absent (context->comment)) {
    rule_error_set (error, M_REASON_MISSING, NULL);
    return FALSE;
  }
  if (verdict_allows (verdict, context->overrides))
    return TRUE;
  rule_error_set_verdict (error, verdict, context->overrides);
  return FALSE;
}

gboolean
action_is_previewed (const ActionContext *context)
{
  return context->is_preview && rights_are_granted (context, NULL);
}

gboolean
action_new_code (Store *store, char kind, Code code, GError **error)
{
  gint64 counter;
  if (!counter_next (store, kind, &counter, error))
    return FALSE;
  if (code_make (kind, counter, code))
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "no code of kind %c is left", kind);
  return FALSE;
}

static char *
with_rights (const ActionContext *context, const char *after)
{
  GString *text = g_string_new (after);
  const char *before_next = text->len > 0 ? " rights=" : "rights=";
  for (const char *const *right = context->overrides; right != NULL && *right != NULL; right++) {
    g_string_append_printf (text, "%s%s", before_next, *right);
    before_next = ",";
  }
  return g_string_free (text, FALSE);
}

gboolean
action_journal (Store *store, const ActionContext *context, const char *verb, const char *subjects, const char *before,
                const char *after, GError **error)
{
  gint64 newest;
  if (!journal_newest_at (store, &newest, error))
    return FALSE;
  g_autofree char *whole_after = with_rights (context, after);
  return journal_append (store, MAX (context->now, newest), context->account, verb, subjects, before, whole_after,
                         context->comment, error);
}

void
action_explain (GError **error, MessageId unique, MessageId stale)
{
  if (error == NULL || *error == NULL)
    return;
  MessageId id;
  if (g_error_matches (*error, DB_ERROR, DB_ERROR_UNIQUE))
    id = unique;
  else if (g_error_matches (*error, DB_ERROR, DB_ERROR_STALE))
    id = stale;
  else
    return;
  g_clear_error (error);
  rule_error_set (error, id, NULL);
}

void
action_explain_missing (GError **error, MessageId id, const char *code)
{
  if (error == NULL || !g_error_matches (*error, DB_ERROR, DB_ERROR_NOT_FOUND))
    return;
  g_clear_error (error);
  rule_error_set (error, id, code, NULL);
}
