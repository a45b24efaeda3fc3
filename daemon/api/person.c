/* People who borrow, in HTTP. */
#include "daemon/actions/person.h"
#include "daemon/api/resources.h"
#include "db/loan.h"
#include "db/person.h"

#define LOANS_SHOWN 100 /* of one person, newest first */

static const Field fields[] = {
    {"name", FIELD_TEXT, G_STRUCT_OFFSET (PersonRequest, name), TRUE, 0},
    {"phone", FIELD_TEXT, G_STRUCT_OFFSET (PersonRequest, phone), FALSE, 0},
    {"email", FIELD_TEXT, G_STRUCT_OFFSET (PersonRequest, email), FALSE, 0},
    {"town", FIELD_TEXT, G_STRUCT_OFFSET (PersonRequest, town), FALSE, 0},
};
const Form api_person_form = {sizeof (PersonRequest), fields, G_N_ELEMENTS (fields)};

static gboolean
write_loans (View *view, const Person *person, GError **error)
{
  g_autoptr (GPtrArray) loans = loan_list_of_person (view->store, person->code, LOANS_SHOWN, error);
  if (loans == NULL)
    return FALSE;
  writer_open_array (view->out, "loans");
  for (guint i = 0; i < loans->len; i++)
    if (!api_loan_write (view, g_ptr_array_index (loans, i), error))
      return FALSE;
  writer_close (view->out);
  return TRUE;
}

static gboolean
write_person (View *view, gconstpointer record, GError **error)
{
  const Person *person = record;
  writer_open_object (view->out, NULL);
  writer_text (view->out, "kind", "person");
  writer_text (view->out, "code", person->code);
  writer_text (view->out, "name", person->name);
  writer_text (view->out, "phone", person->phone);
  writer_text (view->out, "email", person->email);
  writer_text (view->out, "town", person->town);
  writer_instant (view->out, "created_at", person->created_at);
  writer_instant (view->out, "last_contact_at", person->last_contact_at);
  if (view->is_full && !write_loans (view, person, error))
    return FALSE;
  writer_close (view->out);
  return TRUE;
}

gboolean
api_person_show (View *view, const char *code, GError **error)
{
  g_autoptr (Person) person = person_load (view->store, code, error);
  return person != NULL && write_person (view, person, error);
}

gboolean
api_person_list (Request *request, Store *store, GError **error)
{
  Page page;
  if (!request_page_by_code (request, 'P', &page, error))
    return FALSE;
  g_autoptr (GPtrArray) people = person_list (store, page.after, page.limit + 1, error);
  return people != NULL && view_answer_list (request, store, &page, people, write_person, view_code_cursor, error);
}

gboolean
api_person_add (Request *request, Store *store, GError **error)
{
  return person_add (store, &request->context, form_data_input (request->form), &request->outcome, error);
}
