// The card. Every count goes to the store (sim_store.c) before the answer goes to the modem, so that neither a reinsertion nor a
// restart of the fleet gives attempts back.
#include "tests/fleet/sim.h"

#include "tests/fleet/keys.h"
#include "tests/fleet/sim_store.h"

#include <stddef.h>
#include <string.h>

#define PIN_TRIES 3
#define PUK_TRIES 10

#define AT(member) offsetof (struct SimSettings, member)

static const struct Key rows[] = {
    {"iccid", KEY_TEXT, AT (iccid), "", NULL},
    {"iccid_form", KEY_CHOICE, AT (iccid_form), "plain", "plain|upper-f|lower-f|swapped"},
    {"imsi", KEY_TEXT, AT (imsi), "", NULL},
    {"numbers", KEY_TEXT, AT (numbers), "", NULL}, // separated by commas
    {"operator", KEY_TEXT, AT (operator), "", NULL},
    {"spn", KEY_TEXT, AT (spn), "", NULL},   // name of the operator in the card, at most 16 letters
    {"gid1", KEY_TEXT, AT (gid1), "", NULL}, // hexadecimal
    {"pin", KEY_TEXT, AT (pin), "1234", NULL},
    {"puk", KEY_TEXT, AT (puk), "12345678", NULL},
    {"pin_enabled", KEY_BOOLEAN, AT (pin_enabled), "false", NULL},
    {"pin_left", KEY_NUMBER, AT (pin_left), "3", NULL},
    {"puk_left", KEY_NUMBER, AT (puk_left), "10", NULL},
    {"bad", KEY_BOOLEAN, AT (bad), "false", NULL},         // the modem cannot read it
    {"protect", KEY_BOOLEAN, AT (protect), "false", NULL}, // "do not display my identifiers"
    {"balance", KEY_NUMBER, AT (balance), "0", NULL},      // cents
    {"credit_expiry", KEY_TEXT, AT (credit_expiry), "", NULL},
    {"line_expiry", KEY_TEXT, AT (line_expiry), "", NULL},
    {"wrong_codes", KEY_NUMBER, AT (wrong_codes), "0", NULL},
    {"sms_max", KEY_NUMBER, AT (sms_max), "20", NULL},
    {"contacts", KEY_NUMBER, AT (contacts), "0", NULL},
};

static const struct Keys keys = {rows, G_N_ELEMENTS (rows)};

void
sim_settings_init (struct SimSettings *settings)
{
  keys_init (&keys, settings);
}

void
sim_settings_clear (struct SimSettings *settings)
{
  keys_clear (&keys, settings);
}

gboolean
sim_settings_set (struct SimSettings *settings, const char *key, const char *value, GError **error)
{
  return keys_set (&keys, settings, key, value, error);
}

char *
sim_settings_help (void)
{
  return keys_help (&keys);
}

static void
message_free (gpointer memory)
{
  struct SimMessage *message = memory;
  g_bytes_unref (message->pdu);
  g_free (message);
}

static void
bytes_free (gpointer bytes)
{
  g_bytes_unref (bytes);
}

struct Sim *
sim_new (const char *name, struct SimSettings *settings)
{
  struct Sim *sim = g_new0 (struct Sim, 1);
  sim->name = g_strdup (name);
  sim->settings = *settings;
  memset (settings, 0, sizeof *settings);
  sim->messages = g_ptr_array_new_with_free_func (message_free);
  g_queue_init (&sim->waiting);
  return sim;
}

void
sim_free (struct Sim *sim)
{
  if (sim == NULL)
    return;
  sim_settings_clear (&sim->settings);
  g_ptr_array_unref (sim->messages);
  g_clear_pointer (&sim->incoming, g_ptr_array_unref);
  g_queue_clear_full (&sim->waiting, bytes_free);
  g_free (sim->name);
  g_free (sim);
}

