/* One table of fields for each kind of line serves writing, reading, freeing and wiping. See the header file. */
#include "daemon/devices/modem_line.h"

#include "daemon/devices/device.h"
#include <jansson.h>
#include <string.h>

enum {
  TEXT_MAX = 2048, /* bytes of one string: the longest message of an operator */
  LIST_MAX = 16,   /* phone numbers */
  NUMBER_MAX = G_MAXINT32,
};

/* How a field is kept in its struct, and written. */
typedef enum { AS_TEXT, AS_NUMBER, AS_INT, AS_FLAG, AS_LIST, AS_STATE, AS_CODE } FieldKind;
typedef struct {
  const char *name;
  FieldKind kind;
  gsize offset;
} Field;

#define REQUEST(name, kind)                                                                                            \
  {                                                                                                                    \
#name, kind, G_STRUCT_OFFSET(ModemRequest, name)                                                                   \
  }
static const Field request_fields[] = {
    REQUEST (id, AS_NUMBER),
    REQUEST (job, AS_NUMBER),
    REQUEST (node, AS_TEXT),
    REQUEST (iccid, AS_TEXT),
    REQUEST (imei, AS_TEXT),
    REQUEST (pin, AS_TEXT),
    REQUEST (new_pin, AS_TEXT),
    REQUEST (puk, AS_TEXT),
    REQUEST (text, AS_TEXT),
    REQUEST (to, AS_TEXT),
    REQUEST (from, AS_TEXT),
    REQUEST (is_typed, AS_FLAG),
    REQUEST (spends, AS_FLAG),
    REQUEST (attempts_seen, AS_NUMBER),
    REQUEST (confirmations, AS_NUMBER),
    REQUEST (answer_s, AS_NUMBER),
};
#define REPORT(name, kind)                                                                                             \
  {                                                                                                                    \
#name, kind, G_STRUCT_OFFSET(ModemReport, name)                                                                    \
  }
static const Field report_fields[] = {
    REPORT (id, AS_NUMBER),         REPORT (state, AS_STATE),     REPORT (code, AS_CODE),
    REPORT (detail, AS_TEXT),       REPORT (text, AS_TEXT),       REPORT (imei, AS_TEXT),
    REPORT (firmware, AS_TEXT),     REPORT (name, AS_TEXT),       REPORT (is_sent, AS_FLAG),
    REPORT (is_open, AS_FLAG),      REPORT (attempts, AS_NUMBER), REPORT (n_messages, AS_NUMBER),
    REPORT (n_contacts, AS_NUMBER),
};
#define CARD(name, kind)                                                                                               \
  {                                                                                                                    \
#name, kind, G_STRUCT_OFFSET(ModemCard, name)                                                                      \
  }
static const Field card_fields[] = {
    CARD (iccid, AS_TEXT),        CARD (iccid_raw, AS_TEXT),     CARD (imsi, AS_TEXT),
    CARD (numbers, AS_LIST),      CARD (is_private, AS_FLAG),    CARD (is_pin_on, AS_INT),
    CARD (pin_attempts, AS_INT),  CARD (puk_attempts, AS_INT),   CARD (home_network, AS_TEXT),
    CARD (home_name, AS_TEXT),    CARD (network, AS_TEXT),       CARD (network_name, AS_TEXT),
    CARD (registration, AS_TEXT), CARD (signal_percent, AS_INT),
};
#undef REQUEST
#undef REPORT
#undef CARD

static const char *const asks[] = {
    [MODEM_ASK_OPEN] = "open",         [MODEM_ASK_PING] = "ping",
    [MODEM_ASK_STOP] = "stop",         [MODEM_ASK_IDENTIFY] = "identify",
    [MODEM_ASK_PIN] = "pin",           [MODEM_ASK_REGISTER] = "register",
    [MODEM_ASK_USSD] = "ussd",         [MODEM_ASK_USSD_REPLY] = "ussd_reply",
    [MODEM_ASK_USSD_END] = "ussd_end", [MODEM_ASK_SMS] = "sms",
    [MODEM_ASK_SMS_END] = "sms_end",   [MODEM_ASK_ERASE] = "erase",
    [MODEM_ASK_COUNT] = "count",
};
static const char *const tells[] = {
    [MODEM_TELL_STATE] = "state",     [MODEM_TELL_PONG] = "pong", [MODEM_TELL_SENT] = "sent",
    [MODEM_TELL_WAITING] = "waiting", [MODEM_TELL_SMS] = "sms",   [MODEM_TELL_DONE] = "done",
};

