/* Wipes, in HTTP: asking, attesting, cancelling, waiving, and their stories. */
#include "daemon/actions/wipe.h"
#include "daemon/actions/wipe_lock.h"
#include "daemon/api/resources.h"
#include "daemon/rules/code.h"
#include "daemon/rules/evidence.h"
#include "daemon/rules/item.h"
#include "db/item.h"
#include "db/wipe.h"
#include <string.h>

typedef struct {
  const char *wipe, *text;
  gboolean lock;
} AttestInput;
typedef struct {
  const char *wipe;
} CancelInput;
typedef struct {
  const char *item;
} WaiveInput;
typedef struct {
  const char *item, *text;
} UnlockInput;

static const Field ask_fields[] = {
    {"item", FIELD_TEXT, G_STRUCT_OFFSET (WipeRequest, item), TRUE, 0},
    {"strategy", FIELD_TEXT, G_STRUCT_OFFSET (WipeRequest, strategy), FALSE, 0},
    {"removed", FIELD_BOOL, G_STRUCT_OFFSET (WipeRequest, removed), FALSE, 0},
};
const Form api_wipe_form = {sizeof (WipeRequest), ask_fields, G_N_ELEMENTS (ask_fields)};
static const Field attest_fields[] = {
    {"wipe", FIELD_TEXT, G_STRUCT_OFFSET (AttestInput, wipe), TRUE, 0},
    {"text", FIELD_TEXT, G_STRUCT_OFFSET (AttestInput, text), FALSE, 0},
    {"lock", FIELD_BOOL, G_STRUCT_OFFSET (AttestInput, lock), FALSE, 0},
};
const Form api_attest_form = {sizeof (AttestInput), attest_fields, G_N_ELEMENTS (attest_fields)};
static const Field cancel_fields[] = {
    {"wipe", FIELD_TEXT, G_STRUCT_OFFSET (CancelInput, wipe), TRUE, 0},
};
const Form api_cancel_form = {sizeof (CancelInput), cancel_fields, G_N_ELEMENTS (cancel_fields)};
static const Field waive_fields[] = {
    {"item", FIELD_TEXT, G_STRUCT_OFFSET (WaiveInput, item), TRUE, 0},
};
const Form api_waive_form = {sizeof (WaiveInput), waive_fields, G_N_ELEMENTS (waive_fields)};
static const Field unlock_fields[] = {
    {"item", FIELD_TEXT, G_STRUCT_OFFSET (UnlockInput, item), TRUE, 0},
    {"text", FIELD_TEXT, G_STRUCT_OFFSET (UnlockInput, text), TRUE, 0},
};
const Form api_unlock_form = {sizeof (UnlockInput), unlock_fields, G_N_ELEMENTS (unlock_fields)};

static void
write_event (View *view, const WipeEvent *event)
{
  g_autofree char *french = wipe_event_text (event, LANGUAGE_FR);
  g_autofree char *english = wipe_event_text (event, LANGUAGE_EN);
  writer_open_object (view->out, NULL);
  writer_int (view->out, "number", event->number);
  writer_instant_ms (view->out, "at", event->at_ms);
  writer_text (view->out, "kind", event->kind);
  writer_text (view->out, "text", event->text);
  writer_text (view->out, "text_fr", french);
  writer_text (view->out, "text_en", english);
  writer_close (view->out);
}

static gboolean
write_evidence (View *view, const char *wipe, GError **error)
{
  g_autoptr (GPtrArray) events = wipe_event_list (view->store, wipe, 0, error);
  if (events == NULL)
    return FALSE;
  writer_open_array (view->out, "evidence");
  for (guint i = 0; i < events->len; i++)
    write_event (view, g_ptr_array_index (events, i));
  writer_close (view->out);
  return TRUE;
}

static void
write_texts (Writer *out, const char *name, const char *const *texts)
{
  writer_open_array (out, name);
  for (; *texts != NULL; texts++)
    writer_text (out, NULL, *texts);
  writer_close (out);
}

/* What a person taps now. */
static void
write_steps (View *view, const Wipe *wipe)
{
  ResetSteps steps;
  if (!wipe_reset_steps (view->screens, wipe, &steps))
    return;
  writer_open_object (view->out, "steps");
  writer_text (view->out, "brand", steps.brand);
  write_texts (view->out, "fr", steps.steps[LANGUAGE_FR]);
  write_texts (view->out, "en", steps.steps[LANGUAGE_EN]);
  writer_close (view->out);
}

static void
write_progress (View *view, const Wipe *wipe, const char *port_name)
{
  const char *port = port_name != NULL ? port_name : wipe->port;
  g_autofree char *french = wipe_todo_text (wipe, port, LANGUAGE_FR);
  g_autofree char *english = wipe_todo_text (wipe, port, LANGUAGE_EN);
  writer_text (view->out, "state", wipe_state_name (wipe->state));
  writer_text (view->out, "verdict", wipe_verdict_name (wipe->verdict));
  writer_text (view->out, "reason", wipe->reason);
  writer_text (view->out, "state_fr", wipe_state_text (wipe->state, LANGUAGE_FR));
  writer_text (view->out, "state_en", wipe_state_text (wipe->state, LANGUAGE_EN));
  writer_text (view->out, "todo_fr", french);
  writer_text (view->out, "todo_en", english);
}

