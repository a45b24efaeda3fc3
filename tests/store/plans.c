/* No statement reads more than it gives. Every function of db/ is called (tests/sql-lint.sh compares), the engine tells which
 * statements that ran; each is explained, and its cost is compared between a small register and one that is ten times larger, where
 * everything happens to one person, one item, one line, one fund and on one day. */
#include "db/backup.h"
#include "db/challenge.h"
#include "db/check.h"
#include "db/counter.h"
#include "db/dialogue_signature.h"
#include "db/idempotency.h"
#include "db/import_job.h"
#include "db/journal_line.h"
#include "db/known.h"
#include "db/port.h"
#include "db/line_notice.h"
#include "db/modem_act.h"
#include "db/product.h"
#include "db/purchase.h"
#include "db/regie.h"
#include "db/secret.h"
#include "db/setting.h"
#include "db/site.h"
#include "db/store_postgresql.h"
#include "db/store_sqlite.h"
#include "db/voucher.h"
#include "tests/store/fixture.h"

#define SMALL 200
#define LARGE 2000
#define PAGE  5
#define STEPS_MORE                                                                                                     \
  200 /* instructions of SQLite's machine that a larger register may cost: deeper trees, no more rows */
#define SQUARE_LEAST (5 * LARGE / SMALL) /* what reads everything costs as often more, and not the square of it */
#define HASH         "0123456789abcdef"
#define AT           1798800000 /* epoch seconds */
#define CARD_FORMAT  "893315031900%07d"
#define LINE_FORMAT  "+3363998%05d"

/* Tables without an end. */
static const char *const growing[] = {
    "item",           "person",         "loan",         "recharge",   "journal",     "journal_subject",
    "wipe",           "card",           "wipe_event",   "fund_entry", "idempotency", "loan_piece",
    "line",           "piece",          "search_row",   "voucher",    "secret",      "line_notice",
    "wipe_challenge", "import_line",    "import_claim", "item_check", "repair",      "arrival",
    "purchase",       "purchase_share", "modem_act",    "regie_entry"};
/* Statements that read everything, and why they may. */
static const struct {
  const char *begins, *reason;
} allowed[] = {
    {"SELECT COUNT(*) FROM ", "a backup is counted"},
    {"SELECT COALESCE(SUM(", "and summed"},
    {"SELECT state, COUNT(*) FROM item GROUP BY", "the kept numbers of a backup are compared with a count"},
    {"SELECT fund.code FROM fund LEFT JOIN fund_entry", "reconciles whole ledgers: nightly, and in a backup"},
    {JOURNAL_SELECT "ORDER BY seq", "verifies the chains of all sites"},
    {JOURNAL_SELECT "WHERE site = $1 ORDER BY number", "verifies the whole chain of a site"},
    {"SELECT code FROM (SELECT code, CASE WHEN state IN", "reconciles recharges with ledgers: nightly"},
    {"SELECT purchase.code FROM purchase LEFT JOIN", "reconciles purchases with ledgers: nightly"},
    {"SELECT regie, number, at, account, on_day, kind, received, paid, nature, means, object, paper, paper_hash, "
     "reverses,"
     " balance, hash FROM regie_entry WHERE regie = $1 ORDER BY number",
     "verifies a regie's whole journal: nightly"},
    {"SELECT key_id, COUNT(*) FROM secret GROUP BY", "the administrator asks which keys are in use"},
    {"PRAGMA ", "the engine's own check"},
};

/* Walks that a plan calls a scan and that stop early; what they cost is compared all the same. */
static const struct {
  const char *detail, *reason;
} walks[] = {
    {"SCAN wipe USING INDEX wipe_newest", "the newest first, to the LIMIT"},
};

static gboolean
is_allowed (const char *sql)
{
  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    if (g_str_has_prefix (sql, allowed[i].begins))
      return TRUE;
  return FALSE;
}

/* ---- a register where everything happens to the same few ---- */

static void
add_journal (Store *store)
{
  MUST (journal_append (store, AT, "C0000001", "loan.lend", "T0000000 P0000000", "", "", "", &error));
}

static void
add_closed_loan (Store *store, int number, const char *thing)
{
  Code code;
  code_of ('N', number, code);
  Loan loan = loan_of (code, "P0000000", thing);
  loan.state = LOAN_CLOSED;
  loan.closed_on = day_of ("2026-04-01");
  MUST (loan_insert (store, &loan, &error));
}

static void
add_open_loan (Store *store, int number)
{
  Code code, person, item;
  code_of ('N', number, code);
  code_of ('P', number, person);
  code_of ('T', number, item);
  Loan loan = loan_of (code, person, item);
  MUST (loan_insert (store, &loan, &error));
}

static void
add_sim (Store *store, int number)
{
  Code line_code;
  Card card = {.line = "L0000000", .created_at = AT};
  g_autofree char *msisdn = g_strdup_printf (LINE_FORMAT, number);
  g_autofree char *iccid = g_strdup_printf (CARD_FORMAT, number);
  code_of ('L', number, line_code);
  code_of ('S', number, card.code);
  card.iccid = iccid;
  add_line (store, line_code, msisdn);
  MUST (card_insert (store, &card, &error));
}

static void
add_wipe (Store *store, int number, const char *item, WipeState state)
{
  Wipe wipe = {.state = state, .verdict = VERDICT_NONE, .asked_by = (char *)"C0000001", .created_at = AT + number};
  code_of ('X', number, wipe.code);
  g_strlcpy (wipe.item, item, sizeof (Code));
  MUST (wipe_insert (store, &wipe, &error));
  MUST (wipe_event_add (store, "X0000000", AT, "usb", "seen", &error));
}

static void
add_recharge (Store *store, int number)
{
  Recharge recharge = {
      .line = "L0000000", .fund = "F0000001", .product = (char *)"10 EUR", .on = day_of ("2026-03-02")};
  code_of ('R', number, recharge.code);
  recharge.amount = money_of_cents (1);
  MUST (recharge_insert (store, &recharge, &error));
  MUST (fund_spend (store, "F0000001", recharge.amount, recharge.code, NULL, AT, &error));
}

