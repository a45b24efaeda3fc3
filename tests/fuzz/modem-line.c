/* Lines between temoind and temoin-modem, both ways. First octet: how the stream is cut. What is read can be written and read again the same. */
#include "daemon/devices/modem_line.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_request (const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ModemRequest) request = modem_request_read (line, strlen (line), &error);
  g_assert_true ((request == NULL) == (error != NULL));
  if (request == NULL)
    return;
  char *written = modem_request_write (request);
  g_autoptr (ModemRequest) again = modem_request_read (written, strlen (written), NULL);
  g_assert_true (again != NULL || strlen (written) > MODEM_LINE_MAX);
  if (again != NULL)
    g_assert_cmpstr (again->pin, ==, request->pin);
  modem_wipe_free (written);
}

static void
check_report (const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ModemReport) report = modem_report_read (line, strlen (line), &error);
  g_assert_true ((report == NULL) == (error != NULL));
  if (report == NULL)
    return;
  g_autofree char *written = modem_report_write (report);
  g_autoptr (ModemReport) again = modem_report_read (written, strlen (written), NULL);
  g_assert_true (again != NULL || strlen (written) > MODEM_LINE_MAX);
  if (again != NULL)
    g_assert_cmpstr (again->text, ==, report->text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  gsize step = 1 + data[0];
  const char *stream = (const char *)data + 1;
  g_autoptr (ModemLines) lines = modem_lines_new ();
  for (gsize at = 0; at < size - 1; at += step) {
    if (!modem_lines_put (lines, stream + at, MIN (step, size - 1 - at)))
      return 0;
    for (char *line; (line = modem_lines_take (lines)) != NULL; modem_wipe_free (line)) {
      check_request (line);
      check_report (line);
    }
  }
  return 0;
}
