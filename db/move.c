/* Moving a register. The tables are those of the engine's catalogue; each is compared by a sum over the hashes of its rows, which does
 * not depend on their order. */
#include "db/move.h"
#include "db/fund.h"
#include "db/journal.h"
#include "db/store_move.h"
#include <string.h>

#define SLICE        5000 /* rows put between two looks at the progress */
#define SEARCHES     200  /* documents that are searched for */
#define SEARCH_LIMIT 100
#define WORDS        3 /* of a document, that are searched for together */
#define PASSES       3 /* over the rows: copied, then hashed on both sides */

typedef struct {
  Store *from, *to; /* to: of fill */
  StoreFill *fill;
  const MoveHooks *hooks;
  GPtrArray *tables; /* of StoreTable, in the order of their references */
  gint64 done, total;
  MoveReport report;
} Move;

static gboolean
advance (Move *move, gint64 rows, GError **error)
{
  move->done += rows;
  if (move->hooks->progress (move->done, move->total, move->hooks->user))
    return TRUE;
  g_set_error (error, DB_ERROR, DB_ERROR_STOPPING, "the move was stopped");
  return FALSE;
}

static gboolean
fail_different (const char *what, GError **error)
{
  g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "%s: what arrived is not what was sent", what);
  return FALSE;
}

/* ---- copying ---- */

static gboolean
copy_table (Move *move, const StoreTable *table, GError **error)
{
  g_autoptr (Rows) rows = store_rows_of (move->from, table, error);
  if (rows == NULL)
    return FALSE;
  guint put = SLICE;
  while (put == SLICE) {
    if (!store_put_rows (move->to, table, rows, SLICE, &put, error) || !advance (move, put, error)) {
      g_prefix_error (error, "table %s: ", table->name);
      return FALSE;
    }
    move->report.rows += put;
  }
  return TRUE;
}

static gboolean
copy_tables (Move *move, GError **error)
{
  /* what the migrations put there: it came along with the rows */
  for (guint i = move->tables->len; i > 0; i--)
    if (!store_empty_table (move->to, g_ptr_array_index (move->tables, i - 1), error))
      return FALSE;
  for (guint i = 0; i < move->tables->len; i++)
    if (!copy_table (move, g_ptr_array_index (move->tables, i), error))
      return FALSE;
  move->report.tables = move->tables->len;
  return TRUE;
}

static gboolean
copy_documents (Move *move, GError **error)
{
  g_autoptr (Rows) documents = store_documents (move->from, error);
  if (documents == NULL)
    return FALSE;
  guint put = SLICE;
  while (put == SLICE) {
    if (!store_put_documents (move->to, documents, SLICE, &put, error) || !advance (move, 0, error))
      return FALSE;
    move->report.documents += put;
  }
  return TRUE;
}

/* ---- comparing rows ---- */

typedef struct {
  gint64 rows;
  guint64 sums[2]; /* of the first 16 bytes of each row's SHA-256 */
} Digest;

static void
hash_field (GChecksum *checksum, const char *data, gsize size)
{
  char head[32];
  g_checksum_update (checksum, (const guchar *)head, g_snprintf (head, sizeof head, "%zu:", size));
  g_checksum_update (checksum, (const guchar *)data, (gssize)size);
}

static void
hash_column (GChecksum *checksum, Rows *rows, int column, StoreColumnType type)
{
  const char *text = rows_text (rows, column);
  if (text == NULL) {
    g_checksum_update (checksum, (const guchar *)"-", 1); /* no field begins so */
    return;
  }
  if (type != COLUMN_BYTES) {
    hash_field (checksum, text, strlen (text));
    return;
  }
  g_autoptr (GBytes) bytes = rows_bytes (rows, column);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  hash_field (checksum, data != NULL ? data : "", size);
}

static void
digest_add (Digest *digest, GChecksum *checksum, const StoreTable *table, Rows *rows)
{
  guint8 hash[32];
  gsize size = sizeof hash;
  g_checksum_reset (checksum);
  for (guint i = 0; i < table->columns->len; i++)
    hash_column (checksum, rows, (int)i, g_array_index (table->columns, StoreColumn, i).type);
  g_checksum_get_digest (checksum, hash, &size);
  for (gsize i = 0; i < G_N_ELEMENTS (digest->sums); i++) {
    guint64 part;
    memcpy (&part, hash + i * sizeof part, sizeof part);
    digest->sums[i] += part;
  }
  digest->rows++;
}

