/* See the header file. Everything is read from /proc. */
#include "daemon/devices/modem_hold.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A terminal is no modem: only the emulated bench presents one, and holds it itself (Linux Documentation/admin-guide/devices.txt: Unix98
 * pseudo-terminals have majors 136 to 143). */
enum { PTY_MAJOR_FIRST = 136, PTY_MAJOR_LAST = 143 };

static char *
process_name (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "comm", NULL);
  g_autofree char *name = NULL;
  if (!g_file_get_contents (path, &name, NULL, NULL))
    return NULL;
  return g_strdup (g_strchomp (name));
}

static gboolean
is_pid (const char *name)
{
  return *name != '\0' && strspn (name, "0123456789") == strlen (name);
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

static char *
describe (const char *pid)
{
  g_autofree char *name = process_name (pid);
  return g_strdup_printf ("%s (pid %s)", name != NULL ? name : "a program", pid);
}

char *
modem_hold_find_holder (int fd)
{
  struct stat wanted;
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  if (dir == NULL || fstat (fd, &wanted) != 0)
    return NULL;
  for (const char *pid; (pid = g_dir_read_name (dir)) != NULL;)
    if (is_pid (pid) && strtol (pid, NULL, 10) != getpid () && has_open (pid, &wanted))
      return describe (pid);
  return NULL;
}

static void
append_suspects (GString *text)
{
  static const char *const known[] = {"ModemManager", "mbim-proxy", "qmi-proxy", "mbimcli", "umbim", "wwan-go", NULL};
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  for (const char *pid; dir != NULL && (pid = g_dir_read_name (dir)) != NULL;) {
    g_autofree char *name = is_pid (pid) ? process_name (pid) : NULL;
    if (name != NULL && g_strv_contains (known, name))
      g_string_append_printf (text, "%s%s (pid %s)", text->len > 0 ? ", " : "", name, pid);
  }
}

char *
modem_hold_suspects (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *sockets = NULL;
  append_suspects (text);
  if (text->len == 0 && g_file_get_contents ("/proc/net/unix", &sockets, NULL, NULL) &&
      strstr (sockets, "@mbim-proxy") != NULL)
    g_string_append (text, "mbim-proxy"); /* of a process that cannot be seen */
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static int
fail_open (const char *node, int number, GError **error)
{
  g_autofree char *detail = g_strdup_printf ("%s: %s", node, g_strerror (number));
  modem_code_fail (error, number == EACCES || number == EPERM ? MODEM_CODE_HOST_PERMISSION : MODEM_CODE_GONE, detail);
  return -1;
}

static int
fail_held (int fd, const char *holder, GError **error)
{
  g_autofree char *detail = g_strdup_printf ("held by %s", holder != NULL ? holder : "another temoin-modem");
  modem_code_fail (error, MODEM_CODE_HOST_BUSY, detail);
  (void)close (fd); /* nothing was written */
  return -1;
}

static gboolean
is_terminal (int fd)
{
  struct stat seen;
  return fstat (fd, &seen) == 0 && S_ISCHR (seen.st_mode) && major (seen.st_rdev) >= PTY_MAJOR_FIRST &&
         major (seen.st_rdev) <= PTY_MAJOR_LAST;
}

int
modem_hold (const char *node, GError **error)
{
  int fd = open (node, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return fail_open (node, errno, error);
  g_autofree char *holder = is_terminal (fd) ? NULL : modem_hold_find_holder (fd);
  if (holder != NULL || flock (fd, LOCK_EX | LOCK_NB) != 0)
    return fail_held (fd, holder, error);
  return fd;
}
