/* Who acts: the staff account behind a system user of the admin socket. No passwords, no sessions. */
#pragma once
#include "daemon/actions/action.h"
#include "db/account.h"

/* The account of the system user at the other end of the admin socket. The user the daemon runs as, and root, are admin: their
 * account at this site is made at their first coming (journal "account.add"), so run it in the writer. Others must exist: M_FORBIDDEN_ACCOUNT
 * (forbidden). now: epoch seconds. Caller frees. */
Account *account_of_uid (Store *store, gint64 uid, gint64 now, GError **error);

/* As typed; borrowed, NULL or "" = absent. All are required, of user and uid one. */
typedef struct {
  const char *name;
  const char *user;   /* a system user of this machine, by name ... */
  const gint64 *uid;  /* ... or by number, known here or not */
  const char *role;   /* "reader" "agent" "technician" "admin" */
  gboolean all_sites; /* the uid is this person on the machines of all sites, not on this site's alone */
} AccountRequest;
/* Verb "account.add". outcome: the account's code. RULE_ERROR: M_NAME_*, M_FIELD_MISSING, M_USER_UNKNOWN, M_USER_TWICE, M_FIELD_RANGE
 * (uid), M_WORD_UNKNOWN (role), M_ACCOUNT_KNOWN (that uid). */
gboolean account_add (Store *store, const ActionContext *context, const AccountRequest *request, Outcome *outcome,
                      GError **error);
