// One row per command: its name, how many words follow, what it does, its help.
#include "tests/fleet/commands.h"

#include "tests/fleet/tradein.h"

#include <gio/gio.h>
#include <string.h>

#define WORDS_MAX 8

// Returns what follows "ok" (may be "") or NULL with error. words[0] is the command.
typedef char *(*Act) (struct Fleet *fleet, char **words, GError **error);

static char *
done (gboolean is_good)
{
  return is_good ? g_strdup ("") : NULL;
}

static gboolean
is_able (const struct Thing *thing, gboolean able, GError **error)
{
  if (!able)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "no %s can do that", thing->type->kind);
  return able;
}

static char *
act_plug (struct Fleet *fleet, char **words, GError **error)
{
  const struct Thing *thing = fleet_thing (fleet, words[1], error);
  if (thing == NULL || !is_able (thing, thing->type->plug != NULL, error))
    return NULL;
  return done (thing->type->plug (thing->self, words[2], error));
}

static char *
act_unplug (struct Fleet *fleet, char **words, GError **error)
{
  const struct Thing *thing = fleet_thing (fleet, words[1], error);
  if (thing == NULL || !is_able (thing, thing->type->unplug != NULL, error))
    return NULL;
  return done (thing->type->unplug (thing->self, error));
}

static char *
act_allow (struct Fleet *fleet, char **words, GError **error)
{
  Tablet *tablet = fleet_find (fleet, words[1], error);
  return done (tablet != NULL && tablet_tap (tablet, TRUE, error));
}

static char *
act_deny (struct Fleet *fleet, char **words, GError **error)
{
  Tablet *tablet = fleet_find (fleet, words[1], error);
  return done (tablet != NULL && tablet_tap (tablet, FALSE, error));
}

// "NAME key=value"; a value may hold spaces.
static char *
act_set (struct Fleet *fleet, char **words, GError **error)
{
  const struct Thing *thing = fleet_thing (fleet, words[1], error);
  g_autofree char *rest = g_strjoinv (" ", words + 2);
  char *equals = strchr (rest, '=');
  if (thing == NULL)
    return NULL;
  if (equals == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "key=value is needed");
    return NULL;
  }
  *equals = '\0';
  return done (thing->type->set (thing->self, rest, equals + 1, error));
}

static char *
act_fail (struct Fleet *fleet, char **words, GError **error)
{
  const struct Thing *thing = fleet_thing (fleet, words[1], error);
  if (thing == NULL || !is_able (thing, thing->type->arm != NULL, error))
    return NULL;
  return done (thing->type->arm (thing->self, words[2], error));
}

static char *
act_state (struct Fleet *fleet, char **words, GError **error)
{
  const struct Thing *thing = fleet_thing (fleet, words[1], error);
  return thing != NULL ? thing->type->state (thing->self) : NULL;
}

static char *
act_human (struct Fleet *fleet, char **words, GError **error)
{
  Tablet *tablet = fleet_find (fleet, words[1], error);
  return done (tablet != NULL && tablet_human (tablet, words[2], error));
}

static char *
act_swap (struct Fleet *fleet, char **words, GError **error)
{
  Tablet *one = fleet_find (fleet, words[1], error);
  Tablet *other = one != NULL ? fleet_find (fleet, words[2], error) : NULL;
  return done (other != NULL && fleet_swap (one, other, error));
}

static char *
act_hub (struct Fleet *fleet, char **words, GError **error)
{
  gboolean is_in = g_str_equal (words[2], "in");
  if (is_in || g_str_equal (words[2], "out"))
    return done (fleet_plug_hub (fleet, words[1], is_in, error));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "in or out is needed");
  return NULL;
}

static char *
act_insert (struct Fleet *fleet, char **words, GError **error)
{
  Modem *modem = fleet_find_modem (fleet, words[1], error);
  struct Sim *sim = modem != NULL ? fleet_find_sim (fleet, words[2], error) : NULL;
  return done (sim != NULL && modem_insert (modem, sim, fleet_operator_of (fleet, sim), error));
}

static char *
act_eject (struct Fleet *fleet, char **words, GError **error)
{
  Modem *modem = fleet_find_modem (fleet, words[1], error);
  return done (modem != NULL && modem_eject (modem, error));
}

static char *
act_restart (struct Fleet *fleet, char **words, GError **error)
{
  Modem *modem = fleet_find_modem (fleet, words[1], error);
  if (modem != NULL)
    modem_restart (modem);
  return done (modem != NULL);
}

static char *
send_message (struct Fleet *fleet, char **words, gboolean is_flash, GError **error)
{
  struct Sim *sim = fleet_find_sim (fleet, words[1], error);
  if (sim == NULL)
    return NULL;
  const struct Operator *op = fleet_operator_of (fleet, sim);
  if (op == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the card has no operator");
    return NULL;
  }
  g_autofree char *text = g_strjoinv (" ", words + 3);
  modem_send_to_card (sim, op, words[2], text, is_flash);
  return done (TRUE);
}

