/* What a connected device says of itself: a table of questions per protocol, asked one after the other. Read-only. A question
 * that is refused or not understood leaves its fact unknown; a link that goes ends the probe. */
#include "daemon/devices/bench.h"
#include "daemon/devices/dumpsys.h"
#include "daemon/devices/props.h"
#include "daemon/devices/shell.h"

#include <string.h>

#define QUESTION_TIMEOUT_MS 15000

typedef struct {
  const char *question; /* a shell command, or a fastboot command */
  gboolean is_required; /* without an answer there is no probe */
  void (*take) (DeviceFacts *facts, const char *answer);
} Question;

typedef struct {
  Bench *bench; /* ends us when it goes */
  guint64 session;
  gsize step;
  DeviceFacts *facts;
  GCancellable *cancellable;
  GError *early; /* could not even begin */
  ProbeFunc func;
  gpointer user;
} Probe;

/* ---- adb ---- */

static int
is_orange (const char *text)
{
  g_autofree char *state = props_get (text, "ro.boot.verifiedbootstate");
  return state == NULL ? -1 : strcmp (state, "orange") == 0;
}

static int
is_set (const char *text, const char *key)
{
  g_autofree char *value = props_get (text, key);
  return value != NULL;
}

static char *
read_encryption (const char *text)
{
  g_autofree char *state = props_get (text, "ro.crypto.state");
  if (g_strcmp0 (state, "unencrypted") == 0)
    return g_strdup ("none");
  g_autofree char *type = props_get (text, "ro.crypto.type");
  if (g_strcmp0 (type, "file") == 0 || g_strcmp0 (type, "block") == 0)
    return g_steal_pointer (&type);
  return NULL;
}

static void
take_properties (DeviceFacts *facts, const char *answer)
{
  facts->serial = props_get (answer, "ro.serialno");
  facts->maker = props_get (answer, "ro.product.manufacturer");
  facts->model = props_get (answer, "ro.product.model");
  facts->android_version = props_get (answer, "ro.build.version.release");
  facts->security_patch = props_get (answer, "ro.build.version.security_patch");
  facts->fingerprint = props_get (answer, "ro.build.fingerprint");
  facts->sdk = props_get_number (answer, "ro.build.version.sdk");
  facts->is_unlocked = is_orange (answer);
  facts->has_persistent_data = is_set (answer, "ro.frp.pst");
  facts->oem_unlock_allowed = props_get_number (answer, "sys.oem_unlock_allowed");
  facts->in_test_mode = props_get_number (answer, "persist.sys.test_harness") == 1;
  facts->encryption = read_encryption (answer);
}

static void
take_accounts (DeviceFacts *facts, const char *answer)
{
  DumpsysAccounts accounts;
  if (!dumpsys_accounts (answer, &accounts))
    return; /* they stay unknown */
  facts->google_accounts = accounts.google;
  facts->maker_accounts = accounts.maker;
  facts->other_accounts = accounts.other;
}

static void
take_battery (DeviceFacts *facts, const char *answer)
{
  (void)dumpsys_battery (answer, &facts->battery_percent, &facts->is_charging); /* FALSE leaves them unknown */
}

static void
take_recovery_help (DeviceFacts *facts, const char *answer)
{
  facts->has_recovery_wipe = strstr (answer, "wipe") != NULL;
}

static void
take_owners (DeviceFacts *facts, const char *answer)
{
  facts->has_device_owner = dumpsys_device_owner (answer);
  facts->owner = dumpsys_owner_component (answer);
}

static void
take_users (DeviceFacts *facts, const char *answer)
{
  facts->users = dumpsys_users (answer);
}

static void
take_lock (DeviceFacts *facts, const char *answer)
{
  facts->lock_is_active = dumpsys_lock_is_active (answer);
}

static const Question adb_questions[] = {
    {"getprop", TRUE, take_properties},
    {"dumpsys account", FALSE, take_accounts},
    {"dumpsys battery", FALSE, take_battery},
    {"cmd recovery help", FALSE, take_recovery_help},
    {"dpm list-owners", FALSE, take_owners},
    {"pm list users", FALSE, take_users},
    {"dumpsys persistent_data_block", FALSE, take_lock},
};

/* ---- fastboot ---- */

static void
take_serial (DeviceFacts *facts, const char *answer)
{
  facts->serial = g_strdup (answer);
}

static void
take_model (DeviceFacts *facts, const char *answer)
{
  facts->model = g_strdup (answer);
}

static void
take_unlocked (DeviceFacts *facts, const char *answer)
{
  static const char *const yes[] = {"yes", "true", "1", NULL};
  static const char *const no[] = {"no", "false", "0", NULL};
  if (g_strv_contains (yes, answer))
    facts->is_unlocked = 1;
  else if (g_strv_contains (no, answer))
    facts->is_unlocked = 0;
}

static void
take_userspace (DeviceFacts *facts, const char *answer)
{
  facts->is_userspace = strcmp (answer, "yes") == 0;
}

static void
take_battery_soc (DeviceFacts *facts, const char *answer)
{
  g_autofree char *digits = g_strdelimit (g_strdup (answer), "%", '\0'); /* some write the sign */
  guint64 percent;
  if (g_ascii_string_to_unsigned (digits, 10, 0, 100, &percent, NULL))
    facts->battery_percent = (int)percent;
}

