/* The SIM bench, in HTTP: the modems, what is asked of the cards in them, and what came of it. */
#include "daemon/actions/sim.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"
#include "daemon/rules/sim.h"
#include "db/modem_act.h"
#include "db/sim.h"

static const Field identify_fields[] = {
    {"port", FIELD_TEXT, G_STRUCT_OFFSET (IdentifyRequest, port), FALSE, 0},
    {"line", FIELD_TEXT, G_STRUCT_OFFSET (IdentifyRequest, line), FALSE, 0},
    {"operator", FIELD_TEXT, G_STRUCT_OFFSET (IdentifyRequest, operator_name), FALSE, 0},
    {"offer", FIELD_TEXT, G_STRUCT_OFFSET (IdentifyRequest, offer), FALSE, 0},
    {"msisdn", FIELD_TEXT, G_STRUCT_OFFSET (IdentifyRequest, msisdn), FALSE, 0},
};
const Form api_identify_form = {sizeof (IdentifyRequest), identify_fields, G_N_ELEMENTS (identify_fields)};

static const Field balance_fields[] = {
    {"line", FIELD_TEXT, G_STRUCT_OFFSET (BalanceRequest, line), TRUE, 0},
    {"dialogue", FIELD_TEXT, G_STRUCT_OFFSET (BalanceRequest, dialogue), FALSE, 0},
};
const Form api_balance_form = {sizeof (BalanceRequest), balance_fields, G_N_ELEMENTS (balance_fields)};

static const Field heard_fields[] = {
    {"line", FIELD_TEXT, G_STRUCT_OFFSET (HeardRequest, line), TRUE, 0},
    {"text", FIELD_TEXT, G_STRUCT_OFFSET (HeardRequest, text), TRUE, 0},
    {"dialogue", FIELD_TEXT, G_STRUCT_OFFSET (HeardRequest, dialogue), FALSE, 0},
};
const Form api_heard_form = {sizeof (HeardRequest), heard_fields, G_N_ELEMENTS (heard_fields)};

static const Field topup_fields[] = {
    {"recharge", FIELD_TEXT, G_STRUCT_OFFSET (TopupRequest, recharge), FALSE, 0},
    {"dialogue", FIELD_TEXT, G_STRUCT_OFFSET (TopupRequest, dialogue), FALSE, 0},
};
const Form api_topup_form = {sizeof (TopupRequest), topup_fields, G_N_ELEMENTS (topup_fields)};

static const Field erase_fields[] = {
    {"sim", FIELD_TEXT, G_STRUCT_OFFSET (EraseRequest, sim), TRUE, 0},
};
const Form api_erase_form = {sizeof (EraseRequest), erase_fields, G_N_ELEMENTS (erase_fields)};

static const Field pin_fields[] = {
    {"sim", FIELD_TEXT, G_STRUCT_OFFSET (PinRequest, sim), TRUE, 0},
    {"act", FIELD_TEXT, G_STRUCT_OFFSET (PinRequest, act), TRUE, 0},
    {"pin", FIELD_TEXT, G_STRUCT_OFFSET (PinRequest, pin), FALSE, 0},
    {"new_pin", FIELD_TEXT, G_STRUCT_OFFSET (PinRequest, new_pin), FALSE, 0},
    {"puk", FIELD_TEXT, G_STRUCT_OFFSET (PinRequest, puk), FALSE, 0},
    {"which", FIELD_TEXT, G_STRUCT_OFFSET (PinRequest, which), FALSE, 0},
    {"attempts", FIELD_INT, G_STRUCT_OFFSET (PinRequest, attempts), FALSE, 0},
    {"sure", FIELD_BOOL, G_STRUCT_OFFSET (PinRequest, sure), FALSE, 0},
};
const Form api_pin_form = {sizeof (PinRequest), pin_fields, G_N_ELEMENTS (pin_fields)};

static gboolean
has_modems (const Request *request, GError **error)
{
  if (request->world->modems != NULL)
    return TRUE;
  rule_error_set (error, M_MODEMS_OFF, NULL);
  return FALSE;
}

/* ---- modems ---- */

