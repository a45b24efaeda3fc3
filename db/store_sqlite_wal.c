/* Heads, frames and checksums of the log. The reader is strict: what it does not know as committed does not exist. */
#include "db/store_sqlite_wal.h"
#include <string.h>
#include <unistd.h>

/* Of the head: 4 bytes each. The salts also stand in every frame. */
enum { HEAD_MAGIC = 0, HEAD_PAGE = 8, HEAD_SALTS = 16, HEAD_SUMS = 24 };
enum { FRAME_SIZE_AFTER = 4, FRAME_SALTS = 8, FRAME_SUMS = 16 };
#define MAGIC      0x377f0682u /* its last bit tells the byte order of the checksums: 1 is big-endian */
#define SALTS      8
#define PAGE_LEAST 512
#define PAGE_MOST  65536

static guint32
read_big (const guint8 *bytes)
{
  guint32 value;
  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_BE (value);
}

gboolean
wal_read_head (int fd, WalHead *head)
{
  WalHead found;
  if (pread (fd, found.header, WAL_HEADER, 0) != WAL_HEADER)
    return FALSE;
  found.page_bytes = read_big (found.header + HEAD_PAGE);
  if ((read_big (found.header + HEAD_MAGIC) & ~1u) != MAGIC || found.page_bytes < PAGE_LEAST ||
      found.page_bytes > PAGE_MOST)
    return FALSE;
  *head = found;
  return TRUE;
}

gboolean
wal_is_same (const WalHead *one, const WalHead *other)
{
  return memcmp (one->header, other->header, WAL_HEADER) == 0;
}

static gsize
frame_bytes (const WalHead *head)
{
  return WAL_FRAME + head->page_bytes;
}

gint64
wal_size (const WalHead *head, gint64 frames)
{
  return WAL_HEADER + frames * (gint64)frame_bytes (head);
}

gint64
wal_frames (const WalHead *head, gsize bytes)
{
  return bytes < WAL_HEADER ? 0 : (gint64)((bytes - WAL_HEADER) / frame_bytes (head));
}

static gboolean
has_salts (const WalHead *head, const guint8 *frame)
{
  return memcmp (frame + FRAME_SALTS, head->header + HEAD_SALTS, SALTS) == 0;
}

static gboolean
is_commit (const guint8 *frame)
{
  return read_big (frame + FRAME_SIZE_AFTER) != 0;
}

/* ---- checksums ---- */

typedef struct {
  guint32 one, two;
  gboolean is_big;
} Sums;

/* n: a multiple of 8. */
static void
add_bytes (Sums *sums, const guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i += 8) {
    guint32 x, y;
    memcpy (&x, bytes + i, sizeof x);
    memcpy (&y, bytes + i + 4, sizeof y);
    sums->one += (sums->is_big ? GUINT32_FROM_BE (x) : GUINT32_FROM_LE (x)) + sums->two;
    sums->two += (sums->is_big ? GUINT32_FROM_BE (y) : GUINT32_FROM_LE (y)) + sums->one;
  }
}

/* Does this frame follow the one that sums are of? */
static gboolean
follows (const WalHead *head, const guint8 *frame, Sums *sums)
{
  add_bytes (sums, frame, FRAME_SALTS); /* page number and size */
  add_bytes (sums, frame + WAL_FRAME, head->page_bytes);
  return has_salts (head, frame) && read_big (frame + FRAME_SUMS) == sums->one &&
         read_big (frame + FRAME_SUMS + 4) == sums->two;
}

/* ---- reading ---- */

static gboolean
read_all (int fd, guint8 *bytes, gsize count, gint64 offset)
{
  while (count > 0) {
    ssize_t n = pread (fd, bytes, count, offset);
    if (n <= 0)
      return FALSE;
    bytes += n;
    offset += n;
    count -= (gsize)n;
  }
  return TRUE;
}

static gsize
committed_bytes (const WalHead *head, const guint8 *log, gsize size)
{
  Sums sums = {read_big (head->header + HEAD_SUMS), read_big (head->header + HEAD_SUMS + 4),
               (read_big (head->header + HEAD_MAGIC) & 1) != 0};
  gsize committed = WAL_HEADER;
  for (gsize at = WAL_HEADER; at + frame_bytes (head) <= size; at += frame_bytes (head)) {
    if (!follows (head, log + at, &sums))
      break;
    if (is_commit (log + at))
      committed = at + frame_bytes (head);
  }
  return committed;
}

GBytes *
wal_read_committed (int fd, const WalHead *head)
{
  off_t size = lseek (fd, 0, SEEK_END);
  if (size < WAL_HEADER)
    return NULL;
  g_autofree guint8 *log = g_malloc ((gsize)size);
  if (!read_all (fd, log, (gsize)size, 0) || memcmp (log, head->header, WAL_HEADER) != 0)
    return NULL;
  gsize committed = committed_bytes (head, log, (gsize)size);
  return g_bytes_new_take (g_steal_pointer (&log), committed);
}

GBytes *
wal_read_frames (int fd, const WalHead *head, gint64 first, gint64 last)
{
  gsize size = (gsize)(last - first) * frame_bytes (head);
  if (last <= first)
    return NULL;
  g_autofree guint8 *frames = g_malloc (size);
  const guint8 *end = frames + size - frame_bytes (head);
  if (!read_all (fd, frames, size, wal_size (head, first)) || !has_salts (head, frames) || !has_salts (head, end) ||
      !is_commit (end))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&frames), size);
}
