/* The engines that the store's tests run on. PostgreSQL is a throw-away cluster: the run's own ($TEMOIN_TEST_CLUSTER), else one of
 * this program; each test has a database of its own in it. Where its programs are missing the tests are skipped, and say so. */
#pragma once
#include <glib.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum { ON_SQLITE, ON_POSTGRESQL } Engine;

static Engine engine_now;     /* the one of the running test */
static char *cluster;         /* its folder; NULL when there is none */
static int cluster_line = -1; /* ours stops when this is closed; a test that aborts closes it too */

typedef struct {
  Engine engine;
  void (*func) (void);
} OnEngine;

/* tests/cluster VERB FOLDER: stop, halt, resume. */
static inline void
cluster_do (const char *verb, const char *folder)
{
  char *argv[] = {(char *)"tests/cluster", (char *)verb, (char *)folder, NULL};
  int status;
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
}

/* A new one, which lives until *line is closed. Its folder, caller frees; NULL when there is no PostgreSQL here. */
static inline char *
cluster_lend (int *line)
{
  char *argv[] = {(char *)"tests/cluster", (char *)"lend", NULL};
  char said[256] = "";
  int from;
  g_assert_true (
      g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, line, &from, NULL, NULL));
  FILE *answer = fdopen (from, "r");
  gboolean is_there = fgets (said, sizeof said, answer) != NULL;
  (void)fclose (answer); /* only read from */
  return is_there ? g_strdup (g_strchomp (said)) : NULL;
}

static inline void
cluster_stop (void)
{
  if (cluster != NULL && cluster_line >= 0)
    cluster_do ("stop", cluster);
  g_clear_pointer (&cluster, g_free);
}

/* FALSE when there is no PostgreSQL here. */
static inline gboolean
cluster_start (void)
{
  const char *given = g_getenv ("TEMOIN_TEST_CLUSTER");
  if (cluster != NULL)
    return TRUE;
  if (given != NULL)
    cluster = *given != '\0' ? g_strdup (given) : NULL;
  else
    cluster = cluster_lend (&cluster_line);
  if (cluster != NULL)
    (void)atexit (cluster_stop); /* fails only when there are too many of them */
  return cluster != NULL;
}

/* The address of a database of the cluster. Caller frees. */
static inline char *
cluster_url (const char *database)
{
  return g_strdup_printf ("postgresql://temoin@/%s?host=%s", database, cluster);
}

/* Speaks to a database as another program would. */
static inline void
edit_database (const char *url, const char *sql)
{
  PGconn *connection = PQconnectdb (url);
  g_assert_cmpstr (PQerrorMessage (connection), ==, "");
  PGresult *result = PQexec (connection, sql);
  g_assert_cmpstr (PQresultErrorMessage (result), ==, "");
  PQclear (result);
  PQfinish (connection);
}

static inline void
in_cluster (const char *form, const char *database, const char *options)
{
  g_autofree char *url = cluster_url ("postgres");
  g_autofree char *sql = g_strdup_printf ("%s \"%s\" %s", form, database, options);
  edit_database (url, sql);
}

/* A new empty database; its address. Caller frees, after database_drop. */
static inline char *
database_new (void)
{
  static int n;
  g_autofree char *name = g_strdup_printf ("t%d_%d", (int)getpid (), ++n);
  in_cluster ("CREATE DATABASE", name, "STRATEGY file_copy");
  return cluster_url (name);
}

static inline void
database_drop (const char *url)
{
  const char *name = strstr (url, "@/") + 2;
  g_autofree char *database = g_strndup (name, strcspn (name, "?"));
  in_cluster ("DROP DATABASE", database, "WITH (FORCE)");
}

static inline void
run_on_engine (gconstpointer data)
{
  const OnEngine *test = data;
  if (test->engine == ON_POSTGRESQL && !cluster_start ()) {
    g_test_skip ("PostgreSQL is not installed here: NOTHING of this engine was tested (make deps)");
    return;
  }
  engine_now = test->engine;
  test->func ();
  engine_now = ON_SQLITE; /* where the tests of no engine in particular run */
}

static inline void
test_on (Engine engine, const char *path, void (*func) (void))
{
  static const char *const names[] = {[ON_SQLITE] = "sqlite", [ON_POSTGRESQL] = "postgresql"};
  g_autofree char *whole = g_strdup_printf ("/%s%s", names[engine], path);
  OnEngine *test = g_new0 (OnEngine, 1);
  *test = (OnEngine){.engine = engine, .func = func};
  g_test_add_data_func_full (whole, test, run_on_engine, g_free);
}

/* The same test on each engine. */
static inline void
test_on_each (const char *path, void (*func) (void))
{
  test_on (ON_SQLITE, path, func);
  test_on (ON_POSTGRESQL, path, func);
}
