// A recording of a tablet (temoin bench record), read from its file: what was plugged in, link by link, message by message. No behaviour in here, and no
// code shared with the daemon that wrote it. The format: docs/decisions/0025-recordings.md.
#pragma once

#include "tests/fleet/usb.h"

enum RecordedKind {
  RECORDED_ADB,      // one message
  RECORDED_FASTBOOT, // one command or reply
  RECORDED_RAW,      // bytes that are no message
  RECORDED_STALL,    // the tablet halted its endpoint, or sent what nobody could take
  RECORDED_SILENCE,  // it said nothing any more
};

struct RecordedMessage {
  enum RecordedKind kind;
  gboolean from_host, is_summed, was_played;
  guint32 command, arg0, arg1; // adb
  gsize bytes;                 // of the payload, the command or the reply
  char *text;                  // banner, service, command, reply; or NULL
};

struct RecordedLink {
  GPtrArray *messages; // of struct RecordedMessage, in order
  GHashTable *answers; // number of a stream -> GByteArray: all that the tablet sent on it
};

// From one plugging in to the next.
struct RecordedPlug {
  struct UsbIdentity identity; // its texts and descriptors are owned here
  gboolean is_fastboot, is_adb;
  GPtrArray *links;       // of struct RecordedLink
  gboolean left;          // it left again
  gboolean left_by_order; // because of what the host had ordered; else a person did it
};

struct Recording {
  GPtrArray *plugs; // of struct RecordedPlug, at least one
};

// NULL with error, naming the line, when the file cannot be read, is of another version, or is damaged. A last line without its end was cut off, and is
// left out.
struct Recording *recording_load (const char *path, GError **error);

// The same from its bytes.
struct Recording *recording_read (const char *text, gsize length, GError **error);

// NULL is accepted.
void recording_free (struct Recording *recording);
