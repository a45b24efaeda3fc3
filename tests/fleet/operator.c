// The scenario of an operator, beside its settings:
//   ussd #123#=page main        what a code does: "page NAME", "topup" (the code stands where the pattern says CODE), or
//   ussd *124*CODE#=topup       "sms NAME": the page comes as a message
//   page main=Solde {balance}   a text; {balance} {amount} {credit_expiry} {line_expiry} {number}
//   choice main 1=page dates    what is typed on the page; it keeps the session open
//   choice main *=topup         whatever else is typed
//   sms 555 conso=sms main      a message to a short number
//   code 12345678901234=500 30 180   cents, days of credit, days of line
#include "tests/fleet/operator.h"

#include "tests/fleet/keys.h"
#include "tests/fleet/sim_store.h"

#include <gio/gio.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(member) offsetof (struct OperatorSettings, member)

static const struct Key rows[] = {
    {"provider", KEY_TEXT, AT (provider), "20801", NULL},
    {"provider_name", KEY_TEXT, AT (provider_name), "Orange F", NULL},
    {"smsc", KEY_TEXT, AT (smsc), "+33689004000", NULL},
    {"today", KEY_TEXT, AT (today), "", NULL}, // YYYY-MM-DD; "": the clock of the machine
    {"ussd_coding", KEY_CHOICE, AT (ussd_coding), "7bit", "7bit|ucs2|7bit-language|ucs2-language"},
    {"ussd_style", KEY_CHOICE, AT (ussd_style), "response",
     "response|indication|indication-first|terminated-first|unsupported|timeout|silent"},
    {"pads_with_cr", KEY_BOOLEAN, AT (pads_with_cr), "true", NULL},
    {"sms_coding", KEY_CHOICE, AT (sms_coding), "7bit", "7bit|ucs2"},
    {"sms_order", KEY_CHOICE, AT (sms_order), "in-order", "in-order|reversed|shuffled"}, // parts of a long message
    {"wrong_codes_max", KEY_NUMBER, AT (wrong_codes_max), "3", NULL},                    // then every code is refused
    {"ussd_seconds", KEY_SECONDS, AT (ussd_seconds), "0.02", NULL},
    {"ussd_text_seconds", KEY_SECONDS, AT (ussd_text_seconds), "0.05", NULL}, // the text after "terminated"
    {"sms_seconds", KEY_SECONDS, AT (sms_seconds), "0.02", NULL},
};

static const struct Keys keys = {rows, G_N_ELEMENTS (rows)};

// Kinds of lines, and the answers to a recharge with what they say when the scenario does not.
static const char *const line_kinds[] = {"ussd ", "page ", "choice ", "sms ", "code "};

static const struct {
  const char *page, *text;
} defaults[] = {
    {"topup-ok",
     "Rechargement de {amount} EUR effectue. Nouveau solde : {balance} EUR, valable jusqu'au {credit_expiry}."},
    {"topup-used", "Ce code a deja ete utilise."},
    {"topup-wrong", "Code incorrect."},
    {"topup-blocked", "Rechargement bloque apres plusieurs codes faux. Appelez votre service clients."},
    {"unknown", "Code service inconnu."},
    {"sms-notice", "Vous allez recevoir un SMS."},
};

void
operator_settings_init (struct OperatorSettings *settings)
{
  keys_init (&keys, settings);
}

void
operator_settings_clear (struct OperatorSettings *settings)
{
  keys_clear (&keys, settings);
}

gboolean
operator_settings_set (struct OperatorSettings *settings, const char *key, const char *value, GError **error)
{
  return keys_set (&keys, settings, key, value, error);
}

char *
operator_settings_help (void)
{
  return keys_help (&keys);
}

struct Operator *
operator_new (const char *name, struct OperatorSettings *settings)
{
  struct Operator *op = g_new0 (struct Operator, 1);
  op->name = g_strdup (name);
  op->settings = *settings;
  memset (settings, 0, sizeof *settings);
  op->lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  op->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return op;
}

void
operator_free (struct Operator *op)
{
  if (op == NULL)
    return;
  operator_settings_clear (&op->settings);
  g_hash_table_unref (op->lines);
  g_hash_table_unref (op->used);
  g_free (op->name);
  g_free (op);
}

gboolean
operator_add_line (struct Operator *op, const char *key, const char *value, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (line_kinds); i++)
    if (g_str_has_prefix (key, line_kinds[i])) {
      g_hash_table_insert (op->lines, g_strdup (key), g_strdup (value));
      return TRUE;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "unknown key %s", key);
  return FALSE;
}

void
operator_reply_clear (struct OperatorReply *reply)
{
  g_free (reply->text);
  g_free (reply->page);
  g_free (reply->sms);
  memset (reply, 0, sizeof *reply);
}

// ---- dates ----

