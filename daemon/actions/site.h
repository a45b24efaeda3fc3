/* Sites of a register that several places share: adding one, and saying where an account may come in. */
#pragma once
#include "daemon/actions/action.h"
#include "db/site.h"

/* As typed; borrowed. */
typedef struct {
  const char *name;
} SiteRequest;
/* Verb "site.add". outcome: the site's code. RULE_ERROR: M_NAME_*, M_SITE_KNOWN (that name). */
gboolean site_add (Store *store, const ActionContext *context, const SiteRequest *request, Outcome *outcome,
                   GError **error);

/* site absent: the account may come in at all sites. */
typedef struct {
  const char *account, *site;
} AccountMoveRequest;
/* Verb "account.move": whose machine the account's uid is of. outcome: the account's code. RULE_ERROR: M_CODE_*, M_ACCOUNT_NOT_FOUND,
 * M_SITE_NOT_FOUND, M_ACCOUNT_TAKEN (another account has that uid there). */
gboolean account_move (Store *store, const ActionContext *context, const AccountMoveRequest *request, Outcome *outcome,
                       GError **error);
