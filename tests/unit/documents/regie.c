/* A statement as CSV and PDF: what spreadsheets would misread, periods without lines, and lines beyond one page. */
#include "daemon/documents/regie.h"
#include "daemon/rules/message.h"
#include "db/account.h"
#include "db/regie.h"
#include <glib/gstdio.h>
#include <poppler.h>
#include <string.h>

#define NOW 1795424400 /* 2026-11-23 09:00 UTC */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerDocument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerPage, g_object_unref)

typedef struct {
  char *dir;
  Store *store;
  Calendar calendar;
  StatementAsk ask;
} Desk;

static void
desk_init (Desk *desk)
{
  static char *natures[] = {(char *)"Recharges", NULL};
  const Account account = {
      .code = "CBCDFGHK", .name = (char *)"Amina \"Mina\" Diallo; régisseuse", .uid = -1, .role = ROLE_ADMIN};
  *desk = (Desk){.dir = g_dir_make_tmp ("statement-XXXXXX", NULL)};
  g_autofree char *url = g_strdup_printf ("sqlite:%s/register.db", desk->dir);
  desk->store = store_open (url, STORE_WRITE, NULL);
  desk->calendar.zone = g_time_zone_new_identifier ("Europe/Paris");
  desk->ask = (StatementAsk){.regie = "GBCDFGHK", .period = "2026-11", .calendar = &desk->calendar, .now = NOW};
  Regie regie = {.code = "GBCDFGHK",
                 .name = (char *)"Régie",
                 .act = (char *)"Arrêté 1",
                 .act_on = {"2026-01-01"},
                 .ceiling = {100000},
                 .natures = natures,
                 .means = 1u << PAY_CASH,
                 .holder = "CBCDFGHK"};
  g_assert_true (account_insert (desk->store, &account, NULL) && regie_insert (desk->store, &regie, NULL));
}

static void
desk_clear (Desk *desk)
{
  g_autofree char *journal = g_build_filename (desk->dir, "register.db", NULL);
  store_close (desk->store);
  g_time_zone_unref (desk->calendar.zone);
  (void)g_unlink (journal);
  (void)g_rmdir (desk->dir);
  g_free (desk->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Desk, desk_clear)

static void
put (Desk *desk, RegieKind kind, gint64 cents, const char *object)
{
  g_autoptr (Regie) regie = regie_load (desk->store, "GBCDFGHK", NULL);
  RegieEntry entry = {.at = NOW,
                      .account = (char *)"CBCDFGHK",
                      .on = {"2026-11-20"},
                      .kind = kind,
                      .object = (char *)object,
                      .paper = (char *)"T-1",
                      .nature = kind == REGIE_EXPENSE ? (char *)"Recharges" : NULL};
  entry.received.cents = kind == REGIE_EXPENSE ? 0 : cents;
  entry.paid.cents = kind == REGIE_EXPENSE ? cents : 0;
  g_assert_true (regie_entry_append (desk->store, regie, &entry, NULL));
  g_free (entry.hash);
}

/* The CSV as text. Caller frees. */
static char *
csv_of (Desk *desk)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Statement) statement = statement_load (desk->store, &desk->ask, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) bytes = statement_csv (statement);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
what_a_spreadsheet_would_misread_is_quoted (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  put (&desk, REGIE_ADVANCE, 50000, NULL);
  put (&desk, REGIE_EXPENSE, 1, "=HYPERLINK(\"x\")");
  put (&desk, REGIE_EXPENSE, 109, "deux ; trois");
  put (&desk, REGIE_EXPENSE, 1200, "-1");
  g_autofree char *csv = csv_of (&desk);
  g_assert_true (g_str_has_prefix (csv, "\xef\xbb\xbfrubrique;"));
  g_assert_nonnull (strstr (csv, ";\"'=HYPERLINK(\"\"x\"\")\";"));
  g_assert_nonnull (strstr (csv, ";\"deux ; trois\";"));
  g_assert_nonnull (strstr (csv, ";'-1;"));
  g_assert_nonnull (strstr (csv, ";0,00;0,01;499,99\r\n"));
  g_assert_nonnull (strstr (csv, ";0,00;1,09;498,90\r\n"));
  g_assert_nonnull (strstr (csv, "\"Amina \"\"Mina\"\" Diallo; régisseuse (CBCD-FGHK)\""));
  g_assert_null (strstr (csv, "Organisme"));
  desk.ask.owner_line = "CIAS d'essai";
  g_autofree char *named = csv_of (&desk);
  g_assert_nonnull (strstr (named, "fait;Organisme;CIAS d'essai;"));
}

