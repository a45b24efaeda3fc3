/* The register's threads: one writer that commits in groups, two readers. What a request does is not known here. */
#include "db/register.h"
#include "db/backup.h"
#include "db/site.h"

#define BATCH_MAX   256  /* requests in one transaction */
#define WAITING_MAX 4096 /* requests in a queue */
#define READERS     2
#define READS_MAX   16                            /* reads of one snapshot */
#define READS_US    (2 * G_TIME_SPAN_MILLISECOND) /* then the other reader may have the rest */

typedef struct {
  RegisterFunc func;
  RegisterDone done; /* NULL: nobody waits */
  gpointer data;
  GError *error;
} Request;

struct _Register {
  char *url;
  Code site;         /* whose daemon this is; "" for the site without a name */
  guint deadline_ms; /* of each statement */
  GMutex lock;
  GCond changed;  /* writes, busy, is_stopping or is_replacing changed */
  GCond readable; /* reads or is_stopping changed: a write wakes no reader */
  /* under the lock */
  GQueue writes, reads; /* of Request, owned */
  int busy;             /* threads that are running requests */
  gboolean is_writing;  /* the writer runs requests */
  gboolean is_stopping, is_replacing, is_held;
  RegisterStats stats;
  /* each used by its own thread; by register_replace while no thread is busy. NULL after a restore that failed twice */
  Store *writer;
  Store *readers[READERS];
  Mirror *mirror; /* of the writer's commits; NULL: none */
  GThread *threads[1 + READERS];
  guint64 version; /* atomic */
  gboolean is_own; /* a file, which nobody else writes to; from the start */
};

static void
request_finish (Request *request)
{
  if (request->done != NULL)
    request->done (request->data, request->error);
  g_clear_error (&request->error);
  g_free (request);
}

/* A function that fails must say why; one that does not still failed. */
static gboolean
request_run (Request *request, Store *store)
{
  if (request->func (store, request->data, &request->error)) {
    g_clear_error (&request->error);
    return TRUE;
  }
  if (request->error == NULL)
    g_set_error (&request->error, DB_ERROR, DB_ERROR_FAILED, "a request failed without a reason");
  return FALSE;
}

/* ---- the writer ---- */

/* Always FALSE. */
static gboolean
fail_lost (const Request *request, GError **error)
{
  if (request->error != NULL)
    g_propagate_error (error, g_error_copy (request->error));
  else
    g_set_error (error, DB_ERROR, DB_ERROR_FAILED, "the transaction was lost");
  return FALSE;
}

/* Runs one request in its savepoint. FALSE, with error: the whole batch is lost, not this request alone. */
static gboolean
batch_step (Store *store, Request *request, GError **error)
{
  if (!store_savepoint (store, error))
    return FALSE;
  gboolean is_good = request_run (request, store) && store_release (store, &request->error);
  if (!store_is_alive (store))
    return fail_lost (request, error);
  return is_good || store_rollback_to_savepoint (store, error);
}

/* Nobody else is in the transaction: it needs no savepoint, and is undone as a whole. FALSE: as batch_step. */
static gboolean
batch_of_one (Store *store, Request *request, GError **error)
{
  gboolean is_good = request_run (request, store);
  if (!store_is_alive (store))
    return fail_lost (request, error);
  if (is_good)
    return store_commit (store, error);
  store_rollback (store);
  return TRUE;
}

/* *at: the request at which it stopped. */
static gboolean
batch_of_many (Store *store, GPtrArray *batch, guint *at, GError **error)
{
  for (guint i = 0; i < batch->len; i++) {
    *at = i;
    if (!batch_step (store, g_ptr_array_index (batch, i), error))
      return FALSE;
  }
  return store_commit (store, error);
}

static gboolean
batch_commit (Store *store, GPtrArray *batch, guint *at, GError **error)
{
  if (store == NULL) {
    g_set_error (error, DB_ERROR, DB_ERROR_IO, "the register is closed: its file cannot be opened");
    return FALSE;
  }
  if (!store_begin (store, error))
    return FALSE;
  gboolean is_good = batch->len == 1 ? batch_of_one (store, g_ptr_array_index (batch, 0), error)
                                     : batch_of_many (store, batch, at, error);
  if (!is_good)
    store_rollback (store);
  return is_good;
}

