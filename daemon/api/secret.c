/* Sealed codes and their keys, in HTTP. What shows a code is answered once, kept nowhere, and wiped. */
#include "daemon/actions/secret.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"
#include "db/secret.h"

static const Field reveal_fields[] = {
    {"thing", FIELD_TEXT, G_STRUCT_OFFSET (RevealRequest, thing), TRUE, 0},
    {"what", FIELD_TEXT, G_STRUCT_OFFSET (RevealRequest, what), FALSE, 0},
};
const Form api_reveal_form = {sizeof (RevealRequest), reveal_fields, G_N_ELEMENTS (reveal_fields)};
/* Takes the common fields alone. */
const Form api_key_form = {1, NULL, 0};

static void
free_text (gpointer text)
{
  vault_text_free (text);
}

gboolean
api_secret_reveal (Request *request, Store *store, GError **error)
{
  char *text = NULL;
  gboolean is_done =
      secret_reveal (store, &request->context, form_data_input (request->form), &text, &request->outcome, error);
  request->drawing = text;
  request->drawing_free = free_text;
  return is_done;
}

gboolean
api_secret_reply (Request *request, Store *store, GError **error)
{
  enum { ROOM = 4096 }; /* bytes: a text that grows would leave copies */
  (void)store;          /* it was opened already */
  (void)error;
  const GPtrArray *codes = request->outcome.codes;
  g_auto (Writer) out;
  writer_init (&out);
  g_string_set_size (out.text, ROOM);
  g_string_truncate (out.text, 0);
  writer_open_object (&out, NULL);
  writer_text (&out, "code", codes->len > 0 ? g_ptr_array_index (codes, 0) : NULL);
  writer_text (&out, "secret", request->drawing);
  problem_write_lists (&out, request->outcome.verdict);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  request->answer.is_secret = TRUE;
  return TRUE;
}

/* ---- keys ---- */

static gboolean
write_key (View *view, gconstpointer record, GError **error)
{
  (void)error; /* nothing more is read */
  const SecretCount *count = record;
  Vault *vault = view->vault;
  g_autofree char *newest = vault != NULL ? vault_key_id (vault) : g_strdup ("");
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "key");
  writer_text (view->out, "key", count->key_id);
  writer_int (view->out, "secrets", count->secrets);
  writer_bool (view->out, "is_newest", g_str_equal (newest, count->key_id));
  writer_bool (view->out, "is_there", vault != NULL && vault_has_key (vault, count->key_id));
  writer_close (view->out);
  return TRUE;
}

/* The newest key is listed also while it has sealed nothing. */
static void
add_newest (GPtrArray *counts, Vault *vault)
{
  g_autofree char *newest = vault != NULL ? vault_key_id (vault) : g_strdup ("");
  for (guint i = 0; i < counts->len; i++)
    if (g_str_equal (((const SecretCount *)g_ptr_array_index (counts, i))->key_id, newest))
      return;
  if (newest[0] == '\0')
    return;
  SecretCount *count = g_new0 (SecretCount, 1);
  count->key_id = g_steal_pointer (&newest);
  g_ptr_array_add (counts, count);
}

/* An empty list says what to do. */
static gboolean
answer_no_key (Request *request)
{
  g_autoptr (Finding) none = finding_new (M_SECRET_NO_KEY, NULL);
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_open_array (&out, "items");
  writer_close (&out);
  writer_null (&out, "next");
  problem_write_note (&out, none);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}

gboolean
api_key_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page (request, &page, error))
    return FALSE;
  page.limit = G_MAXUINT16; /* a ring has few keys */
  g_autoptr (GPtrArray) counts = secret_count_by_key (store, error);
  if (counts == NULL)
    return FALSE;
  add_newest (counts, request->world->vault);
  if (counts->len == 0)
    return answer_no_key (request);
  return view_answer_list (request, store, &page, counts, write_key, NULL, error);
}

gboolean
api_key_new (Request *request, Store *store, GError **error)
{
  return secret_key_new (store, &request->context, &request->outcome, error);
}

gboolean
api_key_rotate (Request *request, Store *store, GError **error)
{
  gboolean *left = g_new0 (gboolean, 1);
  request->drawing = left;
  request->drawing_free = g_free;
  return secret_key_rotate (store, &request->context, left, &request->outcome, error);
}

gboolean
api_key_reply (Request *request, Store *store, GError **error)
{
  (void)store; /* the verb said it all */
  (void)error;
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_bool (&out, "left", *(const gboolean *)request->drawing);
  problem_write_lists (&out, request->outcome.verdict);
  writer_close (&out);
  request_answer_json (request, 200, &out);
  return TRUE;
}