static void
a_period_without_lines_opens_with_what_was_there (void)
{
  static const struct {
    const char *period, *opening;
  } rows[] = {{"2026-10", "0,00"}, {"2026-12", "499,99"}, {"2025", "0,00"}, {"2027", "499,99"}};
  g_auto (Desk) desk;
  desk_init (&desk);
  put (&desk, REGIE_ADVANCE, 50000, NULL);
  put (&desk, REGIE_EXPENSE, 1, "x");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    desk.ask.period = rows[i].period;
    g_autofree char *csv = csv_of (&desk);
    g_autofree char *opening = g_strdup_printf ("fait;Solde d'ouverture;%s", rows[i].opening);
    g_autofree char *closing = g_strdup_printf ("fait;Solde de clôture;%s", rows[i].opening);
    g_test_message ("%s", rows[i].period);
    g_assert_nonnull (strstr (csv, opening));
    g_assert_nonnull (strstr (csv, closing));
    g_assert_null (strstr (csv, "écriture;"));
  }
}

static void
what_is_no_period_is_refused (void)
{
  static const char *const periods[] = {"", "2026-13", "2026-1", "26", "novembre", "2026-11-20", "1999", "20260101"};
  g_auto (Desk) desk;
  desk_init (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (periods); i++) {
    g_autoptr (GError) error = NULL;
    desk.ask.period = periods[i];
    g_assert_null (statement_load (desk.store, &desk.ask, &error));
    g_assert_error (error, RULE_ERROR, M_REGIE_PERIOD);
  }
  g_autoptr (GError) error = NULL;
  desk.ask.period = NULL;
  desk.ask.request = 1;
  g_assert_null (statement_load (desk.store, &desk.ask, &error));
  g_assert_error (error, DB_ERROR, DB_ERROR_NOT_FOUND);
}

/* Every line is on a page, whatever it says and however long it is. */
static void
every_line_is_on_paper (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autofree char *line = g_strnfill (120, 'w');
  put (&desk, REGIE_ADVANCE, 50000, NULL);
  for (int i = 0; i < 60; i++)
    put (&desk, REGIE_EXPENSE, i + 1, i % 2 == 0 ? line : "\xc3\x28 <b>&");
  g_autoptr (GError) error = NULL;
  g_autoptr (Statement) statement = statement_load (desk.store, &desk.ask, &error);
  g_autoptr (GBytes) bytes = statement_pdf (statement, &error);
  g_assert_no_error (error);
  g_autoptr (PopplerDocument) document = poppler_document_new_from_bytes (bytes, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < poppler_document_get_n_pages (document); i++) {
    g_autoptr (PopplerPage) page = poppler_document_get_page (document, i);
    g_autofree char *on_page = poppler_page_get_text (page);
    g_string_append (text, on_page);
  }
  for (int number = 2; number <= 61; number++) {
    g_autofree char *paper = g_strdup_printf ("n° %d : T-1", number);
    g_assert_nonnull (strstr (text->str, paper));
  }
  g_assert_nonnull (strstr (text->str, "Le comptable"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/documents/regie/what-a-spreadsheet-would-misread-is-quoted",
                   what_a_spreadsheet_would_misread_is_quoted);
  g_test_add_func ("/documents/regie/a-period-without-lines-opens-with-what-was-there",
                   a_period_without_lines_opens_with_what_was_there);
  g_test_add_func ("/documents/regie/what-is-no-period-is-refused", what_is_no_period_is_refused);
  g_test_add_func ("/documents/regie/every-line-is-on-paper", every_line_is_on_paper);
  return g_test_run ();
}
