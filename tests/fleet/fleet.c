// Scenario file to tablets, modems and cards.
#include "tests/fleet/fleet.h"

#include <gio/gio.h>
#include <string.h>

#define FLEET_GROUP "fleet" // for the whole fleet
#define STATE_FILE  "state_file"

// ---- a tablet as a thing ----

static gboolean
plug_tablet (gpointer self, const char *port, GError **error)
{
  return tablet_plug (self, port, error);
}

static gboolean
unplug_tablet (gpointer self, GError **error)
{
  return tablet_unplug (self, error);
}

static gboolean
set_tablet (gpointer self, const char *key, const char *value, GError **error)
{
  return tablet_set (self, key, value, error);
}

static gboolean
arm_tablet (gpointer self, const char *step, GError **error)
{
  return tablet_arm (self, step, error);
}

static char *
tablet_state_text (gpointer self)
{
  return tablet_state (self);
}

static char *
tablet_value_text (gpointer self, const char *key)
{
  return tablet_value (self, key);
}

static char *
tablet_place (gpointer self)
{
  const Tablet *tablet = self;
  g_autofree char *mode = tablet_value (tablet, "mode");
  return g_strdup_printf ("%s@%s", tablet->plugged ? mode : "unplugged", tablet->settings.port);
}

static const struct ThingType tablet_thing = {
    "tablet", plug_tablet, unplug_tablet, set_tablet, arm_tablet, tablet_state_text, tablet_value_text, tablet_place,
};

// ---- an operator, a card, a modem as things ----

static gboolean
set_operator (gpointer self, const char *key, const char *value, GError **error)
{
  struct Operator *op = self;
  if (strchr (key, ' ') != NULL)
    return operator_add_line (op, key, value, error);
  return operator_settings_set (&op->settings, key, value, error);
}

static char *
operator_state_text (gpointer self)
{
  return operator_state (self);
}

static char *
operator_value_text (gpointer self, const char *key)
{
  return operator_value (self, key);
}

static const struct ThingType operator_thing = {
    .kind = "operator",
    .set = set_operator,
    .state = operator_state_text,
    .value = operator_value_text,
};

static gboolean
set_sim (gpointer self, const char *key, const char *value, GError **error)
{
  struct Sim *sim = self;
  if (!sim_settings_set (&sim->settings, key, value, error))
    return FALSE;
  sim_touch (sim);
  return TRUE;
}

static char *
sim_state_text (gpointer self)
{
  return sim_state (self);
}

static char *
sim_value_text (gpointer self, const char *key)
{
  return sim_value (self, key);
}

static const struct ThingType sim_thing = {
    .kind = "sim",
    .set = set_sim,
    .state = sim_state_text,
    .value = sim_value_text,
};

static gboolean
plug_modem (gpointer self, const char *port, GError **error)
{
  return modem_plug (self, port, error);
}

static gboolean
unplug_modem (gpointer self, GError **error)
{
  return modem_unplug (self, error);
}

static gboolean
set_modem (gpointer self, const char *key, const char *value, GError **error)
{
  return modem_set (self, key, value, error);
}

static gboolean
arm_modem (gpointer self, const char *step, GError **error)
{
  return modem_arm (self, step, error);
}

static char *
modem_state_text (gpointer self)
{
  return modem_state (self);
}

static char *
modem_value_text (gpointer self, const char *key)
{
  return modem_value (self, key);
}

static char *
modem_place (gpointer self)
{
  const Modem *modem = self;
  return g_strdup_printf ("%s@%s", modem->plugged ? "modem" : "unplugged", modem->settings.port);
}

static const struct ThingType modem_thing = {
    "modem", plug_modem, unplug_modem, set_modem, arm_modem, modem_state_text, modem_value_text, modem_place,
};

// ---- the scenario ----

static void
on_changed (gpointer user)
{
  struct Fleet *fleet = user;
  if (fleet->changed != NULL)
    fleet->changed (fleet->changed_user);
}

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

// Each key of the group by the function that the command `set` uses.
static gboolean
read_thing (GKeyFile *file, const char *group, gpointer self,
            gboolean (*set) (gpointer self, const char *key, const char *value, GError **error), GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, error);
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    g_autofree char *value = g_key_file_get_string (file, group, names[i], error);
    if (value == NULL || !set (self, names[i], g_strchomp (value), error))
      return FALSE;
  }
  return names != NULL;
}