/* Nothing of a lost batch is in the database, so nobody is told that it is. Only one request can have missed a deadline; the others may
 * come again. */
static void
batch_fail (GPtrArray *batch, guint at, const GError *error)
{
  gboolean is_slow = g_error_matches (error, DB_ERROR, DB_ERROR_DEADLINE);
  for (guint i = 0; i < batch->len; i++) {
    Request *request = g_ptr_array_index (batch, i);
    g_clear_error (&request->error);
    request->error = is_slow && i != at
                         ? g_error_new (DB_ERROR, DB_ERROR_BUSY, "another request of the group took too long")
                         : g_error_copy (error);
  }
}

static void
batch_count (Register *reg, GPtrArray *batch, const GError *error)
{
  guint64 good = 0;
  for (guint i = 0; i < batch->len; i++)
    good += ((const Request *)g_ptr_array_index (batch, i))->error == NULL;
  g_mutex_lock (&reg->lock);
  reg->stats.batches += error == NULL;
  reg->stats.failed_batches += error != NULL;
  reg->stats.requests += good;
  g_strlcpy (reg->stats.last_error, error != NULL ? error->message : "", sizeof reg->stats.last_error);
  g_mutex_unlock (&reg->lock);
}

/* Also after a failure: not every one of them tells whether the disk has it. */
static void
register_changed (Register *reg)
{
  (void)__atomic_add_fetch (&reg->version, 1, __ATOMIC_SEQ_CST);
}

static void
batch_run (Register *reg, GPtrArray *batch)
{
  g_autoptr (GError) error = NULL;
  guint at = 0;
  if (!batch_commit (reg->writer, batch, &at, &error))
    batch_fail (batch, at, error);
  batch_count (reg, batch, error);
  register_changed (reg);
  for (guint i = 0; i < batch->len; i++)
    request_finish (g_ptr_array_index (batch, i));
}

/* As much as goes into one transaction: of reads a share, for the other reader is there too. NULL: nothing is there. */
static GPtrArray *
take_now (Register *reg, GQueue *queue)
{
  guint max = queue == &reg->reads ? CLAMP (queue->length / READERS, 1, READS_MAX) : BATCH_MAX;
  GPtrArray *batch = g_queue_is_empty (queue) ? NULL : g_ptr_array_new ();
  while (batch != NULL && batch->len < max && !g_queue_is_empty (queue))
    g_ptr_array_add (batch, g_queue_pop_head (queue));
  return batch;
}

/* Waits for work. NULL: the register stops and nothing is left. */
static GPtrArray *
take (Register *reg, GQueue *queue)
{
  g_mutex_lock (&reg->lock);
  while (g_queue_is_empty (queue) && !reg->is_stopping)
    g_cond_wait (queue == &reg->reads ? &reg->readable : &reg->changed, &reg->lock);
  GPtrArray *batch = take_now (reg, queue);
  reg->busy += batch != NULL;
  reg->is_writing = reg->is_writing || (batch != NULL && queue == &reg->writes);
  g_mutex_unlock (&reg->lock);
  return batch;
}

static void
put_down (Register *reg, const GQueue *queue)
{
  g_mutex_lock (&reg->lock);
  reg->busy--;
  reg->is_writing = reg->is_writing && queue != &reg->writes;
  if (reg->is_replacing || reg->is_held) /* nobody else waits for a thread to come to rest */
    g_cond_broadcast (&reg->changed);
  g_mutex_unlock (&reg->lock);
}

static gpointer
writer_thread (gpointer data)
{
  Register *reg = data;
  GPtrArray *batch;
  while ((batch = take (reg, &reg->writes)) != NULL) {
    batch_run (reg, batch);
    g_ptr_array_unref (batch);
    put_down (reg, &reg->writes);
  }
  return NULL;
}

/* ---- the readers ---- */

/* Runs one request, in the snapshot that is open or in a new one. FALSE: there is no snapshot any more. */
static gboolean
read_step (Store *store, Request *request, gboolean is_open)
{
  if (store == NULL)
    g_set_error (&request->error, DB_ERROR, DB_ERROR_IO, "the register is closed: its file cannot be opened");
  else
    is_open = is_open || store_begin (store, &request->error);
  if (!is_open)
    return FALSE;
  /* what failed may have spoiled the snapshot, and leave to take time is one request's */
  if (request_run (request, store) && !store_takes_time (store))
    return TRUE;
  store_rollback (store);
  return FALSE;
}

