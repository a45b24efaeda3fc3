/* Imports: a verdict per line, all or nothing, the same file twice, and files that go wrong in many ways. */
#include "daemon/actions/importer.h"
#include "db/fund.h"
#include "db/import_job.h"
#include "daemon/actions/secret.h"
#include "tests/unit/actions/desk.h"

#define VOUCHERS "voucher_number;code;operator;product;price\n"

/* The report of the last import of a desk. Each step of it is a transaction of its own, as in the register's thread. */
typedef struct {
  Desk desk;
  Clock *clock;
  Vault *vault;
  Importer *importer;
  ImportReport report;
  IdempotencyAnswer answer;
  const char *kind, *fund, *key, *owner;
  gboolean is_rehearsal;
  int steps_left;                      /* then the daemon dies; below 0: it lives */
  void (*meanwhile) (gpointer office); /* after each step; or NULL */
  int happened;                        /* counted by meanwhile */
  guint slice_lines, lines_max;
} Office;

static gboolean
write_step (gpointer user, RegisterFunc func, gpointer data, GError **error)
{
  Office *office = user;
  if (office->steps_left == 0) {
    g_set_error (error, DB_ERROR, DB_ERROR_STOPPING, "the daemon is dead");
    return FALSE;
  }
  office->steps_left -= office->steps_left > 0;
  Store *store = office->desk.store;
  g_assert_true (store_begin (store, NULL) && store_savepoint (store, NULL));
  gboolean is_done = func (store, data, error);
  g_assert_true (is_done ? store_release (store, NULL) : store_rollback_to_savepoint (store, NULL));
  g_assert_true (store_commit (store, NULL));
  if (office->meanwhile != NULL)
    office->meanwhile (office);
  return is_done;
}

static char *
print_counts (const ImportReport *report, int *status)
{
  *status = report->made > 0 ? 201 : 200;
  return g_strdup_printf ("%u of %u", report->made, report->lines);
}

/* A daemon starts, and looks at nothing yet. */
static void
office_open (Office *office)
{
  const ImporterWorld world = {.write = write_step,
                               .user = office,
                               .owner = office->owner,
                               .calendar = &office->desk.calendar,
                               .clock = office->clock,
                               .vault = office->vault,
                               .print = print_counts,
                               .slice_lines = office->slice_lines,
                               .lines_max = office->lines_max};
  office->importer = importer_new (&world);
  office->steps_left = -1;
}

static void
office_init (Office *office)
{
  *office = (Office){.owner = "this desk"};
  desk_init (&office->desk);
  office->clock = clock_new (office->desk.store, NULL);
  import_report_init (&office->report);
  office_open (office);
}