/* Of one cent, for a thing that is there and one that was only counted. */
static void
add_purchase (Store *store, int number)
{
  g_autofree char *invoice = g_strdup_printf ("F-%07d", number);
  Purchase purchase = {
      .supplier = (char *)"Fournisseur", .invoice = invoice, .on = day_of ("2026-03-02"), .fund = "F0000001"};
  const PurchaseShare share = {.number = 1, .item = "T0000000", .price = money_of_cents (1)}, counted = {.number = 2};
  code_of ('D', number, purchase.code);
  purchase.total = money_of_cents (1);
  purchase.n_shares = 2;
  purchase.at = AT;
  MUST (purchase_insert (store, &purchase, &error));
  MUST (purchase_share_insert (store, purchase.code, &share, &error));
  MUST (purchase_share_insert (store, purchase.code, &counted, &error));
  MUST (fund_spend (store, "F0000001", purchase.total, purchase.code, NULL, AT, &error));
}

static Regie
regie_of (const char *code)
{
  static char *natures[] = {(char *)"Recharges", NULL};
  Regie regie = {.name = (char *)"Régie", .act = (char *)"2026-1", .natures = natures, .means = 1u << PAY_CASH};
  g_strlcpy (regie.code, code, sizeof regie.code);
  g_strlcpy (regie.holder, "C0000001", sizeof regie.holder);
  regie.act_on = day_of ("2026-01-01");
  regie.ceiling = money_of_cents (100000);
  return regie;
}

static void
add_regie_entry (Store *store, int number)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "ticket", -1);
  g_autoptr (Regie) regie = regie_load (store, "G0000001", NULL);
  gboolean is_in = number % 2 == 0;
  RegieEntry entry = {.at = AT,
                      .account = (char *)"C0000001",
                      .on = day_of ("2026-03-02"),
                      .kind = is_in ? REGIE_ADVANCE : REGIE_EXPENSE,
                      .received = money_of_cents (is_in ? 2 : 0),
                      .paid = money_of_cents (is_in ? 0 : 1),
                      .nature = is_in ? NULL : (char *)"Recharges",
                      .paper_hash = hash};
  MUST (regie_entry_append (store, regie, &entry, &error));
  g_free (entry.hash);
}

/* Sold, with its sealed code; the first hundred of one state are spread, so that every state has some. */
static void
add_voucher (Store *store, int number)
{
  g_autofree char *serial = g_strdup_printf ("LOT-%07d", number);
  g_autoptr (GBytes) box = g_bytes_new_static ("sealed", 6);
  Voucher voucher = {.number = serial, .operator_name = (char *)"Orange", .product = (char *)"orange-10"};
  Secret secret = {.kind = SECRET_VOUCHER, .key_id = (char *)"11111111", .box = box, .print = serial, .at = AT};
  code_of ('V', number, voucher.code);
  g_strlcpy (secret.owner, voucher.code, sizeof (Code));
  voucher.price = money_of_cents (1000);
  voucher.expires_on = day_of (number % 2 == 0 ? "2027-03-02" : "");
  voucher.created_at = AT;
  MUST (voucher_insert (store, &voucher, &error));
  MUST (secret_put (store, &secret, &error));
}

/* On the bench of this site, ended: the port is free again. */
static void
add_act (Store *store, gint64 *number)
{
  ModemAct act = {.kind = MODEM_ACT_TOPUP,
                  .port = (char *)"3-1.1",
                  .card = "S0000000",
                  .line = "L0000000",
                  .recharge = "R0000000",
                  .asked_at = AT,
                  .account = (char *)"C0000001",
                  .eur = 420,
                  .mb = -1,
                  .attempts_left = -1};
  MUST (modem_act_insert (store, &act, &error));
  act.state = MODEM_ACT_OK;
  act.ended_at = AT;
  MUST (modem_act_end (store, &act, &error));
  *number = act.number;
}

/* A line that dies one day after all the others. */
static void
add_dying_line (Store *store, int number, int days)
{
  Code code;
  code_of ('L', 4000000 + number, code);
  g_autofree char *msisdn = g_strdup_printf ("+336399%06d", number);
  g_autofree char *day = g_strdup_printf ("20%02d-%02d-%02d", 30 + days / 336, 1 + days / 28 % 12, 1 + days % 28);
  const LineClock unknown = {.day = {""}}, end = {day_of (day), ORIGIN_RULE, CONFIDENCE_LIKELY};
  add_line (store, code, msisdn);
  MUST (line_set_clocks (store, code, &unknown, &end, &error));
}

static void
add_round (Store *store, int number, int count)
{
  gint64 act;
  Code code;
  g_autofree char *text = g_strdup_printf ("name%d", number);
  code_of ('P', number, code);
  Person person = {.name = text, .phone = (char *)"+33639980000", .created_at = AT, .last_contact_at = AT};
  g_strlcpy (person.code, code, sizeof (Code));
  MUST (person_insert (store, &person, &error));
  code_of ('T', number, code);
  add_item (store, code, text, ITEM_READY);
  code_of ('K', number, code);
  Piece piece = {.item = "T0000000", .name = text};
  g_strlcpy (piece.code, code, sizeof (Code));
  MUST (piece_insert (store, &piece, &error));
  add_sim (store, number);
  add_open_loan (store, number);
  add_closed_loan (store, count + number, number % 2 == 0 ? "T0000000" : "L0000000");
  add_wipe (store, number, "T0000000", number == 0 ? WIPE_SEEN : number % 2 == 0 ? WIPE_VERIFIED : WIPE_ABORTED);
  add_recharge (store, number);
  add_purchase (store, number);
  add_regie_entry (store, number);
  add_voucher (store, number);
  add_dying_line (store, number, number);
  add_journal (store);
  add_act (store, &act);
  MUST (idempotency_put (store, "C0000001", text, HASH, 201, "{}", AT, &error));
  MUST (import_line_add (store, 1, number + 2, text, &error));
  MUST (import_claim_add (store, 1, number + 1, "serial", text, &error));
}

