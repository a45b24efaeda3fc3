// The messages of adb over USB as bytes: a header of six little-endian words, sent apart from its payload (AOSP adb, protocol.txt).
#pragma once

#include <glib.h>

#define ADB_FOURCC(a, b, c, d) ((guint32)(a) | (guint32)(b) << 8 | (guint32)(c) << 16 | (guint32)(d) << 24)
#define CMD_CNXN               ADB_FOURCC ('C', 'N', 'X', 'N')
#define CMD_AUTH               ADB_FOURCC ('A', 'U', 'T', 'H')
#define CMD_OPEN               ADB_FOURCC ('O', 'P', 'E', 'N')
#define CMD_OKAY               ADB_FOURCC ('O', 'K', 'A', 'Y')
#define CMD_WRTE               ADB_FOURCC ('W', 'R', 'T', 'E')
#define CMD_CLSE               ADB_FOURCC ('C', 'L', 'S', 'E')
#define CMD_STLS               ADB_FOURCC ('S', 'T', 'L', 'S')

#define ADB_HEADER_BYTES     24
#define ADB_SHELL_HEAD_BYTES 5 // of a packet of the shell protocol: what it is, and its length

struct AdbHeader {
  guint32 command, arg0, arg1, length, checksum, magic;
};

// The sum of the bytes of a payload, as peers of the first version check it.
guint32 adb_sum (const guint8 *bytes, gsize length);
void adb_header_write (const struct AdbHeader *header, guint8 bytes[ADB_HEADER_BYTES]);
// FALSE: not as long as a header is. What it says is not judged.
gboolean adb_header_read (struct AdbHeader *header, const guint8 *bytes, gsize length);
