/* Who acts: the staff account behind a system user of the admin socket. No passwords, no sessions. */
#pragma once
#include "daemon/actions/action.h"
#include "db/account.h"

/* The account of the system user at the other end of the admin socket. The user the daemon runs as, and root, are admin: their
 * account is made at their first coming (journal "account.add"), so run it in the writer. Others must exist: M_FORBIDDEN_ACCOUNT
 * (forbidden). now: epoch seconds. Caller frees. */
Account *account_of_uid (Store *store, gint64 uid, gint64 now, GError **error);

/* As typed; borrowed, NULL or "" = absent. name and role are required. */
typedef struct {
  const char *name;
  const gint64 *uid; /* NULL: cannot come in through the admin socket */
  const char *role;  /* "reader" "agent" "technician" "admin" */
} AccountRequest;
/* Verb "account.add". outcome: the account's code. RULE_ERROR: M_NAME_*, M_WORD_UNKNOWN, M_ACCOUNT_KNOWN (that uid). */
gboolean account_add (Store *store, const ActionContext *context, const AccountRequest *request, Outcome *outcome,
                      GError **error);