static void
fill (const Place *place, int count)
{
  g_autoptr (Store) store = open_store (place);
  MUST (store_begin (store, &error));
  const Account account = {.code = "C0000001", .name = (char *)"Chef", .uid = 1000, .role = ROLE_ADMIN};
  MUST (account_insert (store, &account, &error));
  add_fund (store, "F0000001", 10000000);
  const Regie regie = regie_of ("G0000001");
  MUST (regie_insert (store, &regie, &error));
  const ImportJob job = {.number = 1,
                         .owner = (char *)"here",
                         .account = (char *)"C0000001",
                         .role = ROLE_ADMIN,
                         .kind = (char *)"tablets",
                         .columns = (char *)"serial"};
  MUST (import_job_insert (store, &job, &error));
  for (int number = 0; number < count; number++)
    add_round (store, number, count);
  const Item rare = {.code = "T9000000", .kind = KIND_LAPTOP, .state = ITEM_LOST};
  MUST (item_insert (store, &rare, &error));
  MUST (store_commit (store, &error));
}

/* ---- every function once ---- */

#define ONE(type, call)                                                                                                \
  do {                                                                                                                 \
    g_autoptr (GError) error = NULL;                                                                                   \
    g_autoptr (type) record = call;                                                                                    \
    g_assert_no_error (error);                                                                                         \
    (void)record; /* freed at the end of the block */                                                                  \
  } while (0)
#define MANY(call) ONE (GPtrArray, call)

static void
walk_items (Store *store)
{
  gint64 counts[ITEM_STATES_N];
  const ItemState lost = ITEM_LOST, ready = ITEM_READY;
  const ItemKind laptop = KIND_LAPTOP;
  const ItemFilter filters[] = {{NULL, NULL}, {&lost, NULL}, {NULL, &laptop}, {&lost, &laptop}, {&ready, &laptop}};
  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    MANY (item_list (store, &filters[i], "T0000001", PAGE, &error));
  ONE (Item, item_load (store, "T0000001", &error));
  ONE (Item, item_load_by_serial (store, "name1", &error));
  REFUSED (item_load_by_imei (store, "1", &error), DB_ERROR_NOT_FOUND);
  REFUSED (item_load_by_inventory_no (store, "1", &error), DB_ERROR_NOT_FOUND);
  MUST (item_count_by_state (store, counts, &error));
  MUST (item_recount (store, counts, &error));
  add_item (store, "T8000000", "S8", ITEM_READY);
  MUST (item_set_state (store, "T8000000", ITEM_READY, ITEM_LENT, NULL, &error));
  const Piece piece = {.code = "K8000000", .item = "T8000000", .name = (char *)"housse"};
  MUST (piece_insert (store, &piece, &error));
  MUST (piece_set_state (store, "K8000000", PIECE_PRESENT, PIECE_BROKEN, &error));
  ONE (Piece, piece_load (store, "K8000000", &error));
  MANY (piece_list (store, "T8000000", &error));
}

/* The same statements as those that are asked for good. */
static void
walk_expected (Store *store)
{
  item_expect (store, "T8000000");
  piece_expect_list (store, "T8000000");
  wipe_expect_list (store, "T8000000", PAGE);
  person_expect (store, "P8000000");
  loan_expect (store, "N0000100");
  loan_expect_open_of (store, "T8000000");
  loan_expect_open_of_person (store, "P8000000");
  loan_piece_expect_list (store, "N0000100");
}

static void
walk_people (Store *store)
{
  const Account account = {.code = "C8000000", .name = (char *)"Agent", .uid = 1001, .role = ROLE_AGENT};
  MUST (account_insert (store, &account, &error));
  ONE (Account, account_load (store, "C8000000", &error));
  ONE (Account, account_load_by_uid (store, 1001, &error));
  MANY (account_list (store, NULL, PAGE, &error));
  MUST (account_set_site (store, "C8000000", "B8000000", &error));
  add_person (store, "P8000000", "Fatou");
  ONE (Person, person_load (store, "P8000000", &error));
  MANY (person_list (store, "P0000001", PAGE, &error));
  MANY (person_list_by_phone (store, "+33639980000", PAGE, &error));
  MUST (person_touch (store, "P8000000", AT, &error));
  MANY (store_search (store, "fat", PAGE, &error));
  MUST (store_search_put (store, "P8000000", "person", NULL, &error));
}

static void
walk_loans (Store *store)
{
  MANY (loan_list_open_of_person (store, "P0000000", &error));
  MANY (loan_list_of_person (store, "P0000000", PAGE, &error));
  MANY (loan_list_due (store, "2027-12-31", "2027-03-02", "N0000100", PAGE, &error));
  const char *const things[] = {"T0000000", "L0000000"};
  for (gsize i = 0; i < G_N_ELEMENTS (things); i++) {
    ONE (Loan, loan_open_of (store, things[i], &error));
    MANY (loan_list_of_thing (store, things[i], PAGE, &error));
  }
  const Loan loan = loan_of ("N8000000", "P0000001", "T8000000");
  const LoanPiece piece = {.loan = "N8000000", .piece = "K8000000", .name = (char *)"housse"};
  MUST (loan_insert (store, &loan, &error));
  ONE (Loan, loan_load (store, "N8000000", &error));
  MUST (loan_set_due (store, "N8000000", "2027-03-02", "2027-05-02", "term", &error));
  MUST (loan_piece_insert (store, &piece, &error));
  MANY (loan_piece_list (store, "N8000000", &error));
  MUST (loan_piece_return (store, "N8000000", "K8000000", PIECE_PRESENT, NULL, &error));
  MUST (loan_set_state (store, "N8000000", LOAN_OPEN, LOAN_CLOSED, "2027-03-02", &error));
}

