/* See hub_watch.h. */
#include "daemon/actions/hub_watch.h"
#include <string.h>

#define AT_ONCE_US (1 * G_USEC_PER_SEC) /* the kernel tells the ports of one hub within a few milliseconds */
#define LEAST      2                    /* one alone is a cable */

typedef struct {
  guint lost;
  gint64 last_us;
  gboolean is_gone;
} Hub;

struct _HubWatch {
  GHashTable *hubs; /* port of a hub -> Hub */
};

HubWatch *
hub_watch_new (void)
{
  HubWatch *watch = g_new (HubWatch, 1);
  watch->hubs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return watch;
}

void
hub_watch_free (HubWatch *watch)
{
  if (watch == NULL)
    return;
  g_hash_table_unref (watch->hubs);
  g_free (watch);
}

char *
hub_watch_hub_of (const char *port)
{
  const char *dot = strrchr (port, '.');
  return dot != NULL ? g_strndup (port, (gsize)(dot - port)) : NULL;
}

void
hub_watch_left (HubWatch *watch, const char *port, guint left_there, gint64 now_us)
{
  g_autofree char *name = hub_watch_hub_of (port);
  if (name == NULL)
    return;
  Hub *hub = g_hash_table_lookup (watch->hubs, name);
  if (hub == NULL) {
    hub = g_new0 (Hub, 1);
    g_hash_table_insert (watch->hubs, g_steal_pointer (&name), hub);
  }
  hub->lost = now_us - hub->last_us <= AT_ONCE_US ? hub->lost + 1 : 1;
  hub->last_us = now_us;
  hub->is_gone = hub->lost >= LEAST && left_there == 0;
}

void
hub_watch_arrived (HubWatch *watch, const char *port)
{
  g_autofree char *name = hub_watch_hub_of (port);
  if (name != NULL)
    g_hash_table_remove (watch->hubs, name);
}

void
hub_gone_free (HubGone *gone)
{
  g_free (gone->hub);
  g_free (gone);
}

static int
compare_hubs (gconstpointer a, gconstpointer b)
{
  const HubGone *const *left = a, *const *right = b;
  return strverscmp ((*left)->hub, (*right)->hub);
}

GPtrArray *
hub_watch_gone (const HubWatch *watch)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)hub_gone_free);
  GHashTableIter each;
  gpointer name, value;
  g_hash_table_iter_init (&each, watch->hubs);
  while (g_hash_table_iter_next (&each, &name, &value)) {
    const Hub *hub = value;
    if (!hub->is_gone)
      continue;
    HubGone *gone = g_new (HubGone, 1);
    *gone = (HubGone){g_strdup (name), hub->lost};
    g_ptr_array_add (list, gone);
  }
  g_ptr_array_sort (list, compare_hubs);
  return list;
}
