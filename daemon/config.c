/* Reading the configuration file. One row per key. */
#include "daemon/config.h"
#include <math.h>
#include <string.h>

#define DEFAULT_ZONE "Europe/Paris"
#define DAY_MS       (24 * 60 * 60 * 1000)

typedef gboolean (*Setter) (Config *config, const char *text, gsize offset, GError **error);

static gboolean
set_text (Config *config, const char *text, gsize offset, GError **error)
{
  char **field = &G_STRUCT_MEMBER (char *, config, offset);
  (void)error; /* any text will do */
  g_free (*field);
  *field = g_strdup (text);
  return TRUE;
}

/* An absolute path; nothing for none. */
static gboolean
set_folder (Config *config, const char *text, gsize offset, GError **error)
{
  if (*text == '\0')
    return TRUE;
  if (g_path_is_absolute (text))
    return set_text (config, text, offset, error);
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "\"%s\" does not begin with /", text);
  return FALSE;
}

static gboolean
set_seconds (Config *config, const char *text, gsize offset, GError **error)
{
  char *end;
  double seconds = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (seconds) || seconds <= 0 || seconds > 86400) {
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "\"%s\" is no number of seconds (0 to 86400)",
                 text);
    return FALSE;
  }
  G_STRUCT_MEMBER (guint, config, offset) = (guint)lround (seconds * 1000);
  return TRUE;
}

static gboolean
set_zone (Config *config, const char *text, gsize offset, GError **error)
{
  GTimeZone *zone = g_time_zone_new_identifier (text);
  (void)offset;
  if (zone == NULL) {
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                 "the time zone \"%s\" is not known here (package tzdata?)", text);
    return FALSE;
  }
  g_clear_pointer (&config->calendar.zone, g_time_zone_unref);
  config->calendar.zone = zone;
  return TRUE;
}

static gboolean
set_weekdays (Config *config, const char *text, gsize offset, GError **error)
{
  static const char *const names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  g_auto (GStrv) words = g_strsplit (text, ";", -1);
  guint closed = 0;
  (void)offset;
  for (guint i = 0; words[i] != NULL; i++) {
    const char *word = g_strstrip (words[i]);
    guint day = 0;
    while (day < G_N_ELEMENTS (names) && !g_str_equal (word, names[day]))
      day++;
    if (day < G_N_ELEMENTS (names))
      closed |= 1u << (day + 1);
    else if (*word != '\0') {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "\"%s\" is no weekday (monday;sunday)",
                   word);
      return FALSE;
    }
  }
  config->calendar.closed_weekdays = closed;
  return TRUE;
}

static gboolean
set_truth (Config *config, const char *text, gsize offset, GError **error)
{
  if (!g_str_equal (text, "true") && !g_str_equal (text, "false")) {
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "\"%s\" is neither true nor false", text);
    return FALSE;
  }
  G_STRUCT_MEMBER (gboolean, config, offset) = g_str_equal (text, "true");
  return TRUE;
}

static gboolean
set_closed_days (Config *config, const char *text, gsize offset, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ";", -1);
  g_autofree Day *days = g_new0 (Day, g_strv_length (words) + 1);
  gsize n = 0;
  (void)offset;
  for (guint i = 0; words[i] != NULL; i++)
    if (*g_strstrip (words[i]) != '\0' && !day_parse (words[i], &days[n++], error))
      return FALSE;
  g_free (config->closed_days);
  config->closed_days = g_steal_pointer (&days);
  config->calendar.closed_days = config->closed_days;
  config->calendar.n_closed_days = n;
  return TRUE;
}

#define FLAGS_MAX     7                  /* of DevicePolicyManager.wipeDevice: 1, 2 and 4 */
#define APK_MAX_BYTES (16 * 1024 * 1024) /* held in memory, sent through the main loop */

static gboolean
set_flags (Config *config, const char *text, gsize offset, GError **error)
{
  guint64 flags;
  if (!g_ascii_string_to_unsigned (text, 10, 0, FLAGS_MAX, &flags, error))
    return FALSE;
  G_STRUCT_MEMBER (int, config, offset) = (int)flags;
  return TRUE;
}

/* What is empty is not there. */
static gboolean
set_app_text (Config *config, const char *text, gsize offset, GError **error)
{
  return *text == '\0' || set_text (config, text, offset, error);
}

/* Read at start: the main loop never waits for a disk. */
static gboolean
set_apk (Config *config, const char *text, gsize offset, GError **error)
{
  gsize n;
  g_autofree char *bytes = NULL;
  if (*text == '\0')
    return TRUE;
  if (!g_file_get_contents (text, &bytes, &n, error))
    return FALSE;
  if (n == 0 || n > APK_MAX_BYTES) {
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "%s is empty or larger than 16 MiB", text);
    return FALSE;
  }
  GBytes **field = &G_STRUCT_MEMBER (GBytes *, config, offset);
  g_clear_pointer (field, g_bytes_unref);
  *field = g_bytes_new_take (g_steal_pointer (&bytes), n);
  return TRUE;
}

