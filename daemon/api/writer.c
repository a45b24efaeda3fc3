#include "daemon/api/writer.h"
#include <string.h>

void
writer_init (Writer *writer)
{
  *writer = (Writer){.text = g_string_new (NULL)};
}

void
writer_clear (Writer *writer)
{
  if (writer->text != NULL)
    g_string_free (writer->text, TRUE);
  writer->text = NULL;
}

GBytes *
writer_take (Writer *writer)
{
  g_assert (writer->depth == 0);
  GBytes *bytes = g_string_free_to_bytes (writer->text);
  writer_init (writer);
  return bytes;
}

/* Most text needs no escape: runs are copied whole. */
static void
append_quoted (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (const char *run = value; *run != '\0';) {
    gsize plain = 0;
    while ((guchar)run[plain] >= 0x20 && run[plain] != '"' && run[plain] != '\\' && run[plain] != 0x7f)
      plain++;
    g_string_append_len (text, run, (gssize)plain);
    run += plain;
    if (*run == '"' || *run == '\\')
      g_string_append_printf (text, "\\%c", *run++);
    else if (*run != '\0')
      g_string_append_printf (text, "\\u%04x", (guint)(guchar)*run++);
  }
  g_string_append_c (text, '"');
}

static void
begin_value (Writer *writer, const char *name)
{
  if (writer->needs_comma)
    g_string_append_c (writer->text, ',');
  writer->needs_comma = TRUE;
  if (name == NULL)
    return;
  append_quoted (writer->text, name);
  g_string_append_c (writer->text, ':');
}

static void
open_bracket (Writer *writer, const char *name, char opener, char closer)
{
  g_assert (writer->depth < WRITER_DEPTH_MAX);
  begin_value (writer, name);
  g_string_append_c (writer->text, opener);
  writer->closers[writer->depth++] = closer;
  writer->needs_comma = FALSE;
}

void
writer_open_object (Writer *writer, const char *name)
{
  open_bracket (writer, name, '{', '}');
}

void
writer_open_array (Writer *writer, const char *name)
{
  open_bracket (writer, name, '[', ']');
}

void
writer_close (Writer *writer)
{
  g_assert (writer->depth > 0);
  g_string_append_c (writer->text, writer->closers[--writer->depth]);
  writer->needs_comma = TRUE;
}

void
writer_raw (Writer *writer, const char *name, const char *json)
{
  begin_value (writer, name);
  g_string_append (writer->text, json);
}

void
writer_text (Writer *writer, const char *name, const char *value)
{
  if (value == NULL) {
    writer_null (writer, name);
    return;
  }
  begin_value (writer, name);
  if (g_utf8_validate (value, -1, NULL)) {
    append_quoted (writer->text, value);
    return;
  }
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  append_quoted (writer->text, valid);
}

void
writer_int (Writer *writer, const char *name, gint64 value)
{
  begin_value (writer, name);
  g_string_append_printf (writer->text, "%" G_GINT64_FORMAT, value);
}

void
writer_maybe_int (Writer *writer, const char *name, gint64 value)
{
  if (value >= 0)
    writer_int (writer, name, value);
  else
    writer_null (writer, name);
}

void
writer_bool (Writer *writer, const char *name, gboolean value)
{
  writer_raw (writer, name, value ? "true" : "false");
}

void
writer_null (Writer *writer, const char *name)
{
  writer_raw (writer, name, "null");
}

void
writer_word (Writer *writer, const char *name, const char *value)
{
  writer_text (writer, name, value != NULL && value[0] != '\0' ? value : NULL);
}

/* NULL for an instant outside the years that GLib knows. */
static char *
format_instant (gint64 epoch_s, const char *format)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (epoch_s);
  return at != NULL ? g_date_time_format (at, format) : NULL;
}

void
writer_instant (Writer *writer, const char *name, gint64 epoch_s)
{
  g_autofree char *text = epoch_s != 0 ? format_instant (epoch_s, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  writer_text (writer, name, text);
}

void
writer_instant_ms (Writer *writer, const char *name, gint64 epoch_ms)
{
  g_autofree char *seconds = epoch_ms > 0 ? format_instant (epoch_ms / 1000, "%Y-%m-%dT%H:%M:%S") : NULL;
  g_autofree char *text = seconds != NULL ? g_strdup_printf ("%s.%03dZ", seconds, (int)(epoch_ms % 1000)) : NULL;
  writer_text (writer, name, text);
}

void
writer_money (Writer *writer, const char *name, Money amount)
{
  writer_int (writer, name, amount.cents);
}
