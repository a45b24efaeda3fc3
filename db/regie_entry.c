/* The journal of a regie: lines are added, never changed; each carries the hash of the one before. */
#include "db/chain.h"
#include "db/regie.h"
#include "db/row.h"
#include <string.h>

#define SELECT_ENTRY                                                                                                   \
  "SELECT regie, number, at, account, on_day, kind, received, paid, nature, means, object, paper, paper_hash,"         \
  " reverses, balance, hash FROM regie_entry "
enum {
  REGIE_CODE,
  NUMBER,
  AT,
  ACCOUNT,
  ON_DAY,
  KIND,
  RECEIVED,
  PAID,
  NATURE,
  MEANS,
  OBJECT,
  PAPER,
  PAPER_HASH,
  REVERSES,
  BALANCE,
  HASH
};

void
regie_entry_free (RegieEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->account);
  g_free (entry->nature);
  g_free (entry->object);
  g_free (entry->paper);
  g_free (entry->paper_hash);
  g_free (entry->hash);
  g_free (entry);
}

static void
regie_entry_destroy (gpointer entry)
{
  regie_entry_free (entry);
}

static gpointer
regie_entry_read (Rows *rows, GError **error)
{
  g_autoptr (RegieEntry) entry = g_new0 (RegieEntry, 1);
  row_code (rows, REGIE_CODE, entry->regie);
  entry->number = rows_int (rows, NUMBER);
  entry->at = rows_int (rows, AT);
  entry->account = row_dup (rows, ACCOUNT);
  entry->on = row_day (rows, ON_DAY);
  entry->received = money_of_cents (rows_int (rows, RECEIVED));
  entry->paid = money_of_cents (rows_int (rows, PAID));
  entry->nature = row_dup (rows, NATURE);
  entry->has_means = pay_means_parse (rows_text (rows, MEANS), &entry->means);
  entry->object = row_dup (rows, OBJECT);
  entry->paper = row_dup (rows, PAPER);
  entry->paper_hash = row_dup (rows, PAPER_HASH);
  entry->reverses = rows_int (rows, REVERSES);
  entry->balance = money_of_cents (rows_int (rows, BALANCE));
  entry->hash = row_dup (rows, HASH);
  if (!regie_kind_parse (rows_text (rows, KIND), &entry->kind))
    return row_unreadable ("line of a regie", entry->regie, error);
  return g_steal_pointer (&entry);
}

static const RowKind entry_row = {"line of a regie", regie_entry_read, regie_entry_destroy};

/* regie.h says how it is made. Caller frees. */
static char *
hash_of (const RegieEntry *entry, const char *previous)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  chain_add_text (bytes, entry->regie);
  chain_add_number (bytes, entry->number);
  chain_add_number (bytes, entry->at);
  chain_add_text (bytes, entry->account);
  chain_add_text (bytes, entry->on.text);
  chain_add_text (bytes, regie_kind_name (entry->kind));
  chain_add_number (bytes, entry->received.cents);
  chain_add_number (bytes, entry->paid.cents);
  chain_add_text (bytes, entry->nature);
  chain_add_text (bytes, entry->has_means ? pay_means_name (entry->means) : NULL);
  chain_add_text (bytes, entry->object);
  chain_add_text (bytes, entry->paper);
  chain_add_text (bytes, entry->paper_hash);
  chain_add_number (bytes, entry->reverses);
  chain_add_number (bytes, entry->balance.cents);
  chain_add_text (bytes, previous != NULL ? previous : CHAIN_START);
  return chain_hash (bytes);
}

/* What the line moves of the till, and of the advance that the accountant gave. */
static gint64
move_of (const RegieEntry *entry)
{
  return entry->received.cents - entry->paid.cents;
}

static gint64
advance_of (const RegieEntry *entry)
{
  return entry->kind == REGIE_ADVANCE || entry->kind == REGIE_REPAYMENT ? move_of (entry) : 0;
}

