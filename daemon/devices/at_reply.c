/* See the header file. Every pointer is beside its end: nothing in here is a string before it was copied. */
#include "daemon/devices/at_reply.h"
#include "daemon/devices/device.h"

#include <string.h>

typedef struct {
  const char *start;
  gsize n;
} Span;

static const struct {
  const char *key;
  gsize offset, most;
  const char *letters; /* beside digits */
} fields[] = {
    {"MN", G_STRUCT_OFFSET (AtReply, model), AT_WORD_MAX, G_CSET_A_2_Z G_CSET_a_2_z "-_. "},
    {"SN", G_STRUCT_OFFSET (AtReply, serial), AT_WORD_MAX, G_CSET_A_2_Z G_CSET_a_2_z},
    {"UN", G_STRUCT_OFFSET (AtReply, unique), AT_WORD_MAX, G_CSET_A_2_Z G_CSET_a_2_z},
    {"IMEI", G_STRUCT_OFFSET (AtReply, imei), AT_IMEI_MAX, ""},
};

/* Cuts off what comes before the letter, which is passed over. All of it, when the letter is not there. */
static Span
cut (Span *rest, char letter)
{
  const char *found = memchr (rest->start, letter, rest->n);
  Span part = {rest->start, found != NULL ? (gsize)(found - rest->start) : rest->n};
  gsize used = found != NULL ? part.n + 1 : part.n;
  rest->start += used;
  rest->n -= used;
  return part;
}

static gboolean
begins (Span span, const char *word)
{
  return span.n >= strlen (word) && memcmp (span.start, word, strlen (word)) == 0;
}

static gboolean
is_word (Span span, const char *word)
{
  return span.n == strlen (word) && begins (span, word);
}

static gboolean
is_clean (Span span, const char *letters)
{
  for (gsize i = 0; i < span.n; i++)
    if (!g_ascii_isdigit (span.start[i]) && (span.start[i] == '\0' || strchr (letters, span.start[i]) == NULL))
      return FALSE;
  return TRUE;
}

/* The first value of a key counts. */
static void
take_value (AtReply *reply, Span key, Span value)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    char *field = &G_STRUCT_MEMBER (char, reply, fields[i].offset);
    if (!is_word (key, fields[i].key) || *field != '\0' || value.n > fields[i].most ||
        !is_clean (value, fields[i].letters))
      continue;
    memcpy (field, value.start, value.n);
    field[value.n] = '\0';
    if (device_serial_is_dummy (g_strstrip (field)))
      *field = '\0';
  }
}

/* "KEY(value)", or "KEY(value,of the second card)" */
static void
take_item (AtReply *reply, Span item)
{
  Span key = cut (&item, '(');
  if (item.n == 0 || item.start[item.n - 1] != ')')
    return;
  item.n--;
  take_value (reply, key, cut (&item, ','));
}

static AtReply
read_items (Span line)
{
  AtReply reply = {0};
  while (line.n > 0 && *line.start == ' ') {
    line.start++;
    line.n--;
  }
  while (line.n > 0)
    take_item (&reply, cut (&line, ';'));
  if (strlen (reply.imei) != AT_IMEI_MAX)
    reply.imei[0] = '\0';
  return reply;
}

/* The next whole line, without what ends it. FALSE: there is none yet. */
static gboolean
next_line (Span *rest, Span *line)
{
  if (rest->n == 0 || memchr (rest->start, '\n', rest->n) == NULL)
    return FALSE;
  *line = cut (rest, '\n');
  while (line->n > 0 && (line->start[line->n - 1] == '\r' || line->start[line->n - 1] == ' '))
    line->n--;
  return TRUE;
}

AtReplyKind
at_reply_parse (const guint8 *data, gsize n, AtReply *reply)
{
  static const char label[] = "+DEVCONINFO:";
  Span rest = {(const char *)data, n}, line;
  AtReply said = {0};
  gboolean has_said = FALSE;
  while (next_line (&rest, &line)) {
    if (begins (line, label) && !has_said) {
      said = read_items ((Span){line.start + strlen (label), line.n - strlen (label)});
      has_said = TRUE;
    } else if (is_word (line, "ERROR") || begins (line, "+CME ERROR"))
      return AT_REFUSED;
    else if (is_word (line, "OK") && has_said) { /* another one ended an earlier conversation */
      *reply = said;
      return AT_ANSWERED;
    }
  }
  return AT_PARTIAL;
}
