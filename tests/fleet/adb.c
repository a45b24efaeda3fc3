// The device side of adb over USB: CNXN, AUTH, OPEN, OKAY, WRTE, CLSE, and the shell protocol with exit codes.
//
//   offline --CNXN--> authenticating --good signature, or a person's tap--> online
//
// Not emulated: sync (push, pull), forwarding, TLS, terminals.
#include "tests/fleet/adb.h"

#include "tests/fleet/adb_key.h"
#include "tests/fleet/adb_wire.h"
#include "tests/fleet/apps.h"
#include "tests/fleet/shell.h"

#include <string.h>

#define VERSION_CHECKSUM 0x01000000u
#define VERSION_PLAIN    0x01000001u
#define FIRST_MAXDATA    4096 // largest payload of CNXN and AUTH

enum { AUTH_TOKEN = 1, AUTH_SIGNATURE = 2, AUTH_PUBLIC_KEY = 3 };
enum { SHELL_STDIN = 0, SHELL_STDOUT = 1, SHELL_STDERR = 2, SHELL_EXIT = 3, SHELL_CLOSE_STDIN = 4 };
enum Link { LINK_OFFLINE, LINK_AUTHENTICATING, LINK_ONLINE };

struct Stream {
  struct Adb *adb; // not owned
  guint32 local, remote;
  gboolean is_v2, reads_stdin, waits_okay, is_finished;
  GByteArray *in, *out; // stdin not used yet; bytes to send
  gsize wants_bytes;    // of stdin, before it is installed
  char *line;           // command that waits for its time
  char *reboot;         // where to restart once all is sent, or NULL
  guint timer;
};

struct Adb {
  Tablet *tablet; // not owned
  enum Link link;
  struct AdbHeader header; // of the payload that is expected
  gboolean wants_payload, zlp_due;
  GByteArray *payload;
  guint8 token[ADB_TOKEN_BYTES];
  guint32 version, maxdata, last_id;
  GHashTable *streams; // local id -> struct Stream
  guint tap_timer;
};

// ---- sending ----

static void
send_header (struct Adb *adb, const struct AdbHeader *header, gsize size)
{
  guint8 bytes[ADB_HEADER_BYTES];
  adb_header_write (header, bytes);
  usb_device_send (adb->tablet->usb, bytes, size);
}

// With WRTE the caller must be done: the link may be gone and `adb` freed afterwards.
static void
send_packet (struct Adb *adb, guint32 command, guint32 arg0, guint32 arg1, const void *bytes, gsize length)
{
  gboolean is_summed = adb->version == VERSION_CHECKSUM || command == CMD_CNXN || command == CMD_AUTH;
  const struct AdbHeader header = {
      .command = command,
      .arg0 = arg0,
      .arg1 = arg1,
      .length = (guint32)length,
      .checksum = is_summed ? adb_sum (bytes, length) : 0,
      .magic = ~command,
  };
  send_header (adb, &header, ADB_HEADER_BYTES);
  if (command == CMD_WRTE && adb->link == LINK_ONLINE && tablet_reach (adb->tablet, POINT_PAYLOAD) != FAULT_NONE)
    return;
  if (length > 0)
    usb_device_send (adb->tablet->usb, bytes, length);
}

// The peer broke the framing: adbd closes the link, which the host sees as a stall.
static void
fail_link (struct Adb *adb)
{
  adb->tablet->protocol_errors++;
  adb->link = LINK_OFFLINE;
  adb->wants_payload = adb->zlp_due = FALSE;
  usb_device_halt (adb->tablet->usb);
  tablet_touch (adb->tablet);
}

// ---- streams ----

static void
stream_free (gpointer memory)
{
  struct Stream *stream = memory;
  g_clear_handle_id (&stream->timer, g_source_remove);
  g_byte_array_unref (stream->in);
  g_byte_array_unref (stream->out);
  g_free (stream->line);
  g_free (stream->reboot);
  g_free (stream);
}

