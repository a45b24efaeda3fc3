/* See the header file. */
#include "daemon/rules/arrival.h"
#include <string.h>

/* What the register has a place for. The serial is how the tablet was found. */
static const struct {
  const char *name;
  gsize offset;
} places[] = {
    {"model", G_STRUCT_OFFSET (Item, model)},
    {"imei", G_STRUCT_OFFSET (Item, imei)},
    {"serial", G_STRUCT_OFFSET (Item, serial)},
};

static void
row_free (gpointer data)
{
  ArrivalRow *row = data;
  g_free (row->value);
  g_free (row);
}

/* "name=value" */
static ArrivalRow *
row_of (const char *line, const Item *item)
{
  const char *sign = strchr (line, '=');
  ArrivalRow *row = g_new0 (ArrivalRow, 1);
  g_autofree char *name = g_strndup (line, (gsize)(sign - line));
  row->name = g_intern_string (name); /* our own words: few */
  row->value = g_strdup (sign + 1);
  for (gsize i = 0; item != NULL && i < G_N_ELEMENTS (places); i++)
    if (g_str_equal (row->name, places[i].name)) {
      row->register_value = G_STRUCT_MEMBER (char *, item, places[i].offset);
      row->differs = g_strcmp0 (row->value, row->register_value) != 0;
    }
  return row;
}

GPtrArray *
arrival_compare (const char *facts, const Item *item)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  g_auto (GStrv) lines = g_strsplit (facts != NULL ? facts : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strchr (lines[i], '=') != NULL)
      g_ptr_array_add (rows, row_of (lines[i], item));
  return rows;
}

const char *
arrival_value_to_write (const GPtrArray *rows, const char *name)
{
  for (guint i = 0; i < rows->len; i++) {
    const ArrivalRow *row = g_ptr_array_index (rows, i);
    if (row->differs && g_str_equal (row->name, name))
      return row->value;
  }
  return NULL;
}
