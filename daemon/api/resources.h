/* The handlers of every resource (one file each), as the route table and the views name them. What each does stands in the route's
 * summary; what it must keep to, in routes.h (RouteHandler, RouteDraw, RouteReply) and view.h (ViewWrite). */
#pragma once
#include "daemon/api/routes.h"
#include "daemon/api/view.h"

/* Load the record of that code and write it; DB_ERROR_NOT_FOUND when there is none. */
gboolean api_person_show (View *view, const char *code, GError **error);
gboolean api_item_show (View *view, const char *code, GError **error);
gboolean api_piece_show (View *view, const char *code, GError **error);
gboolean api_card_show (View *view, const char *code, GError **error);
gboolean api_line_show (View *view, const char *code, GError **error);
gboolean api_loan_show (View *view, const char *code, GError **error);
gboolean api_fund_show (View *view, const char *code, GError **error);
gboolean api_recharge_show (View *view, const char *code, GError **error);
gboolean api_wipe_show (View *view, const char *code, GError **error);
gboolean api_regie_show (View *view, const char *code, GError **error);
gboolean api_purchase_show (View *view, const char *code, GError **error);
gboolean api_voucher_show (View *view, const char *code, GError **error);
gboolean api_account_show (View *view, const char *code, GError **error);
gboolean api_site_show (View *view, const char *code, GError **error);
/* store_expect what api_loan_show asks first. */
void api_loan_expect (Store *store, const char *code);
/* record: const Loan *. For the loans of a person. */
gboolean api_loan_write (View *view, gconstpointer record, GError **error);
/* The member "holder" of a thing: who has it in an open loan, or null. */
gboolean api_loan_write_holder (View *view, const char *item_or_line, GError **error);
/* Members "NAME_until", "NAME_origin", "NAME_confidence". */
void api_line_write_clock (Writer *out, const char *name, const LineClock *clock);
/* Members "pin_on", "pin_left", "puk_left"; below zero is null. */
void api_pin_write (Writer *out, gint64 pin_on, gint64 pin_left, gint64 puk_left);
/* What an ask of a card works with; what is asked is in request->orders. FALSE: M_MODEMS_OFF. slots: caller unrefs. */
gboolean api_bench_open (Request *request, SimBench *bench, GPtrArray **slots, GError **error);

/* The members "checks" (of its kind's list, since its last wipe) and "repairs" of an item. */
gboolean api_check_write (View *view, const char *code, ItemKind kind, GError **error);
gboolean api_repair_write (View *view, const char *item, GError **error);

/* One slot of the bench as an object. now: epoch seconds, for what time changes. */
void api_bench_write (Writer *out, const BenchSlot *slot, gint64 now);
/* *name: what people call that port of that site's bench; NULL when it has no name, is on another machine, or is NULL. Caller frees. */
gboolean api_port_name (Store *store, const char *site, const char *port, char **name, GError **error);

/* Bodies. */
extern const Form api_person_form, api_item_form, api_sim_form, api_fund_form, api_recharge_form, api_lend_form,
    api_return_form, api_renew_form, api_wipe_form, api_attest_form, api_cancel_form, api_waive_form, api_unlock_form,
    api_prepare_form, api_demo_form, api_account_form, api_clock_form;
extern const Form api_voucher_form, api_product_form, api_settle_form, api_recharge_cancel_form, api_clocks_form,
    api_told_form, api_reveal_form, api_key_form, api_sign_form;

extern const Form api_identify_form, api_pin_form, api_balance_form, api_topup_form, api_erase_form, api_heard_form;

