/* Several sites on one register: a chain of the journal each, a bench each, counts that add up, accounts of a machine. */
#include "db/site.h"
#include "tests/store/fixture.h"

#define HERE  "B0000001"
#define THERE "B0000002"

static void
add_site (Store *store, const char *code, const char *name)
{
  Site site = {.name = (char *)name, .created_at = 1000};
  g_strlcpy (site.code, code, sizeof site.code);
  MUST (site_insert (store, &site, &error));
}

/* A register with two sites. */
static Store *
shared_register (Place *place)
{
  place_init (place);
  Store *store = open_store (place);
  add_site (store, HERE, "Mornant");
  add_site (store, THERE, "Chabanière");
  return store;
}

static void
append_at (Store *store, const char *site, gint64 at)
{
  MUST (site_use (store, site, &error));
  MUST (journal_append (store, at, "C0000001", "loan.lend", "T0000001", "", "", "", &error));
}

/* Lines of three chains, mixed. */
static void
write_chains (Store *store)
{
  static const char *const order[] = {"", HERE, HERE, THERE, "", HERE, THERE};
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    append_at (store, order[i], 2000 + (gint64)i);
}

static const JournalChain *
chain_of (const GPtrArray *chains, const char *site)
{
  for (guint i = 0; i < chains->len; i++) {
    const JournalChain *chain = g_ptr_array_index (chains, i);
    if (g_str_equal (chain->site, site))
      return chain;
  }
  g_assert_not_reached ();
}

static void
each_site_has_a_chain_of_its_own (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = shared_register (&place);
  write_chains (store);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GPtrArray) chains = journal_verify_sites (store, NULL, &failure);
  g_assert_no_error (failure);
  g_assert_cmpuint (chains->len, ==, 3);
  g_assert_cmpint (chain_of (chains, "")->lines, ==, 2);
  g_assert_cmpint (chain_of (chains, HERE)->lines, ==, 3);
  g_assert_cmpint (chain_of (chains, THERE)->lines, ==, 2);
  g_autoptr (GPtrArray) lines = journal_list (store, 0, 100, NULL);
  g_assert_cmpuint (lines->len, ==, 7);
  gint64 numbers[] = {1, 1, 2, 1, 2, 3, 2};
  for (guint i = 0; i < lines->len; i++) {
    g_assert_cmpint (((const JournalLine *)g_ptr_array_index (lines, i))->seq, ==, i + 1);
    g_assert_cmpint (((const JournalLine *)g_ptr_array_index (lines, i))->number, ==, numbers[i]);
  }
  g_autoptr (GPtrArray) own = journal_list_of_site (store, HERE, 1, 100, NULL);
  g_assert_cmpuint (own->len, ==, 2);
  g_assert_cmpint (((const JournalLine *)g_ptr_array_index (own, 0))->seq, ==, 3);
  gint64 newest;
  MUST (site_use (store, "", &error));
  MUST (journal_newest_at (store, &newest, &error));
  g_assert_cmpint (newest, ==, 2004);
}

/* `echo -n` of the documented netstrings, through sha256sum. */
static void
site_is_hashed_in (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = shared_register (&place);
  append_at (store, HERE, 100);
  append_at (store, "", 100);
  g_autoptr (GPtrArray) lines = journal_list (store, 0, 2, NULL);
#define FIELDS                                                                                                         \
  "1:1,3:100,8:C0000001,9:loan.lend,8:T0000001,0:,0:,0:,64:" /* then 64 zeros */                                       \
  "0000000000000000000000000000000000000000000000000000000000000000,"
  g_autofree char *named = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "8:" HERE "," FIELDS, -1);
  g_autofree char *nameless = g_compute_checksum_for_string (G_CHECKSUM_SHA256, FIELDS, -1);
#undef FIELDS
  g_assert_cmpstr (((const JournalLine *)g_ptr_array_index (lines, 0))->hash, ==, named);
  g_assert_cmpstr (((const JournalLine *)g_ptr_array_index (lines, 1))->hash, ==, nameless);
}

