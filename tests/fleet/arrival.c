// Texts follow Android's toybox `df` and its `service` command, which prints a Parcel in hexadecimal with the letters beside it.
#include "tests/fleet/arrival.h"

#include <string.h>

#define LINE_WORDS 4 // of 4 bytes, in a line of a Parcel

void
arrival_df (Tablet *tablet, char **words, struct ShellResult *result)
{
  (void)tablet; // all alike
  gboolean is_data = g_strv_length (words) > 2 && g_str_equal (words[2], "/data");
  if (is_data)
    g_string_append (result->out, "Filesystem       1K-blocks    Used Available Use% Mounted on\n"
                                  "/dev/block/dm-44  52428800 6291456  46137344  13% /data\n");
  else
    g_string_append (result->err, "df: No such file or directory\n");
  result->status = !is_data;
}

// A status, a length, the text in UTF-16, zeros.
static GByteArray *
parcel_of (const char *text)
{
  const guint32 head[2] = {0, GUINT32_TO_LE ((guint32)strlen (text))};
  GByteArray *bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *)head, sizeof head);
  for (; *text != '\0'; text++)
    g_byte_array_append (bytes, (const guint8[]){(guint8)*text, 0}, 2);
  while (bytes->len % (LINE_WORDS * 4) != 0)
    g_byte_array_append (bytes, (const guint8[]){0}, 1);
  return bytes;
}

static void
append_line (GString *out, const guint8 *bytes, guint at)
{
  g_string_append_printf (out, "\n  0x%08x:", at);
  for (guint i = 0; i < LINE_WORDS; i++)
    g_string_append_printf (out, " %02x%02x%02x%02x", bytes[4 * i + 3], bytes[4 * i + 2], bytes[4 * i + 1],
                            bytes[4 * i]);
  g_string_append (out, " '");
  for (guint i = 0; i < LINE_WORDS * 4; i++)
    g_string_append_c (out, g_ascii_isgraph (bytes[i]) ? (char)bytes[i] : '.');
  g_string_append_c (out, '\'');
}

void
arrival_service (Tablet *tablet, char **words, struct ShellResult *result)
{
  const char *imei = tablet->settings.imei;
  if (g_strv_length (words) < 3 || !g_str_equal (words[2], "iphonesubinfo") || *imei == '\0') {
    g_string_append (result->out, "service: Service iphonesubinfo does not exist\n");
    return;
  }
  g_autoptr (GByteArray) parcel = parcel_of (imei);
  g_string_append (result->out, "Result: Parcel(");
  for (guint at = 0; at < parcel->len; at += LINE_WORDS * 4)
    append_line (result->out, parcel->data + at, at);
  g_string_append (result->out, ")\n");
}
