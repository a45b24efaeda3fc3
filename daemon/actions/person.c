/* person.add: see person.h. */
#include "daemon/actions/person.h"
#include "daemon/actions/field.h"
#include "daemon/rules/field.h"
#include "db/person.h"
#include <string.h>

enum { SAME_NAME_MAX = 500 }; /* people looked at who could have the same name */

static char *
email_check (const char *text, GError **error)
{
  g_autofree char *email = g_strstrip (g_strdup (text));
  const char *at = strchr (email, '@');
  gboolean has_space = strpbrk (email, " \t\r\n<>,;") != NULL;
  if (at != NULL && at > email && strchr (at + 1, '@') == NULL && strchr (at + 1, '.') > at + 1 && !has_space)
    return g_steal_pointer (&email);
  rule_error_set (error, M_EMAIL_FORMAT, text, NULL);
  return NULL;
}

static Person *
person_of_request (const PersonRequest *request, GError **error)
{
  g_autoptr (Person) person = g_new0 (Person, 1);
  person->name = name_check (request->name, error);
  if (person->name == NULL || !field_checked (msisdn_check, request->phone, &person->phone, error) ||
      !field_text ("email", request->email, &person->email, error) ||
      !field_text ("town", request->town, &person->town, error))
    return NULL;
  if (person->email != NULL) {
    g_autofree char *checked = email_check (person->email, error);
    if (checked == NULL)
      return NULL;
  }
  return g_steal_pointer (&person);
}

static char *
folded_name (const Person *person)
{
  g_autofree char *composed = g_utf8_normalize (person->name, -1, G_NORMALIZE_ALL_COMPOSE);
  return g_utf8_casefold (composed, -1);
}

static gboolean
same_name (const Person *a, const Person *b)
{
  g_autofree char *name_a = folded_name (a);
  g_autofree char *name_b = folded_name (b);
  return g_str_equal (name_a, name_b);
}

/* The first person found with that name and, when is_twin, that phone (or none either). code: "" when there is none. */
static gboolean
find_same (Store *store, const Person *person, gboolean is_twin, Code code, GError **error)
{
  g_autoptr (GPtrArray) codes = store_search (store, person->name, SAME_NAME_MAX, error);
  if (codes == NULL)
    return FALSE;
  code[0] = '\0';
  for (guint i = 0; i < codes->len; i++) {
    const char *candidate = g_ptr_array_index (codes, i);
    if (candidate[0] != 'P')
      continue;
    g_autoptr (Person) other = person_load (store, candidate, error);
    if (other == NULL)
      return FALSE;
    if (!same_name (person, other) || (is_twin && g_strcmp0 (person->phone, other->phone) != 0))
      continue;
    g_strlcpy (code, other->code, sizeof (Code));
    return TRUE;
  }
  return TRUE;
}

/* Name and phone together are a person of a list. */
static void
claim (const Person *person, Claims *claims)
{
  g_autofree char *name = folded_name (person);
  g_autofree char *whole = g_strjoin ("|", name, person->phone != NULL ? person->phone : "", NULL);
  claims_add (claims, "name", whole);
}

gboolean
person_claims (const PersonRequest *request, Claims *claims, GError **error)
{
  g_autoptr (Person) person = person_of_request (request, error);
  if (person == NULL)
    return FALSE;
  claim (person, claims);
  return TRUE;
}

gboolean
person_known (Store *store, const PersonRequest *request, Code code, GError **error)
{
  g_autoptr (Person) person = person_of_request (request, error);
  return person != NULL && find_same (store, person, TRUE, code, error);
}

gboolean
person_add (Store *store, const ActionContext *context, const PersonRequest *request, Outcome *outcome, GError **error)
{
  g_autoptr (Person) person = person_of_request (request, error);
  g_auto (Claims) claims = {0};
  Code same;
  if (person == NULL || !find_same (store, person, FALSE, same, error))
    return FALSE;
  claim (person, &claims);
  if (!claims_judge (store, &claims, outcome->verdict, error))
    return FALSE;
  if (same[0] != '\0')
    verdict_add (outcome->verdict, M_SAME_NAME, same, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  person->created_at = person->last_contact_at = context->now;
  if (!action_new_code (store, 'P', person->code, error) || !person_insert (store, person, error) ||
      !action_journal (store, context, "person.add", person->code, NULL, NULL, error))
    return FALSE;
  outcome_add_code (outcome, person->code);
  return TRUE;
}
