/* The adb host side. Three step machines over one wire: reading (header, payload), writing (a queue of transfers), and the
 * greeting below. A reference is held across callbacks, since an owner may free us from inside one.
 *
 *   GREETING --AUTH--> (sign) --AUTH--> (sign again) --AUTH--> offer key: NEEDS_TAP, or UNTRUSTED
 *       \--CNXN--> READY <--CNXN--------------------------------------------/
 *
 * Why sign twice: a token left over from a former session may be the first we read; its signature is refused although the
 * key is trusted. A refusal of the second is a real one. */
#include "daemon/devices/adb.h"

#include "daemon/devices/adb_message.h"
#include "daemon/devices/deadline.h"
#include "daemon/devices/device.h"

#include <string.h>

#define WRITE_TIMEOUT_MS   5000
#define PAYLOAD_TIMEOUT_MS 5000
#define SIGNATURES_MAX     2
#define STALE_MAX          1000 /* packets; a device that only ever sends those must not keep us busy */
#define BANNER             "host::features=shell_v2,cmd"

enum { AUTH_TOKEN = 1, AUTH_SIGNATURE = 2, AUTH_PUBLIC_KEY = 3 };

typedef struct {
  guint8 *data;
  gsize n;
  guint32 opens; /* the stream whose OPEN is complete when this has left, or 0 */
} Transfer;

typedef struct {
  guint32 id, remote;          /* remote 0: the device has not answered OPEN */
  const AdbStreamFuncs *funcs; /* NULL: nobody listens */
  gpointer user;
  gboolean is_closing;  /* to be closed as soon as the device answers OPEN */
  gboolean awaits_okay; /* one WRTE is in flight */
  GByteArray *outgoing;
} Stream;

struct _Adb {
  grefcount refs;
  Wire *wire; /* NULL once over */
  const AdbKey *key;
  gboolean offers_key, is_offered, tells_tap, has_answered, is_ready, has_shell_v2;
  guint timeout_ms;
  Deadline silence;
  guint signatures, stale;
  guint32 version, max_payload, last_id;
  AdbMessage head;     /* the header whose payload is being read */
  GByteArray *payload; /* what has come of it */
  GQueue writes;       /* of Transfer; the first is under way */
  GHashTable *streams; /* id -> Stream */
  AdbFunc func;
  gpointer user;
};

static void read_header (Adb *adb);
static void on_header (const guint8 *data, gsize n, const GError *error, gpointer user);

static void
transfer_free (gpointer data)
{
  Transfer *transfer = data;
  g_free (transfer->data);
  g_free (transfer);
}

static void
stream_free (gpointer data)
{
  Stream *stream = data;
  g_byte_array_unref (stream->outgoing);
  g_free (stream);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stream, stream_free)

static void
adb_unref (Adb *adb)
{
  if (!g_ref_count_dec (&adb->refs))
    return;
  g_hash_table_unref (adb->streams);
  g_byte_array_unref (adb->payload);
  g_free (adb);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Adb, adb_unref)

static Adb *
hold (Adb *adb)
{
  g_ref_count_inc (&adb->refs);
  return adb;
}

static void
stop_timer (Adb *adb)
{
  deadline_clear (&adb->silence);
}

/* Every stream ends with that error. New streams are not touched. */
static void
end_streams (Adb *adb, const GError *error)
{
  GHashTable *streams = adb->streams;
  adb->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Stream *stream = value;
    if (stream->funcs != NULL)
      stream->funcs->closed (error, stream->user);
  }
  g_hash_table_unref (streams);
}

static void
close_wire (Adb *adb)
{
  stop_timer (adb);
  wire_free (g_steal_pointer (&adb->wire));
  adb->is_ready = FALSE;
  g_queue_clear_full (&adb->writes, transfer_free);
}

static void
fail (Adb *adb, const GError *error)
{
  if (adb->wire == NULL)
    return;
  g_autoptr (GError) copy = g_error_copy (error);
  (void)hold (adb); /* until the end of this function */
  close_wire (adb);
  end_streams (adb, copy);
  if (adb->func != NULL)
    adb->func (ADB_LOST, copy, adb->user);
  adb_unref (adb);
}

