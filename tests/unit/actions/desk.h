/* What the tests of the verbs share: a desk with a fresh register on Monday 23 November 2026, short ways to fill it, and a picture
 * of the whole register to prove that nothing changed. */
#pragma once
#include "daemon/actions/fund.h"
#include "daemon/actions/item.h"
#include "daemon/actions/lend.h"
#include "daemon/actions/person.h"
#include "daemon/actions/sim.h"
#include "daemon/actions/wipe.h"
#include "db/item.h"
#include "db/journal.h"
#include "db/loan.h"
#include "db/sim.h"
#include <glib/gstdio.h>
#include <string.h>

#define DESK_NOW 1795424400 /* 2026-11-23 09:00 UTC, a Monday */

typedef struct {
  char *dir, *url;
  Store *store;
  Calendar calendar;
  ActionContext context;
  Outcome outcome; /* of the last verb */
  GError *error;   /* of the last verb */
} Desk;

static inline void
desk_init (Desk *desk)
{
  *desk = (Desk){.dir = g_dir_make_tmp ("desk-XXXXXX", NULL)};
  g_assert_nonnull (desk->dir);
  desk->url = g_strdup_printf ("sqlite:%s/register.db", desk->dir);
  desk->store = store_open (desk->url, STORE_WRITE, &desk->error);
  g_assert_no_error (desk->error);
  desk->calendar.zone = g_time_zone_new_identifier ("Europe/Paris");
  desk->calendar.closed_weekdays = 1u << 7;
  desk->calendar.french_holidays = TRUE;
  desk->context =
      (ActionContext){.now = DESK_NOW, .calendar = &desk->calendar, .account = "CTESTDSK", .role = ROLE_ADMIN};
  outcome_init (&desk->outcome);
}

static inline void
desk_remove_files (const char *path)
{
  const char *name;
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    g_unlink (file);
  }
  g_rmdir (path);
}

static inline void
desk_clear (Desk *desk)
{
  outcome_clear (&desk->outcome);
  g_clear_error (&desk->error);
  store_close (desk->store);
  g_time_zone_unref (desk->calendar.zone);
  desk_remove_files (desk->dir);
  g_free (desk->dir);
  g_free (desk->url);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Desk, desk_clear)

static inline void
desk_begin (Desk *desk)
{
  outcome_clear (&desk->outcome);
  outcome_init (&desk->outcome);
  g_clear_error (&desk->error);
  g_assert_true (store_begin (desk->store, NULL) && store_savepoint (desk->store, NULL));
}

/* As the register's thread does: the savepoint is released or undone, then the batch is committed. Gives done back. */
static inline gboolean
desk_end (Desk *desk, gboolean done)
{
  g_autoptr (GError) problem = NULL;
  g_assert_true (done == (desk->error == NULL));
  g_assert_true (done ? store_release (desk->store, &problem) : store_rollback_to_savepoint (desk->store, &problem));
  g_assert_true (store_commit (desk->store, &problem));
  g_assert_no_error (problem);
  return done;
}

/* Runs a verb in a transaction of its own: DESK_DO (desk, person_add, &request). */
#define DESK_DO(desk, verb, ...)                                                                                       \
  (desk_begin (desk),                                                                                                  \
   desk_end (desk, verb ((desk)->store, &(desk)->context, __VA_ARGS__, &(desk)->outcome, &(desk)->error)))

/* The i-th code of the last outcome. Borrowed until the next verb. */
static inline const char *
desk_code (const Desk *desk, guint i)
{
  g_assert_cmpuint (desk->outcome.codes->len, >, i);
  return g_ptr_array_index (desk->outcome.codes, i);
}

static inline gboolean
desk_list_has (const GPtrArray *findings, MessageId id)
{
  for (guint i = 0; i < findings->len; i++)
    if (((const Finding *)g_ptr_array_index (findings, i))->id == id)
      return TRUE;
  return FALSE;
}

/* Every table's rows counted, and the columns that verbs change. Equal pictures: nothing changed. Caller frees. */
static inline char *
desk_picture (Desk *desk)
{
  static const char *const queries[] = {
      "SELECT 'account', count(*), 0 FROM account",
      "SELECT 'person', count(*), sum(last_contact_at) FROM person",
      "SELECT 'fund' || name, spent, granted FROM fund",
      "SELECT 'reserved', sum(reserved), 0 FROM fund",
      "SELECT 'import_job', count(*), 0 FROM import_job",
      "SELECT 'import_line', count(*), 0 FROM import_line",
      "SELECT 'import_claim', count(*), 0 FROM import_claim",
      "SELECT 'import_fund', count(*), 0 FROM import_fund",
      "SELECT 'fund_entry', count(*), 0 FROM fund_entry",
      "SELECT code || state || coalesce(state_reason, ''), price, 0 FROM item ORDER BY code",
      "SELECT code || state, 0, 0 FROM piece ORDER BY code",
      "SELECT code || state, 0, 0 FROM line ORDER BY code",
      "SELECT 'card', count(*), 0 FROM card",
      "SELECT code || state || due_on, renewals, 0 FROM loan ORDER BY code",
      "SELECT loan || piece || coalesce(in_state, '-') || coalesce(condition, '-'), 0, 0 FROM loan_piece ORDER BY 1",
      "SELECT 'recharge', count(*), 0 FROM recharge",
      "SELECT 'wipe', count(*), 0 FROM wipe",
      "SELECT 'purchase' || code, cancelled_at, 0 FROM purchase ORDER BY code",
      "SELECT 'share', count(*), count(item) FROM purchase_share",
      "SELECT 'regie' || name || act || coalesce(deputy, ''), balance, ceiling FROM regie ORDER BY code",
      "SELECT 'closed' || coalesce(closed_month, '') || coalesce(closed_year, ''), entries, requests FROM regie",
      "SELECT 'regie_entry', count(*), 0 FROM regie_entry",
      "SELECT 'conditions' || code || coalesce(conditions, '') || expenses || also_strands, firm_end, 0 FROM fund",
      "SELECT 'journal', count(*), 0 FROM journal",
      "SELECT 'subject', count(*), 0 FROM journal_subject",
      "SELECT 'key', count(*), 0 FROM idempotency",
      "SELECT 'setting', count(*), 0 FROM setting",
      "SELECT 'counter', sum(value), count(*) FROM counter",
  };
  GString *picture = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Rows) rows = store_query (desk->store, &error, queries[i], "");
    g_assert_no_error (error);
    while (rows_next (rows, &error))
      g_string_append_printf (picture, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", rows_text (rows, 0),
                              rows_int (rows, 1), rows_int (rows, 2));
    g_assert_no_error (error);
  }
  return g_string_free (picture, FALSE);
}

