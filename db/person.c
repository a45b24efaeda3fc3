/* People who borrow. */
#include "db/person.h"
#include "db/row.h"

#define SELECT_PERSON "SELECT code, name, phone, email, town, created_at, last_contact_at FROM person "
enum { CODE, NAME, PHONE, EMAIL, TOWN, CREATED_AT, LAST_CONTACT_AT };

void
person_free (Person *person)
{
  if (person == NULL)
    return;
  g_free (person->name);
  g_free (person->phone);
  g_free (person->email);
  g_free (person->town);
  g_free (person);
}

static void
person_destroy (gpointer person)
{
  person_free (person);
}

static gpointer
person_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  Person *person = g_new0 (Person, 1);
  row_code (rows, CODE, person->code);
  person->name = row_dup (rows, NAME);
  person->phone = row_dup (rows, PHONE);
  person->email = row_dup (rows, EMAIL);
  person->town = row_dup (rows, TOWN);
  person->created_at = rows_int (rows, CREATED_AT);
  person->last_contact_at = rows_int (rows, LAST_CONTACT_AT);
  return person;
}

static const RowKind person_row = {"person", person_read, person_destroy};

gboolean
person_insert (Store *store, const Person *person, GError **error)
{
  g_autofree char *words =
      g_strjoin (" ", person->code, person->name, person->phone != NULL ? person->phone : "",
                 person->email != NULL ? person->email : "", person->town != NULL ? person->town : "", NULL);
  return store_run (store, NULL, error,
                    "INSERT INTO person (code, name, phone, email, town, created_at, last_contact_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    "sssssii", person->code, person->name, person->phone, person->email, person->town,
                    person->created_at, person->last_contact_at) &&
         store_search_put (store, person->code, "person", words, error);
}

static const char by_code[] = SELECT_PERSON "WHERE code = $1";

Person *
person_load (Store *store, const char *code, GError **error)
{
  return row_one (&person_row, store_query (store, error, by_code, "s", code), code, error);
}

void
person_expect (Store *store, const char *code)
{
  store_expect (store, by_code, "s", code);
}

GPtrArray *
person_list (Store *store, const char *after_code, guint limit, GError **error)
{
  return row_all (&person_row,
                  store_query (store, error, SELECT_PERSON "WHERE code > $1 ORDER BY code LIMIT $2", "si",
                               after_code != NULL ? after_code : "", (gint64)limit),
                  error);
}

GPtrArray *
person_list_by_phone (Store *store, const char *phone, guint limit, GError **error)
{
  return row_all (
      &person_row,
      store_query (store, error, SELECT_PERSON "WHERE phone = $1 ORDER BY code LIMIT $2", "si", phone, (gint64)limit),
      error);
}

gboolean
person_touch (Store *store, const char *code, gint64 at, GError **error)
{
  return store_send (
      store, error,
      "UPDATE person SET last_contact_at = CASE WHEN last_contact_at < $2 THEN $2 ELSE last_contact_at END"
      " WHERE code = $1",
      "si", code, at);
}