static void G_GNUC_PRINTF (2, 3) fail_protocol (Adb *adb, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autoptr (GError) error = g_error_new_valist (DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, format, args);
  va_end (args);
  fail (adb, error);
}

static void
on_silence (gpointer user)
{
  Adb *adb = user;
  g_autoptr (GError) error =
      g_error_new (DEVICE_ERROR, DEVICE_ERROR_TIMEOUT, "no answer to our greeting in %u ms", adb->timeout_ms);
  fail (adb, error);
}

static void
start_timer (Adb *adb)
{
  deadline_set (&adb->silence, adb->timeout_ms, on_silence, adb);
}

static void
change_state (Adb *adb, AdbState state)
{
  if (adb->func != NULL)
    adb->func (state, NULL, adb->user);
}

/* ---- writing ---- */

static void on_written (const guint8 *data, gsize n, const GError *error, gpointer user);

static void
write_first (Adb *adb)
{
  const Transfer *transfer = g_queue_peek_head (&adb->writes);
  if (transfer != NULL)
    wire_write (adb->wire, transfer->data, transfer->n, WRITE_TIMEOUT_MS, on_written, adb);
}

static void
on_written (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  g_autoptr (Adb) adb = hold (user);
  (void)data; /* a write brings none */
  (void)n;
  if (error != NULL) {
    fail (adb, error);
    return;
  }
  Transfer *transfer = g_queue_pop_head (&adb->writes);
  const Stream *stream = g_hash_table_lookup (adb->streams, GUINT_TO_POINTER (transfer->opens));
  transfer_free (transfer);
  write_first (adb);
  if (adb->tells_tap && g_queue_is_empty (&adb->writes)) { /* the tablet has it: its screen can be looked at */
    adb->tells_tap = FALSE;
    change_state (adb, ADB_NEEDS_TAP);
  }
  if (stream != NULL && stream->funcs != NULL)
    stream->funcs->written (stream->user);
}

static void
queue_transfer (Adb *adb, const void *data, gsize n, guint32 opens)
{
  Transfer *transfer = g_new (Transfer, 1);
  *transfer = (Transfer){.data = g_memdup2 (data, n), .n = n, .opens = opens};
  g_queue_push_tail (&adb->writes, transfer);
  if (adb->writes.length == 1)
    write_first (adb);
}

/* A payload that fills its last packet is followed by an empty one, else adbd waits for more. */
static void
send_message (Adb *adb, guint32 command, guint32 arg0, guint32 arg1, const void *payload, gsize n)
{
  AdbMessage message = {.command = command, .arg0 = arg0, .arg1 = arg1, .length = (guint32)n};
  if (adb_message_wants_checksum (command, adb->version))
    message.check = adb_message_checksum (payload, n);
  guint8 header[ADB_HEADER_SIZE];
  adb_message_encode (&message, header);
  queue_transfer (adb, header, sizeof header, 0);
  if (n == 0)
    return;
  gboolean needs_end = n % adb->wire->packet_size == 0;
  guint32 opens = command == ADB_OPEN ? arg0 : 0;
  queue_transfer (adb, payload, n, needs_end ? 0 : opens);
  if (needs_end)
    queue_transfer (adb, NULL, 0, opens);
}

/* ---- the greeting ---- */

static void
offer_key (Adb *adb)
{
  if (adb->is_offered)
    return; /* already on the tablet's screen; a fresh token changes nothing */
  if (!adb->offers_key) {
    close_wire (adb);
    change_state (adb, ADB_UNTRUSTED);
    return;
  }
  gsize n;
  const void *text = g_bytes_get_data (adb_key_public (adb->key), &n);
  adb->is_offered = TRUE;
  stop_timer (adb);
  send_message (adb, ADB_AUTH, AUTH_PUBLIC_KEY, 0, text, n);
  adb->tells_tap = TRUE;
}