static void
write_slot_card (View *view, const ModemSlot *slot, const Card *card)
{
  writer_text (view->out, "iccid", slot->iccid);
  writer_word (view->out, "sim", card != NULL ? card->code : "");
  writer_word (view->out, "line", card != NULL ? card->line : "");
  writer_open_array (view->out, "numbers");
  for (guint i = 0; slot->numbers != NULL && slot->numbers[i] != NULL; i++)
    writer_text (view->out, NULL, slot->numbers[i]);
  writer_close (view->out);
  api_pin_write (view->out, slot->pin_on, slot->pin_left, slot->puk_left);
  writer_text (view->out, "home", slot->home_name != NULL ? slot->home_name : slot->home_network);
  writer_text (view->out, "network", slot->network_name);
  writer_text (view->out, "registration", slot->registration);
  writer_maybe_int (view->out, "signal_percent", slot->signal_percent);
}

static gboolean
write_slot (View *view, gconstpointer record, GError **error)
{
  const ModemSlot *slot = record;
  g_autoptr (GError) problem = NULL;
  g_autoptr (Card) card = slot->iccid != NULL ? sim_card_of_iccid (view->store, slot->iccid, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "modem");
  writer_text (view->out, "port", slot->port);
  writer_text (view->out, "name", slot->name);
  writer_text (view->out, "imei", slot->imei);
  writer_text (view->out, "state", slot->state);
  write_slot_card (view, slot, card);
  view_write_reason (view->out, slot->code);
  writer_text (view->out, "detail", slot->detail);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_modem_list (Request *request, Store *store, GError **error)
{
  if (!has_modems (request, error))
    return FALSE;
  g_autoptr (GPtrArray) slots = modems_slots (request->world->modems);
  const Page all = {.limit = slots->len};
  return view_answer_list (request, store, &all, slots, write_slot, NULL, error);
}

/* ---- acts ---- */

static void
write_act_end (Writer *out, const ModemAct *act)
{
  writer_word (out, "verdict", card_verdict_name (act->verdict));
  writer_word (out, "verdict_fr", card_verdict_text (act->verdict, LANGUAGE_FR));
  writer_word (out, "verdict_en", card_verdict_text (act->verdict, LANGUAGE_EN));
  view_write_reason (out, act->reason);
  writer_text (out, "answer", act->answer);
  writer_maybe_int (out, "balance_cents", act->eur);
  writer_text (out, "currency", "EUR");
  writer_maybe_int (out, "balance_mb", act->mb);
  writer_word (out, "credit_until", act->until.text);
  writer_maybe_int (out, "attempts_left", act->attempts_left);
  writer_maybe_int (out, "messages", act->messages);
  writer_maybe_int (out, "contacts", act->contacts);
}

static gboolean
write_act (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const ModemAct *act = record;
  Writer *out = view->out;
  writer_open_object (out, NULL);
  writer_text (out, "kind", "act");
  writer_int (out, "number", act->number);
  writer_text (out, "job", modem_act_kind_name (act->kind));
  writer_text (out, "state", modem_act_state_name (act->state));
  writer_text (out, "state_fr", sim_act_state_text (act->state, LANGUAGE_FR));
  writer_text (out, "state_en", sim_act_state_text (act->state, LANGUAGE_EN));
  writer_bool (out, "is_over", act->state != MODEM_ACT_ASKED && act->state != MODEM_ACT_SENT);
  writer_word (out, "site", act->site);
  writer_text (out, "port", act->port);
  writer_text (out, "imei", act->imei);
  writer_text (out, "iccid", act->iccid);
  writer_word (out, "sim", act->card);
  writer_word (out, "line", act->line);
  writer_word (out, "recharge", act->recharge);
  writer_text (out, "dialogue", act->dialogue);
  write_act_end (out, act);
  writer_text (out, "account", act->account);
  writer_instant (out, "at", act->asked_at);
  writer_instant (out, "sent_at", act->sent_at);
  writer_instant (out, "ended_at", act->ended_at);
  writer_close (out);
  return TRUE;
}

static char *
act_cursor (gconstpointer record)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, ((const ModemAct *)record)->number);
}

static gboolean
read_number (const char *text, MessageId id, gint64 *number, GError **error)
{
  *number = 0;
  if (text == NULL || g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, number, NULL))
    return TRUE;
  rule_error_set (error, id, text, NULL);
  return FALSE;
}