// FALSE for "" and for what is no date.
static gboolean
parse_date (GDate *date, const char *text)
{
  int year, month, day;
  g_date_clear (date, 1);
  if (sscanf (text, "%4d-%2d-%2d", &year, &month, &day) != 3 ||
      !g_date_valid_dmy ((GDateDay)day, (GDateMonth)month, (GDateYear)year))
    return FALSE;
  g_date_set_dmy (date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
  return TRUE;
}

static void
today_of (const struct Operator *op, GDate *date)
{
  if (parse_date (date, op->settings.today))
    return;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_date_set_dmy (date, (GDateDay)g_date_time_get_day_of_month (now), (GDateMonth)g_date_time_get_month (now),
                  (GDateYear)g_date_time_get_year (now));
}

static gboolean
is_past (const struct Operator *op, const char *expiry)
{
  GDate today, last;
  today_of (op, &today);
  return parse_date (&last, expiry) && g_date_compare (&last, &today) < 0;
}

// The later of what it was and so many days from today; a recharge never shortens.
static void
extend (const struct Operator *op, char **expiry, guint days)
{
  GDate until, old;
  today_of (op, &until);
  g_date_add_days (&until, days);
  if (parse_date (&old, *expiry) && g_date_compare (&old, &until) > 0)
    return;
  g_free (*expiry);
  *expiry =
      g_strdup_printf ("%04u-%02u-%02u", g_date_get_year (&until), g_date_get_month (&until), g_date_get_day (&until));
}

gboolean
operator_admits (const struct Operator *op, const struct Sim *sim)
{
  return !is_past (op, sim->settings.line_expiry);
}

// ---- texts ----

static char *
euros (int cents)
{
  return g_strdup_printf ("%d,%02d", cents / 100, cents % 100);
}

// "2027-03-01" -> "01/03/2027".
static char *
french_date (const char *text)
{
  GDate date;
  if (!parse_date (&date, text))
    return g_strdup ("-");
  return g_strdup_printf ("%02u/%02u/%04u", g_date_get_day (&date), g_date_get_month (&date), g_date_get_year (&date));
}

static const char *
page_text (const struct Operator *op, const char *page)
{
  g_autofree char *key = g_strconcat ("page ", page, NULL);
  const char *text = g_hash_table_lookup (op->lines, key);
  for (gsize i = 0; text == NULL && i < G_N_ELEMENTS (defaults); i++)
    if (g_str_equal (defaults[i].page, page))
      text = defaults[i].text;
  return text != NULL ? text : page;
}

static char *
fill_in (const struct Operator *op, const struct Sim *sim, const char *page, int amount)
{
  g_autofree char *balance = euros (is_past (op, sim->settings.credit_expiry) ? 0 : sim->settings.balance);
  g_autofree char *added = euros (amount);
  g_autofree char *credit = french_date (sim->settings.credit_expiry);
  g_autofree char *line = french_date (sim->settings.line_expiry);
  const struct {
    const char *mark, *value;
  } marks[] = {
      {"{balance}", balance},
      {"{amount}", added},
      {"{credit_expiry}", credit},
      {"{line_expiry}", line},
      {"{number}", sim->settings.numbers},
  };
  GString *text = g_string_new (page_text (op, page));
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    g_string_replace (text, marks[i].mark, marks[i].value, 0);
  return g_string_free (text, FALSE);
}

// ---- recharges ----

static gboolean
code_is_used (const struct Operator *op, const char *code)
{
  return g_hash_table_contains (op->used, code) ||
         (op->store != NULL && sim_store_code_is_used (op->store, op->name, code));
}

// Uses the code up, then credits the account. `value` is the line of the scenario.
static int
credit (struct Operator *op, struct Sim *sim, const char *code, const char *value)
{
  int cents = 0;
  guint credit_days = 0, line_days = 0;
  (void)sscanf (value, "%d %u %u", &cents, &credit_days, &line_days); // what is missing stays 0
  g_hash_table_add (op->used, g_strdup (code));
  if (op->store != NULL)
    sim_store_use_code (op->store, op->name, code);
  struct SimSettings *set = &sim->settings;
  set->balance = (is_past (op, set->credit_expiry) ? 0 : set->balance) + cents;
  extend (op, &set->credit_expiry, credit_days);
  extend (op, &set->line_expiry, line_days);
  set->wrong_codes = 0;
  sim->topups++;
  op->codes_spent++;
  sim_touch (sim);
  return cents;
}

static void
top_up (struct Operator *op, struct Sim *sim, const char *code, struct OperatorReply *reply)
{
  g_autofree char *key = g_strconcat ("code ", code, NULL);
  const char *value = g_hash_table_lookup (op->lines, key);
  const char *page;
  int cents = 0;
  if (sim->settings.wrong_codes >= op->settings.wrong_codes_max) {
    page = "topup-blocked";
  } else if (value == NULL) {
    sim->settings.wrong_codes++;
    sim_touch (sim);
    page = "topup-wrong";
  } else if (code_is_used (op, code)) {
    page = "topup-used";
  } else {
    cents = credit (op, sim, code, value);
    reply->is_charged = TRUE;
    page = "topup-ok";
  }
  op->codes_refused += !reply->is_charged;
  reply->text = fill_in (op, sim, page, cents);
}

// ---- dialogues ----

static gboolean
has_choices (const struct Operator *op, const char *page)
{
  g_autofree char *prefix = g_strdup_printf ("choice %s ", page);
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, op->lines);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_has_prefix (key, prefix))
      return TRUE;
  return FALSE;
}

