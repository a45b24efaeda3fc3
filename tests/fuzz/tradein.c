/* The trade-in status of a tablet, and the certificates in it, on any text: numbers stay in their range, nothing that was not signed over
 * our challenge holds. */
#include "daemon/devices/tradein.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_chain (GBytes *chain)
{
  const AttestationExpected expected = {"a challenge that nobody signed", "R9TEST0001", NULL};
  AttestationReport report;
  attestation_check (chain, &expected, &report);
  g_assert_nonnull (report.failure);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (TradeinStatus) status = tradein_parse (text, NULL);
  g_autoptr (GBytes) raw = g_bytes_new (data, size);
  check_chain (raw); /* as if it were DER already */
  if (status == NULL)
    return 0;
  g_assert_cmpint (status->battery_health, >=, -1);
  g_assert_cmpint (status->battery_health, <=, 100);
  g_assert_true ((status->chain == NULL) == (status->no_chain_because != NULL));
  if (status->chain != NULL)
    check_chain (status->chain);
  return 0;
}
