/* Lines of a regie's journal, months that are closed, and money asked back: see regie.h. */
#include "daemon/actions/regie.h"
#include "daemon/actions/field.h"
#include "daemon/actions/purchase.h"
#include "daemon/rules/regie.h"
#include <string.h>

#define MONTH_LETTERS 7 /* "2026-11" */
#define YEAR_LETTERS  4

enum { SLICE = 500 }; /* lines read at a time */

/* ---- a line ---- */

/* The regie and the line on its way. */
typedef struct {
  Regie *regie;
  RegieEntry *entry;
  char *asked; /* nature as it was typed */
} Draft;

static void
draft_clear (Draft *draft)
{
  regie_free (draft->regie);
  regie_entry_free (draft->entry);
  g_free (draft->asked);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

static Money
amount_of (const RegieEntry *entry)
{
  return money_of_cents (entry->received.cents + entry->paid.cents);
}

static void
set_amount (RegieEntry *entry, Money amount)
{
  gboolean is_in = regie_move (entry->kind, entry->reverses != 0, amount).cents > 0;
  entry->received = is_in ? amount : money_of_cents (0);
  entry->paid = is_in ? money_of_cents (0) : amount;
}

/* The nature as the act writes it; NULL when it allows no such one. */
static const char *
nature_of_act (const Regie *regie, const char *asked)
{
  for (char **nature = regie->natures; asked != NULL && *nature != NULL; nature++)
    if (field_same_word (*nature, asked))
      return *nature;
  return NULL;
}

static gboolean
read_kind (const char *text, RegieKind *kind, GError **error)
{
  if (regie_kind_parse (text, kind) && *kind != REGIE_RECONSTITUTION)
    return TRUE;
  rule_error_set (error, M_WORD_UNKNOWN, text, "kind", "advance, expense, repayment", NULL);
  return FALSE;
}

static gboolean
read_means (const char *text, RegieEntry *entry, GError **error)
{
  if (field_is_absent (text))
    return TRUE;
  entry->has_means = pay_means_parse (text, &entry->means);
  if (entry->has_means)
    return TRUE;
  rule_error_set (error, M_WORD_UNKNOWN, text, "means", "cash, card, transfer, cheque, debit", NULL);
  return FALSE;
}

/* What an expense must have, and nothing else may. */
static gboolean
check_expense (const RegieEntry *entry, const char *asked, GError **error)
{
  const struct {
    const char *name;
    gboolean is_there;
  } parts[] = {{"nature", asked != NULL}, {"object", entry->object != NULL}, {"paper", entry->paper != NULL}};
  if (entry->kind != REGIE_EXPENSE)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!parts[i].is_there) {
      rule_error_set (error, M_FIELD_MISSING, parts[i].name, NULL);
      return FALSE;
    }
  return TRUE;
}

/* The paper of a line, and what an expense was for. */
static gboolean
read_paper (const RegieLineRequest *request, Draft *draft, GError **error)
{
  RegieEntry *entry = draft->entry;
  return field_text ("nature", request->nature, &draft->asked, error) && read_means (request->means, entry, error) &&
         field_text ("object", request->object, &entry->object, error) &&
         field_text ("paper", request->paper, &entry->paper, error) &&
         paper_hash_read (request->paper_hash, &entry->paper_hash, error) && check_expense (entry, draft->asked, error);
}

static gboolean
read_line (const ActionContext *context, const RegieLineRequest *request, Draft *draft, GError **error)
{
  RegieEntry *entry = draft->entry;
  Money amount;
  if (!read_kind (request->kind, &entry->kind, error) ||
      !field_amount ("amount", request->amount, request->amount_cents, TRUE, &amount, error) ||
      !paper_day_read (context, request->on, &entry->on, error) || !read_paper (request, draft, error))
    return FALSE;
  if (entry->kind == REGIE_EXPENSE)
    entry->nature = g_strdup (nature_of_act (draft->regie, draft->asked));
  set_amount (entry, amount);
  return TRUE;
}

static void
judge_line (const ActionContext *context, const Draft *draft, Verdict *verdict)
{
  const RegieEntry *entry = draft->entry;
  const RegieFacts facts = {.regie = draft->regie,
                            .kind = entry->kind,
                            .is_reversal = entry->reverses != 0,
                            .amount = amount_of (entry),
                            .on = entry->on,
                            .today = day_of_instant (context->calendar, context->now),
                            .account = context->account,
                            .nature = entry->nature,
                            .asked = draft->asked,
                            .has_means = entry->has_means,
                            .means = entry->means};
  regie_judge (&facts, verdict);
}

