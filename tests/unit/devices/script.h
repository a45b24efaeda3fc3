/* A wire that plays a conversation written in a table: what the host must send, what the device then sends. */
#pragma once
#include "daemon/devices/adb_message.h"
#include "daemon/devices/device.h"
#include "daemon/devices/wire.h"

#include <string.h>

#define SCRIPT_DEADLINE_MS 5000
#define ANY_BYTES          NULL /* a payload of that length, whatever it holds */

typedef enum { HOST, DEVICE, DEVICE_RAW, DEVICE_LEAVES, DEVICE_HALTS } Who;

/* One message (HOST, DEVICE) or one transfer of bytes (DEVICE_RAW). */
typedef struct {
  Who who;
  guint32 command, arg0, arg1;
  const void *payload;
  gsize n;
} Row;

#define TEXT(text)  text, sizeof text - 1 /* bytes */
#define ZTEXT(text) text, sizeof text     /* with the closing NUL */

/* One transfer. */
typedef struct {
  Who who;
  guint8 *bytes; /* NULL: any */
  gsize n;
} Transfer;

typedef struct {
  Wire wire;
  guint32 version; /* of what the device sends, and expects: with checksums or without */
  GQueue todo;     /* of Transfer */
  GQueue to_host;  /* of Transfer: sent by the device, not read yet */
  GPtrArray *kept; /* what a read has lent */
  gboolean has_left, has_told, is_freed;
  DeviceError leaves_with; /* what every read says from then on */
  gboolean cuts_writes;    /* once it has left, a write fails as well: nothing is expected of it */
  WireFunc read_func, write_func;
  gpointer read_user, write_user;
  gsize read_size, written;
  guint idle;
} Script;

static inline void
transfer_free (gpointer data)
{
  Transfer *transfer = data;
  g_free (transfer->bytes);
  g_free (transfer);
}

static inline void
script_push (Script *script, Who who, const void *bytes, gsize n)
{
  Transfer *transfer = g_new (Transfer, 1);
  *transfer = (Transfer){.who = who, .bytes = bytes != NULL ? g_memdup2 (bytes, n) : NULL, .n = n};
  g_queue_push_tail (&script->todo, transfer);
}

/* What the device has to say before it waits for the host again. */
static inline void
script_advance (Script *script)
{
  Transfer *next;
  while ((next = g_queue_peek_head (&script->todo)) != NULL && next->who != HOST) {
    next = g_queue_pop_head (&script->todo);
    if (next->who == DEVICE_LEAVES || next->who == DEVICE_HALTS) {
      script->has_left = TRUE;
      script->leaves_with = next->who == DEVICE_HALTS ? DEVICE_ERROR_PROTOCOL : DEVICE_ERROR_GONE;
      transfer_free (next);
    } else
      g_queue_push_tail (&script->to_host, next);
  }
}

static inline void
script_end_read (Script *script)
{
  WireFunc func = g_steal_pointer (&script->read_func);
  g_autoptr (GError) left = g_error_new (DEVICE_ERROR, (int)script->leaves_with, "left or halted");
  Transfer *transfer = g_queue_pop_head (&script->to_host);
  if (transfer == NULL) {
    g_assert_false (script->has_told); /* who has heard it does not read on */
    script->has_told = TRUE;
    func (NULL, 0, left, script->read_user);
    return;
  }
  g_assert_cmpuint (transfer->n, <=, script->read_size); /* else libusb would say overflow */
  g_ptr_array_add (script->kept, transfer);
  func (transfer->bytes, transfer->n, NULL, script->read_user);
}

static inline gboolean script_turn (gpointer user);

static inline gboolean
script_can_write (const Script *script)
{
  return script->write_func != NULL && !(script->has_left && script->cuts_writes);
}

static inline void
script_wake (Script *script)
{
  gboolean can_read = script->read_func != NULL && (script->to_host.length > 0 || script->has_left);
  if (script->idle == 0 && !script->is_freed && (can_read || script_can_write (script)))
    script->idle = g_idle_add (script_turn, script);
}

static inline gboolean
script_turn (gpointer user)
{
  Script *script = user;
  script->idle = 0;
  if (script_can_write (script)) {
    WireFunc func = g_steal_pointer (&script->write_func);
    func (NULL, script->written, NULL, script->write_user);
  } else if (script->read_func != NULL && (script->to_host.length > 0 || script->has_left))
    script_end_read (script);
  script_wake (script);
  return G_SOURCE_REMOVE;
}