#define FINGERPRINT_LETTERS 64 /* SHA-256 in hex */

static gboolean
set_fingerprints (Config *config, const char *text, gsize offset, GError **error)
{
  static const char letters[] = "0123456789abcdefABCDEF";
  g_auto (GStrv) words = g_strsplit_set (text, "; ", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (guint i = 0; words[i] != NULL; i++) {
    if (*words[i] == '\0')
      continue;
    if (strlen (words[i]) != FINGERPRINT_LETTERS || strspn (words[i], letters) != FINGERPRINT_LETTERS) {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "\"%s\" is no SHA-256 in hexadecimal",
                   words[i]);
      return FALSE;
    }
    g_strv_builder_add (builder, words[i]);
  }
  g_strfreev (G_STRUCT_MEMBER (GStrv, config, offset));
  G_STRUCT_MEMBER (GStrv, config, offset) = g_strv_builder_end (builder);
  return TRUE;
}

/* "30,00": euros. */
static gboolean
set_money (Config *config, const char *text, gsize offset, GError **error)
{
  if (money_parse (text, &G_STRUCT_MEMBER (Money, config, offset)) == MONEY_OK)
    return TRUE;
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "\"%s\" is no amount (30,00)", text);
  return FALSE;
}

static gboolean
set_months (Config *config, const char *text, gsize offset, GError **error)
{
  gint64 months;
  if (!g_ascii_string_to_signed (text, 10, 0, 600, &months, NULL)) {
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "\"%s\" is no number of months (0 to 600)",
                 text);
    return FALSE;
  }
  G_STRUCT_MEMBER (int, config, offset) = (int)months;
  return TRUE;
}

#define TIMEOUT(field) G_STRUCT_OFFSET (Config, timeouts.field)
#define APP(field)     G_STRUCT_OFFSET (Config, strategies.field)
static const struct {
  const char *group, *key;
  Setter set;
  gsize offset;
} rows[] = {
    {"site", "owner_line", set_text, G_STRUCT_OFFSET (Config, owner_line)},
    {"site", "label_host", set_text, G_STRUCT_OFFSET (Config, label_host)},
    {"site", "time_zone", set_zone, 0},
    {"site", "closed_weekdays", set_weekdays, 0},
    {"site", "french_holidays", set_truth, G_STRUCT_OFFSET (Config, calendar.french_holidays)},
    {"site", "closed_days", set_closed_days, 0},
    {"daemon", "state_dir", set_text, G_STRUCT_OFFSET (Config, state_dir)},
    {"daemon", "database", set_text, G_STRUCT_OFFSET (Config, database)},
    {"daemon", "site", set_text, G_STRUCT_OFFSET (Config, site)},
    {"daemon", "socket", set_text, G_STRUCT_OFFSET (Config, socket)},
    {"daemon", "copy_to", set_folder, G_STRUCT_OFFSET (Config, copy_to)},
    {"daemon", "key_file", set_text, G_STRUCT_OFFSET (Config, key_file)},
    {"daemon", "dialogues_dir", set_text, G_STRUCT_OFFSET (Config, dialogues_dir)},
    {"daemon", "offers_dir", set_text, G_STRUCT_OFFSET (Config, offers_dir)},
    {"daemon", "check_s", set_seconds, G_STRUCT_OFFSET (Config, check_ms)},
    {"recharge", "month_cap", set_money, G_STRUCT_OFFSET (Config, recharge.month_cap)},
    {"recharge", "window_months", set_months, G_STRUCT_OFFSET (Config, recharge.window_months)},
    {"register", "statement_deadline_s", set_seconds, G_STRUCT_OFFSET (Config, statement_deadline_ms)},
    {"bench", "tap_s", set_seconds, TIMEOUT (tap_ms)},
    {"bench", "probe_s", set_seconds, TIMEOUT (probe_ms)},
    {"bench", "leave_s", set_seconds, TIMEOUT (leave_ms)},
    {"bench", "human_s", set_seconds, TIMEOUT (human_ms)},
    {"bench", "return_s", set_seconds, TIMEOUT (return_ms)},
    {"bench", "settle_s", set_seconds, TIMEOUT (settle_ms)},
    {"bench", "samsung_at", set_truth, G_STRUCT_OFFSET (Config, samsung_at)},
    {"bench", "modems", set_truth, G_STRUCT_OFFSET (Config, modems)},
    {"bench", "operator_s", set_seconds, G_STRUCT_OFFSET (Config, operator_ms)},
    {"bench", "modem_socket", set_text, G_STRUCT_OFFSET (Config, modem_socket)},
    {"bench", "reset_screens", set_text, G_STRUCT_OFFSET (Config, reset_screens)},
    {"owner", "component", set_app_text, APP (owner.component)},
    {"owner", "command", set_app_text, APP (owner.command)},
    {"owner", "says", set_app_text, APP (owner.says)},
    {"owner", "flags", set_flags, APP (owner.flags)},
    {"owner", "apk", set_apk, APP (owner.apk)},
    {"helper", "component", set_app_text, APP (helper.component)},
    {"helper", "command", set_app_text, APP (helper.command)},
    {"helper", "says", set_app_text, APP (helper.says)},
    {"helper", "flags", set_flags, APP (helper.flags)},
    {"helper", "apk", set_apk, APP (helper.apk)},
    {"bench", "attestation_roots", set_fingerprints, G_STRUCT_OFFSET (Config, attestation_roots)},
};

