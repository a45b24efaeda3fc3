/* regie.add and regie.change, and finding the regie that somebody named: see regie.h. */
#include "daemon/actions/regie.h"
#include "daemon/actions/field.h"
#include "daemon/rules/code.h"
#include "daemon/rules/field.h"
#include "daemon/rules/regie.h"
#include "db/account.h"
#include <string.h>

enum { SEVERAL = 20, PAGE = 200 }; /* regies that are named in a sentence; accounts read at a time */
#define NOBODY "none"

static Regie *
only_one (Store *store, GError **error)
{
  g_autoptr (GPtrArray) regies = regie_list (store, NULL, SEVERAL, error);
  if (regies == NULL)
    return NULL;
  if (regies->len == 1)
    return g_ptr_array_steal_index (regies, 0);
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < regies->len; i++) {
    const Regie *regie = g_ptr_array_index (regies, i);
    g_autofree char *code = code_display (regie->code);
    g_string_append_printf (names, "%s%s %s", i > 0 ? ", " : "", code, regie->name);
  }
  if (regies->len == 0)
    rule_error_set (error, M_REGIE_NONE, NULL);
  else
    rule_error_set (error, M_REGIE_CHOOSE, names->str, NULL);
  return NULL;
}

Regie *
regie_find (Store *store, const char *text, GError **error)
{
  Code code;
  if (field_is_absent (text))
    return only_one (store, error);
  if (!code_parse_kind (text, "G", code, error))
    return NULL;
  Regie *regie = regie_load (store, code, error);
  action_explain_missing (error, M_REGIE_NOT_FOUND, code);
  return regie;
}

/* ---- who holds it ---- */

/* Of that name, whatever its case and accents; "" when there is none, or more than one. */
static gboolean
account_named (Store *store, const char *name, Code code, GError **error)
{
  Code after = "";
  guint found = 0;
  code[0] = '\0';
  for (guint length = PAGE; length == PAGE;) {
    g_autoptr (GPtrArray) page = account_list (store, after, PAGE, error);
    if (page == NULL)
      return FALSE;
    length = page->len;
    for (guint i = 0; i < length; i++) {
      const Account *account = g_ptr_array_index (page, i);
      g_strlcpy (after, account->code, sizeof after);
      if (!field_same_word (account->name, name))
        continue;
      g_strlcpy (code, account->code, sizeof (Code));
      found++;
    }
  }
  if (found != 1)
    code[0] = '\0';
  return TRUE;
}

static gboolean
read_account (Store *store, const char *text, Code code, GError **error)
{
  g_autoptr (GError) failed = NULL;
  if (code_parse_kind (text, "C", code, NULL)) {
    g_autoptr (Account) account = account_load (store, code, &failed);
    if (account != NULL)
      return TRUE;
    if (!g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND)) {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
    rule_error_set (error, M_ACCOUNT_NOT_FOUND, code, NULL);
    return FALSE;
  }
  if (!account_named (store, text, code, error))
    return FALSE;
  if (code[0] == '\0')
    rule_error_set (error, M_ACCOUNT_NAME, text, NULL);
  return code[0] != '\0';
}

static gboolean
read_holders (Store *store, const RegieRequestAct *request, Regie *regie, GError **error)
{
  if (!field_is_absent (request->holder) && !read_account (store, request->holder, regie->holder, error))
    return FALSE;
  if (field_is_absent (request->deputy))
    return TRUE;
  if (!g_str_equal (request->deputy, NOBODY))
    return read_account (store, request->deputy, regie->deputy, error);
  regie->deputy[0] = '\0';
  return TRUE;
}

/* ---- what the act allows ---- */

