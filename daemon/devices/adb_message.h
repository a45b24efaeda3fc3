/* One message of the adb protocol (AOSP adb/protocol.txt): a 24-byte header, then a payload in a transfer of its own.
 * Not for the conversation: adb.c. */
#pragma once
#include <glib.h>

#define ADB_HEADER_SIZE           24 /* bytes */
#define ADB_VERSION_CHECKSUM      0x01000000u
#define ADB_VERSION_NO_CHECKSUM   0x01000001u
#define ADB_MAX_HANDSHAKE_PAYLOAD 4096  /* bytes, CNXN and AUTH */
#define ADB_MAX_PAYLOAD           65536 /* bytes; what we announce: 32 tablets stay far below usbfs_memory_mb */

typedef enum {
  ADB_SYNC = 0x434e5953,
  ADB_CNXN = 0x4e584e43,
  ADB_AUTH = 0x48545541,
  ADB_OPEN = 0x4e45504f,
  ADB_OKAY = 0x59414b4f,
  ADB_CLSE = 0x45534c43,
  ADB_WRTE = 0x45545257,
  ADB_STLS = 0x534c5453,
} AdbCommand;

typedef struct {
  guint32 command; /* an AdbCommand, or what a device made up */
  guint32 arg0, arg1;
  guint32 length; /* bytes of payload that follow: a claim, to be checked against a limit */
  guint32 check;  /* sum of the payload's bytes, or 0 */
} AdbMessage;

/* Writes the header (magic included) into out. */
void adb_message_encode (const AdbMessage *message, guint8 out[ADB_HEADER_SIZE]);
/* FALSE, message untouched, when n is not exactly 24 or the magic is wrong. */
gboolean adb_message_parse (const guint8 *data, gsize n, AdbMessage *message);
/* The "crc" of the protocol, which is a plain sum of bytes. */
guint32 adb_message_checksum (const guint8 *data, gsize n);
/* Must this message carry a checksum when `version` was agreed? CNXN and AUTH always do: the peer's version is not known. */
gboolean adb_message_wants_checksum (guint32 command, guint32 version);
/* May this payload be accepted for this header? On CNXN and AUTH a zero is accepted as "not computed". */
gboolean adb_message_check (const AdbMessage *message, guint32 version, const guint8 *data, gsize n);