void
modem_wipe_free (char *secret)
{
  if (secret == NULL)
    return;
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

void
modem_request_free (ModemRequest *request)
{
  if (request == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (request_fields); i++)
    if (request_fields[i].kind == AS_TEXT)
      modem_wipe_free (G_STRUCT_MEMBER (char *, request, request_fields[i].offset));
  g_free (request);
}

void
modem_report_free (ModemReport *report)
{
  if (report == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (report_fields); i++)
    if (report_fields[i].kind == AS_TEXT)
      g_free (G_STRUCT_MEMBER (char *, report, report_fields[i].offset));
  modem_card_free (report->card);
  g_free (report);
}

/* ---- writing ---- */

static void
append_string (GString *line, const char *text)
{
  g_string_append_c (line, '"');
  for (const char *p = text; *p != '\0'; p++) {
    guchar c = *p;
    if (c == '"' || c == '\\')
      g_string_append_printf (line, "\\%c", c);
    else if (c < ' ' || c == 0x7f)
      g_string_append_printf (line, "\\u%04x", c);
    else
      g_string_append_c (line, c);
  }
  g_string_append_c (line, '"');
}

static void
append_list (GString *line, char **list)
{
  g_string_append_c (line, '[');
  for (gsize i = 0; list[i] != NULL; i++) {
    if (i > 0)
      g_string_append_c (line, ',');
    append_string (line, list[i]);
  }
  g_string_append_c (line, ']');
}

/* Nothing is written for NULL, zero and FALSE: reading starts with those. */
static gboolean
is_default (const Field *field, gconstpointer base)
{
  switch (field->kind) {
  case AS_TEXT:
  case AS_LIST:
    return G_STRUCT_MEMBER (gpointer, base, field->offset) == NULL;
  case AS_NUMBER:
    return G_STRUCT_MEMBER (gint64, base, field->offset) == 0;
  case AS_CODE:
    return G_STRUCT_MEMBER (gint64, base, field->offset) == MODEM_CODE_NONE;
  case AS_FLAG:
    return !G_STRUCT_MEMBER (gboolean, base, field->offset);
  case AS_INT:
  case AS_STATE:
    return FALSE;
  }
  return FALSE;
}

static void
append_value (GString *line, const Field *field, gconstpointer base)
{
  switch (field->kind) {
  case AS_TEXT:
    append_string (line, G_STRUCT_MEMBER (char *, base, field->offset));
    return;
  case AS_LIST:
    append_list (line, G_STRUCT_MEMBER (char **, base, field->offset));
    return;
  case AS_NUMBER:
    g_string_append_printf (line, "%" G_GINT64_FORMAT, G_STRUCT_MEMBER (gint64, base, field->offset));
    return;
  case AS_INT:
    g_string_append_printf (line, "%d", G_STRUCT_MEMBER (int, base, field->offset));
    return;
  case AS_FLAG:
    g_string_append (line, "true");
    return;
  case AS_STATE:
    append_string (line, modem_state_name (G_STRUCT_MEMBER (gint64, base, field->offset)));
    return;
  case AS_CODE:
    append_string (line, modem_code_word (G_STRUCT_MEMBER (gint64, base, field->offset)));
    return;
  }
}

static void
append_fields (GString *line, const Field *fields, gsize n, gconstpointer base)
{
  for (gsize i = 0; i < n; i++) {
    if (is_default (&fields[i], base))
      continue;
    g_string_append_printf (line, ",\"%s\":", fields[i].name);
    append_value (line, &fields[i], base);
  }
}

/* Big enough from the start that no secret is left behind by a move to larger memory. */
static GString *
begin_line (const char *key, const char *word)
{
  GString *line = g_string_sized_new (MODEM_LINE_MAX);
  g_string_append_printf (line, "{\"%s\":\"%s\"", key, word);
  return line;
}

char *
modem_request_write (const ModemRequest *request)
{
  GString *line = begin_line ("ask", asks[request->ask]);
  append_fields (line, request_fields, G_N_ELEMENTS (request_fields), request);
  g_string_append (line, "}\n");
  return g_string_free (line, FALSE);
}

char *
modem_report_write (const ModemReport *report)
{
  GString *line = begin_line ("tell", tells[report->tell]);
  append_fields (line, report_fields, G_N_ELEMENTS (report_fields), report);
  if (report->card != NULL)
    append_fields (line, card_fields, G_N_ELEMENTS (card_fields), report->card);
  g_string_append (line, "}\n");
  return g_string_free (line, FALSE);
}

/* ---- reading ---- */

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "line: %s", what);
  return FALSE;
}

