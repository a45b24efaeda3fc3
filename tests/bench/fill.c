/* Fills a register for the bench up to the numbers given, from what it holds already, and prints the new codes (but those of
 * recharges). Not the way a register is filled in real life: no account, no rule is asked, and nothing is made durable on the way. */
#include "daemon/rules/code.h"
#include "daemon/rules/item.h"
#include "db/counter.h"
#include "db/fund.h"
#include "db/item.h"
#include "db/journal.h"
#include "db/loan.h"
#include "db/person.h"
#include "db/recharge.h"
#include "db/sim.h"
#include <stdlib.h>

/* Rows in one transaction. In a file a page that many rows touch is written once; PostgreSQL keeps every version of a row (a counter, a head, a
 * month) until the transaction that wrote them is over, and walks along them. */
#define BATCH_IN_A_FILE     5000000
#define BATCH_ON_POSTGRESQL 1000
#define START_OF_2026       1767225600 /* seconds since 1970 */
#define LINES_A_SECOND      2          /* of the journal: thirty million of them are half a year, none in the future */
#define GRANT               1000000000 /* cents: never empty */
#define DAYS                28         /* of each month, that loans are due on */
#define RARE                1000       /* one item of so many is a laptop */

typedef gboolean (*Insert) (Store *store, gint64 number, GError **error);

/* The code that the number-th object of a kind has. */
static void
code_of (char kind, gint64 number, Code code)
{
  g_assert_true (code_make (kind, number, code));
}

/* One that exists, when there are `of` of them: a different one for most numbers. */
static void
some_code (char kind, gint64 number, gint64 of, Code code)
{
  code_of (kind, 1 + number * 7919 % of, code);
}

/* How many there are of each noun at the end, in the order of the command line. */
enum { ITEMS, PEOPLE, FUNDS, LINES, LOANS, RECHARGES, JOURNAL, NOUNS };
static gint64 wanted[NOUNS];

static gboolean
insert_item (Store *store, gint64 number, GError **error)
{
  static const char *const models[] = {"Galaxy Tab A9+", "Lenovo Tab M10", "Archos T101"};
  g_autofree char *serial = g_strdup_printf ("R9BENCH%07" G_GINT64_FORMAT, number);
  Item item = {.kind = number % RARE == 0 ? KIND_LAPTOP : KIND_TABLET,
               .serial = serial,
               .model = (char *)models[number % (gint64)G_N_ELEMENTS (models)],
               .price = {.cents = 52667},
               .state = ITEM_READY,
               .state_reason = (char *)ITEM_WAIVED_REASON,
               .created_at = START_OF_2026};
  code_of ('T', number, item.code);
  return item_insert (store, &item, error);
}

static gboolean
insert_person (Store *store, gint64 number, GError **error)
{
  static const char *const first[] = {"Éléonore", "Bo",  "Amina",  "Zoé",    "François", "Noël", "Inès",
                                      "Maëlys",   "Ana", "Idriss", "Jérôme", "Chloé",    "Léa"};
  static const char *const last[] = {"Lévêque", "Garçon", "Diallo", "Núñez", "Müller", "Petit", "Bérénger"};
  g_autofree char *name = g_strdup_printf ("%s %s %" G_GINT64_FORMAT, first[number % (gint64)G_N_ELEMENTS (first)],
                                           last[number % (gint64)G_N_ELEMENTS (last)], number);
  g_autofree char *phone = g_strdup_printf ("+3363998%04" G_GINT64_FORMAT, number % 10000);
  Person person = {.name = name, .phone = phone, .created_at = START_OF_2026, .last_contact_at = START_OF_2026};
  code_of ('P', number, person.code);
  return person_insert (store, &person, error);
}

static gboolean
insert_fund (Store *store, gint64 number, GError **error)
{
  g_autofree char *name = g_strdup_printf ("Fonds %" G_GINT64_FORMAT, number);
  Fund fund = {.name = name, .strand = STRAND_CONNECTION, .granted = {.cents = GRANT}, .created_at = START_OF_2026};
  code_of ('F', number, fund.code);
  return fund_insert (store, &fund, error);
}

static gboolean
insert_line (Store *store, gint64 number, GError **error)
{
  g_autofree char *msisdn = g_strdup_printf ("+999%09" G_GINT64_FORMAT, number); /* a country that is none */
  Line line = {.msisdn = msisdn, .state = LINE_ACTIVE, .created_at = START_OF_2026};
  g_strlcpy (line.credit.day.text, "2027-06-30", sizeof line.credit.day.text);
  g_strlcpy (line.end.day.text, "2027-12-31", sizeof line.end.day.text);
  code_of ('L', number, line.code);
  return line_insert (store, &line, error);
}

/* The number-th item, lent to somebody. */
static gboolean
insert_loan (Store *store, gint64 number, GError **error)
{
  Loan loan = {.state = LOAN_OPEN, .due_reason = (char *)"term"};
  code_of ('N', number, loan.code);
  code_of ('T', number, loan.item);
  some_code ('P', number, wanted[PEOPLE], loan.person);
  g_strlcpy (loan.started_on.text, "2027-01-04", sizeof loan.started_on.text);
  g_snprintf (loan.due_on.text, sizeof loan.due_on.text, "2028-%02d-%02d", (int)(1 + number % 12),
              (int)(1 + number / 12 % DAYS));
  return loan_insert (store, &loan, error) && item_set_state (store, loan.item, ITEM_READY, ITEM_LENT, NULL, error);
}

