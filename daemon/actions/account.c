/* Accounts of system users: see account.h. */
#include "daemon/actions/account.h"
#include "daemon/actions/field.h"
#include "daemon/rules/field.h"
#include <pwd.h>
#include <unistd.h>

enum { PASSWD_BUFFER = 16 * 1024 /* bytes */ };

/* The unix name, or "uid 1234" for a user without one. Caller frees. */
static char *
unix_name (gint64 uid)
{
  g_autofree char *buffer = g_malloc (PASSWD_BUFFER);
  struct passwd entry, *found = NULL;
  if (getpwuid_r ((uid_t)uid, &entry, buffer, PASSWD_BUFFER, &found) == 0 && found != NULL)
    return g_utf8_make_valid (found->pw_name, -1);
  return g_strdup_printf ("uid %" G_GINT64_FORMAT, uid);
}

static gboolean
insert_account (Store *store, const ActionContext *context, Account *account, GError **error)
{
  g_autofree char *after = g_strdup_printf ("role=%s uid=%" G_GINT64_FORMAT, role_name (account->role), account->uid);
  return action_new_code (store, 'C', account->code, error) && account_insert (store, account, error) &&
         action_journal (store, context, "account.add", account->code, NULL, after, error);
}

Account *
account_of_uid (Store *store, gint64 uid, gint64 now, GError **error)
{
  g_autoptr (GError) problem = NULL;
  Account *known = account_load_by_uid (store, uid, &problem);
  if (known != NULL)
    return known;
  if (!g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  if (uid != 0 && uid != (gint64)geteuid ()) {
    rule_error_set (error, M_FORBIDDEN_ACCOUNT, NULL);
    return NULL;
  }
  g_autoptr (Account) made = g_new0 (Account, 1);
  made->name = unix_name (uid);
  made->uid = uid;
  made->role = ROLE_ADMIN;
  g_strlcpy (made->site, store_site (store), sizeof made->site);
  const ActionContext daemon_itself = {.now = now, .account = "", .role = ROLE_ADMIN};
  if (!insert_account (store, &daemon_itself, made, error))
    return NULL;
  return g_steal_pointer (&made);
}

static gboolean
role_of_text (const char *text, Role *role, GError **error)
{
  if (role_parse (text, role))
    return TRUE;
  if (field_is_absent (text))
    rule_error_set (error, M_FIELD_MISSING, "role", NULL);
  else
    rule_error_set (error, M_WORD_UNKNOWN, text, "role", "reader, agent, technician, admin", NULL);
  return FALSE;
}

/* The machine is asked in the register's thread: accounts are added seldom, and its answer must be the daemon's, who meets that uid. */
static gboolean
uid_of_user (const char *user, gint64 *uid, GError **error)
{
  g_autofree char *name = g_strstrip (g_strdup (user));
  g_autofree char *buffer = g_malloc (PASSWD_BUFFER);
  struct passwd entry, *found = NULL;
  if (getpwnam_r (name, &entry, buffer, PASSWD_BUFFER, &found) != 0 || found == NULL) {
    rule_error_set (error, M_USER_UNKNOWN, name, NULL);
    return FALSE;
  }
  *uid = found->pw_uid;
  return TRUE;
}

static gboolean
uid_of_request (const AccountRequest *request, gint64 *uid, GError **error)
{
  gboolean has_user = !field_is_absent (request->user);
  if (request->uid == NULL && has_user)
    return uid_of_user (request->user, uid, error);
  if (request->uid == NULL)
    rule_error_set (error, M_FIELD_MISSING, "user", NULL);
  else if (has_user)
    rule_error_set (error, M_USER_TWICE, NULL);
  else if (*request->uid < 0 || *request->uid >= G_MAXUINT32)
    rule_error_set (error, M_FIELD_RANGE, "uid", "0", "4294967294", NULL);
  else {
    *uid = *request->uid;
    return TRUE;
  }
  return FALSE;
}

static Account *
account_of_request (const AccountRequest *request, GError **error)
{
  g_autoptr (Account) account = g_new0 (Account, 1);
  account->name = name_check (request->name, error);
  if (account->name == NULL || !role_of_text (request->role, &account->role, error) ||
      !uid_of_request (request, &account->uid, error))
    return NULL;
  return g_steal_pointer (&account);
}

static gboolean
judge_new (Store *store, const Account *account, Verdict *verdict, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Account) other = account_load_by_uid (store, account->uid, &problem);
  if (other != NULL && g_str_equal (other->site, account->site))
    verdict_add (verdict, M_ACCOUNT_KNOWN, other->code, NULL);
  if (other != NULL || g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
account_add (Store *store, const ActionContext *context, const AccountRequest *request, Outcome *outcome,
             GError **error)
{
  g_autoptr (Account) account = account_of_request (request, error);
  if (account == NULL)
    return FALSE;
  g_strlcpy (account->site, request->all_sites ? "" : store_site (store), sizeof account->site);
  if (!judge_new (store, account, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!insert_account (store, context, account, error)) {
    action_explain (error, M_ACCOUNT_TAKEN, M_STALE);
    return FALSE;
  }
  outcome_add_code (outcome, account->code);
  return TRUE;
}