static void
walk_sims (Store *store)
{
  const LineState expired = LINE_EXPIRED;
  add_sim (store, 8000000);
  ONE (Line, line_load (store, "L8000000", &error));
  ONE (Line, line_load_by_msisdn (store, "+33639988000000", &error));
  MANY (line_list (store, &expired, NULL, PAGE, &error));
  MANY (line_list (store, NULL, "L0000001", PAGE, &error));
  MUST (line_set_state (store, "L8000000", LINE_ACTIVE, LINE_LENT, &error));
  const LineClock unknown = {.day = {""}}, end = {day_of ("2027-03-02"), ORIGIN_TYPED, CONFIDENCE_CERTAIN};
  MUST (line_set_clocks (store, "L8000000", &unknown, &end, &error));
  const Day from = day_of ("2027-03-01"), to = day_of ("2027-04-30");
  gint64 made;
  MANY (line_list_due (store, &from, &to, NULL, NULL, PAGE, &error));
  MANY (line_list_due (store, &from, &to, &end.day, "L0000001", PAGE, &error));
  MANY (line_list_endless (store, "L0000001", PAGE, &error));
  MANY (line_needs (store, &from, &to, &error));
  MANY (line_needs_by_day (store, &from, &to, &error));
  MUST (line_notice_make (store, 60, &from, &to, AT, &made, &error));
  g_assert_cmpint (made, ==, 1);
  LineNotice notice = {.line = "L8000000", .until = end.day, .step = 60, .state = LINE_NOTICE_WAITING};
  MANY (line_notice_list (store, LINE_NOTICE_WAITING, NULL, PAGE, &error));
  MANY (line_notice_list (store, LINE_NOTICE_WAITING, &notice, PAGE, &error));
  MANY (line_notice_list_open (store, "L8000000", &error));
  MUST (line_notice_move (store, &notice, LINE_NOTICE_CLAIMED, AT, &error));
  ONE (Card, card_load (store, "S8000000", &error));
  ONE (Card, card_load_by_iccid (store, "8933150319008000000", &error));
  ONE (Card, card_of_line (store, "L0000000", &error));
}

static void
walk_funds (Store *store)
{
  const RechargeFilter filters[] = {
      {.line = NULL}, {.line = "L0000000"}, {.line = "L0000001"}, {.fund = "F0000001"}, {.fund = "F8000000"}};
  gint64 count;
  add_fund (store, "F8000000", 100);
  ONE (Fund, fund_load (store, "F8000000", &error));
  MANY (fund_list (store, NULL, PAGE, &error));
  MUST (fund_credit (store, "F0000001", money_of_cents (1), NULL, NULL, AT, &error));
  MUST (fund_spend (store, "F0000001", money_of_cents (1), NULL, NULL, AT, &error));
  MANY (fund_entry_list (store, "F0000001", 100, PAGE, &error));
  MUST (fund_entry_count (store, "F0000001", &count, &error));
  MANY (fund_month_list (store, "F0000001", &error));
  const Fund changed = {.code = "F8000000", .name = (char *)"Autre", .granted = money_of_cents (200)};
  MUST (fund_update (store, &changed, &error));
  MANY (fund_reconcile (store, &error));
  add_recharge (store, 8000000);
  ONE (Recharge, recharge_load (store, "R8000000", &error));
  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    MANY (recharge_list (store, &filters[i], "R0000001", PAGE, &error));
}

static void
walk_purchases (Store *store)
{
  add_purchase (store, 8000000);
  ONE (Purchase, purchase_load (store, "D8000000", &error));
  MANY (purchase_list_standing (store, "F-8000000", &error));
  MANY (purchase_list (store, NULL, "D0000001", PAGE, &error));
  MANY (purchase_list (store, "F0000001", "D0000001", PAGE, &error));
  MANY (purchase_share_list (store, "D8000000", &error));
  Code found;
  MUST (purchase_of_item (store, "T0000000", found, &error));
  MUST (purchase_share_assign (store, "D8000000", 2, "T0000001", &error));
  MUST (item_set_price (store, "T0000001", money_of_cents (52667), "", money_of_cents (1), "F0000001", &error));
  MUST (purchase_cancel (store, "D8000000", AT, &error));
  MUST (fund_credit (store, "F0000001", money_of_cents (1), "D8000000", NULL, AT, &error));
  MANY (purchase_reconcile (store, PAGE, &error));
}

static void
walk_regies (Store *store)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "ticket", -1);
  gint64 by;
  const Regie other = regie_of ("G8000000");
  MUST (regie_insert (store, &other, &error));
  MUST (regie_update (store, &other, &error));
  MANY (regie_list (store, NULL, PAGE, &error));
  add_regie_entry (store, 0);
  ONE (RegieEntry, regie_entry_load (store, "G0000001", 3, &error));
  MANY (regie_entry_list (store, "G0000001", 3, 6, PAGE, &error));
  ONE (RegieEntry, regie_entry_of_paper (store, "G0000001", hash, &error));
  MUST (regie_entry_reversed_by (store, "G0000001", 3, &by, &error));
  g_assert_cmpint (by, ==, 0);
  MANY (regie_month_list (store, "G0000001", "2026-01", "2026-12", &error));
  MUST (regie_close (store, "G0000001", "2026-03", NULL, &error));
  g_autoptr (Regie) regie = regie_load (store, "G0000001", NULL);
  RegieRequest request = {
      .year = "2026", .first = 1, .last = 2, .amount = money_of_cents (1), .account = (char *)"C0000001"};
  MUST (regie_request_insert (store, regie, &request, &error));
  ONE (RegieRequest, regie_request_load (store, "G0000001", 1, &error));
  MANY (regie_request_list (store, "G0000001", 0, PAGE, &error));
  MUST (regie_request_settle (store, "G0000001", 1, 4, &error));
  ONE (RegieRequest, regie_request_of_entry (store, "G0000001", 4, &error));
  MANY (regie_reconcile (store, &error));
}

