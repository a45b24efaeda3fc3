/* Staff accounts. */
#include "db/account.h"
#include "db/row.h"

#define SELECT_ACCOUNT "SELECT code, name, uid, role, site FROM account "
enum { CODE, NAME, UID, ROLE, SITE };
static const char kept_name[] = "account of a uid";

void
account_free (Account *account)
{
  if (account == NULL)
    return;
  g_free (account->name);
  g_free (account);
}

static void
account_destroy (gpointer account)
{
  account_free (account);
}

static gpointer
account_read (Rows *rows, GError **error)
{
  g_autoptr (Account) account = g_new0 (Account, 1);
  row_code (rows, CODE, account->code);
  account->name = row_dup (rows, NAME);
  account->uid = rows_int (rows, UID);
  row_code (rows, SITE, account->site);
  if (!role_parse (rows_text (rows, ROLE), &account->role))
    return row_unreadable ("account", account->code, error);
  return g_steal_pointer (&account);
}

static const RowKind account_row = {"account", account_read, account_destroy};

gboolean
account_insert (Store *store, const Account *account, GError **error)
{
  store_keep (store, kept_name, NULL, NULL);
  return store_run (store, NULL, error, "INSERT INTO account (code, name, uid, role, site) VALUES ($1, $2, $3, $4, $5)",
                    "ssiss", account->code, account->name, account->uid, role_name (account->role), account->site);
}

Account *
account_load (Store *store, const char *code, GError **error)
{
  return row_one (&account_row, store_query (store, error, SELECT_ACCOUNT "WHERE code = $1", "s", code), code, error);
}

static Account *
account_copy (const Account *account)
{
  Account *copy = g_memdup2 (account, sizeof *account);
  copy->name = g_strdup (account->name);
  return copy;
}

/* Kept: of the requests of a group most are of one user. */
Account *
account_load_by_uid (Store *store, gint64 uid, GError **error)
{
  const Account *kept = store_kept (store, kept_name);
  if (kept != NULL && kept->uid == uid)
    return account_copy (kept);
  Account *found = row_one (&account_row,
                            store_query (store, error,
                                         SELECT_ACCOUNT "WHERE uid = $1 AND uid >= 0 AND site IN ('', $2)"
                                                        " ORDER BY site DESC LIMIT 1",
                                         "is", uid, store_site (store)),
                            "of that uid", error);
  if (found != NULL)
    store_keep (store, kept_name, account_copy (found), account_destroy);
  return found;
}

gboolean
account_set_site (Store *store, const char *code, const char *site, GError **error)
{
  gint64 changed;
  store_keep (store, kept_name, NULL, NULL);
  return store_run (store, &changed, error, "UPDATE account SET site = $2 WHERE code = $1", "ss", code, site) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "account", code, error);
}

GPtrArray *
account_list (Store *store, const char *after_code, guint limit, GError **error)
{
  return row_all (&account_row,
                  store_query (store, error, SELECT_ACCOUNT "WHERE code > $1 ORDER BY code LIMIT $2", "si",
                               after_code != NULL ? after_code : "", (gint64)limit),
                  error);
}
