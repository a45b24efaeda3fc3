/* See the header file. */
#include "db/check.h"
#include "db/row.h"

void
checklist_free (Checklist *list)
{
  if (list == NULL)
    return;
  g_strfreev (list->checks);
  g_free (list);
}

void
check_mark_free (CheckMark *mark)
{
  if (mark == NULL)
    return;
  g_free (mark->account);
  g_free (mark->name);
  g_free (mark);
}

void
repair_line_free (RepairLine *line)
{
  if (line == NULL)
    return;
  g_free (line->account);
  g_free (line->note);
  g_free (line);
}

/* ---- checklists ---- */

#define SELECT_CHECKLIST "SELECT kind, checks, is_required FROM checklist "

static void
checklist_destroy (gpointer list)
{
  checklist_free (list);
}

static gpointer
checklist_read (Rows *rows, GError **error)
{
  enum { KIND, CHECKS, IS_REQUIRED };
  g_autoptr (Checklist) list = g_new0 (Checklist, 1);
  if (!item_kind_parse (rows_text (rows, KIND), &list->kind))
    return row_unreadable ("checklist", rows_text (rows, KIND), error);
  list->checks = g_strsplit (rows_text (rows, CHECKS), " ", -1);
  list->is_required = rows_int (rows, IS_REQUIRED) != 0;
  return g_steal_pointer (&list);
}

static const RowKind checklist_row = {"checklist", checklist_read, checklist_destroy};

Checklist *
checklist_load (Store *store, ItemKind kind, GError **error)
{
  const char *name = item_kind_name (kind);
  return row_one (&checklist_row, store_query (store, error, SELECT_CHECKLIST "WHERE kind = $1", "s", name), name,
                  error);
}

GPtrArray *
checklist_list (Store *store, GError **error)
{
  return row_all (&checklist_row, store_query (store, error, SELECT_CHECKLIST "ORDER BY kind", ""), error);
}

gboolean
checklist_set (Store *store, ItemKind kind, const char *const *checks, gboolean is_required, GError **error)
{
  gint64 changed;
  g_autofree char *words = g_strjoinv (" ", (char **)checks);
  return store_run (store, &changed, error, "UPDATE checklist SET checks = $2, is_required = $3 WHERE kind = $1", "ssi",
                    item_kind_name (kind), words, (gint64)is_required) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "checklist", item_kind_name (kind), error);
}

/* ---- looks ---- */

static void
check_mark_destroy (gpointer mark)
{
  check_mark_free (mark);
}

static gpointer
check_mark_read (Rows *rows, GError **error)
{
  enum { NUMBER, AT, ACCOUNT, NAME, RESULT };
  g_autoptr (CheckMark) mark = g_new0 (CheckMark, 1);
  mark->number = rows_int (rows, NUMBER);
  mark->at = rows_int (rows, AT);
  mark->account = row_dup (rows, ACCOUNT);
  mark->name = row_dup (rows, NAME);
  if (!check_result_parse (rows_text (rows, RESULT), &mark->result))
    return row_unreadable ("check", mark->name, error);
  return g_steal_pointer (&mark);
}

static const RowKind check_mark_row = {"check", check_mark_read, check_mark_destroy};

gboolean
check_mark_add (Store *store, const char *item, const char *account, const char *name, CheckResult result, gint64 at,
                GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO item_check (item, number, at, account, name, result)"
                    " SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5 FROM item_check WHERE item = $1",
                    "sisss", item, at, account, name, check_result_name (result));
}

GPtrArray *
check_mark_list (Store *store, const char *item, guint limit, GError **error)
{
  return row_all (&check_mark_row,
                  store_query (store, error,
                               "SELECT number, at, account, name, result FROM item_check WHERE item = $1"
                               " ORDER BY number DESC LIMIT $2",
                               "si", item, (gint64)limit),
                  error);
}

/* ---- repairs ---- */

static void
repair_line_destroy (gpointer line)
{
  repair_line_free (line);
}

static gpointer
repair_line_read (Rows *rows, GError **error)
{
  enum { ITEM, NUMBER, AT, ACCOUNT, STEP, NOTE, COST, FUND };
  g_autoptr (RepairLine) line = g_new0 (RepairLine, 1);
  row_code (rows, ITEM, line->item);
  line->number = rows_int (rows, NUMBER);
  line->at = rows_int (rows, AT);
  line->account = row_dup (rows, ACCOUNT);
  line->note = row_dup (rows, NOTE);
  line->cost = (Money){rows_int (rows, COST)};
  row_code (rows, FUND, line->fund);
  if (!repair_step_parse (rows_text (rows, STEP), &line->step))
    return row_unreadable ("repair", line->item, error);
  return g_steal_pointer (&line);
}

static const RowKind repair_line_row = {"repair", repair_line_read, repair_line_destroy};

gboolean
repair_add (Store *store, const RepairLine *line, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO repair (item, number, at, account, step, note, cost, fund)"
                    " SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM repair WHERE item = $1",
                    "sisssis", line->item, line->at, line->account, repair_step_name (line->step), line->note,
                    line->cost.cents, row_null_if_empty (line->fund));
}

GPtrArray *
repair_list (Store *store, const char *item, guint limit, GError **error)
{
  return row_all (&repair_line_row,
                  store_query (store, error,
                               "SELECT item, number, at, account, step, note, cost, fund FROM repair WHERE item = $1"
                               " ORDER BY number DESC LIMIT $2",
                               "si", item, (gint64)limit),
                  error);
}

/* ---- arrivals ---- */

void
arrival_free (Arrival *arrival)
{
  if (arrival == NULL)
    return;
  g_free (arrival->serial);
  g_free (arrival->port);
  g_free (arrival->reason);
  g_free (arrival->facts);
  g_free (arrival->account);
  g_free (arrival);
}

static void
arrival_destroy (gpointer arrival)
{
  arrival_free (arrival);
}

static gpointer
arrival_read (Rows *rows, GError **error)
{
  enum { SERIAL, PORT, STATE, REASON, FACTS, AT, ACCOUNT };
  g_autoptr (Arrival) arrival = g_new0 (Arrival, 1);
  arrival->serial = row_dup (rows, SERIAL);
  arrival->port = row_dup (rows, PORT);
  arrival->reason = row_dup (rows, REASON);
  arrival->facts = row_dup (rows, FACTS);
  arrival->at = rows_int (rows, AT);
  arrival->account = row_dup (rows, ACCOUNT);
  if (!arrival_state_parse (rows_text (rows, STATE), &arrival->state))
    return row_unreadable ("arrival", arrival->serial, error);
  return g_steal_pointer (&arrival);
}

static const RowKind arrival_row = {"arrival", arrival_read, arrival_destroy};

gboolean
arrival_put (Store *store, const Arrival *arrival, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO arrival (serial, port, state, reason, facts, at, account)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
                    " ON CONFLICT (serial) DO UPDATE SET port = excluded.port, state = excluded.state,"
                    " reason = excluded.reason, facts = excluded.facts, at = excluded.at, account = excluded.account",
                    "sssssis", arrival->serial, arrival->port, arrival_state_name (arrival->state), arrival->reason,
                    arrival->facts, arrival->at, arrival->account);
}

Arrival *
arrival_load (Store *store, const char *serial, GError **error)
{
  return row_maybe (
      &arrival_row,
      store_query (store, error,
                   "SELECT serial, port, state, reason, facts, at, account FROM arrival WHERE serial = $1", "s",
                   serial),
      error);
}
