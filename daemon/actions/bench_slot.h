/* What stands at each port of the bench: the device there, whose it is in the register, its wipe, and what to do about it. Built by the
 * conductor, then never changed: shared by all threads. */
#pragma once
#include "daemon/rules/bench.h"
#include "db/store.h"
#include "db/wipe.h"

typedef struct {
  char *port;         /* NULL: unplugged to be looked at, its wipe not attested yet */
  char *port_name;    /* "slot 3"; NULL: it has none */
  char *serial;       /* NULL: none or a placeholder */
  char *maker, *name; /* USB strings, or NULL */
  const char *mode;   /* device_mode_name, or "away": not on the bus, an unfinished wipe has it */
  const char *link;   /* device_link_name */
  char *trouble;      /* why it cannot be opened: a message's code and arguments, as a wipe's reason; NULL */
  gboolean is_duplicate, is_away;
  Code item; /* "" when the register does not know this serial */
  char *model;
  ItemState item_state;    /* meaningful when item is set */
  char *item_reason;       /* why it is blocked ...; NULL */
  Code wipe;               /* the unfinished wipe that holds this port, or "" */
  Wipe *running;           /* that one, or the one that its tablet waits to be attested for; NULL */
  const char *preparation; /* prepare_state_name of the last preparation since it was plugged in, or NULL */
  char *preparation_reason;
} BenchSlot;
/* Accepts NULL. */
void bench_slot_free (BenchSlot *slot);
/* An empty array that frees its slots. */
GPtrArray *bench_slots_new (void);
/* Tells whose the devices are, and adds a slot for each unfinished wipe whose tablet is not there. In the order of ports. slots: BenchSlot *. */
gboolean bench_slots_match (Store *store, GPtrArray *slots, GError **error);
/* The port that shows this serial; the first of two duplicates. NULL: not on the bench. Borrowed from slots. */
const BenchSlot *bench_slot_of (const GPtrArray *slots, const char *serial);
/* What news of a slot name it by: its port, or the code of its item. Borrowed. */
const char *bench_slot_key (const BenchSlot *slot);
/* The slot of that key; NULL. Borrowed. */
const BenchSlot *bench_slot_find (const GPtrArray *slots, const char *key);
/* Does it show the same? What only time changes does not count. */
gboolean bench_slot_is_same (const BenchSlot *slot, const BenchSlot *other);
/* What a person must do about it, as a sentence. NULL when there is nothing to say. Caller frees. */
char *bench_slot_todo (const BenchSlot *slot, const BenchAdvice *advice, Language language);
/* Whose turn it is. advice->todo: the caller frees. */
void bench_slot_judge (const BenchSlot *slot, BenchAdvice *advice);
