/* Which MBIM modems are plugged in, from udev. Private to this folder. */
#pragma once
#include "daemon/devices/modem.h"

typedef struct {
  const char *syspath; /* of the control node: its identity while it is plugged in */
  const char *port;    /* "1-1.2" */
  const char *node;    /* "/dev/cdc-wdm0" */
  const char *name;    /* maker and product, or NULL */
} ModemFound;
/* found NULL: the one with that syspath left. */
typedef void (*ModemFindFunc) (const char *syspath, const ModemFound *found, gpointer user);

typedef struct _ModemFind ModemFind;
/* Watches in the default main context; what is there already comes from the loop. NULL with MODEM_ERROR_SETUP. */
ModemFind *modem_find_new (ModemFindFunc func, gpointer user, GError **error);
/* Accepts NULL. */
void modem_find_free (ModemFind *find);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModemFind, modem_find_free)
