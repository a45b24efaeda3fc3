/* As raw.c, on PostgreSQL: the same rows by prepared statements of one connection, a given number of loans to a transaction. It judges
 * nothing, answers nobody and starts its chain anew. */
#include "daemon/rules/code.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW            "1798800000" /* epoch seconds */
#define ANSWER_SIZE    1150         /* bytes, as in raw.c */
#define NUMBER_MAX     24
#define PARAMETERS_MAX 5

enum { COUNT, LOAN, ITEM, STATES, PERSON, JOURNAL, HEAD, SUBJECT, ANSWER, STATEMENTS };
static const struct {
  const char *name, *sql;
  int n;
} statements[STATEMENTS] = {
    [COUNT] = {"count",
               "INSERT INTO counter (kind, value) VALUES ('N', 1) ON CONFLICT (kind)"
               " DO UPDATE SET value = counter.value + 1 RETURNING value",
               0},
    [LOAN] = {"loan",
              "INSERT INTO loan (code, person, item, started_on, due_on, due_reason, state, renewals)"
              " VALUES ($1, $2, $3, '2027-01-01', '2028-01-03', 'term', 'open', 0)",
              3},
    [ITEM] = {"item", "UPDATE item SET state = 'lent', state_reason = NULL WHERE code = $1 AND state = 'ready'", 1},
    [STATES] = {"states",
                "UPDATE item_count SET items = items + CASE WHEN state = 'lent' THEN 1 ELSE -1 END"
                " WHERE site = '' AND state IN ('lent', 'ready')",
                0},
    [PERSON] = {"person", "UPDATE person SET last_contact_at = " NOW " WHERE code = $1", 1},
    [JOURNAL] =
        {"journal",
         "INSERT INTO journal (seq, at, account, verb, subjects, before, after, reason, previous_hash, hash, number)"
         " VALUES ($1::bigint, " NOW ", 'CBBBBBBB', 'loan.lend', $2, '', 'state=lent due=2028-01-03', '', $3, $4,"
         " $1::bigint)",
         4},
    [HEAD] = {"head", "UPDATE journal_head SET number = $1::bigint, hash = $2 WHERE site = ''", 2},
    [SUBJECT] = {"subject", "INSERT INTO journal_subject (code, seq) VALUES ($1, $2::bigint) ON CONFLICT DO NOTHING",
                 2},
    [ANSWER] = {"answer",
                "INSERT INTO idempotency (account, key, request_hash, status, body, at)"
                " VALUES ('CBBBBBBB', $1, $2, 201, $3, " NOW ")",
                3},
};

typedef struct {
  PGconn *connection;
  gint64 seq;
  char hash[65];
  char answer[ANSWER_SIZE + 1];
} Raw;

/* The first column of the first row, or 0. */
static gint64
take (Raw *raw, PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    fprintf (stderr, "raw_postgresql: %s\n", PQerrorMessage (raw->connection));
    exit (EXIT_FAILURE);
  }
  gint64 value = PQntuples (result) > 0 ? g_ascii_strtoll (PQgetvalue (result, 0, 0), NULL, 10) : 0;
  PQclear (result);
  return value;
}

static gint64
step (Raw *raw, int which, const char *const *values)
{
  return take (raw,
               PQexecPrepared (raw->connection, statements[which].name, statements[which].n, values, NULL, NULL, 0));
}

static void
lend (Raw *raw, const char *person, const char *item)
{
  Code loan;
  char subjects[3 * sizeof loan], seq[NUMBER_MAX], key[NUMBER_MAX + 4];
  g_assert_true (code_make ('N', step (raw, COUNT, NULL), loan));
  raw->seq++;
  g_snprintf (subjects, sizeof subjects, "%s %s %s", person, loan, item);
  g_snprintf (seq, sizeof seq, "%" G_GINT64_FORMAT, raw->seq);
  g_snprintf (key, sizeof key, "raw-%s", seq);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  (void)step (raw, LOAN, (const char *const[]){loan, person, item});
  (void)step (raw, ITEM, (const char *const[]){item});
  (void)step (raw, STATES, NULL);
  (void)step (raw, PERSON, (const char *const[]){person});
  (void)step (raw, JOURNAL, (const char *const[]){seq, subjects, raw->hash, hash});
  (void)step (raw, HEAD, (const char *const[]){seq, hash});
  (void)step (raw, SUBJECT, (const char *const[]){person, seq});
  (void)step (raw, SUBJECT, (const char *const[]){loan, seq});
  (void)step (raw, SUBJECT, (const char *const[]){item, seq});
  (void)step (raw, ANSWER, (const char *const[]){key, hash, raw->answer});
  g_strlcpy (raw->hash, hash, sizeof raw->hash);
}

/* Lends the lines [first, last) of the load's file in one transaction. Microseconds. */
static gint64
lend_batch (Raw *raw, char **lines, guint first, guint last)
{
  gint64 before = g_get_monotonic_time ();
  (void)take (raw, PQexec (raw->connection, "BEGIN"));
  for (guint i = first; i < last; i++) {
    Code person, item;
    g_assert_cmpint (
        sscanf (lines[i], "POST /v1/loans {\"person\":\"%8[A-Z]\",\"things\":[\"%8[A-Z]\"]}", person, item), ==, 2);
    lend (raw, person, item);
  }
  (void)take (raw, PQexec (raw->connection, "COMMIT"));
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
raw_open (Raw *raw, const char *url)
{
  raw->connection = PQconnectdb (url);
  if (PQstatus (raw->connection) != CONNECTION_OK) {
    fprintf (stderr, "raw_postgresql: %s\n", PQerrorMessage (raw->connection));
    exit (EXIT_FAILURE);
  }
  for (int i = 0; i < STATEMENTS; i++)
    (void)take (raw, PQprepare (raw->connection, statements[i].name, statements[i].sql, 0, NULL));
  raw->seq = take (raw, PQexec (raw->connection, "SELECT COALESCE(MAX(seq), 0) FROM journal"));
  memset (raw->hash, '0', sizeof raw->hash - 1);
  memset (raw->answer, 'a', ANSWER_SIZE);
}

int
main (int argc, char **argv)
{
  guint64 batch;
  g_autofree char *text = NULL;
  if (argc != 4 || !g_ascii_string_to_unsigned (argv[2], 10, 1, G_MAXUINT16, &batch, NULL) ||
      !g_file_get_contents (argv[3], &text, NULL, NULL)) {
    fprintf (stderr,
             "usage: raw_postgresql ADDRESS BATCH FILE\n(prints: loans, failures, per second, p50 ms, p99 ms of a"
             " commit)\n");
    return EXIT_FAILURE;
  }
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  Raw raw = {0};
  raw_open (&raw, argv[1]);
  lend_all (&raw, lines, (guint)batch);
  PQfinish (raw.connection);
  return EXIT_SUCCESS;
}
