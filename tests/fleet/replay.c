// Each link of a recording is taken apart into scripts: the greeting, and one a stream. A script is strict: what the tablet sent after a message of the host is
// sent when the host has sent that message again. Streams are found by the service that is opened, so that they may come in another order. Signatures are not
// checked: where the recording goes on after one, any will do.
#include "tests/fleet/replay.h"

#include "tests/fleet/adb_wire.h"
#include "tests/fleet/recording.h"

#include <string.h>

#define SHELL_STDERR  2
#define SHELL_EXIT    3
#define NOT_FOUND     127
#define UNKNOWN_ID    0x7000 // from here on: streams that the recording does not have
#define LEAVE_SECONDS 0.4    // between the last message and the end of the link
#define NOTHING       G_MAXUINT

// A stream that the host has opened.
struct Live {
  guint32 recorded, host; // its number in the recording, and the host's now
  guint32 own;            // ours
  guint at;               // the host's message that was played last
  const GByteArray *answer;
  gsize sent; // bytes of the answer
  gboolean is_unknown;
};

struct Replay {
  Tablet *tablet; // not owned; NULL before the first plug-in
  struct Recording *recording;
  guint plug, next_link;
  struct RecordedLink *link; // of adb, under way; NULL before the host's greeting
  struct AdbHeader head;
  gboolean wants_payload, is_leaving;
  GByteArray *payload;
  GHashTable *live; // the host's number -> struct Live
  guint unknown, reordered;
};

// ---- the recording ----

static struct RecordedPlug *
plug_of (const struct Replay *replay)
{
  return g_ptr_array_index (replay->recording->plugs, replay->plug);
}

static struct RecordedMessage *
message_at (const struct RecordedLink *link, guint i)
{
  return g_ptr_array_index (link->messages, i);
}

static gboolean
is_greeting (const struct RecordedMessage *message)
{
  return message->kind == RECORDED_ADB &&
         (message->command == CMD_CNXN || message->command == CMD_AUTH || message->command == CMD_STLS);
}

// The number of its stream, the host's; 0 for what belongs to none.
static guint32
stream_of (const struct RecordedMessage *message)
{
  if (message->kind != RECORDED_ADB || is_greeting (message))
    return 0;
  return message->from_host ? message->arg0 : message->arg1;
}

// What a host asks, beside receipts.
static gboolean
is_asked (const struct RecordedMessage *message)
{
  return message->from_host &&
         (message->kind == RECORDED_FASTBOOT || is_greeting (message) || message->command == CMD_OPEN);
}

static gboolean
is_opened (const struct RecordedLink *link, guint32 stream)
{
  for (guint i = 0; i < link->messages->len; i++) {
    const struct RecordedMessage *message = message_at (link, i);
    if (message->from_host && message->command == CMD_OPEN && message->arg0 == stream)
      return TRUE;
  }
  return FALSE;
}

// The last thing that was asked before it left. NULL: nothing was.
static const struct RecordedMessage *
last_asked (const struct RecordedPlug *plug)
{
  for (guint i = plug->links->len; i > 0; i--) {
    const struct RecordedLink *link = g_ptr_array_index (plug->links, i - 1);
    for (guint at = link->messages->len; at > 0; at--)
      if (is_asked (message_at (link, at - 1)))
        return message_at (link, at - 1);
  }
  return NULL;
}

static guint
count_unasked (const struct Replay *replay)
{
  guint count = 0;
  for (guint i = 0; i < replay->recording->plugs->len; i++) {
    const struct RecordedPlug *plug = g_ptr_array_index (replay->recording->plugs, i);
    for (guint link = 0; link < plug->links->len; link++) {
      const GPtrArray *messages = ((struct RecordedLink *)g_ptr_array_index (plug->links, link))->messages;
      for (guint at = 0; at < messages->len; at++) {
        const struct RecordedMessage *message = g_ptr_array_index (messages, at);
        count += is_asked (message) && !message->was_played;
      }
    }
  }
  return count;
}

// ---- what goes wrong ----

static void
miss (struct Replay *replay, const char *what)
{
  replay->unknown++;
  g_message ("%s: the recording does not have: %s", replay->tablet->name, what);
  tablet_touch (replay->tablet);
}

// ---- sending ----

