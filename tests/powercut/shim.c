/* Loaded before a program (LD_PRELOAD), it stands between the program and the disk, for the folder POWERCUT_LIVE alone: shadow.h
 * keeps what a power cut would leave in POWERCUT_SHADOW (POWERCUT_LEAK: sectors in 1000 that get there unasked), fault.h makes operations
 * fail (POWERCUT_FAULT: its file). Flushes are not passed on to the real disk: the shadow is the disk.
 * It models order, not disks that lie, and sees what SQLite calls: pwrite, ftruncate, fdatasync, unlink, open. */
#include "tests/powercut/fault.h"
#include "tests/powercut/shadow.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__ ((constructor)) static void
start (void)
{
  const char *live = getenv ("POWERCUT_LIVE"), *folder = getenv ("POWERCUT_SHADOW"), *leak = getenv ("POWERCUT_LEAK");
  fault_open (getenv ("POWERCUT_FAULT"));
  if (live != NULL && folder != NULL)
    shadow_open (live, folder, leak != NULL ? (unsigned)atoi (leak) : 0);
}

/* The function of that name behind this one. */
#define BEHIND(name)                                                                                                   \
  ({                                                                                                                   \
    static __typeof__ (&name) found;                                                                                   \
    if (found == NULL)                                                                                                 \
      found = (__typeof__ (&name))dlsym (RTLD_NEXT, #name);                                                            \
    found;                                                                                                             \
  })

/* ---- writing. A write that fails has written its first half: the disk was full there. ---- */

static _Thread_local int is_inside; /* the shadow's own calls come here too */

static ssize_t
write_at (int fd, const void *bytes, size_t count, off_t offset)
{
  __typeof__ (&pwrite64) behind = BEHIND (pwrite64);
  if (is_inside || !shadow_has_fd (fd))
    return behind (fd, bytes, count, offset);
  int strikes = fault_strikes (FAULT_WRITES), number = errno;
  is_inside = 1;
  ssize_t n = strikes && count / 2 == 0 ? 0 : behind (fd, bytes, strikes ? count / 2 : count, offset);
  if (n > 0)
    shadow_written (fd, bytes, (size_t)n, offset);
  is_inside = 0;
  if (!strikes)
    return n;
  errno = number;
  return -1;
}

ssize_t
pwrite (int fd, const void *bytes, size_t count, off_t offset)
{
  return write_at (fd, bytes, count, offset);
}

ssize_t
pwrite64 (int fd, const void *bytes, size_t count, off64_t offset)
{
  return write_at (fd, bytes, count, offset);
}

static int
truncate_to (int fd, off_t length)
{
  __typeof__ (&ftruncate64) behind = BEHIND (ftruncate64);
  if (is_inside || !shadow_has_fd (fd))
    return behind (fd, length);
  if (fault_strikes (FAULT_WRITES))
    return -1;
  is_inside = 1;
  int failed = behind (fd, length);
  if (!failed)
    shadow_truncated (fd, length);
  is_inside = 0;
  return failed;
}

int
ftruncate (int fd, off_t length)
{
  return truncate_to (fd, length);
}

int
ftruncate64 (int fd, off64_t length)
{
  return truncate_to (fd, length);
}

/* ---- flushing ---- */

static int
flush (int fd, int (*behind) (int))
{
  if (!shadow_has_fd (fd))
    return behind (fd);
  is_inside = 1;
  int strikes = fault_strikes (FAULT_FLUSHES), number = errno;
  if (strikes)
    shadow_flush_failed (fd);
  else
    shadow_flushed (fd);
  is_inside = 0;
  if (strikes)
    errno = number;
  return strikes ? -1 : 0;
}

int
fsync (int fd)
{
  return flush (fd, BEHIND (fsync));
}

int
fdatasync (int fd)
{
  return flush (fd, BEHIND (fdatasync));
}

/* ---- names ---- */

int
unlink (const char *path)
{
  __typeof__ (&unlink) behind = BEHIND (unlink);
  if (!is_inside && shadow_has_path (path)) {
    is_inside = 1;
    shadow_unlinked (path);
    is_inside = 0;
  }
  return behind (path);
}

int
rename (const char *from, const char *to)
{
  __typeof__ (&rename) behind = BEHIND (rename);
  if (!is_inside && shadow_has_path (from) && shadow_has_path (to)) {
    is_inside = 1;
    shadow_renamed (from, to);
    is_inside = 0;
  }
  return behind (from, to);
}

/* A disk that may only be read refuses to open for writing. */
static int
open_is_refused (const char *path, int flags)
{
  int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0;
  return !is_inside && writes && shadow_has_path (path) && fault_strikes (FAULT_OPENS);
}

int
open (const char *path, int flags, ...)
{
  va_list rest;
  va_start (rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg (rest, mode_t) : 0;
  va_end (rest);
  return open_is_refused (path, flags) ? -1 : BEHIND (open) (path, flags, mode);
}

int
open64 (const char *path, int flags, ...)
{
  va_list rest;
  va_start (rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg (rest, mode_t) : 0;
  va_end (rest);
  return open_is_refused (path, flags) ? -1 : BEHIND (open64) (path, flags, mode);
}
