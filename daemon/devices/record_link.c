/* What is said over one link: adb's messages put together from transfers, fastboot's commands and replies. The bytes of an adb stream are held until it
 * ends, since only a whole answer can be scrubbed; then they are told cut as they came. */
#include "daemon/devices/record.h"

#include "daemon/devices/adb_message.h"
#include "daemon/devices/fastboot.h"
#include "daemon/devices/shell_packet.h"

#include <string.h>

#define ANSWER_MAX  (1024 * 1024) /* bytes of one answer that are held */
#define STREAMS_MAX 16            /* answers that are held at once: we open one stream after the other */

#define PACKETS_MAX 4096 /* of one answer: each is told */

/* Messages of one side, as its transfers come. */
typedef struct {
  AdbMessage head;
  gboolean wants_payload;
  GByteArray *payload;
} Side;

/* What a tablet has said on one stream. */
typedef struct {
  guint32 id;          /* ours */
  const ScrubRow *row; /* NULL: of no command that we know */
  gboolean is_v2, is_too_long;
  gsize bytes;
  GByteArray *said;
} Stream;

struct _RecordLink {
  Record *record;
  DeviceMode mode;
  Side sides[2];
  GHashTable *streams; /* id -> Stream */
  char *command;       /* fastboot: the one under way; NULL: none of ours */
};

static const char *const side_names[] = {[RECORD_HOST] = "host", [RECORD_TABLET] = "tablet"};

static void
stream_free (gpointer data)
{
  Stream *stream = data;
  g_byte_array_unref (stream->said);
  g_free (stream);
}

static json_t *
line_from (const RecordLink *link, const char *kind, RecordSide side)
{
  json_t *line = record_line (link->record, kind);
  json_object_set_new (line, "from", json_string (side_names[side]));
  return line;
}

/* Bytes that are no message: how many is all that is told. */
static void
say_raw (const RecordLink *link, RecordSide side, gsize n)
{
  json_t *line = line_from (link, "raw", side);
  json_object_set_new (line, "bytes", json_integer ((json_int_t)n));
  record_say (link->record, line);
}

/* ---- answers ---- */

/* Text as it is, and the number of bytes of lines that were left out. */
static void
append_parts (json_t *list, const char *text, gsize n)
{
  for (gsize i = 0; i < n;) {
    gboolean is_left_out = text[i] == SCRUB_LEFT_OUT;
    gsize length = 0;
    while (i + length < n && (text[i + length] == SCRUB_LEFT_OUT) == is_left_out)
      length++;
    json_array_append_new (list, is_left_out ? json_integer ((json_int_t)length) : json_stringn (text + i, length));
    i += length;
  }
}

/* One packet: [id, what of it is told]. out: scrubbed output that is not told yet. */
static json_t *
packet_line (RecordLink *link, const ShellPacket *packet, const char **out)
{
  json_t *list = json_array ();
  json_array_append_new (list, json_integer (packet->id));
  if (packet->id == SHELL_STDOUT) {
    append_parts (list, *out, packet->n);
    *out += packet->n;
  } else if (packet->id == SHELL_STDERR) {
    g_autofree char *text = g_memdup2 (packet->data, packet->n);
    if (text != NULL) {
      scrub_words (text, packet->n);
      scrub_again (record_scrub (link->record), text, packet->n);
    }
    append_parts (list, text, packet->n);
  } else if (packet->id == SHELL_EXIT && packet->n == 1)
    json_array_append_new (list, json_integer (packet->data[0]));
  else
    json_array_append_new (list, json_integer (packet->n));
  return list;
}

/* Output is scrubbed as a whole, then told packet by packet. */
static json_t *
packets_of (RecordLink *link, const Stream *stream)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  const GByteArray *said = stream->said;
  json_t *list = json_array ();
  ShellPacket packet;
  for (gsize at = 0; shell_packet_next (said->data, said->len, &at, &packet);)
    if (packet.id == SHELL_STDOUT)
      g_byte_array_append (out, packet.data, packet.n);
  scrub_answer (record_scrub (link->record), stream->row, (char *)out->data, out->len);
  const char *next = out->data != NULL ? (const char *)out->data : "";
  for (gsize at = 0; shell_packet_next (said->data, said->len, &at, &packet);)
    json_array_append_new (list, packet_line (link, &packet, &next));
  return list;
}

/* Of the old shell: all of it is output. */
static json_t *
text_of (RecordLink *link, const Stream *stream)
{
  json_t *list = json_array ();
  scrub_answer (record_scrub (link->record), stream->row, (char *)stream->said->data, stream->said->len);
  append_parts (list, (const char *)stream->said->data, stream->said->len);
  return list;
}

