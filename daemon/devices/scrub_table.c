/* The list of what is let through. Whoever adds a command to a probe or a strategy adds its row here; without one, a recording tells its length alone.
 *
 * Patterns: letters stand for themselves, a space for one or more, spaces around a line do not count.
 *   @n whole number of at most 9 digits     @h at most 8 hexadecimal digits     @w words: the known ones (below), the rest masked
 *   @N name, replaced     @T account type, replaced unless it is known     @C component, replaced     @S serial, replaced     @P masked */
#include "daemon/devices/scrub.h"

#include "daemon/devices/arrival.h"
#include "daemon/devices/shell.h"

#include <jansson.h>
#include <string.h>

/* Words of Android's and boot loaders' own messages; none that could be somebody's name. */
/* clang-format off */
static const char *const words[] = {
    "AC", "Active", "ActiveAdmin", "Admin", "Available", "Battery", "Block", "Broadcast", "Broadcasting", "Can", "Cannot",
    "Challenge", "ComponentInfo", "Current", "Denial", "Device", "DeviceOwner", "Dock", "Download", "Enforcement",
    "Erase", "Erasing", "Error", "Exception", "FAIL", "FRP", "Failed", "Failure", "Filesystem", "Flashing", "GetVar",
    "Harness", "Has", "INSTALL_FAILED_ABORTED", "INSTALL_FAILED_ALREADY_EXISTS",
    "INSTALL_FAILED_DEPRECATED_SDK_VERSION", "INSTALL_FAILED_INSUFFICIENT_STORAGE", "INSTALL_FAILED_INTERNAL_ERROR",
    "INSTALL_FAILED_INVALID_APK", "INSTALL_FAILED_OLDER_SDK", "INSTALL_FAILED_TEST_ONLY",
    "INSTALL_FAILED_UPDATE_INCOMPATIBLE", "INSTALL_FAILED_USER_RESTRICTED", "INSTALL_FAILED_VERIFICATION_FAILURE",
    "INSTALL_PARSE_FAILED_NOT_APK", "Intent", "Invalid", "K", "Knox", "Lock", "Locked", "Mode", "Mounted", "Need",
    "No", "Not", "OEM", "Parcel", "Partition", "Permission", "Please", "Prints", "ProfileOwner", "RECOVERY",
    "Reboot", "Rebooting", "Reboots", "Recovery", "Requires", "Result", "SecurityException", "Service", "State",
    "Success", "Test", "USB", "Unknown", "Unlock", "Use", "Used", "User", "Variable", "Wireless", "a", "account",
    "accounts", "act", "active", "admin", "affiliated", "all", "allow", "allowed", "already", "an", "and", "any",
    "app", "apply", "are", "argument", "be", "because", "block", "blocks", "boot", "bootloader", "broadcast", "but",
    "by", "cache", "cannot", "challenge", "charging", "cmd", "command", "commands", "complete", "completed",
    "component", "contents", "counter", "credential", "critical", "current", "data", "denial", "denied", "device",
    "devices", "disabled", "do", "does", "during", "enable", "enabled", "encrypted", "erase", "erased", "erasing",
    "error", "exception", "executing", "exist", "exists", "failed", "false", "fastboot", "file", "filesystem",
    "find", "first", "for", "format", "found", "handle", "has", "have", "health", "help", "if", "in", "install",
    "into", "invalid", "iphonesubinfo", "is", "it", "java", "lang", "level", "lock", "locked", "log", "low",
    "mDataBlockFile", "mIsFileBacked", "mIsWritable", "management", "merging", "metadata", "mode", "must", "new",
    "no", "none", "not", "null", "occurred", "oem", "of", "ok", "on", "or", "owner", "owners", "package",
    "partition", "pending", "permission", "persistent", "please", "policy", "powered", "prepared", "present",
    "progress", "provisioned", "raw", "rc", "reason", "reboot", "rebooting", "recovery", "refused", "remote",
    "requires", "reset", "result", "running", "scale", "screen", "secure", "security", "service", "set", "sh",
    "shell", "size", "slot", "snapshot", "state", "status", "supported", "system", "technology", "temperature",
    "test", "testharness", "text", "that", "the", "there", "this", "to", "token", "tradeinmode", "true", "type",
    "unknown", "unlock", "unlocked", "update", "user", "userdata", "users", "verified", "voltage", "while", "wipe",
    "wipe_data", "wiped", "wipes", "with", "write", "yes",
};
/* clang-format on */