static void
broken_chain_names_its_site (void)
{
  static const struct {
    const char *sql, *site;
    JournalProblem problem;
    gint64 bad_number;
  } cases[] = {
      {"UPDATE journal SET reason = 'kind' WHERE site = 'B0000001' AND number = 2", HERE, JOURNAL_HASH, 2},
      {"DELETE FROM journal_subject; DELETE FROM journal WHERE site = 'B0000002' AND number = 1", THERE, JOURNAL_GAP,
       2},
      {"DELETE FROM journal_subject; DELETE FROM journal WHERE site = 'B0000002'", THERE, JOURNAL_TAIL, 1},
      {"DELETE FROM journal_head WHERE site = 'B0000001'", HERE, JOURNAL_TAIL, 1},
      {"DELETE FROM journal_subject; DELETE FROM journal WHERE site = 'B0000001';"
       "DELETE FROM journal_head WHERE site = 'B0000001'",
       HERE, JOURNAL_TAIL, 1},
      {"UPDATE journal SET site = '' WHERE site = 'B0000001' AND number = 3", "", JOURNAL_PREVIOUS, 3},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Place) place;
    g_autoptr (Store) store = shared_register (&place);
    write_chains (store);
    g_auto (GStrv) statements = g_strsplit (cases[i].sql, ";", -1);
    for (char **sql = statements; *sql != NULL; sql++)
      MUST (store_run (store, NULL, &error, *sql, ""));
    g_test_message ("%s", cases[i].sql);
    g_autoptr (GPtrArray) chains = journal_verify_sites (store, cases[i].site, NULL);
    g_assert_cmpuint (chains->len, ==, 1);
    const JournalChain *broken = g_ptr_array_index (chains, 0);
    g_assert_cmpint (broken->problem, ==, cases[i].problem);
    g_assert_cmpint (broken->bad_number, ==, cases[i].bad_number);
    g_autoptr (GPtrArray) others = journal_verify_sites (store, NULL, NULL);
    g_assert_cmpint (chain_of (others, cases[i].site)->problem, ==, cases[i].problem);
    const char *whole = *cases[i].site != '\0' ? "" : THERE;
    g_assert_cmpint (chain_of (others, whole)->problem, ==, JOURNAL_WHOLE);
  }
}

static Wipe
wipe_on (const char *code, const char *item, const char *port)
{
  Wipe wipe = {.port = (char *)port, .asked_by = (char *)"C0000001", .created_at = 100};
  g_strlcpy (wipe.code, code, sizeof (Code));
  g_strlcpy (wipe.item, item, sizeof (Code));
  return wipe;
}

static void
benches_do_not_mix (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = shared_register (&place);
  add_item (store, "T0000001", "R9XX0001", ITEM_WIPING);
  add_item (store, "T0000002", "R9XX0002", ITEM_WIPING);
  MUST (site_use (store, HERE, &error));
  const Wipe first = wipe_on ("X0000001", "T0000001", "1-1"), same_port = wipe_on ("X0000002", "T0000002", "1-1");
  const Wipe same_item = wipe_on ("X0000003", "T0000001", "1-2");
  MUST (wipe_insert (store, &first, &error));
  REFUSED (wipe_insert (store, &same_port, &error), DB_ERROR_UNIQUE);
  MUST (site_use (store, THERE, &error));
  REFUSED (wipe_insert (store, &same_item, &error), DB_ERROR_UNIQUE);
  MUST (wipe_insert (store, &same_port, &error));
  g_autoptr (Wipe) there = wipe_open_of_port (store, "1-1", NULL);
  g_assert_cmpstr (there->code, ==, "X0000002");
  g_assert_cmpstr (there->site, ==, THERE);
  g_autoptr (GPtrArray) unfinished = wipe_list_unfinished (store, NULL);
  g_assert_cmpuint (unfinished->len, ==, 1);
  MUST (site_use (store, "", &error));
  g_autoptr (GPtrArray) nobodys = wipe_list_unfinished (store, NULL);
  g_assert_cmpuint (nobodys->len, ==, 0);
}

