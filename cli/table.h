/* Rows of cells printed as aligned columns. Knows nothing of what the cells mean. */
#pragma once
#include <glib.h>

typedef struct _Table Table;

/* titles: n strings, copied. is_number: n flags, the columns to set right-aligned (NULL: none); copied. */
Table *table_new (const char *const *titles, const gboolean *is_number, gsize n);
/* Accepts NULL. */
void table_free (Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_free)
/* cells: n strings of valid UTF-8, copied; NULL is an empty cell. */
void table_add (Table *table, const char *const *cells);
/* Appends the rows added since the last call to out, one line each, preceded by the titles the first time. Columns never
 * get narrower from one call to the next, so that a list printed page by page stays aligned. is_bold sets the titles in
 * bold (a terminal). width: lines are cut to that many columns; 0 = never. */
void table_print (Table *table, GString *out, gboolean is_bold, gsize width);