// "893301..." -> "983310...": the order of the nibbles on the card itself.
static char *
swapped (const char *iccid)
{
  GString *text = g_string_new (iccid);
  if (text->len % 2 != 0)
    g_string_append_c (text, 'F');
  for (gsize i = 0; i + 1 < text->len; i += 2) {
    char first = text->str[i];
    text->str[i] = text->str[i + 1];
    text->str[i + 1] = first;
  }
  return g_string_free (text, FALSE);
}

char *
sim_iccid_raw (const struct Sim *sim)
{
  switch ((enum IccidForm)sim->settings.iccid_form) {
  case ICCID_PLAIN:
    return g_strdup (sim->settings.iccid);
  case ICCID_UPPER_F:
    return g_strconcat (sim->settings.iccid, "F", NULL);
  case ICCID_LOWER_F:
    return g_strconcat (sim->settings.iccid, "f", NULL);
  case ICCID_SWAPPED:
    return swapped (sim->settings.iccid);
  }
  g_assert_not_reached ();
}

// ---- PIN and PUK ----

gboolean
sim_is_pin_blocked (const struct Sim *sim)
{
  return sim->settings.pin_left == 0;
}

gboolean
sim_is_dead (const struct Sim *sim)
{
  return sim->settings.bad || sim->settings.puk_left == 0;
}

void
sim_touch (struct Sim *sim)
{
  if (sim->store != NULL)
    sim_store_keep (sim->store, sim);
  if (sim->changed != NULL)
    sim->changed (sim->changed_user);
}

static gboolean
are_digits (const char *text, gsize least, gsize most)
{
  gsize length = strlen (text);
  return length >= least && length <= most && strspn (text, "0123456789") == length;
}

enum SimVerdict
sim_verify_pin (struct Sim *sim, const char *pin)
{
  struct SimSettings *set = &sim->settings;
  if (!are_digits (pin, 4, 8))
    return SIM_MALFORMED;
  sim->pin_tries++;
  if (sim_is_pin_blocked (sim)) {
    sim_touch (sim);
    return SIM_BLOCKED;
  }
  gboolean is_right = g_str_equal (pin, set->pin);
  set->pin_left = is_right ? PIN_TRIES : set->pin_left - 1;
  sim->pin_wrong += !is_right;
  sim_touch (sim);
  if (is_right)
    return SIM_RIGHT;
  return sim_is_pin_blocked (sim) ? SIM_BLOCKED : SIM_WRONG;
}

enum SimVerdict
sim_unblock (struct Sim *sim, const char *puk, const char *new_pin)
{
  struct SimSettings *set = &sim->settings;
  if (!are_digits (puk, 8, 8) || !are_digits (new_pin, 4, 8))
    return SIM_MALFORMED;
  sim->puk_tries++;
  if (sim_is_dead (sim)) {
    sim_touch (sim);
    return SIM_BLOCKED;
  }
  gboolean is_right = g_str_equal (puk, set->puk);
  set->puk_left = is_right ? PUK_TRIES : set->puk_left - 1;
  sim->puk_wrong += !is_right;
  if (is_right) {
    g_free (set->pin);
    set->pin = g_strdup (new_pin);
    set->pin_left = PIN_TRIES;
    set->pin_enabled = TRUE; // unblocking switches it on
  }
  sim_touch (sim);
  if (is_right)
    return SIM_RIGHT;
  return sim_is_dead (sim) ? SIM_BLOCKED : SIM_WRONG;
}

enum SimVerdict
sim_change_pin (struct Sim *sim, const char *new_pin)
{
  if (!are_digits (new_pin, 4, 8))
    return SIM_MALFORMED;
  g_free (sim->settings.pin);
  sim->settings.pin = g_strdup (new_pin);
  sim_touch (sim);
  return SIM_RIGHT;
}

void
sim_enable_pin (struct Sim *sim, gboolean is_enabled)
{
  sim->settings.pin_enabled = is_enabled;
  sim_touch (sim);
}

// ---- messages ----

struct SimMessage *
sim_message (const struct Sim *sim, guint index)
{
  for (guint i = 0; i < sim->messages->len; i++) {
    struct SimMessage *message = sim->messages->pdata[i];
    if (message->index == index)
      return message;
  }
  return NULL;
}