/* The same paper under two lines is one expense paid twice, until somebody says why it is not. */
static gboolean
judge_paper (Store *store, const Draft *draft, Verdict *verdict, GError **error)
{
  const RegieEntry *entry = draft->entry;
  if (entry->kind != REGIE_EXPENSE)
    return TRUE;
  if (entry->paper_hash == NULL) {
    verdict_add (verdict, M_PAPER_MISSING, NULL);
    return TRUE;
  }
  g_autoptr (GError) failed = NULL;
  g_autoptr (RegieEntry) same = regie_entry_of_paper (store, draft->regie->code, entry->paper_hash, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (same == NULL)
    return TRUE;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, same->number);
  g_autofree char *amount = g_strdup_printf ("%" G_GINT64_FORMAT, amount_of (same).cents);
  verdict_add (verdict, M_REGIE_PAPER_TWICE, number, amount, NULL);
  return TRUE;
}

/* Once nothing stands in the way: else it would be told of a till that is never so. */
static void
tell_till (const Draft *draft, Verdict *verdict)
{
  if (verdict->impossible->len > 0)
    return;
  const RegieEntry *entry = draft->entry;
  gint64 left = draft->regie->balance.cents + entry->received.cents - entry->paid.cents;
  g_autofree char *till = g_strdup_printf ("%" G_GINT64_FORMAT, left);
  verdict_add (verdict, M_REGIE_TILL, till, NULL);
}

