/* What a person taps to reset a tablet by hand, per brand, in both languages: data files (daemon/system/reset-screens), chosen by what the
 * tablet says of its maker. Read once at start; then safe in any thread. */
#pragma once
#include "daemon/devices/device.h"
#include "daemon/rules/message.h"

typedef struct _ResetScreens ResetScreens;

typedef struct {
  const char *brand;           /* as shown */
  const char *const *steps[2]; /* by Language; NULL-terminated, of equal length */
} ResetSteps;

/* All *.conf of the directory: one of them must match "*". Caller frees. */
ResetScreens *reset_screens_load (const char *directory, GError **error);
/* Accepts NULL. */
void reset_screens_free (ResetScreens *screens);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ResetScreens, reset_screens_free)
/* The steps for a maker (NULL: unknown) and a way of resetting by hand. Borrowed from screens. FALSE when nothing is done by hand, or screens is
 * NULL. */
gboolean reset_screens_find (const ResetScreens *screens, const char *maker, StrategyHand hand, ResetSteps *steps);
