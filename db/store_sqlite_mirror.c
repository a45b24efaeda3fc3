/* The copy on another disk. In the writer's thread a hook reads the frames of each commit from the log, where they have just been flushed,
 * into a queue; a thread of its own writes them to the log of the copy and flushes it. Nothing else is shared, so a slow disk fills
 * the queue and a lost one empties it, and the writer never waits.
 *
 * A copy begins as the register's file and the whole log beside it, taken while no checkpoint may touch the file (is_held): together they
 * are what the engine would recover after a crash. When the register's log starts again (other salts), the copy's log is first
 * written into its file by the engine. Order of flushes: what a name or a head stands for is on the disk before it. */
#include "db/mirror.h"
#include "db/store_sqlite.h"
#include "db/store_sqlite_mirror.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_MOST_BYTES  (64 * 1024 * 1024)
#define CHECKPOINT_FRAMES 1000 /* as the engine does by itself where no hook is set */
#define LOOK_AGAIN_S      3    /* for a disk that is not there */
#define RETRY_MOST_S      300  /* for one that fails when much is written */
#define LOOK_AFTER_S      60   /* is an idle disk still there? */
#define LAST_WAIT_S       5    /* at the end, for what is queued */

/* One commit, or several. */
typedef struct {
  WalHead head;
  gint64 first; /* frame, from 0 */
  GBytes *frames;
  gint64 at; /* monotonic */
} Piece;

struct _Mirror {
  char *path, *folder;
  GThread *thread;
  GMutex lock;
  GCond changed;
  /* under the lock */
  GQueue queue; /* of Piece, owned */
  gsize queued_bytes;
  gboolean is_attached, is_stopping;
  gboolean is_wanted;        /* commits are queued; else a new copy is needed */
  gboolean is_lost;          /* the queue overflowed or the log was not as expected: what was queued is worth nothing */
  gboolean is_held;          /* no checkpoint may begin */
  gboolean is_checkpointing; /* the writer is at it */
  gboolean is_working;       /* the thread is at it */
  MirrorState state;
  DbError error;
  gint64 behind_since; /* monotonic, or 0 */
  gint64 retry_at;     /* monotonic */
  WalHead head;        /* of the log as it was read last */
  gint64 read;         /* frames of it that were read */
  /* of the writer */
  sqlite3 *writer; /* not owned */
  int log_fd;      /* -1 until there is one */
  /* of the thread */
  guint retry_s;
  MirrorCopy copy;
};

const char *
mirror_state_name (MirrorState state)
{
  static const char *const names[] = {
      [MIRROR_MAKING] = "making", [MIRROR_FOLLOWING] = "following", [MIRROR_BROKEN] = "broken"};
  return names[state];
}

static void
piece_free (gpointer data)
{
  Piece *piece = data;
  g_bytes_unref (piece->frames);
  g_free (piece);
}

/* ---- in the writer's thread ---- */

/* With the lock. */
static void
forget_queue (Mirror *mirror)
{
  g_queue_clear_full (&mirror->queue, piece_free);
  mirror->queued_bytes = 0;
}

/* With the lock. */
static void
lose (Mirror *mirror)
{
  mirror->is_lost = TRUE;
  mirror->is_wanted = FALSE;
  forget_queue (mirror);
}

/* With the lock: what was committed since the log was last read. */
static void
enqueue (Mirror *mirror, gint64 frames)
{
  WalHead head;
  if (!wal_read_head (mirror->log_fd, &head)) {
    lose (mirror);
    return;
  }
  if (!wal_is_same (&head, &mirror->head))
    mirror->read = 0;
  mirror->head = head;
  if (frames <= mirror->read)
    return; /* the thread has read it already, when the copy began */
  GBytes *bytes = wal_read_frames (mirror->log_fd, &head, mirror->read, frames);
  if (bytes == NULL || mirror->queued_bytes + g_bytes_get_size (bytes) > QUEUE_MOST_BYTES) {
    g_clear_pointer (&bytes, g_bytes_unref);
    lose (mirror);
    return;
  }
  Piece *piece = g_new (Piece, 1);
  *piece = (Piece){.head = head, .first = mirror->read, .frames = bytes, .at = g_get_monotonic_time ()};
  g_queue_push_tail (&mirror->queue, piece);
  mirror->queued_bytes += g_bytes_get_size (bytes);
  mirror->read = frames;
}