static void
add_thing (struct Fleet *fleet, const char *name, const struct ThingType *type, gpointer self)
{
  struct Thing thing = {name, type, self};
  g_array_append_val (fleet->things, thing);
}

static gboolean
add_tablet (struct Fleet *fleet, GKeyFile *file, const char *group, const char *name, GError **error)
{
  struct Settings settings;
  settings_init (&settings);
  if (!read_group (file, group, &settings, error)) {
    settings_clear (&settings);
    return FALSE;
  }
  gboolean is_plugged = settings.plugged;
  Tablet *tablet = tablet_new (name, &settings, fleet->bus, error);
  if (tablet == NULL)
    return FALSE;
  tablet->changed = on_changed;
  tablet->changed_user = fleet;
  g_ptr_array_add (fleet->tablets, tablet);
  add_thing (fleet, tablet->name, &tablet_thing, tablet);
  return !is_plugged || tablet_plug (tablet, NULL, error);
}

static gboolean
add_operator (struct Fleet *fleet, GKeyFile *file, const char *group, const char *name, GError **error)
{
  struct OperatorSettings settings;
  operator_settings_init (&settings);
  struct Operator *op = operator_new (name, &settings);
  op->store = fleet->store;
  g_ptr_array_add (fleet->operators, op);
  add_thing (fleet, op->name, &operator_thing, op);
  return read_thing (file, group, op, set_operator, error);
}

static gboolean
add_sim (struct Fleet *fleet, GKeyFile *file, const char *group, const char *name, GError **error)
{
  struct SimSettings settings;
  sim_settings_init (&settings);
  struct Sim *sim = sim_new (name, &settings);
  g_ptr_array_add (fleet->sims, sim);
  add_thing (fleet, sim->name, &sim_thing, sim);
  if (!read_thing (file, group, sim, set_sim, error))
    return FALSE;
  if (*sim->settings.iccid == '\0') {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "a card needs its iccid");
    return FALSE;
  }
  sim->changed = on_changed;
  sim->changed_user = fleet;
  sim->store = fleet->store;
  if (fleet->store != NULL)
    sim_store_recall (fleet->store, sim);
  return TRUE;
}

static gboolean
add_modem (struct Fleet *fleet, GKeyFile *file, const char *group, const char *name, GError **error)
{
  struct ModemSettings settings;
  modem_settings_init (&settings);
  Modem *modem = modem_new (name, &settings, fleet->bus);
  modem->changed = on_changed;
  modem->changed_user = fleet;
  g_ptr_array_add (fleet->modems, modem);
  add_thing (fleet, modem->name, &modem_thing, modem);
  if (!read_thing (file, group, modem, set_modem, error))
    return FALSE;
  struct Sim *sim = *modem->settings.sim != '\0' ? fleet_find_sim (fleet, modem->settings.sim, error) : NULL;
  if (*modem->settings.sim != '\0' &&
      (sim == NULL || !modem_insert (modem, sim, fleet_operator_of (fleet, sim), error)))
    return FALSE;
  return !modem->settings.plugged || modem_plug (modem, NULL, error);
}

// In this order, so that what is named by another group is there already.
static const struct {
  const char *kind;
  gboolean (*add) (struct Fleet *fleet, GKeyFile *file, const char *group, const char *name, GError **error);
} kinds[] = {
    {"tablet", add_tablet},
    {"operator", add_operator},
    {"sim", add_sim},
    {"modem", add_modem},
};

// Adds a group [KIND NAME] of one kind; groups of the other kinds are left for another round.
static gboolean
add_group (struct Fleet *fleet, GKeyFile *file, const char *group, gsize kind, GError **error)
{
  gsize length = strlen (kinds[kind].kind);
  if (strncmp (group, kinds[kind].kind, length) != 0 || group[length] != ' ')
    return TRUE;
  const char *name = group + length + 1;
  if (fleet_thing (fleet, name, NULL) != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "the name %s is taken", name);
  else if (kinds[kind].add (fleet, file, group, name, error))
    return TRUE;
  g_prefix_error (error, "[%s]: ", group);
  return FALSE;
}

static gboolean
group_is_known (const char *group)
{
  if (g_str_equal (group, FLEET_GROUP))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (group, kinds[i].kind) && group[strlen (kinds[i].kind)] == ' ')
      return TRUE;
  return FALSE;
}

