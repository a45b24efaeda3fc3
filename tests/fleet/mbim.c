// Messages in, messages out. All numbers are little endian.
//
//   header: type, length, transaction | fragments: total, current | command: service, cid, query or set, length, buffer
//                                     |                           | done: service, cid, status, length, buffer
#include "tests/fleet/mbim.h"

#include <string.h>

enum {
  OPEN = 1,
  CLOSE = 2,
  COMMAND = 3,
  HOST_ERROR = 4,
};

#define OPEN_DONE       0x80000001U
#define CLOSE_DONE      0x80000002U
#define COMMAND_DONE    0x80000003U
#define FUNCTION_ERROR  0x80000004U
#define INDICATE_STATUS 0x80000007U

#define HEADER_BYTES   12
#define FRAGMENT_BYTES (HEADER_BYTES + 8)
#define COMMAND_BYTES  28    // service, cid, query or set, length
#define PADDING_BYTES  4     // hosts pad the information buffer to this, or do not
#define MESSAGE_MAX    65536 // of one control message from the host
#define MAX_TRANSFER   4096  // before the host has said its own
#define FRAGMENT_MS    1250  // chapter 9.5: the next fragment comes within this

struct Mbim {
  const struct MbimOwner *type;
  gpointer owner; // not owned
  gboolean is_open;
  guint32 max_transfer;
  GByteArray *input;     // what has come of the next control message
  GByteArray *fragments; // the body of the command whose fragments come, without any headers
  guint32 fragments_transaction, fragments_total, fragments_next;
  guint timer; // until the next fragment is late
};

Mbim *
mbim_new (const struct MbimOwner *type, gpointer owner)
{
  Mbim *mbim = g_new0 (Mbim, 1);
  mbim->type = type;
  mbim->owner = owner;
  mbim->max_transfer = MAX_TRANSFER;
  mbim->input = g_byte_array_new ();
  mbim->fragments = g_byte_array_new ();
  return mbim;
}

static void
forget_fragments (Mbim *mbim)
{
  g_clear_handle_id (&mbim->timer, g_source_remove);
  g_byte_array_set_size (mbim->fragments, 0);
  mbim->fragments_total = mbim->fragments_next = 0;
}

void
mbim_free (Mbim *mbim)
{
  if (mbim == NULL)
    return;
  forget_fragments (mbim);
  g_byte_array_unref (mbim->input);
  g_byte_array_unref (mbim->fragments);
  g_free (mbim);
}

void
mbim_reset (Mbim *mbim)
{
  forget_fragments (mbim);
  g_byte_array_set_size (mbim->input, 0);
  mbim->is_open = FALSE;
}

gboolean
mbim_is_open (const Mbim *mbim)
{
  return mbim->is_open;
}

void
mbim_set_max_transfer (Mbim *mbim, guint32 bytes)
{
  mbim->max_transfer = MAX (bytes, FRAGMENT_BYTES + 4);
}

// ---- sending ----

static void
put_header (struct MbimWriter *out, guint32 type, gsize length, guint32 transaction)
{
  mbim_put_u32 (out, type);
  mbim_put_u32 (out, (guint32)length);
  mbim_put_u32 (out, transaction);
}

static void
send_message (Mbim *mbim, struct MbimWriter *message)
{
  g_autoptr (GByteArray) bytes = mbim_writer_end (message);
  mbim->type->send (mbim->owner, bytes->data, bytes->len);
}

// A message of a header and one word.
static void
send_word (Mbim *mbim, guint32 type, guint32 transaction, guint32 word)
{
  struct MbimWriter *out = mbim_writer_new ();
  put_header (out, type, HEADER_BYTES + 4, transaction);
  mbim_put_u32 (out, word);
  send_message (mbim, out);
}

void
mbim_open_done (Mbim *mbim, guint32 transaction, guint32 status)
{
  mbim->is_open = status == MBIM_OK;
  send_word (mbim, OPEN_DONE, transaction, status);
}

