/* A fastboot link against a boot loader that says anything: three commands, each answered exactly once, until it is unplugged. A transfer is
 * one octet of length and that many octets. */
#include "daemon/devices/fastboot.h"
#include "tests/fuzz/fuzz_wire.h"

#include <stddef.h>
#include <stdint.h>

#define N_COMMANDS 3

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct {
  guint answers, losses;
} Talk;

static GBytes *
next_transfer (const guint8 **data, gsize *n)
{
  if (*n == 0)
    return NULL;
  gsize length = MIN ((*data)[0], *n - 1);
  GBytes *bytes = g_bytes_new (*data + 1, length);
  *data += 1 + length;
  *n -= 1 + length;
  return bytes;
}

static void
on_answer (const char *value, gboolean is_written, const GError *error, gpointer user)
{
  Talk *talk = user;
  gboolean is_refusal = g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_REFUSED);
  g_assert_true ((value != NULL) == (error == NULL || is_refusal));
  g_assert_true (value == NULL || is_written);
  talk->answers++;
}

static void
on_lost (const GError *error, gpointer user)
{
  Talk *talk = user;
  g_assert_nonnull (error);
  talk->losses++;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const commands[N_COMMANDS] = {"getvar:serialno", "erase:userdata", "reboot"};
  Talk talk = {0};
  FuzzWire wire;
  fuzz_wire_init (&wire, data, size, next_transfer);
  Fastboot *fastboot = fastboot_new (&wire.wire, on_lost, &talk);
  for (guint i = 0; i < N_COMMANDS; i++)
    fastboot_run (fastboot, commands[i], NULL, on_answer, &talk);
  while (talk.answers < N_COMMANDS && g_main_context_iteration (NULL, FALSE))
    continue;
  fastboot_free (fastboot);
  g_assert_cmpuint (talk.answers, ==, N_COMMANDS);
  g_assert_cmpuint (talk.losses, <=, 1);
  fuzz_wire_clear (&wire);
  return 0;
}
