/* Line readers; see the header file. */
#include "daemon/devices/dumpsys.h"

#include <string.h>

#define GOOGLE_TYPE   "com.google"
#define COUNT_LABEL   "Accounts: "
#define ACCOUNT_LABEL "Account {"
#define TYPE_LABEL    ", type="
#define ACCOUNTS_MAX  10000
#define USER_LABEL    "UserInfo{"
#define LOCK_LABEL    "FRP state: "

/* BatteryManager.BATTERY_STATUS_CHARGING and _FULL. */
enum { STATUS_CHARGING = 2, STATUS_FULL = 5 };

static gboolean
read_number (const char *text, guint64 max, int *number)
{
  guint64 value;
  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &value, NULL))
    return FALSE;
  *number = (int)value;
  return TRUE;
}

/* Account types whose maker may ask for the account after a reset. */
static const char *const maker_types[] = {"com.osp.app.signin", "com.xiaomi", "com.huawei.hwid", "com.hihonor.id"};

gboolean
dumpsys_type_is_known (const char *type)
{
  if (g_str_equal (type, GOOGLE_TYPE))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (maker_types); i++)
    if (g_str_equal (type, maker_types[i]))
      return TRUE;
  return FALSE;
}

/* The count that "Account {name=N, type=T}" belongs to. The type is what follows the last ", type=", since a name may hold anything. */
static int *
count_of (DumpsysAccounts *accounts, const char *line)
{
  const char *label = g_strrstr (line, TYPE_LABEL);
  if (label == NULL)
    return &accounts->other;
  g_autofree char *type = g_strndup (label + strlen (TYPE_LABEL), strcspn (label + strlen (TYPE_LABEL), "}"));
  if (g_str_equal (type, GOOGLE_TYPE))
    return &accounts->google;
  return dumpsys_type_is_known (type) ? &accounts->maker : &accounts->other;
}

/* Counts the lines of one list, `lines` being what follows "Accounts: N". FALSE when there are not N of them. */
static gboolean
count_list (char **lines, int announced, DumpsysAccounts *accounts)
{
  for (int i = 0; i < announced; i++) {
    if (lines[i] == NULL || !g_str_has_prefix (g_strstrip (lines[i]), ACCOUNT_LABEL) ||
        !g_str_has_suffix (lines[i], "}"))
      return FALSE;
    ++*count_of (accounts, lines[i]);
  }
  return TRUE;
}

gboolean
dumpsys_accounts (const char *text, DumpsysAccounts *accounts)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean is_found = FALSE;
  DumpsysAccounts counted = {0, 0, 0};
  for (char **line = lines; *line != NULL; line++) {
    int announced;
    if (!g_str_has_prefix (g_strstrip (*line), COUNT_LABEL))
      continue;
    if (!read_number (*line + strlen (COUNT_LABEL), ACCOUNTS_MAX, &announced) ||
        !count_list (line + 1, announced, &counted))
      return FALSE;
    line += announced;
    is_found = TRUE;
  }
  if (is_found)
    *accounts = counted;
  return is_found;
}

/* The text behind "label" at the start of a (stripped) line, or NULL. */
static const char *
value_of (char **lines, const char *label)
{
  for (; *lines != NULL; lines++)
    if (g_str_has_prefix (*lines, label))
      return *lines + strlen (label);
  return NULL;
}

/* A full or charging battery says so in its status; older dumps only say what feeds the tablet. */
static int
read_charging (char **lines)
{
  int status;
  const char *text = value_of (lines, "status: ");
  if (text != NULL && read_number (text, G_MAXINT, &status))
    return status == STATUS_CHARGING || status == STATUS_FULL;
  int is_charging = -1;
  for (; *lines != NULL; lines++) {
    if (g_str_has_suffix (*lines, " powered: true"))
      return 1;
    if (g_str_has_suffix (*lines, " powered: false"))
      is_charging = 0;
  }
  return is_charging;
}

gboolean
dumpsys_battery (const char *text, int *percent, int *is_charging)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  int level, scale = 100;
  for (char **line = lines; *line != NULL; line++)
    g_strstrip (*line);
  const char *level_text = value_of (lines, "level: ");
  const char *scale_text = value_of (lines, "scale: ");
  if (level_text == NULL || !read_number (level_text, G_MAXINT, &level))
    return FALSE;
  if (scale_text != NULL && !read_number (scale_text, G_MAXINT, &scale))
    return FALSE;
  if (scale == 0 || level > scale)
    return FALSE;
  *percent = (int)((gint64)level * 100 / scale);
  *is_charging = read_charging (lines);
  return TRUE;
}

int
dumpsys_device_owner (const char *text)
{
  if (strstr (text, "DeviceOwner") != NULL)
    return 1;
  return strstr (text, "no owners") != NULL ? 0 : -1;
}

#define OWNER_LABEL "admin="
#define OWNER_MARK  ",DeviceOwner"

/* "User  0: admin=org.example/.Admin,DeviceOwner": a profile owner's line ends otherwise. */
char *
dumpsys_owner_component (const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    const char *start = strstr (*line, OWNER_LABEL);
    const char *end = start != NULL ? strstr (start, OWNER_MARK) : NULL;
    if (end != NULL && end > start + strlen (OWNER_LABEL))
      return g_strndup (start + strlen (OWNER_LABEL), (gsize)(end - start) - strlen (OWNER_LABEL));
  }
  return NULL;
}

int
dumpsys_users (const char *text)
{
  int users = 0;
  for (const char *user = text; (user = strstr (user, USER_LABEL)) != NULL; user += strlen (USER_LABEL))
    users++;
  return users > 0 ? users : -1;
}

int
dumpsys_lock_is_active (const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++)
    g_strstrip (*line);
  const char *state = value_of (lines, LOCK_LABEL);
  if (g_strcmp0 (state, "true") == 0)
    return 1;
  return g_strcmp0 (state, "false") == 0 ? 0 : -1;
}