static void
handle_auth (Adb *adb, const AdbMessage *message, const guint8 *payload)
{
  if (message->arg0 != AUTH_TOKEN || message->length != ADB_TOKEN_SIZE) {
    fail_protocol (adb, "AUTH of kind %u with %u bytes", message->arg0, message->length);
    return;
  }
  adb->has_answered = TRUE;
  if (adb->is_ready) { /* the device started over: nobody is trusted until it says so again */
    g_autoptr (GError) gone = g_error_new (DEVICE_ERROR, DEVICE_ERROR_GONE, "the device started a new session");
    adb->is_ready = FALSE;
    adb->signatures = 0;
    end_streams (adb, gone);
    start_timer (adb);
    change_state (adb, ADB_GREETING);
    if (adb->wire == NULL)
      return;
  }
  if (adb->signatures >= SIGNATURES_MAX) {
    offer_key (adb);
    return;
  }
  guint8 signature[ADB_SIGNATURE_SIZE];
  g_autoptr (GError) error = NULL;
  if (!adb_key_sign (adb->key, payload, signature, &error)) {
    fail (adb, error);
    return;
  }
  adb->signatures++;
  send_message (adb, ADB_AUTH, AUTH_SIGNATURE, 0, signature, sizeof signature);
}

/* "device::ro.product.name=x;...;features=a,b": is `feature` in the list? */
static gboolean
banner_has_feature (const char *banner, const char *feature)
{
  g_auto (GStrv) fields = g_strsplit (banner, ";", -1);
  for (gsize i = 0; fields[i] != NULL; i++) {
    const char *field = strstr (fields[i], "::") != NULL ? strstr (fields[i], "::") + 2 : fields[i];
    if (!g_str_has_prefix (field, "features="))
      continue;
    g_auto (GStrv) features = g_strsplit (field + strlen ("features="), ",", -1);
    return g_strv_contains ((const char *const *)features, feature);
  }
  return FALSE;
}

static void
handle_cnxn (Adb *adb, const AdbMessage *message, const guint8 *payload)
{
  /* without a payload there is no text at all, not an empty one */
  g_autofree char *banner = g_strndup (payload != NULL ? (const char *)payload : "", message->length);
  if (message->arg0 < ADB_VERSION_CHECKSUM || message->arg1 < ADB_HEADER_SIZE) {
    fail_protocol (adb, "CNXN of version %08x with packets of %u bytes", message->arg0, message->arg1);
    return;
  }
  if (!g_str_has_prefix (banner, "device:")) {
    g_autoptr (GError) error = g_error_new (DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED,
                                            "the tablet is not in Android but in a recovery or sideload mode");
    fail (adb, error);
    return;
  }
  g_autoptr (GError) gone = g_error_new (DEVICE_ERROR, DEVICE_ERROR_GONE, "the device started a new session");
  end_streams (adb, gone);
  if (adb->wire == NULL)
    return;
  stop_timer (adb);
  adb->has_answered = adb->is_ready = TRUE;
  adb->tells_tap = FALSE;
  adb->version = MIN (message->arg0, ADB_VERSION_NO_CHECKSUM);
  adb->max_payload = MIN (message->arg1, ADB_MAX_PAYLOAD);
  adb->has_shell_v2 = banner_has_feature (banner, "shell_v2");
  change_state (adb, ADB_READY);
}

static void
handle_stls (Adb *adb, const AdbMessage *message, const guint8 *payload)
{
  (void)message; /* whatever it carries, TLS has no place on a cable */
  (void)payload;
  fail_protocol (adb, "the device asks for TLS over USB");
}

/* ---- streams ---- */

static Stream *
find_stream (Adb *adb, guint32 id)
{
  return g_hash_table_lookup (adb->streams, GUINT_TO_POINTER (id));
}

static void
drop_stream (Adb *adb, Stream *stream)
{
  send_message (adb, ADB_CLSE, stream->id, stream->remote, NULL, 0);
  g_hash_table_remove (adb->streams, GUINT_TO_POINTER (stream->id));
}

static void
write_more (Adb *adb, Stream *stream)
{
  if (stream->remote == 0 || stream->awaits_okay || stream->outgoing->len == 0)
    return;
  guint n = MIN (stream->outgoing->len, adb->max_payload);
  stream->awaits_okay = TRUE;
  send_message (adb, ADB_WRTE, stream->id, stream->remote, stream->outgoing->data, n);
  g_byte_array_remove_range (stream->outgoing, 0, n);
}

