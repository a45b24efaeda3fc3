/* One value to the text a person reads. */
#include "cli/display.h"
#include <stdlib.h>
#include <string.h>

/* The alphabet of codes: letters that every keyboard layout types alike. */
#define CODE_LETTERS "BCDFGHJKLNPRSTVX"
#define CODE_LENGTH  8

char *
display_code (const char *text)
{
  g_autofree char *clean = display_clean (text);
  if (strlen (clean) != CODE_LENGTH || strspn (clean, CODE_LETTERS) != CODE_LENGTH)
    return g_steal_pointer (&clean);
  return g_strdup_printf ("%.4s-%s", clean, clean + CODE_LENGTH / 2);
}

static gboolean
is_day (const char *text)
{
  static const char pattern[] = "dddd-dd-dd";
  for (gsize i = 0; i < sizeof pattern - 1; i++)
    if (pattern[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != pattern[i])
      return FALSE;
  return TRUE;
}

char *
display_day (const char *day, Language language)
{
  if (day == NULL || !is_day (day) || day[10] != '\0' || language == LANGUAGE_ENGLISH)
    return display_clean (day);
  return g_strdup_printf ("%.2s/%.2s/%.4s", day + 8, day + 5, day);
}

char *
display_money (gint64 cents, Language language)
{
  guint64 size = cents < 0 ? -(guint64)cents : (guint64)cents;
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, "%" G_GUINT64_FORMAT, size / 100);
  const char *separator = language == LANGUAGE_ENGLISH ? "," : " ";
  for (gssize at = (gssize)text->len - 3; at > 0; at -= 3)
    g_string_insert (text, at, separator);
  const char *sign = cents < 0 ? "-" : "";
  int rest = (int)(size % 100);
  return language == LANGUAGE_ENGLISH ? g_strdup_printf ("%s€%s.%02d", sign, text->str, rest)
                                      : g_strdup_printf ("%s%s,%02d €", sign, text->str, rest);
}

char *
display_phone (const char *msisdn)
{
  g_autofree char *clean = display_clean (msisdn);
  if (!g_str_has_prefix (clean, "+33") || strlen (clean) != strlen ("+33639980000"))
    return g_steal_pointer (&clean);
  const char *n = clean + strlen ("+33");
  return g_strdup_printf ("0%c %.2s %.2s %.2s %.2s", n[0], n + 1, n + 3, n + 5, n + 7);
}

char *
display_bytes (guint64 bytes, Language language)
{
  static const Text units[] = {{"o", "B"}, {"Ko", "KB"}, {"Mo", "MB"}, {"Go", "GB"}};
  double size = (double)bytes;
  gsize unit = 0;
  for (; size >= 1024 && unit + 1 < G_N_ELEMENTS (units); unit++)
    size /= 1024;
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (number, sizeof number, unit == 0 ? "%.0f" : "%.1f", size);
  if (language == LANGUAGE_FRENCH)
    g_strdelimit (number, ".", ',');
  return g_strdup_printf ("%s %s", number, text_in (units[unit], language));
}

static char *
instant_format (const char *instant, const char *format)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) at = instant == NULL ? NULL : g_date_time_new_from_iso8601 (instant, utc);
  if (at == NULL)
    return display_clean (instant);
  g_autoptr (GDateTime) local = g_date_time_to_local (at);
  return g_date_time_format (local, format);
}

char *
display_instant (const char *instant, Language language)
{
  return instant_format (instant, language == LANGUAGE_ENGLISH ? "%Y-%m-%d %H:%M:%S" : "%d/%m/%Y %H:%M:%S");
}

char *
display_clock (const char *instant)
{
  return instant_format (instant, "%H:%M:%S");
}

char *
display_clean (const char *text)
{
  if (text == NULL)
    return g_strdup ("");
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar letter = g_utf8_get_char (at);
    g_string_append_unichar (clean, g_unichar_iscntrl (letter) ? '?' : letter);
  }
  return g_string_free (clean, FALSE);
}

static gsize
letter_width (gunichar letter)
{
  if (g_unichar_iszerowidth (letter))
    return 0;
  return g_unichar_iswide (letter) ? 2 : 1;
}

gsize
display_width (const char *text)
{
  gsize width = 0;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    width += letter_width (g_utf8_get_char (at));
  return width;
}

char *
display_cut (const char *text, gsize columns)
{
  if (display_width (text) <= columns)
    return g_strdup (text);
  if (columns == 0)
    return g_strdup ("");
  gsize width = 0;
  const char *at = text;
  while (width + letter_width (g_utf8_get_char (at)) <= columns - 1) {
    width += letter_width (g_utf8_get_char (at));
    at = g_utf8_next_char (at);
  }
  return g_strdup_printf ("%.*s…", (int)(at - text), text);
}
