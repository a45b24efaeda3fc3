/* One wipe under way.
 *
 * Everything that can run_happen (the bench, an answer, a timer, a person) becomes a Happening in a queue. One is handled at a time,
 * and none while a step is being written: so a handler always sees the state that is on disk. A handler writes at most one step;
 * when it is committed, entered() acts on the new state. The table at the end says who handles what in which state. */
#include "daemon/actions/wipe_run_parts.h"

#define RETRY_MS 1000

/* One step on its way through the register's thread and back. */
typedef struct {
  WipeRun *run;
  WipeStep *step;
  Wipe *after;
  GError *error;
} Writing;

static void pump (WipeRun *run);

static void
happening_free (Happening *happening)
{
  g_free (happening->serial);
  g_free (happening->text);
  device_facts_free (happening->facts);
  if (happening->chain != NULL)
    g_bytes_unref (happening->chain);
  g_clear_error (&happening->error);
  g_free (happening);
}

WipeRun *
run_ref (WipeRun *run)
{
  g_ref_count_inc (&run->references);
  return run;
}

static void
run_unref (WipeRun *run)
{
  if (!g_ref_count_dec (&run->references))
    return;
  g_queue_clear_full (&run->happenings, (GDestroyNotify)happening_free);
  g_object_unref (run->cancellable);
  wipe_step_free (run->refused_step);
  device_facts_free (run->facts);
  g_free (run->challenge);
  wipe_free (run->wipe);
  g_free (run);
}

Happening *
happening_new (HappeningKind kind)
{
  Happening *happening = g_new0 (Happening, 1);
  happening->kind = kind;
  return happening;
}

void
run_happen (WipeRun *run, Happening *happening)
{
  g_queue_push_tail (&run->happenings, happening);
  pump (run);
}

/* ---- timers ---- */

/* The end of a wait that was stopped may be in the queue already: it would end the wait of another state. */
static void
stop_wait (WipeRun *run, Deadline *wait, HappeningKind end)
{
  deadline_clear (wait);
  for (GList *link = run->happenings.head, *next; link != NULL; link = next) {
    Happening *happening = link->data;
    next = link->next;
    if (happening->kind != end)
      continue;
    happening_free (happening);
    g_queue_delete_link (&run->happenings, link);
  }
}

void
run_stop_timer (WipeRun *run)
{
  stop_wait (run, &run->wait, HAPPENED_TIMER);
}

void
run_stop_settling (WipeRun *run)
{
  stop_wait (run, &run->settling, HAPPENED_SETTLED);
}

static void
on_timer (gpointer user)
{
  run_happen (user, happening_new (HAPPENED_TIMER));
}

static void
on_settled (gpointer user)
{
  run_happen (user, happening_new (HAPPENED_SETTLED));
}

void
run_start_settling (WipeRun *run, guint delay_ms)
{
  run_stop_settling (run);
  deadline_set (&run->settling, delay_ms, on_settled, run);
}

void
run_start_timer (WipeRun *run, guint delay_ms)
{
  run_stop_timer (run);
  deadline_set (&run->wait, delay_ms, on_timer, run);
}

/* ---- writing a step ---- */

static gint64
now_ms (const WipeRun *run)
{
  return run->world->now (run->world->now_data) * 1000 + g_get_real_time () / 1000 % 1000;
}

WipeStep *
run_step (const WipeRun *run)
{
  return wipe_step_new (run->wipe->code, now_ms (run));
}

static gboolean
apply_in_register (Store *store, gpointer user, GError **error)
{
  Writing *writing = user;
  g_clear_pointer (&writing->after, wipe_free);
  if (!store_claim_bench (store, error))
    return FALSE;
  if (writing->step != NULL)
    return wipe_step_apply (store, writing->step, writing->run->wipe->asked_by, &writing->after, error);
  writing->after = wipe_load (store, writing->run->wipe->code, error);
  return writing->after != NULL;
}

static void entered (WipeRun *run, WipeState before);

static void
on_retry (gpointer user)
{
  WipeRun *run = user;
  run_write (run, g_steal_pointer (&run->refused_step));
}

