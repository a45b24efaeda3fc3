/* The event stream of any bytes: the same events come out however the bytes are cut. */
#include "cli/sse.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
collect (const char *topic, const char *text, gpointer user)
{
  g_string_append_printf (user, "%s=%s\n", topic, text);
}

static char *
fed (const uint8_t *data, size_t size, size_t piece)
{
  GString *out = g_string_new (NULL);
  g_autoptr (Sse) sse = sse_new (collect, out);
  for (size_t at = 0; at < size; at += piece)
    sse_feed (sse, (const char *)data + at, MIN (piece, size - at));
  return g_string_free (out, FALSE);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *whole = fed (data, size, MAX (size, 1));
  g_autofree char *cut = fed (data, size, 1 + (size > 0 ? data[0] % 7 : 0));
  g_assert_cmpstr (whole, ==, cut);
  return 0;
}