static void
office_clear (Office *office)
{
  importer_free (office->importer);
  clock_free (office->clock);
  idempotency_answer_clear (&office->answer);
  import_report_clear (&office->report);
  desk_clear (&office->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Office, office_clear)

/* What was on its way is gone, but for what the register has. */
static void
office_restart (Office *office)
{
  importer_free (office->importer);
  office_open (office);
}

static gboolean
import_bytes (Office *office, const char *bytes, gsize length)
{
  FILE *file = fmemopen ((void *)(guintptr)bytes, length, "r");
  g_assert_nonnull (file);
  Desk *desk = &office->desk;
  ActionContext context = desk->context;
  context.is_preview = context.is_preview || office->is_rehearsal;
  const ImportRequest request = {.file = file,
                                 .kind = office->kind,
                                 .fund = office->fund,
                                 .context = &context,
                                 .key = office->key,
                                 .method = "POST",
                                 .target = "/v1/imports"};
  g_clear_error (&desk->error);
  gboolean is_done = importer_run (office->importer, &request, &office->report, &office->answer, &desk->error);
  (void)fclose (file); /* only read from */
  return is_done;
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

static gboolean
item_is_there (Office *office, const char *serial)
{
  g_autoptr (Item) item = item_load_by_serial (office->desk.store, serial, NULL);
  return item != NULL;
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
a_line_is_known_however_its_operator_is_written (void)
{
  g_auto (Office) office;
  office_init (&office);
  g_assert_true (import_text (&office, "iccid;operator;offer\n8933019000000079197;La Poste Mobile;Carte prépayée\n"));
  g_assert_true (import_text (&office, "iccid;operator;offer\n8933019000000079197;LA POSTE mobile;carte prepayee\n"));
  assert_counts (&office, 0, 1, 0);
  g_assert_false (import_text (&office, "iccid;operator;offer\n8933019000000079197;La Poste;Carte prépayée\n"));
  g_assert_true (row (&office, 0)->finding->id == M_IMPORT_DIFFERS);
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

#define FAILING_CARD                                                                                                   \
  "CREATE TEMP TRIGGER fails BEFORE INSERT ON card WHEN (SELECT count(*) FROM card) = 11"                              \
  " BEGIN SELECT RAISE(ABORT, 'made to fail'); END"

/* The daemon warns that an import waits: here that is no failure of the test. Gives what import_bytes gives. */
static gboolean
import_in_trouble (Office *office, const char *bytes, gsize length)
{
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  gboolean is_done = import_bytes (office, bytes, length);
  (void)g_log_set_always_fatal (fatal);
  return is_done;
}

/* After the seal nothing but time is lost: the rest follows as soon as the register can be written again. */
static void
trouble_after_the_seal_only_takes_time (void)
{
  g_auto (Office) office;
  g_auto (Office) calm;
  gsize length;
  office_init (&office);
  office_init (&calm);
  g_autofree char *sims = data_file ("sims.csv", &length);
  Store *store = office.desk.store;
  g_assert_true (store_run (store, NULL, NULL, FAILING_CARD, ""));
  office.desk.context.is_preview = TRUE;
  g_assert_true (import_bytes (&office, sims, length));
  office.desk.context.is_preview = FALSE;
  g_assert_false (import_in_trouble (&office, sims, length));
  desk_assert_refused (&office.desk, M_IMPORT_PAUSED);
  g_assert_false (importer_resume (office.importer, NULL));
  g_assert_true (store_run (store, NULL, NULL, "DROP TRIGGER fails", ""));
  g_assert_true (importer_resume (office.importer, NULL));
  g_assert_true (import_bytes (&calm, sims, length));
  g_autofree char *picture = desk_picture (&office.desk);
  g_autofree char *expected = desk_picture (&calm.desk);
  g_assert_cmpstr (picture, ==, expected);
}

/* Before the seal trouble ends it, and nothing is left. */
static void
trouble_before_the_seal_keeps_all_out (void)
{
  g_auto (Office) office;
  gsize length;
  office_init (&office);
  g_autofree char *sims = data_file ("sims.csv", &length);
  Store *store = office.desk.store;
  g_autofree char *before = desk_picture (&office.desk);
  g_assert_true (store_run (store, NULL, NULL,
                            "CREATE TEMP TRIGGER fails BEFORE INSERT ON import_line WHEN NEW.line = 12"
                            " BEGIN SELECT RAISE(ABORT, 'made to fail'); END",
                            ""));
  for (int rehearsal = 0; rehearsal < 2; rehearsal++) {
    office.desk.context.is_preview = rehearsal;
    g_assert_false (import_bytes (&office, sims, length));
    g_assert_true (office.desk.error->domain == DB_ERROR);
    g_autofree char *after = desk_picture (&office.desk);
    g_assert_cmpstr (before, ==, after);
  }
}

/* ---- a daemon that dies ---- */

static void
donor_office (Office *office, Code fund)
{
  office_init (office);
  office->slice_lines = 1;
  office_restart (office);
  desk_add_fund (&office->desk, "Don", "7 900,00", "equipment", fund);
  office->fund = fund;
  office->key = "key-of-the-donor";
}

/* Dies after so many steps, and comes again. TRUE: it did not die. */
static gboolean
die_at (int steps, const char *bytes, gsize length, const char *expected)
{
  g_auto (Office) office;
  Code fund;
  donor_office (&office, fund);
  g_autofree char *before = desk_picture (&office.desk);
  office.steps_left = steps;
  gboolean is_done = import_in_trouble (&office, bytes, length);
  office_restart (&office);
  g_assert_true (importer_resume (office.importer, NULL));
  g_autofree char *after = desk_picture (&office.desk);
  g_assert_true (g_str_equal (after, before) || g_str_equal (after, expected));
  g_assert_true (!is_done || g_str_equal (after, expected));
  g_assert_true (import_bytes (&office, bytes, length)); /* who got no answer asks again */
  g_autofree char *again = desk_picture (&office.desk);
  g_assert_cmpstr (again, ==, expected);
  return is_done;
}

static void
killed_at_every_border_it_is_there_once_or_not_at_all (void)
{
  g_auto (Office) calm;
  gsize length;
  Code fund;
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  donor_office (&calm, fund);
  g_assert_true (import_bytes (&calm, tablets, length));
  g_autofree char *expected = desk_picture (&calm.desk);
  int steps = 0;
  while (!die_at (steps, tablets, length, expected))
    steps++;
  g_assert_cmpint (steps, >, 2 * 15); /* at each line when it is judged, and when it is made */
}

/* A daemon beside this one, on the same database, is not to be disturbed; what it has claimed is refused. */
static void
job_of_another_daemon_is_left_alone (void)
{
  static const char list[] = "serial\nR9TEST0001\nR9TEST0002\n";
  g_auto (Office) office;
  office_init (&office);
  office.slice_lines = 1;
  office.owner = "another desk";
  office_restart (&office);
  office.steps_left = 3; /* it lists its jobs, begins, and judges a line */
  g_assert_false (import_in_trouble (&office, list, strlen (list)));
  office.owner = "this desk";
  office_restart (&office);
  g_assert_false (import_text (&office, list));
  assert_counts (&office, 1, 0, 1);
  g_assert_true (row (&office, 0)->finding->inside->id == M_IMPORT_CLAIMED);
  office.owner = "another desk";
  office_restart (&office);
  g_assert_true (importer_resume (office.importer, NULL));
  g_assert_true (import_text (&office, list));
}

/* ---- a desk that works meanwhile ---- */

/* The state and number of lines of the only job; "" when there is none. */
static const char *
job_state (Office *office, gint64 *lines)
{
  g_autoptr (GPtrArray) jobs = import_job_list (office->desk.store, NULL, NULL);
  const ImportJob *job = jobs->len > 0 ? g_ptr_array_index (jobs, 0) : NULL;
  *lines = job != NULL ? job->lines : 0;
  return job != NULL ? import_state_name (job->state) : "";
}

static void
buy (Office *office, const char *serial, const char *price)
{
  const ItemRequest request = {.serial = serial, .price = price, .fund = office->fund};
  (void)DESK_DO (&office->desk, item_add, &request); /* the error tells */
}

/* The first and the last line of tests/data/tablets.csv. */
#define FIRST_SERIAL "R9TEST0001"
#define LAST_SERIAL  "R9TEST0015"

static void
spend_what_is_left (gpointer user)
{
  Office *office = user;
  gint64 lines;
  const char *state = job_state (office, &lines);
  if (!g_str_equal (state, "sealed"))
    return;
  buy (office, "R9DESK0001", "0,01");
  desk_assert_refused (&office->desk, M_FUND_SHORT);
  g_clear_error (&office->desk.error);
  office->happened++;
}

static void
money_of_a_sealed_file_cannot_be_spent (void)
{
  g_auto (Office) office;
  gsize length;
  Code fund_code;
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  donor_office (&office, fund_code);
  office.meanwhile = spend_what_is_left;
  g_assert_true (import_bytes (&office, tablets, length));
  assert_counts (&office, 15, 0, 0);
  g_assert_cmpint (office.happened, >=, 15);
  g_autoptr (Fund) fund = fund_load (office.desk.store, fund_code, NULL);
  g_assert_cmpint (fund->spent.cents, ==, 790000);
  g_assert_cmpint (fund->reserved.cents, ==, 0);
}

static void
spend_one_euro (gpointer user)
{
  Office *office = user;
  gint64 lines;
  if (office->happened > 0 || !g_str_equal (job_state (office, &lines), "staging") || lines != 5)
    return;
  office->happened++;
  buy (office, "R9DESK0001", "1");
  g_assert_no_error (office->desk.error);
}

/* What the desk spends before the seal is spent: the file is refused as a whole. */
static void
fund_emptied_while_the_file_is_judged_keeps_all_out (void)
{
  g_auto (Office) office;
  gsize length;
  Code fund_code;
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  donor_office (&office, fund_code);
  office.meanwhile = spend_one_euro;
  g_assert_false (import_bytes (&office, tablets, length));
  desk_assert_refused (&office.desk, M_IMPORT_WRONG);
  g_assert_cmpint (office.happened, ==, 1);
  assert_counts (&office, 14, 0, 1);
  g_assert_true (row (&office, 14)->finding->inside->id == M_FUND_SHORT);
  g_autoptr (Fund) fund = fund_load (office.desk.store, fund_code, NULL);
  g_assert_cmpint (fund->spent.cents, ==, 100);
  g_assert_cmpint (fund->reserved.cents, ==, 0);
}

/* While the file is on its way. */
static void
take_numbers_of_the_file (gpointer user)
{
  Office *office = user;
  gint64 lines;
  const char *state = job_state (office, &lines);
  gboolean is_made = item_is_there (office, FIRST_SERIAL);
  if (lines == 0 || g_str_equal (state, "over") || is_made)
    return;
  buy (office, FIRST_SERIAL, NULL);
  g_clear_error (&office->desk.error);
  const ItemRequest request = {.serial = FIRST_SERIAL};
  g_assert_false (DESK_DO (&office->desk, item_add, &request));
  desk_assert_refused (&office->desk, M_IMPORT_CLAIMED);
  g_clear_error (&office->desk.error);
  office->happened++;
}

static void
number_of_a_line_cannot_be_taken (void)
{
  g_auto (Office) office;
  gsize length;
  Code fund_code;
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  donor_office (&office, fund_code);
  office.meanwhile = take_numbers_of_the_file;
  g_assert_true (import_bytes (&office, tablets, length));
  g_assert_cmpint (office.happened, >=, 15);
  const ItemRequest request = {.serial = FIRST_SERIAL};
  office.meanwhile = NULL;
  g_assert_false (DESK_DO (&office.desk, item_add, &request));
  desk_assert_refused (&office.desk, M_SERIAL_KNOWN);
}

static void
take_the_last_number (gpointer user)
{
  Office *office = user;
  gint64 lines;
  if (office->happened > 0 || !g_str_equal (job_state (office, &lines), "staging") || lines != 5)
    return;
  office->happened++;
  const ItemRequest request = {.serial = LAST_SERIAL, .model = "taken at the desk"};
  g_assert_true (DESK_DO (&office->desk, item_add, &request));
}

static void
number_taken_before_its_line_was_read_keeps_all_out (void)
{
  g_auto (Office) office;
  gsize length;
  Code fund_code;
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  donor_office (&office, fund_code);
  office.meanwhile = take_the_last_number;
  g_assert_false (import_bytes (&office, tablets, length));
  assert_counts (&office, 14, 0, 1);
  g_assert_true (row (&office, 14)->finding->id == M_IMPORT_DIFFERS);
  g_assert_false (item_is_there (&office, FIRST_SERIAL));
}

static void
rehearsal_claims_nothing (gpointer user)
{
  Office *office = user;
  gint64 lines;
  if (office->happened > 0 || !g_str_equal (job_state (office, &lines), "staging") || lines != 15)
    return;
  office->happened++;
  buy (office, FIRST_SERIAL, "7900");
  g_assert_no_error (office->desk.error);
}

static void
rehearsal_is_in_nobodys_way (void)
{
  g_auto (Office) office;
  gsize length;
  Code fund_code;
  g_autofree char *tablets = data_file ("tablets.csv", &length);
  donor_office (&office, fund_code);
  office.is_rehearsal = TRUE;
  office.meanwhile = rehearsal_claims_nothing;
  g_assert_true (import_bytes (&office, tablets, length));
  g_assert_cmpint (office.happened, ==, 1);
}

/* ---- codes ---- */

/* Is the word anywhere in what is staged? */
static gboolean
staged_has (Office *office, const char *word)
{
  g_autoptr (GPtrArray) jobs = import_job_list (office->desk.store, NULL, NULL);
  g_assert_cmpuint (jobs->len, ==, 1);
  const ImportJob *job = g_ptr_array_index (jobs, 0);
  g_autoptr (GPtrArray) lines = import_line_next (office->desk.store, job->number, 100, NULL);
  gboolean found = FALSE;
  for (guint i = 0; i < lines->len; i++)
    found = found || strstr (((const StagedLine *)g_ptr_array_index (lines, i))->cells, word) != NULL;
  return found;
}

static void
codes_are_never_in_clear (void)
{
  static const char list[] = "iccid;pin\n8933019000000079197;4711\n8933019000000079205;\n";
  g_auto (Office) office;
  office_init (&office);
  g_autofree char *path = g_build_filename (office.desk.dir, "key", NULL);
  g_autoptr (Vault) vault = vault_open (path);
  g_assert_true (vault_add_key (vault, NULL));
  office.vault = office.desk.context.vault = vault;
  office.slice_lines = 1;
  office_restart (&office);
  office.steps_left = 5; /* the jobs before, begin, two lines, seal */
  g_assert_false (import_in_trouble (&office, list, strlen (list)));
  desk_assert_refused (&office.desk, M_IMPORT_PAUSED);
  g_assert_false (staged_has (&office, "4711"));
  g_assert_false (staged_has (&office, "8933019000000079197"));
  g_assert_true (staged_has (&office, "8933019000000079205")); /* no code, no seal */
  office_restart (&office);
  g_assert_true (importer_resume (office.importer, NULL));
  g_autoptr (Card) card = card_load_by_iccid (office.desk.store, "8933019000000079197", NULL);
  char *pin = secret_open (office.desk.store, &office.desk.context, SECRET_PIN, card->code, NULL);
  g_assert_cmpstr (pin, ==, "4711");
  vault_text_free (pin);
}

/* A code of two lines, or that a voucher has already, is found before anything is made. */
static void
voucher_code_is_there_once (void)
{
  g_auto (Office) office;
  office_init (&office);
  g_autofree char *path = g_build_filename (office.desk.dir, "key", NULL);
  g_autoptr (Vault) vault = vault_open (path);
  g_assert_true (vault_add_key (vault, NULL));
  office.vault = office.desk.context.vault = vault;
  office_restart (&office);
  g_assert_true (import_text (&office, VOUCHERS "B-1;1234567890123;orange;mobi-10;10\n"));
  g_assert_false (import_text (&office, VOUCHERS "B-2;1234567890123;orange;mobi-10;10\n"));
  g_assert_true (row (&office, 0)->finding->inside->id == M_VOUCHER_CODE_KNOWN);
  g_assert_false (import_text (&office, VOUCHERS "B-3;9876543210987;orange;mobi-10;10\n"
                                                 "B-4;9876543210987;orange;mobi-10;10\n"));
  g_assert_true (row (&office, 1)->finding->id == M_IMPORT_TWICE);
}

/* ---- keys, and long files ---- */

static void
same_key_is_answered_the_same (void)
{
  g_auto (Office) office;
  office_init (&office);
  office.key = "key-of-a-file";
  g_assert_true (import_text (&office, "serial\nR9TEST0001\n"));
  g_assert_true (office.answer.match == IDEMPOTENCY_NEW);
  g_autofree char *before = desk_picture (&office.desk);
  g_assert_true (import_text (&office, "serial\nR9TEST0001\n"));
  g_assert_true (office.answer.match == IDEMPOTENCY_SAME);
  g_assert_cmpint (office.answer.status, ==, 201);
  g_assert_cmpstr (office.answer.body, ==, "1 of 1");
  g_assert_false (import_text (&office, "serial\nR9TEST0002\n"));
  desk_assert_refused (&office.desk, M_KEY_REUSED);
  g_autofree char *after = desk_picture (&office.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
every_number_of_a_file_is_there_once (void)
{
  static const char list[] = "serial;imei;inventory_no\n"
                             "R9TEST0001;001010000282663;INV-1\n"
                             "R9TEST0002;001010000282663;INV-2\n"
                             "R9TEST0003;;INV-1\n";
  static const char *const columns[] = {"imei", "inventory_no"};
  g_auto (Office) office;
  office_init (&office);
  for (int rehearsal = 0; rehearsal < 2; rehearsal++) {
    office.desk.context.is_preview = rehearsal;
    g_assert_true (import_text (&office, list) == rehearsal);
    assert_counts (&office, 1, 0, 2);
    for (guint i = 0; i < G_N_ELEMENTS (columns); i++) {
      const Finding *finding = row (&office, i + 1)->finding;
      g_assert_true (finding->id == M_IMPORT_TWICE);
      g_assert_cmpstr (finding->args[1], ==, columns[i]);
      g_assert_cmpstr (finding->args[3], ==, "2");
    }
  }
}

static void
long_report_has_the_errors_alone (void)
{
  g_auto (Office) office;
  office_init (&office);
  g_autoptr (GString) list = g_string_new ("serial;price\n");
  for (int i = 0; i < IMPORT_ROWS_MAX + 500; i++)
    g_string_append_printf (list, "R9LONG%05d;%s\n", i, i % 500 == 7 ? "ten" : "10");
  g_assert_false (import_text (&office, list->str));
  g_assert_cmpuint (office.report.lines, ==, IMPORT_ROWS_MAX + 500);
  g_assert_cmpuint (office.report.errors, ==, 3);
  g_assert_cmpuint (office.report.rows->len, ==, 3);
  g_assert_cmpuint (row (&office, 2)->line, ==, 1009);
  (void)g_string_replace (list, "ten", "10", 0); /* how many is known */
  g_assert_true (import_text (&office, list->str));
  g_assert_cmpuint (office.report.made, ==, IMPORT_ROWS_MAX + 500);
  g_assert_cmpuint (office.report.rows->len, ==, 0);
}

static void
too_many_lines_are_refused (void)
{
  g_auto (Office) office;
  office_init (&office);
  office.lines_max = 2;
  office_restart (&office);
  g_autofree char *before = desk_picture (&office.desk);
  g_assert_false (import_text (&office, "serial\nR9TEST0001\nR9TEST0002\nR9TEST0003\n"));
  desk_assert_refused (&office.desk, M_IMPORT_TOO_MANY);
  g_autofree char *after = desk_picture (&office.desk);
  g_assert_cmpstr (before, ==, after);
  g_assert_true (import_text (&office, "serial\nR9TEST0001\nR9TEST0002\n"));
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
  g_test_add_func ("/actions/import/a-line-is-known-however-its-operator-is-written",
                   a_line_is_known_however_its_operator_is_written);
  g_test_add_func ("/actions/import/gift-that-is-too-small-keeps-all-out", gift_that_is_too_small_keeps_all_out);
  g_test_add_func ("/actions/import/whatever-the-spreadsheet-wrote-reads-the-same",
                   whatever_the_spreadsheet_wrote_reads_the_same);
  g_test_add_func ("/actions/import/bad-files-are-refused-as-a-whole", bad_files_are_refused_as_a_whole);
  g_test_add_func ("/actions/import/trouble-after-the-seal-only-takes-time", trouble_after_the_seal_only_takes_time);
  g_test_add_func ("/actions/import/trouble-before-the-seal-keeps-all-out", trouble_before_the_seal_keeps_all_out);
  g_test_add_func ("/actions/import/killed-at-every-border-it-is-there-once-or-not-at-all",
                   killed_at_every_border_it_is_there_once_or_not_at_all);
  g_test_add_func ("/actions/import/job-of-another-daemon-is-left-alone", job_of_another_daemon_is_left_alone);
  g_test_add_func ("/actions/import/money-of-a-sealed-file-cannot-be-spent", money_of_a_sealed_file_cannot_be_spent);
  g_test_add_func ("/actions/import/fund-emptied-while-the-file-is-judged-keeps-all-out",
                   fund_emptied_while_the_file_is_judged_keeps_all_out);
  g_test_add_func ("/actions/import/number-of-a-line-cannot-be-taken", number_of_a_line_cannot_be_taken);
  g_test_add_func ("/actions/import/number-taken-before-its-line-was-read-keeps-all-out",
                   number_taken_before_its_line_was_read_keeps_all_out);
  g_test_add_func ("/actions/import/rehearsal-is-in-nobodys-way", rehearsal_is_in_nobodys_way);
  g_test_add_func ("/actions/import/codes-are-never-in-clear", codes_are_never_in_clear);
  g_test_add_func ("/actions/import/voucher-code-is-there-once", voucher_code_is_there_once);
  g_test_add_func ("/actions/import/same-key-is-answered-the-same", same_key_is_answered_the_same);
  g_test_add_func ("/actions/import/every-number-of-a-file-is-there-once", every_number_of_a_file_is_there_once);
  g_test_add_func ("/actions/import/long-report-has-the-errors-alone", long_report_has_the_errors_alone);
  g_test_add_func ("/actions/import/too-many-lines-are-refused", too_many_lines_are_refused);
  return g_test_run ();
}