static gboolean
write_wipe (View *view, gconstpointer record, GError **error)
{
  const Wipe *wipe = record;
  g_autofree char *port_name = NULL;
  g_autoptr (Item) item = item_load (view->store, wipe->item, error);
  if (item == NULL || !api_port_name (view->store, wipe->site, wipe->port, &port_name, error))
    return FALSE;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "wipe");
  writer_text (view->out, "code", wipe->code);
  writer_text (view->out, "item", wipe->item);
  writer_text (view->out, "model", item->model);
  writer_text (view->out, "site", wipe->site[0] != '\0' ? wipe->site : NULL);
  writer_text (view->out, "port", wipe->port);
  writer_text (view->out, "port_name", port_name);
  writer_text (view->out, "serial", wipe->serial);
  writer_text (view->out, "strategy", wipe->strategy);
  write_progress (view, wipe, port_name);
  writer_instant (view->out, "created_at", wipe->created_at);
  writer_instant (view->out, "started_at", wipe->started_at);
  writer_instant (view->out, "ended_at", wipe->ended_at);
  writer_text (view->out, "asked_by", wipe->asked_by);
  writer_text (view->out, "attested_by", wipe->attested_by);
  writer_text (view->out, "attestation", wipe->attestation);
  if (view->is_full)
    write_steps (view, wipe);
  if (view->is_full && !write_evidence (view, wipe->code, error))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

gboolean
api_wipe_show (View *view, const char *code, GError **error)
{
  g_autoptr (Wipe) wipe = wipe_load (view->store, code, error);
  return wipe != NULL && write_wipe (view, wipe, error);
}

gboolean
api_wipe_list (Request *request, Store *store, GError **error)
{
  Page page;
  Code item;
  if (!request_page (request, &page, error) || !request_query_code (request, "item", "T", item, error))
    return FALSE;
  g_autoptr (GPtrArray) wipes = wipe_list (store, item[0] != '\0' ? item : NULL, page.limit, error);
  return wipes != NULL && view_answer_list (request, store, &page, wipes, write_wipe, NULL, error);
}

gboolean
api_wipe_ask (Request *request, Store *store, GError **error)
{
  if (request->world->conductor == NULL) {
    rule_error_set (error, M_BENCH_MISSING, NULL);
    return FALSE;
  }
  g_autoptr (GPtrArray) slots = conductor_slots (request->world->conductor);
  WipeRequest asked = *(const WipeRequest *)form_data_input (request->form);
  asked.slots = slots;
  return wipe_ask (store, &request->context, &asked, &request->outcome, error);
}

/* The code of a wipe, from that code or from the code of an item that is being wiped. */
static gboolean
find_wipe (Store *store, const char *text, Code code, GError **error)
{
  Code typed;
  if (!code_parse_kind (text, "XT", typed, error))
    return FALSE;
  if (typed[0] == 'X') {
    memcpy (code, typed, sizeof (Code));
    return TRUE;
  }
  g_autoptr (GError) failed = NULL;
  g_autoptr (Wipe) wipe = wipe_open_of_item (store, typed, &failed);
  if (wipe != NULL)
    memcpy (code, wipe->code, sizeof (Code));
  else if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  else
    rule_error_set (error, M_WIPE_NONE_OPEN, typed, NULL);
  return wipe != NULL;
}

gboolean
api_wipe_attest (Request *request, Store *store, GError **error)
{
  const AttestInput *input = form_data_input (request->form);
  Code wipe;
  if (!find_wipe (store, input->wipe, wipe, error))
    return FALSE;
  if (input->lock)
    return wipe_attest_lock (store, &request->context, wipe, input->text, &request->outcome, error);
  return wipe_attest (store, &request->context, wipe, input->text, &request->outcome, error);
}

gboolean
api_wipe_cancel (Request *request, Store *store, GError **error)
{
  const CancelInput *input = form_data_input (request->form);
  Code wipe;
  return find_wipe (store, input->wipe, wipe, error) &&
         wipe_cancel (store, &request->context, wipe, &request->outcome, error);
}

gboolean
api_wipe_unlock (Request *request, Store *store, GError **error)
{
  const UnlockInput *input = form_data_input (request->form);
  return wipe_unlock (store, &request->context, input->item, input->text, &request->outcome, error);
}

gboolean
api_wipe_waive (Request *request, Store *store, GError **error)
{
  const WaiveInput *input = form_data_input (request->form);
  return wipe_waive (store, &request->context, input->item, &request->outcome, error);
}
