/* See the header file. */
#include "daemon/devices/strategy_app.h"

#include <string.h>

gboolean
strategy_app_is_configured (const StrategyApp *app)
{
  return app->component != NULL && app->command != NULL;
}

char *
strategy_app_command (const StrategyApp *app)
{
  GString *command = g_string_new (app->command);
  g_autofree char *flags = g_strdup_printf ("%d", app->flags);
  g_string_replace (command, STRATEGY_FLAGS_MARK, flags, 0);
  return g_string_free (command, FALSE);
}

/* "org.example/.Admin" is short for "org.example/org.example.Admin" (ComponentName.flattenToShortString). Caller frees. */
static char *
long_component (const char *component)
{
  const char *slash = strchr (component, '/');
  if (slash == NULL || slash[1] != '.')
    return g_strdup (component);
  return g_strdup_printf ("%.*s/%.*s%s", (int)(slash - component), component, (int)(slash - component), component,
                          slash + 1);
}

gboolean
strategy_owner_is_ours (const DeviceFacts *facts, const StrategySettings *settings)
{
  if (facts->owner == NULL || settings->owner.component == NULL)
    return FALSE;
  g_autofree char *there = long_component (facts->owner);
  g_autofree char *ours = long_component (settings->owner.component);
  return strcmp (there, ours) == 0;
}

gboolean
strategy_clears_google_lock (const Strategy *strategy, const StrategySettings *settings)
{
  return strategy->clears_google_lock != NULL && strategy->clears_google_lock (settings);
}