/* The step is on disk: the run is where the disk says. */
static void
take_over (WipeRun *run, Wipe *after)
{
  WipeState before = run->wipe->state;
  wipe_free (run->wipe);
  run->wipe = after;
  run->is_writing = FALSE;
  run->world->changed (run->wipe->code, run->world->user);
  if (after->state != before)
    entered (run, before);
  if (!run->is_over && run->challenge != NULL && !run->is_asking_status)
    run_ask_status (run);
  if (!run->is_over)
    pump (run);
}

static gboolean
on_written (gpointer user)
{
  Writing *writing = user;
  WipeRun *run = writing->run;
  run->world->pending--;
  if (run->is_over)
    ;
  else if (writing->error == NULL)
    take_over (run, g_steal_pointer (&writing->after));
  else if (writing->step != NULL && g_error_matches (writing->error, DB_ERROR, DB_ERROR_STALE)) {
    g_debug ("wipe %s: %s", run->wipe->code, writing->error->message);
    run->is_writing = FALSE;
    if (!run->is_asking_status)
      g_clear_pointer (&run->challenge, g_free); /* it is not on disk: never sent */
    run_write (run, NULL);                       /* somebody was faster: read it again */
  } else {
    g_warning ("wipe %s cannot go on: %s", run->wipe->code, writing->error->message);
    run->refused_step = g_steal_pointer (&writing->step);
    deadline_set (&run->retry, RETRY_MS, on_retry, run);
  }
  wipe_step_free (writing->step);
  wipe_free (writing->after);
  g_clear_error (&writing->error);
  g_free (writing);
  run_unref (run);
  return G_SOURCE_REMOVE;
}

static void
done_in_register (gpointer user, const GError *error)
{
  Writing *writing = user;
  writing->error = error != NULL ? g_error_copy (error) : NULL;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_written, writing, NULL);
}

/* Takes the step. NULL: only read the wipe again. */
void
run_write (WipeRun *run, WipeStep *step)
{
  Writing *writing = g_new0 (Writing, 1);
  writing->run = run_ref (run);
  writing->step = step;
  run->is_writing = TRUE;
  run->world->pending++;
  register_write (run->world->reg, apply_in_register, done_in_register, writing);
}

void
run_write_event (WipeRun *run, WipeEventKind event, const char *reason)
{
  WipeStep *step = run_step (run);
  wipe_step_event (step, event, reason);
  run_write (run, step);
}

void
run_write_note (WipeRun *run, const char *kind, const char *text)
{
  WipeStep *step = run_step (run);
  wipe_step_note (step, kind, "%s", text);
  run_write (run, step);
}

/* ---- what the bench calls back ---- */

static void
on_probed (DeviceFacts *facts, const GError *error, gpointer user)
{
  WipeRun *run = user;
  Happening *happening = happening_new (HAPPENED_PROBED);
  happening->facts = facts;
  happening->error = error != NULL ? g_error_copy (error) : NULL;
  run_happen (run, happening);
  run_unref (run);
}

void
run_on_strategy (StrategyEvent event, const char *text, gboolean was_sent, const GError *error, gpointer user)
{
  static const HappeningKind kinds[] = {[STRATEGY_SAID] = HAPPENED_SAID,
                                        [STRATEGY_ANSWERED] = HAPPENED_ANSWERED,
                                        [STRATEGY_ACCEPTED] = HAPPENED_ACCEPTED,
                                        [STRATEGY_FAILED] = HAPPENED_FAILED};
  WipeRun *run = user;
  Happening *happening = happening_new (kinds[event]);
  happening->text = g_strdup (text != NULL ? text : "");
  happening->was_sent = was_sent;
  happening->error = error != NULL ? g_error_copy (error) : NULL;
  run_happen (run, happening);
  if (event == STRATEGY_ACCEPTED || event == STRATEGY_FAILED)
    run_unref (run);
}

