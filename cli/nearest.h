/* "Did you mean ...?": the nearest of a list of words. */
#pragma once
#include <glib.h>

/* Letters to insert, delete, replace or swap with their neighbour to make b of a. Counted in bytes: our words are ASCII. */
gsize nearest_distance (const char *a, const char *b);

/* The word nearest to typed, or NULL when none is near enough to be meant (a third of its length, at least one letter).
 * words: n borrowed strings. */
const char *nearest_find (const char *typed, const char *const *words, gsize n);