/* The last verb was refused with that message. */
#define desk_assert_refused(desk, message)                                                                             \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_assert_error ((desk)->error, RULE_ERROR, (int)(message));                                                        \
  }                                                                                                                    \
  G_STMT_END

/* ---- a filled desk. Each asserts success; the code is copied to the caller's ---- */

static inline void
desk_add_person (Desk *desk, const char *name, Code code)
{
  const PersonRequest request = {.name = name};
  DESK_DO (desk, person_add, &request);
  g_assert_no_error (desk->error);
  g_strlcpy (code, desk_code (desk, 0), sizeof (Code));
}

/* In state to_wipe, with a sleeve and a charger. */
static inline void
desk_add_tablet (Desk *desk, const char *serial, Code code)
{
  static const char *const pieces[] = {"housse", "chargeur", NULL};
  const ItemRequest request = {.serial = serial, .model = "Tab A9", .pieces = pieces};
  DESK_DO (desk, item_add, &request);
  g_assert_no_error (desk->error);
  g_strlcpy (code, desk_code (desk, 0), sizeof (Code));
}

static inline void
desk_waive (Desk *desk, const char *item)
{
  static const char *const rights[] = {"wipe-waive", NULL};
  desk->context.overrides = rights;
  desk->context.comment = "neuve, scellée";
  DESK_DO (desk, wipe_waive, item);
  desk->context.overrides = NULL;
  desk->context.comment = NULL;
  g_assert_no_error (desk->error);
}

static inline void
desk_add_ready_tablet (Desk *desk, const char *serial, Code code)
{
  desk_add_tablet (desk, serial, code);
  desk_waive (desk, code);
}

static inline void
desk_add_sim (Desk *desk, const char *iccid, const char *msisdn, Code sim, Code line)
{
  const SimRequest request = {.iccid = iccid, .msisdn = msisdn, .operator_name = "Orange", .offer = "Mobicarte"};
  DESK_DO (desk, sim_add, &request);
  g_assert_no_error (desk->error);
  g_strlcpy (sim, desk_code (desk, 0), sizeof (Code));
  g_strlcpy (line, desk_code (desk, 1), sizeof (Code));
}

static inline void
desk_add_fund (Desk *desk, const char *name, const char *amount, const char *strand, Code code)
{
  const FundRequest request = {
      .name = name, .amount = amount, .from = "01/01/2026", .to = "31/12/2027", .strand = strand};
  DESK_DO (desk, fund_add, &request);
  g_assert_no_error (desk->error);
  g_strlcpy (code, desk_code (desk, 0), sizeof (Code));
}

static inline void
desk_lend (Desk *desk, const char *person, const char *thing, Code loan)
{
  const char *const things[] = {thing, NULL};
  const LendRequest request = {.person = person, .things = things};
  DESK_DO (desk, lend_things, &request);
  g_assert_no_error (desk->error);
  g_strlcpy (loan, desk_code (desk, 0), sizeof (Code));
}

static inline void
desk_assert_item_state (Desk *desk, const char *code, ItemState state)
{
  g_autoptr (Item) item = item_load (desk->store, code, NULL);
  g_assert_nonnull (item);
  g_assert_cmpstr (item_state_name (item->state), ==, item_state_name (state));
}

static inline void
desk_assert_line_state (Desk *desk, const char *code, LineState state)
{
  g_autoptr (Line) line = line_load (desk->store, code, NULL);
  g_assert_nonnull (line);
  g_assert_cmpstr (line_state_name (line->state), ==, line_state_name (state));
}

static inline void
desk_assert_loan_state (Desk *desk, const char *code, LoanState state)
{
  g_autoptr (Loan) loan = loan_load (desk->store, code, NULL);
  g_assert_nonnull (loan);
  g_assert_cmpstr (loan_state_name (loan->state), ==, loan_state_name (state));
}

/* The verb, subjects and texts of the newest journal line hold no such word (a name, a phone). */
static inline void
desk_assert_journal_has_not (Desk *desk, const char *word)
{
  g_autoptr (GPtrArray) lines = journal_list (desk->store, 0, 100000, NULL);
  for (guint i = 0; i < lines->len; i++) {
    const JournalLine *line = g_ptr_array_index (lines, i);
    g_autofree char *all = g_strjoin ("\n", line->verb, line->subjects, line->before, line->after, NULL);
    g_assert_null (strstr (all, word));
  }
}

static inline const char *
desk_last_verb (Desk *desk, char verb[32])
{
  g_autoptr (GPtrArray) lines = journal_list (desk->store, 0, 100000, NULL);
  g_assert_cmpuint (lines->len, >, 0);
  g_strlcpy (verb, ((const JournalLine *)g_ptr_array_index (lines, lines->len - 1))->verb, 32);
  return verb;
}