Happening *
happening_of_device (HappeningKind kind, const Device *device)
{
  Happening *happening = happening_new (kind);
  happening->session = device->session;
  happening->mode = device->mode;
  happening->link = device->link;
  happening->is_recovery = device_is_recovery (device);
  happening->has_asked = device->has_asked;
  happening->is_duplicate = device->is_duplicate;
  happening->serial = g_strdup (device->serial);
  return happening;
}

void
wipe_run_bench (WipeRun *run, const Device *device, BenchEvent event)
{
  static const HappeningKind kinds[] = {
      [BENCH_ARRIVED] = HAPPENED_ARRIVED, [BENCH_LEFT] = HAPPENED_LEFT, [BENCH_CHANGED] = HAPPENED_LINK};
  gboolean is_ours = run->wipe->port != NULL ? g_str_equal (device->port, run->wipe->port)
                                             : g_strcmp0 (device->serial, run->wipe->serial) == 0;
  if (is_ours)
    run_happen (run, happening_of_device (kinds[event], device));
}

static void
reload (WipeRun *run, const Happening *happening)
{
  (void)happening;
  run_write (run, NULL);
}

void
run_start_probe (WipeRun *run)
{
  if (run->is_probing)
    return;
  run->is_probing = TRUE;
  bench_probe (run->world->bench, run->session, run->cancellable, on_probed, run_ref (run));
}

void
run_take_facts (WipeRun *run, const Happening *happening)
{
  device_facts_free (run->facts);
  run->facts = ((Happening *)happening)->facts;
  ((Happening *)happening)->facts = NULL;
}

static void
on_status (const TradeinStatus *status, const GError *error, gpointer user)
{
  WipeRun *run = user;
  Happening *happening = happening_new (HAPPENED_STATUS);
  happening->error = error != NULL ? g_error_copy (error) : NULL;
  if (status != NULL) {
    happening->is_locked = status->is_locked;
    happening->chain = status->chain != NULL ? g_bytes_ref (status->chain) : NULL;
    happening->text = g_strdup (status->no_chain_because);
  }
  run_happen (run, happening);
  run_unref (run);
}

void
run_ask_status (WipeRun *run)
{
  run->is_asking_status = TRUE;
  bench_ask_tradein (run->world->bench, run->session, run->challenge, run->cancellable, on_status, run_ref (run));
}

/* The device on our port if it is ours beyond doubt: our serial, and no other device shows it. */
const Device *
run_our_device (const WipeRun *run)
{
  const Device *device = run->wipe->port != NULL ? bench_find_port (run->world->bench, run->wipe->port) : NULL;
  if (device == NULL || device->is_duplicate || g_strcmp0 (device->serial, run->wipe->serial) != 0)
    return NULL;
  return device;
}

/* ---- states ---- */

/* A state was entered (or is taken up again after a restart): act. */
static void
enter_away (WipeRun *run)
{
  const Device *device = bench_find_port (run->world->bench, run->wipe->port);
  if (!deadline_is_set (&run->wait))
    run_start_timer (run, run->world->timeouts->return_ms);
  if (device == NULL || device->session == run->session)
    return;
  /* it came back while a step was written, or the daemon was away */
  g_queue_push_tail (&run->happenings, happening_of_device (HAPPENED_ARRIVED, device));
}

static void
enter_wait (WipeRun *run)
{
  WipeState waited_in = wipe_waited_in (run->wipe);
  const Device *device = run_our_device (run);
  if (waited_in == WIPE_SEEN)
    run_start_timer (run, run->world->timeouts->tap_ms);
  else if (waited_in == WIPE_STARTED)
    run_start_timer (run, run->world->timeouts->human_ms);
  if (run->is_resumed && waited_in == WIPE_SEEN)
    run_write_event (run, WIPE_ON_HUMAN_DONE, NULL); /* ask again from the start */
  else if (run->is_resumed && waited_in == WIPE_STARTED && device == NULL)
    g_queue_push_tail (&run->happenings, happening_new (HAPPENED_LEFT));
}

static void
end_run (WipeRun *run)
{
  run->is_over = TRUE;
  if (run->session != 0)
    bench_disconnect (run->world->bench, run->session);
  run->world->over (run->wipe->code, run->world->user); /* may free the run: last line */
}

