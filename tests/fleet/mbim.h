// The control channel of one MBIM function (USB-IF MBIM 1.0, chapter 9): messages, fragments, transactions, errors. It knows
// neither what a command means (modem.c) nor what carries the bytes: a terminal behind umockdev, or USB's
// SEND_ENCAPSULATED_COMMAND and GET_ENCAPSULATED_RESPONSE.
#pragma once

#include "tests/fleet/mbim_bytes.h"

enum MbimStatus { // chapter 9.4.5
  MBIM_OK = 0,
  MBIM_BUSY = 1,
  MBIM_FAILURE = 2,
  MBIM_SIM_NOT_INSERTED = 3,
  MBIM_BAD_SIM = 4,
  MBIM_PIN_REQUIRED = 5,
  MBIM_PIN_DISABLED = 6,
  MBIM_NOT_REGISTERED = 7,
  MBIM_NO_DEVICE_SUPPORT = 9,
  MBIM_PACKET_SERVICE_DETACHED = 12,
  MBIM_NOT_INITIALIZED = 14,
  MBIM_CONTEXT_NOT_ACTIVATED = 16,
  MBIM_RADIO_POWER_OFF = 20,
  MBIM_INVALID_PARAMETERS = 21,
  MBIM_OPERATION_NOT_ALLOWED = 28,
  MBIM_INVALID_MEMORY_INDEX = 30,
  MBIM_MEMORY_FULL = 31,
  MBIM_SMS_NETWORK_TIMEOUT = 101,
};

enum MbimError { // chapter 9.3.4 and 9.4.4
  MBIM_ERROR_TIMEOUT_FRAGMENT = 1,
  MBIM_ERROR_FRAGMENT_OUT_OF_SEQUENCE = 2,
  MBIM_ERROR_LENGTH_MISMATCH = 3,
  MBIM_ERROR_DUPLICATED_TID = 4,
  MBIM_ERROR_NOT_OPENED = 5,
  MBIM_ERROR_UNKNOWN = 6,
  MBIM_ERROR_CANCEL = 7,
  MBIM_ERROR_MAX_TRANSFER = 8,
};

#define MBIM_UUID_BYTES 16

typedef struct Mbim Mbim;

// One command as it arrived. Valid during the call; `service` and `data` point into the message.
struct MbimCommand {
  guint32 transaction, cid;
  const guint8 *service; // MBIM_UUID_BYTES
  gboolean is_set;       // else a query
  const guint8 *data;    // the information buffer
  gsize length;
};

// Whose channel it is. Called from mbim_receive, unless said otherwise; the channel must not be freed from inside `command`.
struct MbimOwner {
  // One control message for the host, a whole one or a fragment. Also called from the functions that send.
  void (*send) (gpointer owner, const guint8 *bytes, gsize length);
  // The host opens or closes. FALSE: the owner has answered by himself, or wants no answer.
  gboolean (*open) (gpointer owner, guint32 transaction, guint32 max_transfer);
  gboolean (*close) (gpointer owner, guint32 transaction);
  // A whole command, while the function is open.
  void (*command) (gpointer owner, const struct MbimCommand *command);
  // The host broke a rule of the protocol.
  void (*broken) (gpointer owner, enum MbimError error);
};

// How the fragments of one answer go wrong on their way.
enum MbimMangle {
  MBIM_MANGLE_NONE,
  MBIM_MANGLE_CUT,     // the last fragment is lost
  MBIM_MANGLE_REORDER, // the last two change places
  MBIM_MANGLE_TWICE,   // everything is sent a second time
  MBIM_MANGLE_LAST,    // the last fragment alone
};

// Makes a closed channel. `owner` stays the caller's.
Mbim *mbim_new (const struct MbimOwner *type, gpointer owner);

// NULL is accepted.
void mbim_free (Mbim *mbim);

// Bytes from the host, in pieces of any size.
void mbim_receive (Mbim *mbim, const guint8 *bytes, gsize length);

// Forgets what was half received, and closes without a word: a reset that the host does not see.
void mbim_reset (Mbim *mbim);

gboolean mbim_is_open (const Mbim *mbim);

// The largest control message it sends from now on, in bytes; longer ones go in fragments.
void mbim_set_max_transfer (Mbim *mbim, guint32 bytes);

// OPEN_DONE; the function is open from then on when the status is MBIM_OK.
void mbim_open_done (Mbim *mbim, guint32 transaction, guint32 status);

// CLOSE_DONE, which may be a stray one.
void mbim_close_done (Mbim *mbim, guint32 transaction, guint32 status);

// FUNCTION_ERROR.
void mbim_function_error (Mbim *mbim, guint32 transaction, enum MbimError error);

// COMMAND_DONE with an information buffer, which stays the caller's.
void mbim_command_done (Mbim *mbim, guint32 transaction, const guint8 *service, guint32 cid, guint32 status,
                        const GByteArray *info, enum MbimMangle mangle);

// INDICATE_STATUS, when the function is open; `info` is freed.
void mbim_indicate (Mbim *mbim, const guint8 *service, guint32 cid, struct MbimWriter *info);
