#include "daemon/api/routes.h"
#include "daemon/api/resources.h"
#include <string.h>

#define R(role) (1u << ROLE_##role)
#define ALL     (R (READER) | R (AGENT) | R (TECHNICIAN) | R (ADMIN))
#define STAFF   (R (AGENT) | R (TECHNICIAN) | R (ADMIN))
#define DESK    (R (AGENT) | R (ADMIN))
#define WIPERS  (R (TECHNICIAN) | R (ADMIN))
#define ADMINS  R (ADMIN)
#define ROW(method_, path_, roles_, kind_, handler_, query_, summary_)                                                 \
  .method = method_, .path = path_, .roles = roles_, .kind = kind_, .handler = handler_, .query = query_,              \
  .summary = summary_
/* What follows the summary in the rows that take a JSON body: the form, the limit, and the status when it made something. */
#define TAKES(form_name, status) .form = &form_name, .body_max = BODY_MAX_JSON, .made_status = status

/* clang-format off */
static const Route routes[] = {
  {ROW ("GET", "/healthz", 0, ROUTE_NOW, api_health_show, "", "Is the daemon well?")},
  {ROW ("GET", "/metrics", ALL, ROUTE_READ, api_health_metrics, "", "Counters in the Prometheus text format")},
  {ROW ("GET", "/v1/events", ALL, ROUTE_STREAM, NULL, "", "Stream of news (server-sent events)")},
  {ROW ("GET", "/v1/persons", ALL, ROUTE_READ, api_person_list, "limit after", "People, by code")},
  {ROW ("POST", "/v1/persons", DESK, ROUTE_WRITE, api_person_add, "", "Add a person"), TAKES (api_person_form, 201)},
  {ROW ("GET", "/v1/items", ALL, ROUTE_READ, api_item_list, "state kind limit after", "Tablets and other items, by code")},
  {ROW ("POST", "/v1/items", STAFF, ROUTE_WRITE, api_item_add, "", "Add a tablet or another item"), TAKES (api_item_form, 201)},
  {ROW ("GET", "/v1/sims", ALL, ROUTE_READ, api_card_list, "limit after", "SIM cards of the lines, by line")},
  {ROW ("POST", "/v1/sims", STAFF, ROUTE_WRITE, api_sim_add, "", "Add a SIM card and its line"), TAKES (api_sim_form, 201), .takes_codes = TRUE},
  {ROW ("POST", "/v1/sims/pin", STAFF, ROUTE_WRITE, api_sim_pin, "", "Enter, change, enable, disable or unblock the PIN of a card in a modem"), TAKES (api_pin_form, 202), .reply = api_act_reply, .takes_codes = TRUE},
  {ROW ("POST", "/v1/sims/contents", STAFF, ROUTE_WRITE, api_sim_count, "", "Count the messages and contacts on a card in a modem, unread"), TAKES (api_erase_form, 202), .reply = api_act_reply},
  {ROW ("POST", "/v1/sims/erasures", STAFF, ROUTE_WRITE, api_sim_erase, "", "Erase the messages and contacts on a card in a modem, unread"), TAKES (api_erase_form, 202), .reply = api_act_reply},
  {ROW ("GET", "/v1/modems", ALL, ROUTE_READ, api_modem_list, "limit", "Modems of the SIM bench now, and the cards in them")},
  {ROW ("POST", "/v1/modems/identify", STAFF, ROUTE_WRITE, api_modem_identify, "", "Read the card of one modem or of all, and give a new card its line"), TAKES (api_identify_form, 202), .reply = api_act_reply},
  {ROW ("GET", "/v1/acts", ALL, ROUTE_READ, api_act_list, "limit after", "What was asked of the modems, newest first")},
  {ROW ("GET", "/v1/acts/{number}", ALL, ROUTE_READ, api_act_show, "", "One thing that was asked of a modem, and what came of it")},
  {ROW ("GET", "/v1/lines", ALL, ROUTE_READ, api_line_list, "state limit after", "Phone lines, by code")},
  {ROW ("GET", "/v1/funds", ALL, ROUTE_READ, api_fund_list, "limit after", "Funds with their balances, by code")},
  {ROW ("GET", "/v1/entries", ALL, ROUTE_READ, api_fund_entries, "fund limit after", "Lines of a fund's ledger, in order")},
  {ROW ("POST", "/v1/funds", ADMINS, ROUTE_WRITE, api_fund_add, "", "Add a fund"), TAKES (api_fund_form, 201)},
  {ROW ("POST", "/v1/funds/changes", ADMINS, ROUTE_WRITE, api_fund_change, "", "Change a fund's name, grant, period or conditions; the journal keeps what was before"), TAKES (api_fund_change_form, 200)},
  {ROW ("GET", "/v1/funds/report", ALL, ROUTE_READ, api_fund_report, "fund", "What became of a fund's money by month, and what it will still have to pay")},
  {ROW ("GET", "/v1/purchases", ALL, ROUTE_READ, api_purchase_list, "fund limit after", "Purchases, by code")},
  {ROW ("POST", "/v1/purchases", ADMINS, ROUTE_WRITE, api_purchase_add, "", "Enter an invoice that a fund paid; its price is shared out over the things"), TAKES (api_purchase_form, 201)},
  {ROW ("POST", "/v1/purchases/items", ADMINS, ROUTE_WRITE, api_purchase_assign, "", "Say which things the shares of a purchase are, that were only counted"), TAKES (api_purchase_assign_form, 200)},
  {ROW ("POST", "/v1/purchases/cancellations", ADMINS, ROUTE_WRITE, api_purchase_cancel, "", "Cancel a purchase by a counter-entry"), TAKES (api_purchase_cancel_form, 200)},
  {ROW ("GET", "/v1/regies", ALL, ROUTE_READ, api_regie_list, "limit after", "Regies d'avances with their tills, by code")},
  {ROW ("POST", "/v1/regies", ADMINS, ROUTE_WRITE, api_regie_add, "", "Open a regie, by an act"), TAKES (api_regie_form, 201)},
  {ROW ("POST", "/v1/regies/changes", ADMINS, ROUTE_WRITE, api_regie_change, "", "Change a regie, by another act"), TAKES (api_regie_change_form, 200)},
  {ROW ("GET", "/v1/regies/entries", ALL, ROUTE_READ, api_regie_entries, "regie limit after", "Lines of a regie's journal, in order")},
  {ROW ("POST", "/v1/regies/entries", DESK, ROUTE_WRITE, api_regie_write, "", "Write an advance, an expense or a repayment in a regie's journal"), TAKES (api_regie_line_form, 201)},
  {ROW ("POST", "/v1/regies/corrections", DESK, ROUTE_WRITE, api_regie_correct, "", "Take a line of a regie's journal back, by a counter-entry"), TAKES (api_regie_correct_form, 201)},
  {ROW ("POST", "/v1/regies/closings", DESK, ROUTE_WRITE, api_regie_close, "", "Close a month of a regie, or a year"), TAKES (api_regie_close_form, 200)},
  {ROW ("GET", "/v1/regies/requests", ALL, ROUTE_READ, api_regie_requests, "regie limit after", "What the accountant was asked to give back to a regie")},
  {ROW ("POST", "/v1/regies/requests", DESK, ROUTE_WRITE, api_regie_ask, "", "Ask the accountant for what a regie has spent"), TAKES (api_regie_ask_form, 201)},
  {ROW ("POST", "/v1/regies/receipts", DESK, ROUTE_WRITE, api_regie_receive, "", "Say that the money of a request came"), TAKES (api_regie_receive_form, 200)},
  {ROW ("GET", "/v1/regies/report", ALL, ROUTE_DRAW, api_regie_gather, "regie period request output", "The journal and the papers of a month or a year of a regie, or a request"), .draw = api_regie_draw},
  {ROW ("GET", "/v1/loans", ALL, ROUTE_READ, api_loan_list, "open limit after", "Open loans, by due day")},
  {ROW ("POST", "/v1/loans", DESK, ROUTE_WRITE, api_loan_lend, "", "Lend one or more things to a person"), TAKES (api_lend_form, 201)},
  {ROW ("POST", "/v1/returns", STAFF, ROUTE_WRITE, api_loan_return, "", "Take a thing back, piece by piece"), TAKES (api_return_form, 200)},
  {ROW ("POST", "/v1/renewals", DESK, ROUTE_WRITE, api_loan_renew, "", "Renew a loan"), TAKES (api_renew_form, 200)},
  {ROW ("GET", "/v1/recharges", ALL, ROUTE_READ, api_recharge_list, "line fund state limit after", "Recharges, by code")},
  {ROW ("POST", "/v1/recharges", DESK, ROUTE_WRITE, api_recharge_add, "", "Record a recharge of a line, paid by a fund"), TAKES (api_recharge_form, 201)},
  {ROW ("POST", "/v1/recharges/bulk", DESK, ROUTE_WRITE, api_recharge_add, "", "Recharge several lines alike, all or none"), TAKES (api_recharge_form, 201)},
  {ROW ("POST", "/v1/recharges/sending", DESK, ROUTE_WRITE, api_recharge_send, "", "Send a recharge that was prepared for the SIM bench, or all of them"), TAKES (api_topup_form, 202), .reply = api_act_reply},
  {ROW ("POST", "/v1/recharges/outcomes", DESK, ROUTE_WRITE, api_recharge_settle, "", "Tell what became of a recharge that was sent"), TAKES (api_settle_form, 200)},
  {ROW ("POST", "/v1/recharges/cancellations", DESK, ROUTE_WRITE, api_recharge_cancel, "", "Cancel a recharge before it is sent, or correct one that was written down by hand"), TAKES (api_recharge_cancel_form, 200)},
  {ROW ("GET", "/v1/vouchers", ALL, ROUTE_READ, api_voucher_list, "state limit after", "Vouchers, by code; never their recharge codes")},
  {ROW ("POST", "/v1/vouchers", DESK, ROUTE_WRITE, api_voucher_add, "", "Add a voucher; its recharge code is sealed"), TAKES (api_voucher_form, 201), .takes_codes = TRUE},
  {ROW ("GET", "/v1/products", ALL, ROUTE_READ, api_product_list, "limit after", "What this body buys for its lines")},
  {ROW ("POST", "/v1/products", ADMINS, ROUTE_WRITE, api_product_add, "", "Add a product, or replace it"), TAKES (api_product_form, 200)},
  {ROW ("GET", "/v1/offers", ALL, ROUTE_READ, api_offer_list, "limit after", "Rules of operators' offers, and the files that could not be read")},
  {ROW ("GET", "/v1/dialogues", ALL, ROUTE_READ, api_dialogue_list, "limit after", "Dialogues with operators: what would be said, and who has signed it")},
  {ROW ("GET", "/v1/dialogues/rehearsal", ALL, ROUTE_READ, api_dialogue_rehearse, "dialogue line", "What a dialogue would say with the card of a line; nothing is sent")},
  {ROW ("POST", "/v1/dialogues/signatures", ADMINS, ROUTE_WRITE, api_dialogue_sign, "", "Sign the text of a dialogue, so that it may spend"), TAKES (api_sign_form, 200)},
  {ROW ("GET", "/v1/lines/due", ALL, ROUTE_READ, api_line_due, "days unknown limit after", "Lines that die within so many days, what saves them, what the month needs")},
  {ROW ("POST", "/v1/lines/clocks", DESK, ROUTE_WRITE, api_line_set, "", "Say when a line's credit or the line itself ends"), TAKES (api_clocks_form, 200)},
  {ROW ("POST", "/v1/lines/balance", STAFF, ROUTE_WRITE, api_line_balance, "", "Ask the operator for the balance of a line whose card is in a modem"), TAKES (api_balance_form, 202), .reply = api_act_reply},
  {ROW ("POST", "/v1/lines/answers", STAFF, ROUTE_WRITE, api_line_heard, "", "Say what the operator told of a line, on the phone or on its page"), TAKES (api_heard_form, 200)},
  {ROW ("GET", "/v1/lines/notices", ALL, ROUTE_READ, api_line_notice_list, "state limit after", "Notices that lines are about to die")},
  {ROW ("POST", "/v1/lines/notices", DESK, ROUTE_WRITE, api_line_told, "", "Say that the holder of a line was told"), TAKES (api_told_form, 200)},
  {ROW ("GET", "/v1/funds/reconcile", ALL, ROUTE_READ, api_fund_reconcile, "", "Compare balances and recharges with the ledgers")},
  {ROW ("POST", "/v1/reveals", STAFF, ROUTE_WRITE, api_secret_reveal, "", "Show a PIN, a PUK or a recharge code; written in the journal"), TAKES (api_reveal_form, 200), .reply = api_secret_reply, .gives_codes = TRUE},
  {ROW ("GET", "/v1/keys", ADMINS, ROUTE_READ, api_key_list, "limit after", "Keys that seal codes, and how many each has sealed")},
  {ROW ("POST", "/v1/keys", ADMINS, ROUTE_WRITE, api_key_new, "", "Make the first key"), TAKES (api_key_form, 200)},
  {ROW ("POST", "/v1/keys/rotation", ADMINS, ROUTE_WRITE, api_key_rotate, "", "Make a new key and seal with it, slice by slice"), TAKES (api_key_form, 200), .reply = api_key_reply},
  {ROW ("GET", "/v1/wipes", ALL, ROUTE_READ, api_wipe_list, "item limit", "Wipes, newest first")},
  {ROW ("POST", "/v1/wipes", WIPERS, ROUTE_WRITE, api_wipe_ask, "", "Ask for the wipe of a tablet on the bench"), TAKES (api_wipe_form, 201)},
  {ROW ("POST", "/v1/attestations", WIPERS, ROUTE_WRITE, api_wipe_attest, "", "Say what was seen on the tablet after its wipe"), TAKES (api_attest_form, 200)},
  {ROW ("POST", "/v1/cancellations", WIPERS, ROUTE_WRITE, api_wipe_cancel, "", "Cancel a wipe before its command is sent"), TAKES (api_cancel_form, 200)},
  {ROW ("POST", "/v1/waivers", ADMINS, ROUTE_WRITE, api_wipe_waive, "", "Make a tablet ready without a wipe (right and reason)"), TAKES (api_waive_form, 200)},
  {ROW ("POST", "/v1/preparations", WIPERS, ROUTE_WRITE, api_prepare_ask, "", "Enrol a tablet on the bench with our management application"), TAKES (api_prepare_form, 200)},
  {ROW ("POST", "/v1/unlocks", WIPERS, ROUTE_WRITE, api_wipe_unlock, "", "Say how a former account's lock was lifted; the tablet must be wiped again"), TAKES (api_unlock_form, 200)},
  {ROW ("POST", "/v1/arrivals", WIPERS, ROUTE_WRITE, api_arrival_ask, "", "Read a tablet that comes in, over the cable"), TAKES (api_arrival_form, 200), .reply = api_arrival_reply},
  {ROW ("GET", "/v1/arrivals/{serial}", ALL, ROUTE_READ, api_arrival_show, "", "What a tablet said at its arrival, beside the register")},
  {ROW ("POST", "/v1/arrivals/accept", WIPERS, ROUTE_WRITE, api_arrival_accept, "", "Take what a tablet said into the register"), TAKES (api_arrival_accept_form, 200)},
  {ROW ("GET", "/v1/checklists", ALL, ROUTE_READ, api_checklist_list, "limit", "What is looked at before a thing of a kind is lent again")},
  {ROW ("POST", "/v1/checklists", ADMINS, ROUTE_WRITE, api_checklist_change, "", "Change the checklist of a kind"), TAKES (api_checklist_form, 200)},
  {ROW ("POST", "/v1/checks", STAFF, ROUTE_WRITE, api_check_do, "", "Say what was looked at on a thing, and what is not well"), TAKES (api_check_form, 200)},
  {ROW ("POST", "/v1/repairs", STAFF, ROUTE_WRITE, api_repair_do, "", "Send a thing to repair, or note what its repair costs"), TAKES (api_repair_form, 200)},
  {ROW ("POST", "/v1/repairs/done", STAFF, ROUTE_WRITE, api_repair_done, "", "Take a thing back from repair"), TAKES (api_repaired_form, 200)},
  {ROW ("GET", "/v1/objects/{code}", ALL, ROUTE_READ, api_find_object, "kind", "One object, whatever its kind"), .is_kept = TRUE},
  {ROW ("GET", "/v1/find", ALL, ROUTE_READ, api_find_text, "q limit", "Objects whose words begin with these words, or of that code or phone number")},
  {ROW ("GET", "/v1/due", ALL, ROUTE_READ, api_due_list, "days limit after", "Loans due within so many days")},
  {ROW ("GET", "/v1/bench", ALL, ROUTE_READ, api_bench_list, "", "What is plugged in now")},
  {ROW ("GET", "/v1/recordings", WIPERS, ROUTE_STREAM, api_recording_ask, "port until", "Record what is said on one port of the bench, without personal data")},
  {ROW ("GET", "/v1/ports", ALL, ROUTE_READ, api_port_list, "limit", "Names of this bench's ports, by name")},
  {ROW ("POST", "/v1/ports", WIPERS, ROUTE_WRITE, api_port_change, "", "Name a port of this bench, rename it, or take its name away"), TAKES (api_port_form, 200)},
  {ROW ("GET", "/v1/labels", ALL, ROUTE_DRAW, api_label_gather, "codes format start output dpi", "A sheet of QR labels"), .draw = api_label_draw},
  {ROW ("GET", "/v1/certificates/{code}", ALL, ROUTE_DRAW, api_certificate_gather, "output", "Certificate of erasure, of a wipe or of an item's last verified wipe"), .draw = api_certificate_draw},
  {ROW ("GET", "/v1/journal", ALL, ROUTE_READ, api_journal_list, "site limit after", "Lines of the journal, in order")},
  {ROW ("GET", "/v1/journal/verify", ALL, ROUTE_READ, api_journal_verify, "site", "Recompute the journal's chains of hashes")},
  {ROW ("GET", "/v1/accounts", ADMINS, ROUTE_READ, api_account_list, "limit after", "Staff accounts, by code")},
  {ROW ("POST", "/v1/accounts", ADMINS, ROUTE_WRITE, api_account_add, "", "Add a staff account for a system user"), TAKES (api_account_form, 201)},
  {ROW ("POST", "/v1/accounts/site", ADMINS, ROUTE_WRITE, api_account_move, "", "Say at which site an account may come in"), TAKES (api_account_move_form, 200)},
  {ROW ("GET", "/v1/sites", ALL, ROUTE_READ, api_site_list, "limit after", "Sites that share this register, by code")},
  {ROW ("POST", "/v1/sites", ADMINS, ROUTE_WRITE, api_site_add, "", "Add a site"), TAKES (api_site_form, 201)},
  {ROW ("GET", "/v1/migrations", ADMINS, ROUTE_READ, api_migration_show, "", "How far the move of the register to another database is")},
  {ROW ("POST", "/v1/migrations", ADMINS, ROUTE_WRITE, api_migration_start, "", "Move the register, with its history, to another database that is empty"), TAKES (api_migration_form, 202)},
  {ROW ("GET", "/v1/imports", ADMINS, ROUTE_READ, api_import_list, "limit", "Imports under way, and how far they are")},
  {ROW ("POST", "/v1/imports", ADMINS, ROUTE_IMPORT, NULL, "kind dry_run fund", "Import a CSV file, all or nothing"), .body_max = BODY_MAX_IMPORT, .draw = api_import_run},
  {ROW ("GET", "/v1/backup", ADMINS, ROUTE_READ, api_backup_make, "", "A checked copy of the register")},
  {ROW ("POST", "/v1/backup/verify", ADMINS, ROUTE_UPLOAD, NULL, "", "Restore a backup on trial, into a scratch register"), .body_max = BODY_MAX_RESTORE, .draw = api_backup_verify},
  {ROW ("GET", "/v1/doctor", ALL, ROUTE_READ, api_doctor_show, "", "What whoever looks after the daemon should know")},
  {ROW ("POST", "/v1/restore", ADMINS, ROUTE_UPLOAD, NULL, "confirm", "Replace the register by a backup"), .body_max = BODY_MAX_RESTORE, .draw = api_backup_restore},
  {ROW ("POST", "/v1/demo/clock", ADMINS, ROUTE_WRITE, api_demo_set_clock, "", "Move the clock of a demonstration register"), TAKES (api_demo_form, 200), .any_time = TRUE},
  {ROW ("POST", "/v1/clock/confirm", ADMINS, ROUTE_WRITE, api_clock_confirm, "", "Say that the machine's clock is right although it went back"), TAKES (api_clock_form, 200), .any_time = TRUE},
};
/* clang-format on */

