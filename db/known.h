/* Is a code in use? For proposals after a typing mistake: cheaper than loading what it stands for. */
#pragma once
#include "db/store.h"

/* Whether the register has an object of that code. A kind of code that the register does not keep is known to nobody. */
gboolean code_is_known (Store *store, const char *code, gboolean *is_known, GError **error);