gboolean
api_act_list (Request *request, Store *store, GError **error)
{
  Page page;
  gint64 before;
  if (!request_page (request, &page, error) || !read_number (page.after, M_CURSOR_UNKNOWN, &before, error))
    return FALSE;
  g_autoptr (GPtrArray) acts = modem_act_list (store, before, page.limit + 1, error);
  return acts != NULL && view_answer_list (request, store, &page, acts, write_act, act_cursor, error);
}

gboolean
api_act_show (Request *request, Store *store, GError **error)
{
  gint64 number;
  if (!read_number (request->subject, M_ACT_NOT_FOUND, &number, error))
    return FALSE;
  g_autoptr (ModemAct) act = modem_act_load (store, number, error);
  action_explain_missing (error, M_ACT_NOT_FOUND, request->subject);
  if (act == NULL)
    return FALSE;
  g_auto (Writer) out;
  writer_init (&out);
  View view = view_of (request, store, &out);
  (void)write_act (&view, act, error); /* reads nothing */
  request_answer_json (request, 200, &out);
  return TRUE;
}

/* ---- asking ---- */

static void
order_destroy (gpointer order)
{
  sim_order_free (order);
}

gboolean
api_bench_open (Request *request, SimBench *bench, GPtrArray **slots, GError **error)
{
  if (!has_modems (request, error))
    return FALSE;
  *slots = modems_slots (request->world->modems);
  request->orders = g_ptr_array_new_with_free_func (order_destroy);
  *bench = (SimBench){*slots, request->world->dialogues, request->orders};
  return TRUE;
}

gboolean
api_modem_identify (Request *request, Store *store, GError **error)
{
  SimBench bench;
  g_autoptr (GPtrArray) slots = NULL;
  return api_bench_open (request, &bench, &slots, error) &&
         sim_identify (store, &request->context, form_data_input (request->form), &bench, &request->outcome, error);
}

gboolean
api_sim_pin (Request *request, Store *store, GError **error)
{
  SimBench bench;
  g_autoptr (GPtrArray) slots = NULL;
  return api_bench_open (request, &bench, &slots, error) &&
         sim_pin (store, &request->context, form_data_input (request->form), &bench, &request->outcome, error);
}

gboolean
api_sim_count (Request *request, Store *store, GError **error)
{
  SimBench bench;
  g_autoptr (GPtrArray) slots = NULL;
  return api_bench_open (request, &bench, &slots, error) &&
         sim_count (store, &request->context, form_data_input (request->form), &bench, &request->outcome, error);
}

gboolean
api_sim_erase (Request *request, Store *store, GError **error)
{
  SimBench bench;
  g_autoptr (GPtrArray) slots = NULL;
  return api_bench_open (request, &bench, &slots, error) &&
         sim_erase (store, &request->context, form_data_input (request->form), &bench, &request->outcome, error);
}

gboolean
api_line_balance (Request *request, Store *store, GError **error)
{
  SimBench bench;
  g_autoptr (GPtrArray) slots = NULL;
  return api_bench_open (request, &bench, &slots, error) &&
         sim_balance (store, &request->context, form_data_input (request->form), &bench, &request->outcome, error);
}

gboolean
api_line_heard (Request *request, Store *store, GError **error)
{
  return sim_heard (store, &request->context, form_data_input (request->form), request->world->dialogues,
                    &request->outcome, error);
}

gboolean
api_recharge_send (Request *request, Store *store, GError **error)
{
  SimBench bench;
  g_autoptr (GPtrArray) slots = NULL;
  return api_bench_open (request, &bench, &slots, error) &&
         sim_topup (store, &request->context, form_data_input (request->form), &bench, &request->outcome, error);
}

/* {"items": [acts], lists}: as they were asked; GET /v1/acts/{number} says what came of them. */
gboolean
api_act_reply (Request *request, Store *store, GError **error)
{
  g_auto (Writer) out;
  writer_init (&out);
  View view = view_of (request, store, &out);
  writer_open_object (&out, NULL);
  writer_open_array (&out, "items");
  for (guint i = 0; request->orders != NULL && i < request->orders->len; i++) {
    const SimOrder *order = g_ptr_array_index (request->orders, i);
    g_autoptr (ModemAct) act = modem_act_load (store, order->number, error);
    if (act == NULL || !write_act (&view, act, error))
      return FALSE;
  }
  writer_close (&out);
  problem_write_lists (&out, request->outcome.verdict);
  writer_close (&out);
  request_answer_json (request, request->context.is_preview ? 200 : request->route->made_status, &out);
  return TRUE;
}
