/* The register killed in the middle of commits, and on a disk that fills up: what was acknowledged is there, nothing else is
 * half there. Each story runs in a child process, started before this one has any thread. */
#include "db/register.h"
#include "tests/store/fixture.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITERS     8
#define KILLS       5
#define ACKS_BEFORE 150 /* before the first kill; more before each next one */
#define PERSON_MAX  1000000

/* A person, a loan-like pair of rows and a journal line: half of it must never be seen. */
static gboolean
act (Store *store, gpointer data, GError **error)
{
  int number = *(const int *)data;
  Person person = {.name = (char *)"Ada Exemple"};
  code_of ('P', number, person.code);
  Item item = {.state = ITEM_NEW};
  code_of ('T', number, item.code);
  return person_insert (store, &person, error) && item_insert (store, &item, error) &&
         journal_append (store, 1, "", "person_add", person.code, NULL, NULL, NULL, error);
}

typedef struct {
  Register *reg;
  int first, fd;
} Writer;

static gpointer
write_for_ever (gpointer data)
{
  Writer *writer = data;
  for (int number = writer->first;; number += WRITERS) {
    MUST (register_write_wait (writer->reg, act, &number, &error));
    g_assert_cmpint (write (writer->fd, &number, sizeof number), ==, sizeof number);
  }
  return NULL;
}

static void
child_writes (const char *url, int first, int fd)
{
  g_autoptr (GError) error = NULL;
  Register *reg = register_open (url, &error);
  g_assert_no_error (error);
  for (int i = 0; i < WRITERS; i++) {
    Writer *writer = g_new0 (Writer, 1);
    *writer = (Writer){.reg = reg, .first = first + i, .fd = fd};
    g_thread_new ("writer", write_for_ever, writer);
  }
  for (;;)
    pause ();
}

/* Reads acknowledged numbers: `wanted` of them, or all that is left when wanted is 0. */
static void
read_acks (int fd, int wanted, GArray *acks)
{
  int number;
  for (int n = 0; wanted == 0 || n < wanted; n++) {
    if (read (fd, &number, sizeof number) != sizeof number)
      break;
    g_array_append_val (acks, number);
  }
}

static void
kill_in_the_middle (const Place *place, int first, int wanted, GArray *acks)
{
  int ends[2];
  g_assert_cmpint (pipe (ends), ==, 0);
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0) {
    close (ends[0]);
    child_writes (place->url, first, ends[1]);
  }
  close (ends[1]);
  read_acks (ends[0], wanted, acks);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  int status;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  read_acks (ends[0], 0, acks);
  close (ends[0]);
}

static void
assert_all_there (Store *store, GArray *acks)
{
  for (guint i = 0; i < acks->len; i++) {
    Code code;
    code_of ('P', g_array_index (acks, int, i), code);
    g_autoptr (Person) person = person_load (store, code, NULL);
    g_assert_nonnull (person);
  }
  JournalChain report;
  MUST (journal_verify (store, &report, &error));
  g_assert_cmpint (report.problem, ==, JOURNAL_WHOLE);
  g_assert_cmpint (report.lines, ==, count_rows (store, "person"));
  g_assert_cmpint (report.lines, ==, count_rows (store, "item"));
  g_assert_cmpint (report.lines, >=, acks->len);
  MUST (store_check (store, &error));
}

static void
killed_register_keeps_its_word (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (GArray) acks = g_array_new (FALSE, FALSE, sizeof (int));
  for (int i = 0; i < KILLS; i++) {
    kill_in_the_middle (&place, i * PERSON_MAX, ACKS_BEFORE + 37 * i, acks);
    g_autoptr (Store) store = open_store (&place);
    assert_all_there (store, acks);
  }
  g_assert_cmpint (acks->len, >=, KILLS * ACKS_BEFORE);
}

/* ---- a disk that fills up ---- */

static void
limit_files (rlim_t bytes)
{
  struct rlimit limit;
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The register's file and its log are of many sizes while the schema grows. */
static rlim_t
largest_file (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  GStatBuf file = {0}, log_file = {0};
  g_assert_cmpint (g_stat (path, &file), ==, 0);
  (void)g_stat (log, &log_file); /* none: empty */
  return (rlim_t)MAX (file.st_size, log_file.st_size);
}

/* Writes until the disk refuses, that many bytes beyond the new register; then makes room and writes once more. Gives the number of acknowledged writes. */
static int
child_fills_the_disk (const Place *place, rlim_t bytes)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (Register) reg = register_open (place->url, &failure);
  g_assert_no_error (failure);
  limit_files (largest_file (place->path) + bytes);
  int good = 0, number = 0;
  while (failure == NULL) {
    number++;
    good += register_write_wait (reg, act, &number, &failure);
  }
  g_assert_true (g_error_matches (failure, DB_ERROR, DB_ERROR_IO) ||
                 g_error_matches (failure, DB_ERROR, DB_ERROR_FULL));
  RegisterStats stats;
  register_stats (reg, &stats);
  g_assert_cmpuint (stats.failed_batches, ==, 1);
  limit_files (RLIM_INFINITY);
  MUST (register_write_wait (reg, act, &number, &error));
  return good + 1;
}

static void
full_disk_acknowledges_nothing (void)
{
  /* the first writes fit into the smallest; each stops at another byte of another page */
  static const rlim_t limits[] = {200001, 250123, 300007, 355555, 402111};
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++) {
    g_auto (Place) place;
    place_init (&place);
    int ends[2], good = 0;
    g_assert_cmpint (pipe (ends), ==, 0);
    pid_t child = fork ();
    if (child == 0) {
      (void)signal (SIGXFSZ, SIG_IGN); /* the write then fails with EFBIG */
      good = child_fills_the_disk (&place, limits[i]);
      g_assert_cmpint (write (ends[1], &good, sizeof good), ==, sizeof good);
      _exit (0);
    }
    int status;
    g_assert_cmpint (waitpid (child, &status, 0), ==, child);
    g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
    g_assert_cmpint (read (ends[0], &good, sizeof good), ==, sizeof good);
    close (ends[0]);
    close (ends[1]);
    g_assert_cmpint (good, >, 1);
    g_autoptr (Store) store = open_store (&place);
    g_assert_cmpint (count_rows (store, "person"), ==, good);
    g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (int));
    assert_all_there (store, none);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/crash/killed-register-keeps-its-word", killed_register_keeps_its_word);
  test_on (ON_SQLITE, "/crash/full-disk-acknowledges-nothing", full_disk_acknowledges_nothing);
  return g_test_run ();
}