static void
walk_recharges (Store *store)
{
  const RechargeState ambiguous = RECHARGE_AMBIGUOUS;
  const RechargeFilter filter = {.open = &ambiguous};
  const Day from = day_of ("2027-03-01"), to = day_of ("2027-03-31");
  Recharge recharge = {.code = "R8000001",
                       .line = "L0000000",
                       .person = "P0000001",
                       .product = (char *)"orange-10",
                       .state = RECHARGE_PREPARED,
                       .channel = CHANNEL_BENCH,
                       .on = day_of ("2027-03-02")};
  RechargeMove move = {.to = RECHARGE_SENT, .at = AT};
  Money sum;
  Day first;
  gint64 count;
  MUST (recharge_insert (store, &recharge, &error));
  MUST (recharge_move (store, "R8000001", RECHARGE_PREPARED, &move, &error));
  move.to = RECHARGE_AMBIGUOUS;
  MANY (recharge_list_sent (store, CHANNEL_BENCH, AT + 1, PAGE, &error));
  MUST (recharge_move (store, "R8000001", RECHARGE_SENT, &move, &error));
  MANY (recharge_list (store, &filter, NULL, PAGE, &error));
  MUST (recharge_sum_of_person (store, "P0000001", &from, &to, &sum, &error));
  MUST (recharge_first_of_person (store, "P0000001", &first, &error));
  g_assert_cmpstr (first.text, ==, "2027-03-02");
  MUST (recharge_count_open (store, RECHARGE_AMBIGUOUS, &count, &error));
  MANY (recharge_reconcile (store, PAGE, &error));
}

static void
walk_vouchers (Store *store)
{
  const VoucherState rejected = VOUCHER_REJECTED;
  const Day today = day_of ("2027-03-01"), later = day_of ("2028-01-01");
  const Product product = {.id = (char *)"orange-10",
                           .operator_name = (char *)"Orange",
                           .name = (char *)"10 EUR",
                           .price = money_of_cents (1000),
                           .is_active = TRUE};
  gboolean is_signed;
  gint64 at;
  Code owner;
  char *signed_by = NULL;
  add_voucher (store, 8000000);
  ONE (Voucher, voucher_load (store, "V8000000", &error));
  ONE (Voucher, voucher_load_by_number (store, "LOT-8000000", &error));
  MANY (voucher_list (store, NULL, "V0000001", PAGE, &error));
  MANY (voucher_list (store, &rejected, NULL, PAGE, &error));
  MANY (voucher_list_next (store, "orange-10", &today, PAGE, &error));
  MANY (voucher_list_next (store, "orange-10", &later, PAGE, &error));
  MUST (voucher_set_state (store, "V8000000", VOUCHER_STOCK, VOUCHER_RESERVED, &error));
  MUST (product_put (store, &product, &error));
  ONE (Product, product_load (store, "orange-10", &error));
  MANY (product_list (store, NULL, PAGE, &error));
  ONE (Secret, secret_load (store, SECRET_VOUCHER, "V8000000", &error));
  MUST (secret_owner_of_print (store, SECRET_VOUCHER, "LOT-8000000", owner, &error));
  g_assert_cmpstr (owner, ==, "V8000000");
  MANY (secret_list_under_others (store, "11111111", PAGE, &error));
  MANY (secret_list_under_others (store, "22222222", PAGE, &error));
  MANY (secret_count_by_key (store, &error));
  MUST (dialogue_sign (store, "orange-topup", HASH HASH HASH HASH, "C0000001", AT, &error));
  MUST (dialogue_is_signed (store, "orange-topup", HASH HASH HASH HASH, &is_signed, &signed_by, &at, &error));
  g_assert_true (is_signed);
  g_free (signed_by);
}

static void
walk_modems (Store *store)
{
  gint64 number;
  Card card = {.code = "S0000000", .seen_at = AT, .pin_on = 1, .pin_left = 3, .puk_left = -1};
  ModemAct open = {
      .kind = MODEM_ACT_IDENTIFY, .port = (char *)"3-1.2", .asked_at = AT, .account = (char *)"C0000001", .eur = -1};
  add_act (store, &number);
  MUST (modem_act_insert (store, &open, &error));
  ONE (ModemAct, modem_act_load (store, number, &error));
  ONE (ModemAct, modem_act_of_recharge (store, "R0000000", &error));
  MANY (modem_act_list (store, 0, PAGE, &error));
  MANY (modem_act_list (store, number, PAGE, &error));
  MANY (modem_act_list_open (store, &error));
  MUST (modem_act_set_sent (store, open.number, AT, &error));
  open.state = MODEM_ACT_NOT_DONE;
  MUST (modem_act_end (store, &open, &error));
  MUST (card_set_seen (store, &card, &error));
  MUST (card_set_to_erase (store, card.code, TRUE, &error));
  g_autoptr (Card) found = NULL;
  MUST (card_find_of_line (store, "L0000000", &found, &error));
  MUST (line_set_balance (store, "L0000000", 420, -1, AT, &error));
  MUST (secret_delete (store, SECRET_PIN_NEXT, "S0000000", &error));
}

static void
walk_checks (Store *store)
{
  static const char *const words[] = {"screen", "charge", NULL};
  RepairLine line = {.item = "T0000000", .at = AT, .account = (char *)"C0000001", .step = REPAIR_OPENED};
  const Arrival arrival = {
      .serial = (char *)"S8", .port = (char *)"1-1", .state = ARRIVAL_READ, .at = AT, .account = (char *)"C0000001"};
  ONE (Checklist, checklist_load (store, KIND_TABLET, &error));
  MANY (checklist_list (store, &error));
  MUST (checklist_set (store, KIND_TABLET, words, TRUE, &error));
  MUST (check_mark_add (store, "T0000000", "C0000001", "screen", CHECK_OK, AT, &error));
  MANY (check_mark_list (store, "T0000000", PAGE, &error));
  MUST (arrival_put (store, &arrival, &error));
  ONE (Arrival, arrival_load (store, "S8", &error));
  MUST (item_set_identity (store, "T0000000", "Tab", NULL, &error));
  MUST (repair_add (store, &line, &error));
  MANY (repair_list (store, "T0000000", PAGE, &error));
}

