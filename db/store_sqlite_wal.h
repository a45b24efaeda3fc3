/* Reading SQLite's write-ahead log as a file. Its format is public: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 * (a header of 32 bytes, then frames: 24 bytes and a page; numbers are big-endian). For db/store_*.c only. */
#pragma once
#include <glib.h>

#define WAL_HEADER 32 /* bytes */
#define WAL_FRAME  24 /* bytes, before the page */

typedef struct {
  guint8 header[WAL_HEADER];
  gsize page_bytes;
} WalHead;

/* The head of the log at fd. FALSE when there is none: an empty log, or one of a kind unknown to us. */
gboolean wal_read_head (int fd, WalHead *head);
/* Do both begin the same log? A log that starts again has other salts. */
gboolean wal_is_same (const WalHead *one, const WalHead *other);
/* Bytes of a log with so many frames, its head included. */
gint64 wal_size (const WalHead *head, gint64 frames);
/* What is in the log under that head up to its last commit: frames whose checksums follow from the head, as the engine counts them after a
 * crash. NULL when it cannot be read. */
GBytes *wal_read_committed (int fd, const WalHead *head);
/* Frames in those bytes. */
gint64 wal_frames (const WalHead *head, gsize bytes);
/* Frames first to last - 1, which end with a commit under that head: else NULL. */
GBytes *wal_read_frames (int fd, const WalHead *head, gint64 first, gint64 last);