static void
act (struct Operator *op, struct Sim *sim, const char *action, const char *code, struct OperatorReply *reply)
{
  if (g_str_equal (action, "topup")) {
    top_up (op, sim, code, reply);
  } else if (g_str_has_prefix (action, "page ")) {
    const char *page = action + strlen ("page ");
    reply->text = fill_in (op, sim, page, 0);
    reply->page = has_choices (op, page) ? g_strdup (page) : NULL;
  } else if (g_str_has_prefix (action, "sms ")) {
    reply->text = fill_in (op, sim, "sms-notice", 0);
    reply->sms = fill_in (op, sim, action + strlen ("sms "), 0);
  } else {
    reply->text = g_strdup (action);
  }
}

// Does the pattern "*124*CODE#" fit? Returns what stands for CODE ("" when the pattern has none), or NULL.
static char *
match (const char *pattern, const char *typed)
{
  const char *mark = strstr (pattern, "CODE");
  if (mark == NULL)
    return g_ascii_strcasecmp (pattern, typed) == 0 ? g_strdup ("") : NULL;
  gsize before = (gsize)(mark - pattern);
  const char *after = mark + strlen ("CODE");
  gsize length = strlen (typed);
  if (length <= before + strlen (after) || strncmp (pattern, typed, before) != 0 || !g_str_has_suffix (typed, after))
    return NULL;
  return g_strndup (typed + before, length - before - strlen (after));
}

// The action of the line "PREFIX PATTERN" that fits what was typed, an exact one first; *code is what stands for CODE.
static const char *
find_action (const struct Operator *op, const char *prefix, const char *typed, char **code)
{
  g_autofree char *exact = g_strconcat (prefix, typed, NULL);
  const char *known = g_hash_table_lookup (op->lines, exact);
  if (known != NULL)
    return known;
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, op->lines);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    if (!g_str_has_prefix (key, prefix))
      continue;
    *code = match ((const char *)key + strlen (prefix), typed);
    if (*code != NULL)
      return value;
  }
  return NULL;
}

void
operator_ussd (struct Operator *op, struct Sim *sim, const char *page, const char *typed, struct OperatorReply *reply)
{
  memset (reply, 0, sizeof *reply);
  op->asked++;
  sim->ussd_asked++;
  g_autofree char *prefix = page != NULL ? g_strdup_printf ("choice %s ", page) : g_strdup ("ussd ");
  g_autofree char *any = g_strconcat (prefix, "*", NULL);
  g_autofree char *code = NULL;
  const char *action = find_action (op, prefix, typed, &code);
  if (action == NULL && page != NULL)
    action = g_hash_table_lookup (op->lines, any);
  act (op, sim, action != NULL ? action : "page unknown", code != NULL && *code != '\0' ? code : typed, reply);
}

void
operator_push (struct Operator *op, struct Sim *sim, const char *text, struct OperatorReply *reply)
{
  memset (reply, 0, sizeof *reply);
  if (g_str_has_prefix (text, "page "))
    act (op, sim, text, "", reply);
  else
    reply->text = g_strdup (text);
}

void
operator_sms (struct Operator *op, struct Sim *sim, const char *to, const char *text, struct OperatorReply *reply)
{
  memset (reply, 0, sizeof *reply);
  sim->sms_sent++;
  g_autofree char *prefix = g_strdup_printf ("sms %s ", to);
  g_autofree char *code = NULL;
  const char *action = find_action (op, prefix, text, &code);
  if (action == NULL)
    return;
  act (op, sim, action, code, reply);
  if (reply->sms == NULL)
    reply->sms = g_steal_pointer (&reply->text); // the answer to a message is a message
  g_clear_pointer (&reply->page, g_free);
}

guint8
operator_ussd_scheme (const struct Operator *op)
{
  static const guint8 schemes[] = {
      [USSD_7BIT] = 0x0f, [USSD_UCS2] = 0x48, [USSD_7BIT_LANGUAGE] = 0x10, [USSD_UCS2_LANGUAGE] = 0x11};
  return schemes[op->settings.ussd_coding];
}

char *
operator_value (const struct Operator *op, const char *key)
{
  const struct {
    const char *name;
    guint value;
  } counts[] = {{"asked", op->asked}, {"codes_spent", op->codes_spent}, {"codes_refused", op->codes_refused}};
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    if (g_str_equal (counts[i].name, key))
      return g_strdup_printf ("%u", counts[i].value);
  return NULL;
}

char *
operator_state (const struct Operator *op)
{
  return g_strdup_printf ("asked=%u codes_spent=%u codes_refused=%u", op->asked, op->codes_spent, op->codes_refused);
}
