/* Who holds a modem's control node. Two programs that open it steal each other's answers (README of damonto/sigmo), and neither the kernel nor
 * libmbim's O_EXCL prevents it. */
#pragma once
#include "daemon/devices/modem_status.h"

/* Opens and locks the node (flock) for this process; the descriptor is never read. -1 with HOST_PERMISSION, HOST_BUSY ("held by NAME
 * (pid N)") or GONE. */
int modem_hold (const char *node, GError **error);
/* "NAME (pid N)" of another process that has the file of that descriptor open; NULL when none can be seen (the files of other users' processes
 * cannot). Caller frees. */
char *modem_hold_find_holder (int fd);
/* "NAME (pid N), ..." of running programs that take modems (ModemManager, mbim-proxy ...), whoever's they are; NULL. Caller frees. */
char *modem_hold_suspects (void);
