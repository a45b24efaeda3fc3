/* Imports: a verdict per line, all or nothing, the same file twice, and files that go wrong in many ways. */
#include "daemon/actions/import.h"
#include "db/fund.h"
#include "tests/unit/actions/desk.h"

/* The report of the last import of a desk. */
typedef struct {
  Desk desk;
  ImportReport report;
  const char *kind, *fund;
} Office;

static void
office_init (Office *office)
{
  desk_init (&office->desk);
  import_report_init (&office->report);
  office->kind = office->fund = NULL;
}

static void
office_clear (Office *office)
{
  import_report_clear (&office->report);
  desk_clear (&office->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Office, office_clear)

static gboolean
import_bytes (Office *office, const char *bytes, gsize length)
{
  const ImportRequest request = {.bytes = bytes, .length = length, .kind = office->kind, .fund = office->fund};
  Desk *desk = &office->desk;
  import_report_clear (&office->report);
  import_report_init (&office->report);
  desk_begin (desk);
  return desk_end (desk, import_run (desk->store, &desk->context, &request, &office->report, &desk->error));
}

static gboolean
import_text (Office *office, const char *text)
{
  return import_bytes (office, text, strlen (text));
}

static char *
data_file (const char *name, gsize *length)
{
  char *bytes;
  const char *top = g_getenv ("G_TEST_SRCDIR"); /* set by tests/run-unit; by hand one starts the test from the top */
  g_autofree char *path = g_build_filename (top != NULL ? top : ".", "tests", "data", name, NULL);
  g_assert_true (g_file_get_contents (path, &bytes, length, NULL));
  return bytes;
}

static void
assert_counts (const Office *office, guint made, guint known, guint errors)
{
  g_assert_cmpuint (office->report.made, ==, made);
  g_assert_cmpuint (office->report.known, ==, known);
  g_assert_cmpuint (office->report.errors, ==, errors);
  g_assert_cmpuint (office->report.lines, ==, made + known + errors);
  g_assert_cmpuint (office->report.rows->len, ==, office->report.lines);
}

static const ImportRow *
row (const Office *office, guint i)
{
  return g_ptr_array_index (office->report.rows, i);
}

static void
donor_list_spends_the_gift_to_the_cent_and_once (void)
{
  g_auto (Office) office;
  gsize length;
  office_init (&office);
  Code fund_code;
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  desk_add_fund (&office.desk, "Don", "7 900,00", "equipment", fund_code);
  office.fund = fund_code;
  g_assert_true (import_bytes (&office, tablets, length));
  g_assert_cmpstr (office.report.kind, ==, "tablets");
  assert_counts (&office, 15, 0, 0);
  g_autoptr (Fund) fund = fund_load (office.desk.store, fund_code, NULL);
  g_assert_cmpint (fund->spent.cents, ==, 790000);
  desk_assert_item_state (&office.desk, row (&office, 0)->code, ITEM_TO_WIPE);
  g_autoptr (GPtrArray) pieces = piece_list (office.desk.store, row (&office, 14)->code, NULL);
  g_assert_cmpuint (pieces->len, ==, 2);

  g_autofree char *before = desk_picture (&office.desk);
  g_assert_true (import_bytes (&office, tablets, length));
  assert_counts (&office, 0, 15, 0);
  g_autofree char *after = desk_picture (&office.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
sim_list_makes_cards_and_lines (void)
{
  g_auto (Office) office;
  gsize length;
  office_init (&office);
  g_autofree char *sims = data_file ("sims.csv", &length);
  g_assert_true (import_bytes (&office, sims, length));
  g_assert_cmpstr (office.report.kind, ==, "sims");
  assert_counts (&office, 20, 0, 0);
  g_autoptr (GPtrArray) lines = line_list (office.desk.store, &(LineState){LINE_ACTIVE}, NULL, 100, NULL);
  g_assert_cmpuint (lines->len, ==, 20);
  g_assert_true (import_bytes (&office, sims, length));
  assert_counts (&office, 0, 20, 0);
  desk_assert_journal_has_not (&office.desk, "8933");
}

static void
people_are_known_by_name_and_phone (void)
{
  static const char list[] = "Nom;Téléphone;Commune\nAna Testa;06 39 98 00 61;Éauze\nBob Essai;;\n";
  static const char more[] = "nom,téléphone\nANA TESTA,+33639980061\nAna Testa,0639980062\nbob essai,\n";
  g_auto (Office) office;
  office_init (&office);
  g_assert_true (import_text (&office, list));
  g_assert_cmpstr (office.report.kind, ==, "persons");
  assert_counts (&office, 2, 0, 0);
  g_assert_true (import_text (&office, more));
  assert_counts (&office, 1, 2, 0);
}

static void
rehearsal_says_the_same_and_changes_nothing (void)
{
  g_auto (Office) office;
  gsize length;
  office_init (&office);
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  g_autofree char *before = desk_picture (&office.desk);
  office.desk.context.is_preview = TRUE;
  g_assert_true (import_bytes (&office, tablets, length));
  assert_counts (&office, 15, 0, 0);
  g_assert_cmpstr (row (&office, 0)->code, ==, "");
  g_assert_true (import_text (&office, "serial;price\nR9TEST0001;cheap\n"));
  assert_counts (&office, 0, 0, 1);
  g_autofree char *after = desk_picture (&office.desk);
  g_assert_cmpstr (before, ==, after);
  office.desk.context.is_preview = FALSE;
  g_assert_true (import_bytes (&office, tablets, length));
  assert_counts (&office, 15, 0, 0);
}

static void
one_wrong_line_keeps_all_out_and_each_is_explained (void)
{
  static const char list[] = "serial;price;fund;imei\n"
                             "R9GOOD0001;10;;\n"
                             ";10;;\n"
                             "R9GOOD0002;ten;;\n"
                             "R9GOOD0003;10;FBBBBBBB;\n"
                             "R9GOOD0004;10\n"
                             "r9good0001;10;;\n"
                             "serial;price;fund;imei\n"
                             "R9GOOD0005;10;;12\n";
  static const MessageId inside[] = {0,
                                     M_SERIAL_MISSING,
                                     M_MONEY_NOT_A_NUMBER,
                                     M_CODE_CHECK,
                                     M_IMPORT_CELLS,
                                     M_IMPORT_TWICE,
                                     M_IMPORT_SECOND_HEADER,
                                     M_IMEI_LENGTH};
  g_auto (Office) office;
  office_init (&office);
  g_autofree char *before = desk_picture (&office.desk);
  g_assert_false (import_text (&office, list));
  desk_assert_refused (&office.desk, M_IMPORT_WRONG);
  assert_counts (&office, 1, 0, 7);
  for (guint i = 1; i < G_N_ELEMENTS (inside); i++) {
    const Finding *finding = row (&office, i)->finding;
    g_assert_cmpuint (row (&office, i)->line, ==, i + 2);
    g_assert_cmpint ((finding->inside != NULL ? finding->inside : finding)->id, ==, inside[i]);
    g_autofree char *sentence = finding_text (finding, LANGUAGE_EN);
    g_autofree char *start = g_strdup_printf ("Line %u", i + 2);
    g_assert_true (g_str_has_prefix (sentence, start));
  }
  g_autofree char *after = desk_picture (&office.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
serials_that_differ_by_a_sign_are_two (void)
{
  g_auto (Office) office;
  office_init (&office);
  g_assert_true (import_text (&office, "serial\nR9-TEST1\nR9TEST1\nR9_TEST1\n"));
  assert_counts (&office, 3, 0, 0);
}

static void
known_line_with_other_facts_is_an_error (void)
{
  static const char first[] = "serial;model;inventory_no;price\nR9TEST0001;Tab A9;INV-1;10\n";
  static const char *const others[] = {
      "serial;model\nR9TEST0001;Tab A8\n",
      "serial;inventory_no\nR9TEST0001;INV-2\n",
      "serial;price\nR9TEST0001;11\n",
      "serial;imei\nR9TEST0001;001010000282663\n",
  };
  g_auto (Office) office;
  office_init (&office);
  g_assert_true (import_text (&office, first));
  g_assert_true (import_text (&office, "serial\nR9TEST0001\n"));
  assert_counts (&office, 0, 1, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    g_assert_false (import_text (&office, others[i]));
    g_assert_true (row (&office, 0)->finding->id == M_IMPORT_DIFFERS);
  }
}

static void
gift_that_is_too_small_keeps_all_out (void)
{
  g_auto (Office) office;
  gsize length;
  office_init (&office);
  Code fund;
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  desk_add_fund (&office.desk, "Petit", "7 899,99", "equipment", fund);
  office.fund = fund;
  g_autofree char *before = desk_picture (&office.desk);
  g_assert_false (import_bytes (&office, tablets, length));
  assert_counts (&office, 14, 0, 1);
  g_assert_true (row (&office, 14)->finding->inside->id == M_FUND_SHORT);
  g_autofree char *after = desk_picture (&office.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
whatever_the_spreadsheet_wrote_reads_the_same (void)
{
  static const char *const files[] = {
      "Numéro de série;Modèle;N° d'inventaire;Prix;Accessoires\nR9TEST0001;Tablette "
      "d'été;INV-1;526,67;\"housse;chargeur\"\n",
      "\xef\xbb\xbfNUMERO DE SERIE;MODELE;INVENTAIRE;PRIX;ACCESSOIRES\r\nR9TEST0001;Tablette d'été;INV-1;526,67;housse "
      "+ "
      "chargeur\r\n",
      "serial,model,inventory_no,price,pieces\nR9TEST0001,Tablette d'été,INV-1,526.67,housse|chargeur\n",
      "serial\tmodel\tinventory_no\tprice\tpieces\rR9TEST0001\tTablette d'été\tINV-1\t526,67 €\thousse,chargeur\r",
      "s\xe9rie;mod\xe8le;inventaire;prix;accessoires\nR9TEST0001;Tablette d'\xe9t\xe9;INV-1;526,67;housse/chargeur\n",
      "pieces;price;inventory_no;model;serial\n\"housse;chargeur\";526,67;INV-1;\"Tablette d'été\";R9TEST0001\n",
  };
  g_autofree char *first_picture = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_auto (Office) office;
    office_init (&office);
    g_assert_true (import_text (&office, files[i]));
    assert_counts (&office, 1, 0, 0);
    g_autoptr (Item) item = item_load_by_serial (office.desk.store, "R9TEST0001", NULL);
    g_assert_cmpstr (item->model, ==, "Tablette d'été");
    g_assert_cmpint (item->price.cents, ==, 52667);
    g_autofree char *picture = desk_picture (&office.desk);
    if (first_picture == NULL)
      first_picture = g_strdup (picture);
    g_assert_cmpstr (picture, ==, first_picture);
  }
}

static void
bad_files_are_refused_as_a_whole (void)
{
  static const struct {
    const char *text, *kind;
    MessageId message;
  } cases[] = {
      {"", NULL, M_IMPORT_EMPTY},
      {"\n \n", NULL, M_IMPORT_EMPTY},
      {"serial;model\n", NULL, M_IMPORT_NO_LINES},
      {"model;price\nTab A9;10\n", NULL, M_IMPORT_KIND},
      {"model;price\nTab A9;10\n", "tablets", M_IMPORT_COLUMN_MISSING},
      {"serial;model\nR9TEST0001;Tab A9\n", "sims", M_IMPORT_COLUMN_UNKNOWN},
      {"serial;colour\nR9TEST0001;red\n", NULL, M_IMPORT_COLUMN_UNKNOWN},
      {"serial;\nR9TEST0001;red\n", NULL, M_IMPORT_COLUMN_UNKNOWN},
      {"serial;SN\nR9TEST0001;R9TEST0001\n", NULL, M_IMPORT_COLUMN_TWICE},
      {"serial\nR9TEST0001\n", "cars", M_WORD_UNKNOWN},
      {"serial;model\n\"R9TEST0001;Tab\n", NULL, M_IMPORT_QUOTE},
      {"serial;model\nR9\x01;Tab\n", NULL, M_IMPORT_NOT_TEXT},
  };
  g_auto (Office) office;
  office_init (&office);
  g_autofree char *before = desk_picture (&office.desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    office.kind = cases[i].kind;
    g_assert_false (import_text (&office, cases[i].text));
    desk_assert_refused (&office.desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&office.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
trouble_in_the_register_ends_the_import (void)
{
  g_auto (Office) office;
  gsize length;
  office_init (&office);
  g_autofree char *sims = data_file ("sims.csv", &length);
  g_autofree char *before = desk_picture (&office.desk);
  for (int rehearsal = 0; rehearsal < 2; rehearsal++) {
    office.desk.context.is_preview = rehearsal;
    g_assert_true (store_run (office.desk.store, NULL, NULL,
                              "CREATE TEMP TRIGGER fails BEFORE INSERT ON card WHEN (SELECT count(*) FROM card) = 11"
                              " BEGIN SELECT RAISE(ABORT, 'made to fail'); END",
                              ""));
    g_assert_false (import_bytes (&office, sims, length));
    g_assert_true (office.desk.error->domain == DB_ERROR);
    g_assert_true (store_run (office.desk.store, NULL, NULL, "DROP TRIGGER fails", ""));
    g_autofree char *after = desk_picture (&office.desk);
    g_assert_cmpstr (before, ==, after);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/import/donor-list-spends-the-gift-to-the-cent-and-once",
                   donor_list_spends_the_gift_to_the_cent_and_once);
  g_test_add_func ("/actions/import/sim-list-makes-cards-and-lines", sim_list_makes_cards_and_lines);
  g_test_add_func ("/actions/import/people-are-known-by-name-and-phone", people_are_known_by_name_and_phone);
  g_test_add_func ("/actions/import/rehearsal-changes-nothing", rehearsal_says_the_same_and_changes_nothing);
  g_test_add_func ("/actions/import/one-wrong-line-keeps-all-out", one_wrong_line_keeps_all_out_and_each_is_explained);
  g_test_add_func ("/actions/import/serials-that-differ-by-a-sign-are-two", serials_that_differ_by_a_sign_are_two);
  g_test_add_func ("/actions/import/known-line-with-other-facts-is-an-error", known_line_with_other_facts_is_an_error);
  g_test_add_func ("/actions/import/gift-that-is-too-small-keeps-all-out", gift_that_is_too_small_keeps_all_out);
  g_test_add_func ("/actions/import/whatever-the-spreadsheet-wrote-reads-the-same",
                   whatever_the_spreadsheet_wrote_reads_the_same);
  g_test_add_func ("/actions/import/bad-files-are-refused-as-a-whole", bad_files_are_refused_as_a_whole);
  g_test_add_func ("/actions/import/trouble-in-the-register-ends-it", trouble_in_the_register_ends_the_import);
  return g_test_run ();
}