/* Trimmed, each once. */
static gboolean
read_natures (const RegieRequestAct *request, Regie *regie, GError **error)
{
  if (request->natures == NULL)
    return TRUE;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (const char *const *text = request->natures; *text != NULL; text++) {
    g_autofree char *nature = NULL;
    if (!field_text ("natures", *text, &nature, error))
      return FALSE;
    if (nature != NULL)
      g_strv_builder_add (builder, nature);
  }
  g_strfreev (regie->natures);
  regie->natures = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_means (const RegieRequestAct *request, Regie *regie, GError **error)
{
  if (request->means == NULL)
    return TRUE;
  g_autofree char *words = g_strjoinv (" ", (char **)request->means);
  if (pay_means_set (words, &regie->means))
    return TRUE;
  g_autofree char *all = pay_means_words ((1u << PAY_MEANS_N) - 1);
  rule_error_set (error, M_WORD_UNKNOWN, words, "means", all, NULL);
  return FALSE;
}

static gboolean
read_text (const char *name, const char *text, char **value, GError **error)
{
  g_autofree char *read = NULL;
  if (!field_text (name, text, &read, error))
    return FALSE;
  if (read == NULL)
    return TRUE;
  g_free (*value);
  *value = g_steal_pointer (&read);
  return TRUE;
}

static gboolean
read_ceiling (const RegieRequestAct *request, Regie *regie, GError **error)
{
  if (field_is_absent (request->ceiling) && request->ceiling_cents == NULL)
    return TRUE;
  return field_amount ("ceiling", request->ceiling, request->ceiling_cents, TRUE, &regie->ceiling, error);
}

/* What was given takes the place of what is there. */
static gboolean
read_act (Store *store, const RegieRequestAct *request, Regie *regie, GError **error)
{
  return read_text ("name", request->name, &regie->name, error) &&
         read_text ("act", request->act, &regie->act, error) &&
         field_day ("act_on", request->act_on, &regie->act_on, error) && read_ceiling (request, regie, error) &&
         read_natures (request, regie, error) && read_means (request, regie, error) &&
         read_holders (store, request, regie, error);
}

/* Every part of an act is there. */
static gboolean
check_act (const Regie *regie, GError **error)
{
  const struct {
    const char *name;
    gboolean is_there;
  } parts[] = {
      {"name", regie->name != NULL},         {"act", regie->act != NULL},
      {"ceiling", regie->ceiling.cents > 0}, {"natures", regie->natures != NULL && regie->natures[0] != NULL},
      {"means", regie->means != 0},          {"holder", regie->holder[0] != '\0'},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!parts[i].is_there) {
      rule_error_set (error, M_FIELD_MISSING, parts[i].name, NULL);
      return FALSE;
    }
  return TRUE;
}

static gboolean
judge_act (Store *store, const Regie *regie, Verdict *verdict, GError **error)
{
  g_autoptr (GPtrArray) regies = regie_list (store, NULL, PAGE, error);
  for (guint i = 0; regies != NULL && i < regies->len; i++) {
    const Regie *other = g_ptr_array_index (regies, i);
    if (field_same_word (other->name, regie->name) && !g_str_equal (other->code, regie->code))
      verdict_add (verdict, M_REGIE_KNOWN, regie->name, other->code, NULL);
  }
  g_autofree char *ceiling = g_strdup_printf ("%" G_GINT64_FORMAT, regie->ceiling.cents);
  g_autofree char *advance = g_strdup_printf ("%" G_GINT64_FORMAT, regie->advance.cents);
  if (regie->ceiling.cents < regie->advance.cents)
    verdict_add (verdict, M_REGIE_CEILING, regie->name, ceiling, advance, "0", NULL);
  return regies != NULL;
}

/* For the journal. */
static char *
told (const Regie *regie)
{
  g_autofree char *means = g_strdelimit (pay_means_words (regie->means), " ", ',');
  return g_strdup_printf ("act_on=%s ceiling_cents=%" G_GINT64_FORMAT " natures=%u means=%s holder=%s deputy=%s",
                          regie->act_on.text, regie->ceiling.cents,
                          regie->natures != NULL ? g_strv_length (regie->natures) : 0, means, regie->holder,
                          regie->deputy);
}

gboolean
regie_add (Store *store, const ActionContext *context, const RegieRequestAct *request, Outcome *outcome, GError **error)
{
  g_autoptr (Regie) regie = g_new0 (Regie, 1);
  if (!read_act (store, request, regie, error) || !check_act (regie, error) ||
      !judge_act (store, regie, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  regie->created_at = context->now;
  g_autofree char *after = told (regie);
  if (!action_new_code (store, 'G', regie->code, error) || !regie_insert (store, regie, error) ||
      !action_journal (store, context, "regie.add", regie->code, NULL, after, error))
    return FALSE;
  outcome_add_code (outcome, regie->code);
  return TRUE;
}

gboolean
regie_change (Store *store, const ActionContext *context, const RegieRequestAct *request, Outcome *outcome,
              GError **error)
{
  g_autoptr (Regie) regie = regie_find (store, request->regie, error);
  if (regie == NULL)
    return FALSE;
  if (field_is_absent (request->act)) { /* an act is changed by an act */
    rule_error_set (error, M_FIELD_MISSING, "act", NULL);
    return FALSE;
  }
  g_autofree char *before = told (regie);
  if (!read_act (store, request, regie, error) || !check_act (regie, error) ||
      !judge_act (store, regie, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autofree char *after = told (regie);
  if (!regie_update (store, regie, error) ||
      !action_journal (store, context, "regie.change", regie->code, before, after, error))
    return FALSE;
  outcome_add_code (outcome, regie->code);
  return TRUE;
}
