/* See the header file. */
#include "daemon/rules/enrol.h"

static const gboolean may_be_prepared[ITEM_STATES_N] = {
    [ITEM_NEW] = TRUE, [ITEM_TO_WIPE] = TRUE, [ITEM_READY] = TRUE, [ITEM_REPAIR] = TRUE};

void
enrol_judge_item (const Item *item, const char *holder, Verdict *verdict)
{
  if (holder != NULL)
    verdict_add (verdict, M_ENROL_LENT, item->code, holder, NULL);
  else if (!may_be_prepared[item->state])
    verdict_add (verdict, M_ENROL_STATE, item->code, item_state_name (item->state), NULL);
  if (item->serial == NULL)
    verdict_add (verdict, M_WIPE_NO_SERIAL, item->code, NULL);
}

void
enrol_judge_tablet (const EnrolFacts *facts, Verdict *verdict)
{
  char accounts[12], users[12];
  g_snprintf (accounts, sizeof accounts, "%d", facts->accounts);
  g_snprintf (users, sizeof users, "%d", facts->users);
  if (facts->has_foreign_owner)
    verdict_add (verdict, M_WIPE_OWNER, facts->item, NULL);
  if (facts->accounts < 0 || facts->users < 0)
    verdict_add (verdict, M_ENROL_UNREAD, facts->item, NULL);
  if (facts->accounts > 0)
    verdict_add (verdict, M_ENROL_ACCOUNTS, facts->item, accounts, NULL);
  if (facts->users > 1)
    verdict_add (verdict, M_ENROL_USERS, facts->item, users, NULL);
}
