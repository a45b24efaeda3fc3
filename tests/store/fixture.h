/* What the store's tests share: a register in a folder of its own, and invented records. Each test makes its own. */
#pragma once
#include "db/account.h"
#include "db/fund.h"
#include "db/item.h"
#include "db/journal.h"
#include "db/loan.h"
#include "db/person.h"
#include "db/recharge.h"
#include "db/sim.h"
#include "db/store.h"
#include "db/wipe.h"
#include <glib/gstdio.h>
#include <string.h>
#include "tests/store/engines.h"

/* call uses &error. MUST: it succeeds. REFUSED: it fails with that DbError. */
#define MUST(call)                                                                                                     \
  do {                                                                                                                 \
    g_autoptr (GError) error = NULL;                                                                                   \
    gboolean is_good = (call) ? TRUE : FALSE;                                                                          \
    g_assert_no_error (error);                                                                                         \
    g_assert_true (is_good);                                                                                           \
  } while (0)
#define REFUSED(call, code)                                                                                            \
  do {                                                                                                                 \
    g_autoptr (GError) error = NULL;                                                                                   \
    gboolean is_good = (call) ? TRUE : FALSE;                                                                          \
    g_assert_false (is_good);                                                                                          \
    g_assert_error (error, DB_ERROR, (int)(code));                                                                     \
  } while (0)

typedef struct {
  char *folder, *path, *url; /* path: SQLite's file */
  Engine engine;
} Place;

static inline void
place_init (Place *place)
{
  place->folder = g_dir_make_tmp ("temoin-store-XXXXXX", NULL);
  g_assert_nonnull (place->folder);
  place->path = g_build_filename (place->folder, "register.db", NULL);
  place->engine = engine_now;
  place->url = engine_now == ON_SQLITE ? g_strconcat ("sqlite:", place->path, NULL) : database_new ();
}

static inline void
place_clear (Place *place)
{
  g_autoptr (GDir) folder = g_dir_open (place->folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (folder)) != NULL;) {
    g_autofree char *path = g_build_filename (place->folder, name, NULL);
    g_assert_cmpint (g_unlink (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  if (place->engine == ON_POSTGRESQL)
    database_drop (place->url);
  g_free (place->folder);
  g_free (place->path);
  g_free (place->url);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static inline Store *
open_store (const Place *place)
{
  g_autoptr (GError) error = NULL;
  Store *store = store_open (place->url, STORE_WRITE, &error);
  g_assert_no_error (error);
  return store;
}

/* "T0000007": the store asks only for eight letters; the check letter is rules/code's. */
static inline void
code_of (char kind, int number, Code code)
{
  g_snprintf (code, sizeof (Code), "%c%07d", kind, number % 10000000);
}

static inline Day
day_of (const char *text)
{
  Day day;
  g_strlcpy (day.text, text, sizeof day.text);
  return day;
}

static inline void
add_person (Store *store, const char *code, const char *name)
{
  Person person = {.name = (char *)name, .created_at = 1000, .last_contact_at = 1000};
  g_strlcpy (person.code, code, sizeof (Code));
  MUST (person_insert (store, &person, &error));
}

static inline void
add_item (Store *store, const char *code, const char *serial, ItemState state)
{
  Item item = {.kind = KIND_TABLET, .serial = (char *)serial, .model = (char *)"Tab A9", .state = state};
  item.created_at = 1000;
  item.price = money_of_cents (52667);
  g_strlcpy (item.code, code, sizeof (Code));
  MUST (item_insert (store, &item, &error));
}

static inline void
add_line (Store *store, const char *code, const char *msisdn)
{
  Line line = {.msisdn = (char *)msisdn, .state = LINE_ACTIVE, .created_at = 1000};
  g_strlcpy (line.code, code, sizeof (Code));
  MUST (line_insert (store, &line, &error));
}

static inline void
add_fund (Store *store, const char *code, gint64 cents)
{
  Fund fund = {.name = (char *)"Fondation d'essai", .strand = STRAND_CONNECTION, .created_at = 1000};
  fund.granted = money_of_cents (cents);
  fund.from = day_of ("2026-01-01");
  fund.to = day_of ("2026-12-31");
  g_strlcpy (fund.code, code, sizeof (Code));
  MUST (fund_insert (store, &fund, &error));
}

/* A loan of an item ('T...') or of a line ('L...'). */
static inline Loan
loan_of (const char *code, const char *person, const char *thing)
{
  Loan loan = {.state = LOAN_OPEN, .due_reason = (char *)"term"};
  g_strlcpy (loan.code, code, sizeof (Code));
  g_strlcpy (loan.person, person, sizeof (Code));
  g_strlcpy (thing[0] == 'L' ? loan.line : loan.item, thing, sizeof (Code));
  loan.started_on = day_of ("2026-03-02");
  loan.due_on = day_of ("2027-03-02");
  return loan;
}

/* How many rows a table has, through the store itself. */
static inline gint64
count_rows (Store *store, const char *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT COUNT(*) FROM %s", table);
  g_autoptr (GError) error = NULL;
  g_autoptr (Rows) rows = store_query (store, &error, sql, "");
  g_assert_no_error (error);
  g_assert_true (rows_next (rows, &error));
  return rows_int (rows, 0);
}