static gboolean
move_till (Store *store, const Regie *regie, const RegieEntry *entry, GError **error)
{
  gint64 changed;
  g_autofree char *month = g_strndup (entry->on.text, sizeof regie->month - 1);
  return store_run (
             store, &changed, error,
             "UPDATE regie SET balance = balance + $3, advance = advance + $4, entries = entries + 1, month = $5,"
             " hash = $6 WHERE code = $1 AND entries = $2",
             "siiiss", regie->code, regie->entries, move_of (entry), advance_of (entry), month, entry->hash) &&
         row_changed (changed, DB_ERROR_STALE, "regie", regie->code, error);
}

static gboolean
write_line (Store *store, const RegieEntry *entry, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO regie_entry (regie, number, at, account, on_day, kind, received, paid, nature, means,"
                    " object, paper, paper_hash, reverses, balance, hash)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULLIF($14, 0), $15, $16)",
                    "siisssiisssssiis", entry->regie, entry->number, entry->at, entry->account, entry->on.text,
                    regie_kind_name (entry->kind), entry->received.cents, entry->paid.cents, entry->nature,
                    entry->has_means ? pay_means_name (entry->means) : NULL, entry->object, entry->paper,
                    entry->paper_hash, entry->reverses, entry->balance.cents, entry->hash);
}

static gboolean
move_month (Store *store, const RegieEntry *entry, GError **error)
{
  g_autofree char *month = g_strndup (entry->on.text, strlen ("2026-11"));
  return store_run (store, NULL, error,
                    "INSERT INTO regie_month (regie, month, first_number, last_number, opening, received, paid)"
                    " VALUES ($1, $2, $3, $3, $4, $5, $6) ON CONFLICT (regie, month) DO UPDATE SET"
                    " last_number = excluded.last_number, received = regie_month.received + excluded.received,"
                    " paid = regie_month.paid + excluded.paid",
                    "ssiiii", entry->regie, month, entry->number, entry->balance.cents - move_of (entry),
                    entry->received.cents, entry->paid.cents);
}

/* The record follows what was written. */
static void
follow (Regie *regie, const RegieEntry *entry)
{
  regie->entries = entry->number;
  regie->balance = entry->balance;
  regie->advance.cents += advance_of (entry);
  g_strlcpy (regie->month, entry->on.text, sizeof regie->month);
  g_free (regie->hash);
  regie->hash = g_strdup (entry->hash);
}

gboolean
regie_entry_append (Store *store, Regie *regie, RegieEntry *entry, GError **error)
{
  g_strlcpy (entry->regie, regie->code, sizeof entry->regie);
  entry->number = regie->entries + 1;
  entry->balance = money_of_cents (regie->balance.cents + move_of (entry));
  g_free (entry->hash);
  entry->hash = hash_of (entry, regie->hash);
  if (!move_till (store, regie, entry, error) || !write_line (store, entry, error) ||
      !move_month (store, entry, error)) {
    g_prefix_error (error, "regie %s: ", regie->code);
    return FALSE;
  }
  follow (regie, entry);
  return TRUE;
}

RegieEntry *
regie_entry_load (Store *store, const char *regie, gint64 number, GError **error)
{
  return row_one (&entry_row,
                  store_query (store, error, SELECT_ENTRY "WHERE regie = $1 AND number = $2", "si", regie, number),
                  regie, error);
}

GPtrArray *
regie_entry_list (Store *store, const char *regie, gint64 first, gint64 last, guint limit, GError **error)
{
  return row_all (&entry_row,
                  store_query (store, error,
                               SELECT_ENTRY "WHERE regie = $1 AND number >= $2 AND number <= $3"
                                            " ORDER BY number LIMIT $4",
                               "siii", regie, first, last, (gint64)limit),
                  error);
}