static int
open_log (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  return open (log, O_RDONLY | O_CLOEXEC);
}

/* As the engine does by itself, unless a copy is being begun. */
static void
checkpoint (Mirror *mirror, sqlite3 *handle, int frames)
{
  g_mutex_lock (&mirror->lock);
  gboolean may = frames >= CHECKPOINT_FRAMES && !mirror->is_held;
  mirror->is_checkpointing = may;
  g_mutex_unlock (&mirror->lock);
  if (!may)
    return;
  (void)sqlite3_wal_checkpoint_v2 (handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL); /* else at the next commit */
  g_mutex_lock (&mirror->lock);
  mirror->is_checkpointing = FALSE;
  g_cond_broadcast (&mirror->changed);
  g_mutex_unlock (&mirror->lock);
}

/* The engine's hook: a commit is durable, and the log has so many frames. */
static int
on_commit (void *user, sqlite3 *handle, const char *name, int frames)
{
  (void)name; /* there is one database */
  Mirror *mirror = user;
  g_mutex_lock (&mirror->lock);
  if (mirror->log_fd < 0)
    mirror->log_fd = open_log (mirror->path);
  if (mirror->behind_since == 0)
    mirror->behind_since = g_get_monotonic_time ();
  if (mirror->is_wanted)
    enqueue (mirror, frames);
  g_cond_broadcast (&mirror->changed);
  g_mutex_unlock (&mirror->lock);
  checkpoint (mirror, handle, frames);
  return SQLITE_OK;
}

/* ---- beginning a copy, in the thread ---- */

/* With the lock. */
static void
hold (Mirror *mirror)
{
  while (mirror->is_checkpointing)
    g_cond_wait (&mirror->changed, &mirror->lock);
  mirror->is_held = TRUE;
}

static void
release (Mirror *mirror)
{
  g_mutex_lock (&mirror->lock);
  mirror->is_held = FALSE;
  g_mutex_unlock (&mirror->lock);
}

/* Nobody commits now. From here on commits are queued, and the file does not change while it is held. *log: what the log holds, NULL when
 * it holds nothing. */
static void
mark_beginning (Mirror *mirror, GBytes **log)
{
  int fd = open_log (mirror->path);
  WalHead head = {.page_bytes = 0};
  GBytes *found = fd >= 0 && wal_read_head (fd, &head) ? wal_read_committed (fd, &head) : NULL;
  if (fd >= 0)
    (void)close (fd); /* was only read; the engine locks another file */
  g_mutex_lock (&mirror->lock);
  hold (mirror);
  forget_queue (mirror);
  mirror->is_lost = FALSE;
  mirror->is_wanted = TRUE;
  mirror->head = head;
  mirror->read = found != NULL ? wal_frames (&head, g_bytes_get_size (found)) : 0;
  mirror->state = MIRROR_MAKING;
  g_mutex_unlock (&mirror->lock);
  *log = found;
}

static gboolean
begin_under_write_lock (Mirror *mirror, sqlite3 *handle, GBytes **log, GError **error)
{
  if (!store_sqlite_exec (handle, "BEGIN IMMEDIATE", error))
    return FALSE;
  mark_beginning (mirror, log);
  return store_sqlite_exec (handle, "ROLLBACK", error);
}

/* Any thread: should the thread stop what it does? */
static gboolean
is_unwanted (gpointer user)
{
  Mirror *mirror = user;
  g_mutex_lock (&mirror->lock);
  gboolean is_over = mirror->is_lost || !mirror->is_attached;
  g_mutex_unlock (&mirror->lock);
  return is_over;
}

static gboolean
make_copy (Mirror *mirror, sqlite3 *handle, GError **error)
{
  g_autoptr (GBytes) log = NULL;
  if (!begin_under_write_lock (mirror, handle, &log, error))
    return FALSE;
  gboolean is_copied = mirror_copy_file (&mirror->copy, mirror->folder, handle, is_unwanted, mirror, error);
  release (mirror);
  return is_copied && mirror_copy_publish (&mirror->copy, mirror->folder, log, error);
}