static void
stream_close (struct Stream *stream)
{
  struct Adb *adb = stream->adb;
  Tablet *tablet = adb->tablet;
  g_autofree char *reboot = g_steal_pointer (&stream->reboot);
  guint32 local = adb->tablet->settings.quirk == QUIRK_CLOSE_ZERO ? 0 : stream->local;
  send_packet (adb, CMD_CLSE, local, stream->remote, NULL, 0);
  g_hash_table_remove (adb->streams, GUINT_TO_POINTER (stream->local));
  if (reboot != NULL)
    tablet_reboot (tablet, reboot);
}

// Sends the next block, if the host has taken the last one; closes a finished stream. May free `stream`.
static void
stream_advance (struct Stream *stream)
{
  struct Adb *adb = stream->adb;
  if (stream->waits_okay)
    return;
  if (stream->out->len == 0) {
    if (stream->is_finished)
      stream_close (stream);
    return;
  }
  guint length = MIN (stream->out->len, adb->maxdata);
  stream->waits_okay = TRUE;
  g_autofree guint8 *block = g_memdup2 (stream->out->data, length);
  g_byte_array_remove_range (stream->out, 0, length);
  send_packet (adb, CMD_WRTE, stream->local, stream->remote, block, length);
}

// Adds output: as it is, or in packets of the shell protocol.
static void
stream_append (struct Stream *stream, guint8 id, const guint8 *bytes, gsize length)
{
  if (!stream->is_v2) {
    g_byte_array_append (stream->out, bytes, (guint)length);
    return;
  }
  const guint8 head[ADB_SHELL_HEAD_BYTES] = {
      id, (guint8)length, (guint8)(length >> 8), (guint8)(length >> 16), (guint8)(length >> 24),
  };
  g_byte_array_append (stream->out, head, sizeof head);
  g_byte_array_append (stream->out, bytes, (guint)length);
}

static void
stream_finish (struct Stream *stream, int status)
{
  guint8 code = (guint8)status;
  if (stream->is_v2)
    stream_append (stream, SHELL_EXIT, &code, 1);
  stream->is_finished = TRUE;
  stream_advance (stream);
}

static void
append_blocks (struct Stream *stream, guint8 id, const GString *text)
{
  const gsize block = 32 << 10;
  for (gsize sent = 0; sent < text->len; sent += block)
    stream_append (stream, id, (const guint8 *)text->str + sent, MIN (block, text->len - sent));
}

static void
stream_answer (struct Stream *stream, const struct ShellResult *result)
{
  append_blocks (stream, SHELL_STDOUT, result->out);
  append_blocks (stream, stream->is_v2 ? SHELL_STDERR : SHELL_STDOUT, result->err);
  stream->reads_stdin = result->reads_stdin;
  stream->wants_bytes = result->wants_bytes;
  if (result->reads_stdin || result->wants_bytes > 0)
    stream_advance (stream);
  else
    stream_finish (stream, result->status);
}

static void
stream_run (struct Stream *stream)
{
  Tablet *tablet = stream->adb->tablet;
  struct ShellResult result = {0};
  shell_run (tablet, stream->line, &result);
  enum Fault fault = result.stopped ? FAULT_UNPLUG : tablet_reach (tablet, POINT_SHELL_ANSWER);
  if (fault == FAULT_FAIL)
    stream_finish (stream, 1);
  else if (fault == FAULT_NONE)
    stream_answer (stream, &result);
  shell_result_clear (&result);
}

static gboolean
stream_due (gpointer user)
{
  struct Stream *stream = user;
  stream->timer = 0;
  stream_run (stream);
  return G_SOURCE_REMOVE;
}

static void
start_shell (struct Stream *stream, const char *service)
{
  const char *colon = strchr (service, ':');
  g_autofree char *options = g_strndup (service, (gsize)(colon - service));
  double seconds = stream->adb->tablet->settings.answer_seconds;
  stream->is_v2 = strstr (options, ",v2") != NULL;
  stream->line = g_strdup (colon + 1);
  if (seconds > 0)
    stream->timer = g_timeout_add ((guint)(seconds * 1000), stream_due, stream);
  else
    stream_run (stream);
}