#define WORD_MAX 40 /* bytes */

static GHashTable *
words_new (void)
{
  GHashTable *set = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_hash_table_add (set, (gpointer)words[i]);
  return set;
}

gboolean
scrub_word_is_known (const char *word, gsize n)
{
  static gsize set; /* made once, for ever */
  char key[WORD_MAX + 1];
  if (n > WORD_MAX)
    return FALSE;
  if (g_once_init_enter (&set))
    g_once_init_leave (&set, (gsize)words_new ());
  memcpy (key, word, n);
  key[n] = '\0';
  return g_hash_table_contains ((GHashTable *)set, key);
}

/* ---- getprop ---- */

/* What our program reads, and what tells apart systems and boot loaders. */
static const char *const properties[] = {
    "persist.sys.test_harness",
    "ro.adb.secure",
    "ro.boot.flash.locked",
    "ro.boot.vbmeta.device_state",
    "ro.boot.verifiedbootstate",
    "ro.build.fingerprint",
    "ro.build.type",
    "ro.build.version.release",
    "ro.build.version.sdk",
    "ro.build.version.security_patch",
    "ro.crypto.state",
    "ro.crypto.type",
    "ro.frp.pst",
    "ro.product.device",
    "ro.product.first_api_level",
    "ro.product.manufacturer",
    "ro.product.model",
    "ro.product.name",
    "ro.secure",
    "sys.boot_completed",
    "sys.oem_unlock_allowed",
    "sys.usb.config",
    NULL,
};

#define SERIAL_PROPERTY "[ro.serialno]: ["

static gboolean
begins_with (const char *text, gsize n, const char *head)
{
  return strlen (head) <= n && memcmp (text, head, strlen (head)) == 0;
}

static gboolean
property_is_told (const char *line, gsize n)
{
  const char *separator = memmem (line, n, "]: [", 4);
  g_autofree char *key = separator != NULL ? g_strndup (line + 1, (gsize)(separator - line) - 1) : NULL;
  return key != NULL && g_strv_contains (properties, key);
}

/* "[key]: [value]", whole on its line. */
static gboolean
scrub_property (Scrub *scrub, char *line, gsize n)
{
  while (n > 0 && line[n - 1] == '\r')
    n--;
  if (!begins_with (line, n, "[") || line[n - 1] != ']')
    return FALSE;
  gsize head = strlen (SERIAL_PROPERTY);
  if (begins_with (line, n, SERIAL_PROPERTY))
    scrub_value (scrub, SCRUB_SERIAL, line + head, n - head - 1);
  else if (property_is_told (line, n))
    scrub_plain (scrub, line, n);
  else
    return FALSE;
  return TRUE;
}

/* ---- the IMEI ---- */

/* The letters between two quotation marks: digits follow those of the placeholder, when there is one. */
static void
scrub_quoted (char *text, gsize n, const char **digits)
{
  for (gsize i = 0; i < n; i++)
    if (g_ascii_isdigit (text[i]) && *digits != NULL && **digits != '\0')
      text[i] = *(*digits)++;
    else if (text[i] != '.' && text[i] != ' ')
      text[i] = SCRUB_MASK;
}

/* A Parcel in hexadecimal, with its letters beside it between quotation marks that end with their line. */
static void
scrub_parcel (Scrub *scrub, char *text, gsize n)
{
  g_autofree char *copy = g_strndup (text, n);
  g_autofree char *imei = arrival_imei (copy);
  const char *digits = imei;
  gboolean is_quoted = FALSE;
  if (imei != NULL)
    scrub_value (scrub, SCRUB_DIGITS, imei, strlen (imei));
  for (gsize i = 0; i < n; i++) {
    gsize start = i;
    while (i < n && text[i] != '\'' && text[i] != '\n')
      i++;
    if (is_quoted)
      scrub_quoted (text + start, i - start, &digits);
    else
      scrub_words (text + start, i - start);
    is_quoted = i < n && text[i] == '\'' && !is_quoted;
  }
}