// Magic and sum are filled in.
static void
send_adb (struct Replay *replay, const struct AdbHeader *header, const guint8 *bytes, gboolean is_summed)
{
  struct AdbHeader sent = *header;
  guint8 head[ADB_HEADER_BYTES];
  sent.checksum = is_summed ? adb_sum (bytes, header->length) : 0;
  sent.magic = ~header->command;
  adb_header_write (&sent, head);
  usb_device_send (replay->tablet->usb, head, sizeof head);
  if (header->length > 0)
    usb_device_send (replay->tablet->usb, bytes, header->length);
}

// Text as it was, made as long as it was; or as many bytes of no meaning.
static guint8 *
payload_of (const struct RecordedMessage *message)
{
  guint8 *bytes = g_malloc0 (message->bytes + 1);
  if (message->text != NULL)
    memcpy (bytes, message->text, MIN (strlen (message->text), message->bytes));
  return bytes;
}

// A message that belongs to no stream of ours.
static void
send_plain (struct Replay *replay, const struct RecordedMessage *message)
{
  g_autofree guint8 *bytes = payload_of (message);
  const struct AdbHeader header = {
      .command = message->command, .arg0 = message->arg0, .arg1 = message->arg1, .length = (guint32)message->bytes};
  send_adb (replay, &header, bytes, message->is_summed);
}

// FALSE: the answer is not in the recording, or not as far as that.
static gboolean
send_in_stream (struct Replay *replay, struct Live *live, const struct RecordedMessage *message)
{
  gsize length = message->command == CMD_WRTE ? message->bytes : 0;
  if (length > 0 && (live->answer == NULL || live->answer->len - live->sent < length)) {
    miss (replay, "the rest of an answer");
    return FALSE;
  }
  if (message->command == CMD_OKAY)
    live->own = message->arg0;
  const guint8 *bytes = length > 0 ? live->answer->data + live->sent : NULL;
  const struct AdbHeader header = {
      .command = message->command, .arg0 = message->arg0, .arg1 = live->host, .length = (guint32)length};
  send_adb (replay, &header, bytes, message->is_summed);
  live->sent += length;
  return TRUE;
}

// What stands behind a message of the host and belongs to no script: bytes that are no message, leftovers of former sessions, a halt, silence.
static void
play_loose (struct Replay *replay, guint at)
{
  for (guint i = at + 1; i < replay->link->messages->len; i++) {
    const struct RecordedMessage *message = message_at (replay->link, i);
    g_autofree guint8 *nothing = NULL;
    if (message->from_host)
      return;
    switch (message->kind) {
    case RECORDED_RAW:
      nothing = g_malloc0 (message->bytes + 1);
      usb_device_send (replay->tablet->usb, nothing, message->bytes);
      break;
    case RECORDED_STALL:
      usb_device_halt (replay->tablet->usb);
      break;
    case RECORDED_SILENCE:
      usb_device_silence (replay->tablet->usb);
      break;
    case RECORDED_ADB:
      if (stream_of (message) != 0 && !is_opened (replay->link, stream_of (message)))
        send_plain (replay, message);
      break;
    case RECORDED_FASTBOOT:
      break;
    }
  }
}

// Everything that was asked before it left has been asked again.
static void
leave_when_due (struct Replay *replay, const struct RecordedMessage *played)
{
  const struct RecordedPlug *plug = plug_of (replay);
  if (!plug->left_by_order || played != last_asked (plug) || replay->is_leaving)
    return;
  replay->is_leaving = TRUE;
  tablet_replay_goes (replay->tablet, LEAVE_SECONDS);
}

// ---- the greeting ----

static void
play_greeting (struct Replay *replay, guint at)
{
  struct RecordedMessage *played = message_at (replay->link, at);
  played->was_played = TRUE;
  for (guint i = at + 1; i < replay->link->messages->len; i++) {
    const struct RecordedMessage *message = message_at (replay->link, i);
    if (!is_greeting (message))
      continue;
    if (message->from_host)
      break;
    send_plain (replay, message);
  }
  play_loose (replay, at);
  leave_when_due (replay, played);
}