static void
handle_okay (Adb *adb, const AdbMessage *message, const guint8 *payload)
{
  (void)payload; /* delayed_ack's window is never agreed: we do not announce it */
  Stream *stream = find_stream (adb, message->arg1);
  if (stream == NULL || message->arg0 == 0 || (stream->remote != 0 && stream->remote != message->arg0))
    return;
  stream->awaits_okay = FALSE;
  stream->remote = message->arg0;
  if (stream->is_closing)
    drop_stream (adb, stream);
  else
    write_more (adb, stream);
}

static void
handle_wrte (Adb *adb, const AdbMessage *message, const guint8 *payload)
{
  const Stream *stream = find_stream (adb, message->arg1);
  if (stream == NULL || stream->remote != message->arg0)
    return; /* a stream we closed already */
  send_message (adb, ADB_OKAY, stream->id, stream->remote, NULL, 0);
  if (stream->funcs != NULL)
    stream->funcs->data (payload, message->length, stream->user);
}

/* arg0 is 0 for a refusal, but some old adbds use it for a normal close too: what counts is whether OPEN was answered. */
static void
handle_clse (Adb *adb, const AdbMessage *message, const guint8 *payload)
{
  (void)payload;
  if (find_stream (adb, message->arg1) == NULL)
    return;
  g_autoptr (Stream) stream = find_stream (adb, message->arg1);
  g_hash_table_steal (adb->streams, GUINT_TO_POINTER (stream->id));
  if (message->arg0 != 0)
    send_message (adb, ADB_CLSE, stream->id, message->arg0, NULL, 0);
  if (stream->funcs == NULL)
    return;
  g_autoptr (GError) refused =
      stream->remote != 0 ? NULL : g_error_new (DEVICE_ERROR, DEVICE_ERROR_REFUSED, "the device refused the service");
  stream->funcs->closed (refused, stream->user);
}

/* ---- reading ---- */

static const struct {
  guint32 command;
  gboolean needs_session; /* ignored until READY */
  guint32 max_payload;    /* bytes */
  void (*handle) (Adb *adb, const AdbMessage *message, const guint8 *payload);
} handlers[] = {
    {ADB_CNXN, FALSE, ADB_MAX_HANDSHAKE_PAYLOAD, handle_cnxn},
    {ADB_AUTH, FALSE, ADB_MAX_HANDSHAKE_PAYLOAD, handle_auth},
    {ADB_STLS, FALSE, ADB_MAX_HANDSHAKE_PAYLOAD, handle_stls},
    {ADB_OKAY, TRUE, ADB_MAX_PAYLOAD, handle_okay},
    {ADB_WRTE, TRUE, ADB_MAX_PAYLOAD, handle_wrte},
    {ADB_CLSE, TRUE, ADB_MAX_PAYLOAD, handle_clse},
};