static void
walk_wipes (Store *store)
{
  add_wipe (store, 8000000, "T8000000", WIPE_SEEN);
  ONE (Wipe, wipe_load (store, "X8000000", &error));
  ONE (Wipe, wipe_open_of_item (store, "T0000000", &error));
  ONE (Wipe, wipe_open_of_port (store, "1-1", &error));
  ONE (Wipe, wipe_last_verified (store, "T0000000", &error));
  MUST (wipe_last_locked (store, "T0000000", &error) == NULL);
  MANY (wipe_list_unfinished (store, &error));
  MANY (wipe_list (store, "T0000000", PAGE, &error));
  MANY (wipe_list (store, NULL, PAGE, &error));
  MUST (challenge_insert (store, "0123456789abcdef", "X8000000", AT, &error));
  g_autoptr (GBytes) chain = g_bytes_new_static ("der", 3);
  MUST (challenge_set_chain (store, "0123456789abcdef", chain, &error));
  ONE (Challenge, challenge_last_answered (store, "X8000000", &error));
  MUST (wipe_set_port (store, "X8000000", "1-2", &error));
  MUST (wipe_release_port (store, "X8000000", &error));
  MUST (wipe_set_facts (store, "X8000000", "S8", "a=b", &error));
  MUST (wipe_set_strategy (store, "X8000000", "guided", &error));
  MUST (wipe_set_verdict (store, "X8000000", VERDICT_ATTESTED, &error));
  MUST (wipe_set_attestation (store, "X8000000", "C0000001", "vu", &error));
  MUST (wipe_move (store, "X8000000", WIPE_SEEN, WIPE_ABORTED, NULL, AT, &error));
  MANY (wipe_event_list (store, "X8000000", 0, &error));
}

static void
walk_imports (Store *store)
{
  ImportJob other = {.number = 2, .account = (char *)"C0000001", .role = ROLE_ADMIN, .owner = (char *)"here"};
  other.kind = other.columns = (char *)"tablets";
  Money reserved;
  gint64 line;
  MUST (import_job_insert (store, &other, &error));
  ONE (ImportJob, import_job_load (store, 2, &error));
  MANY (import_job_list (store, "here", &error));
  MANY (import_job_list (store, NULL, &error));
  MUST (import_line_add (store, 2, 2, "S8", &error));
  MUST (import_claim_add (store, 2, 2, "serial", "S9", &error));
  MUST (import_claim_in_job (store, 2, "serial", "S9", &line, &error));
  g_assert_cmpint (line, ==, 2);
  MUST (import_claim_find (store, "serial", "name1", &line, &error));
  g_assert_cmpint (line, ==, 2);
  MANY (import_line_next (store, 2, PAGE, &error));
  MUST (import_fund_reserve (store, &other, "F0000001", money_of_cents (1), &error));
  MUST (import_fund_reserve (store, &other, "F0000001", money_of_cents (1), &error));
  MUST (import_fund_reserved (store, 2, "F0000001", &reserved, &error));
  g_assert_cmpint (reserved.cents, ==, 2);
  MUST (import_fund_release (store, &other, &error));
  MUST (fund_reserve (store, "F0000001", money_of_cents (0), &error));
  MUST (import_line_drop (store, 2, 1, 2, &error));
  MUST (import_job_update (store, &other, &error));
  MUST (import_job_delete (store, 2, &error));
}

static void
walk_rest (Store *store)
{
  static const char kinds[] = "TPSLNKRFXCVDG";
  gint64 number;
  gboolean is_so;
  JournalChain report;
  g_auto (IdempotencyAnswer) answer = {0};
  add_journal (store);
  MANY (journal_list (store, 100, PAGE, &error));
  MANY (journal_list_of (store, "T0000000", PAGE, &error));
  MUST (journal_verify (store, &report, &error));
  MANY (journal_verify_sites (store, "", &error));
  MANY (journal_list_of_site (store, "", 100, PAGE, &error));
  gint64 newest_at;
  MUST (journal_newest_at (store, &newest_at, &error));
  MUST (counter_next (store, 'T', &number, &error));
  MUST (idempotency_put (store, "C8000000", "key", HASH, 201, "{}", 1, &error));
  MUST (idempotency_find (store, "C8000000", "key", HASH, &answer, &error));
  MUST (idempotency_purge (store, 2, &number, &error));
  for (gsize i = 0; kinds[i] != '\0'; i++) {
    Code code;
    code_of (kinds[i], 1, code);
    MUST (code_is_known (store, code, &is_so, &error));
    g_assert_true (is_so);
  }
}

static void
walk_sites (Store *store)
{
  const Site site = {.code = "B8000000", .name = (char *)"Mornant", .created_at = AT};
  MUST (site_insert (store, &site, &error));
  ONE (Site, site_load (store, "B8000000", &error));
  MANY (site_list (store, NULL, PAGE, &error));
  MUST (site_use (store, "B8000000", &error));
  add_journal (store);
  MUST (site_use (store, "", &error));
}

static void
walk_ports (Store *store)
{
  MUST (port_name_put (store, "1-1.2", "slot 2", &error));
  MUST (port_name_put (store, "1-1.2", "slot 3", &error));
  ONE (PortName, port_name_of (store, "1-1.2", &error));
  MANY (port_name_list (store, &error));
  MUST (port_name_remove (store, "1-1.2", &error));
  REFUSED (port_name_remove (store, "1-1.2", &error), DB_ERROR_NOT_FOUND);
}

/* Before the others: a register in use becomes no demonstration, but is asked. */
static void
walk_settings (Store *store)
{
  gboolean is_demo;
  MUST (setting_set (store, "name", "value", &error));
  MUST (setting_is_demo (store, &is_demo, &error));
  REFUSED (setting_make_demo (store, &error), DB_ERROR_STALE);
  g_autofree char *value = setting_get (store, "name", NULL);
  g_assert_cmpstr (value, ==, "value");
  MUST (setting_set (store, "name", NULL, &error));
}

static void
walk_backup (Store *store, const Place *place)
{
  g_autofree char *copy = g_build_filename (place->folder, "copy.db", NULL);
  BackupReport report = {0};
  g_assert_true (store_is_file (store));
  MUST (backup_make (store, copy, NULL, &error));
  MUST (backup_count (store, &report, &error));
}