static gboolean
write_line (Store *store, const ActionContext *context, const char *verb, Draft *draft, Outcome *outcome,
            GError **error)
{
  Regie *regie = draft->regie;
  RegieEntry *entry = draft->entry;
  g_autofree char *before = g_strdup_printf ("balance_cents=%" G_GINT64_FORMAT, regie->balance.cents);
  entry->at = context->now;
  g_free (entry->account);
  entry->account = g_strdup (context->account);
  if (!regie_entry_append (store, regie, entry, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  g_autofree char *after = g_strdup_printf ("entry=%" G_GINT64_FORMAT " kind=%s amount_cents=%" G_GINT64_FORMAT
                                            " on=%s balance_cents=%" G_GINT64_FORMAT " hash=%s",
                                            entry->number, regie_kind_name (entry->kind), amount_of (entry).cents,
                                            entry->on.text, entry->balance.cents, entry->hash);
  if (!action_journal (store, context, verb, regie->code, before, after, error))
    return FALSE;
  outcome_add_code (outcome, regie->code);
  return TRUE;
}

gboolean
regie_write (Store *store, const ActionContext *context, const RegieLineRequest *request, Outcome *outcome,
             GError **error)
{
  g_auto (Draft) draft = {.regie = regie_find (store, request->regie, error), .entry = g_new0 (RegieEntry, 1)};
  if (draft.regie == NULL || !read_line (context, request, &draft, error))
    return FALSE;
  judge_line (context, &draft, outcome->verdict);
  if (!judge_paper (store, &draft, outcome->verdict, error))
    return FALSE;
  tell_till (&draft, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return write_line (store, context, "regie.write", &draft, outcome, error);
}

/* ---- taking a line back ---- */

static RegieEntry *
find_entry (Store *store, const Regie *regie, const gint64 *number, GError **error)
{
  g_autoptr (GError) failed = NULL;
  if (number == NULL) {
    rule_error_set (error, M_FIELD_MISSING, "entry", NULL);
    return NULL;
  }
  RegieEntry *entry = regie_entry_load (store, regie->code, *number, &failed);
  g_autofree char *asked = g_strdup_printf ("%" G_GINT64_FORMAT, *number);
  if (entry == NULL && g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
    rule_error_set (error, M_REGIE_ENTRY_NOT_FOUND, regie->code, asked, NULL);
  else if (entry == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return entry;
}

/* Turns the line that was read into the one that takes it back, dated today. */
static void
turn_around (const ActionContext *context, RegieEntry *entry)
{
  Money amount = amount_of (entry);
  entry->reverses = entry->number;
  entry->on = day_of_instant (context->calendar, context->now);
  set_amount (entry, amount);
}

static gboolean
judge_correction (Store *store, const Draft *draft, Verdict *verdict, GError **error)
{
  gint64 by;
  const RegieEntry *entry = draft->entry;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, entry->number);
  if (!regie_entry_reversed_by (store, draft->regie->code, entry->number, &by, error))
    return FALSE;
  g_autofree char *later = g_strdup_printf ("%" G_GINT64_FORMAT, by);
  if (entry->reverses != 0)
    verdict_add (verdict, M_REGIE_IS_CORRECTION, number, NULL);
  else if (by != 0)
    verdict_add (verdict, M_REGIE_REVERSED, number, later, NULL);
  return TRUE;
}

/* Money that came and did not: the request waits again. */
static gboolean
ask_again (Store *store, const Draft *draft, GError **error)
{
  const RegieEntry *entry = draft->entry;
  g_autoptr (GError) failed = NULL;
  if (entry->kind != REGIE_RECONSTITUTION)
    return TRUE;
  g_autoptr (RegieRequest) request = regie_request_of_entry (store, draft->regie->code, entry->reverses, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  return request == NULL || regie_request_settle (store, draft->regie->code, request->number, 0, error);
}

static gboolean
needs_reason (const ActionContext *context, GError **error)
{
  if (!field_is_absent (context->comment) || context->is_preview)
    return FALSE;
  rule_error_set (error, M_CHANGE_REASON, NULL);
  return TRUE;
}

gboolean
regie_correct (Store *store, const ActionContext *context, const RegieCorrectRequest *request, Outcome *outcome,
               GError **error)
{
  g_auto (Draft) draft = {.regie = regie_find (store, request->regie, error)};
  draft.entry = draft.regie != NULL ? find_entry (store, draft.regie, request->entry, error) : NULL;
  if (draft.entry == NULL || needs_reason (context, error) ||
      !judge_correction (store, &draft, outcome->verdict, error))
    return FALSE;
  turn_around (context, draft.entry);
  judge_line (context, &draft, outcome->verdict);
  tell_till (&draft, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return ask_again (store, &draft, error) && write_line (store, context, "regie.correct", &draft, outcome, error);
}

/* ---- asking money back ---- */

/* The expenses among lines that no request holds yet, up to the end of the first year that has some to ask for. What was taken back of an older
 * request is deducted, if need be from the next year's. */
typedef struct {
  char year[YEAR_LETTERS + 1];
  gint64 first, last, cents; /* last: 0 when there is no line */
  gint64 expense;            /* the first line with an expense */
} Unasked;

/* FALSE: the year is over. */
static gboolean
take_line (Unasked *unasked, const RegieEntry *entry)
{
  if (unasked->cents > 0 && strncmp (unasked->year, entry->on.text, YEAR_LETTERS) != 0)
    return FALSE;
  g_strlcpy (unasked->year, entry->on.text, sizeof unasked->year);
  unasked->last = entry->number;
  if (entry->kind != REGIE_EXPENSE)
    return TRUE;
  unasked->cents += entry->paid.cents - entry->received.cents;
  if (unasked->expense == 0)
    unasked->expense = entry->number;
  return TRUE;
}

static gboolean
find_unasked (Store *store, const Regie *regie, Unasked *unasked, GError **error)
{
  *unasked = (Unasked){.first = regie->asked_to + 1};
  for (gint64 next = unasked->first; next <= regie->entries; next += SLICE) {
    g_autoptr (GPtrArray) lines = regie_entry_list (store, regie->code, next, regie->entries, SLICE, error);
    if (lines == NULL)
      return FALSE;
    for (guint i = 0; i < lines->len; i++)
      if (!take_line (unasked, g_ptr_array_index (lines, i)))
        return TRUE;
  }
  return TRUE;
}

static void
judge_holder (const Regie *regie, const char *account, Verdict *verdict)
{
  if (!regie_is_held_by (regie, account))
    verdict_add (verdict, M_REGIE_HOLDER, regie->name, regie->holder, NULL);
}

static gboolean
write_request (Store *store, const ActionContext *context, Regie *regie, const Unasked *unasked, GError **error)
{
  RegieRequest request = {.first = unasked->first,
                          .last = unasked->last,
                          .amount = money_of_cents (unasked->cents),
                          .at = context->now,
                          .account = (char *)context->account};
  g_strlcpy (request.year, unasked->year, sizeof request.year);
  if (!regie_request_insert (store, regie, &request, error)) {
    action_explain (error, M_STALE, M_STALE);
    return FALSE;
  }
  g_autofree char *after =
      g_strdup_printf ("request=%" G_GINT64_FORMAT " year=%s entries=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT
                       " amount_cents=%" G_GINT64_FORMAT,
                       request.number, request.year, request.first, request.last, request.amount.cents);
  return action_journal (store, context, "regie.ask", regie->code, NULL, after, error);
}

gboolean
regie_ask (Store *store, const ActionContext *context, const RegieAskRequest *request, Outcome *outcome, GError **error)
{
  Unasked unasked;
  g_autoptr (Regie) regie = regie_find (store, request->regie, error);
  if (regie == NULL || !find_unasked (store, regie, &unasked, error))
    return FALSE;
  g_autofree char *amount = g_strdup_printf ("%" G_GINT64_FORMAT, unasked.cents);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, regie->requests + 1);
  judge_holder (regie, context->account, outcome->verdict);
  if (unasked.cents <= 0)
    verdict_add (outcome->verdict, M_REGIE_NOTHING, regie->name, NULL);
  else
    verdict_add (outcome->verdict, M_REGIE_ASKED, number, amount, unasked.year, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!write_request (store, context, regie, &unasked, error))
    return FALSE;
  outcome_add_code (outcome, regie->code);
  return TRUE;
}

static RegieRequest *
find_request (Store *store, const Regie *regie, const gint64 *number, GError **error)
{
  g_autoptr (GError) failed = NULL;
  if (number == NULL) {
    rule_error_set (error, M_FIELD_MISSING, "request", NULL);
    return NULL;
  }
  RegieRequest *request = regie_request_load (store, regie->code, *number, &failed);
  g_autofree char *asked = g_strdup_printf ("%" G_GINT64_FORMAT, *number);
  if (request == NULL && g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
    rule_error_set (error, M_REGIE_REQUEST_NOT_FOUND, regie->code, asked, NULL);
  else if (request == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return request;
}

gboolean
regie_receive (Store *store, const ActionContext *context, const RegieAskRequest *request, Outcome *outcome,
               GError **error)
{
  g_auto (Draft) draft = {.regie = regie_find (store, request->regie, error), .entry = g_new0 (RegieEntry, 1)};
  g_autoptr (RegieRequest) asked =
      draft.regie != NULL ? find_request (store, draft.regie, request->request, error) : NULL;
  if (asked == NULL || !paper_day_read (context, request->on, &draft.entry->on, error))
    return FALSE;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, asked->number);
  draft.entry->kind = REGIE_RECONSTITUTION;
  draft.entry->paper = g_strdup (number);
  set_amount (draft.entry, asked->amount);
  judge_line (context, &draft, outcome->verdict);
  if (asked->state == REQUEST_RECEIVED)
    verdict_add (outcome->verdict, M_REGIE_RECEIVED, number, NULL);
  tell_till (&draft, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!write_line (store, context, "regie.receive", &draft, outcome, error))
    return FALSE;
  if (regie_request_settle (store, draft.regie->code, asked->number, draft.entry->number, error))
    return TRUE;
  action_explain (error, M_STALE, M_STALE);
  return FALSE;
}

/* ---- months and years that end ---- */

/* "2026-11" or "2026"; *is_year says which. */
static gboolean
read_period (const char *text, gboolean *is_year, GError **error)
{
  Day day;
  g_autofree char *month = g_strdup_printf ("%s-01", text != NULL ? text : "");
  g_autofree char *year = g_strdup_printf ("%s-01-01", text != NULL ? text : "");
  gsize length = text != NULL ? strlen (text) : 0;
  if ((length == MONTH_LETTERS && day_parse (month, &day, NULL)) ||
      (length == YEAR_LETTERS && day_parse (year, &day, NULL))) {
    *is_year = length == YEAR_LETTERS;
    return TRUE;
  }
  rule_error_set (error, M_REGIE_PERIOD, text != NULL ? text : "", NULL);
  return FALSE;
}

static gboolean
judge_end (Store *store, const ActionContext *context, const Regie *regie, const char *period, gboolean is_year,
           Verdict *verdict, GError **error)
{
  Unasked unasked;
  const Day today = day_of_instant (context->calendar, context->now);
  if (!is_year) {
    regie_judge_close (regie, period, &today, verdict);
    return TRUE;
  }
  if (!find_unasked (store, regie, &unasked, error))
    return FALSE;
  gboolean is_of_year = unasked.cents > 0 && strcmp (unasked.year, period) <= 0;
  regie_judge_close_year (regie, period, is_of_year ? unasked.expense : 0, verdict);
  return TRUE;
}

gboolean
regie_end (Store *store, const ActionContext *context, const RegieCloseRequest *request, Outcome *outcome,
           GError **error)
{
  gboolean is_year;
  const char *period = request->period;
  g_autoptr (Regie) regie = regie_find (store, request->regie, error);
  if (regie == NULL || !read_period (period, &is_year, error) ||
      !judge_end (store, context, regie, period, is_year, outcome->verdict, error))
    return FALSE;
  judge_holder (regie, context->account, outcome->verdict);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autofree char *before = g_strdup_printf ("closed_month=%s closed_year=%s", regie->closed_month, regie->closed_year);
  g_autofree char *after = g_strdup_printf ("closed=%s balance_cents=%" G_GINT64_FORMAT " hash=%s", period,
                                            regie->balance.cents, regie->hash != NULL ? regie->hash : "");
  if (!regie_close (store, regie->code, is_year ? NULL : period, is_year ? period : NULL, error) ||
      !action_journal (store, context, "regie.close", regie->code, before, after, error))
    return FALSE;
  outcome_add_code (outcome, regie->code);
  return TRUE;
}
