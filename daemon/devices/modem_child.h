/* One temoin-modem and the socket to it: starts it, pings it, ends it when it is silent. Private to this folder. */
#pragma once
#include "daemon/devices/modem_line.h"

typedef struct {
  void (*report) (const ModemReport *report, gpointer user);
  /* It ended, was silent, or talked nonsense: detail says which. is_heard: all that it ever said was reported. Called once; the child
   * must then be freed. */
  void (*ended) (const char *detail, gboolean is_heard, gpointer user);
} ModemChildFuncs;

typedef struct _ModemChild ModemChild;
/* Starts it (or connects, see ModemBenchOptions) and asks it to open the node. NULL with MODEM_ERROR_SETUP. */
ModemChild *modem_child_new (const ModemBenchOptions *options, const char *node, const ModemChildFuncs *funcs,
                             gpointer user, GError **error);
/* Ends the process; ended is not called. Accepts NULL. */
void modem_child_free (ModemChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModemChild, modem_child_free)
/* Sends one request with a new id, which is returned. Never blocks. */
gint64 modem_child_ask (ModemChild *child, ModemRequest *request);