static guint
place_of (const struct Sim *sim, guint index)
{
  guint place = 0;
  while (place < sim->messages->len && ((struct SimMessage *)sim->messages->pdata[place])->index < index)
    place++;
  return place;
}

const struct SimMessage *
sim_add_message (struct Sim *sim, GBytes *pdu, guint status)
{
  guint index = 1;
  while (sim_message (sim, index) != NULL)
    index++;
  if (index > (guint)sim->settings.sms_max)
    return NULL;
  struct SimMessage *message = g_new (struct SimMessage, 1);
  *message = (struct SimMessage){index, status, g_bytes_ref (pdu)};
  g_ptr_array_insert (sim->messages, (gint)place_of (sim, index), message);
  sim_touch (sim);
  return message;
}

guint
sim_remove_messages (struct Sim *sim, gboolean (*is_gone) (const struct SimMessage *message, gconstpointer argument),
                     gconstpointer argument)
{
  guint before = sim->messages->len;
  for (guint i = before; i > 0; i--)
    if (is_gone (sim->messages->pdata[i - 1], argument))
      g_ptr_array_remove_index (sim->messages, i - 1);
  sim_touch (sim);
  return before - sim->messages->len;
}

// ---- the truth ----

static const struct {
  const char *name;
  gsize offset; // of a guint in struct Sim, or of an int in its settings
} counts[] = {
    {"pin_enabled", offsetof (struct Sim, settings.pin_enabled)},
    {"pin_left", offsetof (struct Sim, settings.pin_left)},
    {"puk_left", offsetof (struct Sim, settings.puk_left)},
    {"pin_tries", offsetof (struct Sim, pin_tries)},
    {"pin_wrong", offsetof (struct Sim, pin_wrong)},
    {"puk_tries", offsetof (struct Sim, puk_tries)},
    {"puk_wrong", offsetof (struct Sim, puk_wrong)},
    {"balance", offsetof (struct Sim, settings.balance)},
    {"wrong_codes", offsetof (struct Sim, settings.wrong_codes)},
    {"contacts", offsetof (struct Sim, settings.contacts)},
    {"topups", offsetof (struct Sim, topups)},
    {"sms_sent", offsetof (struct Sim, sms_sent)},
    {"ussd_asked", offsetof (struct Sim, ussd_asked)},
};

static const struct {
  const char *name;
  gsize offset; // of a text in struct Sim
} texts[] = {
    {"iccid", offsetof (struct Sim, settings.iccid)},
    {"credit_expiry", offsetof (struct Sim, settings.credit_expiry)},
    {"line_expiry", offsetof (struct Sim, settings.line_expiry)},
};

char *
sim_value (const struct Sim *sim, const char *key)
{
  if (g_str_equal (key, "messages"))
    return g_strdup_printf ("%u", sim->messages->len);
  if (g_str_equal (key, "waiting"))
    return g_strdup_printf ("%u", g_queue_get_length ((GQueue *)&sim->waiting)); // only counts
  if (g_str_equal (key, "inserted"))
    return g_strdup (sim->modem != NULL ? "1" : "0");
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    if (g_str_equal (counts[i].name, key))
      return g_strdup_printf ("%u", G_STRUCT_MEMBER (guint, sim, counts[i].offset));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].name, key))
      return g_strdup (G_STRUCT_MEMBER (char *, sim, texts[i].offset));
  return NULL;
}

static void
append_value (GString *text, const struct Sim *sim, const char *key)
{
  g_autofree char *value = sim_value (sim, key);
  g_string_append_printf (text, " %s=%s", key, value);
}

char *
sim_state (const struct Sim *sim)
{
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "inserted=%d", sim->modem != NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    append_value (text, sim, texts[i].name);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    append_value (text, sim, counts[i].name);
  append_value (text, sim, "messages");
  append_value (text, sim, "waiting");
  return g_string_free (text, FALSE);
}