static void
start_reboot (struct Stream *stream, const char *service)
{
  Tablet *tablet = stream->adb->tablet;
  enum Fault fault = tablet_reach (tablet, POINT_REBOOT);
  if (fault != FAULT_NONE && fault != FAULT_FAIL)
    return;
  if (fault == FAULT_NONE)
    stream->reboot = g_strdup (strchr (service, ':') + 1);
  stream->is_finished = TRUE;
  stream_advance (stream);
}

static gboolean
offers_v2 (const struct Adb *adb)
{
  const struct Settings *set = &adb->tablet->settings;
  return set->shell_v2 && set->quirk != QUIRK_NO_FEATURES;
}

static gboolean
service_exists (const struct Adb *adb, const char *service)
{
  const char *colon = strchr (service, ':');
  if (adb->tablet->settings.adb == ADB_TRADEIN) // the door of a reset tablet opens for this only
    return g_str_has_prefix (service, "shell") && colon != NULL && g_str_has_prefix (colon, ":tradeinmode");
  return (g_str_has_prefix (service, "shell,v2") && offers_v2 (adb) && colon != NULL) ||
         g_str_has_prefix (service, "shell:") || g_str_has_prefix (service, "exec:") ||
         g_str_has_prefix (service, "reboot:");
}

static void
handle_open (struct Adb *adb, const char *service)
{
  guint32 remote = adb->header.arg0;
  gboolean has_window = adb->header.arg1 != 0; // only with delayed_ack on both sides, which we never agree on
  enum Fault fault = tablet_reach (adb->tablet, POINT_OPEN);
  if (fault != FAULT_NONE && fault != FAULT_FAIL)
    return;
  if (fault == FAULT_FAIL || remote == 0 || has_window || !service_exists (adb, service)) {
    send_packet (adb, CMD_CLSE, 0, remote, NULL, 0);
    return;
  }
  struct Stream *stream = g_new0 (struct Stream, 1);
  stream->adb = adb;
  stream->local = ++adb->last_id;
  stream->remote = remote;
  stream->in = g_byte_array_new ();
  stream->out = g_byte_array_new ();
  g_hash_table_insert (adb->streams, GUINT_TO_POINTER (stream->local), stream);
  send_packet (adb, CMD_OKAY, stream->local, remote, NULL, 0);
  if (g_str_has_prefix (service, "reboot:"))
    start_reboot (stream, service);
  else
    start_shell (stream, service);
}

static struct Stream *
stream_of (const struct Adb *adb)
{
  struct Stream *stream = g_hash_table_lookup (adb->streams, GUINT_TO_POINTER (adb->header.arg1));
  return stream != NULL && stream->remote == adb->header.arg0 ? stream : NULL;
}

// Takes whole shell packets off stdin; echoes them when `cat` reads. May free `stream`.
static void
read_stdin_packets (struct Stream *stream)
{
  while (stream->in->len >= ADB_SHELL_HEAD_BYTES) {
    const guint8 *head = stream->in->data;
    gsize length = head[1] | (gsize)head[2] << 8 | (gsize)head[3] << 16 | (gsize)head[4] << 24;
    if (stream->in->len - ADB_SHELL_HEAD_BYTES < length)
      break;
    guint8 id = head[0];
    if (id == SHELL_STDIN && stream->reads_stdin)
      stream_append (stream, SHELL_STDOUT, head + ADB_SHELL_HEAD_BYTES, length);
    g_byte_array_remove_range (stream->in, 0, (guint)(ADB_SHELL_HEAD_BYTES + length));
    if (id != SHELL_CLOSE_STDIN || !stream->reads_stdin)
      continue;
    stream_finish (stream, 0);
    return;
  }
  stream_advance (stream);
}