static inline void
script_read (Wire *wire, gsize size, guint timeout_ms, WireFunc func, gpointer user)
{
  Script *script = (Script *)wire;
  (void)timeout_ms;
  g_assert_null (script->read_func);
  g_assert_cmpuint (size % wire->packet_size, ==, 0);
  script->read_func = func;
  script->read_user = user;
  script->read_size = size;
  script_wake (script);
}

static inline void
script_write (Wire *wire, const guint8 *data, gsize n, guint timeout_ms, WireFunc func, gpointer user)
{
  Script *script = (Script *)wire;
  (void)timeout_ms;
  g_assert_null (script->write_func);
  script->write_func = func;
  script->write_user = user;
  script->written = n;
  if (script->has_left && script->cuts_writes)
    return; /* the read that waits says it */
  Transfer *expected = g_queue_pop_head (&script->todo);
  g_assert_true (expected != NULL && expected->who == HOST); /* it says something nobody asked for */
  if (expected->bytes != NULL || expected->n == 0)
    g_assert_cmpmem (data, n, expected->bytes, expected->n);
  else if (n != ADB_HEADER_SIZE)
    g_assert_cmpuint (n, ==, expected->n);
  transfer_free (expected);
  script_advance (script);
  script_wake (script);
}

static inline void
script_free_wire (Wire *wire)
{
  Script *script = (Script *)wire;
  script->is_freed = TRUE;
  if (script->idle != 0)
    g_source_remove (script->idle);
  script->idle = 0;
}

static const WireClass script_class = {script_read, script_write, script_free_wire};

static inline void
script_init (Script *script, guint32 version, gsize packet_size)
{
  *script = (Script){.wire = {&script_class, packet_size}, .version = version};
  g_queue_init (&script->todo);
  g_queue_init (&script->to_host);
  script->kept = g_ptr_array_new_with_free_func (transfer_free);
}

/* The whole conversation must have been played. */
static inline void
script_clear (Script *script)
{
  g_assert_true (script->is_freed);
  g_assert_cmpuint (script->todo.length, ==, 0);
  g_queue_clear_full (&script->to_host, transfer_free);
  g_ptr_array_unref (script->kept);
}

/* A payload of unknown bytes has an unknown checksum: then the header is not compared either. */
static inline void
script_push_message (Script *script, const Row *row)
{
  AdbMessage message = {.command = row->command, .arg0 = row->arg0, .arg1 = row->arg1, .length = (guint32)row->n};
  guint8 header[ADB_HEADER_SIZE];
  gboolean is_known = row->n == 0 || row->payload != NULL;
  if (is_known && adb_message_wants_checksum (row->command, script->version))
    message.check = adb_message_checksum (row->payload, row->n);
  adb_message_encode (&message, header);
  script_push (script, row->who, is_known ? header : NULL, sizeof header);
  if (row->n > 0)
    script_push (script, row->who, row->payload, row->n);
  if (row->who == HOST && row->n > 0 && row->n % script->wire.packet_size == 0)
    script_push (script, HOST, NULL, 0);
}

static inline void
script_play (Script *script, const Row *rows, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    if (rows[i].who == HOST || rows[i].who == DEVICE)
      script_push_message (script, &rows[i]);
    else
      script_push (script, rows[i].who, rows[i].payload, rows[i].n);
  }
  script_advance (script);
  script_wake (script);
}

static inline gboolean
script_on_late (gpointer user)
{
  *(gboolean *)user = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the loop until the condition holds; fails the test when it never does. */
#define WAIT_FOR(condition)                                                                                            \
  do {                                                                                                                 \
    gboolean is_late = FALSE;                                                                                          \
    guint timer = g_timeout_add (SCRIPT_DEADLINE_MS, script_on_late, &is_late);                                        \
    while (!(condition) && !is_late)                                                                                   \
      g_main_context_iteration (NULL, TRUE);                                                                           \
    if (is_late)                                                                                                       \
      g_error ("%d: never became true: %s", __LINE__, #condition);                                                     \
    g_source_remove (timer);                                                                                           \
  } while (0)