/* RouteHandler: readers. */
gboolean api_modem_list (Request *request, Store *store, GError **error);
gboolean api_act_list (Request *request, Store *store, GError **error);
gboolean api_act_show (Request *request, Store *store, GError **error);
gboolean api_voucher_list (Request *request, Store *store, GError **error);
gboolean api_product_list (Request *request, Store *store, GError **error);
gboolean api_offer_list (Request *request, Store *store, GError **error);
gboolean api_dialogue_list (Request *request, Store *store, GError **error);
gboolean api_dialogue_rehearse (Request *request, Store *store, GError **error);
gboolean api_line_due (Request *request, Store *store, GError **error);
gboolean api_line_notice_list (Request *request, Store *store, GError **error);
gboolean api_fund_reconcile (Request *request, Store *store, GError **error);
gboolean api_key_list (Request *request, Store *store, GError **error);
/* RouteHandler: the writer. */
gboolean api_modem_identify (Request *request, Store *store, GError **error);
gboolean api_sim_pin (Request *request, Store *store, GError **error);
gboolean api_sim_count (Request *request, Store *store, GError **error);
gboolean api_sim_erase (Request *request, Store *store, GError **error);
gboolean api_line_balance (Request *request, Store *store, GError **error);
gboolean api_line_heard (Request *request, Store *store, GError **error);
gboolean api_recharge_send (Request *request, Store *store, GError **error);
gboolean api_voucher_add (Request *request, Store *store, GError **error);
gboolean api_product_add (Request *request, Store *store, GError **error);
gboolean api_recharge_settle (Request *request, Store *store, GError **error);
gboolean api_recharge_cancel (Request *request, Store *store, GError **error);
gboolean api_line_set (Request *request, Store *store, GError **error);
gboolean api_line_told (Request *request, Store *store, GError **error);
gboolean api_secret_reveal (Request *request, Store *store, GError **error);
gboolean api_dialogue_sign (Request *request, Store *store, GError **error);
gboolean api_key_new (Request *request, Store *store, GError **error);
gboolean api_key_rotate (Request *request, Store *store, GError **error);
/* RouteReply. */
gboolean api_act_reply (Request *request, Store *store, GError **error);
gboolean api_secret_reply (Request *request, Store *store, GError **error);
gboolean api_key_reply (Request *request, Store *store, GError **error);
/* Purchases, and what more is asked of funds. The member "purchase" of an item: the one it came with. */
gboolean api_purchase_write_of (View *view, const char *item, GError **error);
gboolean api_purchase_assign (Request *request, Store *store, GError **error);
extern const Form api_purchase_assign_form;
extern const Form api_purchase_form, api_purchase_cancel_form, api_fund_change_form;
gboolean api_purchase_list (Request *request, Store *store, GError **error);
gboolean api_fund_report (Request *request, Store *store, GError **error);
gboolean api_purchase_add (Request *request, Store *store, GError **error);
gboolean api_purchase_cancel (Request *request, Store *store, GError **error);
gboolean api_fund_change (Request *request, Store *store, GError **error);

/* Regies. */
extern const Form api_regie_form, api_regie_change_form, api_regie_line_form, api_regie_correct_form,
    api_regie_close_form, api_regie_ask_form, api_regie_receive_form;
gboolean api_regie_list (Request *request, Store *store, GError **error);
gboolean api_regie_entries (Request *request, Store *store, GError **error);
gboolean api_regie_requests (Request *request, Store *store, GError **error);
gboolean api_regie_gather (Request *request, Store *store, GError **error);
gboolean api_regie_draw (Request *request, GError **error);
gboolean api_regie_add (Request *request, Store *store, GError **error);
gboolean api_regie_change (Request *request, Store *store, GError **error);
gboolean api_regie_write (Request *request, Store *store, GError **error);
gboolean api_regie_correct (Request *request, Store *store, GError **error);
gboolean api_regie_close (Request *request, Store *store, GError **error);
gboolean api_regie_ask (Request *request, Store *store, GError **error);
gboolean api_regie_receive (Request *request, Store *store, GError **error);

extern const Form api_arrival_form, api_arrival_accept_form;
extern const Form api_check_form, api_checklist_form, api_repair_form, api_repaired_form;
extern const Form api_site_form, api_account_move_form, api_migration_form, api_port_form;