static gboolean
set_key (Config *config, GKeyFile *file, const char *group, const char *key, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (!g_str_equal (group, rows[i].group) || !g_str_equal (key, rows[i].key))
      continue;
    g_autofree char *text = g_key_file_get_string (file, group, key, error);
    return text != NULL && rows[i].set (config, text, rows[i].offset, error);
  }
  g_set_error_literal (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND, "there is no such setting");
  return FALSE;
}

static gboolean
read_file (Config *config, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error)) {
    g_prefix_error (error, "%s: ", path);
    return FALSE;
  }
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++) {
    g_auto (GStrv) keys = g_key_file_get_keys (file, groups[i], NULL, NULL);
    for (guint j = 0; keys != NULL && keys[j] != NULL; j++)
      if (!set_key (config, file, groups[i], keys[j], error)) {
        g_prefix_error (error, "%s: [%s] %s: ", path, groups[i], keys[j]);
        return FALSE;
      }
  }
  return TRUE;
}

/* A component is "package/class" of letters, digits, dots, underscores and dollars: it goes into commands of the tablet's shell. */
static gboolean
is_component (const char *text)
{
  return g_regex_match_simple ("^[A-Za-z][A-Za-z0-9_.]*/[A-Za-z0-9_.$]+$", text, 0, 0);
}

/* An application is named and told what to do, or is not there at all; its flags are those that the command says. */
static gboolean
check_app (const StrategyApp *app, const char *group, GError **error)
{
  const char *fault = NULL;
  if ((app->component == NULL) != (app->command == NULL))
    fault = "component and command go together";
  else if (app->component != NULL && !is_component (app->component))
    fault = "component is package/class";
  else if (app->flags != 0 && (app->command == NULL || strstr (app->command, STRATEGY_FLAGS_MARK) == NULL))
    fault = "flags need their place " STRATEGY_FLAGS_MARK " in the command";
  if (fault != NULL)
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "[%s]: %s", group, fault);
  return fault == NULL;
}

static void
clear_app (StrategyApp *app)
{
  g_free (app->component);
  g_free (app->command);
  g_free (app->says);
  g_clear_pointer (&app->apk, g_bytes_unref);
}

Config *
config_load (const char *path, GError **error)
{
  g_autoptr (Config) config = g_new0 (Config, 1);
  config->state_dir = g_strdup ("/var/lib/temoin");
  config->socket = g_strdup ("/run/temoin/admin.sock");
  config->label_host = g_strdup ("TEMOIN.EXAMPLE.ORG");
  config->owner_line = g_strdup ("");
  config->reset_screens = g_strdup (TEMOIN_DATA_DIR "/reset-screens");
  config->modems = TRUE;
  config->operator_ms = 100 * 1000;
  config->modem_socket = g_strdup ("/run/temoin-modem.sock");
  config->timeouts = conductor_default_timeouts;
  config->dialogues_dir = g_strdup ("/etc/temoin/dialogues");
  config->offers_dir = g_strdup (TEMOIN_DATA_DIR "/offers");
  config->check_ms = DAY_MS;
  config->statement_deadline_ms = REGISTER_DEADLINE_MS;
  config->calendar.french_holidays = TRUE;
  if (!set_weekdays (config, "saturday;sunday", 0, error) || !set_zone (config, DEFAULT_ZONE, 0, error) ||
      (path != NULL && !read_file (config, path, error)) || !check_app (&config->strategies.owner, "owner", error) ||
      !check_app (&config->strategies.helper, "helper", error))
    return NULL;
  return g_steal_pointer (&config);
}

void
config_free (Config *config)
{
  if (config == NULL)
    return;
  g_free (config->state_dir);
  g_free (config->database);
  g_free (config->socket);
  g_free (config->copy_to);
  g_free (config->site);
  g_free (config->owner_line);
  g_free (config->reset_screens);
  g_free (config->modem_socket);
  g_free (config->label_host);
  g_free (config->closed_days);
  clear_app (&config->strategies.owner);
  clear_app (&config->strategies.helper);
  g_strfreev (config->attestation_roots);
  g_free (config->key_file);
  g_free (config->dialogues_dir);
  g_free (config->offers_dir);
  g_clear_pointer (&config->calendar.zone, g_time_zone_unref);
  g_free (config);
}
