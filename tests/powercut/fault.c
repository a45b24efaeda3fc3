#include "tests/powercut/fault.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static Fault *fault; /* mapped for as long as the process lives */

void
fault_open (const char *path)
{
  if (path == NULL)
    return;
  int fd = open (path, O_RDWR | O_CLOEXEC);
  void *map = fd < 0 ? MAP_FAILED : mmap (NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) {
    perror (path);
    abort ();
  }
  close (fd);
  fault = map;
}

int
fault_strikes (int kind)
{
  if (fault == NULL || (fault->kinds & kind) == 0)
    return 0;
  int64_t n = __atomic_add_fetch (&fault->seen, 1, __ATOMIC_SEQ_CST);
  if (fault->first == 0 || n < fault->first || n - fault->first >= fault->length)
    return 0;
  (void)__atomic_add_fetch (&fault->failed, 1, __ATOMIC_SEQ_CST);
  if (fault->number == 0)
    (void)raise (SIGKILL); /* does not come back */
  errno = (int)fault->number;
  return 1;
}