/* A line that takes another one back names the same paper, so the newest line tells whether the paper still counts. */
RegieEntry *
regie_entry_of_paper (Store *store, const char *regie, const char *paper_hash, GError **error)
{
  g_autoptr (RegieEntry) newest = row_maybe (
      &entry_row,
      store_query (store, error, SELECT_ENTRY "WHERE regie = $1 AND paper_hash = $2 ORDER BY number DESC LIMIT 1", "ss",
                   regie, paper_hash),
      error);
  return newest != NULL && newest->reverses == 0 ? g_steal_pointer (&newest) : NULL;
}

gboolean
regie_entry_reversed_by (Store *store, const char *regie, gint64 number, gint64 *by, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (RegieEntry) line = row_maybe (
      &entry_row, store_query (store, &failed, SELECT_ENTRY "WHERE regie = $1 AND reverses = $2", "si", regie, number),
      &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  *by = line != NULL ? line->number : 0;
  return TRUE;
}

/* ---- does it add up? ---- */

/* What one journal says of its regie. */
typedef struct {
  gint64 lines, balance, advance;
  char *hash;
  gboolean is_good;
} Sum;

static void
count_line (Sum *sum, const RegieEntry *entry)
{
  g_autofree char *expected = hash_of (entry, sum->hash);
  sum->lines++;
  sum->balance += move_of (entry);
  sum->advance += advance_of (entry);
  sum->is_good = sum->is_good && entry->number == sum->lines && entry->balance.cents == sum->balance &&
                 g_str_equal (expected, entry->hash);
  g_free (sum->hash);
  sum->hash = g_strdup (entry->hash);
}

static gboolean
count_lines (Store *store, const char *regie, Sum *sum, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error, SELECT_ENTRY "WHERE regie = $1 ORDER BY number", "s", regie);
  g_autoptr (GError) failed = NULL;
  if (rows == NULL)
    return FALSE;
  while (rows_next (rows, &failed)) {
    g_autoptr (RegieEntry) entry = regie_entry_read (rows, error);
    if (entry == NULL)
      return FALSE;
    count_line (sum, entry);
  }
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
months_add_up (Store *store, const Regie *regie, gboolean *is_good, GError **error)
{
  g_autoptr (GPtrArray) months = regie_month_list (store, regie->code, "0000-00", "9999-99", error);
  gint64 balance = 0, last = 0;
  for (guint i = 0; months != NULL && i < months->len; i++) {
    const RegieMonth *month = g_ptr_array_index (months, i);
    *is_good = *is_good && month->opening.cents == balance && month->first == last + 1;
    balance += month->received.cents - month->paid.cents;
    last = month->last;
  }
  *is_good = *is_good && balance == regie->balance.cents && last == regie->entries;
  return months != NULL;
}

static gboolean
check_regie (Store *store, const Regie *regie, gboolean *is_good, GError **error)
{
  Sum sum = {.is_good = TRUE};
  gboolean is_read = count_lines (store, regie->code, &sum, error);
  *is_good = sum.is_good && sum.lines == regie->entries && sum.balance == regie->balance.cents &&
             sum.advance == regie->advance.cents && g_strcmp0 (sum.hash, regie->hash) == 0;
  g_free (sum.hash);
  return is_read && months_add_up (store, regie, is_good, error);
}

GPtrArray *
regie_reconcile (Store *store, GError **error)
{
  enum { ALL = 10000 }; /* a body has a few */
  g_autoptr (GPtrArray) regies = store_take_time (store, error) ? regie_list (store, NULL, ALL, error) : NULL;
  g_autoptr (GPtrArray) wrong = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; regies != NULL && i < regies->len; i++) {
    const Regie *regie = g_ptr_array_index (regies, i);
    gboolean is_good;
    if (!check_regie (store, regie, &is_good, error))
      return NULL;
    if (!is_good)
      g_ptr_array_add (wrong, g_strdup (regie->code));
  }
  return regies != NULL ? g_steal_pointer (&wrong) : NULL;
}