/* ---- the trade-in status ---- */

#define JSON_NUMBER_MAX 13 /* digits: a capacity in bytes; an IMEI has 15 */

static const struct {
  const char *key;
  char
      kind; /* of its value: n number, w words, v what the maker wrote, S serial, I IMEI, - masked, or no value of its own */
} members[] = {
    {"attestation", '-'},    {"battery", '-'},
    {"capacity_bytes", 'n'}, {"certificates", '-'},
    {"cycle_count", 'n'},    {"error", 'w'},
    {"health", 'n'},         {"factory_reset_protection", '-'},
    {"imei", 'I'},           {"launch_level", 'n'},
    {"locks", '-'},          {"manufacturer", 'v'},
    {"model", 'v'},          {"product", '-'},
    {"serial", 'S'},         {"state", 'n'},
    {"storage", '-'},        {"useful_lifetime_remaining", 'n'},
};

/* '\0': no member of that name is known. */
static char
member_kind (const char *key, gsize n)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (strlen (members[i].key) == n && begins_with (key, n, members[i].key))
      return members[i].kind;
  return '\0';
}

/* Of the letters that follow an opening quotation mark; n when it never closes. */
static gsize
string_length (const char *text, gsize n)
{
  gsize i = 0;
  while (i < n && text[i] != '"')
    i += text[i] == '\\' ? 2 : 1;
  return MIN (i, n);
}

static gboolean
is_key (const char *behind, const char *end)
{
  while (behind < end && g_ascii_isspace (*behind))
    behind++;
  return behind < end && *behind == ':';
}

static gboolean
is_number (const char *text, gsize n)
{
  gsize digits = 0;
  while (digits < n && g_ascii_isdigit (text[digits]))
    digits++;
  return digits == n && digits <= JSON_NUMBER_MAX;
}

static void
scrub_json_string (Scrub *scrub, char kind, char *text, gsize n)
{
  if (kind == 'n' && is_number (text, n))
    return;
  if (kind == 'S')
    scrub_value (scrub, SCRUB_SERIAL, text, n);
  else if (kind == 'I')
    scrub_value (scrub, SCRUB_DIGITS, text, n);
  else if (kind == 'v')
    scrub_plain (scrub, text, n);
  else if (kind == 'w')
    scrub_words (text, n);
  else
    memset (text, SCRUB_MASK, n);
}

static gboolean
is_structure (char letter)
{
  return g_ascii_isspace (letter) || (letter != '\0' && strchr ("{}[]:,", letter) != NULL);
}

/* What stands outside of strings: structure, numbers, true false null. Returns how much of it was taken. */
static gsize
scrub_json_bare (char kind, char *text, gsize n)
{
  gsize length = 1;
  if (is_structure (*text))
    return length;
  while (length < n && (g_ascii_isalnum (text[length]) || text[length] == '.'))
    length++;
  gboolean is_word = g_ascii_isalpha (*text);
  gboolean is_told = is_word ? scrub_word_is_known (text, length) : kind == 'n' && is_number (text, length);
  if (!is_told)
    memset (text, is_word ? SCRUB_MASK : '0', length);
  return length;
}

/* What no reader of JSON takes has no members: nothing of it is told. */
static gboolean
is_json_object (const char *text, gsize n)
{
  json_t *root = n > 0 ? json_loadb (text, n, 0, NULL) : NULL;
  gboolean is_object = json_is_object (root);
  json_decref (root);
  return is_object;
}

static void
scrub_status (Scrub *scrub, char *text, gsize n)
{
  char kind = '\0';
  if (!is_json_object (text, n)) {
    if (n > 0)
      memset (text, SCRUB_LEFT_OUT, n);
    return;
  }
  for (gsize i = 0; i < n;) {
    if (text[i] != '"') {
      i += scrub_json_bare (kind, text + i, n - i);
      continue;
    }
    i++;
    gsize length = string_length (text + i, n - i);
    if (!is_key (text + MIN (i + length + 1, n), text + n)) {
      scrub_json_string (scrub, kind, text + i, length);
      kind = '\0'; /* one value a member */
    } else if ((kind = member_kind (text + i, length)) == '\0')
      scrub_value (scrub, SCRUB_NAME, text + i, length); /* two of them must not become the same */
    i += length + 1;
  }
}