/* What comes to one site and leaves from the other: the sum is right, whatever the rows are. */
static void
counts_add_up (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = shared_register (&place);
  gint64 kept[ITEM_STATES_N], counted[ITEM_STATES_N];
  MUST (site_use (store, HERE, &error));
  add_item (store, "T0000001", "R9XX0001", ITEM_READY);
  MUST (site_use (store, THERE, &error));
  MUST (item_set_state (store, "T0000001", ITEM_READY, ITEM_LENT, NULL, &error));
  REFUSED (item_set_state (store, "T0000001", ITEM_READY, ITEM_LENT, NULL, &error), DB_ERROR_STALE);
  MUST (site_use (store, "", &error));
  MUST (item_set_state (store, "T0000001", ITEM_LENT, ITEM_TO_WIPE, NULL, &error));
  MUST (item_count_by_state (store, kept, &error));
  MUST (item_recount (store, counted, &error));
  g_assert_cmpmem (kept, sizeof kept, counted, sizeof counted);
  g_assert_cmpint (kept[ITEM_TO_WIPE], ==, 1);
}

static void
add_account (Store *store, const char *code, gint64 uid, const char *site)
{
  Account account = {.name = (char *)"Ada Exemple", .uid = uid, .role = ROLE_AGENT};
  g_strlcpy (account.code, code, sizeof account.code);
  g_strlcpy (account.site, site, sizeof account.site);
  MUST (account_insert (store, &account, &error));
}

static const char *
account_of (Store *store, const char *site, gint64 uid)
{
  static Code found;
  g_autoptr (GError) failure = NULL;
  MUST (site_use (store, site, &error));
  g_autoptr (Account) account = account_load_by_uid (store, uid, &failure);
  if (account == NULL)
    g_assert_error (failure, DB_ERROR, DB_ERROR_NOT_FOUND);
  g_strlcpy (found, account != NULL ? account->code : "", sizeof found);
  return found;
}

static void
uid_is_of_a_machine (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = shared_register (&place);
  add_account (store, "C0000001", 1000, HERE);
  add_account (store, "C0000002", 1000, THERE);
  add_account (store, "C0000003", 2000, "");
  add_account (store, "C0000004", 2000, THERE);
  g_assert_cmpstr (account_of (store, HERE, 1000), ==, "C0000001");
  g_assert_cmpstr (account_of (store, THERE, 1000), ==, "C0000002");
  g_assert_cmpstr (account_of (store, "", 1000), ==, "");
  g_assert_cmpstr (account_of (store, HERE, 2000), ==, "C0000003");  /* of all sites */
  g_assert_cmpstr (account_of (store, THERE, 2000), ==, "C0000004"); /* its own comes first */
  REFUSED (account_set_site (store, "C0000002", HERE, &error), DB_ERROR_UNIQUE);
  MUST (account_set_site (store, "C0000001", "", &error));
  g_assert_cmpstr (account_of (store, "", 1000), ==, "C0000001");
  REFUSED (account_set_site (store, "C0000009", "", &error), DB_ERROR_NOT_FOUND);
}

static void
unknown_site_is_refused (void)
{
  g_auto (Place) place;
  g_autoptr (Store) store = shared_register (&place);
  REFUSED (site_use (store, "B0000009", &error), DB_ERROR_NOT_FOUND);
  g_assert_cmpstr (store_site (store), ==, "");
  const Site twin = {.code = "B0000003", .name = (char *)"Mornant"};
  REFUSED (site_insert (store, &twin, &error), DB_ERROR_UNIQUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/store/sites/each-has-a-chain-of-its-own", each_site_has_a_chain_of_its_own);
  test_on_each ("/store/sites/is-hashed-in", site_is_hashed_in);
  test_on_each ("/store/sites/broken-chain-names-its-site", broken_chain_names_its_site);
  test_on_each ("/store/sites/benches-do-not-mix", benches_do_not_mix);
  test_on_each ("/store/sites/counts-add-up", counts_add_up);
  test_on_each ("/store/sites/uid-is-of-a-machine", uid_is_of_a_machine);
  test_on_each ("/store/sites/unknown-is-refused", unknown_site_is_refused);
  return g_test_run ();
}