/* An answer in crumbs would be told in many times its length. */
static gboolean
has_too_many_packets (const Stream *stream)
{
  ShellPacket packet;
  guint count = 0;
  for (gsize at = 0; shell_packet_next (stream->said->data, stream->said->len, &at, &packet);)
    count++;
  return stream->is_v2 && count > PACKETS_MAX;
}

static void
say_answer (RecordLink *link, const Stream *stream)
{
  gboolean is_too_long = stream->is_too_long || has_too_many_packets (stream);
  json_t *line = record_line (link->record, "answer");
  json_object_set_new (line, "stream", json_integer (stream->id));
  json_object_set_new (line, "bytes", json_integer ((json_int_t)stream->bytes));
  if (stream->row == NULL || is_too_long)
    json_object_set_new (line, "because", json_string (is_too_long ? "too_long" : "unknown_command"));
  else if (stream->is_v2)
    json_object_set_new (line, "packets", packets_of (link, stream));
  else
    json_object_set_new (line, "text", text_of (link, stream));
  record_say (link->record, line);
}

static void
end_stream (RecordLink *link, guint32 id)
{
  const Stream *stream = g_hash_table_lookup (link->streams, GUINT_TO_POINTER (id));
  if (stream == NULL)
    return;
  say_answer (link, stream);
  g_hash_table_remove (link->streams, GUINT_TO_POINTER (id));
}

/* ---- messages ---- */

/* Up to its first NUL. Caller frees. */
static char *
payload_text (const Side *from)
{
  const char *bytes =
      from->payload->len > 0 ? (const char *)from->payload->data : ""; /* without any there is no text at all */
  return g_strndup (bytes, from->payload->len);
}

static void
take_banner (RecordLink *link, RecordSide side, const Side *from, json_t *line)
{
  (void)side; /* ours is told by the same table */
  g_autofree char *text = payload_text (from);
  scrub_banner (record_scrub (link->record), text, strlen (text));
  json_object_set_new (line, "text", json_string (text));
}

static void
take_open (RecordLink *link, RecordSide side, const Side *from, json_t *line)
{
  if (side != RECORD_HOST)
    return; /* we offer no service: what a tablet asks for is not told */
  g_autofree char *service = payload_text (from);
  const ScrubRow *row;
  g_autofree char *told = scrub_service (service, &row);
  json_object_set_new (line, "text", json_string (told));
  Stream *stream = g_new0 (Stream, 1);
  stream->id = from->head.arg0;
  stream->row = row;
  stream->is_v2 = g_str_has_prefix (service, "shell,v2");
  stream->is_too_long = g_hash_table_size (link->streams) >= STREAMS_MAX;
  stream->said = g_byte_array_new ();
  g_hash_table_replace (link->streams, GUINT_TO_POINTER (stream->id), stream);
}

static void
take_write (RecordLink *link, RecordSide side, const Side *from, json_t *line)
{
  (void)line; /* the answer tells it, at its end */
  Stream *stream = g_hash_table_lookup (link->streams, GUINT_TO_POINTER (from->head.arg1));
  if (side != RECORD_TABLET || stream == NULL)
    return; /* of what we send, the application to install, only the length is told */
  stream->bytes += from->payload->len;
  stream->is_too_long = stream->is_too_long || stream->bytes > ANSWER_MAX;
  if (stream->is_too_long)
    g_byte_array_set_size (stream->said, 0);
  else if (stream->row != NULL)
    g_byte_array_append (stream->said, from->payload->data, from->payload->len);
}

static void
take_close (RecordLink *link, RecordSide side, const Side *from, json_t *line)
{
  (void)line;
  end_stream (link, side == RECORD_HOST ? from->head.arg0 : from->head.arg1);
}

static const struct {
  guint32 command;
  const char *name;
  void (*take) (RecordLink *link, RecordSide side, const Side *from,
                json_t *line); /* NULL: its numbers are all that is told */
  gboolean goes_first;         /* take tells lines of its own, which stand behind this one */
} messages[] = {
    {ADB_CNXN, "CNXN", take_banner, FALSE}, {ADB_AUTH, "AUTH", NULL, FALSE},       {ADB_OPEN, "OPEN", take_open, FALSE},
    {ADB_OKAY, "OKAY", NULL, FALSE},        {ADB_WRTE, "WRTE", take_write, FALSE}, {ADB_CLSE, "CLSE", take_close, TRUE},
    {ADB_STLS, "STLS", NULL, FALSE},        {ADB_SYNC, "SYNC", NULL, FALSE},
};

