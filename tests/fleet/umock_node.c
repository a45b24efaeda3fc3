// The pollable file behind /dev/bus/usb/BBB/DDD: a FIFO or a terminal whose writability we switch. No protocol here.
#include "tests/fleet/umock.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#define FIFO_BYTES 4096

static gboolean
fail (GError **error, const char *what)
{
  int code = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

static gboolean
open_fifo (struct UmockNode *node, GError **error)
{
  if (mkfifo (node->path, 0600) < 0)
    return fail (error, "mkfifo");
  node->fd = open (node->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (node->fd < 0 || fcntl (node->fd, F_SETPIPE_SZ, FIFO_BYTES) < 0)
    return fail (error, "open fifo");
  return TRUE;
}

static gboolean
open_pty (struct UmockNode *node, const char *root, const char *syspath, GError **error)
{
  char name[64];
  if (openpty (&node->master, &node->fd, name, NULL, NULL) < 0)
    return fail (error, "openpty");
  fcntl (node->master, F_SETFD, FD_CLOEXEC);
  fcntl (node->fd, F_SETFD, FD_CLOEXEC);
  struct termios raw;
  tcgetattr (node->fd, &raw);
  cfmakeraw (&raw);
  tcsetattr (node->fd, TCSANOW, &raw);
  struct stat status;
  if (fstat (node->fd, &status) < 0 || symlink (name, node->path) < 0)
    return fail (error, "terminal node");
  // adb looks the open node up by its number to find its name in sysfs.
  node->sys_link = g_strdup_printf ("%s/sys/dev/char/%u:%u", root, major (status.st_rdev), minor (status.st_rdev));
  g_autofree char *target = g_strdup_printf ("../..%s", syspath + 4); // after "/sys"
  (void)unlink (node->sys_link);                                      // a former node had the same number
  return symlink (target, node->sys_link) == 0 ? TRUE : fail (error, "sysfs link");
}

gboolean
umock_node_open (struct UmockNode *node, enum UsbNodeKind kind, const char *root, const char *device_path,
                 const char *syspath, GError **error)
{
  node->kind = kind;
  node->fd = node->master = -1;
  node->ready = TRUE;
  node->path = g_build_filename (root, device_path, NULL);
  g_autofree char *folder = g_path_get_dirname (node->path);
  g_autofree char *links = g_build_filename (root, "sys", "dev", "char", NULL);
  if (g_mkdir_with_parents (folder, 0755) < 0 || g_mkdir_with_parents (links, 0755) < 0)
    return fail (error, folder);
  gboolean done = kind == USB_NODE_FIFO ? open_fifo (node, error) : open_pty (node, root, syspath, error);
  if (done)
    umock_node_set_ready (node, FALSE);
  return done;
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

void
umock_node_close (struct UmockNode *node)
{
  if (node->path == NULL)
    return;
  umock_node_set_ready (node, TRUE);
  close_fd (&node->master);
  close_fd (&node->fd);
  (void)unlink (node->path); // the testbed may be gone already
  if (node->sys_link != NULL)
    (void)unlink (node->sys_link);
  g_clear_pointer (&node->path, g_free);
  g_clear_pointer (&node->sys_link, g_free);
}

static void
fill_fifo (int fd)
{
  static const char page[FIFO_BYTES];
  while (write (fd, page, sizeof page) > 0)
    continue;
  while (write (fd, page, 1) > 0)
    continue;
}

static void
drain_fifo (int fd)
{
  char page[FIFO_BYTES];
  while (read (fd, page, sizeof page) > 0)
    continue;
}

void
umock_node_set_ready (struct UmockNode *node, gboolean ready)
{
  if (node->fd < 0 || node->ready == ready)
    return;
  node->ready = ready;
  if (node->kind == USB_NODE_PTY)
    tcflow (node->fd, ready ? TCOON : TCOOFF);
  else if (ready)
    drain_fifo (node->fd);
  else
    fill_fifo (node->fd);
}