static gboolean
insert_recharge (Store *store, gint64 number, GError **error)
{
  Recharge recharge = {
      .product = (char *)"5 Go", .amount = {.cents = 1}, .at = START_OF_2026, .state = RECHARGE_CONFIRMED};
  code_of ('R', number, recharge.code);
  some_code ('L', number, wanted[LINES], recharge.line);
  some_code ('F', number, wanted[FUNDS], recharge.fund);
  g_strlcpy (recharge.on.text, "2027-01-04", sizeof recharge.on.text);
  return recharge_insert (store, &recharge, error) &&
         fund_spend (store, recharge.fund, recharge.amount, recharge.code, NULL, START_OF_2026, error);
}

static gboolean
insert_journal_line (Store *store, gint64 number, GError **error)
{
  Code item, person;
  some_code ('T', number, wanted[ITEMS], item);
  some_code ('P', number, wanted[PEOPLE], person);
  g_autofree char *subjects = g_strjoin (" ", item, person, NULL);
  return journal_append (store, START_OF_2026 + number / LINES_A_SECOND, "CBBBBBBB", "loan.lend", subjects,
                         "state=ready", "state=lent due=2028-01-04", "", error);
}

/* kind: '\0' when it has no code. */
static const struct {
  Insert insert;
  char kind;
  gboolean is_printed;
} nouns[] = {
    [ITEMS] = {insert_item, 'T', TRUE},
    [PEOPLE] = {insert_person, 'P', TRUE},
    [FUNDS] = {insert_fund, 'F', TRUE},
    [LINES] = {insert_line, 'L', TRUE},
    [LOANS] = {insert_loan, 'N', TRUE},
    [RECHARGES] = {insert_recharge, 'R', FALSE},
    [JOURNAL] = {insert_journal_line, '\0', FALSE},
};

/* How many there are already. */
static gboolean
held (Store *store, int noun, gint64 *count, GError **error)
{
  const char kind[] = {nouns[noun].kind, '\0'};
  g_autoptr (Rows) rows = kind[0] != '\0'
                              ? store_query (store, error, "SELECT value FROM counter WHERE kind = $1", "s", kind)
                              : store_query (store, error, "SELECT number FROM journal_head WHERE site = ''", "");
  if (rows == NULL)
    return FALSE;
  g_autoptr (GError) failure = NULL;
  *count = rows_next (rows, &failure) ? rows_int (rows, 0) : 0;
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return *error == NULL;
}

static gboolean
insert_one (Store *store, int noun, gint64 number, GError **error)
{
  const char kind = nouns[noun].kind;
  gint64 counter = number;
  if ((kind != '\0' && !counter_next (store, kind, &counter, error)) || !nouns[noun].insert (store, number, error))
    return FALSE;
  g_assert_cmpint (counter, ==, number);
  if (!nouns[noun].is_printed)
    return TRUE;
  Code code;
  code_of (kind, number, code);
  g_print ("%s\n", code);
  return TRUE;
}

static gboolean
fill (Store *store, int noun, gint64 batch, GError **error)
{
  gint64 number;
  if (!held (store, noun, &number, error))
    return FALSE;
  while (number < wanted[noun]) {
    if (!store_begin (store, error))
      return FALSE;
    gint64 last = MIN (number + batch, wanted[noun]);
    while (number < last)
      if (!insert_one (store, noun, ++number, error))
        return FALSE;
    if (!store_commit (store, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
fill_all (const char *url, GError **error)
{
  g_autoptr (Store) store = store_open (url, STORE_WRITE, error);
  if (store == NULL)
    return FALSE;
  /* thrown away when it fails: nobody waits for the disk */
  gboolean is_file = g_str_has_prefix (url, "sqlite:");
  if (is_file && (!store_run (store, NULL, error, "PRAGMA synchronous = OFF", "") ||
                  !store_run (store, NULL, error, "PRAGMA cache_size = -6000000", "")))
    return FALSE;
  for (int noun = 0; noun < NOUNS; noun++)
    if (!fill (store, noun, is_file ? BATCH_IN_A_FILE : BATCH_ON_POSTGRESQL, error))
      return FALSE;
  return TRUE;
}

int
main (int argc, char **argv)
{
  gboolean is_good = argc >= 4 && argc <= 2 + NOUNS;
  for (int i = 2; is_good && i < argc; i++)
    is_good = g_ascii_string_to_signed (argv[i], 10, 0, G_MAXINT32, &wanted[i - 2], NULL);
  if (!is_good) {
    g_printerr ("usage: fill sqlite:PATH ITEMS PEOPLE [FUNDS [LINES [LOANS [RECHARGES [JOURNAL]]]]]\n");
    return EXIT_FAILURE;
  }
  g_autoptr (GError) error = NULL;
  if (fill_all (argv[1], &error))
    return EXIT_SUCCESS;
  g_printerr ("fill: %s\n", error->message);
  return EXIT_FAILURE;
}
