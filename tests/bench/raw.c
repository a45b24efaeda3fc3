/* The bound of tests/bench/load.c on loans: the same rows in the same register, written by hand-prepared statements of SQLite
 * in one thread, a given number of loans to a transaction. It judges nothing, answers nobody and starts its chain anew. */
#include "daemon/rules/code.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW         1798800000 /* epoch seconds */
#define ANSWER_SIZE 1150       /* bytes: a loan's answer as the daemon keeps it for its Idempotency-Key */
/* as db/store_sqlite.c opens it */
#define SETTINGS                                                                                                       \
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;"                        \
  "PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON"

enum { LAST, COUNT, LOAN, ITEM, STATES, PERSON, JOURNAL, HEAD, SUBJECT, ANSWER, STATEMENTS };
static const char *const sql[STATEMENTS] = {
    [LAST] = "SELECT number FROM journal_head WHERE site = ''",
    [COUNT] = "INSERT INTO counter (kind, value) VALUES ('N', 1) ON CONFLICT (kind) DO UPDATE SET value = value + 1"
              " RETURNING value",
    [LOAN] = "INSERT INTO loan (code, person, item, started_on, due_on, due_reason, state, renewals)"
             " VALUES (?1, ?2, ?3, '2027-01-01', '2028-01-03', 'term', 'open', 0)",
    [ITEM] = "UPDATE item SET state = 'lent', state_reason = NULL WHERE code = ?1 AND state = 'ready'",
    [STATES] = "UPDATE item_count SET items = items + CASE WHEN state = 'lent' THEN 1 ELSE -1 END"
               " WHERE site = '' AND state IN ('lent', 'ready')",
    [PERSON] = "UPDATE person SET last_contact_at = ?2 WHERE code = ?1",
    [JOURNAL] =
        "INSERT INTO journal (seq, at, account, verb, subjects, before, after, reason, previous_hash, hash, number)"
        " VALUES (?1, ?2, 'CBBBBBBB', 'loan.lend', ?3, '', 'state=lent due=2028-01-03', '', ?4, ?5, ?1)",
    [HEAD] = "UPDATE journal_head SET number = ?1, hash = ?2 WHERE site = ''",
    [SUBJECT] = "INSERT INTO journal_subject (code, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    [ANSWER] = "INSERT INTO idempotency (account, key, request_hash, status, body, at)"
               " VALUES ('CBBBBBBB', ?1, ?2, 201, ?3, ?4)",
};

typedef struct {
  sqlite3 *handle;
  sqlite3_stmt *statements[STATEMENTS];
  gint64 seq;
  char hash[65];
  char answer[ANSWER_SIZE + 1];
} Raw;

static void
check (Raw *raw, gboolean is_good)
{
  if (is_good)
    return;
  fprintf (stderr, "raw: %s\n", sqlite3_errmsg (raw->handle));
  exit (EXIT_FAILURE);
}

static void
execute (Raw *raw, const char *statement)
{
  check (raw, sqlite3_exec (raw->handle, statement, NULL, NULL, NULL) == SQLITE_OK);
}

/* Binds in order ('i' gint64, 's' text that outlives the step), runs, and gives the first column of the first row, or 0. */
static gint64
step (Raw *raw, int which, const char *types, ...)
{
  sqlite3_stmt *statement = raw->statements[which];
  va_list arguments;
  va_start (arguments, types);
  for (int i = 0; types[i] != '\0'; i++)
    if (types[i] == 'i')
      check (raw, sqlite3_bind_int64 (statement, i + 1, va_arg (arguments, gint64)) == SQLITE_OK);
    else
      check (raw,
             sqlite3_bind_text (statement, i + 1, va_arg (arguments, const char *), -1, SQLITE_STATIC) == SQLITE_OK);
  va_end (arguments);
  int code = sqlite3_step (statement);
  gint64 value = code == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
  check (raw, code == SQLITE_ROW || code == SQLITE_DONE);
  check (raw, sqlite3_reset (statement) == SQLITE_OK);
  return value;
}

