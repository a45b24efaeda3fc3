/* Edit distance (optimal string alignment), three rows at a time. */
#include "cli/nearest.h"
#include <string.h>

typedef struct {
  gsize *before, *above, *row;
} Rows;

static void
fill_row (const char *a, const char *b, gsize i, gsize n, const Rows *rows)
{
  rows->row[0] = i;
  for (gsize j = 1; j <= n; j++) {
    gsize replaced = rows->above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
    rows->row[j] = MIN (replaced, MIN (rows->above[j], rows->row[j - 1]) + 1);
    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
      rows->row[j] = MIN (rows->row[j], rows->before[j - 2] + 1);
  }
}

gsize
nearest_distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree gsize *memory = g_new0 (gsize, 3 * (n + 1));
  Rows rows = {memory, memory + n + 1, memory + 2 * (n + 1)};
  for (gsize j = 0; j <= n; j++)
    rows.row[j] = j;
  for (gsize i = 1; a[i - 1] != '\0'; i++) {
    rows = (Rows){rows.above, rows.row, rows.before};
    fill_row (a, b, i, n, &rows);
  }
  return rows.row[n];
}

const char *
nearest_find (const char *typed, const char *const *words, gsize n)
{
  const char *best = NULL;
  gsize best_distance = MAX (strlen (typed) / 3, 1) + 1;
  for (gsize i = 0; i < n; i++) {
    gsize distance = nearest_distance (typed, words[i]);
    if (distance < best_distance) {
      best = words[i];
      best_distance = distance;
    }
  }
  return best;
}
