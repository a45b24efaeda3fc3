/* Staff accounts, in HTTP: which system user acts with which role. Who asks now is found in work.c. */
#include "daemon/api/resources.h"

static const Field fields[] = {
    {"name", FIELD_TEXT, G_STRUCT_OFFSET (AccountRequest, name), TRUE, 0},
    {"user", FIELD_TEXT, G_STRUCT_OFFSET (AccountRequest, user), FALSE, 0},
    {"uid", FIELD_INT, G_STRUCT_OFFSET (AccountRequest, uid), FALSE, 0},
    {"all_sites", FIELD_BOOL, G_STRUCT_OFFSET (AccountRequest, all_sites), FALSE, 0},
    {"role", FIELD_TEXT, G_STRUCT_OFFSET (AccountRequest, role), TRUE, 0},
};
const Form api_account_form = {sizeof (AccountRequest), fields, G_N_ELEMENTS (fields)};

static gboolean
write_account (View *view, gconstpointer record, GError **error)
{
  const Account *account = record;
  (void)error; /* nothing else is read */
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "account");
  writer_text (view->out, "code", account->code);
  writer_text (view->out, "name", account->name);
  writer_int (view->out, "uid", account->uid);
  writer_text (view->out, "role", role_name (account->role));
  writer_text (view->out, "site", account->site[0] != '\0' ? account->site : NULL);
  writer_close (view->out);
  return TRUE;
}

gboolean
api_account_show (View *view, const char *code, GError **error)
{
  g_autoptr (Account) account = account_load (view->store, code, error);
  return account != NULL && write_account (view, account, error);
}

gboolean
api_account_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page_by_code (request, 'C', &page, error))
    return FALSE;
  g_autoptr (GPtrArray) accounts = account_list (store, page.after, page.limit + 1, error);
  return accounts != NULL && view_answer_list (request, store, &page, accounts, write_account, view_code_cursor, error);
}

gboolean
api_account_add (Request *request, Store *store, GError **error)
{
  return account_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
