/* Writing down a person who borrows. Minimal data: a name and ways to reach them; nothing else is asked. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/claim.h"

/* As typed or imported; borrowed, NULL or "" = absent. */
typedef struct {
  const char *name; /* required */
  const char *phone, *email, *town;
} PersonRequest;
/* Verb "person.add". outcome: the person's code. To know: somebody has that name (M_SAME_NAME). RULE_ERROR:
 * M_NAME_*, M_PHONE_FORMAT, M_EMAIL_FORMAT. */
gboolean person_add (Store *store, const ActionContext *context, const PersonRequest *request, Outcome *outcome,
                     GError **error);
/* What the request would take: name and phone together. As item_claims. */
gboolean person_claims (const PersonRequest *request, Claims *claims, GError **error);
/* Is that person in the register? Same name and same phone; without a phone, same name and no phone. code: "" when not. */
gboolean person_known (Store *store, const PersonRequest *request, Code code, GError **error);
