/* What a ProbeFunc was told, for the tests of bench_probe and bench_identify. */
#pragma once
#include "daemon/devices/device.h"

typedef struct {
  guint calls;
  DeviceFacts *facts;
  GError *error;
} Probed;

static inline void
on_probe (DeviceFacts *facts, const GError *error, gpointer user)
{
  Probed *probed = user;
  probed->calls++;
  probed->facts = facts;
  probed->error = error != NULL ? g_error_copy (error) : NULL;
}

/* It was called once. */
static inline void
probed_clear (Probed *probed)
{
  g_assert_cmpuint (probed->calls, ==, 1);
  g_clear_pointer (&probed->facts, device_facts_free);
  g_clear_error (&probed->error);
}
