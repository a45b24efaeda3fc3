/* See the header file. */
#include "daemon/devices/holder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static gboolean
is_pid (const char *name)
{
  return *name != '\0' && strspn (name, "0123456789") == strlen (name);
}

static Holder
process_of (const char *pid)
{
  Holder process = {.pid = atoi (pid)};
  g_autofree char *path = g_build_filename ("/proc", pid, "comm", NULL);
  g_autofree char *name = NULL;
  if (g_file_get_contents (path, &name, NULL, NULL))
    g_strlcpy (process.name, g_strchomp (name), sizeof process.name);
  return process;
}

static gboolean
has_open (const char *pid, const struct stat *wanted)
{
  g_autofree char *folder = g_build_filename ("/proc", pid, "fd", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL); /* NULL: another user's */
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    struct stat seen;
    if (stat (path, &seen) == 0 && seen.st_dev == wanted->st_dev && seen.st_ino == wanted->st_ino)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_other_process (const char *name)
{
  return is_pid (name) && atoi (name) != getpid ();
}

gboolean
holder_find (const struct stat *file, const char *const *preferred, Holder *holder)
{
  Holder found = {0};
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  for (const char *pid; dir != NULL && (pid = g_dir_read_name (dir)) != NULL;) {
    if (!is_other_process (pid) || !has_open (pid, file))
      continue;
    Holder process = process_of (pid);
    gboolean is_preferred = preferred != NULL && g_strv_contains (preferred, process.name);
    if (found.pid == 0 || is_preferred)
      found = process;
    if (is_preferred)
      break;
  }
  if (found.pid != 0)
    *holder = found;
  return found.pid != 0;
}

GArray *
holder_named (const char *const *names)
{
  GArray *named = g_array_new (FALSE, FALSE, sizeof (Holder));
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  for (const char *pid; dir != NULL && (pid = g_dir_read_name (dir)) != NULL;) {
    Holder process = is_pid (pid) ? process_of (pid) : (Holder){0};
    if (process.pid != 0 && g_strv_contains (names, process.name))
      g_array_append_val (named, process);
  }
  return named;
}
