// The table of scenario keys. No behaviour in here.
#include "tests/fleet/settings.h"

#include "tests/fleet/usb.h"

#include <gio/gio.h>
#include <stddef.h>
#include <string.h>

enum Type { TEXT, PORT, NUMBER, SECONDS, BOOLEAN, CHOICE };

struct Key {
  const char *name;
  enum Type type;
  gsize offset;
  const char *initial;
  const char *choices; // CHOICE: words separated by '|', in the order of the enum
};

#define AT(member) offsetof (struct Settings, member)

static const struct Key keys[] = {
    {"port", PORT, AT (port), "", NULL},
    {"serial", TEXT, AT (serial), "", NULL},
    {"maker", TEXT, AT (maker), "Google", NULL},
    {"model", TEXT, AT (model), "Tab", NULL},
    {"device", TEXT, AT (device), "tab", NULL},
    {"product", TEXT, AT (product), "tab", NULL},
    {"encrypted", TEXT, AT (encrypted), "file", NULL},
    {"owner", TEXT, AT (owner), "", NULL}, // package that is device owner
    {"apps", TEXT, AT (apps), "", NULL},
    {"android", NUMBER, AT (android), "15", NULL},
    {"protocol", NUMBER, AT (protocol), "2", NULL},
    {"google_accounts", NUMBER, AT (google_accounts), "0", NULL},
    {"samsung_accounts", NUMBER, AT (samsung_accounts), "0", NULL},
    {"battery", NUMBER, AT (battery), "80", NULL},
    {"users", NUMBER, AT (users), "1", NULL},
    {"maxdata", NUMBER, AT (maxdata), "262144", NULL},
    {"adb", CHOICE, AT (adb), "known", "off|known|tap|never|denied|tradein"},
    {"bootloader", CHOICE, AT (bootloader), "locked", "none|locked|unlocked"},
    {"mode", CHOICE, AT (mode), "default", "default|adb|fastboot|plain"},
    {"wipe", CHOICE, AT (wipe), "honest", "honest|unwiped|never_returns|ignored|refused"},
    {"install", CHOICE, AT (install), "ok", "ok|refused"},
    {"after_wipe", CHOICE, AT (after_wipe), "plain", "plain|adb|frp|tradein"},
    {"lock_text", CHOICE, AT (lock_text), "aosp", "aosp|state|flag|unlock-first"},
    {"unknown_variable", CHOICE, AT (unknown_variable), "fail", "fail|empty"},
    {"quirk", CHOICE, AT (quirk), "none",
     "none|stale|short-header|bad-magic|huge-length|stls|no-features|delayed-ack|close-zero"},
    {"plugged", BOOLEAN, AT (plugged), "true", NULL},
    {"shell_v2", BOOLEAN, AT (shell_v2), "true", NULL},
    {"charging", BOOLEAN, AT (charging), "true", NULL},
    {"recovery_visible", BOOLEAN, AT (recovery_visible), "false", NULL},
    {"keyguard", BOOLEAN, AT (keyguard), "false", NULL},
    {"composite", BOOLEAN, AT (composite), "true", NULL}, // adb beside MTP
    {"snapshot", BOOLEAN, AT (snapshot), "false", NULL},  // an update is being merged
    {"userspace", BOOLEAN, AT (userspace), "false", NULL},
    {"screen_lock", BOOLEAN, AT (screen_lock), "false", NULL},
    {"oem_unlock", BOOLEAN, AT (oem_unlock), "false", NULL}, // the developer option
    {"busy", BOOLEAN, AT (busy), "false", NULL},             // another program of the host holds the interface
    {"tap_after", SECONDS, AT (tap_after), "0", NULL},       // 0: nobody taps by himself
    {"wipe_seconds", SECONDS, AT (wipe_seconds), "0.4", NULL},
    {"boot_seconds", SECONDS, AT (boot_seconds), "0.2", NULL},
    {"erase_seconds", SECONDS, AT (erase_seconds), "0", NULL},
    {"answer_seconds", SECONDS, AT (answer_seconds), "0", NULL}, // before each shell answer
};

static const struct Key *
key_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].name, name))
      return &keys[i];
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
set_field (struct Settings *settings, const struct Key *key, const char *value)
{
  gpointer field = (guint8 *)settings + key->offset;
  switch (key->type) {
  case TEXT:
    return set_text (field, value);
  case PORT:
    return (*value == '\0' || usb_port_is_valid (value)) && set_text (field, value);
  case NUMBER:
    return set_number (field, value);
  case SECONDS:
    return set_seconds (field, value);
  case BOOLEAN:
    return set_choice (field, value, "false|true");
  case CHOICE:
    return set_choice (field, value, key->choices);
  }
  g_assert_not_reached ();
}

gboolean
settings_set (struct Settings *settings, const char *name, const char *value, GError **error)
{
  const struct Key *key = key_find (name);
  if (key == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "unknown key %s", name);
  else if (set_field (settings, key, value))
    return TRUE;
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s cannot be \"%s\"", name, value);
  return FALSE;
}

void
settings_init (struct Settings *settings)
{
  memset (settings, 0, sizeof *settings);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    (void)set_field (settings, &keys[i], keys[i].initial); // the initial texts are right by construction
}

void
settings_clear (struct Settings *settings)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].type == TEXT || keys[i].type == PORT)
      g_clear_pointer ((char **)((guint8 *)settings + keys[i].offset), g_free);
}

char *
settings_help (void)
{
  static const char *const values[] = {
      [TEXT] = "text",       [PORT] = "bus-port.port", [NUMBER] = "number",
      [SECONDS] = "seconds", [BOOLEAN] = "false|true", [CHOICE] = NULL,
  };
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_string_append_printf (text, "%s%s=%s(%s)", i > 0 ? " " : "", keys[i].name,
                            keys[i].choices != NULL ? keys[i].choices : values[keys[i].type], keys[i].initial);
  return g_string_free (text, FALSE);
}