void
mbim_close_done (Mbim *mbim, guint32 transaction, guint32 status)
{
  mbim->is_open = FALSE;
  send_word (mbim, CLOSE_DONE, transaction, status);
}

void
mbim_function_error (Mbim *mbim, guint32 transaction, enum MbimError error)
{
  send_word (mbim, FUNCTION_ERROR, transaction, error);
}

static void
send_fragment (Mbim *mbim, guint32 type, guint32 transaction, const GByteArray *body, guint32 total, guint32 current)
{
  guint32 share = mbim->max_transfer - FRAGMENT_BYTES;
  guint32 length = MIN (body->len - current * share, share);
  struct MbimWriter *out = mbim_writer_new ();
  put_header (out, type, FRAGMENT_BYTES + length, transaction);
  mbim_put_u32 (out, total);
  mbim_put_u32 (out, current);
  mbim_put_raw (out, body->data + current * share, length);
  send_message (mbim, out);
}

static void
send_fragments (Mbim *mbim, guint32 type, guint32 transaction, const GByteArray *body, enum MbimMangle mangle)
{
  guint32 share = mbim->max_transfer - FRAGMENT_BYTES;
  guint32 total = MAX ((body->len + share - 1) / share, 1);
  guint32 rounds = mangle == MBIM_MANGLE_TWICE ? 2 : 1;
  for (guint32 i = 0; i < total * rounds; i++) {
    guint32 current = i % total;
    gboolean is_last = current == total - 1;
    if ((mangle == MBIM_MANGLE_CUT && is_last) || (mangle == MBIM_MANGLE_LAST && !is_last))
      continue;
    if (mangle == MBIM_MANGLE_REORDER && total > 1 && current >= total - 2)
      current = 2 * total - 3 - current;
    send_fragment (mbim, type, transaction, body, total, current);
  }
}

void
mbim_command_done (Mbim *mbim, guint32 transaction, const guint8 *service, guint32 cid, guint32 status,
                   const GByteArray *info, enum MbimMangle mangle)
{
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_raw (out, service, MBIM_UUID_BYTES);
  mbim_put_u32 (out, cid);
  mbim_put_u32 (out, status);
  mbim_put_u32 (out, info->len);
  mbim_put_raw (out, info->data, info->len);
  g_autoptr (GByteArray) body = mbim_writer_end (out);
  send_fragments (mbim, COMMAND_DONE, transaction, body, mangle);
}

void
mbim_indicate (Mbim *mbim, const guint8 *service, guint32 cid, struct MbimWriter *info)
{
  g_autoptr (GByteArray) bytes = mbim_writer_end (info);
  if (!mbim->is_open)
    return;
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_raw (out, service, MBIM_UUID_BYTES);
  mbim_put_u32 (out, cid);
  mbim_put_u32 (out, bytes->len);
  mbim_put_raw (out, bytes->data, bytes->len);
  g_autoptr (GByteArray) body = mbim_writer_end (out);
  send_fragments (mbim, INDICATE_STATUS, 0, body, MBIM_MANGLE_NONE);
}

// ---- receiving ----

static void
complain (Mbim *mbim, guint32 transaction, enum MbimError error)
{
  forget_fragments (mbim);
  mbim->type->broken (mbim->owner, error);
  mbim_function_error (mbim, transaction, error);
}

static void
receive_open (Mbim *mbim, guint32 transaction, struct MbimReader *in)
{
  guint32 max_transfer = mbim_get_u32 (in);
  if (in->is_bad) {
    complain (mbim, transaction, MBIM_ERROR_LENGTH_MISMATCH);
    return;
  }
  forget_fragments (mbim);
  if (mbim->type->open (mbim->owner, transaction, max_transfer))
    mbim_open_done (mbim, transaction, MBIM_OK);
}

static void
receive_close (Mbim *mbim, guint32 transaction)
{
  forget_fragments (mbim);
  if (mbim->type->close (mbim->owner, transaction))
    mbim_close_done (mbim, transaction, MBIM_OK);
}