// Kind after kind, so that what is named by another group is there already.
static gboolean
add_groups (struct Fleet *fleet, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++) {
    if (group_is_known (groups[i]))
      continue;
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "[%s]: unknown group", groups[i]);
    return FALSE;
  }
  for (gsize kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    for (guint i = 0; groups[i] != NULL; i++)
      if (!add_group (fleet, file, groups[i], kind, error))
        return FALSE;
  return TRUE;
}

static void
free_operator (gpointer memory)
{
  operator_free (memory);
}

static void
free_sim (gpointer memory)
{
  sim_free (memory);
}

static void
free_modem (gpointer memory)
{
  modem_free (memory);
}

// The only key of the group [fleet]: `state_file`, where cards and operators remember what must survive a restart.
static gboolean
read_fleet (struct Fleet *fleet, GKeyFile *file, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, FLEET_GROUP, NULL, NULL);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (!g_str_equal (names[i], STATE_FILE)) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "[" FLEET_GROUP "]: unknown key %s", names[i]);
      return FALSE;
    }
  g_autofree char *path = g_key_file_get_string (file, FLEET_GROUP, STATE_FILE, NULL);
  fleet->store = path != NULL ? sim_store_new (path, error) : NULL;
  return path == NULL || fleet->store != NULL;
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
  fleet->operators = g_ptr_array_new_with_free_func (free_operator);
  fleet->sims = g_ptr_array_new_with_free_func (free_sim);
  fleet->modems = g_ptr_array_new_with_free_func (free_modem);
  fleet->things = g_array_new (FALSE, FALSE, sizeof (struct Thing));
  if (read_fleet (fleet, file, error) && add_groups (fleet, file, error))
    return fleet;
  fleet_free (fleet);
  return NULL;
}

void
fleet_free (struct Fleet *fleet)
{
  if (fleet == NULL)
    return;
  g_array_unref (fleet->things);
  g_ptr_array_unref (fleet->modems);
  g_ptr_array_unref (fleet->sims);
  g_ptr_array_unref (fleet->operators);
  sim_store_free (fleet->store);
  g_ptr_array_unref (fleet->tablets);
  usb_bus_free (fleet->bus);
  g_free (fleet);
}

const struct Thing *
fleet_thing (const struct Fleet *fleet, const char *name, GError **error)
{
  for (guint i = 0; i < fleet->things->len; i++) {
    const struct Thing *thing = &g_array_index (fleet->things, struct Thing, i);
    if (g_str_equal (thing->name, name))
      return thing;
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nothing is named %s", name);
  return NULL;
}

// What has that name and is of that kind; NULL with error.
static gpointer
find_kind (const struct Fleet *fleet, const struct ThingType *type, const char *name, GError **error)
{
  const struct Thing *thing = fleet_thing (fleet, name, NULL);
  if (thing != NULL && thing->type == type)
    return thing->self;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no %s %s", type->kind, name);
  return NULL;
}

struct Sim *
fleet_find_sim (const struct Fleet *fleet, const char *name, GError **error)
{
  return find_kind (fleet, &sim_thing, name, error);
}

Modem *
fleet_find_modem (const struct Fleet *fleet, const char *name, GError **error)
{
  return find_kind (fleet, &modem_thing, name, error);
}

struct Operator *
fleet_operator_of (const struct Fleet *fleet, const struct Sim *sim)
{
  return find_kind (fleet, &operator_thing, sim->settings.operator, NULL);
}

Tablet *
fleet_find (const struct Fleet *fleet, const char *name, GError **error)
{
  return find_kind (fleet, &tablet_thing, name, error);
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

gboolean
fleet_plug_hub (struct Fleet *fleet, const char *hub, gboolean is_in, GError **error)
{
  g_autofree char *below = g_strconcat (hub, ".", NULL);
  guint moved = 0;
  for (guint i = 0; i < fleet->tablets->len; i++) {
    Tablet *tablet = g_ptr_array_index (fleet->tablets, i);
    if (g_str_has_prefix (tablet->settings.port, below) && tablet->plugged != is_in)
      moved += is_in ? tablet_plug (tablet, NULL, error) : tablet_unplug (tablet, error);
  }
  if (moved == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nothing is to be moved below %s", hub);
  return moved > 0;
}
