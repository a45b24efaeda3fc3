// Texts into fields of a struct, by the rows of a table. No key is known here.
#include "tests/fleet/keys.h"

#include "tests/fleet/usb.h"

#include <gio/gio.h>
#include <string.h>

static const struct Key *
key_find (const struct Keys *keys, const char *name)
{
  for (gsize i = 0; i < keys->count; i++)
    if (g_str_equal (keys->rows[i].name, name))
      return &keys->rows[i];
  return NULL;
}

static gboolean
set_text (char **field, const char *value)
{
  // Texts go into sysfs descriptions and command lines, so they stay plain.
  if (strpbrk (value, "\n\r\\") != NULL)
    return FALSE;
  g_free (*field);
  *field = g_strdup (value);
  return TRUE;
}

static gboolean
set_number (int *field, const char *value)
{
  gint64 number;
  if (!g_ascii_string_to_signed (value, 10, 0, G_MAXINT, &number, NULL))
    return FALSE;
  *field = (int)number;
  return TRUE;
}

static gboolean
set_seconds (double *field, const char *value)
{
  char *end;
  double seconds = g_ascii_strtod (value, &end);
  if (end == value || *end != '\0' || !(seconds >= 0 && seconds < 1e6))
    return FALSE;
  *field = seconds;
  return TRUE;
}

static gboolean
set_choice (int *field, const char *value, const char *choices)
{
  g_auto (GStrv) words = g_strsplit (choices, "|", -1);
  for (int i = 0; words[i] != NULL; i++) {
    if (!g_str_equal (words[i], value))
      continue;
    *field = i;
    return TRUE;
  }
  return FALSE;
}

static gboolean
set_field (gpointer object, const struct Key *key, const char *value)
{
  gpointer field = (guint8 *)object + key->offset;
  switch (key->type) {
  case KEY_TEXT:
    return set_text (field, value);
  case KEY_PORT:
    return (*value == '\0' || usb_port_is_valid (value)) && set_text (field, value);
  case KEY_NUMBER:
    return set_number (field, value);
  case KEY_SECONDS:
    return set_seconds (field, value);
  case KEY_BOOLEAN:
    return set_choice (field, value, "false|true");
  case KEY_CHOICE:
    return set_choice (field, value, key->choices);
  }
  g_assert_not_reached ();
}

gboolean
keys_set (const struct Keys *keys, gpointer object, const char *name, const char *value, GError **error)
{
  const struct Key *key = key_find (keys, name);
  if (key == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "unknown key %s", name);
  else if (set_field (object, key, value))
    return TRUE;
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s cannot be \"%s\"", name, value);
  return FALSE;
}

static gboolean
holds_text (const struct Key *key)
{
  return key->type == KEY_TEXT || key->type == KEY_PORT;
}

void
keys_init (const struct Keys *keys, gpointer object)
{
  for (gsize i = 0; i < keys->count; i++) {
    if (holds_text (&keys->rows[i]))
      *(char **)((guint8 *)object + keys->rows[i].offset) = NULL;
    (void)set_field (object, &keys->rows[i], keys->rows[i].initial); // the first values are right by construction
  }
}

void
keys_clear (const struct Keys *keys, gpointer object)
{
  for (gsize i = 0; i < keys->count; i++)
    if (holds_text (&keys->rows[i]))
      g_clear_pointer ((char **)((guint8 *)object + keys->rows[i].offset), g_free);
}

char *
keys_help (const struct Keys *keys)
{
  static const char *const values[] = {
      [KEY_TEXT] = "text",       [KEY_PORT] = "bus-port.port", [KEY_NUMBER] = "number",
      [KEY_SECONDS] = "seconds", [KEY_BOOLEAN] = "false|true", [KEY_CHOICE] = NULL,
  };
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < keys->count; i++) {
    const struct Key *key = &keys->rows[i];
    g_string_append_printf (text, "%s%s=%s(%s)", i > 0 ? " " : "", key->name,
                            key->choices != NULL ? key->choices : values[key->type], key->initial);
  }
  return g_string_free (text, FALSE);
}
