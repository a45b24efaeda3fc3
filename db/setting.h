/* Small facts of one register as key and value: the body's name, the clock of a demonstration. Not the daemon's configuration. */
#pragma once
#include "db/store.h"

/* The value, or NULL with *error untouched when it was never set: pass an error and look at it. Caller frees. */
char *setting_get (Store *store, const char *key, GError **error);
/* Sets or replaces; value NULL removes. DB_ERROR_CHECK for the key "demo", which only setting_make_demo writes. */
gboolean setting_set (Store *store, const char *key, const char *value, GError **error);

/* Marks a fresh register as a demonstration, for ever. DB_ERROR_STALE once it has a journal line: a real register never becomes
 * one. Marking twice is fine. */
gboolean setting_make_demo (Store *store, GError **error);
gboolean setting_is_demo (Store *store, gboolean *is_demo, GError **error);