/* Older boot loaders say this instead of a percentage (AOSP fastboot/README.md). */
static void
take_battery_ok (DeviceFacts *facts, const char *answer)
{
  if (strcmp (answer, "no") == 0)
    facts->battery_is_low = 1;
  else if (strcmp (answer, "yes") == 0)
    facts->battery_is_low = 0;
}

static void
take_snapshot (DeviceFacts *facts, const char *answer)
{
  facts->merge_pending = strcmp (answer, "none") != 0;
}

static void
take_patch_level (DeviceFacts *facts, const char *answer)
{
  facts->security_patch = g_strdup (answer);
}

static void
take_fingerprint (DeviceFacts *facts, const char *answer)
{
  facts->fingerprint = g_strdup (answer);
}

static const Question fastboot_questions[] = {
    {"getvar:serialno", FALSE, take_serial},
    {"getvar:product", FALSE, take_model},
    {"getvar:unlocked", FALSE, take_unlocked},
    {"getvar:is-userspace", FALSE, take_userspace},
    {"getvar:battery-soc", FALSE, take_battery_soc},
    {"getvar:battery-soc-ok", FALSE, take_battery_ok},
    {"getvar:snapshot-update-status", FALSE, take_snapshot},
    {"getvar:security-patch-level", FALSE, take_patch_level},
    {"getvar:system-fingerprint", FALSE, take_fingerprint},
};

/* ---- asking ---- */

static void
probe_free (Probe *probe)
{
  device_facts_free (probe->facts);
  g_clear_object (&probe->cancellable);
  g_clear_error (&probe->early);
  g_free (probe);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Probe, probe_free)

static void
finish (Probe *ended, const GError *error)
{
  g_autoptr (Probe) probe = ended;
  probe->func (error == NULL ? g_steal_pointer (&probe->facts) : NULL, error, probe->user);
}

/* May the probe go on after this error? The device said no, or nothing: then only that fact is missing. */
static gboolean
is_survivable (const GError *error)
{
  return g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_REFUSED) ||
         g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_TIMEOUT);
}

static void ask_adb (Probe *probe);
static void ask_fastboot (Probe *probe);

static void
on_adb_answer (const ShellResult *result, const GError *error, gpointer user)
{
  Probe *probe = user;
  const Question *question = &adb_questions[probe->step];
  if (error != NULL && (question->is_required || !is_survivable (error))) {
    finish (probe, error);
    return;
  }
  if (error == NULL)
    question->take (probe->facts, result->out);
  probe->step++;
  ask_adb (probe);
}

static void
ask_adb (Probe *probe)
{
  if (probe->step == G_N_ELEMENTS (adb_questions)) {
    finish (probe, NULL);
    return;
  }
  g_autoptr (GError) error = NULL;
  Adb *adb = bench_adb (probe->bench, probe->session, &error);
  if (adb == NULL) {
    finish (probe, error);
    return;
  }
  ShellRequest request = {.command = adb_questions[probe->step].question, .timeout_ms = QUESTION_TIMEOUT_MS};
  shell_run (adb, &request, probe->cancellable, on_adb_answer, probe);
}

static void
on_fastboot_answer (const char *value, gboolean is_written, const GError *error, gpointer user)
{
  Probe *probe = user;
  (void)is_written; /* a question changes nothing */
  if (error != NULL && !is_survivable (error)) {
    finish (probe, error);
    return;
  }
  if (error == NULL && *value != '\0') /* an unknown variable is an empty OKAY on old bootloaders */
    fastboot_questions[probe->step].take (probe->facts, value);
  probe->step++;
  ask_fastboot (probe);
}

static void
ask_fastboot (Probe *probe)
{
  if (probe->step == G_N_ELEMENTS (fastboot_questions)) {
    finish (probe, NULL);
    return;
  }
  g_autoptr (GError) error = NULL;
  Fastboot *fastboot = bench_fastboot (probe->bench, probe->session, &error);
  if (fastboot == NULL) {
    finish (probe, error);
    return;
  }
  fastboot_run (fastboot, fastboot_questions[probe->step].question, probe->cancellable, on_fastboot_answer, probe);
}

static gboolean
on_early (gpointer user)
{
  Probe *probe = user;
  finish (probe, probe->early);
  return G_SOURCE_REMOVE;
}

void
bench_probe (Bench *bench, guint64 session, GCancellable *cancellable, ProbeFunc func, gpointer user)
{
  Probe *probe = g_new0 (Probe, 1);
  const Device *device = bench_find (bench, session);
  DeviceMode mode = device != NULL ? device->mode : DEVICE_PLAIN;
  probe->bench = bench;
  probe->session = session;
  probe->facts = device_facts_new (mode);
  probe->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  probe->func = func;
  probe->user = user;
  if (mode == DEVICE_FASTBOOT && bench_fastboot (bench, session, &probe->early) != NULL)
    ask_fastboot (probe);
  else if (mode != DEVICE_FASTBOOT && bench_adb (bench, session, &probe->early) != NULL)
    ask_adb (probe);
  else
    g_idle_add (on_early, probe);
}
