/* What a tablet says at its arrival, beside what the register says of it. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* One thing that was read. register_value: NULL when the register has no place for it, or does not know it. Borrowed from the facts and the
 * item, but for value (owned). */
typedef struct {
  const char *name; /* "model" "imei" "android" ... */
  char *value;
  const char *register_value;
  gboolean differs; /* the register has a place for it, and something else (or nothing) in it */
} ArrivalRow;
/* All that was read ("name=value" lines), in their order; item NULL: not in the register. Array of ArrivalRow that frees them. */
GPtrArray *arrival_compare (const char *facts, const Item *item);
/* What accepting would write: the model and the IMEI that were read, where they differ. NULL: nothing to write. Borrowed from the rows. */
const char *arrival_value_to_write (const GPtrArray *rows, const char *name);
