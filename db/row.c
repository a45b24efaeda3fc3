/* From a result to a record: the few lines that every noun of db/ would repeat. */
#include "db/row.h"

void
row_code (Rows *rows, int column, Code code)
{
  const char *text = rows_text (rows, column);
  g_strlcpy (code, text != NULL ? text : "", sizeof (Code));
}

Day
row_day (Rows *rows, int column)
{
  Day day = {.text = ""};
  const char *text = rows_text (rows, column);
  if (text != NULL)
    g_strlcpy (day.text, text, sizeof day.text);
  return day;
}

char *
row_dup (Rows *rows, int column)
{
  return g_strdup (rows_text (rows, column));
}

void
row_take_texts (Rows *rows, const RowText *texts, gsize n, gpointer record)
{
  for (gsize i = 0; i < n; i++)
    G_STRUCT_MEMBER (char *, record, texts[i].offset) = row_dup (rows, texts[i].column);
}

void
row_free_texts (const RowText *texts, gsize n, gpointer record)
{
  for (gsize i = 0; i < n; i++)
    g_free (G_STRUCT_MEMBER (char *, record, texts[i].offset));
}

gint64
row_maybe_int (Rows *rows, int column)
{
  return rows_text (rows, column) != NULL ? rows_int (rows, column) : -1;
}

const char *
row_null_if_empty (const char *text)
{
  return text == NULL || *text == '\0' ? NULL : text;
}

gpointer
row_unreadable (const char *noun, const char *code, GError **error)
{
  g_set_error (error, DB_ERROR, DB_ERROR_CORRUPT, "%s %s: a word that is in no list", noun, code);
  return NULL;
}

gpointer
row_one (const RowKind *kind, Rows *rows, const char *key, GError **error)
{
  if (rows == NULL) /* error tells */
    return NULL;
  g_autoptr (GError) failure = NULL;
  gpointer record = row_maybe (kind, rows, &failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (record == NULL)
    g_set_error (error, DB_ERROR, DB_ERROR_NOT_FOUND, "no %s %s", kind->noun, key);
  return record;
}

gpointer
row_maybe (const RowKind *kind, Rows *rows, GError **error)
{
  g_autoptr (Rows) owned = rows;
  if (owned == NULL || !rows_next (owned, error))
    return NULL;
  return kind->read (owned, error);
}

GPtrArray *
row_all (const RowKind *kind, Rows *rows, GError **error)
{
  g_autoptr (Rows) owned = rows;
  if (owned == NULL)
    return NULL;
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (kind->destroy);
  g_autoptr (GError) failure = NULL;
  while (rows_next (owned, &failure)) {
    gpointer record = kind->read (owned, error);
    if (record == NULL)
      return NULL;
    g_ptr_array_add (records, record);
  }
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  return g_steal_pointer (&records);
}

static gpointer
text_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  return row_dup (rows, 0);
}

GPtrArray *
row_texts (Rows *rows, GError **error)
{
  static const RowKind text_row = {"text", text_read, g_free};
  return row_all (&text_row, rows, error);
}

gboolean
row_changed (gint64 changed, DbError code, const char *noun, const char *key, GError **error)
{
  if (changed == 1)
    return TRUE;
  if (code == DB_ERROR_STALE)
    g_set_error (error, DB_ERROR, (int)code, "%s %s changed meanwhile", noun, key);
  else
    g_set_error (error, DB_ERROR, (int)code, "no %s %s", noun, key);
  return FALSE;
}