static void
enter_started (WipeRun *run, WipeState before)
{
  if (before == WIPE_ARMED || before == WIPE_RETURNED)
    started_send (run);
  else if (run->is_resumed && before == WIPE_STARTED)
    started_resume (run);
}

static gboolean
is_away (WipeState state)
{
  return state == WIPE_GONE || state == WIPE_RECOVERY;
}

static void
write_judgement (WipeRun *run)
{
  WipeStep *step = run_step (run);
  step->judges = TRUE;
  run_write (run, step);
}

static void
enter_returned (WipeRun *run)
{
  if (run->in_test_mode)
    returned_send_again (run);
  else if (run->challenge == NULL) /* else its answer is judged with the rest */
    write_judgement (run);
}

static void
entered (WipeRun *run, WipeState before)
{
  if (!is_away (run->wipe->state) || !is_away (before)) /* away is one wait, however often it shows a face */
    run_stop_timer (run);
  run_stop_settling (run);
  switch (run->wipe->state) {
  case WIPE_SEEN:
  case WIPE_IDENTIFIED:
  case WIPE_GATED:
  case WIPE_ARMED:
    before_look (run, NULL);
    break;
  case WIPE_STARTED:
    enter_started (run, before);
    break;
  case WIPE_GONE:
  case WIPE_RECOVERY:
    enter_away (run);
    break;
  case WIPE_RETURNED:
    enter_returned (run);
    break;
  case WIPE_WAIT_HUMAN:
    enter_wait (run);
    break;
  case WIPE_VERIFIED:
  case WIPE_NOT_WIPED:
  case WIPE_UNKNOWN:
  case WIPE_BLOCKED:
  case WIPE_ABORTED:
  case WIPE_STATES_N:
    end_run (run);
    return;
  }
}

/* ---- who handles what ---- */

typedef void (*Handler) (WipeRun *run, const Happening *happening);
/* The places a run can be in: a wait_human is told apart by what it waits for. */
typedef enum {
  PLACE_BEFORE,
  PLACE_TAP,
  PLACE_STARTED,
  PLACE_BY_HAND,
  PLACE_AWAY,
  PLACE_RETURNED,
  PLACE_ATTEST,
  PLACE_NONE,
  PLACES_N
} Place;

static const Handler handlers[PLACES_N][HAPPENINGS_N] = {
    [PLACE_BEFORE] = {[HAPPENED_RELOAD] = reload,
                      [HAPPENED_LINK] = before_link,
                      [HAPPENED_PROBED] = before_probed,
                      [HAPPENED_LEFT] = before_left,
                      [HAPPENED_ARRIVED] = before_arrived,
                      [HAPPENED_SETTLED] = before_settled,
                      [HAPPENED_TIMER] = before_timer},
    [PLACE_TAP] = {[HAPPENED_RELOAD] = reload,
                   [HAPPENED_LINK] = tap_link,
                   [HAPPENED_LEFT] = before_left,
                   [HAPPENED_ARRIVED] = before_arrived,
                   [HAPPENED_SETTLED] = before_settled,
                   [HAPPENED_TIMER] = tap_timer},
    [PLACE_STARTED] = {[HAPPENED_RELOAD] = reload,
                       [HAPPENED_SAID] = started_said,
                       [HAPPENED_ANSWERED] = started_answered,
                       [HAPPENED_ACCEPTED] = started_accepted,
                       [HAPPENED_FAILED] = started_failed,
                       [HAPPENED_LEFT] = started_left,
                       [HAPPENED_TIMER] = started_timer},
    [PLACE_BY_HAND] = {[HAPPENED_RELOAD] = reload, [HAPPENED_LEFT] = by_hand_left, [HAPPENED_TIMER] = started_timer},
    [PLACE_AWAY] = {[HAPPENED_RELOAD] = reload,
                    [HAPPENED_ARRIVED] = away_arrived,
                    [HAPPENED_LEFT] = away_left,
                    [HAPPENED_LINK] = away_link,
                    [HAPPENED_PROBED] = away_probed,
                    [HAPPENED_SETTLED] = away_settled,
                    [HAPPENED_TIMER] = away_timer},
    [PLACE_RETURNED] =
        {[HAPPENED_RELOAD] = reload, [HAPPENED_STATUS] = status_answered, [HAPPENED_LEFT] = returned_left},
    [PLACE_ATTEST] = {[HAPPENED_RELOAD] = reload,
                      [HAPPENED_STATUS] = status_answered,
                      [HAPPENED_ARRIVED] = attest_arrived,
                      [HAPPENED_LINK] = attest_link,
                      [HAPPENED_LEFT] = attest_left},
    [PLACE_NONE] = {[HAPPENED_RELOAD] = reload},
};