static json_t *
message_line (const RecordLink *link, RecordSide side, const AdbMessage *head, const char *name)
{
  json_t *line = line_from (link, "adb", side);
  json_object_set_new (line, "message", json_string (name));
  json_object_set_new (line, "arg0", json_integer (head->arg0));
  json_object_set_new (line, "arg1", json_integer (head->arg1));
  json_object_set_new (line, "bytes", json_integer (head->length));
  json_object_set_new (line, "summed", json_boolean (head->check != 0));
  return line;
}

static void
take_message (RecordLink *link, RecordSide side)
{
  const Side *from = &link->sides[side];
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++) {
    if (messages[i].command != from->head.command)
      continue;
    json_t *line = message_line (link, side, &from->head, messages[i].name);
    if (messages[i].take != NULL && !messages[i].goes_first)
      messages[i].take (link, side, from, line);
    record_say (link->record, line);
    if (messages[i].goes_first)
      messages[i].take (link, side, from, NULL);
    return;
  }
  record_say (link->record, message_line (link, side, &from->head, "?"));
}

static void
take_transfer (RecordLink *link, RecordSide side, const guint8 *data, gsize n)
{
  Side *from = &link->sides[side];
  if (from->wants_payload)
    g_byte_array_append (from->payload, data, (guint)MIN (n, ADB_MAX_PAYLOAD));
  else if (adb_message_parse (data, n, &from->head))
    g_byte_array_set_size (from->payload, 0);
  else {
    if (n > 0 || side == RECORD_TABLET) /* ours ends a payload that fills its last packet: the rule is known */
      say_raw (link, side, n);
    return;
  }
  from->wants_payload = from->payload->len < from->head.length;
  if (!from->wants_payload)
    take_message (link, side);
}

/* ---- fastboot ---- */

static void
take_command (RecordLink *link, const guint8 *data, gsize n)
{
  json_t *line = line_from (link, "fastboot", RECORD_HOST);
  g_free (link->command);
  link->command = g_strndup ((const char *)data, MIN (n, FASTBOOT_COMMAND_MAX));
  if (!scrub_knows_fastboot (link->command))
    g_clear_pointer (&link->command, g_free);
  json_object_set_new (line, "bytes", json_integer ((json_int_t)n));
  if (link->command != NULL)
    json_object_set_new (line, "text", json_string (link->command));
  record_say (link->record, line);
}

static void
take_reply (RecordLink *link, const guint8 *data, gsize n)
{
  json_t *line = line_from (link, "fastboot", RECORD_TABLET);
  json_object_set_new (line, "bytes", json_integer ((json_int_t)n));
  if (link->command != NULL && n > 0) {
    g_autofree char *text = g_memdup2 (data, n);
    scrub_fastboot (record_scrub (link->record), link->command, text, n);
    json_object_set_new (line, "text", json_stringn (text, n));
  }
  record_say (link->record, line);
}

/* ---- for the wire ---- */

RecordLink *
record_link_new (Record *record, DeviceMode mode)
{
  RecordLink *link = g_new0 (RecordLink, 1);
  link->record = record_ref (record);
  link->mode = mode;
  link->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  for (gsize i = 0; i < G_N_ELEMENTS (link->sides); i++)
    link->sides[i].payload = g_byte_array_new ();
  record_link (record, "opened");
  return link;
}

void
record_link_said (RecordLink *link, RecordSide side, const guint8 *data, gsize n)
{
  if (link->mode == DEVICE_ADB)
    take_transfer (link, side, data, n);
  else if (side == RECORD_HOST)
    take_command (link, data, n);
  else
    take_reply (link, data, n);
}

void
record_link_failed (RecordLink *link, RecordSide side, const GError *error)
{
  static const struct {
    DeviceError code;
    const char *name;
  } names[] = {{DEVICE_ERROR_GONE, "gone"}, {DEVICE_ERROR_TIMEOUT, "silent"}};
  const char *name = "broken";
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_error_matches (error, DEVICE_ERROR, (gint)names[i].code))
      name = names[i].name;
  json_t *line = line_from (link, "error", side);
  json_object_set_new (line, "is", json_string (name));
  record_say (link->record, line);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return GPOINTER_TO_UINT (a) < GPOINTER_TO_UINT (b) ? -1 : GPOINTER_TO_UINT (a) > GPOINTER_TO_UINT (b);
}

void
record_link_free (RecordLink *link)
{
  g_autoptr (GList) ids = g_list_sort (g_hash_table_get_keys (link->streams), compare_ids);
  for (GList *id = ids; id != NULL; id = id->next)
    end_stream (link, GPOINTER_TO_UINT (id->data));
  record_link (link->record, "closed");
  for (gsize i = 0; i < G_N_ELEMENTS (link->sides); i++)
    g_byte_array_unref (link->sides[i].payload);
  g_hash_table_unref (link->streams);
  g_free (link->command);
  record_unref (link->record);
  g_free (link);
}