static void
walk_nouns (Store *store)
{
  walk_settings (store);
  walk_items (store);
  walk_people (store);
  walk_expected (store);
  walk_loans (store);
  walk_sims (store);
  walk_funds (store);
  walk_purchases (store);
  walk_regies (store);
  walk_recharges (store);
  walk_vouchers (store);
  walk_wipes (store);
  walk_checks (store);
  walk_modems (store);
  walk_imports (store);
  walk_rest (store);
  walk_sites (store);
  walk_ports (store);
}

static void
walk (Store *store, const Place *place)
{
  walk_nouns (store);
  walk_backup (store, place);
}

/* ---- what ran ---- */

/* Of a statement that ended. statements: its text -> the most instructions that one run took. */
static int
on_profile (guint event, gpointer statements, gpointer statement, G_GNUC_UNUSED gpointer nanoseconds)
{
  const char *sql = sqlite3_sql (statement);
  int steps = sqlite3_stmt_status (statement, SQLITE_STMTSTATUS_VM_STEP, 1);
  g_assert_cmpuint (event, ==, SQLITE_TRACE_PROFILE);
  if (steps >= GPOINTER_TO_INT (g_hash_table_lookup (statements, sql)))
    g_hash_table_replace (statements, g_strdup (sql), GINT_TO_POINTER (steps));
  return 0;
}

/* In a register of that size, which place then holds. Caller unrefs. */
static GHashTable *
statements_of (Place *place, int count)
{
  place_init (place);
  fill (place, count);
  GHashTable *statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (Store) store = open_store (place);
  g_assert_cmpint (sqlite3_trace_v2 (store_sqlite_handle (store), SQLITE_TRACE_PROFILE, on_profile, statements), ==,
                   SQLITE_OK);
  walk (store, place);
  return statements;
}

/* "SCAN item" and "SCAN item USING COVERING INDEX ..." of a table that grows. */
static gboolean
scans (const char *detail)
{
  g_auto (GStrv) words = g_strsplit (detail, " ", 3);
  if (g_strv_length (words) < 2 || !g_str_equal (words[0], "SCAN"))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (walks); i++)
    if (g_str_equal (detail, walks[i].detail))
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (growing); i++)
    if (g_str_equal (words[1], growing[i]))
      return TRUE;
  return FALSE;
}

static gboolean
explain (Store *store, const char *sql)
{
  g_autofree char *question = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Rows) rows = store_query (store, &error, question, "");
  g_assert_no_error (error);
  gboolean is_good = TRUE;
  while (rows_next (rows, &error)) {
    const char *detail = rows_text (rows, 3);
    if (scans (detail))
      g_test_message ("reads a whole table: %s\n  %s", detail, sql);
    is_good = is_good && !scans (detail);
  }
  g_assert_no_error (error);
  return is_good;
}

static void
no_statement_reads_a_whole_table (void)
{
  g_auto (Place) place;
  g_autoptr (GHashTable) statements = statements_of (&place, SMALL);
  g_autoptr (Store) store = open_store (&place);
  GHashTableIter iterator;
  gpointer sql;
  gboolean is_good = TRUE;
  g_hash_table_iter_init (&iterator, statements);
  while (g_hash_table_iter_next (&iterator, &sql, NULL))
    if (!is_allowed (sql))
      is_good = explain (store, sql) && is_good;
  g_test_message ("%u statements explained", g_hash_table_size (statements));
  g_assert_cmpuint (g_hash_table_size (statements), >, 100);
  g_assert_true (is_good);
}

static void
no_statement_costs_more_in_a_larger_register (void)
{
  g_auto (Place) small_place;
  g_auto (Place) large_place;
  g_autoptr (GHashTable) small = statements_of (&small_place, SMALL);
  g_autoptr (GHashTable) large = statements_of (&large_place, LARGE);
  GHashTableIter iterator;
  gpointer sql, steps;
  gboolean is_good = TRUE;
  g_hash_table_iter_init (&iterator, large);
  while (g_hash_table_iter_next (&iterator, &sql, &steps)) {
    int before = GPOINTER_TO_INT (g_hash_table_lookup (small, sql));
    int most = is_allowed (sql) ? SQUARE_LEAST * MAX (before, STEPS_MORE) : before + STEPS_MORE;
    gboolean is_flat = GPOINTER_TO_INT (steps) <= most;
    if (!is_flat)
      g_test_message ("%d steps, then %d: %s", before, GPOINTER_TO_INT (steps), (char *)sql);
    is_good = is_good && is_flat;
  }
  g_assert_true (is_good);
}

/* ---- the same on PostgreSQL ---- */

/* Walks along an index from its beginning, without a condition, that end at a LIMIT; on SQLite their cost is compared. */
static gboolean
is_walk_to_a_limit (const char *plan)
{
  return g_str_has_prefix (plan, "Limit ");
}

/* Partial indexes that are read whole: they hold little however large the register is. */
static const struct {
  const char *begins, *reason;
} small_indexes[] = {
    {"wipe_unfinished", "what is on the benches now"},
};

static gboolean
is_small_index (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (small_indexes); i++)
    if (g_str_has_prefix (name, small_indexes[i].begins))
      return TRUE;
  return FALSE;
}

/* "  ->  Index Scan using a on item  (cost=...": what kind of node it is, and its table. Caller frees; NULL for another kind. */
static char *
table_of_node (const char *line, const char *kind)
{
  const char *node = strstr (line, kind);
  const char *on = node != NULL ? strstr (node, " on ") : NULL;
  if (on == NULL)
    return NULL;
  on += strlen (" on ");
  return g_strndup (on, strcspn (on, " "));
}

static gboolean
grows (const char *table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (growing); i++)
    if (g_str_equal (table, growing[i]) || g_str_has_prefix (table, "search"))
      return TRUE;
  return FALSE;
}