// The host's next message of the greeting, when it is that one; NOTHING otherwise.
static guint
find_greeting (const struct Replay *replay)
{
  for (guint i = 0; replay->link != NULL && i < replay->link->messages->len; i++) {
    const struct RecordedMessage *message = message_at (replay->link, i);
    if (!message->from_host || !is_greeting (message) || message->was_played)
      continue;
    gboolean is_it = message->command == replay->head.command &&
                     (message->command == CMD_CNXN || message->arg0 == replay->head.arg0);
    return is_it ? i : NOTHING;
  }
  return NOTHING;
}

static void
handle_greeting (struct Replay *replay, const GByteArray *payload)
{
  (void)payload; // a banner, a key, a signature: whatever it says
  const GPtrArray *links = plug_of (replay)->links;
  if (replay->head.command == CMD_CNXN) {
    g_hash_table_remove_all (replay->live);
    replay->link = replay->next_link < links->len ? g_ptr_array_index (links, replay->next_link++) : NULL;
  }
  guint at = find_greeting (replay);
  if (at != NOTHING)
    play_greeting (replay, at);
  else
    miss (replay, replay->head.command == CMD_CNXN ? "one more connection" : "this step of the greeting");
}

// ---- streams ----

// "*" stands for an argument that was not told; "?" for a command that was not: nothing is like it.
static gboolean
is_service (const struct RecordedMessage *message, const char *service)
{
  const char *command = message->text != NULL ? strrchr (message->text, ':') : NULL;
  if (message->text == NULL || *message->text == '?' || (command != NULL && command[1] == '?'))
    return FALSE;
  return g_pattern_match_simple (message->text, service);
}

// is_next: nothing that was opened before it is still to be opened.
static guint
find_service (const struct Replay *replay, const char *service, gboolean *is_next)
{
  *is_next = TRUE;
  for (guint i = 0; replay->link != NULL && i < replay->link->messages->len; i++) {
    const struct RecordedMessage *message = message_at (replay->link, i);
    if (!message->from_host || message->command != CMD_OPEN || message->was_played)
      continue;
    if (is_service (message, service))
      return i;
    *is_next = FALSE;
  }
  return NOTHING;
}

static void
play_stream (struct Replay *replay, struct Live *live, guint at)
{
  struct RecordedMessage *played = message_at (replay->link, at);
  played->was_played = TRUE;
  live->at = at;
  for (guint i = at + 1; i < replay->link->messages->len; i++) {
    const struct RecordedMessage *message = message_at (replay->link, i);
    if (stream_of (message) != live->recorded)
      continue;
    if (message->from_host || !send_in_stream (replay, live, message))
      break;
  }
  play_loose (replay, at);
  leave_when_due (replay, played);
}

static struct Live *
live_new (struct Replay *replay, guint32 recorded)
{
  struct Live *live = g_new0 (struct Live, 1);
  live->recorded = recorded;
  live->host = replay->head.arg0;
  g_hash_table_replace (replay->live, GUINT_TO_POINTER (live->host), live);
  return live;
}

// As Android's shell answers to a command that it does not have. The host's receipt closes it.
static void
answer_not_found (struct Replay *replay, struct Live *live, const char *service)
{
  static const char text[] = "/system/bin/sh: not found\n";
  const guint8 head[] = {SHELL_STDERR, sizeof text - 1, 0, 0, 0}, code[] = {SHELL_EXIT, 1, 0, 0, 0, NOT_FOUND};
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gboolean is_v2 = g_str_has_prefix (service, "shell,v2");
  if (is_v2)
    g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, (const guint8 *)text, sizeof text - 1);
  if (is_v2)
    g_byte_array_append (out, code, sizeof code);
  else
    g_byte_array_append (out, (const guint8 *)"rc=127\n", 7);
  const struct AdbHeader okay = {.command = CMD_OKAY, .arg0 = live->own, .arg1 = live->host};
  const struct AdbHeader write = {.command = CMD_WRTE, .arg0 = live->own, .arg1 = live->host, .length = out->len};
  send_adb (replay, &okay, NULL, TRUE);
  send_adb (replay, &write, out->data, TRUE);
}

