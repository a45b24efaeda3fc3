// JSON lines to plug-ins, links and messages. Numbers are checked where they are read: a file may have been damaged on its way.
#include "tests/fleet/recording.h"

#include <gio/gio.h>
#include <jansson.h>
#include <string.h>

#define VERSION          1
#define BYTES_MAX        (4u << 20) // of one message or answer
#define INTERFACES_MAX   32
#define FOURCC(text)     ((guint32)text[0] | (guint32)text[1] << 8 | (guint32)text[2] << 16 | (guint32)text[3] << 24)
#define MASK             'x'
#define SHELL_HEAD_BYTES 5
#define SHELL_EXIT       3

// What is known while the lines are read.
struct Reader {
  struct Recording *recording;
  struct RecordedPlug *plug; // NULL before the first
  struct RecordedLink *link; // NULL outside of one
  gboolean has_ordered;      // a wipe has been ordered and has not come to its end
  gboolean is_begun;         // its first line was read
  guint line;
};

// ---- life ----

static void
message_free (gpointer memory)
{
  struct RecordedMessage *message = memory;
  g_free (message->text);
  g_free (message);
}

static void
link_free (gpointer memory)
{
  struct RecordedLink *link = memory;
  g_ptr_array_unref (link->messages);
  g_hash_table_unref (link->answers);
  g_free (link);
}

static void
unref_bytes (gpointer memory)
{
  g_byte_array_unref (memory);
}

static struct RecordedLink *
link_new (void)
{
  struct RecordedLink *link = g_new0 (struct RecordedLink, 1);
  link->messages = g_ptr_array_new_with_free_func (message_free);
  link->answers = g_hash_table_new_full (NULL, NULL, NULL, unref_bytes);
  return link;
}

static void
plug_free (gpointer memory)
{
  struct RecordedPlug *plug = memory;
  g_free ((char *)plug->identity.maker);
  g_free ((char *)plug->identity.model);
  g_free ((char *)plug->identity.serial);
  g_clear_pointer (&plug->identity.descriptors, g_byte_array_unref);
  g_ptr_array_unref (plug->links);
  g_free (plug);
}

void
recording_free (struct Recording *recording)
{
  if (recording == NULL)
    return;
  g_ptr_array_unref (recording->plugs);
  g_free (recording);
}

// ---- values ----

// A whole number 0..most. FALSE when it is absent or something else.
static gboolean
read_number (const json_t *object, const char *name, gint64 most, gint64 *number)
{
  const json_t *value = json_object_get (object, name);
  if (!json_is_integer (value) || json_integer_value (value) < 0 || json_integer_value (value) > most)
    return FALSE;
  *number = json_integer_value (value);
  return TRUE;
}

static const char *
text_of (const json_t *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text != NULL ? text : "";
}

// ---- what was plugged in ----

static void
append_word (GByteArray *out, guint value)
{
  const guint8 bytes[] = {(guint8)value, (guint8)(value >> 8)};
  g_byte_array_append (out, bytes, sizeof bytes);
}

// One descriptor: its length, its type, then a byte for each number.
static gboolean
append_numbers (GByteArray *out, guint8 type, const json_t *object, const char *const *names)
{
  guint start = out->len;
  g_byte_array_append (out, (const guint8[]){0, type}, 2);
  for (; *names != NULL; names++) {
    gint64 number = 0;
    gboolean is_word = g_str_has_prefix (*names, "packet");
    if (**names != '\0' && !read_number (object, *names, is_word ? G_MAXUINT16 : G_MAXUINT8, &number))
      return FALSE;
    if (is_word)
      append_word (out, (guint)number);
    else
      g_byte_array_append (out, (const guint8[]){(guint8)number}, 1);
  }
  out->data[start] = (guint8)(out->len - start);
  return TRUE;
}

// Remembers the two bulk endpoints of the interface that talks.
static gboolean
take_endpoint (struct UsbIdentity *identity, const json_t *endpoint, gboolean talks)
{
  gint64 address, attributes, packet;
  if (!read_number (endpoint, "address", G_MAXUINT8, &address) ||
      !read_number (endpoint, "attributes", G_MAXUINT8, &attributes) ||
      !read_number (endpoint, "packet", G_MAXUINT16, &packet))
    return FALSE;
  if (!talks || (attributes & 3) != 2 || packet == 0)
    return TRUE;
  guint8 *slot = (address & 0x80) != 0 ? &identity->in : &identity->out;
  *slot = (guint8)address;
  identity->packet = (guint16)(packet & 0x7ff);
  return TRUE;
}

