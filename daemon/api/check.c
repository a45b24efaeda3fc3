/* Checks before a loan, and repairs, in HTTP. */
#include "daemon/actions/check.h"
#include "daemon/api/resources.h"
#include "daemon/rules/check.h"
#include "db/item.h"
#include "db/wipe.h"

#define MARKS_READ   200 /* the newest looks that may count */
#define REPAIRS_READ 50  /* lines that are shown */

static const Field check_fields[] = {
    {"item", FIELD_TEXT, G_STRUCT_OFFSET (CheckRequest, item), TRUE, 0},
    {"checks", FIELD_PAIRS, G_STRUCT_OFFSET (CheckRequest, checks), TRUE, G_STRUCT_OFFSET (CheckRequest, n_checks)},
};
const Form api_check_form = {sizeof (CheckRequest), check_fields, G_N_ELEMENTS (check_fields)};
static const Field checklist_fields[] = {
    {"kind", FIELD_TEXT, G_STRUCT_OFFSET (ChecklistRequest, kind), TRUE, 0},
    {"checks", FIELD_TEXTS, G_STRUCT_OFFSET (ChecklistRequest, checks), FALSE, 0},
    {"required", FIELD_TEXT, G_STRUCT_OFFSET (ChecklistRequest, is_required), FALSE, 0},
};
const Form api_checklist_form = {sizeof (ChecklistRequest), checklist_fields, G_N_ELEMENTS (checklist_fields)};
static const Field repair_fields[] = {
    {"item", FIELD_TEXT, G_STRUCT_OFFSET (RepairRequest, item), TRUE, 0},
    {"note", FIELD_TEXT, G_STRUCT_OFFSET (RepairRequest, note), FALSE, 0},
    {"cost", FIELD_TEXT, G_STRUCT_OFFSET (RepairRequest, cost), FALSE, 0},
    {"cost_cents", FIELD_INT, G_STRUCT_OFFSET (RepairRequest, cost_cents), FALSE, 0},
    {"fund", FIELD_TEXT, G_STRUCT_OFFSET (RepairRequest, fund), FALSE, 0},
};
const Form api_repair_form = {sizeof (RepairRequest), repair_fields, G_N_ELEMENTS (repair_fields)};
static const Field repaired_fields[] = {
    {"item", FIELD_TEXT, G_STRUCT_OFFSET (RepairRequest, item), TRUE, 0},
    {"note", FIELD_TEXT, G_STRUCT_OFFSET (RepairRequest, note), FALSE, 0},
};
const Form api_repaired_form = {sizeof (RepairRequest), repaired_fields, G_N_ELEMENTS (repaired_fields)};

/* ---- on an item ---- */

static void
write_marks (View *view, const Checklist *list, const CheckMark *const *newest)
{
  writer_open_array (view->out, "checks");
  for (guint i = 0; list->checks[i] != NULL; i++) {
    writer_open_object (view->out, NULL);
    writer_text (view->out, "check", list->checks[i]);
    writer_text (view->out, "result", newest[i] != NULL ? check_result_name (newest[i]->result) : NULL);
    writer_instant (view->out, "at", newest[i] != NULL ? newest[i]->at : 0);
    writer_close (view->out);
  }
  writer_close (view->out);
}

gboolean
api_check_write (View *view, const char *code, ItemKind kind, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (Checklist) list = checklist_load (view->store, kind, error);
  g_autoptr (GPtrArray) marks = list != NULL ? check_mark_list (view->store, code, MARKS_READ, error) : NULL;
  if (marks == NULL)
    return FALSE;
  g_autoptr (Wipe) wipe = wipe_last_verified (view->store, code, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  g_autofree const CheckMark **newest = g_new0 (const CheckMark *, g_strv_length (list->checks) + 1);
  check_newest (list, marks, wipe != NULL ? wipe->ended_at : 0, newest);
  write_marks (view, list, newest);
  return TRUE;
}

gboolean
api_repair_write (View *view, const char *item, GError **error)
{
  g_autoptr (GPtrArray) lines = repair_list (view->store, item, REPAIRS_READ, error);
  if (lines == NULL)
    return FALSE;
  writer_open_array (view->out, "repairs");
  for (guint i = 0; i < lines->len; i++) {
    const RepairLine *line = g_ptr_array_index (lines, i);
    writer_open_object (view->out, NULL);
    writer_int (view->out, "number", line->number);
    writer_instant (view->out, "at", line->at);
    writer_text (view->out, "account", line->account);
    writer_text (view->out, "step", repair_step_name (line->step));
    writer_text (view->out, "note", line->note);
    writer_money (view->out, "cost_cents", line->cost);
    writer_word (view->out, "fund", line->fund);
    writer_close (view->out);
  }
  writer_close (view->out);
  return TRUE;
}

/* ---- the lists ---- */

static gboolean
write_checklist (View *view, gconstpointer record, GError **error)
{
  const Checklist *list = record;
  (void)error; /* nothing is read */
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", item_kind_name (list->kind));
  writer_open_array (view->out, "checks");
  for (guint i = 0; list->checks[i] != NULL; i++)
    writer_text (view->out, NULL, list->checks[i]);
  writer_close (view->out);
  writer_text (view->out, "required", list->is_required ? "yes" : "no");
  writer_close (view->out);
  return TRUE;
}

gboolean
api_checklist_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page (request, &page, error))
    return FALSE;
  g_autoptr (GPtrArray) lists = checklist_list (store, error);
  return lists != NULL && view_answer_list (request, store, &page, lists, write_checklist, NULL, error);
}

/* ---- writers ---- */

gboolean
api_check_do (Request *request, Store *store, GError **error)
{
  return item_check (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_checklist_change (Request *request, Store *store, GError **error)
{
  return checklist_change (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_repair_do (Request *request, Store *store, GError **error)
{
  return item_repair (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_repair_done (Request *request, Store *store, GError **error)
{
  return item_repaired (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
