/* The bench as a picture: one line a tablet, those that need a hand first. Knows nothing of the terminal it is drawn on but its size. */
#pragma once
#include "cli/language.h"
#include <jansson.h>

/* bench: the answer of GET /v1/bench; borrowed and reordered. */
void bench_view_sort (json_t *bench);
/* "45: 3 need you, 30 under way, 12 ready". Caller frees. */
char *bench_view_summary (const json_t *bench, Language language);
/* What is wrong with the bench as a whole, a line each; "" when nothing is. Caller frees. */
char *bench_view_troubles (const json_t *bench, Language language);
/* A table with everything, never cut: for a pipe, and for one look. Caller frees. */
char *bench_view_list (const json_t *bench, Language language, gboolean has_colour);
/* The same facts in at most width columns and height lines (both above 0); what has no room is left out, what to do last of all. later_s: seconds since
 * the answer came. Lines end in '\n' but for the last one. Caller frees. */
char *bench_view_draw (const json_t *bench, Language language, gboolean has_colour, gsize width, gsize height,
                       gint64 later_s);
/* One slot as a line that changes only when something happens; the key names it among all. Caller frees both. */
char *bench_view_line (const json_t *slot, Language language);
char *bench_view_key (const json_t *slot);
