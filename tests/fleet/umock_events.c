// A monitor is a datagram socket ROOT/event*; the system says when its queue has room. Sending itself is umockdev's.
#include "tests/fleet/umock_events.h"

#include <glib.h>
#include <glob.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_MS 10000

static void
wait_for (const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct pollfd room = {.fd = fd, .events = POLLOUT};
  if (fd >= 0 && connect (fd, (struct sockaddr *)&address, sizeof address) == 0)
    (void)poll (&room, 1, WAIT_MS); // too late is for umockdev to complain of
  if (fd >= 0)
    close (fd);
}

void
umock_events_wait (const char *root)
{
  g_autofree char *pattern = g_build_filename (root, "event*", NULL);
  glob_t found;
  if (glob (pattern, GLOB_NOSORT, NULL, &found) != 0)
    return; // nobody listens
  for (gsize i = 0; i < found.gl_pathc; i++)
    wait_for (found.gl_pathv[i]);
  globfree (&found);
}
