// What the command socket may do with anything of the scenario, a tablet, a modem or a card: one table of functions a kind.
#pragma once

#include <glib.h>

struct ThingType {
  const char *kind; // the word before the name of the scenario group
  // The cable goes in (`port` may be NULL: where it was) or out. NULL for what has no cable.
  gboolean (*plug) (gpointer self, const char *port, GError **error);
  gboolean (*unplug) (gpointer self, GError **error);
  gboolean (*set) (gpointer self, const char *key, const char *value, GError **error);
  // Arms a fault, "unplug@erase". NULL for what never fails.
  gboolean (*arm) (gpointer self, const char *step, GError **error);
  // "key=value ..." and one value of it, NULL when there is no such key. The caller owns the text.
  char *(*state) (gpointer self);
  char *(*value) (gpointer self, const char *key);
  // For `list`: "plugged@1-1" or so. NULL: not listed.
  char *(*place) (gpointer self);
};

struct Thing {
  const char *name; // owned by self
  const struct ThingType *type;
  gpointer self;
};