// An application comes in, block after block.
static void
read_application (struct Stream *stream, const GByteArray *payload)
{
  g_byte_array_append (stream->in, payload->data, payload->len);
  if (stream->in->len < stream->wants_bytes)
    return;
  g_autofree char *said = apps_install (stream->adb->tablet, stream->in->data, stream->wants_bytes);
  stream->wants_bytes = 0;
  stream_append (stream, SHELL_STDOUT, (const guint8 *)said, strlen (said));
  stream_finish (stream, 0);
}

static void
handle_write (struct Adb *adb, const GByteArray *payload)
{
  struct Stream *stream = stream_of (adb);
  if (stream == NULL)
    return; // already closed from this side
  send_packet (adb, CMD_OKAY, stream->local, stream->remote, NULL, 0);
  if (stream->wants_bytes > 0) {
    read_application (stream, payload);
  } else if (stream->is_v2) {
    g_byte_array_append (stream->in, payload->data, payload->len);
    read_stdin_packets (stream);
  } else if (stream->reads_stdin) {
    stream_append (stream, SHELL_STDOUT, payload->data, payload->len);
    stream_advance (stream);
  }
}

static void
handle_okay (struct Adb *adb)
{
  struct Stream *stream = stream_of (adb);
  if (stream == NULL)
    return;
  stream->waits_okay = FALSE;
  stream_advance (stream);
}

static void
handle_close (struct Adb *adb)
{
  struct Stream *stream = stream_of (adb);
  if (stream != NULL)
    g_hash_table_remove (adb->streams, GUINT_TO_POINTER (stream->local));
}

// ---- connecting ----

static void
go_online (struct Adb *adb)
{
  const struct Settings *set = &adb->tablet->settings;
  const char *features = set->shell_v2 ? "shell_v2,cmd,stat_v2,ls_v2,apex,abb,fixed_push_mkdir" : "cmd,stat_v2";
  GString *banner = g_string_new (NULL);
  g_string_printf (banner, "device::ro.product.name=%s;ro.product.model=%s;ro.product.device=%s;", set->product,
                   set->model, set->device);
  if (*set->private != '\0')
    g_string_append_printf (banner, "ro.bluetooth.name=%s;", set->private);
  if (set->quirk != QUIRK_NO_FEATURES)
    g_string_append_printf (banner, "features=%s%s", features, set->quirk == QUIRK_DELAYED_ACK ? ",delayed_ack" : "");
  adb->link = LINK_ONLINE;
  guint32 version = set->protocol == 1 ? VERSION_CHECKSUM : VERSION_PLAIN;
  send_packet (adb, CMD_CNXN, version, (guint32)set->maxdata, banner->str, banner->len);
  g_string_free (banner, TRUE);
  tablet_touch (adb->tablet);
}

static void
send_token (struct Adb *adb)
{
  for (guint i = 0; i < sizeof adb->token; i++)
    adb->token[i] = (guint8)g_random_int_range (0, 256);
  adb->link = LINK_AUTHENTICATING;
  send_packet (adb, CMD_AUTH, AUTH_TOKEN, 0, adb->token, sizeof adb->token);
}

static void
send_bad_header (struct Adb *adb, guint32 length, guint32 magic, gsize size)
{
  const struct AdbHeader header = {.command = CMD_CNXN, .arg0 = VERSION_PLAIN, .length = length, .magic = magic};
  send_header (adb, &header, size);
}