static gboolean
append_endpoints (struct UsbIdentity *identity, const json_t *list, gboolean talks)
{
  static const char *const names[] = {"address", "attributes", "packet", "interval", NULL};
  size_t i;
  json_t *endpoint;
  json_array_foreach (list, i, endpoint) if (!append_numbers (identity->descriptors, 5, endpoint, names) ||
                                             !take_endpoint (identity, endpoint, talks)) return FALSE;
  return TRUE;
}

// Which of Android's two faces the interface is (ff/42/01 adb, ff/42/03 fastboot), and how many there are. FALSE: a number is missing.
static gboolean
take_face (struct RecordedPlug *plug, const json_t *interface, gboolean *talks)
{
  gint64 number, class, subclass, protocol;
  if (!read_number (interface, "number", INTERFACES_MAX - 1, &number) ||
      !read_number (interface, "class", G_MAXUINT8, &class) ||
      !read_number (interface, "subclass", G_MAXUINT8, &subclass) ||
      !read_number (interface, "protocol", G_MAXUINT8, &protocol))
    return FALSE;
  gint64 face = class << 16 | subclass << 8 | protocol;
  plug->is_adb = plug->is_adb || face == 0xff4201;
  plug->is_fastboot = plug->is_fastboot || face == 0xff4203;
  plug->identity.n_interfaces = MAX (plug->identity.n_interfaces, (guint)number + 1);
  *talks = face == 0xff4201 || face == 0xff4203;
  return TRUE;
}

static gboolean
append_interface (struct RecordedPlug *plug, const json_t *interface)
{
  static const char *const names[] = {"number", "setting", "endpoints", "class", "subclass", "protocol", "", NULL};
  const json_t *endpoints = json_object_get (interface, "endpoints");
  gboolean talks;
  json_t *counted = json_copy ((json_t *)interface); // shallow
  json_object_set_new (counted, "endpoints", json_integer ((json_int_t)json_array_size (endpoints)));
  gboolean is_good = append_numbers (plug->identity.descriptors, 4, counted, names);
  json_decref (counted);
  return is_good && take_face (plug, interface, &talks) && append_endpoints (&plug->identity, endpoints, talks);
}

// The descriptors of the device and of its configuration, as the system read them; strings have the indexes of usb_descriptors.c.
static gboolean
make_descriptors (struct RecordedPlug *plug, const json_t *line)
{
  gint64 usb, class, vendor, product, release;
  const json_t *interfaces = json_object_get (line, "interfaces");
  struct UsbIdentity *identity = &plug->identity;
  GByteArray *out = identity->descriptors = g_byte_array_new ();
  if (!read_number (line, "usb", G_MAXUINT16, &usb) || !read_number (line, "class", G_MAXUINT8, &class) ||
      !read_number (line, "vendor", G_MAXUINT16, &vendor) || !read_number (line, "product", G_MAXUINT16, &product) ||
      !read_number (line, "release", G_MAXUINT16, &release) || !json_is_array (interfaces))
    return FALSE;
  identity->vendor = (guint16)vendor;
  identity->product = (guint16)product;
  g_byte_array_append (out, (const guint8[]){18, 1}, 2);
  append_word (out, (guint)usb);
  g_byte_array_append (out, (const guint8[]){(guint8) class, 0, 0, 64}, 4);
  append_word (out, identity->vendor);
  append_word (out, identity->product);
  append_word (out, (guint)release);
  g_byte_array_append (out, (const guint8[]){1, 2, 3, 1},
                       4); // a string that is missing is refused when it is asked for
  guint start = out->len;
  g_byte_array_append (out, (const guint8[]){9, 2, 0, 0, 0, 1, 0, 0x80, 250}, 9);
  size_t i;
  json_t *interface;
  json_array_foreach (interfaces, i, interface) if (!append_interface (plug, interface)) return FALSE;
  guint total = out->len - start;
  out->data[start + 2] = (guint8)total;
  out->data[start + 3] = (guint8)(total >> 8);
  out->data[start + 4] = (guint8)identity->n_interfaces;
  return total <= G_MAXUINT16;
}

static gboolean
take_arrived (struct Reader *reader, const json_t *line)
{
  struct RecordedPlug *plug = g_new0 (struct RecordedPlug, 1);
  plug->links = g_ptr_array_new_with_free_func (link_free);
  plug->identity.maker = g_strdup (text_of (line, "maker"));
  plug->identity.model = g_strdup (text_of (line, "name"));
  plug->identity.serial = g_strdup (text_of (line, "serial"));
  plug->identity.is_super_speed = g_str_has_prefix (text_of (line, "speed"), "super");
  g_ptr_array_add (reader->recording->plugs, plug);
  reader->plug = plug;
  reader->link = NULL;
  return make_descriptors (plug, line);
}

