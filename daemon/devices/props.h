/* Reading of what Android's `getprop` prints: lines "[key]: [value]". No I/O. */
#pragma once
#include <glib.h>

/* The value of a property; the caller frees it. NULL when it is absent or empty. */
char *props_get (const char *text, const char *key);
/* A whole number of 0..INT_MAX; -1 when absent or not a number. */
int props_get_number (const char *text, const char *key);