static void
lend (Raw *raw, const char *person, const char *item)
{
  Code loan;
  char subjects[3 * sizeof loan];
  char key[32];
  g_assert_true (code_make ('N', step (raw, COUNT, ""), loan));
  g_snprintf (subjects, sizeof subjects, "%s %s %s", person, loan, item);
  raw->seq++;
  g_snprintf (key, sizeof key, "raw-%" G_GINT64_FORMAT, raw->seq);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  (void)step (raw, LOAN, "sss", loan, person, item);
  (void)step (raw, ITEM, "s", item);
  check (raw, sqlite3_changes (raw->handle) == 1);
  (void)step (raw, STATES, "");
  (void)step (raw, PERSON, "si", person, (gint64)NOW);
  (void)step (raw, JOURNAL, "iisss", raw->seq, (gint64)NOW, subjects, raw->hash, hash);
  (void)step (raw, HEAD, "is", raw->seq, hash);
  (void)step (raw, SUBJECT, "si", person, raw->seq);
  (void)step (raw, SUBJECT, "si", loan, raw->seq);
  (void)step (raw, SUBJECT, "si", item, raw->seq);
  (void)step (raw, ANSWER, "sssi", key, hash, raw->answer, (gint64)NOW);
  g_strlcpy (raw->hash, hash, sizeof raw->hash);
}

/* Lends the lines [first, last) of the load's file in one transaction. Microseconds. */
static gint64
lend_batch (Raw *raw, char **lines, guint first, guint last)
{
  gint64 before = g_get_monotonic_time ();
  execute (raw, "BEGIN IMMEDIATE");
  for (guint i = first; i < last; i++) {
    Code person, item;
    g_assert_cmpint (
        sscanf (lines[i], "POST /v1/loans {\"person\":\"%8[A-Z]\",\"things\":[\"%8[A-Z]\"]}", person, item), ==, 2);
    lend (raw, person, item);
  }
  execute (raw, "COMMIT");
  return g_get_monotonic_time () - before;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a;
  gint64 y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

static void
lend_all (Raw *raw, char **lines, guint batch)
{
  guint count = g_strv_length (lines);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 before = g_get_monotonic_time ();
  for (guint first = 0; first < count; first += batch) {
    gint64 span = lend_batch (raw, lines, first, MIN (first + batch, count));
    g_array_append_val (spans, span);
  }
  gint64 whole = g_get_monotonic_time () - before;
  g_array_sort (spans, compare);
  g_print ("%u\t0\t%.1f\t%.3f\t%.3f\n", count, (double)count * G_TIME_SPAN_SECOND / (double)whole,
           (double)g_array_index (spans, gint64, spans->len / 2) / G_TIME_SPAN_MILLISECOND,
           (double)g_array_index (spans, gint64, spans->len * 99 / 100) / G_TIME_SPAN_MILLISECOND);
}

static void
raw_open (Raw *raw, const char *path)
{
  check (raw, sqlite3_open_v2 (path, &raw->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK);
  execute (raw, SETTINGS);
  /* the next round goes on with the same write-ahead log, as a daemon would */
  check (raw, sqlite3_db_config (raw->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK);
  for (int i = 0; i < STATEMENTS; i++)
    check (raw, sqlite3_prepare_v3 (raw->handle, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &raw->statements[i], NULL) ==
                    SQLITE_OK);
  raw->seq = step (raw, LAST, "");
  memset (raw->hash, '0', sizeof raw->hash - 1);
  memset (raw->answer, 'a', ANSWER_SIZE);
}

static void
raw_close (Raw *raw)
{
  for (int i = 0; i < STATEMENTS; i++)
    (void)sqlite3_finalize (raw->statements[i]); /* repeats the error of the last step: there was none */
  check (raw, sqlite3_close (raw->handle) == SQLITE_OK);
}

int
main (int argc, char **argv)
{
  guint64 batch;
  g_autofree char *text = NULL;
  if (argc != 4 || !g_ascii_string_to_unsigned (argv[2], 10, 1, G_MAXUINT16, &batch, NULL) ||
      !g_file_get_contents (argv[3], &text, NULL, NULL)) {
    fprintf (stderr,
             "usage: raw DATABASE BATCH FILE\n(prints: loans, failures, per second, p50 ms, p99 ms of a commit)\n");
    return EXIT_FAILURE;
  }
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  Raw raw = {0};
  raw_open (&raw, argv[1]);
  lend_all (&raw, lines, (guint)batch);
  raw_close (&raw);
  return EXIT_SUCCESS;
}