/* Puts the requests from the index on back where they were taken. */
static void
give_back (Register *reg, GPtrArray *batch, guint from)
{
  g_mutex_lock (&reg->lock);
  for (guint i = batch->len; i > from; i--)
    g_queue_push_head (&reg->reads, g_ptr_array_index (batch, i - 1));
  g_cond_signal (&reg->readable);
  g_mutex_unlock (&reg->lock);
}

/* All were asked before the snapshot, so each sees what was answered before it came. */
static void
read_batch (Register *reg, Store *store, GPtrArray *batch)
{
  gint64 until = g_get_monotonic_time () + READS_US;
  gboolean is_open = FALSE;
  guint i = 0;
  do {
    Request *request = g_ptr_array_index (batch, i++);
    is_open = read_step (store, request, is_open);
    request_finish (request);
  } while (i < batch->len && g_get_monotonic_time () < until);
  if (is_open)
    store_rollback (store);
  if (i < batch->len)
    give_back (reg, batch, i);
}

typedef struct {
  Register *reg;
  int index;
} Reader;

static gpointer
reader_thread (gpointer data)
{
  g_autofree Reader *reader = data;
  GPtrArray *batch;
  while ((batch = take (reader->reg, &reader->reg->reads)) != NULL) {
    read_batch (reader->reg, reader->reg->readers[reader->index], batch);
    g_ptr_array_unref (batch);
    put_down (reader->reg, &reader->reg->reads);
  }
  return NULL;
}

/* ---- opening and closing ---- */

static void
close_stores (Register *reg)
{
  if (reg->mirror != NULL)
    mirror_detach (reg->mirror);
  for (int i = 0; i < READERS; i++)
    g_clear_pointer (&reg->readers[i], store_close);
  g_clear_pointer (&reg->writer, store_close);
}

/* The register that was restored may be one that has no such site. */
static gboolean
use_site (Register *reg, GError **error)
{
  gboolean is_known = site_use (reg->writer, reg->site, error);
  for (int i = 0; is_known && i < READERS; i++)
    is_known = site_use (reg->readers[i], reg->site, error);
  return is_known;
}

static void
limit_stores (Register *reg)
{
  store_set_deadline (reg->writer, reg->deadline_ms);
  for (int i = 0; i < READERS; i++)
    store_set_deadline (reg->readers[i], reg->deadline_ms);
}

/* All or none. */
static gboolean
open_stores (Register *reg, GError **error)
{
  reg->writer = store_open (reg->url, STORE_WRITE, error);
  gboolean is_open = reg->writer != NULL;
  for (int i = 0; is_open && i < READERS; i++) {
    reg->readers[i] = store_open (reg->url, STORE_READ, error);
    is_open = reg->readers[i] != NULL;
  }
  is_open = is_open && use_site (reg, error);
  if (is_open)
    limit_stores (reg);
  else
    close_stores (reg);
  if (is_open && reg->mirror != NULL)
    mirror_attach (reg->mirror, reg->writer);
  return is_open;
}

Register *
register_open (const char *url, GError **error)
{
  return register_open_site (url, "", error);
}

Register *
register_open_site (const char *url, const char *site, GError **error)
{
  Register *reg = g_new0 (Register, 1);
  reg->url = g_strdup (url);
  g_strlcpy (reg->site, site, sizeof reg->site);
  reg->deadline_ms = REGISTER_DEADLINE_MS;
  g_mutex_init (&reg->lock);
  g_cond_init (&reg->changed);
  g_cond_init (&reg->readable);
  g_queue_init (&reg->writes);
  g_queue_init (&reg->reads);
  if (!open_stores (reg, error)) {
    register_close (reg);
    return NULL;
  }
  reg->is_own = store_is_file (reg->writer);
  register_changed (reg);
  reg->threads[0] = g_thread_new ("register", writer_thread, reg);
  for (int i = 0; i < READERS; i++) {
    Reader *reader = g_new0 (Reader, 1);
    *reader = (Reader){.reg = reg, .index = i};
    reg->threads[1 + i] = g_thread_new ("reader", reader_thread, reader);
  }
  return reg;
}

