/* Lending one or several things to one person, all of them or none. What may be lent is decided by rules/loan. */
#pragma once
#include "daemon/actions/action.h"

/* As typed or scanned; borrowed. */
typedef struct {
  const char *person;        /* code */
  const char *const *things; /* codes of items, lines or SIM cards (a card stands for its line); NULL-terminated */
  const char *until;         /* a day, or NULL: one year, moved to the next open day */
} LendRequest;
/* Verb "loan.lend", one transaction and one journal line: one loan a thing, the item's pieces that are there go with it. The
 * verdict holds the findings of all things. outcome: the loans' codes in the order of things, then the items' and lines'. */
gboolean lend_things (Store *store, const ActionContext *context, const LendRequest *request, Outcome *outcome,
                      GError **error);
