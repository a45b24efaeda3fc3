/* See the header file. */
#include "daemon/devices/modem_hold.h"
#include "daemon/devices/holder.h"

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
describe (const Holder *holder)
{
  return g_strdup_printf ("%s (pid %d)", holder->name[0] != '\0' ? holder->name : "a program", holder->pid);
}

char *
modem_hold_find_holder (int fd)
{
  struct stat wanted;
  Holder holder;
  return fstat (fd, &wanted) == 0 && holder_find (&wanted, NULL, &holder) ? describe (&holder) : NULL;
}

char *
modem_hold_suspects (void)
{
  static const char *const known[] = {"ModemManager", "mbim-proxy", "qmi-proxy", "mbimcli", "umbim", "wwan-go", NULL};
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *sockets = NULL;
  g_autoptr (GArray) running = holder_named (known);
  for (guint i = 0; i < running->len; i++) {
    g_autofree char *suspect = describe (&g_array_index (running, Holder, i));
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", suspect);
  }
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