/* While it is restored no reader runs, and their Stores change. */
void
register_end (Register *reg)
{
  g_mutex_lock (&reg->lock);
  for (int i = 0; i < READERS; i++)
    if (!reg->is_replacing && reg->readers[i] != NULL)
      store_end (reg->readers[i]);
  g_mutex_unlock (&reg->lock);
}

void
register_close (Register *reg)
{
  if (reg == NULL)
    return;
  register_end (reg);
  g_mutex_lock (&reg->lock);
  reg->is_stopping = TRUE;
  g_cond_broadcast (&reg->changed);
  g_cond_broadcast (&reg->readable);
  g_mutex_unlock (&reg->lock);
  for (gsize i = 0; i < G_N_ELEMENTS (reg->threads); i++)
    g_clear_pointer (&reg->threads[i], g_thread_join);
  close_stores (reg);
  mirror_free (reg->mirror);
  g_cond_clear (&reg->changed);
  g_cond_clear (&reg->readable);
  g_mutex_clear (&reg->lock);
  g_free (reg->url);
  g_free (reg);
}

void
register_set_deadline (Register *reg, guint deadline_ms)
{
  reg->deadline_ms = deadline_ms;
  limit_stores (reg);
}

/* ---- asking ---- */

/* Why a request cannot be queued now; NULL when it can. Under the lock. Caller frees. */
static GError *
refusal (const Register *reg, const GQueue *queue)
{
  if (reg->is_stopping)
    return g_error_new (DB_ERROR, DB_ERROR_STOPPING, "the register is stopping");
  if (reg->is_replacing)
    return g_error_new (DB_ERROR, DB_ERROR_BUSY, "a backup is being restored");
  if (reg->is_held && queue == &reg->writes)
    return g_error_new (DB_ERROR, DB_ERROR_HELD, "the register is being moved elsewhere, or was");
  if (queue->length >= WAITING_MAX)
    return g_error_new (DB_ERROR, DB_ERROR_BUSY, "too many requests are waiting");
  return NULL;
}

static void
submit (Register *reg, GQueue *queue, RegisterFunc func, RegisterDone done, gpointer data)
{
  Request *request = g_new0 (Request, 1);
  *request = (Request){.func = func, .done = done, .data = data};
  g_mutex_lock (&reg->lock);
  request->error = refusal (reg, queue);
  gboolean is_queued = request->error == NULL;
  if (is_queued)
    g_queue_push_tail (queue, request);
  if (queue == &reg->reads)
    g_cond_signal (&reg->readable);
  else
    g_cond_broadcast (&reg->changed);
  g_mutex_unlock (&reg->lock);
  if (!is_queued)
    request_finish (request);
}

void
register_write (Register *reg, RegisterFunc func, RegisterDone done, gpointer data)
{
  submit (reg, &reg->writes, func, done, data);
}

void
register_read (Register *reg, RegisterFunc func, RegisterDone done, gpointer data)
{
  submit (reg, &reg->reads, func, done, data);
}

typedef struct {
  RegisterFunc func;
  gpointer data;
  GMutex lock;
  GCond finished;
  gboolean is_finished;
  GError *error;
} Wait;

static gboolean
wait_func (Store *store, gpointer data, GError **error)
{
  Wait *wait = data;
  return wait->func (store, wait->data, error);
}

static void
wait_done (gpointer data, const GError *error)
{
  Wait *wait = data;
  g_mutex_lock (&wait->lock);
  wait->error = error != NULL ? g_error_copy (error) : NULL;
  wait->is_finished = TRUE;
  g_cond_signal (&wait->finished);
  g_mutex_unlock (&wait->lock);
}

static gboolean
submit_and_wait (Register *reg, GQueue *queue, RegisterFunc func, gpointer data, GError **error)
{
  Wait wait = {.func = func, .data = data};
  g_mutex_init (&wait.lock);
  g_cond_init (&wait.finished);
  submit (reg, queue, wait_func, wait_done, &wait);
  g_mutex_lock (&wait.lock);
  while (!wait.is_finished)
    g_cond_wait (&wait.finished, &wait.lock);
  g_mutex_unlock (&wait.lock);
  g_cond_clear (&wait.finished);
  g_mutex_clear (&wait.lock);
  if (wait.error == NULL)
    return TRUE;
  g_propagate_error (error, wait.error);
  return FALSE;
}

