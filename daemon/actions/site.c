/* site.add and account.move: see site.h. */
#include "daemon/actions/site.h"
#include "daemon/actions/field.h"
#include "daemon/rules/code.h"
#include "daemon/rules/field.h"
#include "db/account.h"

gboolean
site_add (Store *store, const ActionContext *context, const SiteRequest *request, Outcome *outcome, GError **error)
{
  g_autofree char *name = name_check (request->name, error);
  if (name == NULL)
    return FALSE;
  Site site = {.name = name, .created_at = context->now};
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!action_new_code (store, 'B', site.code, error) || !site_insert (store, &site, error) ||
      !action_journal (store, context, "site.add", site.code, NULL, "", error)) {
    action_explain (error, M_SITE_KNOWN, M_STALE);
    return FALSE;
  }
  verdict_add (outcome->verdict, M_SITE_NEXT, site.code, NULL);
  outcome_add_code (outcome, site.code);
  return TRUE;
}

/* code: "" when no site was named. */
static gboolean
site_named (Store *store, const char *text, Code code, GError **error)
{
  code[0] = '\0';
  if (field_is_absent (text))
    return TRUE;
  if (!code_parse_kind (text, "B", code, error))
    return FALSE;
  g_autoptr (Site) site = site_load (store, code, error);
  action_explain_missing (error, M_SITE_NOT_FOUND, code);
  return site != NULL;
}

static Account *
account_named (Store *store, const char *text, GError **error)
{
  Code code;
  if (!code_parse_kind (text, "C", code, error))
    return NULL;
  Account *account = account_load (store, code, error);
  action_explain_missing (error, M_ACCOUNT_NOT_FOUND, code);
  return account;
}

gboolean
account_move (Store *store, const ActionContext *context, const AccountMoveRequest *request, Outcome *outcome,
              GError **error)
{
  Code site;
  g_autoptr (Account) account = account_named (store, request->account, error);
  if (account == NULL || !site_named (store, request->site, site, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  g_autofree char *subjects = g_strjoin (site[0] != '\0' ? " " : "", account->code, site, NULL);
  g_autofree char *before = g_strdup_printf ("site=%s", account->site);
  g_autofree char *after = g_strdup_printf ("site=%s", site);
  if (!account_set_site (store, account->code, site, error) ||
      !action_journal (store, context, "account.move", subjects, before, after, error)) {
    action_explain (error, M_ACCOUNT_TAKEN, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, account->code);
  return TRUE;
}
