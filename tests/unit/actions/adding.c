/* Writing down people, items, SIM cards, funds and accounts: what is made, what is refused, and that a preview or a refusal leaves the
 * register as it was. */
#include "daemon/actions/account.h"
#include "daemon/rules/code.h"
#include "db/fund.h"
#include "db/person.h"
#include "tests/unit/actions/desk.h"
#include <unistd.h>

#define ICCID "8933019000000079197"

static void
person_is_made_and_found (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  const PersonRequest request = {
      .name = " Zoé Lévêque ", .phone = "06 39 98 00 61", .email = "zoe@exemple.fr", .town = "Saint-Été"};
  g_assert_true (DESK_DO (&desk, person_add, &request));
  g_autoptr (Person) person = person_load (desk.store, desk_code (&desk, 0), NULL);
  g_assert_cmpstr (person->name, ==, "Zoé Lévêque");
  g_assert_cmpstr (person->phone, ==, "+33639980061");
  g_assert_cmpstr (person->email, ==, "zoe@exemple.fr");
  g_assert_cmpint (person->last_contact_at, ==, DESK_NOW);
  g_autoptr (GPtrArray) found = store_search (desk.store, "leveque", 10, NULL);
  g_assert_cmpuint (found->len, ==, 1);
  char verb[32];
  g_assert_cmpstr (desk_last_verb (&desk, verb), ==, "person.add");
  desk_assert_journal_has_not (&desk, "Lévêque");
  desk_assert_journal_has_not (&desk, "639980061");
}

static void
person_of_same_name_is_pointed_out (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code first, second;
  desk_add_person (&desk, "Ana Testa", first);
  desk_add_person (&desk, "ana TESTA", second);
  g_assert_true (desk_list_has (desk.outcome.verdict->to_know, M_SAME_NAME));
  g_assert_cmpstr (first, !=, second);
}

