/* The register's threads: groups, isolation, a full disk, stopping, backups, restores. */
#include "db/register.h"
#include "db/backup.h"
#include "db/store_sqlite.h"
#include "tests/store/fixture.h"

#define CLIENTS     64
#define EACH        50 /* writes per client */
#define REPEATED    (-1)
#define WIDE_NAME   2000 /* letters: two such people fill a page */
#define WIDE_PEOPLE 1500

static Register *
open_register (const Place *place)
{
  g_autoptr (GError) error = NULL;
  Register *reg = register_open (place->url, &error);
  g_assert_no_error (error);
  return reg;
}

/* One journal line and one person: an action in small. data: the person's number; REPEATED refuses after having written. */
static gboolean
act (Store *store, gpointer data, GError **error)
{
  int number = *(const int *)data;
  Person person = {.name = (char *)"Ada Exemple"};
  code_of ('P', number == REPEATED ? 0 : number, person.code);
  return journal_append (store, 1, "", "person_add", person.code, NULL, NULL, NULL, error) &&
         person_insert (store, &person, error);
}

static gboolean
count_people (Store *store, gpointer data, G_GNUC_UNUSED GError **error)
{
  *(gint64 *)data = count_rows (store, "person");
  return TRUE;
}

static gint64
people (Register *reg)
{
  gint64 n = 0;
  MUST (register_read_wait (reg, count_people, &n, &error));
  return n;
}

static gboolean
verify (Store *store, gpointer data, GError **error)
{
  JournalChain *report = data;
  return journal_verify (store, report, error);
}

static void
assert_whole (Register *reg, gint64 lines)
{
  JournalChain report;
  MUST (register_read_wait (reg, verify, &report, &error));
  g_assert_cmpint (report.problem, ==, JOURNAL_WHOLE);
  g_assert_cmpint (report.lines, ==, lines);
}

typedef struct {
  Register *reg;
  int first;
  int good, refused;
} Client;

/* Every fifth request repeats a person: it alone fails, in whatever batch it is. */
static gpointer
client_thread (gpointer data)
{
  Client *client = data;
  for (int i = 0; i < EACH; i++) {
    int number = i % 5 == 4 ? REPEATED : client->first + i;
    g_autoptr (GError) error = NULL;
    if (register_write_wait (client->reg, act, &number, &error)) {
      client->good++;
    } else {
      g_assert_error (error, DB_ERROR, DB_ERROR_UNIQUE);
      client->refused++;
    }
  }
  return NULL;
}

static void
failures_stay_with_their_request (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  int zero = 0;
  MUST (register_write_wait (reg, act, &zero, &error));
  Client clients[CLIENTS];
  GThread *threads[CLIENTS];
  for (int i = 0; i < CLIENTS; i++) {
    clients[i] = (Client){.reg = reg, .first = 1 + i * EACH};
    threads[i] = g_thread_new ("client", client_thread, &clients[i]);
  }
  int good = 0, refused = 0;
  for (int i = 0; i < CLIENTS; i++) {
    g_thread_join (threads[i]);
    good += clients[i].good;
    refused += clients[i].refused;
  }
  g_assert_cmpint (good, ==, CLIENTS * EACH * 4 / 5);
  g_assert_cmpint (refused, ==, CLIENTS * EACH / 5);
  g_assert_cmpint (people (reg), ==, good + 1);
  assert_whole (reg, good + 1);
  RegisterStats stats;
  register_stats (reg, &stats);
  g_assert_cmpuint (stats.requests, ==, (guint64)good + 1);
  g_assert_cmpuint (stats.batches, <, (guint64)(good + refused)); /* they were grouped */
  g_assert_cmpuint (stats.failed_batches, ==, 0);
  g_assert_cmpstr (stats.last_error, ==, "");
}

/* ---- answers that come by callback ---- */

typedef struct {
  GMutex lock;
  GCond changed;
  int done, good, stopping, busy, full, slow;
} Tally;

typedef struct {
  Tally *tally;
  int number;
} Asked;

