// Tables and texts as Android 15 prints them (DevicePolicyManagerServiceShellCommand, PackageManagerShellCommand).
#include "tests/fleet/apps.h"

#include <string.h>

#define REFUSED           255
#define WIPES_LOCK        2 // WIPE_RESET_PROTECTION_DATA
#define APK_MAGIC         "PK"
#define INSTALL_BYTES_MAX (32u << 20)

static gboolean
word_is (char **words, guint index, const char *text)
{
  return g_strv_length (words) > index && g_str_equal (words[index], text);
}

static const char *
word_after (char **words, const char *option)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], option))
      return words[i + 1];
  return NULL;
}

static char *
package_of (const char *component)
{
  return g_strndup (component, strcspn (component, "/"));
}

// A list of words separated by spaces.
static gboolean
has_word (const char *list, const char *word)
{
  g_auto (GStrv) words = g_strsplit (list, " ", -1);
  return g_strv_contains ((const char *const *)words, word);
}

static void throw (struct ShellResult * result, const char *what)
{
  g_string_append_printf (result->err, "java.lang.%s\n", what);
  result->status = REFUSED;
}

// ---- pm ----

void
apps_pm (Tablet *tablet, char **words, struct ShellResult *result)
{
  if (word_is (words, 1, "list") && word_is (words, 2, "users")) {
    g_string_append (result->out, "Users:\n");
    for (int i = 0; i < tablet->settings.users; i++)
      g_string_append_printf (result->out, "\tUserInfo{%d:Propri\303\251taire:4c13}%s\n", i * 10,
                              i == 0 ? " running" : "");
  } else if (word_is (words, 1, "path") && words[2] != NULL && has_word (tablet->settings.apps, words[2])) {
    g_string_append_printf (result->out, "package:/data/app/%s/base.apk\n", words[2]);
  } else {
    result->status = 1;
  }
}

void
apps_package (Tablet *tablet, char **words, struct ShellResult *result)
{
  const char *size = word_after (words, "-S");
  guint64 bytes;
  (void)tablet; // refusals come when the bytes are there, as on a real one
  if (!word_is (words, 2, "install") || size == NULL ||
      !g_ascii_string_to_unsigned (size, 10, 1, INSTALL_BYTES_MAX, &bytes, NULL)) {
    g_string_append (result->out, "Error: must either specify a package size or an APK file\n");
    result->status = 1;
    return;
  }
  result->wants_bytes = bytes;
}

char *
apps_install (Tablet *tablet, const guint8 *bytes, gsize length)
{
  static const char *const answers[] = {
      [INSTALL_OK] = "Success\n",
      [INSTALL_REFUSED] = "Failure [INSTALL_FAILED_VERIFICATION_FAILURE: Install not allowed]\n",
  };
  gsize magic = strlen (APK_MAGIC);
  if (tablet->settings.install != INSTALL_OK)
    return g_strdup (answers[tablet->settings.install]);
  if (length <= magic || memcmp (bytes, APK_MAGIC, magic) != 0)
    return g_strdup ("Failure [INSTALL_PARSE_FAILED_NOT_APK: Failed to parse]\n");
  g_autofree char *package = g_strndup ((const char *)bytes + magic, length - magic);
  package[strcspn (package, " \n")] = '\0';
  g_autofree char *before = g_steal_pointer (&tablet->settings.apps);
  tablet->settings.apps = g_strstrip (g_strconcat (before, " ", package, NULL));
  return g_strdup (answers[INSTALL_OK]);
}

// ---- dpm ----

static void
list_owners (const Tablet *tablet, struct ShellResult *result)
{
  const char *owner = tablet->settings.owner;
  if (*owner == '\0')
    g_string_append (result->out, "no owners\n");
  else
    g_string_append_printf (result->out, "1 owner:\nUser  0: admin=%s%s,DeviceOwner\n", owner,
                            strchr (owner, '/') == NULL ? "/.Admin" : "");
}

