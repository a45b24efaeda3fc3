/* Line readers; see the header file. */
#include "daemon/devices/dumpsys.h"

#include <string.h>

#define GOOGLE_TYPE   "com.google"
#define COUNT_LABEL   "Accounts: "
#define ACCOUNT_LABEL "Account {"
#define TYPE_LABEL    ", type="
#define ACCOUNTS_MAX  10000

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

/* "Account {name=N, type=T}": the type is what follows the last ", type=", since a name may hold anything. */
static gboolean
is_google_account (const char *line)
{
  const char *type = g_strrstr (line, TYPE_LABEL);
  return type != NULL && strcmp (type + strlen (TYPE_LABEL), GOOGLE_TYPE "}") == 0;
}

/* Counts the lines of one list, `lines` being what follows "Accounts: N". FALSE when there are not N of them. */
static gboolean
count_list (char **lines, int announced, int *google, int *other)
{
  for (int i = 0; i < announced; i++) {
    if (lines[i] == NULL || !g_str_has_prefix (g_strstrip (lines[i]), ACCOUNT_LABEL) ||
        !g_str_has_suffix (lines[i], "}"))
      return FALSE;
    if (is_google_account (lines[i]))
      ++*google;
    else
      ++*other;
  }
  return TRUE;
}

gboolean
dumpsys_accounts (const char *text, int *google, int *other)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean is_found = FALSE;
  int of_google = 0, of_others = 0;
  for (char **line = lines; *line != NULL; line++) {
    int announced;
    if (!g_str_has_prefix (g_strstrip (*line), COUNT_LABEL))
      continue;
    if (!read_number (*line + strlen (COUNT_LABEL), ACCOUNTS_MAX, &announced) ||
        !count_list (line + 1, announced, &of_google, &of_others))
      return FALSE;
    line += announced;
    is_found = TRUE;
  }
  if (!is_found)
    return FALSE;
  *google = of_google;
  *other = of_others;
  return TRUE;
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