static char *
act_sms (struct Fleet *fleet, char **words, GError **error)
{
  return send_message (fleet, words, FALSE, error);
}

static char *
act_flash (struct Fleet *fleet, char **words, GError **error)
{
  return send_message (fleet, words, TRUE, error);
}

static char *
act_ussd (struct Fleet *fleet, char **words, GError **error)
{
  Modem *modem = fleet_find_modem (fleet, words[1], error);
  g_autofree char *text = g_strjoinv (" ", words + 2);
  return done (modem != NULL && modem_push_ussd (modem, text, error));
}

static char *
act_list (struct Fleet *fleet, char **words, GError **error)
{
  (void)words; // nothing to choose
  (void)error; // cannot fail
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < fleet->things->len; i++) {
    const struct Thing *thing = &g_array_index (fleet->things, struct Thing, i);
    g_autofree char *place = thing->type->place != NULL ? thing->type->place (thing->self) : NULL;
    if (place != NULL)
      g_string_append_printf (text, "%s%s=%s", text->len > 0 ? " " : "", thing->name, place);
  }
  return g_string_free (text, FALSE);
}

// What a host pins to trust the attestations of this fleet.
static char *
act_root (struct Fleet *fleet, char **words, GError **error)
{
  (void)fleet; // the same for all
  (void)words;
  (void)error;
  return tradein_root ();
}

static char *act_help (struct Fleet *fleet, char **words, GError **error);

static const struct {
  const char *name;
  guint least, most; // words after the name
  Act act;
  const char *help;
} rows[] = {
    {"plug", 1, 2, act_plug, "plug NAME [PORT]"},
    {"unplug", 1, 1, act_unplug, "unplug NAME"},
    {"allow", 1, 1, act_allow, "allow NAME"},
    {"deny", 1, 1, act_deny, "deny NAME"},
    {"set", 2, WORDS_MAX, act_set, "set NAME key=value"},
    {"rename", 2, 2, act_set, "rename NAME serial=SERIAL"},
    {"fail", 2, 2, act_fail, "fail NAME STEP"},
    {"state", 1, 1, act_state, "state NAME"},
    {"human", 2, 2, act_human,
     "human NAME settings-reset|recovery-wipe|bootloader|reboot|power-on|setup|unlock-screen|revoke-keys|replay-on"},
    {"swap", 2, 2, act_swap, "swap NAME NAME"},
    {"hub", 2, 2, act_hub, "hub PORT in|out"},
    {"insert", 2, 2, act_insert, "insert MODEM SIM"},
    {"eject", 1, 1, act_eject, "eject MODEM"},
    {"restart", 1, 1, act_restart, "restart MODEM"},
    {"sms", 3, WORDS_MAX, act_sms, "sms SIM FROM TEXT"},
    {"flash", 3, WORDS_MAX, act_flash, "flash SIM FROM TEXT"},
    {"ussd", 2, WORDS_MAX, act_ussd, "ussd MODEM TEXT|page NAME"},
    {"list", 0, 0, act_list, "list"},
    {"root", 0, 0, act_root, "root"},
    {"help", 0, 0, act_help, "help"},
};

static char *
act_help (struct Fleet *fleet, char **words, GError **error)
{
  (void)fleet; // the same for all
  (void)words;
  (void)error;
  GString *text = g_string_new ("commands:");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_string_append_printf (text, " %s;", rows[i].help);
  g_autofree char *faults = tablet_faults_help ();
  g_autofree char *keys = settings_help ();
  g_autofree char *modem_faults = modem_faults_help ();
  g_autofree char *modem_keys = modem_settings_help ();
  g_autofree char *sim_keys = sim_settings_help ();
  g_autofree char *operator_keys = operator_settings_help ();
  g_string_append_printf (text, " wait NAME key=value SECONDS; quit; steps: %s; keys: %s", faults, keys);
  g_string_append_printf (text, "; modem steps: %s; modem keys: %s; sim keys: %s; operator keys: %s", modem_faults,
                          modem_keys, sim_keys, operator_keys);
  return g_string_free (text, FALSE);
}

static char *
run_words (struct Fleet *fleet, char **words, GError **error)
{
  guint count = g_strv_length (words) - 1;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (!g_str_equal (rows[i].name, words[0]))
      continue;
    if (count >= rows[i].least && count <= rows[i].most)
      return rows[i].act (fleet, words, error);
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "usage: %s", rows[i].help);
    return NULL;
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "unknown command %s", words[0]);
  return NULL;
}

char *
commands_run (struct Fleet *fleet, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (*line != '\0' ? line : " ", " ", WORDS_MAX + 1);
  g_autofree char *said = run_words (fleet, words, &error);
  if (said == NULL)
    return g_strdup_printf ("error %s", error->message);
  return g_strdup_printf ("ok%s%s", *said != '\0' ? " " : "", said);
}