/* ---- the commands ---- */

static const char *const only_words[] = {"@w", NULL};
static const char *const only_serial[] = {"@S", NULL};
static const char *const accounts[] = {"Accounts: @n", "Account {name=@N, type=@T}", "User UserInfo{@n:@N:@h}:", NULL};
static const char *const battery[] = {"@w: true",           "@w: false", "@w: @n", "Max charging current: @n",
                                      "technology: Li-ion", NULL};
static const char *const owners[] = {"User @n: admin=@C,@w", "@n owner:", "@n owners:", "@w", NULL};
static const char *const users[] = {"Users:", "UserInfo{@n:@N:@h} @w", "UserInfo{@n:@N:@h}", NULL};
static const char *const lock[] = {"mDataBlockFile: @P", "@w", NULL};
static const char *const space[] = {"@P @n @n @n @n% /data", "@w", NULL};
static const char *const path[] = {"package:@P", NULL};
static const char *const broadcast[] = {"Broadcast completed: result=@n", "@w", NULL};

static void
scrub_properties (Scrub *scrub, char *text, gsize n)
{
  for (gsize i = 0; i < n;) {
    const char *end = memchr (text + i, '\n', n - i);
    gsize length = end != NULL ? (gsize)(end - text) - i : n - i;
    gsize whole = length + (end != NULL);
    if (!scrub_property (scrub, text + i, length))
      memset (text + i, SCRUB_LEFT_OUT, whole);
    i += whole;
  }
}

static const ScrubRow rows[] = {
    {"getprop", NULL, scrub_properties},
    {"getprop ro.serialno", only_serial, NULL},
    {"dumpsys account", accounts, NULL},
    {"dumpsys battery", battery, NULL},
    {"dumpsys persistent_data_block", lock, NULL},
    {"cmd recovery help", only_words, NULL},
    {"cmd recovery wipe", only_words, NULL},
    {"cmd testharness enable", only_words, NULL},
    {"cmd package install -S *", only_words, NULL},
    {"dpm list-owners", owners, NULL},
    {"dpm set-active-admin *", only_words, NULL},
    {"dpm set-device-owner *", only_words, NULL},
    {"pm list users", users, NULL},
    {"pm path *", path, NULL},
    {"am broadcast *", broadcast, NULL},
    {"df -k /data", space, NULL},
    {"service call iphonesubinfo 1 s16 com.android.shell", NULL, scrub_parcel},
    {"tradeinmode getstatus -challenge *", NULL, scrub_status},
};

static const ScrubRow *
find_row (const char *command)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize fixed = strcspn (rows[i].command, "*");
    gboolean is_begun = strncmp (command, rows[i].command, fixed) == 0;
    if (is_begun && (rows[i].command[fixed] == '*' || command[fixed] == '\0'))
      return &rows[i];
  }
  return NULL;
}

/* How a command is carried; what follows it is ours as well. */
static const struct {
  const char *head, *tail;
} carriers[] = {{"shell,v2,raw:", ""}, {"shell:", SHELL_EXIT_ECHO}, {"exec:", ""}};

#define REBOOT_SERVICE "reboot:recovery" /* it has no answer */

char *
scrub_service (const char *service, const ScrubRow **row)
{
  *row = NULL;
  if (strcmp (service, REBOOT_SERVICE) == 0)
    return g_strdup (service);
  for (gsize i = 0; i < G_N_ELEMENTS (carriers); i++) {
    if (!g_str_has_prefix (service, carriers[i].head))
      continue;
    const char *tail = g_str_has_suffix (service, carriers[i].tail) ? carriers[i].tail : "";
    const char *start = service + strlen (carriers[i].head);
    g_autofree char *command = g_strndup (start, MAX (strlen (start), strlen (tail)) - strlen (tail));
    *row = find_row (command);
    return g_strconcat (carriers[i].head, *row != NULL ? (*row)->command : "?", tail, NULL);
  }
  return g_strdup ("?");
}

static const char *const exit_mark[] = {SHELL_EXIT_MARK "@n", NULL};