static const char *
owner_refusal (const Tablet *tablet, const char *package)
{
  const struct Settings *set = &tablet->settings;
  if (!has_word (set->apps, package))
    return "IllegalArgumentException: Unknown admin: ComponentInfo";
  if (*set->owner != '\0')
    return "IllegalStateException: Trying to set the device owner, but device owner is already set.";
  if (set->users > 1)
    return "IllegalStateException: Not allowed to set the device owner because there are already several users on the "
           "device.";
  if (set->google_accounts + set->samsung_accounts > 0)
    return "IllegalStateException: Not allowed to set the device owner because there are already some accounts on the "
           "device.";
  return NULL;
}

static void
set_owner (Tablet *tablet, const char *component, struct ShellResult *result)
{
  g_autofree char *package = package_of (component);
  const char *refusal = owner_refusal (tablet, package);
  if (refusal != NULL) {
    throw (result, refusal);
    return;
  }
  g_free (tablet->settings.owner);
  tablet->settings.owner = g_strdup (component);
  g_string_append_printf (result->out, "Success: Device owner set to package %s\nActive admin set to component %s\n",
                          component, component);
}

static void
set_admin (Tablet *tablet, const char *component, struct ShellResult *result)
{
  g_autofree char *package = package_of (component);
  if (!has_word (tablet->settings.apps, package)) {
    throw (result, "IllegalArgumentException: Unknown admin: ComponentInfo");
    return;
  }
  g_free (tablet->admin);
  tablet->admin = g_steal_pointer (&package);
  g_string_append_printf (result->out, "Success: Active admin set to component %s\n", component);
}

void
apps_dpm (Tablet *tablet, char **words, struct ShellResult *result)
{
  if (word_is (words, 1, "list-owners"))
    list_owners (tablet, result);
  else if (word_is (words, 1, "set-device-owner") && words[2] != NULL)
    set_owner (tablet, words[2], result);
  else if (word_is (words, 1, "set-active-admin") && words[2] != NULL)
    set_admin (tablet, words[2], result);
  else
    throw (result, "SecurityException: not allowed");
}

// ---- am ----

// What the application answers: -1 is RESULT_OK, 0 what a broadcast gives when nobody set anything.
static void
broadcast_wipe (Tablet *tablet, gboolean is_owner, char **words, struct ShellResult *result)
{
  const char *flags = word_after (words, "flags"); // of "--ei flags N"
  enum Fault fault = tablet_reach (tablet, POINT_WIPE_COMMAND);
  gboolean clears_lock = is_owner && flags != NULL && (atoi (flags) & WIPES_LOCK) != 0;
  enum WipeManner manner =
      fault == FAULT_FAIL ? WIPE_REFUSED : tablet_wipe (tablet, clears_lock ? WIPE_TRUSTED : WIPE_UNTRUSTED);
  if (fault == FAULT_FAIL)
    tablet->wipe_commands++; // it did arrive
  result->stopped = fault != FAULT_NONE && fault != FAULT_FAIL;
  g_string_append_printf (result->out, "Broadcasting: Intent { flg=0x400000 cmp=%s }\nBroadcast completed: result=%d\n",
                          word_after (words, "-n"), manner == WIPE_REFUSED ? 0 : -1);
}

void
apps_am (Tablet *tablet, char **words, struct ShellResult *result)
{
  const char *component = word_after (words, "-n");
  g_autofree char *package = component != NULL ? package_of (component) : NULL;
  g_autofree char *owner = package_of (tablet->settings.owner);
  if (!word_is (words, 1, "broadcast"))
    return;
  gboolean is_owner = package != NULL && *owner != '\0' && g_str_equal (package, owner);
  if (is_owner || (package != NULL && g_strcmp0 (package, tablet->admin) == 0))
    broadcast_wipe (tablet, is_owner, words, result);
  else // a shell may send it, and nothing happens
    g_string_append_printf (result->out,
                            "Broadcasting: Intent { act=%s flg=0x400000 }\nBroadcast completed: result=0\n",
                            g_strv_length (words) > 3 ? words[3] : "");
}
