#include "daemon/api/work.h"
#include "daemon/actions/once.h"
#include "daemon/api/answers.h"
#include "daemon/api/near.h"
#include "daemon/api/problem.h"
#include "daemon/api/view.h"
#include <string.h>

#define DRAWING_THREADS 2
#define IMPORT_THREADS  1 /* one after the other: they would claim from each other */

struct _Work {
  const ApiWorld *world;
  WorkDone done;
  GThreadPool *drawing, *importing; /* of Job */
  Answers *answers;
};

/* One request with the register or in the pool. */
typedef struct {
  Work *work;
  Request *request;
  gpointer user;
} Job;

static void
finish (Job *job)
{
  Request *request = job->request;
  WorkDone done = job->work->done;
  gpointer user = job->user;
  g_free (job);
  done (request, user);
}

static void
fail (Job *job, const GError *error)
{
  problem_answer (job->request, error);
  finish (job);
}

/* ---- who asks ---- */

static gboolean
authorise (Request *request, GError **error)
{
  if (route_allows (request->route, request->account->role))
    return TRUE;
  g_autofree char *roles = route_roles (request->route);
  rule_error_set (error, M_FORBIDDEN_ROLE, roles, NULL);
  return FALSE;
}

/* The readers cannot make the account of a first coming: is_stranger then tells that the writer must be asked. */
static gboolean
identify_in_reader (Request *request, Store *store, GError **error)
{
  g_autoptr (GError) failed = NULL;
  request->account = account_load_by_uid (store, request->uid, &failed);
  if (request->account != NULL)
    return authorise (request, error);
  request->is_stranger = !request->is_stranger && g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
identify_in_writer (Request *request, Store *store, GError **error)
{
  g_clear_pointer (&request->account, account_free);
  request->account = account_of_uid (store, request->uid, clock_now (request->world->clock), error);
  return request->account != NULL && authorise (request, error);
}

/* ---- reading ---- */

static void read_again (gpointer data, const GError *error);

static gboolean
run_read (Store *store, gpointer data, GError **error)
{
  Job *job = data;
  Request *request = job->request;
  g_autoptr (GError) failed = NULL;
  if (identify_in_reader (request, store, &failed) &&
      (request->route->handler == NULL || request->route->handler (request, store, &failed)))
    return TRUE;
  near_find_refused (request, store, failed);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
run_enrol (Store *store, gpointer data, GError **error)
{
  Job *job = data;
  return identify_in_writer (job->request, store, error);
}

static void
read_done (gpointer data, const GError *error)
{
  Job *job = data;
  if (error == NULL && job->request->route->kind == ROUTE_DRAW) {
    work_start_draw (job->work, job->request, job->user); /* from here on the request is the pool's, and may be over */
    g_free (job);
  } else if (error == NULL) {
    answers_keep (job->work->answers, job->request);
    finish (job);
  } else if (job->request->is_stranger && job->request->account == NULL)
    register_write (job->work->world->reg, run_enrol, read_again, job);
  else
    fail (job, error);
}

/* After the writer was asked who this is. A second "not found" is a failure, see identify_in_reader. */
static void
read_again (gpointer data, const GError *error)
{
  Job *job = data;
  if (error != NULL) {
    fail (job, error);
    return;
  }
  g_clear_pointer (&job->request->account, account_free);
  register_read (job->work->world->reg, run_read, read_done, job);
}

/* ---- writing ---- */

static void
set_context (Request *request)
{
  const FormCommon *common = request->form != NULL ? form_data_common (request->form) : NULL;
  request->context = (ActionContext){
      .now = clock_now (request->world->clock),
      .calendar = request->world->calendar,
      .account = request->account->code,
      .role = request->account->role,
      .is_preview = common != NULL && common->preview,
      .overrides = common != NULL ? common->overrides : NULL,
      .comment = common != NULL ? common->comment : NULL,
      .vault = request->world->vault,
      .offers = request->world->offers,
      .limits = request->world->limits,
  };
}

/* {code, items, lists}; a preview has the lists alone. */
static gboolean
write_answer (Request *request, Store *store, Writer *out, GError **error)
{
  const GPtrArray *codes = request->outcome.codes;
  View view = view_of (request, store, out);
  for (guint i = 0; !request->context.is_preview && i < codes->len; i++)
    view_expect (store, g_ptr_array_index (codes, i));
  writer_open_object (out, NULL);
  if (!request->context.is_preview) {
    writer_text (out, "code", codes->len > 0 ? g_ptr_array_index (codes, 0) : NULL);
    writer_open_array (out, "items");
    for (guint i = 0; i < codes->len; i++)
      if (!view_write_code (&view, g_ptr_array_index (codes, i), error))
        return FALSE;
    writer_close (out);
  }
  problem_write_lists (out, request->outcome.verdict);
  writer_close (out);
  return TRUE;
}

static gboolean
reply (Request *request, Store *store, GError **error)
{
  if (request->route->reply != NULL)
    return request->route->reply (request, store, error);
  g_auto (Writer) out;
  writer_init (&out);
  if (!write_answer (request, store, &out, error))
    return FALSE;
  request_answer_json (request, request->context.is_preview ? 200 : request->route->made_status, &out);
  return TRUE;
}

/* The answer that this key has had. */
static void
replay (Request *request, const IdempotencyAnswer *stored)
{
  request_answer_bytes (request, "application/json", g_bytes_new (stored->body, strlen (stored->body)));
  request->answer.status = (guint)stored->status;
  request->answer.is_replayed = TRUE;
}

static gboolean
act (Request *request, Store *store, const OnceRequest *once, GError **error)
{
  if (!request->route->any_time && !clock_check (store, &request->context, request->world->clock, error))
    return FALSE;
  if (!request->route->handler (request, store, error) || !reply (request, store, error))
    return FALSE;
  if (request->context.is_preview || once->key == NULL)
    return TRUE;
  g_autofree char *body =
      g_strndup (g_bytes_get_data (request->answer.bytes, NULL), g_bytes_get_size (request->answer.bytes));
  return once_put (store, &request->context, once, (int)request->answer.status, body, error);
}

/* What a body that may hold codes is known by: a keyed digest, for a plain one of a body with four unknown digits is soon guessed. NULL: by
 * itself; without keys nothing with a code is ever kept. Caller frees. */
static char *
body_print (const Request *request)
{
  const GByteArray *body = request->body;
  if (!request->route->takes_codes || request->world->vault == NULL)
    return NULL;
  g_auto (GStrv) prints = vault_prints (request->world->vault, (const char *)body->data, body->len);
  return g_strdup (prints[0]);
}

static OnceRequest
once_of (const Request *request)
{
  const char *key = request->route->gives_codes ? NULL : request->key; /* what it answers is kept nowhere */
  if (key == NULL)
    return (OnceRequest){0};
  g_autofree char *target = request_target (request);
  g_autofree char *print = body_print (request);
  return print != NULL ? once_request (key, request->route->method, target, print, strlen (print))
                       : once_request (key, request->route->method, target, (const char *)request->body->data,
                                       request->body->len);
}

static gboolean
run_write (Store *store, gpointer data, GError **error)
{
  Job *job = data;
  Request *request = job->request;
  if (!identify_in_writer (request, store, error))
    return FALSE;
  set_context (request);
  const OnceRequest once = once_of (request);
  g_auto (IdempotencyAnswer) stored = {0};
  if (!once_find (store, &request->context, &once, &stored, error))
    return FALSE;
  if (stored.match == IDEMPOTENCY_SAME) {
    replay (request, &stored);
    return TRUE;
  }
  g_autoptr (GError) failed = NULL;
  if (act (request, store, &once, &failed))
    return TRUE;
  near_find_refused (request, store, failed);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* What the bench has to do with a code that was made or changed. */
static void
tell_bench (const Request *request, const char *code)
{
  Conductor *conductor = request->world->conductor;
  if (conductor == NULL)
    return;
  if (code[0] == 'X')
    conductor_wake (conductor, code);
  else if (request->prepares)
    conductor_prepare (conductor, code, request->context.account);
}

/* A tablet that somebody asked to read. */
static void
read_arrival (const Request *request)
{
  Conductor *conductor = request->world->conductor;
  if (request->arriving_serial != NULL && conductor != NULL)
    conductor_read_arrival (conductor, request->arriving_port, request->arriving_serial, request->account->code);
}

/* What was asked of the modems. */
static void
start_orders (const Request *request)
{
  GPtrArray *orders = request->orders;
  while (orders != NULL && orders->len > 0)
    modems_start (request->world->modems, g_ptr_array_steal_index (orders, 0));
}

/* After the change is durable: the watchers, and the bench that may have to do with it. A preview or a replay made nothing, and has no
 * codes. */
static void
publish (const Request *request)
{
  const ApiWorld *world = request->world;
  gboolean touches_bench = request->touches_bench;
  for (guint i = 0; i < request->outcome.codes->len; i++) {
    const char *code = g_ptr_array_index (request->outcome.codes, i);
    const char *topic = view_topic (code);
    if (topic != NULL)
      events_publish (world->events, topic, code);
    tell_bench (request, code);
    touches_bench = touches_bench || code[0] == 'T';
    if (code[0] == 'R')
      upkeep_touch (world->upkeep);
  }
  read_arrival (request);
  start_orders (request);
  if (touches_bench && world->conductor != NULL)
    conductor_refresh (world->conductor);
}

static void
write_done (gpointer data, const GError *error)
{
  Job *job = data;
  if (error != NULL) {
    fail (job, error);
    return;
  }
  publish (job->request);
  finish (job);
}

/* ---- drawing ---- */

static void
run_draw (gpointer data, gpointer user)
{
  (void)user;
  Job *job = data;
  g_autoptr (GError) error = NULL;
  if (!job->request->route->draw (job->request, &error)) {
    fail (job, error);
    return;
  }
  publish (job->request);
  finish (job);
}

static Job *
job_new (Work *work, Request *request, gpointer user)
{
  Job *job = g_new (Job, 1);
  *job = (Job){.work = work, .request = request, .user = user};
  return job;
}

void
work_start_draw (Work *work, Request *request, gpointer user)
{
  GThreadPool *pool = request->route->kind == ROUTE_IMPORT ? work->importing : work->drawing;
  /* cannot fail: a pool owns its threads from the start */
  (void)g_thread_pool_push (pool, job_new (work, request, user), NULL);
}

gboolean
work_knows (Work *work, Request *request)
{
  return answers_find (work->answers, request);
}

void
work_start (Work *work, Request *request, gpointer user)
{
  Job *job = job_new (work, request, user);
  if (request->route->kind == ROUTE_WRITE)
    register_write (work->world->reg, run_write, write_done, job);
  else
    register_read (work->world->reg, run_read, read_done, job);
}

void
work_now (Request *request)
{
  g_autoptr (GError) error = NULL;
  if (!request->route->handler (request, NULL, &error))
    problem_answer (request, error);
}

Work *
work_new (const ApiWorld *world, WorkDone done, GError **error)
{
  g_autoptr (Work) work = g_new0 (Work, 1);
  *work = (Work){.world = world, .done = done, .answers = answers_new (ANSWERS_BYTES_MAX)};
  work->drawing = g_thread_pool_new (run_draw, NULL, DRAWING_THREADS, TRUE, error);
  if (work->drawing == NULL)
    return NULL;
  work->importing = g_thread_pool_new (run_draw, NULL, IMPORT_THREADS, TRUE, error);
  return work->importing != NULL ? g_steal_pointer (&work) : NULL;
}

void
work_free (Work *work)
{
  if (work == NULL)
    return;
  GThreadPool *const pools[] = {work->drawing, work->importing};
  for (gsize i = 0; i < G_N_ELEMENTS (pools); i++)
    if (pools[i] != NULL)
      g_thread_pool_free (pools[i], FALSE, TRUE);
  answers_free (work->answers);
  g_free (work);
}