static void
open_unknown (struct Replay *replay, const char *service)
{
  const struct AdbHeader refusal = {.command = CMD_CLSE, .arg1 = replay->head.arg0};
  miss (replay, service);
  if (!g_str_has_prefix (service, "shell")) {
    send_adb (replay, &refusal, NULL, TRUE);
    return;
  }
  struct Live *live = live_new (replay, 0);
  live->is_unknown = TRUE;
  live->own = UNKNOWN_ID + replay->unknown;
  answer_not_found (replay, live, service);
}

static void
handle_open (struct Replay *replay, const GByteArray *payload)
{
  g_autofree char *service = g_strndup ((const char *)payload->data, payload->len);
  gboolean is_next;
  guint at = find_service (replay, service, &is_next);
  if (at == NOTHING) {
    open_unknown (replay, service);
    return;
  }
  replay->reordered += !is_next;
  struct Live *live = live_new (replay, message_at (replay->link, at)->arg0);
  live->answer = g_hash_table_lookup (replay->link->answers, GUINT_TO_POINTER (live->recorded));
  play_stream (replay, live, at);
}

// Of a stream that is not in the recording: what is written is taken, the receipt of our answer ends it.
static void
handle_unknown (struct Replay *replay, const struct Live *live)
{
  const struct AdbHeader okay = {.command = CMD_OKAY, .arg0 = live->own, .arg1 = live->host},
                         close = {.command = CMD_CLSE, .arg0 = live->own, .arg1 = live->host};
  if (replay->head.command == CMD_WRTE)
    send_adb (replay, &okay, NULL, TRUE);
  else if (replay->head.command == CMD_OKAY)
    send_adb (replay, &close, NULL, TRUE);
  if (replay->head.command != CMD_WRTE)
    g_hash_table_remove (replay->live, GUINT_TO_POINTER (live->host));
}

static void
handle_stream (struct Replay *replay, const GByteArray *payload)
{
  (void)payload; // of what is written only the length was recorded
  struct Live *live = g_hash_table_lookup (replay->live, GUINT_TO_POINTER (replay->head.arg0));
  if (live == NULL)
    return; // closed already
  if (live->is_unknown) {
    handle_unknown (replay, live);
    return;
  }
  for (guint i = live->at + 1; i < replay->link->messages->len; i++) {
    const struct RecordedMessage *message = message_at (replay->link, i);
    if (!message->from_host || stream_of (message) != live->recorded)
      continue;
    if (message->command == replay->head.command)
      play_stream (replay, live, i);
    else if (replay->head.command != CMD_CLSE)
      miss (replay, "this step of a stream");
    break;
  }
  if (replay->head.command == CMD_CLSE)
    g_hash_table_remove (replay->live, GUINT_TO_POINTER (live->host));
}

// ---- receiving ----

static const struct {
  guint32 command;
  void (*handle) (struct Replay *replay, const GByteArray *payload);
} handlers[] = {
    {CMD_CNXN, handle_greeting}, {CMD_AUTH, handle_greeting}, {CMD_STLS, handle_greeting}, {CMD_OPEN, handle_open},
    {CMD_OKAY, handle_stream},   {CMD_WRTE, handle_stream},   {CMD_CLSE, handle_stream},
};

static void
handle_message (struct Replay *replay)
{
  g_autoptr (GByteArray) payload = g_steal_pointer (&replay->payload);
  replay->payload = g_byte_array_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (handlers[i].command == replay->head.command)
      handlers[i].handle (replay, payload);
}

static void
receive_adb (struct Replay *replay, const guint8 *bytes, gsize length)
{
  if (replay->wants_payload)
    g_byte_array_append (replay->payload, bytes, (guint)length);
  else if (!adb_header_read (&replay->head, bytes, length))
    return; // the empty packet behind a payload that fills its last one
  replay->wants_payload = replay->payload->len < replay->head.length;
  if (!replay->wants_payload)
    handle_message (replay);
}

static void
play_command (struct Replay *replay, struct RecordedLink *link, guint at)
{
  struct RecordedMessage *played = message_at (link, at);
  played->was_played = TRUE;
  replay->link = link;
  for (guint i = at + 1; i < link->messages->len && !message_at (link, i)->from_host; i++) {
    const struct RecordedMessage *message = message_at (link, i);
    g_autofree guint8 *bytes = payload_of (message);
    if (message->kind == RECORDED_FASTBOOT)
      usb_device_send (replay->tablet->usb, bytes, message->bytes);
  }
  play_loose (replay, at);
  leave_when_due (replay, played);
}

