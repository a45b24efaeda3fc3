/* A borrower keeps a thing for longer. Not a new loan: the loan keeps its code, its start and its pieces. */
#pragma once
#include "daemon/actions/action.h"

typedef struct {
  const char *thing; /* code of an item, line, SIM card or loan */
  const char *until; /* a day, or NULL: one year from today, moved to the next open day */
} RenewRequest;
/* Verb "loan.renew". outcome: the loan's code. */
gboolean renew_loan (Store *store, const ActionContext *context, const RenewRequest *request, Outcome *outcome,
                     GError **error);
