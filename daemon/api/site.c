/* Sites, in HTTP; and where an account may come in. */
#include "daemon/actions/site.h"
#include "daemon/api/resources.h"

static const Field site_fields[] = {{"name", FIELD_TEXT, G_STRUCT_OFFSET (SiteRequest, name), TRUE, 0}};
const Form api_site_form = {sizeof (SiteRequest), site_fields, G_N_ELEMENTS (site_fields)};

static const Field move_fields[] = {
    {"account", FIELD_TEXT, G_STRUCT_OFFSET (AccountMoveRequest, account), TRUE, 0},
    {"site", FIELD_TEXT, G_STRUCT_OFFSET (AccountMoveRequest, site), FALSE, 0},
};
const Form api_account_move_form = {sizeof (AccountMoveRequest), move_fields, G_N_ELEMENTS (move_fields)};

static gboolean
write_site (View *view, gconstpointer record, GError **error)
{
  const Site *site = record;
  (void)error; /* nothing else is read */
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "site");
  writer_text (view->out, "code", site->code);
  writer_text (view->out, "name", site->name);
  writer_bool (view->out, "is_here", g_str_equal (site->code, store_site (view->store)));
  writer_instant (view->out, "created_at", site->created_at);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_site_show (View *view, const char *code, GError **error)
{
  g_autoptr (Site) site = site_load (view->store, code, error);
  return site != NULL && write_site (view, site, error);
}

gboolean
api_site_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page_by_code (request, 'B', &page, error))
    return FALSE;
  g_autoptr (GPtrArray) sites = site_list (store, page.after, page.limit + 1, error);
  return sites != NULL && view_answer_list (request, store, &page, sites, write_site, view_code_cursor, error);
}

gboolean
api_site_add (Request *request, Store *store, GError **error)
{
  return site_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}

gboolean
api_account_move (Request *request, Store *store, GError **error)
{
  return account_move (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