/* Does this line of a plan read a whole table that grows? next: the line after it, "" at the end. With sequential scans switched off
 * a Seq Scan means that no index would do; an index that is read without a condition is read whole. */
static gboolean
reads_all (const char *line, const char *next, gboolean is_limited)
{
  g_autofree char *sequential = table_of_node (line, "Seq Scan");
  g_autofree char *indexed = table_of_node (line, "Index Scan");
  g_autofree char *covered = table_of_node (line, "Index Only Scan");
  if (sequential != NULL)
    return grows (sequential);
  gboolean has_condition = strstr (next, "Index Cond") != NULL;
  g_autofree char *index = table_of_node (line, "Bitmap Index Scan");
  if (index != NULL) /* names the index; it never stops early */
    return !has_condition && !is_small_index (index);
  const char *table = indexed != NULL ? indexed : covered;
  return table != NULL && grows (table) && !is_limited && !has_condition;
}

/* FALSE when the plan, as the server explains it, reads a whole table. */
static gboolean
is_good_plan (const PGresult *plan)
{
  gboolean is_limited = is_walk_to_a_limit (PQgetvalue (plan, 0, 0));
  for (int i = 0; i < PQntuples (plan); i++) {
    const char *next = i + 1 < PQntuples (plan) ? PQgetvalue (plan, i + 1, 0) : "";
    if (reads_all (PQgetvalue (plan, i, 0), next, is_limited)) {
      g_test_message ("reads a whole table: %s", PQgetvalue (plan, i, 0));
      return FALSE;
    }
  }
  return TRUE;
}

/* The highest $n of a statement. */
static int
parameters_of (const char *sql)
{
  int highest = 0;
  for (const char *at = strchr (sql, '$'); at != NULL; at = strchr (at + 1, '$'))
    highest = MAX (highest, atoi (at + 1));
  return highest;
}

/* The plan of a statement that the connection has prepared, whatever its parameters. */
static gboolean
explain_prepared (PGconn *connection, const char *name, const char *sql)
{
  g_autoptr (GString) question = g_string_new (NULL);
  int n = parameters_of (sql);
  g_string_printf (question, "EXPLAIN EXECUTE %s%s", name, n > 0 ? "(" : "");
  for (int i = 0; i < n; i++)
    g_string_append (question, i > 0 ? ", NULL" : "NULL");
  g_string_append (question, n > 0 ? ")" : "");
  PGresult *plan = PQexec (connection, question->str);
  gboolean is_explained = PQresultStatus (plan) == PGRES_TUPLES_OK;
  gboolean is_good = is_explained && is_good_plan (plan);
  if (!is_good)
    g_test_message ("%s: %s", is_explained ? "plan" : PQerrorMessage (connection), sql);
  PQclear (plan);
  return is_good;
}

static void
tell (PGconn *connection, const char *sql)
{
  PGresult *result = PQexec (connection, sql);
  g_assert_cmpstr (PQresultErrorMessage (result), ==, "");
  PQclear (result);
}

static void
no_statement_reads_a_whole_table_of_postgresql (void)
{
  g_auto (Place) place;
  place_init (&place);
  fill (&place, SMALL);
  g_autoptr (Store) store = open_store (&place);
  PostgresqlStore *opened = (PostgresqlStore *)store;
  walk_nouns (store);
  tell (opened->connection,
        "ANALYZE"); /* small tables are read whole, for that is quicker: each session tells the planner not to */
  GHashTableIter iterator;
  gpointer sql, name;
  gboolean is_good = TRUE;
  g_hash_table_iter_init (&iterator, opened->statements);
  while (g_hash_table_iter_next (&iterator, &sql, &name))
    if (!is_allowed (sql))
      is_good = explain_prepared (opened->connection, name, sql) && is_good;
  g_test_message ("%u statements explained", g_hash_table_size (opened->statements));
  g_assert_cmpuint (g_hash_table_size (opened->statements), >, 100);
  g_assert_true (is_good);
}

/* That the test above can fail: statements that no index helps, and one that has its index. */
static void
bad_plans_are_recognised_on_postgresql (void)
{
  static const struct {
    const char *sql;
    gboolean is_good;
  } cases[] = {
      {"SELECT code FROM person WHERE town = $1", FALSE},
      {"SELECT code FROM person WHERE lower(code) = $1", FALSE},
      {"SELECT COUNT(*) FROM item WHERE code > ''",
       TRUE}, /* has a condition, if a useless one: the cost tells, on SQLite */
      {"SELECT state, COUNT(*) FROM item GROUP BY state", FALSE},
      {"SELECT COUNT(*) FROM loan JOIN item ON loan.item = item.code", FALSE},
      {"SELECT code FROM person WHERE code = $1", TRUE},
      {"SELECT code FROM person ORDER BY code LIMIT 5", TRUE},
  };
  g_auto (Place) place;
  place_init (&place);
  fill (&place, SMALL);
  g_autoptr (Store) store = open_store (&place);
  PostgresqlStore *opened = (PostgresqlStore *)store;
  tell (opened->connection,
        "ANALYZE"); /* small tables are read whole, for that is quicker: each session tells the planner not to */
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *name = g_strdup_printf ("case%d", (int)i);
    g_autofree char *prepare = g_strdup_printf ("PREPARE %s AS %s", name, cases[i].sql);
    tell (opened->connection, prepare);
    g_test_message ("%s", cases[i].sql);
    g_assert_cmpint (explain_prepared (opened->connection, name, cases[i].sql), ==, cases[i].is_good);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on (ON_POSTGRESQL, "/store/plans/no-statement-reads-a-whole-table",
           no_statement_reads_a_whole_table_of_postgresql);
  test_on (ON_POSTGRESQL, "/store/plans/bad-plans-are-recognised", bad_plans_are_recognised_on_postgresql);
  g_test_add_func ("/store/plans/no-statement-reads-a-whole-table", no_statement_reads_a_whole_table);
  g_test_add_func ("/store/plans/no-statement-costs-more-in-a-larger-register",
                   no_statement_costs_more_in_a_larger_register);
  return g_test_run ();
}