// TRUE when it was found in that link, and played.
static gboolean
find_command (struct Replay *replay, struct RecordedLink *link, const char *command, gboolean *is_next)
{
  for (guint at = 0; at < link->messages->len; at++) {
    const struct RecordedMessage *message = message_at (link, at);
    if (!message->from_host || message->was_played)
      continue;
    if (g_strcmp0 (message->text, command) == 0) {
      replay->reordered += !*is_next;
      play_command (replay, link, at);
      return TRUE;
    }
    *is_next = FALSE;
  }
  return FALSE;
}

static void
receive_fastboot (struct Replay *replay, const guint8 *bytes, gsize length)
{
  static const char refusal[] = "FAILunknown command";
  g_autofree char *command = g_strndup ((const char *)bytes, length);
  const GPtrArray *links = plug_of (replay)->links;
  gboolean is_next = TRUE;
  for (guint i = 0; i < links->len; i++)
    if (find_command (replay, g_ptr_array_index (links, i), command, &is_next))
      return;
  miss (replay, command);
  usb_device_send (replay->tablet->usb, (const guint8 *)refusal, sizeof refusal - 1);
}

static void
received (gpointer model, const guint8 *bytes, gsize length)
{
  struct Replay *replay = model;
  if (plug_of (replay)->is_adb)
    receive_adb (replay, bytes, length);
  else if (plug_of (replay)->is_fastboot && length > 0)
    receive_fastboot (replay, bytes, length);
}

// ---- life ----

static gpointer
start (Tablet *tablet)
{
  struct Replay *replay = tablet->replay;
  const struct RecordedPlug *plug = plug_of (replay);
  replay->tablet = tablet;
  replay->wants_payload = replay->is_leaving = FALSE;
  g_byte_array_set_size (replay->payload, 0);
  if (plug->left_by_order && last_asked (plug) == NULL) { // a stage of its restart
    replay->is_leaving = TRUE;
    tablet_replay_goes (tablet, tablet->settings.loop_seconds);
  }
  return replay;
}

static void
stop (gpointer model)
{
  struct Replay *replay = model;
  g_hash_table_remove_all (replay->live);
}

const struct TabletModel replay_model = {
    .start = start,
    .stop = stop,
    .received = received,
    .allowed = NULL,
};

struct Replay *
replay_new (const char *path, GError **error)
{
  struct Recording *recording = recording_load (path, error);
  if (recording == NULL)
    return NULL;
  struct Replay *replay = g_new0 (struct Replay, 1);
  replay->recording = recording;
  replay->payload = g_byte_array_new ();
  replay->live = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return replay;
}

void
replay_free (struct Replay *replay)
{
  if (replay == NULL)
    return;
  g_hash_table_unref (replay->live);
  g_byte_array_unref (replay->payload);
  recording_free (replay->recording);
  g_free (replay);
}

const struct UsbIdentity *
replay_identity (const struct Replay *replay)
{
  return &plug_of (replay)->identity;
}

gboolean
replay_go_on (struct Replay *replay)
{
  if (replay->plug + 1 >= replay->recording->plugs->len)
    return FALSE;
  replay->plug++;
  replay->next_link = 0;
  replay->link = NULL;
  return TRUE;
}

gboolean
replay_waits (const struct Replay *replay)
{
  const struct RecordedPlug *plug = plug_of (replay);
  return plug->left && !plug->left_by_order;
}

static const char *const value_keys[] = {"replay_unknown", "replay_reordered", "replay_unasked", "replay_waits"};

char *
replay_value (const struct Replay *replay, const char *key)
{
  const guint values[] = {replay->unknown, replay->reordered, count_unasked (replay), replay_waits (replay)};
  G_STATIC_ASSERT (G_N_ELEMENTS (values) == G_N_ELEMENTS (value_keys));
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    if (g_str_equal (value_keys[i], key))
      return g_strdup_printf ("%u", values[i]);
  return NULL;
}

void
replay_append_state (const struct Replay *replay, GString *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (value_keys); i++) {
    g_autofree char *value = replay_value (replay, value_keys[i]);
    g_string_append_printf (text, " %s=%s", value_keys[i], value);
  }
}