static void
person_bad_fields_are_refused (void)
{
  static const struct {
    PersonRequest request;
    MessageId message;
  } cases[] = {
      {{.name = NULL}, M_NAME_MISSING},
      {{.name = "   "}, M_NAME_MISSING},
      {{.name = "A\x01"
                "B"},
       M_NAME_LETTERS},
      {{.name = "Ana", .phone = "call me"}, M_PHONE_FORMAT},
      {{.name = "Ana", .email = "ana(at)exemple.fr"}, M_EMAIL_FORMAT},
      {{.name = "Ana", .email = "a@b@c.fr"}, M_EMAIL_FORMAT},
      {{.name = "Ana", .email = "@exemple.fr"}, M_EMAIL_FORMAT},
      {{.name = "Ana", .town = "a\nb"}, M_FIELD_TYPE},
  };
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autofree char *before = desk_picture (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&desk, person_add, &cases[i].request));
    desk_assert_refused (&desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
item_is_paid_by_its_fund (void)
{
  static const char *const pieces[] = {" housse ", "", "chargeur", NULL};
  g_auto (Desk) desk;
  desk_init (&desk);
  Code fund_code, item_code;
  desk_add_fund (&desk, "Don", "7 900,00", "equipment", fund_code);
  g_autofree char *shown = code_display (fund_code);
  const ItemRequest request = {.serial = "R9TEST0001",
                               .model = "Tab A9",
                               .imei = "001010000282663",
                               .inventory_no = "CIAS-1",
                               .price = "526,67",
                               .fund = shown,
                               .pieces = pieces};
  g_assert_true (DESK_DO (&desk, item_add, &request));
  g_strlcpy (item_code, desk_code (&desk, 0), sizeof item_code);
  g_assert_cmpstr (desk_code (&desk, 1), ==, fund_code);
  desk_assert_item_state (&desk, item_code, ITEM_TO_WIPE);
  g_autoptr (GPtrArray) kept = piece_list (desk.store, item_code, NULL);
  g_assert_cmpuint (kept->len, ==, 2);
  g_autoptr (Fund) fund = fund_load (desk.store, fund_code, NULL);
  g_assert_cmpint (fund->spent.cents, ==, 52667);
  g_autoptr (GPtrArray) entries = fund_entry_list (desk.store, fund_code, 0, 10, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpstr (((const FundEntry *)g_ptr_array_index (entries, 0))->subject, ==, item_code);
}

static void
item_bad_requests_are_refused (void)
{
  static const char *const twice[] = {"sleeve", "Housse", NULL};
  static const gint64 cents = 100, negative = -1;
  g_auto (Desk) desk;
  desk_init (&desk);
  Code fund, skills, known;
  desk_add_fund (&desk, "Don", "100", "equipment", fund);
  desk_add_fund (&desk, "Cours", "100", "skills", skills);
  const ItemRequest first = {.serial = "R9KNOWN001", .imei = "001010000282663", .inventory_no = "INV-1"};
  g_assert_true (DESK_DO (&desk, item_add, &first));
  g_strlcpy (known, desk_code (&desk, 0), sizeof known);
  const struct {
    ItemRequest request;
    MessageId message;
  } cases[] = {
      {{.serial = NULL}, M_SERIAL_MISSING},
      {{.serial = "0123456789ABCDEF"}, M_SERIAL_PLACEHOLDER},
      {{.serial = "R9KNOWN001"}, M_SERIAL_KNOWN},
      {{.serial = "R9NEW0001", .imei = "001010000282663"}, M_IMEI_KNOWN},
      {{.serial = "R9NEW0001", .imei = "001010000282664"}, M_IMEI_LUHN},
      {{.serial = "R9NEW0001", .inventory_no = "INV-1"}, M_INVENTORY_KNOWN},
      {{.serial = "R9NEW0001", .inventory_no = "12345678901234567890123456"}, M_INVENTORY_LONG},
      {{.serial = "R9NEW0001", .kind = "toaster"}, M_ITEM_KIND_UNKNOWN},
      {{.serial = "R9NEW0001", .price = "cheap"}, M_MONEY_NOT_A_NUMBER},
      {{.serial = "R9NEW0001", .price = "1.234"}, M_MONEY_AMBIGUOUS},
      {{.serial = "R9NEW0001", .price_cents = &negative}, M_MONEY_NEGATIVE},
      {{.serial = "R9NEW0001", .price = "1,00", .price_cents = &cents}, M_AMOUNT_TWICE},
      {{.serial = "R9NEW0001", .pieces = twice}, M_PIECE_TWICE},
      {{.serial = "R9NEW0001", .fund = fund}, M_FIELD_MISSING},
      {{.serial = "R9NEW0001", .fund = fund, .price = "100,01"}, M_FUND_SHORT},
      {{.serial = "R9NEW0001", .fund = skills, .price = "10"}, M_FUND_STRAND},
      {{.serial = "R9NEW0001", .fund = "FBBBBBBB", .price = "10"}, M_CODE_CHECK},
      {{.serial = "R9NEW0001", .fund = known, .price = "10"}, M_CODE_NOT_A},
  };
  g_autofree char *before = desk_picture (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&desk, item_add, &cases[i].request));
    desk_assert_refused (&desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
item_fund_outside_its_period_needs_a_right_and_a_reason (void)
{
  static const char *const rights[] = {"fund-period", NULL};
  g_auto (Desk) desk;
  desk_init (&desk);
  const FundRequest old = {
      .name = "Vieux", .amount = "100", .from = "2024-01-01", .to = "2024-12-31", .strand = "equipment"};
  g_assert_true (DESK_DO (&desk, fund_add, &old));
  Code fund;
  g_strlcpy (fund, desk_code (&desk, 0), sizeof fund);
  const ItemRequest request = {.serial = "R9NEW0001", .price = "10", .fund = fund};
  g_assert_false (DESK_DO (&desk, item_add, &request));
  desk_assert_refused (&desk, M_FUND_PERIOD);
  desk.context.overrides = rights;
  g_assert_false (DESK_DO (&desk, item_add, &request));
  desk_assert_refused (&desk, M_REASON_MISSING);
  desk.context.comment = "reliquat accordé";
  g_assert_true (DESK_DO (&desk, item_add, &request));
  g_autoptr (GPtrArray) lines = journal_list (desk.store, 1, 10, NULL);
  const JournalLine *line = g_ptr_array_index (lines, lines->len - 1);
  g_assert_nonnull (strstr (line->after, "rights=fund-period"));
  g_assert_cmpstr (line->reason, ==, "reliquat accordé");
}

static void
rights_that_do_not_exist_or_are_not_the_roles_are_refused (void)
{
  static const char *const unknown[] = {"Ana Testa 0639980000", NULL};
  static const char *const not_the_agents[] = {"lend-second", "fund-period", NULL};
  const PersonRequest request = {.name = "Ana"};
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autofree char *before = desk_picture (&desk);
  desk.context.comment = "pourquoi pas";
  desk.context.overrides = unknown;
  g_assert_false (DESK_DO (&desk, person_add, &request));
  desk_assert_refused (&desk, M_FORBIDDEN_RIGHT);
  desk.context.overrides = not_the_agents;
  desk.context.role = ROLE_AGENT;
  g_assert_false (DESK_DO (&desk, person_add, &request));
  desk_assert_refused (&desk, M_FORBIDDEN_RIGHT);
  desk.context.is_preview = TRUE;
  g_assert_false (DESK_DO (&desk, person_add, &request));
  desk_assert_refused (&desk, M_FORBIDDEN_RIGHT);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
sim_makes_a_card_and_an_active_line (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  Code sim, line_code;
  desk_add_sim (&desk, "8933 0190 0000 0079 197", "06 39 98 00 01", sim, line_code);
  desk_assert_line_state (&desk, line_code, LINE_ACTIVE);
  g_autoptr (Card) card = card_load_by_iccid (desk.store, ICCID, NULL);
  g_assert_cmpstr (card->code, ==, sim);
  g_assert_cmpstr (card->line, ==, line_code);
  g_autoptr (Line) line = line_load (desk.store, line_code, NULL);
  g_assert_cmpstr (line->msisdn, ==, "+33639980001");
  desk_assert_journal_has_not (&desk, "639980001");
  desk_assert_journal_has_not (&desk, ICCID);
}

static void
sim_bad_requests_are_refused (void)
{
  static const struct {
    SimRequest request;
    MessageId message;
  } cases[] = {
      {{.iccid = NULL}, M_ICCID_MISSING},
      {{.iccid = "8933A19000000079197"}, M_ICCID_LETTERS},
      {{.iccid = "893301"}, M_ICCID_LENGTH},
      {{.iccid = "1233019000000079197"}, M_ICCID_START},
      {{.iccid = ICCID}, M_ICCID_KNOWN},
      {{.iccid = "8933109000000158380", .msisdn = "0639980001"}, M_PHONE_KNOWN},
      {{.iccid = "8933109000000158380", .msisdn = "12"}, M_PHONE_FORMAT},
  };
  g_auto (Desk) desk;
  desk_init (&desk);
  Code sim, line;
  desk_add_sim (&desk, ICCID, "06 39 98 00 01", sim, line);
  g_autofree char *before = desk_picture (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&desk, sim_add, &cases[i].request));
    desk_assert_refused (&desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
fund_bad_requests_are_refused (void)
{
  static const gint64 huge = G_MAXINT64;
  static const struct {
    FundRequest request;
    MessageId message;
  } cases[] = {
      {{.name = NULL}, M_NAME_MISSING},
      {{.name = "A"}, M_FIELD_MISSING},
      {{.name = "A", .amount = "-5"}, M_MONEY_NEGATIVE},
      {{.name = "A", .amount_cents = &huge}, M_MONEY_TOO_LARGE},
      {{.name = "A", .amount = "5"}, M_FIELD_MISSING},
      {{.name = "A", .amount = "5", .from = "31/02/2026", .to = "2026-12-31"}, M_DAY_NOT_REAL},
      {{.name = "A", .amount = "5", .from = "2026-01-01", .to = "soon"}, M_DAY_FORMAT},
      {{.name = "A", .amount = "5", .from = "2026-01-01", .to = "2026-12-31"}, M_FIELD_MISSING},
      {{.name = "A", .amount = "5", .from = "2026-01-01", .to = "2026-12-31", .strand = "fun"}, M_STRAND_UNKNOWN},
      {{.name = "A", .amount = "0", .from = "2026-01-01", .to = "2026-12-31", .strand = "skills"}, M_MONEY_ZERO},
      {{.name = "A", .amount = "5", .from = "2026-12-31", .to = "2026-01-01", .strand = "skills"}, M_DAY_ORDER},
      {{.name = "Don", .amount = "5", .from = "2026-01-01", .to = "2026-12-31", .strand = "skills"}, M_FUND_KNOWN},
  };
  g_auto (Desk) desk;
  desk_init (&desk);
  Code fund;
  desk_add_fund (&desk, "Don", "7 900,00", "equipment", fund);
  g_autofree char *before = desk_picture (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&desk, fund_add, &cases[i].request));
    desk_assert_refused (&desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
previews_change_nothing (void)
{
  static const PersonRequest person = {.name = "Ana"};
  static const ItemRequest item = {.serial = "R9TEST0001"};
  static const SimRequest sim = {.iccid = ICCID};
  static const FundRequest fund = {
      .name = "Don", .amount = "5", .from = "2026-01-01", .to = "2026-12-31", .strand = "skills"};
  static const AccountRequest account = {.name = "Ana", .user = "root", .role = "agent"};
  g_auto (Desk) desk;
  desk_init (&desk);
  desk.context.is_preview = TRUE;
  g_autofree char *before = desk_picture (&desk);
  g_assert_true (DESK_DO (&desk, person_add, &person));
  g_assert_true (DESK_DO (&desk, item_add, &item));
  g_assert_true (DESK_DO (&desk, sim_add, &sim));
  g_assert_true (DESK_DO (&desk, fund_add, &fund));
  g_assert_true (DESK_DO (&desk, account_add, &account));
  g_assert_cmpuint (desk.outcome.codes->len, ==, 0);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
own_user_gets_an_account_once (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autoptr (Account) first = account_of_uid (desk.store, geteuid (), DESK_NOW, &desk.error);
  g_assert_no_error (desk.error);
  g_autoptr (Account) second = account_of_uid (desk.store, geteuid (), DESK_NOW, &desk.error);
  g_assert_cmpstr (first->code, ==, second->code);
  g_assert_true (first->role == ROLE_ADMIN);
  g_autoptr (GPtrArray) lines = journal_list (desk.store, 0, 10, NULL);
  g_assert_cmpuint (lines->len, ==, 1);
}

static void
other_users_must_have_an_account (void)
{
  static const gint64 uid = 54321;
  static const AccountRequest request = {.name = "Ana", .role = "agent", .uid = &uid};
  g_auto (Desk) desk;
  desk_init (&desk);
  g_assert_null (account_of_uid (desk.store, uid, DESK_NOW, &desk.error));
  desk_assert_refused (&desk, M_FORBIDDEN_ACCOUNT);
  g_assert_true (DESK_DO (&desk, account_add, &request));
  g_autoptr (Account) account = account_of_uid (desk.store, uid, DESK_NOW, &desk.error);
  g_assert_true (account->role == ROLE_AGENT);
  g_assert_false (DESK_DO (&desk, account_add, &request));
  desk_assert_refused (&desk, M_ACCOUNT_KNOWN);
}

static void
account_is_for_a_user_of_the_machine (void)
{
  static const AccountRequest request = {.name = "Ana", .user = " root ", .role = "reader"};
  g_auto (Desk) desk;
  desk_init (&desk);
  g_assert_true (DESK_DO (&desk, account_add, &request));
  g_autoptr (Account) account = account_load_by_uid (desk.store, 0, NULL);
  g_assert_cmpstr (account->code, ==, desk_code (&desk, 0));
  g_assert_true (account->role == ROLE_READER);
  desk_assert_journal_has_not (&desk, "Ana");
}

static void
account_bad_requests_are_refused (void)
{
  static const gint64 uid = 54321, none = -1, invalid = G_MAXUINT32;
  static const struct {
    AccountRequest request;
    MessageId message;
  } cases[] = {
      {{.name = " ", .role = "agent", .uid = &uid}, M_NAME_MISSING},
      {{.name = "Ana", .role = "queen", .uid = &uid}, M_WORD_UNKNOWN},
      {{.name = "Ana", .role = " ", .uid = &uid}, M_FIELD_MISSING},
      {{.name = "Ana", .role = "agent"}, M_FIELD_MISSING},
      {{.name = "Ana", .role = "agent", .user = " "}, M_FIELD_MISSING},
      {{.name = "Ana", .role = "agent", .user = "no:such"}, M_USER_UNKNOWN},
      {{.name = "Ana", .role = "agent", .user = "root", .uid = &uid}, M_USER_TWICE},
      {{.name = "Ana", .role = "agent", .uid = &none}, M_FIELD_RANGE},
      {{.name = "Ana", .role = "agent", .uid = &invalid}, M_FIELD_RANGE},
  };
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autofree char *before = desk_picture (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_false (DESK_DO (&desk, account_add, &cases[i].request));
    desk_assert_refused (&desk, cases[i].message);
  }
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/person/is-made-and-found", person_is_made_and_found);
  g_test_add_func ("/actions/person/same-name-is-pointed-out", person_of_same_name_is_pointed_out);
  g_test_add_func ("/actions/person/bad-fields-are-refused", person_bad_fields_are_refused);
  g_test_add_func ("/actions/item/is-paid-by-its-fund", item_is_paid_by_its_fund);
  g_test_add_func ("/actions/item/bad-requests-are-refused", item_bad_requests_are_refused);
  g_test_add_func ("/actions/item/fund-outside-its-period-needs-a-right-and-a-reason",
                   item_fund_outside_its_period_needs_a_right_and_a_reason);
  g_test_add_func ("/actions/journal/rights-that-do-not-exist-or-are-not-the-roles-are-refused",
                   rights_that_do_not_exist_or_are_not_the_roles_are_refused);
  g_test_add_func ("/actions/sim/makes-a-card-and-an-active-line", sim_makes_a_card_and_an_active_line);
  g_test_add_func ("/actions/sim/bad-requests-are-refused", sim_bad_requests_are_refused);
  g_test_add_func ("/actions/fund/bad-requests-are-refused", fund_bad_requests_are_refused);
  g_test_add_func ("/actions/previews-change-nothing", previews_change_nothing);
  g_test_add_func ("/actions/account/own-user-gets-one-once", own_user_gets_an_account_once);
  g_test_add_func ("/actions/account/other-users-must-have-one", other_users_must_have_an_account);
  g_test_add_func ("/actions/account/is-for-a-user-of-the-machine", account_is_for_a_user_of_the_machine);
  g_test_add_func ("/actions/account/bad-requests-are-refused", account_bad_requests_are_refused);
  return g_test_run ();
}
