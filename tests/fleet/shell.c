// A table of the commands that matter to lending and resetting. Texts follow Android's own user builds. Not a shell: words,
// quotes and ';' only.
#include "tests/fleet/shell.h"

#include "tests/fleet/apps.h"
#include "tests/fleet/arrival.h"
#include "tests/fleet/tradein.h"

#include <string.h>

#define REFUSED   255
#define NOT_FOUND 127

typedef void (*Act) (Tablet *tablet, char **words, struct ShellResult *result);

static gboolean
word_is (char **words, guint index, const char *text)
{
  return g_strv_length (words) > index && g_str_equal (words[index], text);
}

static void
refuse (struct ShellResult *result, const char *text)
{
  g_string_append (result->err, text);
  result->status = REFUSED;
}

// ---- getprop ----

struct Property {
  const char *name, *value;
};

#define N_PROPERTIES 20

static guint
properties_of (const Tablet *tablet, struct Property *list, char *release, char *sdk)
{
  const struct Settings *set = &tablet->settings;
  gboolean is_unlocked = set->bootloader == BOOTLOADER_UNLOCKED;
  g_snprintf (release, 8, "%d", set->android);
  g_snprintf (sdk, 8, "%d", set->android + (set->android >= 13 ? 20 : 19)); // 13 -> 33 ... 16 -> 36
  const struct Property all[] = {
      {"ro.boot.flash.locked", is_unlocked ? "0" : "1"},
      {"ro.boot.vbmeta.device_state", is_unlocked ? "unlocked" : "locked"},
      {"ro.boot.verifiedbootstate", is_unlocked ? "orange" : "green"},
      {"ro.build.type", "user"},
      {"ro.build.version.release", release},
      {"ro.build.version.sdk", sdk},
      {"ro.build.version.security_patch", "2026-06-05"},
      {"ro.crypto.state", *set->encrypted != '\0' ? "encrypted" : "unencrypted"},
      {"ro.crypto.type", set->encrypted},
      {"ro.frp.pst", "/dev/block/by-name/frp"},
      {"ro.product.device", set->device},
      {"ro.product.manufacturer", set->maker},
      {"ro.product.model", set->model},
      {"ro.product.name", set->product},
      {"ro.secure", "1"},
      {"ro.serialno", set->serial},
      {"sys.boot_completed", "1"},
      {"persist.sys.test_harness", tablet->in_test_mode ? "1" : "0"},
      {"sys.oem_unlock_allowed", is_unlocked || set->oem_unlock ? "1" : "0"},
      {"sys.usb.config", "mtp,adb"},
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (all) <= N_PROPERTIES);
  memcpy (list, all, sizeof all);
  return G_N_ELEMENTS (all);
}

static void
act_getprop (Tablet *tablet, char **words, struct ShellResult *result)
{
  struct Property list[N_PROPERTIES];
  char release[8], sdk[8];
  guint count = properties_of (tablet, list, release, sdk);
  gboolean is_all = g_strv_length (words) < 2;
  for (guint i = 0; i < count; i++) {
    if (is_all)
      g_string_append_printf (result->out, "[%s]: [%s]\n", list[i].name, list[i].value);
    else if (g_str_equal (list[i].name, words[1]))
      g_string_append_printf (result->out, "%s\n", list[i].value);
  }
  if (!is_all && result->out->len == 0)
    g_string_append_c (result->out, '\n'); // an unset property is an empty line
}

// ---- cmd ----

static void
recovery_help (const Tablet *tablet, struct ShellResult *result)
{
  g_string_append (result->out, "Recovery system commands:\n  help\n    Prints this help text.\n\n"
                                "  reboot-and-apply <token> <reason>\n    Reboots into the prepared update.\n\n");
  if (tablet->settings.android >= 15)
    g_string_append (result->out, "  wipe <new filesystem type ext4/f2fs>\n"
                                  "    Reboots the device into recovery and wipes all user data.\n\n");
}

static void
recovery_wipe (Tablet *tablet, struct ShellResult *result)
{
  enum Fault fault = tablet_reach (tablet, POINT_WIPE_COMMAND);
  enum WipeManner manner = fault == FAULT_FAIL ? WIPE_REFUSED : tablet_wipe (tablet, WIPE_UNTRUSTED);
  if (fault == FAULT_FAIL)
    tablet->wipe_commands++; // it did arrive
  result->stopped = fault != FAULT_NONE && fault != FAULT_FAIL;
  if (manner == WIPE_REFUSED)
    refuse (result, "\nException occurred while executing 'wipe':\njava.lang.SecurityException: "
                    "Requires RECOVERY permission\n");
  else
    g_string_append (result->out, "Rebooting into recovery with --wipe_data\n");
}

static void
cmd_recovery (Tablet *tablet, char **words, struct ShellResult *result)
{
  if (word_is (words, 2, "wipe") && tablet->settings.android >= 15) {
    recovery_wipe (tablet, result);
  } else if (g_strv_length (words) < 3 || word_is (words, 2, "help") || word_is (words, 2, "-h")) {
    recovery_help (tablet, result);
  } else {
    g_string_append_printf (result->out, "Unknown command: %s\n", words[2]);
    result->status = REFUSED;
  }
}

