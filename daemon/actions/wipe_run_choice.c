/* Which way a tablet is wiped, and why: the strategies' own rows, asked in their order. */
#include "daemon/actions/wipe_run_parts.h"

const char *
choice_objection (const WipeRun *run, const Strategy *strategy)
{
  return run->facts != NULL && strategy->objection != NULL ? strategy->objection (run->facts, run->world->settings)
                                                           : NULL;
}

static Choice
by_hand (const WipeRun *run, const Strategy *const *strategies)
{
  while ((*strategies)->choice != STRATEGY_FALLBACK) /* there is one */
    strategies++;
  return (Choice){*strategies, run->facts != NULL ? (*strategies)->because : "no_adb"};
}

Choice
choice_by_probe (const WipeRun *run)
{
  gsize n;
  const Strategy *const *strategies = strategy_list (&n);
  for (gsize i = 0; run->facts != NULL && i < n; i++)
    if (strategies[i]->choice == STRATEGY_AUTOMATIC && choice_objection (run, strategies[i]) == NULL)
      return (Choice){strategies[i], strategies[i]->because};
  return by_hand (run, strategies);
}

Choice
choice_of (const WipeRun *run)
{
  const Strategy *asked = strategy_find (run->wipe->strategy);
  return asked != NULL ? (Choice){asked, "asked"} : choice_by_probe (run);
}

char *
choice_reason (Choice choice)
{
  g_autoptr (Finding) finding = finding_new (M_WIPE_CHOSEN, choice.strategy->name, choice.because, NULL);
  return wipe_reason_of_finding (finding);
}