// Misbehaves as asked instead of answering CNXN. TRUE when nothing more may be sent.
static gboolean
play_quirk (struct Adb *adb)
{
  switch ((enum Quirk)adb->tablet->settings.quirk) {
  case QUIRK_STALE:
    send_packet (adb, CMD_OKAY, 7, 9, NULL, 0);
    send_packet (adb, CMD_WRTE, 7, 9, "stale", 5);
    return FALSE;
  case QUIRK_SHORT_HEADER:
    send_bad_header (adb, 0, ~CMD_CNXN, ADB_HEADER_BYTES / 2);
    return TRUE;
  case QUIRK_BAD_MAGIC:
    send_bad_header (adb, 0, CMD_CNXN, ADB_HEADER_BYTES);
    return TRUE;
  case QUIRK_HUGE_LENGTH:
    send_bad_header (adb, 0x7fffffff, ~CMD_CNXN, ADB_HEADER_BYTES);
    return TRUE;
  case QUIRK_STLS:
    send_packet (adb, CMD_STLS, VERSION_CHECKSUM, 0, NULL, 0);
    return TRUE;
  case QUIRK_NONE:
  case QUIRK_NO_FEATURES:
  case QUIRK_DELAYED_ACK:
  case QUIRK_CLOSE_ZERO:
    return FALSE;
  }
  g_assert_not_reached ();
}

static void
handle_connect (struct Adb *adb)
{
  const struct Settings *set = &adb->tablet->settings;
  guint32 own = set->protocol == 1 ? VERSION_CHECKSUM : VERSION_PLAIN;
  guint32 version = adb->header.arg0, maxdata = adb->header.arg1;
  if (tablet_reach (adb->tablet, POINT_CNXN) != FAULT_NONE)
    return;
  g_hash_table_remove_all (adb->streams);
  usb_device_flush (adb->tablet->usb);
  adb->version = MIN (version, own);
  adb->maxdata = MIN (maxdata, (guint32)set->maxdata);
  if (play_quirk (adb))
    return;
  if (set->adb == ADB_TRADEIN)
    go_online (adb);
  else
    send_token (adb);
}

static gboolean
is_trusted_signature (const struct Adb *adb, const GByteArray *payload)
{
  Tablet *tablet = adb->tablet;
  for (guint i = 0; i < tablet->trusted->len; i++)
    if (adb_key_verifies (tablet->trusted->pdata[i], adb->token, payload->data, payload->len))
      return TRUE;
  // A signature does not carry its key: with adb=known whoever signs is taken for the known host.
  if (tablet->settings.adb != ADB_KNOWN || payload->len != ADB_SIGNATURE_BYTES)
    return FALSE;
  tablet->trusts_first = TRUE;
  return TRUE;
}

static gboolean
tapped (gpointer user)
{
  struct Adb *adb = user;
  adb->tap_timer = 0;
  (void)tablet_tap (adb->tablet, TRUE, NULL); // the dialog may have gone: then there is nothing to tap
  return G_SOURCE_REMOVE;
}

// Shows the dialog, unless the tablet's state forbids. Nothing is sent to the host, as on a real tablet.
static void
handle_public_key (struct Adb *adb, const GByteArray *payload)
{
  Tablet *tablet = adb->tablet;
  const struct Settings *set = &tablet->settings;
  g_autofree char *text = g_strndup ((const char *)payload->data, payload->len);
  if (!adb_key_is_valid (text)) {
    tablet->protocol_errors++;
    tablet_touch (tablet);
    return;
  }
  if (set->keyguard || set->adb == ADB_DENIED)
    return;
  g_free (tablet->asking);
  tablet->asking = g_steal_pointer (&text);
  if (set->adb == ADB_TAP && set->tap_after > 0 && adb->tap_timer == 0)
    adb->tap_timer = g_timeout_add ((guint)(set->tap_after * 1000), tapped, adb);
  tablet_touch (tablet);
}

static void
handle_auth (struct Adb *adb, const GByteArray *payload)
{
  if (adb->link != LINK_AUTHENTICATING)
    return;
  enum Fault fault = tablet_reach (adb->tablet, POINT_AUTH);
  if (fault != FAULT_NONE && fault != FAULT_FAIL)
    return;
  if (adb->header.arg0 == AUTH_PUBLIC_KEY)
    handle_public_key (adb, payload);
  else if (adb->header.arg0 == AUTH_SIGNATURE && fault == FAULT_NONE && is_trusted_signature (adb, payload))
    go_online (adb);
  else
    send_token (adb);
}