static gboolean
on_fragment_late (gpointer user)
{
  Mbim *mbim = user;
  mbim->timer = 0;
  complain (mbim, mbim->fragments_transaction, MBIM_ERROR_TIMEOUT_FRAGMENT);
  return G_SOURCE_REMOVE;
}

static void
run_command (Mbim *mbim, guint32 transaction)
{
  g_autoptr (GByteArray) body = g_steal_pointer (&mbim->fragments);
  mbim->fragments = g_byte_array_new ();
  forget_fragments (mbim);
  struct MbimReader in = {.bytes = body->data, .length = body->len};
  const guint8 *service = mbim_get_raw (&in, MBIM_UUID_BYTES);
  guint32 cid = mbim_get_u32 (&in);
  guint32 kind = mbim_get_u32 (&in);
  guint32 length = mbim_get_u32 (&in);
  struct MbimCommand command = {transaction, cid, service, kind == 1, mbim_get_raw (&in, length), length};
  if (in.is_bad || kind > 1 || in.length - in.at >= PADDING_BYTES)
    complain (mbim, transaction, MBIM_ERROR_LENGTH_MISMATCH);
  else
    mbim->type->command (mbim->owner, &command);
}

static void
receive_fragment (Mbim *mbim, guint32 transaction, struct MbimReader *in)
{
  guint32 total = mbim_get_u32 (in), current = mbim_get_u32 (in);
  if (in->is_bad || total == 0) {
    complain (mbim, transaction, MBIM_ERROR_LENGTH_MISMATCH);
    return;
  }
  gboolean is_next = mbim->fragments_total == 0 ? current == 0
                                                : current == mbim->fragments_next && total == mbim->fragments_total &&
                                                      transaction == mbim->fragments_transaction;
  if (!is_next || current >= total) {
    complain (mbim, transaction, MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE);
    return;
  }
  g_byte_array_append (mbim->fragments, in->bytes + in->at, (guint)(in->length - in->at));
  mbim->fragments_total = total;
  mbim->fragments_next = current + 1;
  mbim->fragments_transaction = transaction;
  g_clear_handle_id (&mbim->timer, g_source_remove);
  if (mbim->fragments_next == total)
    run_command (mbim, transaction);
  else
    mbim->timer = g_timeout_add (FRAGMENT_MS, on_fragment_late, mbim);
}

static void
receive_message (Mbim *mbim, guint32 type, guint32 transaction, struct MbimReader *in)
{
  switch (type) {
  case OPEN:
    receive_open (mbim, transaction, in);
    break;
  case CLOSE:
    receive_close (mbim, transaction);
    break;
  case COMMAND:
    if (mbim->is_open)
      receive_fragment (mbim, transaction, in);
    else
      mbim_function_error (mbim, transaction, MBIM_ERROR_NOT_OPENED);
    break;
  case HOST_ERROR:
    forget_fragments (mbim); // the host gives up what it was sending
    break;
  default:
    complain (mbim, transaction, MBIM_ERROR_UNKNOWN);
  }
}

void
mbim_receive (Mbim *mbim, const guint8 *bytes, gsize length)
{
  g_byte_array_append (mbim->input, bytes, (guint)length);
  while (mbim->input->len >= HEADER_BYTES) {
    struct MbimReader in = {.bytes = mbim->input->data, .length = mbim->input->len};
    guint32 type = mbim_get_u32 (&in), size = mbim_get_u32 (&in), transaction = mbim_get_u32 (&in);
    if (size < HEADER_BYTES || size > MESSAGE_MAX) {
      g_byte_array_set_size (mbim->input, 0); // nothing says where the next one begins
      complain (mbim, transaction, MBIM_ERROR_LENGTH_MISMATCH);
      return;
    }
    if (size > mbim->input->len)
      return; // the rest is still to come
    g_autofree guint8 *message = g_memdup2 (mbim->input->data, size);
    g_byte_array_remove_range (mbim->input, 0, size);
    in = (struct MbimReader){.bytes = message, .length = size, .at = HEADER_BYTES};
    receive_message (mbim, type, transaction, &in);
  }
}