static gboolean
act_asked (Store *store, gpointer data, GError **error)
{
  return act (store, &((Asked *)data)->number, error);
}

static void
answered (gpointer data, const GError *error)
{
  Tally *tally = ((Asked *)data)->tally;
  g_mutex_lock (&tally->lock);
  tally->done++;
  tally->good += error == NULL;
  tally->stopping += g_error_matches (error, DB_ERROR, DB_ERROR_STOPPING);
  tally->busy += g_error_matches (error, DB_ERROR, DB_ERROR_BUSY);
  tally->full += g_error_matches (error, DB_ERROR, DB_ERROR_FULL);
  tally->slow += g_error_matches (error, DB_ERROR, DB_ERROR_DEADLINE);
  g_cond_broadcast (&tally->changed);
  g_mutex_unlock (&tally->lock);
}

static void
wait_for (Tally *tally, int done)
{
  g_mutex_lock (&tally->lock);
  while (tally->done < done)
    g_cond_wait (&tally->changed, &tally->lock);
  g_mutex_unlock (&tally->lock);
}

/* Holds the writer until it is opened, so that what is asked meanwhile becomes one batch. */
typedef struct {
  GMutex lock;
  GCond changed;
  gboolean is_open, is_held;
} Gate;

static gboolean
wait_at_gate (G_GNUC_UNUSED Store *store, gpointer data, G_GNUC_UNUSED GError **error)
{
  Gate *gate = data;
  g_mutex_lock (&gate->lock);
  gate->is_held = TRUE;
  g_cond_broadcast (&gate->changed);
  while (!gate->is_open)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
  return TRUE;
}