static gboolean
digest_table (Move *move, Store *store, const StoreTable *table, Digest *digest, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (Rows) rows = store_rows_of (store, table, error);
  if (rows == NULL)
    return FALSE;
  *digest = (Digest){0};
  g_autoptr (GError) failure = NULL;
  while (rows_next (rows, &failure)) {
    digest_add (digest, checksum, table, rows);
    if (digest->rows % SLICE == 0 && !advance (move, SLICE, error))
      return FALSE;
  }
  if (failure == NULL)
    return advance (move, digest->rows % SLICE, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
compare_tables (Move *move, GError **error)
{
  if (!store_take_time (move->to, error))
    return FALSE;
  for (guint i = 0; i < move->tables->len; i++) {
    const StoreTable *table = g_ptr_array_index (move->tables, i);
    Digest sent, arrived;
    if (!digest_table (move, move->from, table, &sent, error) || !digest_table (move, move->to, table, &arrived, error))
      return FALSE;
    if (memcmp (&sent, &arrived, sizeof sent) != 0)
      return fail_different (table->name, error);
  }
  return TRUE;
}

/* ---- comparing what it means ---- */

static const struct {
  const char *sql;
  gsize offset;
} sums[] = {
    {"SELECT COUNT(*) FROM fund", G_STRUCT_OFFSET (MoveReport, funds)},
    {"SELECT COALESCE(SUM(granted), 0) FROM fund", G_STRUCT_OFFSET (MoveReport, granted_cents)},
    {"SELECT COALESCE(SUM(debit) - SUM(credit), 0) FROM fund_entry", G_STRUCT_OFFSET (MoveReport, spent_cents)},
    {"SELECT COUNT(*) FROM recharge", G_STRUCT_OFFSET (MoveReport, recharges)},
};

static gboolean
read_sum (Store *store, const char *sql, gint64 *sum, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error, sql, "");
  if (rows == NULL || !rows_next (rows, error))
    return FALSE;
  *sum = rows_int (rows, 0);
  return TRUE;
}

static gboolean
compare_sums (Move *move, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sums); i++) {
    gint64 sent, arrived;
    if (!read_sum (move->from, sums[i].sql, &sent, error) || !read_sum (move->to, sums[i].sql, &arrived, error))
      return FALSE;
    if (sent != arrived)
      return fail_different (sums[i].sql, error);
    G_STRUCT_MEMBER (gint64, &move->report, sums[i].offset) = arrived;
  }
  return TRUE;
}

static gboolean
check_ledgers (Store *store, GError **error)
{
  g_autoptr (GPtrArray) wrong = fund_reconcile (store, error);
  if (wrong == NULL)
    return FALSE;
  if (wrong->len > 0)
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the ledger of fund %s does not add up",
                 (const char *)g_ptr_array_index (wrong, 0));
  return wrong->len == 0;
}

/* Whole chains; caller unrefs. NULL also when one is broken. */
static GPtrArray *
whole_chains (Store *store, GError **error)
{
  g_autoptr (GPtrArray) chains = journal_verify_sites (store, NULL, error);
  for (guint i = 0; chains != NULL && i < chains->len; i++) {
    const JournalChain *chain = g_ptr_array_index (chains, i);
    if (chain->problem == JOURNAL_WHOLE)
      continue;
    g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "the journal is broken at line %" G_GINT64_FORMAT " of site \"%s\"",
                 chain->bad_number, chain->site);
    return NULL;
  }
  return g_steal_pointer (&chains);
}

static gboolean
compare_journals (Move *move, GError **error)
{
  g_autoptr (GPtrArray) sent = whole_chains (move->from, error);
  g_autoptr (GPtrArray) arrived = sent != NULL ? whole_chains (move->to, error) : NULL;
  if (arrived == NULL)
    return FALSE;
  if (sent->len != arrived->len)
    return fail_different ("journal", error);
  for (guint i = 0; i < sent->len; i++) {
    const JournalChain *one = g_ptr_array_index (sent, i), *other = g_ptr_array_index (arrived, i);
    if (!g_str_equal (one->site, other->site) || one->lines != other->lines ||
        !g_str_equal (one->head_hash, other->head_hash))
      return fail_different ("journal", error);
    move->report.journal_lines += other->lines;
  }
  move->report.chains = sent->len;
  return TRUE;
}

/* ---- comparing what is found ---- */

typedef struct {
  char *code, *query;
} Sample;

static void
sample_free (gpointer data)
{
  Sample *sample = data;
  g_free (sample->code);
  g_free (sample->query);
  g_free (sample);
}

/* The first words of a document. Caller frees. */
static char *
query_of (const char *text)
{
  g_autoptr (GString) query = g_string_new (NULL);
  int words = 0;
  gboolean is_word = FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar letter = g_utf8_get_char (at);
    gboolean is_of_word = g_unichar_isalnum (letter) || g_unichar_ismark (letter);
    words += is_of_word && !is_word;
    if (words > WORDS)
      break;
    is_word = is_of_word;
    g_string_append_unichar (query, is_of_word ? letter : ' ');
  }
  return g_strdup (query->str);
}