static const char *
text_of (json_t *value)
{
  return json_is_string (value) && json_string_length (value) <= TEXT_MAX ? json_string_value (value) : NULL;
}

static gboolean
read_list (json_t *value, char ***list)
{
  if (!json_is_array (value) || json_array_size (value) > LIST_MAX)
    return FALSE;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (gsize i = 0; i < json_array_size (value); i++) {
    const char *text = text_of (json_array_get (value, i));
    if (text == NULL)
      return FALSE;
    g_strv_builder_add (builder, text);
  }
  *list = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_number (json_t *value, gint64 *number)
{
  if (!json_is_integer (value))
    return FALSE;
  *number = json_integer_value (value);
  return *number >= MODEM_ATTEMPTS_UNKNOWN && *number <= NUMBER_MAX;
}

/* A word of a table as its number. */
static gboolean
read_word (const Field *field, json_t *value, gint64 *number)
{
  const char *word = text_of (value);
  ModemState state;
  if (word == NULL)
    return FALSE;
  if (field->kind == AS_CODE) {
    *number = modem_code_find (word);
    return *number != MODEM_CODE_NONE;
  }
  if (!modem_state_find (word, &state))
    return FALSE;
  *number = state;
  return TRUE;
}

static gboolean
read_field (const Field *field, json_t *value, gpointer base)
{
  gint64 number;
  switch (field->kind) {
  case AS_TEXT:
    G_STRUCT_MEMBER (char *, base, field->offset) = g_strdup (text_of (value));
    return text_of (value) != NULL;
  case AS_LIST:
    return read_list (value, &G_STRUCT_MEMBER (char **, base, field->offset));
  case AS_NUMBER:
    return read_number (value, &G_STRUCT_MEMBER (gint64, base, field->offset));
  case AS_INT:
    if (!read_number (value, &number))
      return FALSE;
    G_STRUCT_MEMBER (int, base, field->offset) = number;
    return TRUE;
  case AS_FLAG:
    G_STRUCT_MEMBER (gboolean, base, field->offset) = json_is_true (value);
    return json_is_true (value);
  case AS_STATE:
  case AS_CODE:
    return read_word (field, value, &G_STRUCT_MEMBER (gint64, base, field->offset));
  }
  return FALSE;
}

/* Takes the known fields out of the object. */
static gboolean
read_fields (json_t *object, const Field *fields, gsize n, gpointer base, GError **error)
{
  for (gsize i = 0; i < n; i++) {
    json_t *value = json_object_get (object, fields[i].name);
    if (value == NULL)
      continue;
    if (!read_field (&fields[i], value, base))
      return refuse (error, fields[i].name);
    (void)json_object_del (object, fields[i].name); /* it is there: just seen */
  }
  return TRUE;
}

/* The word under key as its index in words, taken out of the object. */
static gboolean
read_kind (json_t *object, const char *key, const char *const *words, gsize n, int *kind)
{
  const char *word = text_of (json_object_get (object, key));
  for (gsize i = 0; i < n; i++)
    if (g_strcmp0 (words[i], word) == 0) {
      *kind = i;
      return json_object_del (object, key) == 0;
    }
  return FALSE;
}

static json_t *
parse_object (const char *line, gsize n, GError **error)
{
  json_t *object = n <= MODEM_LINE_MAX ? json_loadb (line, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
  if (json_is_object (object))
    return object;
  json_decref (object);
  refuse (error, "not a JSON object");
  return NULL;
}

/* What jansson's strings hold is in its own memory: overwritten before it is given back. */
static void
wipe_object (json_t *object)
{
  const char *key;
  json_t *value;
  json_object_foreach (object, key, value)
  {
    if (json_is_string (value))
      explicit_bzero ((char *)json_string_value (value), json_string_length (value));
  }
}

static gboolean
read_request (json_t *object, ModemRequest *request, GError **error)
{
  int kind;
  if (!read_kind (object, "ask", asks, G_N_ELEMENTS (asks), &kind))
    return refuse (error, "ask");
  request->ask = kind;
  for (gsize i = 0; i < G_N_ELEMENTS (request_fields); i++) {
    json_t *value = json_object_get (object, request_fields[i].name);
    if (value != NULL && !read_field (&request_fields[i], value, request))
      return refuse (error, request_fields[i].name);
  }
  if (request->job < 0 || request->job > MODEM_JOB_ERASE)
    return refuse (error, "job");
  return TRUE;
}

/* Has it only keys of the table? The values stay in place, so that they can be wiped. */
static gboolean
has_only_known (json_t *object, GError **error)
{
  const char *key;
  json_t *value;
  json_object_foreach (object, key, value)
  {
    gboolean is_known = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS (request_fields); i++)
      is_known = is_known || g_str_equal (request_fields[i].name, key);
    if (!is_known)
      return refuse (error, "unknown key");
  }
  return TRUE;
}

ModemRequest *
modem_request_read (const char *line, gsize n, GError **error)
{
  json_t *object = parse_object (line, n, error);
  if (object == NULL)
    return NULL;
  g_autoptr (ModemRequest) request = g_new0 (ModemRequest, 1);
  gboolean is_good = read_request (object, request, error) && has_only_known (object, error);
  wipe_object (object);
  json_decref (object);
  return is_good ? g_steal_pointer (&request) : NULL;
}

static gboolean
read_report (json_t *object, ModemReport *report, GError **error)
{
  int kind;
  if (!read_kind (object, "tell", tells, G_N_ELEMENTS (tells), &kind))
    return refuse (error, "tell");
  report->tell = kind;
  report->code = MODEM_CODE_NONE;
  if (!read_fields (object, report_fields, G_N_ELEMENTS (report_fields), report, error))
    return FALSE;
  if (kind == MODEM_TELL_STATE) {
    report->card = modem_card_new ();
    if (!read_fields (object, card_fields, G_N_ELEMENTS (card_fields), report->card, error))
      return FALSE;
  }
  return json_object_size (object) == 0 || refuse (error, "unknown key");
}

ModemReport *
modem_report_read (const char *line, gsize n, GError **error)
{
  json_t *object = parse_object (line, n, error);
  if (object == NULL)
    return NULL;
  g_autoptr (ModemReport) report = g_new0 (ModemReport, 1);
  gboolean is_good = read_report (object, report, error);
  json_decref (object);
  return is_good ? g_steal_pointer (&report) : NULL;
}

/* ---- lines ---- */

struct _ModemLines {
  gsize n;
  char buffer[MODEM_LINE_MAX * 2]; /* never moved: what is taken is wiped in place */
};

ModemLines *
modem_lines_new (void)
{
  return g_new0 (ModemLines, 1);
}

void
modem_lines_free (ModemLines *lines)
{
  if (lines == NULL)
    return;
  explicit_bzero (lines->buffer, sizeof lines->buffer);
  g_free (lines);
}

gboolean
modem_lines_put (ModemLines *lines, const char *data, gsize n)
{
  if (n > sizeof lines->buffer - lines->n)
    return FALSE;
  memcpy (lines->buffer + lines->n, data, n);
  lines->n += n;
  const char *end = memchr (lines->buffer, '\n', lines->n);
  return end != NULL || lines->n <= MODEM_LINE_MAX;
}

char *
modem_lines_take (ModemLines *lines)
{
  char *end = memchr (lines->buffer, '\n', lines->n);
  if (end == NULL)
    return NULL;
  gsize length = end - lines->buffer;
  gsize rest = lines->n - length - 1;
  char *line = g_strndup (lines->buffer, length);
  memmove (lines->buffer, end + 1, rest);
  explicit_bzero (lines->buffer + rest, lines->n - rest);
  lines->n = rest;
  return line;
}
