/* Any answer to any command of ours: what is told is plain text, and a secret in it is not told. The first byte chooses the command. */
#include "daemon/devices/scrub.h"

#include <stdint.h>
#include <string.h>

#define SECRET "Zq7Marie0639980012"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *const commands[] = {
    "getprop",
    "getprop ro.serialno",
    "dumpsys account",
    "dumpsys battery",
    "dumpsys persistent_data_block",
    "cmd recovery help",
    "dpm list-owners",
    "pm list users",
    "pm path x",
    "am broadcast x",
    "df -k /data",
    "service call iphonesubinfo 1 s16 com.android.shell",
    "tradeinmode getstatus -challenge x",
};
enum { PROPERTIES = 0, STATUS = G_N_ELEMENTS (commands) - 1 };
enum { BANNER = G_N_ELEMENTS (commands), FASTBOOT, WAYS };

static void
scrub_one (Scrub *scrub, guint way, char *text, gsize n)
{
  const ScrubRow *row;
  if (way == BANNER)
    scrub_banner (scrub, text, n);
  else if (way == FASTBOOT)
    scrub_fastboot (scrub, "getvar:product", text, n);
  else {
    g_autofree char *service = g_strconcat ("shell,v2,raw:", commands[way], NULL);
    g_free (scrub_service (service, &row));
    scrub_answer (scrub, row, text, n);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 1)
    return 0;
  guint way = data[0] % WAYS;
  gsize n = size - 1;
  g_autoptr (Scrub) scrub = scrub_new ();
  g_autofree char *text = g_malloc (MAX (n, 1));
  char known[] = SECRET;
  memcpy (text, data + 1, n);
  /* what the maker wrote is told as it is, but for what is known from elsewhere */
  if (way == PROPERTIES || way == STATUS || way == BANNER || way == FASTBOOT)
    scrub_value (scrub, SCRUB_SERIAL, known, strlen (known));
  scrub_one (scrub, way, text, n);
  g_assert_null (memmem (text, n, SECRET, strlen (SECRET)));
  for (gsize i = 0; i < n; i++)
    g_assert_true (text[i] == SCRUB_LEFT_OUT || g_ascii_isprint (text[i]) || g_ascii_isspace (text[i]));
  return 0;
}
