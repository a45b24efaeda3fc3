/* Reading a tablet that comes in over the cable, and taking what it says into the register. Nothing is erased, nothing is written on it. */
#pragma once
#include "daemon/actions/wipe.h"
#include "db/check.h"

/* As typed; borrowed. */
typedef struct {
  const char *port;       /* or its name; NULL: the only tablet that is plugged in */
  const GPtrArray *slots; /* BenchSlot *: the bench now */
  const BenchSlot *slot;  /* out: the one that is read. Borrowed from slots */
} ArrivalRequest;
/* Verb "arrival.ask": judged and written; the conductor reads it (conductor_read_arrival). RULE_ERROR: M_ARRIVAL_PORT, M_ARRIVAL_CHOOSE,
 * M_WIPE_DUPLICATE, M_WIPE_SERIAL_UNREAD, M_WIPE_PORT_TAKEN. */
gboolean arrival_ask (Store *store, const ActionContext *context, ArrivalRequest *request, Outcome *outcome,
                      GError **error);
/* Verb "item.arrival": the model and the IMEI that were read become the register's. outcome: the item. RULE_ERROR: M_ARRIVAL_NONE,
 * M_ITEM_NOT_FOUND, M_IMEI_KNOWN. */
gboolean arrival_accept (Store *store, const ActionContext *context, const char *serial, Outcome *outcome,
                         GError **error);
