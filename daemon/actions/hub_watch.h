/* Tells a hub that has lost all its tablets at once (its plug, its power, a reset) from tablets that are unplugged one after the other. */
#pragma once
#include <glib.h>

typedef struct _HubWatch HubWatch;
HubWatch *hub_watch_new (void);
/* Accepts NULL. */
void hub_watch_free (HubWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HubWatch, hub_watch_free)
/* A device left its port although nothing made it. left_there: how many are still on the same hub (hub_watch_hub_of). now_us: monotonic. */
void hub_watch_left (HubWatch *watch, const char *port, guint left_there, gint64 now_us);
/* Something is on that port: its hub is there. */
void hub_watch_arrived (HubWatch *watch, const char *port);
/* The hub that a port belongs to, "1-2" of "1-2.3". NULL: it is one of the machine's own. Caller frees. */
char *hub_watch_hub_of (const char *port);

typedef struct {
  char *hub;
  guint lost; /* how many tablets left with it */
} HubGone;
void hub_gone_free (HubGone *gone);
/* The hubs that are gone, by port. Array of HubGone; caller unrefs. */
GPtrArray *hub_watch_gone (const HubWatch *watch);