/* RouteHandler: readers. */
gboolean api_person_list (Request *request, Store *store, GError **error);
gboolean api_item_list (Request *request, Store *store, GError **error);
gboolean api_card_list (Request *request, Store *store, GError **error);
gboolean api_line_list (Request *request, Store *store, GError **error);
gboolean api_fund_entries (Request *request, Store *store, GError **error);
gboolean api_fund_list (Request *request, Store *store, GError **error);
gboolean api_loan_list (Request *request, Store *store, GError **error);
gboolean api_recharge_list (Request *request, Store *store, GError **error);
gboolean api_wipe_list (Request *request, Store *store, GError **error);
gboolean api_arrival_show (Request *request, Store *store, GError **error);
gboolean api_checklist_list (Request *request, Store *store, GError **error);
gboolean api_migration_show (Request *request, Store *store, GError **error);
gboolean api_site_list (Request *request, Store *store, GError **error);
gboolean api_account_list (Request *request, Store *store, GError **error);
gboolean api_find_object (Request *request, Store *store, GError **error);
gboolean api_find_text (Request *request, Store *store, GError **error);
gboolean api_due_list (Request *request, Store *store, GError **error);
gboolean api_bench_list (Request *request, Store *store, GError **error);
gboolean api_recording_ask (Request *request, Store *store, GError **error);
gboolean api_port_list (Request *request, Store *store, GError **error);
gboolean api_import_list (Request *request, Store *store, GError **error);
gboolean api_journal_list (Request *request, Store *store, GError **error);
gboolean api_journal_verify (Request *request, Store *store, GError **error);
gboolean api_health_metrics (Request *request, Store *store, GError **error);
gboolean api_backup_make (Request *request, Store *store, GError **error);
gboolean api_doctor_show (Request *request, Store *store, GError **error);
/* RouteHandler: at once. */
gboolean api_health_show (Request *request, Store *store, GError **error);
/* RouteHandler: readers that gather what is drawn; RouteDraw: the drawing. */
gboolean api_label_gather (Request *request, Store *store, GError **error);
gboolean api_label_draw (Request *request, GError **error);
gboolean api_certificate_gather (Request *request, Store *store, GError **error);
gboolean api_certificate_draw (Request *request, GError **error);
gboolean api_backup_verify (Request *request, GError **error);
gboolean api_backup_restore (Request *request, GError **error);
gboolean api_import_run (Request *request, GError **error);

/* RouteHandler: writers. */
gboolean api_person_add (Request *request, Store *store, GError **error);
gboolean api_item_add (Request *request, Store *store, GError **error);
gboolean api_sim_add (Request *request, Store *store, GError **error);
gboolean api_fund_add (Request *request, Store *store, GError **error);
gboolean api_loan_lend (Request *request, Store *store, GError **error);
gboolean api_loan_return (Request *request, Store *store, GError **error);
gboolean api_loan_renew (Request *request, Store *store, GError **error);
gboolean api_recharge_add (Request *request, Store *store, GError **error);
gboolean api_wipe_ask (Request *request, Store *store, GError **error);
gboolean api_wipe_attest (Request *request, Store *store, GError **error);
gboolean api_wipe_cancel (Request *request, Store *store, GError **error);
gboolean api_arrival_ask (Request *request, Store *store, GError **error);
gboolean api_arrival_accept (Request *request, Store *store, GError **error);
gboolean api_arrival_reply (Request *request, Store *store, GError **error);
gboolean api_check_do (Request *request, Store *store, GError **error);
gboolean api_checklist_change (Request *request, Store *store, GError **error);
gboolean api_repair_do (Request *request, Store *store, GError **error);
gboolean api_repair_done (Request *request, Store *store, GError **error);
gboolean api_wipe_waive (Request *request, Store *store, GError **error);
gboolean api_migration_start (Request *request, Store *store, GError **error);
gboolean api_prepare_ask (Request *request, Store *store, GError **error);
gboolean api_site_add (Request *request, Store *store, GError **error);
gboolean api_account_move (Request *request, Store *store, GError **error);
gboolean api_wipe_unlock (Request *request, Store *store, GError **error);
gboolean api_port_change (Request *request, Store *store, GError **error);
gboolean api_account_add (Request *request, Store *store, GError **error);
gboolean api_demo_set_clock (Request *request, Store *store, GError **error);
gboolean api_clock_confirm (Request *request, Store *store, GError **error);
