/* Linked into the tests of `make check-tsan` only. GLib's locks are made of futexes inside a library that ThreadSanitizer did not
 * compile, so it sees no order between two threads that use them, and reports races that are none. These definitions stand before
 * GLib's: the same functions, over pthread's locks, which it knows. What hands data to another thread by itself (a pool) tells it so. */
#include <dlfcn.h>
#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <sanitizer/tsan_interface.h>

/* ---- mutexes and conditions: allocated at first use, because {0} is a good GMutex ---- */

static gpointer
once (gpointer *slot, gpointer (*make) (void), void (*destroy) (gpointer))
{
  gpointer found = __atomic_load_n (slot, __ATOMIC_ACQUIRE);
  if (found != NULL)
    return found;
  gpointer made = make (), none = NULL;
  if (__atomic_compare_exchange_n (slot, &none, made, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return made;
  destroy (made);
  return none;
}

static gpointer
mutex_make (void)
{
  pthread_mutex_t *mutex = g_new (pthread_mutex_t, 1);
  g_assert (pthread_mutex_init (mutex, NULL) == 0);
  return mutex;
}

static void
mutex_destroy (gpointer mutex)
{
  (void)pthread_mutex_destroy (mutex); /* nobody holds it */
  g_free (mutex);
}

static gpointer
cond_make (void)
{
  pthread_cond_t *cond = g_new (pthread_cond_t, 1);
  pthread_condattr_t attributes;
  g_assert (pthread_condattr_init (&attributes) == 0);
  g_assert (pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC) == 0);
  g_assert (pthread_cond_init (cond, &attributes) == 0);
  (void)pthread_condattr_destroy (&attributes); /* holds nothing */
  return cond;
}

static void
cond_destroy (gpointer cond)
{
  (void)pthread_cond_destroy (cond); /* nobody waits */
  g_free (cond);
}

static pthread_mutex_t *
mutex_of (GMutex *mutex)
{
  return once (&mutex->p, mutex_make, mutex_destroy);
}

static pthread_cond_t *
cond_of (GCond *cond)
{
  return once (&cond->p, cond_make, cond_destroy);
}

void
g_mutex_init (GMutex *mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear (GMutex *mutex)
{
  g_clear_pointer (&mutex->p, mutex_destroy);
}

void
g_mutex_lock (GMutex *mutex)
{
  g_assert (pthread_mutex_lock (mutex_of (mutex)) == 0);
}

void
g_mutex_unlock (GMutex *mutex)
{
  g_assert (pthread_mutex_unlock (mutex_of (mutex)) == 0);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  return pthread_mutex_trylock (mutex_of (mutex)) == 0;
}

void
g_cond_init (GCond *cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond *cond)
{
  g_clear_pointer (&cond->p, cond_destroy);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  g_assert (pthread_cond_wait (cond_of (cond), mutex_of (mutex)) == 0);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  const struct timespec until = {.tv_sec = end_time / G_USEC_PER_SEC, .tv_nsec = end_time % G_USEC_PER_SEC * 1000};
  return pthread_cond_timedwait (cond_of (cond), mutex_of (mutex), &until) != ETIMEDOUT;
}

void
g_cond_signal (GCond *cond)
{
  (void)pthread_cond_signal (cond_of (cond)); /* cannot fail */
}

void
g_cond_broadcast (GCond *cond)
{
  (void)pthread_cond_broadcast (cond_of (cond)); /* cannot fail */
}

/* ---- pools: what was written before the push is seen by who works on it ---- */

typedef struct {
  GFunc func;
  gpointer user;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  guint left; /* under the lock: pushed and not done */
} PoolWork;

static void
pool_count (PoolWork *work, int change)
{
  g_assert (pthread_mutex_lock (&work->lock) == 0);
  work->left += (guint)change;
  (void)pthread_cond_broadcast (&work->changed); /* cannot fail */
  g_assert (pthread_mutex_unlock (&work->lock) == 0);
}

static void
pool_run (gpointer data, gpointer user)
{
  PoolWork *work = user;
  __tsan_acquire (data);
  work->func (data, work->user);
  pool_count (work, -1);
}

typedef GThreadPool *(*PoolNew) (GFunc, gpointer, gint, gboolean, GError **);
typedef gboolean (*PoolPush) (GThreadPool *, gpointer, GError **);

GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads, gboolean exclusive, GError **error)
{
  PoolNew real = (PoolNew)dlsym (RTLD_NEXT, "g_thread_pool_new");
  PoolWork *work = g_new (PoolWork, 1); /* as long as the test */
  *work = (PoolWork){
      .func = func, .user = user_data, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  return real (pool_run, work, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  PoolPush real = (PoolPush)dlsym (RTLD_NEXT, "g_thread_pool_push");
  __tsan_release (data);
  pool_count (pool->user_data, 1);
  return real (pool, data, error);
}

/* Waits as GLib does, and keeps the pool: its last thread would free it, in an order that only GLib knows. */
void
g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait_)
{
  PoolWork *work = pool->user_data;
  g_assert (!immediate && wait_); /* all that the product asks for */
  g_assert (pthread_mutex_lock (&work->lock) == 0);
  while (work->left > 0)
    g_assert (pthread_cond_wait (&work->changed, &work->lock) == 0);
  g_assert (pthread_mutex_unlock (&work->lock) == 0);
}

/* ---- queues between threads: what was written before the push is seen by who takes it ---- */

typedef void (*QueuePush) (GAsyncQueue *, gpointer);
typedef gpointer (*QueueTryPop) (GAsyncQueue *);
typedef gpointer (*QueueTimeoutPop) (GAsyncQueue *, guint64);

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  QueuePush real = (QueuePush)dlsym (RTLD_NEXT, "g_async_queue_push");
  __tsan_release (data);
  real (queue, data);
}

static gpointer
taken (gpointer data)
{
  if (data != NULL)
    __tsan_acquire (data);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  QueueTryPop real = (QueueTryPop)dlsym (RTLD_NEXT, "g_async_queue_try_pop");
  return taken (real (queue));
}

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout_us)
{
  QueueTimeoutPop real = (QueueTimeoutPop)dlsym (RTLD_NEXT, "g_async_queue_timeout_pop");
  return taken (real (queue, timeout_us));
}
