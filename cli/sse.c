/* Event-stream parser: a line buffer, and the event being filled (HTML standard, section "Server-sent events"). */
#include "cli/sse.h"
#include <string.h>

#define SSE_MAX (64 * 1024) /* bytes of one line, and of the data of one event */

struct _Sse {
  SseFunc func;
  gpointer user;
  GString *line, *topic, *data;
  gboolean after_cr; /* a LF that follows belongs to the same line end */
  gboolean has_data;
  gboolean is_too_long;
};

Sse *
sse_new (SseFunc func, gpointer user)
{
  Sse *sse = g_new0 (Sse, 1);
  sse->func = func;
  sse->user = user;
  sse->line = g_string_new (NULL);
  sse->topic = g_string_new (NULL);
  sse->data = g_string_new (NULL);
  return sse;
}

void
sse_free (Sse *sse)
{
  if (sse == NULL)
    return;
  g_string_free (sse->line, TRUE);
  g_string_free (sse->topic, TRUE);
  g_string_free (sse->data, TRUE);
  g_free (sse);
}

static void
forget_event (Sse *sse)
{
  g_string_truncate (sse->topic, 0);
  g_string_truncate (sse->data, 0);
  sse->has_data = FALSE;
  sse->is_too_long = FALSE;
}

void
sse_reset (Sse *sse)
{
  forget_event (sse);
  g_string_truncate (sse->line, 0);
  sse->after_cr = FALSE;
}

static void
end_event (Sse *sse)
{
  if (sse->has_data && !sse->is_too_long)
    sse->func (sse->topic->len > 0 ? sse->topic->str : "message", sse->data->str, sse->user);
  forget_event (sse);
}

static void
take_field (Sse *sse, const char *name, const char *value)
{
  if (g_str_equal (name, "event"))
    g_string_assign (sse->topic, value);
  if (!g_str_equal (name, "data") || sse->is_too_long)
    return;
  if (sse->has_data)
    g_string_append_c (sse->data, '\n');
  g_string_append (sse->data, value);
  sse->has_data = TRUE;
  sse->is_too_long = sse->data->len > SSE_MAX;
}

static void
end_line (Sse *sse)
{
  char *colon = strchr (sse->line->str, ':');
  if (sse->line->len == 0) {
    end_event (sse);
  } else if (colon == NULL) {
    take_field (sse, sse->line->str, "");
  } else if (colon != sse->line->str) { /* a line that starts with a colon is a comment */
    *colon = '\0';
    take_field (sse, sse->line->str, colon[1] == ' ' ? colon + 2 : colon + 1);
  }
  g_string_truncate (sse->line, 0);
}

static void
take_byte (Sse *sse, char byte)
{
  gboolean ends_crlf = byte == '\n' && sse->after_cr;
  sse->after_cr = byte == '\r';
  if (ends_crlf)
    return;
  if (byte == '\n' || byte == '\r')
    end_line (sse);
  else if (sse->line->len < SSE_MAX)
    g_string_append_c (sse->line, byte);
  else
    sse->is_too_long = TRUE;
}

void
sse_feed (Sse *sse, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    take_byte (sse, bytes[i]);
}