// ---- receiving ----

static void
handle_online (struct Adb *adb, const GByteArray *payload)
{
  g_autofree char *service = g_strndup ((const char *)payload->data, payload->len);
  if (adb->header.command == CMD_OPEN)
    handle_open (adb, service);
  else if (adb->header.command == CMD_WRTE)
    handle_write (adb, payload);
  else if (adb->header.command == CMD_OKAY)
    handle_okay (adb);
  else if (adb->header.command == CMD_CLSE)
    handle_close (adb);
}

static void
handle_packet (struct Adb *adb, const GByteArray *payload)
{
  guint32 command = adb->header.command;
  gboolean is_summed = adb->version == VERSION_CHECKSUM || command == CMD_CNXN || command == CMD_AUTH;
  if (is_summed && adb_sum (payload->data, payload->len) != adb->header.checksum)
    fail_link (adb);
  else if (command == CMD_CNXN)
    handle_connect (adb);
  else if (command == CMD_AUTH)
    handle_auth (adb, payload);
  else if (adb->link == LINK_ONLINE)
    handle_online (adb, payload);
}

static gboolean
read_header (struct Adb *adb, const guint8 *bytes, gsize length)
{
  if (!adb_header_read (&adb->header, bytes, length))
    return FALSE;
  gboolean is_first = adb->header.command == CMD_CNXN || adb->header.command == CMD_AUTH;
  guint32 limit = is_first ? FIRST_MAXDATA : MAX (adb->maxdata, FIRST_MAXDATA);
  return adb->header.magic == ~adb->header.command && adb->header.length <= limit;
}

static void
receive_header (struct Adb *adb, const guint8 *bytes, gsize length)
{
  gboolean is_zlp = length == 0 && adb->zlp_due;
  if (!is_zlp && adb->zlp_due)
    adb->tablet->missing_zlps++;
  adb->zlp_due = FALSE;
  if (is_zlp)
    return;
  if (!read_header (adb, bytes, length)) {
    fail_link (adb);
    return;
  }
  g_byte_array_set_size (adb->payload, 0);
  adb->wants_payload = adb->header.length > 0;
  if (!adb->wants_payload)
    handle_packet (adb, adb->payload);
}

static void
receive_payload (struct Adb *adb, const guint8 *bytes, gsize length)
{
  if (adb->payload->len + length > adb->header.length) {
    fail_link (adb);
    return;
  }
  g_byte_array_append (adb->payload, bytes, (guint)length);
  if (adb->payload->len < adb->header.length)
    return;
  adb->wants_payload = FALSE;
  adb->zlp_due = adb->header.length % usb_device_packet_bytes (adb->tablet->usb) == 0;
  g_autoptr (GByteArray) payload = g_steal_pointer (&adb->payload);
  adb->payload = g_byte_array_new ();
  handle_packet (adb, payload); // may free `adb`
}

static void
received (gpointer model, const guint8 *bytes, gsize length)
{
  struct Adb *adb = model;
  if (adb->wants_payload)
    receive_payload (adb, bytes, length);
  else
    receive_header (adb, bytes, length);
}

static void
allowed (gpointer model)
{
  go_online (model);
}

static gpointer
start (Tablet *tablet)
{
  struct Adb *adb = g_new0 (struct Adb, 1);
  adb->tablet = tablet;
  adb->version = VERSION_CHECKSUM;
  adb->payload = g_byte_array_new ();
  adb->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  return adb;
}

static void
stop (gpointer model)
{
  struct Adb *adb = model;
  g_clear_handle_id (&adb->tap_timer, g_source_remove);
  g_byte_array_unref (adb->payload);
  g_hash_table_unref (adb->streams);
  g_free (adb);
}

const struct TabletModel adb_model = {
    .start = start,
    .stop = stop,
    .received = received,
    .allowed = allowed,
};