// `enable` answers nothing and restarts; it keeps the keys of adb.
static void
cmd_testharness (Tablet *tablet, char **words, struct ShellResult *result)
{
  if (!word_is (words, 2, "enable"))
    return;
  if (tablet->settings.screen_lock) {
    g_string_append (result->err, "Test Harness Mode cannot be enabled if there is a lock screen\n");
    result->status = 2;
    return;
  }
  enum Fault fault = tablet_reach (tablet, POINT_WIPE_COMMAND);
  enum WipeManner manner = fault == FAULT_FAIL ? WIPE_REFUSED : tablet_wipe (tablet, WIPE_HARNESS);
  if (fault == FAULT_FAIL)
    tablet->wipe_commands++; // it did arrive
  result->stopped = fault != FAULT_NONE && fault != FAULT_FAIL;
  if (manner == WIPE_REFUSED)
    refuse (result, "java.lang.SecurityException: Permission denial: must have ENABLE_TEST_HARNESS_MODE\n");
}

static void
act_cmd (Tablet *tablet, char **words, struct ShellResult *result)
{
  if (word_is (words, 1, "recovery")) {
    cmd_recovery (tablet, words, result);
  } else if (word_is (words, 1, "testharness") && tablet->settings.android >= 10) {
    cmd_testharness (tablet, words, result);
  } else if (word_is (words, 1, "package")) {
    apps_package (tablet, words, result);
  } else {
    g_string_append_printf (result->err, "cmd: Can't find service: %s\n", g_strv_length (words) > 1 ? words[1] : "");
    result->status = 20;
  }
}

// ---- dumpsys ----

static void
append_accounts (GString *out, int count, const char *type)
{
  for (int i = 0; i < count; i++)
    g_string_append_printf (out, "    Account {name=personne%d@exemple.test, type=%s}\n", i + 1, type);
}

static void
dump_account (const Tablet *tablet, GString *out)
{
  const struct Settings *set = &tablet->settings;
  g_string_append_printf (out, "User UserInfo{0:Propri\303\251taire:4c13}:\n  Accounts: %d\n",
                          set->google_accounts + set->samsung_accounts);
  append_accounts (out, set->google_accounts, "com.google");
  append_accounts (out, set->samsung_accounts, "com.osp.app.signin");
  g_string_append (out, "\n  AccountId, Action_Type, timestamp, UID, TableName, Key\n  Accounts History\n\n"
                        "  Active Sessions: 0\n\n  RegisteredServicesCache: 1 services\n"
                        "    ServiceInfo: AuthenticatorDescription {type=com.google}, ComponentInfo{gms}, uid 10012\n");
}

static void
dump_battery (const Tablet *tablet, GString *out)
{
  const struct Settings *set = &tablet->settings;
  g_string_append_printf (out,
                          "Current Battery Service state:\n  AC powered: false\n  USB powered: %s\n"
                          "  Wireless powered: false\n  Max charging current: 500000\n  status: %d\n  health: 2\n"
                          "  present: true\n  level: %d\n  scale: 100\n  voltage: 3900\n  temperature: 251\n"
                          "  technology: Li-ion\n",
                          set->charging ? "true" : "false", set->charging ? 2 : 3, set->battery);
}

static void
dump_device_policy (const Tablet *tablet, GString *out)
{
  const char *owner = tablet->settings.owner;
  g_string_append (out, "Current Device Policy Manager state:\n");
  if (*owner != '\0')
    g_string_append_printf (out, "  Device Owner:\n    admin=ComponentInfo{%s}\n    User ID: 0\n", owner);
  g_string_append (out, "  Enabled Device Admins (User 0, provisioningState: 0):\n");
}

static void
dump_persistent_data (const Tablet *tablet, GString *out)
{
  g_string_append (out, "mDataBlockFile: /dev/block/by-name/frp\nmIsFileBacked: false\nmIsWritable: true\n");
  if (tablet->settings.android >= 15)
    g_string_append_printf (out,
                            "FRP state\n=========\nEnforcement enabled: true\nFRP state: %s\nOEM unlock state: %s\n"
                            "Has FRP credential handle: %s\nFRP challenge block size: 0\n",
                            tablet->frp ? "true" : "false", tablet->settings.oem_unlock ? "true" : "false",
                            tablet->settings.screen_lock ? "true" : "false");
}

