/* One modem, in its own process: opens it, keeps its state, does one request after the other. Private to temoin-modem. */
#pragma once
#include "daemon/devices/modem_line.h"

/* Talks on the stream socket fd until it is closed or the modem is lost: then the process ends and temoind starts a new one, with a new
 * libmbim object and no memory of the old. Returns the process's exit status. */
int modem_worker_run (int fd);
