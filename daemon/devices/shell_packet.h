/* The packets of adb's shell v2 (AOSP adb/shell_protocol.h): id u8, length u32 little-endian, bytes.
 * They are cut anywhere by the messages that carry them, so they are gathered here first. */
#pragma once
#include <glib.h>

#define SHELL_PACKET_HEADER_SIZE 5             /* bytes */
#define SHELL_PACKET_MAX         (1024 * 1024) /* bytes of one packet that we accept */

typedef enum {
  SHELL_STDIN = 0,
  SHELL_STDOUT = 1,
  SHELL_STDERR = 2,
  SHELL_EXIT = 3,
  SHELL_CLOSE_STDIN = 4
} ShellPacketId;

typedef struct {
  guint8 id;          /* a ShellPacketId, or one of the future: to be ignored */
  const guint8 *data; /* inside the buffer */
  guint32 n;          /* bytes */
} ShellPacket;

/* Reads the packet that begins at *offset and moves the offset behind it. FALSE, nothing moved, when it is not whole yet. */
gboolean shell_packet_next (const guint8 *buffer, gsize size, gsize *offset, ShellPacket *packet);
/* TRUE when the packet that begins at offset announces more than SHELL_PACKET_MAX. */
gboolean shell_packet_is_too_long (const guint8 *buffer, gsize size, gsize offset);