static gboolean
last_word_was_reboot (const struct RecordedPlug *plug)
{
  for (guint i = plug->links->len; i > 0; i--) {
    const struct RecordedLink *link = g_ptr_array_index (plug->links, i - 1);
    for (guint at = link->messages->len; at > 0; at--) {
      const struct RecordedMessage *message = g_ptr_array_index (link->messages, at - 1);
      if (message->from_host && message->text != NULL)
        return g_str_has_prefix (message->text, "reboot");
    }
  }
  return FALSE;
}

static gboolean
take_left (struct Reader *reader, const json_t *line)
{
  (void)line; // it tells nothing more
  if (reader->plug == NULL)
    return FALSE;
  reader->plug->left = TRUE;
  reader->plug->left_by_order = reader->has_ordered || last_word_was_reboot (reader->plug);
  reader->link = NULL;
  return TRUE;
}

static gboolean
take_wipe (struct Reader *reader, const json_t *line)
{
  static const char *const away[] = {"started", "gone", "recovery", "returned", NULL};
  reader->has_ordered = g_strv_contains (away, text_of (line, "state"));
  return TRUE;
}

// ---- links ----

static gboolean
take_link (struct Reader *reader, const json_t *line)
{
  if (!g_str_equal (text_of (line, "is"), "opened"))
    return TRUE; // closed: what was asked may still be answered by a line that follows
  if (reader->plug == NULL)
    return FALSE;
  reader->link = link_new ();
  g_ptr_array_add (reader->plug->links, reader->link);
  return TRUE;
}

static gboolean
add_message (struct Reader *reader, const json_t *line, const struct RecordedMessage *known)
{
  const char *from = text_of (line, "from");
  gboolean from_host = g_str_equal (from, "host");
  if (reader->link == NULL || (!from_host && !g_str_equal (from, "tablet")))
    return FALSE;
  struct RecordedMessage *message = g_memdup2 (known, sizeof *known);
  message->from_host = from_host && known->kind < RECORDED_STALL; // whoever met it, the tablet did it
  message->text = g_strdup (json_string_value (json_object_get (line, "text")));
  g_ptr_array_add (reader->link->messages, message);
  return TRUE;
}

static gboolean
take_adb (struct Reader *reader, const json_t *line)
{
  gint64 arg0, arg1, bytes;
  const char *name = text_of (line, "message");
  if (!read_number (line, "arg0", G_MAXUINT32, &arg0) || !read_number (line, "arg1", G_MAXUINT32, &arg1) ||
      !read_number (line, "bytes", BYTES_MAX, &bytes) || (strlen (name) != 4 && !g_str_equal (name, "?")))
    return FALSE;
  const struct RecordedMessage message = {
      .kind = RECORDED_ADB,
      .is_summed = json_is_true (json_object_get (line, "summed")),
      .command = strlen (name) == 4 ? FOURCC (name) : 0,
      .arg0 = (guint32)arg0,
      .arg1 = (guint32)arg1,
      .bytes = (gsize)bytes,
  };
  return add_message (reader, line, &message);
}

static gboolean
take_sized (struct Reader *reader, const json_t *line)
{
  gint64 bytes;
  gboolean is_raw = g_str_equal (text_of (line, "kind"), "raw");
  if (!read_number (line, "bytes", BYTES_MAX, &bytes))
    return FALSE;
  const struct RecordedMessage message = {.kind = is_raw ? RECORDED_RAW : RECORDED_FASTBOOT, .bytes = (gsize)bytes};
  return add_message (reader, line, &message);
}

static gboolean
take_error (struct Reader *reader, const json_t *line)
{
  gboolean is_silence = g_str_equal (text_of (line, "is"), "silent");
  const struct RecordedMessage message = {.kind = is_silence ? RECORDED_SILENCE : RECORDED_STALL};
  if (g_str_equal (text_of (line, "is"), "gone"))
    return TRUE; // the departure says it
  return add_message (reader, line, &message);
}

// ---- answers ----

// Text, or so many bytes of lines that were left out: letters of no meaning, and an end.
static gboolean
append_part (GByteArray *out, const json_t *part)
{
  if (json_is_string (part)) {
    g_byte_array_append (out, (const guint8 *)json_string_value (part), (guint)json_string_length (part));
    return TRUE;
  }
  json_int_t count = json_is_integer (part) ? json_integer_value (part) : 0;
  if (count <= 0 || count > BYTES_MAX)
    return FALSE;
  guint start = out->len;
  g_byte_array_set_size (out, start + (guint)count);
  memset (out->data + start, MASK, (gsize)count);
  out->data[out->len - 1] = '\n';
  return TRUE;
}

static gboolean
append_parts (GByteArray *out, const json_t *list, size_t from)
{
  for (size_t i = from; i < json_array_size (list); i++)
    if (out->len > BYTES_MAX || !append_part (out, json_array_get (list, i)))
      return FALSE;
  return TRUE;
}

