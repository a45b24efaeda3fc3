/* A disk that takes its time: loaded before a program, it makes each flush take FSYNC_DELAY_US longer. For tests/bench/flow.py, which
 * gives it to ours and to the bound alike. */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int
delayed (const char *name, int fd)
{
  int (*real) (int) = (int (*) (int))dlsym (RTLD_NEXT, name);
  const char *delay = getenv ("FSYNC_DELAY_US");
  usleep (delay != NULL ? (useconds_t)strtoul (delay, NULL, 10) : 0);
  return real (fd);
}

int
fsync (int fd)
{
  return delayed ("fsync", fd);
}

int
fdatasync (int fd)
{
  return delayed ("fdatasync", fd);
}