const Route *
api_routes (gsize *n)
{
  *n = G_N_ELEMENTS (routes);
  return routes;
}

/* *subject: what stands for {code}; borrowed from path, NULL without. */
static gboolean
path_matches (const char *pattern, const char *path, const char **subject)
{
  const char *brace = strchr (pattern, '{');
  *subject = NULL;
  if (brace == NULL)
    return g_str_equal (pattern, path);
  gsize fixed = (gsize)(brace - pattern);
  if (strncmp (pattern, path, fixed) != 0 || path[fixed] == '\0' || strchr (path + fixed, '/') != NULL)
    return FALSE;
  *subject = path + fixed;
  return TRUE;
}

char *
route_methods (const char *path)
{
  const char *subject;
  g_autoptr (GString) methods = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    if (path_matches (routes[i].path, path, &subject))
      g_string_append_printf (methods, "%s%s", methods->len > 0 ? ", " : "", routes[i].method);
  return g_strdup (methods->str);
}

const Route *
route_find (const char *method, const char *path, char **subject, GError **error)
{
  const char *found = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (!g_str_equal (routes[i].method, method) || !path_matches (routes[i].path, path, &found))
      continue;
    *subject = g_strdup (found);
    return &routes[i];
  }
  g_autofree char *methods = route_methods (path);
  if (methods[0] == '\0')
    rule_error_set (error, M_ROUTE_NOT_FOUND, NULL);
  else
    rule_error_set (error, M_METHOD_NOT_ALLOWED, method, methods, NULL);
  return NULL;
}

gboolean
route_takes_file (const Route *route)
{
  return route->kind == ROUTE_UPLOAD || route->kind == ROUTE_IMPORT;
}

gboolean
route_takes_query (const Route *route, const char *name)
{
  g_auto (GStrv) names = g_strsplit (route->query, " ", -1);
  return g_strv_contains ((const char *const *)names, name);
}

gboolean
route_allows (const Route *route, Role role)
{
  return (route->roles & (1u << role)) != 0;
}

char *
route_roles (const Route *route)
{
  if (route->roles == 0 && route->kind == ROUTE_NOW)
    return g_strdup ("anyone");
  g_autoptr (GString) names = g_string_new (NULL);
  for (int role = 0; role < ROLES_N; role++)
    if (route_allows (route, (Role)role))
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", role_name ((Role)role));
  return g_strdup (names->str);
}

void
api_print_routes (FILE *out)
{
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++) {
    g_autofree char *roles = route_roles (&routes[i]);
    fprintf (out, "%s\t%s\t%s\t%s\t%s\n", routes[i].method, routes[i].path, roles, routes[i].query, routes[i].summary);
  }
}