static void
hold (Register *reg, Gate *gate)
{
  register_write (reg, wait_at_gate, NULL, gate);
  g_mutex_lock (&gate->lock);
  while (!gate->is_held)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

static void
open_gate (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->is_open = TRUE;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

static gboolean
limit_pages (Store *store, gpointer data, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA max_page_count = %d", *(const int *)data);
  return store_sqlite_exec (store_sqlite_handle (store), sql, error);
}

static gboolean
act_huge (Store *store, gpointer data, GError **error)
{
  g_autofree char *much = g_strnfill (4 * 1024 * 1024, 'x');
  return act_asked (store, data, error) &&
         store_run (store, NULL, error, "INSERT INTO setting (key, value) VALUES ('huge', $1)", "s", much);
}

#define ASKED 20

/* One request of the batch fills the disk: none of the batch is acknowledged, and none is there. Then the disk has room. */
static void
full_disk_fails_the_whole_batch (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  int zero = 0, many = 1000000,
      few = 1; /* the engine takes no less than the pages in use, and a few more to write in */
  MUST (register_write_wait (reg, act, &zero, &error));
  MUST (register_write_wait (reg, limit_pages, &few, &error));
  Tally tally = {0};
  Gate gate = {0};
  Asked asked[ASKED];
  hold (reg, &gate);
  for (int i = 0; i < ASKED; i++) {
    asked[i] = (Asked){.tally = &tally, .number = 100 + i};
    register_write (reg, i == ASKED / 2 ? act_huge : act_asked, answered, &asked[i]);
  }
  open_gate (&gate);
  wait_for (&tally, ASKED);
  g_assert_cmpint (tally.full, ==, ASKED);
  g_assert_cmpint (people (reg), ==, 1);
  RegisterStats stats;
  register_stats (reg, &stats);
  g_assert_cmpuint (stats.failed_batches, ==, 1);
  g_assert_cmpstr (stats.last_error, !=, "");
  MUST (register_write_wait (reg, limit_pages, &many, &error));
  MUST (register_write_wait (reg, act_huge, &asked[0], &error));
  register_stats (reg, &stats);
  g_assert_cmpstr (stats.last_error, ==, "");
  assert_whole (reg, 2);
}

/* ---- deadlines ---- */

#define BRIEF_MS 100
#define ENDLESS  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000)"
/* enough for the engine to look at the clock several times */
#define LONG     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"

static gboolean
read_forever (Store *store, G_GNUC_UNUSED gpointer data, GError **error)
{
  g_autoptr (Rows) rows = store_query (store, error, ENDLESS " SELECT COUNT(*) FROM n", "");
  return rows != NULL && rows_next (rows, error);
}

/* A write that was stopped in its middle: SQLite gives the whole transaction up. */
static gboolean
write_forever (Store *store, gpointer data, GError **error)
{
  return act_asked (store, data, error) &&
         store_run (store, NULL, error, ENDLESS " INSERT INTO setting (key, value) SELECT 'k' || i, 'v' FROM n", "");
}

static gboolean
read_long_twice (Store *store, G_GNUC_UNUSED gpointer data, GError **error)
{
  for (int i = 0; i < 2; i++) {
    g_autoptr (Rows) rows = store_query (store, error, LONG " SELECT COUNT(*) FROM n", "");
    if (rows == NULL || !rows_next (rows, error))
      return FALSE;
    g_assert_cmpint (rows_int (rows, 0), ==, 300000);
  }
  return TRUE;
}

static gboolean
take_time_and_read_long (Store *store, gpointer data, GError **error)
{
  return store_take_time (store, error) && read_long_twice (store, data, error);
}

static void
read_that_takes_too_long_is_stopped (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  register_set_deadline (reg, BRIEF_MS);
  for (int i = 0; i < 3; i++) /* more than there are readers: each of them is as good as before */
    REFUSED (register_read_wait (reg, read_forever, NULL, &error), DB_ERROR_DEADLINE);
  g_assert_cmpint (people (reg), ==, 0);
  assert_whole (reg, 0);
}

static void
what_reads_all_by_its_nature_may_take_time (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  register_set_deadline (reg, 1);
  MUST (register_read_wait (reg, take_time_and_read_long, NULL, &error));
  MUST (register_write_wait (reg, take_time_and_read_long, NULL, &error));
  /* and its readers and writer have one again */
  for (int i = 0; i < 3; i++)
    REFUSED (register_read_wait (reg, read_long_twice, NULL, &error), DB_ERROR_DEADLINE);
  REFUSED (register_write_wait (reg, read_long_twice, NULL, &error), DB_ERROR_DEADLINE);
  register_set_deadline (reg, 0);
  MUST (register_read_wait (reg, read_long_twice, NULL, &error));
}

/* What a read of a group has to come to. */
typedef struct {
  RegisterFunc func;
  int expected; /* DbError, or -1: none */
  gint *left;   /* atomic */
} GroupRead;

static gboolean
count_nobody (Store *store, G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
  g_assert_cmpint (count_rows (store, "person"), ==, 0);
  return TRUE;
}

static gboolean
find_nobody (Store *store, G_GNUC_UNUSED gpointer data, GError **error)
{
  g_autoptr (Person) person = person_load (store, "P0000001", error);
  return person != NULL;
}

static void
group_read_done (gpointer data, const GError *error)
{
  const GroupRead *read = data;
  if (read->expected < 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, DB_ERROR, read->expected);
  (void)g_atomic_int_dec_and_test (read->left);
}

/* Those that are read in one snapshot: who fails, who is stopped and who may take time changes nothing for the next one. */
static void
reads_of_a_group_do_not_touch_each_other (void)
{
  enum { ROUNDS = 12 };
  gint left = 0;
  const GroupRead kinds[] = {{count_nobody, -1, &left},
                             {find_nobody, DB_ERROR_NOT_FOUND, &left},
                             {take_time_and_read_long, -1, &left},
                             {read_forever, DB_ERROR_DEADLINE, &left}};
  g_auto (Place) place;
  place_init (&place);
  Register *reg = open_register (&place);
  register_set_deadline (reg, BRIEF_MS);
  left = ROUNDS * (int)G_N_ELEMENTS (kinds);
  for (int i = 0; i < ROUNDS; i++)
    for (gsize kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
      register_read (reg, kinds[kind].func, group_read_done, (gpointer)&kinds[kind]);
  MUST (register_read_wait (reg, count_nobody, NULL, &error)); /* the last one: all before it are begun */
  while (g_atomic_int_get (&left) > 0)
    MUST (register_read_wait (reg, count_nobody, NULL, &error));
  register_close (reg);
}

typedef struct {
  GMutex lock;
  GCond changed;
  gboolean is_reading, is_stopped;
} Endless;

static gboolean
read_on_and_on (Store *store, gpointer data, GError **error)
{
  Endless *endless = data;
  g_autoptr (Rows) rows =
      store_take_time (store, error)
          ? store_query (store, error,
                         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", "")
          : NULL;
  while (rows != NULL && rows_next (rows, error)) {
    g_mutex_lock (&endless->lock);
    endless->is_reading = TRUE;
    g_cond_signal (&endless->changed);
    g_mutex_unlock (&endless->lock);
  }
  return FALSE; /* it never comes to its end */
}

static void
note_stopped (gpointer data, const GError *error)
{
  Endless *endless = data;
  g_assert_error (error, DB_ERROR, DB_ERROR_DEADLINE);
  g_mutex_lock (&endless->lock);
  endless->is_stopped = TRUE;
  g_cond_signal (&endless->changed);
  g_mutex_unlock (&endless->lock);
}

/* Whoever asked has its answer before the register is closed: a daemon that stops frees who asked first. */
static void
ending_stops_what_takes_its_time (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  Endless endless = {0};
  register_read (reg, read_on_and_on, note_stopped, &endless);
  g_mutex_lock (&endless.lock);
  while (!endless.is_reading)
    g_cond_wait (&endless.changed, &endless.lock);
  register_end (reg);
  while (!endless.is_stopped)
    g_cond_wait (&endless.changed, &endless.lock);
  g_mutex_unlock (&endless.lock);
  MUST (register_read_wait (reg, count_nobody, NULL, &error)); /* the rest goes on */
}

/* The slow one alone is told so; who was in its group is told to come again when the engine gave up the whole of it. */
static void
write_that_takes_too_long_is_stopped (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  register_set_deadline (reg, BRIEF_MS);
  Tally tally = {0};
  Gate gate = {0};
  Asked asked[ASKED];
  hold (reg, &gate);
  for (int i = 0; i < ASKED; i++) {
    asked[i] = (Asked){.tally = &tally, .number = 100 + i};
    register_write (reg, i == ASKED / 2 ? write_forever : act_asked, answered, &asked[i]);
  }
  open_gate (&gate);
  wait_for (&tally, ASKED);
  g_assert_cmpint (tally.slow, ==, 1);
  g_assert_cmpint (tally.good + tally.busy, ==, ASKED - 1);
  g_assert_cmpint (people (reg), ==, tally.good);
  for (int i = 0; i < ASKED; i++)
    if (i != ASKED / 2 && tally.good == 0)
      MUST (register_write_wait (reg, act_asked, &asked[i], &error));
  assert_whole (reg, ASKED - 1);
}

static void
closing_finishes_what_is_queued (void)
{
  g_auto (Place) place;
  place_init (&place);
  Register *reg = open_register (&place);
  Tally tally = {0};
  Asked asked[ASKED];
  for (int i = 0; i < ASKED; i++) {
    asked[i] = (Asked){.tally = &tally, .number = i};
    register_write (reg, act_asked, answered, &asked[i]);
  }
  register_close (reg);
  g_assert_cmpint (tally.good, ==, ASKED);
  g_autoptr (Store) store = open_store (&place);
  g_assert_cmpint (count_rows (store, "person"), ==, ASKED);
}

/* Asks the next one from each answer, until it is refused: the queue is never empty by itself. */
typedef struct {
  Register *reg;
  Asked asked;
} Chain;

static gboolean
act_chain (Store *store, gpointer data, GError **error)
{
  return act_asked (store, &((Chain *)data)->asked, error);
}

static void
ask_again (gpointer data, const GError *error)
{
  Chain *chain = data;
  gboolean is_refused = error != NULL;
  chain->asked.number++;
  answered (&chain->asked, error);
  if (!is_refused)
    register_write (chain->reg, act_chain, ask_again, chain);
}

static void
closing_refuses_what_comes_late (void)
{
  g_auto (Place) place;
  place_init (&place);
  Register *reg = open_register (&place);
  Tally tally = {0};
  Chain chain = {.reg = reg, .asked = {.tally = &tally}};
  register_write (reg, act_chain, ask_again, &chain);
  wait_for (&tally, ASKED);
  register_close (reg);
  g_assert_cmpint (tally.stopping, ==, 1);
  g_assert_cmpint (tally.good, ==, tally.done - 1);
}

static void
too_many_waiting_are_told_to_come_back (void)
{
  g_auto (Place) place;
  place_init (&place);
  Register *reg = open_register (&place);
  Tally tally = {0};
  Gate gate = {0};
  const int n = 4100;
  g_autofree Asked *asked = g_new0 (Asked, (gsize)n);
  hold (reg, &gate);
  for (int i = 0; i < n; i++) {
    asked[i] = (Asked){.tally = &tally, .number = i};
    register_write (reg, act_asked, answered, &asked[i]);
  }
  g_assert_cmpint (tally.busy, ==, 4);
  open_gate (&gate);
  register_close (reg);
  g_assert_cmpint (tally.done, ==, n);
  g_assert_cmpint (tally.good, ==, 4096);
}

typedef struct {
  Register *reg;
  gint64 before, after;
} Look;

/* Inside one read: what another thread commits meanwhile stays unseen. */
static gboolean
look_twice (Store *store, gpointer data, G_GNUC_UNUSED GError **unused)
{
  Look *look = data;
  look->before = count_rows (store, "person");
  int number = 77;
  MUST (register_write_wait (look->reg, act, &number, &error));
  look->after = count_rows (store, "person");
  return TRUE;
}

static void
reader_sees_one_instant (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  Look look = {.reg = reg};
  MUST (register_read_wait (reg, look_twice, &look, &error));
  g_assert_cmpint (look.before, ==, 0);
  g_assert_cmpint (look.after, ==, 0);
  g_assert_cmpint (people (reg), ==, 1);
  int number = 78;
  REFUSED (register_read_wait (reg, act, &number, &error), DB_ERROR_IO);
}

static gboolean
fail_silently (G_GNUC_UNUSED Store *store, G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
  return FALSE;
}

static void
failure_without_reason_is_a_failure (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  REFUSED (register_write_wait (reg, fail_silently, NULL, &error), DB_ERROR_FAILED);
  REFUSED (register_read_wait (reg, fail_silently, NULL, &error), DB_ERROR_FAILED);
  REFUSED (register_open ("sqlite:/no/such/folder/register.db", &error), DB_ERROR_IO);
}

/* ---- backups ---- */

typedef struct {
  const char *path;
  BackupReport report;
} Backup;

static gboolean
make_backup (Store *store, gpointer data, GError **error)
{
  Backup *backup = data;
  return backup_make (store, backup->path, &backup->report, error);
}

/* Writes until it is told to stop. */
typedef struct {
  Register *reg;
  gint stop; /* atomic */
  int written;
} Scribe;

static gpointer
scribe_thread (gpointer data)
{
  Scribe *scribe = data;
  while (!g_atomic_int_get (&scribe->stop)) {
    int number = 1000 + scribe->written;
    MUST (register_write_wait (scribe->reg, act, &number, &error));
    scribe->written++;
  }
  return NULL;
}

/* A backup is one file: its header does not ask for a log beside it (SQLite's file format, bytes 18 and 19). */
static void
assert_stands_alone (const char *path)
{
  g_autofree char *data = NULL;
  g_assert_true (g_file_get_contents (path, &data, NULL, NULL));
  g_assert_cmpint (data[18], ==, 1);
  g_assert_cmpint (data[19], ==, 1);
}

static void
backup_of_a_live_register (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  for (int i = 0; i < 10; i++)
    MUST (register_write_wait (reg, act, &i, &error));
  g_autofree char *path = g_build_filename (place.folder, "copy.db", NULL);
  Backup backup = {.path = path};
  Scribe scribe = {.reg = reg};
  GThread *thread = g_thread_new ("scribe", scribe_thread, &scribe);
  MUST (register_read_wait (reg, make_backup, &backup, &error));
  g_atomic_int_set (&scribe.stop, 1);
  g_thread_join (thread);
  g_assert_cmpint (backup.report.people, >=, 10);
  g_assert_cmpint (backup.report.journal_lines, ==, backup.report.people);
  g_assert_cmpint (backup.report.schema, ==, store_schema_newest ());
  g_assert_cmpuint (strlen (backup.report.journal_hash), ==, 64);
  BackupReport again;
  MUST (backup_check (path, &again, &error));
  g_assert_cmpint (again.people, ==, backup.report.people);
  g_assert_cmpint (again.bytes, >, 0);
  REFUSED (register_read_wait (reg, make_backup, &backup, &error), DB_ERROR_UNIQUE);
  Backup nowhere = {.path = "/no/such/folder/copy.db"};
  REFUSED (register_read_wait (reg, make_backup, &nowhere, &error), DB_ERROR_IO);
  assert_stands_alone (path);
  GStatBuf status;
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
}

static void
change_byte (const char *path, gsize offset)
{
  char *data;
  gsize size;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_assert_cmpuint (offset, <, size);
  data[offset] ^= 0x55;
  g_assert_true (g_file_set_contents (path, data, (gssize)size, NULL));
  g_free (data);
}

static void
cut_file (const char *path)
{
  char *data;
  gsize size;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_assert_true (g_file_set_contents (path, data, (gssize)(size / 2), NULL));
  g_free (data);
}

static void
damaged_backup_is_refused (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  for (int i = 0; i < 10; i++)
    MUST (register_write_wait (reg, act, &i, &error));
  g_autofree char *path = g_build_filename (place.folder, "copy.db", NULL);
  Backup backup = {.path = path};
  MUST (register_read_wait (reg, make_backup, &backup, &error));
  change_byte (path, 8192); /* the head of the third page */
  REFUSED (backup_check (path, NULL, &error), DB_ERROR_CORRUPT);
  REFUSED (register_replace (reg, path, &error), DB_ERROR_CORRUPT);
  change_byte (path, 8192);
  MUST (backup_check (path, NULL, &error));
  cut_file (path);
  REFUSED (backup_check (path, NULL, &error), DB_ERROR_CORRUPT);
  REFUSED (backup_check ("/no/such/file.db", NULL, &error), DB_ERROR_NOT_FOUND);
  g_assert_cmpint (people (reg), ==, 10);
}

static gboolean
edit_history (Store *store, G_GNUC_UNUSED gpointer data, GError **error)
{
  return store_run (store, NULL, error, "UPDATE journal SET reason = 'kind' WHERE seq = 1", "");
}

static void
backup_of_an_edited_journal_is_refused (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  int number = 1;
  MUST (register_write_wait (reg, act, &number, &error));
  MUST (register_write_wait (reg, edit_history, NULL, &error));
  g_autofree char *path = g_build_filename (place.folder, "copy.db", NULL);
  Backup backup = {.path = path};
  REFUSED (register_read_wait (reg, make_backup, &backup, &error), DB_ERROR_CORRUPT);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
register_is_replaced (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  int number = 1;
  MUST (register_write_wait (reg, act, &number, &error));
  g_autofree char *path = g_build_filename (place.folder, "copy.db", NULL);
  Backup backup = {.path = path};
  MUST (register_read_wait (reg, make_backup, &backup, &error));
  number = 2;
  MUST (register_write_wait (reg, act, &number, &error));
  g_assert_cmpint (people (reg), ==, 2);
  MUST (register_replace (reg, path, &error));
  g_assert_cmpint (people (reg), ==, 1);
  number = 3;
  MUST (register_write_wait (reg, act, &number, &error));
  assert_whole (reg, 2);
  MUST (backup_check (path, NULL, &error)); /* the backup is still a backup */
  g_autoptr (GDir) folder = g_dir_open (place.folder, 0, NULL);
  int kept = 0;
  for (const char *name; (name = g_dir_read_name (folder)) != NULL;)
    if (g_str_has_prefix (name, "register.db.before-restore-")) {
      g_autofree char *old = g_build_filename (place.folder, name, NULL);
      BackupReport report;
      MUST (backup_check (old, &report, &error));
      g_assert_cmpint (report.people, ==, 2);
      kept++;
    }
  g_assert_cmpint (kept, ==, 1);
}

/* A second click: both old files are kept. */
static void
two_restores_in_one_second_keep_both (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autofree char *path = g_build_filename (place.folder, "copy.db", NULL);
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr (Store) store = open_store (&place);
  MUST (backup_make (store, path, NULL, &error));
  g_clear_pointer (&store, store_close);
  MUST (store_swap_in (place.url, path, 1, &first, &error));
  MUST (store_swap_in (place.url, path, 1, &second, &error));
  g_assert_cmpstr (first, !=, second);
  MUST (backup_check (first, NULL, &error));
  MUST (backup_check (second, NULL, &error));
}

/* Something stands where the new file would be made: the old register goes on. */
static void
failed_restore_changes_nothing (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  g_autofree char *path = g_build_filename (place.folder, "copy.db", NULL);
  g_autofree char *obstacle = g_strconcat (place.path, ".restoring", NULL);
  Backup backup = {.path = path};
  MUST (register_read_wait (reg, make_backup, &backup, &error));
  int number = 1;
  MUST (register_write_wait (reg, act, &number, &error));
  g_assert_cmpint (g_mkdir (obstacle, 0700), ==, 0);
  REFUSED (register_replace (reg, path, &error), DB_ERROR_UNIQUE);
  g_assert_cmpint (people (reg), ==, 1);
  number = 2;
  MUST (register_write_wait (reg, act, &number, &error));
  g_assert_cmpint (g_rmdir (obstacle), ==, 0);
  MUST (register_replace (reg, path, &error));
  g_assert_cmpint (people (reg), ==, 0);
}

/* Restores while clients write: each write is in one database or the other, or was told to come back. */
static void
replacing_under_load_loses_nobody (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  g_autofree char *path = g_build_filename (place.folder, "copy.db", NULL);
  Backup backup = {.path = path};
  MUST (register_read_wait (reg, make_backup, &backup, &error));
  Tally tally = {0};
  const int n = 500;
  g_autofree Asked *asked = g_new0 (Asked, (gsize)n);
  for (int i = 0; i < n; i++) {
    asked[i] = (Asked){.tally = &tally, .number = i};
    register_write (reg, act_asked, answered, &asked[i]);
  }
  MUST (register_replace (reg, path, &error));
  wait_for (&tally, n);
  g_assert_cmpint (tally.good, ==, n);
  g_assert_cmpint (people (reg), ==, 0);
}

/* Somebody who asks without end is told to come back, else a restore would wait for ever. */
static void
restore_refuses_what_comes_meanwhile (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  g_autofree char *path = g_build_filename (place.folder, "copy.db", NULL);
  Backup backup = {.path = path};
  MUST (register_read_wait (reg, make_backup, &backup, &error));
  Tally tally = {0};
  Chain chain = {.reg = reg, .asked = {.tally = &tally}};
  register_write (reg, act_chain, ask_again, &chain);
  wait_for (&tally, ASKED);
  MUST (register_replace (reg, path, &error));
  g_assert_cmpint (tally.busy, ==, 1);
  g_assert_cmpint (people (reg), ==, 0);
}

/* What was queued is done, nothing comes after, reads go on. */
static void
held_register_is_only_read (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Register) reg = open_register (&place);
  enum { QUEUED = 200 };
  static int numbers[QUEUED + 1];
  for (int i = 0; i <= QUEUED; i++)
    numbers[i] = i;
  for (int i = 0; i < QUEUED; i++)
    register_write (reg, act, NULL, &numbers[i]);
  MUST (register_hold (reg, &error));
  g_assert_cmpint (people (reg), ==, QUEUED);
  REFUSED (register_write_wait (reg, act, &numbers[QUEUED], &error), DB_ERROR_HELD);
  REFUSED (register_hold (reg, &error), DB_ERROR_HELD);
  register_release (reg);
  MUST (register_write_wait (reg, act, &numbers[QUEUED], &error));
}

static gint64
people_named (Store *store, const char *name)
{
  g_autoptr (Rows) rows = store_query (store, NULL, "SELECT COUNT(*) FROM person WHERE name = $1", "s", name);
  MUST (rows_next (rows, &error));
  return rows_int (rows, 0);
}

/* Some three megabytes are written over: all of that can be undone, and done again. */
static void
large_request_can_be_undone (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_autofree char *name = g_strnfill (WIDE_NAME, 'x');
  MUST (store_begin (store, &error));
  for (int i = 1; i <= WIDE_PEOPLE; i++) {
    Code code;
    code_of ('P', i, code);
    add_person (store, code, name);
  }
  MUST (store_commit (store, &error));
  MUST (store_begin (store, &error));
  for (int i = 0; i < 2; i++) {
    MUST (store_savepoint (store, &error));
    MUST (store_run (store, NULL, &error, "UPDATE person SET name = $1", "s", "Ada Exemple"));
    g_assert_cmpint (people_named (store, "Ada Exemple"), ==, WIDE_PEOPLE);
    if (i == 0)
      MUST (store_rollback_to_savepoint (store, &error));
    g_assert_cmpint (people_named (store, name), ==, i == 0 ? WIDE_PEOPLE : 0);
  }
  MUST (store_release (store, &error));
  MUST (store_commit (store, &error));
  g_assert_cmpint (people_named (store, "Ada Exemple"), ==, WIDE_PEOPLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/register/failures-stay-with-their-request", failures_stay_with_their_request);
  test_on (ON_SQLITE, "/register/full-disk-fails-the-whole-batch", full_disk_fails_the_whole_batch);
  test_on_each ("/register/read-that-takes-too-long-is-stopped", read_that_takes_too_long_is_stopped);
  test_on_each ("/register/what-reads-all-by-its-nature-may-take-time", what_reads_all_by_its_nature_may_take_time);
  test_on_each ("/register/write-that-takes-too-long-is-stopped", write_that_takes_too_long_is_stopped);
  test_on_each ("/register/closing-finishes-what-is-queued", closing_finishes_what_is_queued);
  test_on_each ("/register/reads-of-a-group-do-not-touch-each-other", reads_of_a_group_do_not_touch_each_other);
  test_on_each ("/register/ending-stops-what-takes-its-time", ending_stops_what_takes_its_time);
  test_on_each ("/register/closing-refuses-what-comes-late", closing_refuses_what_comes_late);
  test_on_each ("/register/too-many-waiting-are-told-to-come-back", too_many_waiting_are_told_to_come_back);
  test_on_each ("/register/reader-sees-one-instant", reader_sees_one_instant);
  test_on_each ("/register/failure-without-reason-is-a-failure", failure_without_reason_is_a_failure);
  test_on (ON_SQLITE, "/backup/of-a-live-register", backup_of_a_live_register);
  test_on (ON_SQLITE, "/backup/damaged-is-refused", damaged_backup_is_refused);
  test_on (ON_SQLITE, "/backup/of-an-edited-journal-is-refused", backup_of_an_edited_journal_is_refused);
  test_on (ON_SQLITE, "/backup/register-is-replaced", register_is_replaced);
  test_on (ON_SQLITE, "/backup/two-restores-in-one-second-keep-both", two_restores_in_one_second_keep_both);
  test_on (ON_SQLITE, "/backup/failed-restore-changes-nothing", failed_restore_changes_nothing);
  test_on (ON_SQLITE, "/backup/replacing-under-load-loses-nobody", replacing_under_load_loses_nobody);
  test_on (ON_SQLITE, "/backup/restore-refuses-what-comes-meanwhile", restore_refuses_what_comes_meanwhile);
  test_on_each ("/store/register/held-is-only-read", held_register_is_only_read);
  test_on_each ("/store/register/large-request-can-be-undone", large_request_can_be_undone);
  return g_test_run ();
}
