#include "daemon/api/view.h"
#include "daemon/actions/thing.h"
#include "daemon/api/near.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"
#include "daemon/rules/code.h"

static const struct {
  char kind;
  const char *topic;
  gboolean (*write) (View *view, const char *code, GError **error);
  MessageId not_found;
  void (*expect) (Store *store, const char *code); /* NULL: nothing is worth it */
} kinds[] = {
    {'P', "person", api_person_show, M_PERSON_NOT_FOUND, NULL},
    {'T', "item", api_item_show, M_ITEM_NOT_FOUND, thing_expect},
    {'K', "item", api_piece_show, M_PIECE_NOT_FOUND, NULL},
    {'S', "sim", api_card_show, M_LINE_NOT_FOUND, NULL},
    {'L', "line", api_line_show, M_LINE_NOT_FOUND, NULL},
    {'N', "loan", api_loan_show, M_LOAN_NOT_FOUND, api_loan_expect},
    {'F', "fund", api_fund_show, M_FUND_NOT_FOUND, NULL},
    {'X', "wipe", api_wipe_show, M_WIPE_NOT_FOUND, NULL},
    {'R', "recharge", api_recharge_show, M_RECHARGE_NOT_FOUND, NULL},
    {'G', "regie", api_regie_show, M_REGIE_NOT_FOUND, NULL},
    {'D', "purchase", api_purchase_show, M_PURCHASE_NOT_FOUND, NULL},
    {'V', "voucher", api_voucher_show, M_VOUCHER_NOT_FOUND, NULL},
    {'C', NULL, api_account_show, M_ACCOUNT_NOT_FOUND, NULL},
    {'B', NULL, api_site_show, M_SITE_NOT_FOUND, NULL},
};

View
view_of (const Request *request, Store *store, Writer *out)
{
  return (View){.store = store,
                .out = out,
                .calendar = request->world->calendar,
                .screens = request->world->screens,
                .vault = request->world->vault,
                .offers = request->world->offers,
                .today = request_today (request)};
}

const char *
view_topic (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].kind == code[0])
      return kinds[i].topic;
  return NULL;
}

void
view_expect (Store *store, const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].kind == code[0] && kinds[i].expect != NULL)
      kinds[i].expect (store, code);
}

gboolean
view_write_code (View *view, const char *code, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (kinds[i].kind != code[0])
      continue;
    g_autoptr (GError) failed = NULL;
    if (kinds[i].write (view, code, &failed))
      return TRUE;
    if (g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
      rule_error_set (error, kinds[i].not_found, code, NULL);
    else
      g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  rule_error_set (error, M_THING_NOT_FOUND, code, NULL);
  return FALSE;
}

void
view_write_reason (Writer *out, const char *reason)
{
  g_autofree char *french = reason_text (reason, LANGUAGE_FR);
  g_autofree char *english = reason_text (reason, LANGUAGE_EN);
  writer_text (out, "reason", reason);
  writer_text (out, "todo_fr", french);
  writer_text (out, "todo_en", english);
}

char *
view_code_cursor (gconstpointer record)
{
  return g_strdup (record);
}

gboolean
view_answer_list (Request *request, Store *store, const Page *page, const GPtrArray *records, ViewWrite write,
                  ViewCursor cursor, GError **error)
{
  g_auto (Writer) out;
  writer_init (&out);
  View view = view_of (request, store, &out);
  guint shown = MIN (records->len, page->limit);
  writer_open_object (&out, NULL);
  writer_open_array (&out, "items");
  for (guint i = 0; i < shown; i++)
    if (!write (&view, g_ptr_array_index (records, i), error))
      return FALSE;
  writer_close (&out);
  gboolean has_next = cursor != NULL && records->len > page->limit;
  g_autofree char *next = has_next ? cursor (g_ptr_array_index (records, shown - 1)) : NULL;
  writer_text (&out, "next", next);
  near_write_codes (request, &out);
  g_autoptr (Finding) near = near_finding (request);
  if (near != NULL)
    problem_write_note (&out, near);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}
