/* Preparing a tablet for lending: our management application becomes its device owner, so that later wipes are one command and clear Google's
 * lock. Nothing is erased. */
#pragma once
#include "daemon/actions/wipe.h"

typedef struct {
  const char *item;       /* a code */
  gboolean is_configured; /* there is an application to enrol with */
  const GPtrArray *slots; /* BenchSlot *: the bench now */
} PrepareRequest;
/* Judges and journals that somebody asked; the conductor does it (conductor_prepare) and journals how it ended. outcome: the item's code. */
gboolean prepare_ask (Store *store, const ActionContext *context, const PrepareRequest *request, Outcome *outcome,
                      GError **error);