// [id, parts...] of the shell protocol; an exit code is a number, of other packets only the length is known.
static gboolean
append_packet (GByteArray *out, const json_t *packet)
{
  const json_t *first = json_array_get (packet, 0);
  if (!json_is_integer (first) || json_integer_value (first) < 0 || json_integer_value (first) > G_MAXUINT8)
    return FALSE;
  guint8 id = (guint8)json_integer_value (first);
  guint start = out->len;
  g_byte_array_append (out, (const guint8[]){id, 0, 0, 0, 0}, SHELL_HEAD_BYTES);
  if (id == SHELL_EXIT)
    g_byte_array_append (out, (const guint8[]){(guint8)json_integer_value (json_array_get (packet, 1))}, 1);
  else if (!append_parts (out, packet, 1))
    return FALSE;
  guint length = out->len - start - SHELL_HEAD_BYTES;
  for (guint i = 0; i < 4; i++)
    out->data[start + 1 + i] = (guint8)(length >> 8 * i);
  return TRUE;
}

static gboolean
read_packets (GByteArray *out, const json_t *packets)
{
  for (size_t i = 0; i < json_array_size (packets); i++)
    if (out->len > BYTES_MAX || !append_packet (out, json_array_get (packets, i)))
      return FALSE;
  return TRUE;
}

static gboolean
take_answer (struct Reader *reader, const json_t *line)
{
  gint64 stream;
  const json_t *packets = json_object_get (line, "packets"), *text = json_object_get (line, "text");
  if (reader->link == NULL || !read_number (line, "stream", G_MAXUINT32, &stream))
    return FALSE;
  if (packets == NULL && text == NULL)
    return TRUE; // not told: nothing can be answered
  GByteArray *bytes = g_byte_array_new ();
  g_hash_table_replace (reader->link->answers, GUINT_TO_POINTER ((guint)stream), bytes);
  return packets != NULL ? read_packets (bytes, packets) : append_parts (bytes, text, 0);
}

// ---- lines ----

static gboolean
take_nothing (struct Reader *reader, const json_t *line)
{
  (void)reader;
  (void)line;
  return TRUE;
}

static const struct {
  const char *kind;
  gboolean (*take) (struct Reader *reader, const json_t *line);
} kinds[] = {
    {"arrived", take_arrived}, {"left", take_left},   {"link", take_link},   {"adb", take_adb},
    {"fastboot", take_sized},  {"raw", take_sized},   {"error", take_error}, {"answer", take_answer},
    {"wipe", take_wipe},       {"end", take_nothing},
};

static gboolean
refuse (GError **error, guint line, const char *why)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "line %u of the recording: %s", line, why);
  return FALSE;
}

static gboolean
take_first (struct Reader *reader, const json_t *line, GError **error)
{
  gint64 version;
  if (!read_number (line, "temoin_recording", G_MAXINT, &version))
    return refuse (error, reader->line, "this is no recording");
  if (version == VERSION)
    return TRUE;
  g_autofree char *why =
      g_strdup_printf ("it is of version %" G_GINT64_FORMAT ", this program reads version %d", version, VERSION);
  return refuse (error, reader->line, why);
}

static gboolean
take_line (struct Reader *reader, const char *text, gsize length, GError **error)
{
  json_t *line = json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL);
  gboolean is_good = json_is_object (line);
  if (is_good && !reader->is_begun) {
    reader->is_begun = TRUE;
    is_good = take_first (reader, line, error);
    json_decref (line);
    return is_good;
  }
  gboolean is_known = FALSE;
  for (gsize i = 0; is_good && i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, text_of (line, "kind"))) {
      is_known = TRUE;
      is_good = kinds[i].take (reader, line);
    }
  json_decref (line);
  return (is_good && is_known) || refuse (error, reader->line, "it is damaged");
}

struct Recording *
recording_read (const char *text, gsize length, GError **error)
{
  struct Recording *recording = g_new0 (struct Recording, 1);
  recording->plugs = g_ptr_array_new_with_free_func (plug_free);
  struct Reader reader = {.recording = recording};
  gboolean is_good = TRUE;
  for (gsize at = 0; is_good && at < length;) {
    const char *end = memchr (text + at, '\n', length - at);
    if (end == NULL)
      break; // cut off
    gsize n = (gsize)(end - text) - at;
    reader.line++;
    is_good = n == 0 || take_line (&reader, text + at, n, error);
    at += n + 1;
  }
  if (is_good && recording->plugs->len > 0)
    return recording;
  if (is_good)
    (void)refuse (error, reader.line, "no tablet was plugged in before its end");
  recording_free (recording);
  return NULL;
}

struct Recording *
recording_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;
  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  return recording_read (text, length, error);
}
