// One group a card, named by its ICCID, and one a operator for its used codes.
#include "tests/fleet/sim_store.h"

#include "tests/fleet/sim.h"

#include <gio/gio.h>

struct SimStore {
  char *path;
  GKeyFile *file;
};

// What is remembered of a card: the keys of the scenario that change by themselves.
static const char *const kept_numbers[] = {"pin_left", "puk_left", "balance", "wrong_codes", "contacts"};

struct SimStore *
sim_store_new (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) wrong = NULL;
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &wrong) &&
      !g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return NULL;
  }
  struct SimStore *store = g_new (struct SimStore, 1);
  *store = (struct SimStore){g_strdup (path), g_steal_pointer (&file)};
  return store;
}

void
sim_store_free (struct SimStore *store)
{
  if (store == NULL)
    return;
  g_key_file_unref (store->file);
  g_free (store->path);
  g_free (store);
}

static void
save (struct SimStore *store)
{
  g_autoptr (GError) error = NULL;
  if (!g_key_file_save_to_file (store->file, store->path, &error))
    g_error ("%s: %s", store->path, error->message);
}

void
sim_store_recall (struct SimStore *store, struct Sim *sim)
{
  const char *group = sim->settings.iccid;
  g_auto (GStrv) names = g_key_file_get_keys (store->file, group, NULL, NULL);
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    g_autofree char *value = g_key_file_get_string (store->file, group, names[i], NULL);
    g_autoptr (GError) error = NULL;
    if (value == NULL || !sim_settings_set (&sim->settings, names[i], value, &error))
      g_warning ("%s: [%s] %s: %s", store->path, group, names[i], error != NULL ? error->message : "no text");
  }
}

void
sim_store_keep (struct SimStore *store, const struct Sim *sim)
{
  const struct SimSettings *set = &sim->settings;
  for (gsize i = 0; i < G_N_ELEMENTS (kept_numbers); i++) {
    g_autofree char *value = sim_value (sim, kept_numbers[i]);
    g_key_file_set_string (store->file, set->iccid, kept_numbers[i], value);
  }
  g_key_file_set_string (store->file, set->iccid, "pin", set->pin);
  g_key_file_set_string (store->file, set->iccid, "pin_enabled", set->pin_enabled ? "true" : "false");
  g_key_file_set_string (store->file, set->iccid, "credit_expiry", set->credit_expiry);
  g_key_file_set_string (store->file, set->iccid, "line_expiry", set->line_expiry);
  save (store);
}

static char *
code_group (const char *operator)
{
  return g_strdup_printf ("used codes of %s", operator);
}

void
sim_store_use_code (struct SimStore *store, const char *operator, const char * code)
{
  g_autofree char *group = code_group (operator);
  g_key_file_set_boolean (store->file, group, code, TRUE);
  save (store);
}

gboolean
sim_store_code_is_used (struct SimStore *store, const char *operator, const char * code)
{
  g_autofree char *group = code_group (operator);
  return g_key_file_get_boolean (store->file, group, code, NULL);
}