void
scrub_answer (Scrub *scrub, const ScrubRow *row, char *text, gsize n)
{
  for (gsize i = 0; i < n; i++) /* what is masked below stands out */
    if (text[i] == SCRUB_LEFT_OUT)
      text[i] = SCRUB_MASK;
  if (row->whole != NULL)
    row->whole (scrub, text, n);
  for (gsize i = 0; row->lines != NULL && i < n;) {
    const char *end = memchr (text + i, '\n', n - i);
    gsize length = end != NULL ? (gsize)(end - text) - i : n - i;
    gsize whole = length + (end != NULL);
    if (!scrub_line (scrub, exit_mark, text + i, length) && !scrub_line (scrub, row->lines, text + i, length))
      memset (text + i, SCRUB_LEFT_OUT, whole);
    i += whole;
  }
  scrub_again (scrub, text, n);
}

/* ---- the banner ---- */

/* How long the word for the system is, "device::", at the beginning; 0: it is not known. */
static gsize
banner_head (const char *text, gsize n)
{
  static const char *const heads[] = {"host::", "device::", "recovery::", "sideload::", "rescue::", "bootloader::"};
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    if (begins_with (text, n, heads[i]))
      return strlen (heads[i]);
  return 0;
}

static gboolean
banner_field_is_told (const char *field, gsize n)
{
  static const char *const keys[] = {"ro.product.name=", "ro.product.model=", "ro.product.device=", "features="};
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (begins_with (field, n, keys[i]))
      return TRUE;
  return FALSE;
}

void
scrub_banner (Scrub *scrub, char *text, gsize n)
{
  for (gsize i = banner_head (text, n); i < n; i++) {
    const char *end = memchr (text + i, ';', n - i);
    gsize length = end != NULL ? (gsize)(end - text) - i : n - i;
    if (banner_field_is_told (text + i, length))
      scrub_plain (scrub, text + i, length);
    else
      memset (text + i, SCRUB_MASK, length);
    i += length;
  }
}

/* ---- fastboot ---- */

static const struct {
  const char *command;
  char kind; /* of the text of OKAY: S serial, v what the maker wrote, w words */
} fastboot_rows[] = {
    {"getvar:version", 'v'},
    {"getvar:serialno", 'S'},
    {"getvar:product", 'v'},
    {"getvar:unlocked", 'v'},
    {"getvar:is-userspace", 'v'},
    {"getvar:battery-soc", 'v'},
    {"getvar:battery-soc-ok", 'v'},
    {"getvar:snapshot-update-status", 'v'},
    {"getvar:security-patch-level", 'v'},
    {"getvar:system-fingerprint", 'v'},
    {"getvar:partition-type:userdata", 'v'},
    {"getvar:partition-type:metadata", 'v'},
    {"getvar:partition-type:cache", 'v'},
    {"erase:userdata", 'w'},
    {"erase:metadata", 'w'},
    {"erase:cache", 'w'},
    {"reboot", 'w'},
};

/* '\0': it is none of ours. */
static char
fastboot_kind (const char *command)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fastboot_rows); i++)
    if (strcmp (fastboot_rows[i].command, command) == 0)
      return fastboot_rows[i].kind;
  return '\0';
}

gboolean
scrub_knows_fastboot (const char *command)
{
  return fastboot_kind (command) != '\0';
}

#define REPLY_HEAD 4 /* bytes */

static gboolean
is_reply (const char *text, gsize n)
{
  static const char *const heads[] = {"OKAY", "FAIL", "INFO", "TEXT", "DATA"};
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    if (begins_with (text, n, heads[i]))
      return TRUE;
  return FALSE;
}

void
scrub_fastboot (Scrub *scrub, const char *command, char *text, gsize n)
{
  char kind = begins_with (text, n, "OKAY") ? fastboot_kind (command) : 'w';
  gsize head = is_reply (text, n) ? REPLY_HEAD : 0;
  char *said = text + head;
  gsize length = n - head;
  while (length > 0 && !g_ascii_isgraph (said[length - 1])) /* boot loaders pad with NUL, spaces or line ends */
    said[--length] = ' ';
  if (kind == 'S')
    scrub_value (scrub, SCRUB_SERIAL, said, length);
  else if (kind == 'v')
    scrub_plain (scrub, said, length);
  else
    scrub_words (said, length);
  scrub_again (scrub, said, length);
}