static void
dispatch (Adb *adb)
{
  AdbMessage message = adb->head;
  g_autoptr (GByteArray) payload = g_steal_pointer (&adb->payload);
  adb->payload = g_byte_array_new ();
  if (!adb_message_check (&message, adb->version, payload->data, payload->len)) {
    fail_protocol (adb, "a payload of %u bytes has a wrong checksum", payload->len);
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (handlers[i].command == message.command && (adb->is_ready || !handlers[i].needs_session))
      handlers[i].handle (adb, &message, payload->data);
  if (adb->wire != NULL)
    read_header (adb);
}

static void
on_payload (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  g_autoptr (Adb) adb = hold (user);
  if (error != NULL) {
    fail (adb, error);
    return;
  }
  gsize missing = adb->head.length - adb->payload->len;
  if (n > missing) {
    fail_protocol (adb, "a payload is longer than the %u bytes announced", adb->head.length);
    return;
  }
  g_byte_array_append (adb->payload, data, (guint)n);
  if (n == missing)
    dispatch (adb);
  else
    wire_read (adb->wire, missing - n, PAYLOAD_TIMEOUT_MS, on_payload, adb);
}

/* Left over from a former session: anything but a greeting, before the device first answered ours. A halt is no leftover: both endpoints were
 * cleared as the wire was opened, and one that halts after that stays so (USB 2.0, 9.4.5). */
static gboolean
is_stale (Adb *adb, const guint8 *data, gsize n)
{
  if (adb->has_answered || ++adb->stale > STALE_MAX)
    return FALSE;
  AdbMessage message;
  if (!adb_message_parse (data, n, &message))
    return TRUE;
  return message.command != ADB_CNXN && message.command != ADB_AUTH && message.command != ADB_STLS;
}

static guint32
max_payload_of (guint32 command)
{
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (handlers[i].command == command)
      return handlers[i].max_payload;
  return ADB_MAX_PAYLOAD;
}

static void
on_header (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  g_autoptr (Adb) adb = hold (user);
  if (error != NULL) {
    fail (adb, error);
    return;
  }
  if (is_stale (adb, data, n) || n == 0) {
    read_header (adb);
    return;
  }
  if (!adb_message_parse (data, n, &adb->head)) {
    fail_protocol (adb, "%zu bytes that are no adb header", n);
    return;
  }
  if (adb->head.length > max_payload_of (adb->head.command)) {
    fail_protocol (adb, "a payload of %u bytes is announced", adb->head.length);
    return;
  }
  if (adb->head.length == 0)
    dispatch (adb);
  else
    wire_read (adb->wire, adb->head.length, PAYLOAD_TIMEOUT_MS, on_payload, adb);
}

static void
read_header (Adb *adb)
{
  wire_read (adb->wire, ADB_HEADER_SIZE, 0, on_header, adb);
}

/* ---- for the owner ---- */

Adb *
adb_new (Wire *wire, const AdbKey *key, gboolean offers_key, guint timeout_ms, AdbFunc func, gpointer user)
{
  Adb *adb = g_new0 (Adb, 1);
  g_ref_count_init (&adb->refs);
  adb->wire = wire;
  adb->key = key;
  adb->offers_key = offers_key;
  adb->timeout_ms = timeout_ms;
  adb->func = func;
  adb->user = user;
  adb->version = ADB_VERSION_CHECKSUM;
  adb->max_payload = ADB_MAX_HANDSHAKE_PAYLOAD;
  adb->payload = g_byte_array_new ();
  adb->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  g_queue_init (&adb->writes);
  start_timer (adb);
  send_message (adb, ADB_CNXN, ADB_VERSION_NO_CHECKSUM, ADB_MAX_PAYLOAD, BANNER, strlen (BANNER));
  read_header (adb);
  return adb;
}

void
adb_free (Adb *adb)
{
  if (adb == NULL)
    return;
  g_autoptr (GError) gone = g_error_new (DEVICE_ERROR, DEVICE_ERROR_GONE, "the link was closed");
  adb->func = NULL;
  close_wire (adb);
  end_streams (adb, gone);
  adb_unref (adb);
}

gboolean
adb_is_ready (const Adb *adb)
{
  return adb->is_ready;
}

gboolean
adb_has_shell_v2 (const Adb *adb)
{
  return adb->has_shell_v2;
}

gboolean
adb_has_asked (const Adb *adb)
{
  return adb->signatures > 0;
}

guint32
adb_stream_open (Adb *adb, const char *service, const AdbStreamFuncs *funcs, gpointer user)
{
  Stream *stream = g_new0 (Stream, 1);
  stream->id = ++adb->last_id;
  stream->funcs = funcs;
  stream->user = user;
  stream->outgoing = g_byte_array_new ();
  g_hash_table_insert (adb->streams, GUINT_TO_POINTER (stream->id), stream);
  send_message (adb, ADB_OPEN, stream->id, 0, service, strlen (service) + 1);
  return stream->id;
}

void
adb_stream_write (Adb *adb, guint32 id, const guint8 *data, gsize n)
{
  Stream *stream = find_stream (adb, id);
  if (stream == NULL)
    return;
  g_byte_array_append (stream->outgoing, data, (guint)n);
  write_more (adb, stream);
}

void
adb_stream_close (Adb *adb, guint32 id)
{
  Stream *stream = find_stream (adb, id);
  if (stream == NULL)
    return;
  stream->funcs = NULL;
  stream->is_closing = TRUE;
  if (stream->remote != 0)
    drop_stream (adb, stream);
}

void
adb_stream_forget (Adb *adb, guint32 id)
{
  Stream *stream = find_stream (adb, id);
  if (stream != NULL)
    stream->funcs = NULL;
}