static Place
place_of (const Wipe *wipe)
{
  static const Place places[WIPE_STATES_N] = {
      [WIPE_SEEN] = PLACE_BEFORE,    [WIPE_IDENTIFIED] = PLACE_BEFORE, [WIPE_GATED] = PLACE_BEFORE,
      [WIPE_ARMED] = PLACE_BEFORE,   [WIPE_STARTED] = PLACE_STARTED,   [WIPE_GONE] = PLACE_AWAY,
      [WIPE_RECOVERY] = PLACE_AWAY,  [WIPE_RETURNED] = PLACE_RETURNED, [WIPE_VERIFIED] = PLACE_NONE,
      [WIPE_NOT_WIPED] = PLACE_NONE, [WIPE_UNKNOWN] = PLACE_NONE,      [WIPE_BLOCKED] = PLACE_NONE,
      [WIPE_ABORTED] = PLACE_NONE,   [WIPE_WAIT_HUMAN] = PLACE_NONE,
  };
  if (wipe->state != WIPE_WAIT_HUMAN)
    return places[wipe->state];
  WipeState waited_in = wipe_waited_in (wipe);
  return waited_in == WIPE_SEEN ? PLACE_TAP : waited_in == WIPE_STARTED ? PLACE_BY_HAND : PLACE_ATTEST;
}

static void
pump (WipeRun *run)
{
  run_ref (run);
  while (!run->is_over && !run->is_writing && !g_queue_is_empty (&run->happenings)) {
    Happening *happening = g_queue_pop_head (&run->happenings);
    Handler handle = handlers[place_of (run->wipe)][happening->kind];
    if (handle != NULL)
      handle (run, happening);
    happening_free (happening);
  }
  run_unref (run);
}

/* ---- life ---- */

WipeRun *
wipe_run_new (WipeRunWorld *world, Wipe *wipe, gboolean is_resumed)
{
  WipeRun *run = g_new0 (WipeRun, 1);
  g_ref_count_init (&run->references);
  run->world = world;
  run->wipe = wipe;
  run->is_resumed = is_resumed;
  run->has_gap = is_resumed;
  run->strategy = strategy_find (wipe->strategy);
  run->cancellable = g_cancellable_new ();
  g_queue_init (&run->happenings);
  entered (run, wipe->state);
  run->is_resumed = FALSE;
  pump (run);
  return run;
}

void
wipe_run_free (WipeRun *run)
{
  if (run == NULL)
    return;
  run->is_over = TRUE;
  run_stop_timer (run);
  run_stop_settling (run);
  deadline_clear (&run->retry);
  g_cancellable_cancel (run->cancellable);
  run_unref (run);
}

const Wipe *
wipe_run_wipe (const WipeRun *run)
{
  return run->wipe;
}

const char *
wipe_run_code (const WipeRun *run)
{
  return run->wipe->code;
}

void
wipe_run_reload (WipeRun *run)
{
  run_happen (run, happening_new (HAPPENED_RELOAD));
}

gboolean
wipe_run_expects_leaving (const WipeRun *run, const char *port)
{
  WipeState state = run->wipe->state == WIPE_WAIT_HUMAN ? wipe_waited_in (run->wipe) : run->wipe->state;
  return g_strcmp0 (run->wipe->port, port) == 0 && wipe_may_have_begun (state);
}