/* Spread over all documents. */
static GPtrArray *
pick_samples (Move *move, GError **error)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func (sample_free);
  g_autoptr (Rows) rows = store_documents (move->from, error);
  if (rows == NULL)
    return NULL;
  gint64 step = MAX (move->report.documents / SEARCHES, 1);
  g_autoptr (GError) failure = NULL;
  for (gint64 i = 0; rows_next (rows, &failure); i++) {
    if (i % step != 0 || rows_text (rows, 2) == NULL)
      continue;
    Sample *sample = g_new0 (Sample, 1);
    sample->code = g_strdup (rows_text (rows, 0));
    sample->query = query_of (rows_text (rows, 2));
    g_ptr_array_add (samples, sample);
  }
  if (failure == NULL)
    return g_steal_pointer (&samples);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static gboolean
is_same_set (GPtrArray *one, GPtrArray *other)
{
  if (one->len != other->len)
    return FALSE;
  g_ptr_array_sort (one, by_text);
  g_ptr_array_sort (other, by_text);
  for (guint i = 0; i < one->len; i++)
    if (!g_str_equal (g_ptr_array_index (one, i), g_ptr_array_index (other, i)))
      return FALSE;
  return TRUE;
}

static gboolean
has_code (const GPtrArray *codes, const char *code)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *)codes, code, g_str_equal, NULL);
}

/* Beyond the limit each engine may give others. Letters outside ASCII are folded by each in its way: then the object itself must be found. */
static gboolean
compare_search (Move *move, const Sample *sample, GError **error)
{
  g_autoptr (GPtrArray) sent = store_search (move->from, sample->query, SEARCH_LIMIT, error);
  g_autoptr (GPtrArray) arrived = sent != NULL ? store_search (move->to, sample->query, SEARCH_LIMIT, error) : NULL;
  if (arrived == NULL)
    return FALSE;
  gboolean is_cut = sent->len >= SEARCH_LIMIT || arrived->len >= SEARCH_LIMIT;
  gboolean is_same =
      is_cut || (g_str_is_ascii (sample->query) ? is_same_set (sent, arrived)
                                                : has_code (sent, sample->code) == has_code (arrived, sample->code));
  move->report.searches += is_same && !is_cut;
  return is_same || fail_different ("search", error);
}

static gboolean
compare_searches (Move *move, GError **error)
{
  g_autoptr (GPtrArray) samples = pick_samples (move, error);
  if (samples == NULL)
    return FALSE;
  for (guint i = 0; i < samples->len; i++)
    if (!compare_search (move, g_ptr_array_index (samples, i), error))
      return FALSE;
  return TRUE;
}

/* ---- the move ---- */

static gboolean
check_source (Move *move, GError **error)
{
  for (guint i = 0; i < move->tables->len; i++) {
    gint64 rows;
    if (!store_count_rows (move->from, g_ptr_array_index (move->tables, i), &rows, error))
      return FALSE;
    move->total += rows * PASSES;
  }
  return check_ledgers (move->from, error);
}

static gboolean
run (Move *move, GError **error)
{
  return check_source (move, error) && copy_tables (move, error) && copy_documents (move, error) &&
         store_fill_fasten (move->fill, error) && compare_tables (move, error) && compare_sums (move, error) &&
         check_ledgers (move->to, error) && compare_journals (move, error) && compare_searches (move, error) &&
         move->hooks->finish (move->to, &move->report, move->hooks->user, error);
}

/* from shows one instant from here on. */
static gboolean
move_into (Move *move, GError **error)
{
  move->to = store_fill_store (move->fill);
  store_set_site (move->to, store_site (move->from));
  if (!store_begin (move->from, error))
    return FALSE;
  move->tables = store_tables (move->from, error);
  gboolean is_done = move->tables != NULL && run (move, error);
  store_rollback (move->from);
  g_clear_pointer (&move->tables, g_ptr_array_unref);
  return is_done && store_fill_keep (move->fill, error);
}

gboolean
register_move (Store *from, const char *to_url, const MoveHooks *hooks, MoveReport *report, GError **error)
{
  g_autoptr (StoreFill) fill = store_fill_begin (to_url, error);
  Move move = {.from = from, .fill = fill, .hooks = hooks};
  if (fill == NULL || !move_into (&move, error))
    return FALSE;
  if (report != NULL)
    *report = move.report;
  return TRUE;
}
