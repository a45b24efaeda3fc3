/* temoin-modem: the process that talks to one modem. temoind starts it (or systemd does, a connection each) with a stream socket as file
 * descriptor 3; it has no other input. It parses what a modem says, so it may do nothing else: no network, no register, no privileges. */
#include "daemon/devices/modem_worker.h"

#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { SOCKET_FD = 3, EXIT_USAGE = 2 }; /* 3 is also the first one of systemd (sd_listen_fds(3)) */

/* No core dump, no look from another process of the same user: PINs and recharge codes pass through here. A build with AddressSanitizer keeps
 * the second off: its leak check looks into the process itself. */
static void
close_curtains (void)
{
  const struct rlimit none = {0, 0};
  (void)setrlimit (RLIMIT_CORE, &none); /* lowering never fails */
#ifndef TEMOIN_ASAN
  (void)prctl (PR_SET_DUMPABLE, 0);
#endif
}

/* jansson keeps what it reads in pieces here and there: each is overwritten when it is given back. */
static void
wiping_free (void *memory)
{
  if (memory != NULL)
    explicit_bzero (memory, malloc_usable_size (memory));
  free (memory);
}

static int
is_stream_socket (int fd)
{
  int type;
  socklen_t n = sizeof type;
  return getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && type == SOCK_STREAM;
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--version") == 0) {
    puts ("temoin-modem " TEMOIN_VERSION);
    return EXIT_SUCCESS;
  }
  if (argc != 1 || !is_stream_socket (SOCKET_FD)) {
    fputs ("temoin-modem: temoind starts this program, with a socket as file descriptor 3\n", stderr);
    return EXIT_USAGE;
  }
  close_curtains ();
  json_set_alloc_funcs (malloc, wiping_free);
  return modem_worker_run (SOCKET_FD);
}