static void
act_dumpsys (Tablet *tablet, char **words, struct ShellResult *result)
{
  static const struct {
    const char *name;
    void (*dump) (const Tablet *tablet, GString *out);
    int android; // from this version on
  } services[] = {
      {"account", dump_account, 0},
      {"battery", dump_battery, 0},
      {"device_policy", dump_device_policy, 0},
      {"persistent_data_block", dump_persistent_data, 0},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    if (word_is (words, 1, services[i].name) && tablet->settings.android >= services[i].android) {
      services[i].dump (tablet, result->out);
      return;
    }
  g_string_append_printf (result->out, "Can't find service: %s\n", g_strv_length (words) > 1 ? words[1] : "");
}

// ---- the rest ----

static void
act_settings (Tablet *tablet, char **words, struct ShellResult *result)
{
  gboolean is_get = word_is (words, 1, "get");
  gboolean is_known = is_get && (word_is (words, 3, "device_provisioned") || word_is (words, 3, "user_setup_complete"));
  gboolean is_lock = is_get && word_is (words, 3, "secure_frp_mode");
  if (is_known)
    g_string_append (result->out, tablet->is_set_up ? "1\n" : "0\n");
  else
    g_string_append (result->out, is_lock && tablet->frp ? "1\n" : "null\n");
}

static void
act_echo (Tablet *tablet, char **words, struct ShellResult *result)
{
  (void)tablet; // the words are enough
  g_autofree char *joined = g_strjoinv (" ", words + 1);
  g_string_append_printf (result->out, "%s\n", joined);
}

static void
act_id (Tablet *tablet, char **words, struct ShellResult *result)
{
  (void)tablet; // the same everywhere
  (void)words;
  g_string_append (result->out, "uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log) "
                                "context=u:r:shell:s0\n");
}

static void
act_exit (Tablet *tablet, char **words, struct ShellResult *result)
{
  (void)tablet; // the number is enough
  result->status = g_strv_length (words) > 1 ? (int)(g_ascii_strtoll (words[1], NULL, 10) & 0xff) : 0;
}

static void
act_cat (Tablet *tablet, char **words, struct ShellResult *result)
{
  (void)tablet; // no files on it
  if (g_strv_length (words) == 1) {
    result->reads_stdin = TRUE;
    return;
  }
  g_string_append_printf (result->err, "cat: %s: Permission denied\n", words[1]);
  result->status = 1;
}

// `head -c N /dev/zero`: a large output.
static void
act_head (Tablet *tablet, char **words, struct ShellResult *result)
{
  (void)tablet; // the number is enough
  if (!word_is (words, 1, "-c") || !word_is (words, 3, "/dev/zero"))
    return;
  gsize count = (gsize)g_ascii_strtoull (words[2], NULL, 10);
  gsize start = result->out->len;
  g_string_set_size (result->out, start + MIN (count, 64u << 20));
  memset (result->out->str + start, 0, result->out->len - start);
}

static const struct {
  const char *name;
  Act act;
} commands[] = {
    {"am", apps_am},
    {"cat", act_cat},
    {"cmd", act_cmd},
    {"df", arrival_df},
    {"dpm", apps_dpm},
    {"dumpsys", act_dumpsys},
    {"echo", act_echo},
    {"exit", act_exit},
    {"getprop", act_getprop},
    {"head", act_head},
    {"id", act_id},
    {"service", arrival_service},
    {"pm", apps_pm},
    {"settings", act_settings},
    {"tradeinmode", tradein_run},
};

// Beside the answer, in both outputs; not where the answer is one value, or JSON.
static void
tell_private (const Tablet *tablet, char **words, struct ShellResult *result)
{
  static const char *const exact[] = {"tradeinmode", "exit", "echo", "cat", "head"};
  const char *text = tablet->settings.private;
  gboolean is_value = word_is (words, 0, "getprop") && g_strv_length (words) > 1;
  for (gsize i = 0; i < G_N_ELEMENTS (exact); i++)
    is_value = is_value || word_is (words, 0, exact[i]);
  if (*text == '\0' || is_value || result->stopped || result->wants_bytes > 0)
    return;
  g_string_append_printf (result->out, "[net.hostname]: [%s]\n  Last login: %s\n", text, text);
  g_string_append_printf (result->err, "warning: %s\n", text);
}

static void
run_one (Tablet *tablet, const char *text, struct ShellResult *result)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *expanded = NULL;
  g_auto (GStrv) parts = g_strsplit (text, "$?", -1); // the only variable there is
  g_autofree char *status = g_strdup_printf ("%d", result->status);
  expanded = g_strjoinv (status, parts);
  if (!g_shell_parse_argv (expanded, NULL, &words, NULL))
    return;
  result->status = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, words[0])) {
      commands[i].act (tablet, words, result);
      tell_private (tablet, words, result);
      return;
    }
  g_string_append_printf (result->err, "/system/bin/sh: %s: not found\n", words[0]);
  result->status = NOT_FOUND;
}

void
shell_run (Tablet *tablet, const char *line, struct ShellResult *result)
{
  result->out = g_string_new (NULL);
  result->err = g_string_new (NULL);
  g_auto (GStrv) parts = g_strsplit (line, ";", -1);
  for (guint i = 0; parts[i] != NULL && !result->stopped; i++) {
    run_one (tablet, parts[i], result);
    if (g_str_has_prefix (g_strchug (parts[i]), "exit") || result->wants_bytes > 0)
      break;
  }
}

void
shell_result_clear (struct ShellResult *result)
{
  if (result->out != NULL)
    g_string_free (g_steal_pointer (&result->out), TRUE);
  if (result->err != NULL)
    g_string_free (g_steal_pointer (&result->err), TRUE);
}
