// Scenario file to tablets.
#include "tests/fleet/fleet.h"

#include <gio/gio.h>
#include <string.h>

#define GROUP_PREFIX "tablet "
#define FLEET_GROUP  "fleet" // for the whole fleet; nothing to say so far

static gboolean
read_group (GKeyFile *file, const char *group, struct Settings *settings, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, error);
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    g_autofree char *value = g_key_file_get_string (file, group, names[i], error);
    if (value == NULL || !settings_set (settings, names[i], g_strchomp (value), error))
      return FALSE;
  }
  return names != NULL;
}

static gboolean
add_tablet (struct Fleet *fleet, GKeyFile *file, const char *group, GError **error)
{
  struct Settings settings;
  settings_init (&settings);
  if (!read_group (file, group, &settings, error)) {
    settings_clear (&settings);
    return FALSE;
  }
  gboolean is_plugged = settings.plugged;
  Tablet *tablet = tablet_new (group + strlen (GROUP_PREFIX), &settings, fleet->bus);
  g_ptr_array_add (fleet->tablets, tablet);
  return !is_plugged || tablet_plug (tablet, NULL, error);
}

static gboolean
has_keys (GKeyFile *file, const char *group)
{
  gsize count = 0;
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, &count, NULL);
  return keys != NULL && count > 0;
}

static gboolean
add_group (struct Fleet *fleet, GKeyFile *file, const char *group, GError **error)
{
  gboolean is_empty_fleet = g_str_equal (group, FLEET_GROUP) && !has_keys (file, group);
  if (is_empty_fleet)
    return TRUE;
  if (!g_str_has_prefix (group, GROUP_PREFIX)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "[%s]: unknown group, or keys where there are none",
                 group);
    return FALSE;
  }
  if (add_tablet (fleet, file, group, error))
    return TRUE;
  g_prefix_error (error, "[%s]: ", group);
  return FALSE;
}

struct Fleet *
fleet_new (const char *scenario_path, enum UsbNodeKind kind, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  if (!g_key_file_load_from_file (file, scenario_path, G_KEY_FILE_NONE, error))
    return NULL;
  UsbBus *bus = usb_bus_new (kind, error);
  if (bus == NULL)
    return NULL;
  struct Fleet *fleet = g_new0 (struct Fleet, 1);
  fleet->bus = bus;
  fleet->tablets = g_ptr_array_new_with_free_func ((GDestroyNotify)tablet_free);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!add_group (fleet, file, groups[i], error)) {
      fleet_free (fleet);
      return NULL;
    }
  return fleet;
}

void
fleet_free (struct Fleet *fleet)
{
  if (fleet == NULL)
    return;
  g_ptr_array_unref (fleet->tablets);
  usb_bus_free (fleet->bus);
  g_free (fleet);
}

Tablet *
fleet_find (const struct Fleet *fleet, const char *name, GError **error)
{
  for (guint i = 0; i < fleet->tablets->len; i++) {
    Tablet *tablet = fleet->tablets->pdata[i];
    if (g_str_equal (tablet->name, name))
      return tablet;
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no tablet %s", name);
  return NULL;
}

// Moves a tablet to a port that is free now; a cable that was in is in again.
static gboolean
move (Tablet *tablet, const char *port, gboolean is_in, GError **error)
{
  return tablet_set (tablet, "port", port, error) && (!is_in || tablet_plug (tablet, NULL, error));
}

gboolean
fleet_swap (Tablet *one, Tablet *other, GError **error)
{
  g_autofree char *port = g_strdup (one->settings.port), *other_port = g_strdup (other->settings.port);
  gboolean was_in = one->plugged, other_was_in = other->plugged;
  if (*port == '\0' || *other_port == '\0' || one == other) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "two tablets with ports are needed");
    return FALSE;
  }
  (void)tablet_unplug (one, NULL); // out already is as good
  (void)tablet_unplug (other, NULL);
  return move (one, other_port, was_in, error) && move (other, port, other_was_in, error);
}
