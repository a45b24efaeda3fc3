/* Aligned columns. */
#include "cli/table.h"
#include "cli/display.h"
#include <string.h>

#define GAP "  "

struct _Table {
  gsize n;
  char **titles;
  gboolean *is_number;
  gsize *widths;
  GPtrArray *rows; /* char ** of n cells, not printed yet */
  gboolean has_titles_printed;
};

static void
widen (Table *table, char **cells)
{
  for (gsize i = 0; i < table->n; i++)
    table->widths[i] = MAX (table->widths[i], display_width (cells[i]));
}

Table *
table_new (const char *const *titles, const gboolean *is_number, gsize n)
{
  Table *table = g_new0 (Table, 1);
  table->n = n;
  table->titles = g_new0 (char *, n + 1);
  table->is_number = g_new0 (gboolean, n + 1);
  table->widths = g_new0 (gsize, n + 1);
  table->rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  for (gsize i = 0; i < n; i++) {
    table->titles[i] = g_strdup (titles[i]);
    table->is_number[i] = is_number != NULL && is_number[i];
  }
  widen (table, table->titles);
  return table;
}

void
table_free (Table *table)
{
  if (table == NULL)
    return;
  g_strfreev (table->titles);
  g_free (table->is_number);
  g_free (table->widths);
  g_ptr_array_unref (table->rows);
  g_free (table);
}

void
table_add (Table *table, const char *const *cells)
{
  char **row = g_new0 (char *, table->n + 1);
  for (gsize i = 0; i < table->n; i++)
    row[i] = g_strdup (cells[i] == NULL ? "" : cells[i]);
  widen (table, row);
  g_ptr_array_add (table->rows, row);
}

static void
append_spaces (GString *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_c (out, ' ');
}

static char *
line_of (const Table *table, char **cells, gsize width)
{
  g_autoptr (GString) line = g_string_new (NULL);
  for (gsize i = 0; i < table->n; i++) {
    gsize padding = table->widths[i] - display_width (cells[i]);
    if (i > 0)
      g_string_append (line, GAP);
    append_spaces (line, table->is_number[i] ? padding : 0);
    g_string_append (line, cells[i]);
    append_spaces (line, table->is_number[i] ? 0 : padding);
  }
  g_strchomp (line->str);
  return width == 0 ? g_strdup (line->str) : display_cut (line->str, width);
}

void
table_print (Table *table, GString *out, gboolean is_bold, gsize width)
{
  if (!table->has_titles_printed) {
    g_autofree char *titles = line_of (table, table->titles, width);
    g_string_append_printf (out, is_bold ? "\033[1m%s\033[0m\n" : "%s\n", titles);
    table->has_titles_printed = TRUE;
  }
  for (guint i = 0; i < table->rows->len; i++) {
    g_autofree char *line = line_of (table, g_ptr_array_index (table->rows, i), width);
    g_string_append_printf (out, "%s\n", line);
  }
  g_ptr_array_set_size (table->rows, 0);
}