static gboolean
make (Mirror *mirror, GError **error)
{
  sqlite3 *handle = NULL;
  if (!mirror_copy_check_folder (mirror->folder, mirror->path, error))
    return FALSE;
  int code = sqlite3_open_v2 (mirror->path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  gboolean is_made = FALSE;
  if (code == SQLITE_OK) {
    (void)sqlite3_busy_timeout (handle, LOOK_AGAIN_S * 1000); /* cannot fail on an open handle */
    is_made = make_copy (mirror, handle, error);
  } else
    (void)store_sqlite_fail (handle, code, mirror->path, error); /* is_made tells */
  (void)sqlite3_close (handle);                                  /* nothing is prepared on it */
  return is_made;
}

/* ---- following, in the thread ---- */

static gboolean
write_pieces (Mirror *mirror, GQueue *pieces, GError **error)
{
  for (GList *each = pieces->head; each != NULL; each = each->next) {
    const Piece *piece = each->data;
    if (!mirror_copy_append (&mirror->copy, &piece->head, piece->first, piece->frames, error))
      return FALSE;
  }
  return mirror_copy_flush (&mirror->copy, error);
}

/* With the lock; takes it off while working. */
static gboolean
follow (Mirror *mirror, GError **error)
{
  GQueue pieces = mirror->queue;
  g_queue_init (&mirror->queue);
  mirror->queued_bytes = 0;
  g_mutex_unlock (&mirror->lock);
  gboolean is_written =
      mirror_copy_is_there (&mirror->copy, mirror->folder, error) && write_pieces (mirror, &pieces, error);
  g_queue_clear_full (&pieces, piece_free);
  g_mutex_lock (&mirror->lock);
  return is_written;
}

/* ---- the thread ---- */

/* With the lock. */
static void
fail (Mirror *mirror, const GError *error, gboolean is_cheap)
{
  mirror->retry_s = is_cheap ? LOOK_AGAIN_S : MIN (MAX (2 * mirror->retry_s, LOOK_AGAIN_S), RETRY_MOST_S);
  mirror->retry_at = g_get_monotonic_time () + (gint64)mirror->retry_s * G_USEC_PER_SEC;
  mirror->error = error != NULL ? (DbError)error->code : DB_ERROR_BUSY; /* the queue overflowed */
  mirror->state = MIRROR_BROKEN;
  if (mirror->behind_since == 0)
    mirror->behind_since = g_get_monotonic_time ();
  lose (mirror);
}

/* With the lock: after something was done well. */
static void
succeed (Mirror *mirror)
{
  mirror->state = MIRROR_FOLLOWING;
  mirror->retry_s = 0;
  const Piece *oldest = g_queue_peek_head (&mirror->queue);
  mirror->behind_since = oldest != NULL ? oldest->at : 0;
}

static gboolean
is_cheap (const GError *error)
{
  return g_error_matches (error, DB_ERROR, DB_ERROR_NOT_FOUND) || g_error_matches (error, DB_ERROR, DB_ERROR_CHECK);
}

/* With the lock; takes it off while working. */
static void
work (Mirror *mirror)
{
  g_autoptr (GError) error = NULL;
  gboolean is_good;
  mirror->is_working = TRUE;
  if (mirror->is_wanted)
    is_good = follow (mirror, &error);
  else {
    g_mutex_unlock (&mirror->lock);
    is_good = make (mirror, &error);
    release (mirror);
    g_mutex_lock (&mirror->lock);
  }
  if (is_good && !mirror->is_lost)
    succeed (mirror);
  else if (mirror->is_attached)
    fail (mirror, error, is_cheap (error));
  mirror->is_working = FALSE;
  g_cond_broadcast (&mirror->changed);
}

/* With the lock. When there is something to do; G_MAXINT64: not before something happens. */
static gint64
due_at (const Mirror *mirror)
{
  if (!mirror->is_attached)
    return G_MAXINT64;
  if (!mirror->is_wanted)
    return mirror->retry_at;
  return mirror->queue.length > 0 ? 0 : g_get_monotonic_time () + LOOK_AFTER_S * G_USEC_PER_SEC;
}

static gpointer
run (gpointer data)
{
  Mirror *mirror = data;
  g_mutex_lock (&mirror->lock);
  while (!mirror->is_stopping) {
    gint64 due = due_at (mirror);
    gboolean is_time = due <= g_get_monotonic_time ();
    if (!is_time && due == G_MAXINT64)
      g_cond_wait (&mirror->changed, &mirror->lock);
    else if (!is_time)
      is_time = !g_cond_wait_until (&mirror->changed, &mirror->lock, due) && mirror->is_attached;
    if (is_time && !mirror->is_stopping)
      work (mirror);
  }
  g_mutex_unlock (&mirror->lock);
  return NULL;
}

/* ---- life ---- */

Mirror *
mirror_new (const char *url, const char *folder, GError **error)
{
  if (!g_str_has_prefix (url, "sqlite:")) {
    g_set_error (error, DB_ERROR, DB_ERROR_UNSUPPORTED,
                 "copy_to is for a register in a file: on PostgreSQL its own replication does that");
    return NULL;
  }
  const char *path = store_sqlite_path (url, error);
  if (path == NULL)
    return NULL;
  Mirror *mirror = g_new0 (Mirror, 1);
  mirror->path = g_strdup (path);
  mirror->folder = g_strdup (folder);
  mirror->log_fd = -1;
  g_mutex_init (&mirror->lock);
  g_cond_init (&mirror->changed);
  g_queue_init (&mirror->queue);
  mirror_copy_init (&mirror->copy);
  mirror->thread = g_thread_new ("mirror", run, mirror);
  return mirror;
}

void
mirror_free (Mirror *mirror)
{
  if (mirror == NULL)
    return;
  g_mutex_lock (&mirror->lock);
  mirror->is_stopping = TRUE;
  g_cond_broadcast (&mirror->changed);
  g_mutex_unlock (&mirror->lock);
  g_thread_join (mirror->thread);
  mirror_copy_clear (&mirror->copy);
  g_cond_clear (&mirror->changed);
  g_mutex_clear (&mirror->lock);
  g_free (mirror->path);
  g_free (mirror->folder);
  g_free (mirror);
}

void
mirror_attach (Mirror *mirror, Store *writer)
{
  g_mutex_lock (&mirror->lock);
  mirror->writer = store_sqlite_handle (writer);
  mirror->is_attached = TRUE;
  mirror->is_wanted = FALSE;
  mirror->state = MIRROR_MAKING;
  mirror->retry_at = 0;
  (void)sqlite3_wal_hook (mirror->writer, on_commit,
                          mirror); /* gives the engine's own hook, which ours does the work of */
  g_cond_broadcast (&mirror->changed);
  g_mutex_unlock (&mirror->lock);
}

void
mirror_detach (Mirror *mirror)
{
  gint64 until = g_get_monotonic_time () + LAST_WAIT_S * G_USEC_PER_SEC;
  g_mutex_lock (&mirror->lock);
  if (!mirror->is_attached) {
    g_mutex_unlock (&mirror->lock);
    return;
  }
  while (mirror->is_wanted && (mirror->is_working || mirror->queue.length > 0) &&
         g_cond_wait_until (&mirror->changed, &mirror->lock, until))
    continue;
  mirror->is_attached = FALSE;
  while (mirror->is_working)
    g_cond_wait (&mirror->changed, &mirror->lock);
  lose (mirror);
  (void)sqlite3_wal_autocheckpoint (mirror->writer, CHECKPOINT_FRAMES); /* takes the hook's place */
  if (mirror->log_fd >= 0)
    (void)close (mirror->log_fd); /* was only read */
  mirror->log_fd = -1;
  mirror->writer = NULL;
  g_mutex_unlock (&mirror->lock);
}

void
mirror_status (Mirror *mirror, MirrorStatus *status)
{
  g_mutex_lock (&mirror->lock);
  /* never 0 while something is missing */
  gint64 behind = mirror->behind_since == 0 ? 0 : g_get_monotonic_time () - mirror->behind_since + 1000;
  *status = (MirrorStatus){.state = mirror->state, .behind_ms = behind / 1000, .error = mirror->error};
  g_mutex_unlock (&mirror->lock);
}