gboolean
register_write_wait (Register *reg, RegisterFunc func, gpointer data, GError **error)
{
  return submit_and_wait (reg, &reg->writes, func, data, error);
}

gboolean
register_read_wait (Register *reg, RegisterFunc func, gpointer data, GError **error)
{
  return submit_and_wait (reg, &reg->reads, func, data, error);
}

gboolean
register_version (Register *reg, guint64 *version)
{
  *version = __atomic_load_n (&reg->version, __ATOMIC_SEQ_CST);
  return reg->is_own;
}

void
register_stats (Register *reg, RegisterStats *stats)
{
  g_mutex_lock (&reg->lock);
  *stats = reg->stats;
  g_mutex_unlock (&reg->lock);
}

/* ---- restoring ---- */

/* New requests are told to come back; those queued are finished. FALSE when somebody else is at it, or the register stops. */
static gboolean
quiesce (Register *reg, GError **error)
{
  g_mutex_lock (&reg->lock);
  GError *refused = refusal (reg, &reg->writes);
  reg->is_replacing = reg->is_replacing || refused == NULL;
  while (refused == NULL && (reg->busy > 0 || !g_queue_is_empty (&reg->writes) || !g_queue_is_empty (&reg->reads)))
    g_cond_wait (&reg->changed, &reg->lock);
  g_mutex_unlock (&reg->lock);
  if (refused == NULL)
    return TRUE;
  g_propagate_error (error, refused);
  return FALSE;
}

static void
resume (Register *reg)
{
  g_mutex_lock (&reg->lock);
  reg->is_replacing = FALSE;
  g_mutex_unlock (&reg->lock);
}

/* The stores are closed. TRUE: open on the restored file. FALSE: open on the old one, as far as it can be. */
static gboolean
swap (Register *reg, const char *path, GError **error)
{
  g_autofree char *kept = NULL;
  gboolean is_swapped = store_swap_in (reg->url, path, g_get_real_time () / G_USEC_PER_SEC, &kept, error);
  if (is_swapped && open_stores (reg, error))
    return TRUE;
  g_autoptr (GError) worse = NULL;
  if (is_swapped && !store_swap_back (reg->url, kept, &worse))
    g_prefix_error (error, "the old file could not be put back (%s): ", worse->message);
  else if (!open_stores (reg, &worse))
    g_prefix_error (error, "the old file could not be opened again (%s): ", worse->message);
  return FALSE;
}

gboolean
register_replace (Register *reg, const char *path, GError **error)
{
  if (!backup_check (path, NULL, error) || !quiesce (reg, error))
    return FALSE;
  close_stores (reg);
  gboolean is_replaced = swap (reg, path, error);
  register_changed (reg);
  resume (reg);
  return is_replaced;
}

/* ---- moving elsewhere ---- */

gboolean
register_hold (Register *reg, GError **error)
{
  g_mutex_lock (&reg->lock);
  GError *refused = refusal (reg, &reg->writes);
  reg->is_held = reg->is_held || refused == NULL;
  while (refused == NULL && (reg->is_writing || !g_queue_is_empty (&reg->writes)))
    g_cond_wait (&reg->changed, &reg->lock);
  g_mutex_unlock (&reg->lock);
  if (refused == NULL)
    return TRUE;
  g_propagate_error (error, refused);
  return FALSE;
}

void
register_release (Register *reg)
{
  g_mutex_lock (&reg->lock);
  reg->is_held = FALSE;
  g_mutex_unlock (&reg->lock);
}

/* ---- the copy on another disk ---- */

gboolean
register_copy_to (Register *reg, const char *folder, GError **error)
{
  g_autoptr (Mirror) mirror = mirror_new (reg->url, folder, error);
  if (mirror == NULL || !quiesce (reg, error))
    return FALSE;
  reg->mirror = g_steal_pointer (&mirror);
  mirror_attach (reg->mirror, reg->writer);
  resume (reg);
  return TRUE;
}

gboolean
register_copy_status (Register *reg, MirrorStatus *status)
{
  if (reg->mirror == NULL)
    return FALSE;
  mirror_status (reg->mirror, status);
  return TRUE;
}
