/* One counter per kind of code. rules/code turns its value into a code; nothing is ever counted twice. */
#pragma once
#include "db/store.h"

/* The next value of that kind letter: 1, 2, 3 ... Only inside a transaction; given back only when that is undone. DB_ERROR_CHECK when kind
 * is not an upper-case letter. */
gboolean counter_next (Store *store, char kind, gint64 *value, GError **error);
