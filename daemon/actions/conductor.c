/* The conductor: which asset is on which port, and one run for each unfinished wipe. */
#include "daemon/actions/conductor.h"
#include "daemon/actions/arrival_run.h"
#include "daemon/actions/device_trouble.h"
#include "daemon/actions/hub_watch.h"
#include "daemon/actions/port.h"
#include "daemon/actions/prepare_run.h"
#include "daemon/actions/wipe_run.h"
#include "daemon/rules/wipe.h"
#include "db/wipe.h"

const ConductorTimeouts conductor_default_timeouts = {
    .tap_ms = 120 * 1000,
    .probe_ms = 60 * 1000,
    .leave_ms = 75 * 1000,
    .human_ms = 15 * 60 * 1000,
    .return_ms = 20 * 60 * 1000,
    .settle_ms = 10 * 1000,
};

struct _Conductor {
  Register *reg;
  Events *events;
  Bench *bench;
  ConductorTimeouts timeouts;
  WipeRunWorld world;
  WipeRunWorld prepare_world;
  GHashTable *runs;         /* wipe code -> WipeRun */
  GHashTable *arrivals;     /* serial -> TabletRun (ArrivalRun): under way, or over and not forgotten yet */
  GHashTable *preparations; /* item code -> PrepareRun: under way, or over and its tablet still there */
  gboolean is_matching, match_again;
  guint pending; /* questions to the register whose answer is still to come */
  gboolean is_ending;
  GMutex slots_lock;
  GPtrArray *slots;    /* BenchSlot *: the pointer is guarded, what it shows never changes */
  GPtrArray *troubles; /* of char *: of the bench as a whole; likewise */
  HubWatch *hubs;
  Recordings *recordings;
};

/* A question to the register, asked in the main loop and answered there. */
typedef struct {
  Conductor *conductor;
  GPtrArray *slots; /* to match with the register's items */
  GPtrArray *gone;  /* HubGone * */
  GPtrArray *troubles;
  Code code;        /* a wipe to take up */
  GPtrArray *wipes; /* unfinished wipes found */
  gboolean is_resumed;
  GError *error;
  void (*answer) (Conductor *conductor, gpointer question);
} Question;

static void
question_free (Question *question)
{
  g_clear_pointer (&question->slots, g_ptr_array_unref);
  g_clear_pointer (&question->gone, g_ptr_array_unref);
  g_clear_pointer (&question->troubles, g_ptr_array_unref);
  g_clear_pointer (&question->wipes, g_ptr_array_unref);
  g_clear_error (&question->error);
  g_free (question);
}

static gboolean
on_answer (gpointer user)
{
  Question *question = user;
  question->conductor->pending--;
  if (!question->conductor->is_ending)
    question->answer (question->conductor, question);
  question_free (question);
  return G_SOURCE_REMOVE;
}

static void
answered_in_register (gpointer user, const GError *error)
{
  Question *question = user;
  question->error = error != NULL ? g_error_copy (error) : NULL;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_answer, question, NULL);
}

static void
ask (Conductor *conductor, RegisterFunc func, Question *question)
{
  question->conductor = conductor;
  conductor->pending++;
  register_read (conductor->reg, func, answered_in_register, question);
}

/* ---- the slots: what is on the ports, matched with the register ---- */

static GPtrArray *
slots_of_bench (Bench *bench)
{
  g_autoptr (GPtrArray) devices = bench_list (bench);
  GPtrArray *slots = bench_slots_new ();
  for (guint i = 0; i < devices->len; i++) {
    const Device *device = g_ptr_array_index (devices, i);
    BenchSlot *slot = g_new0 (BenchSlot, 1);
    slot->port = g_strdup (device->port);
    slot->serial = g_strdup (device->serial);
    slot->maker = g_strdup (device->maker);
    slot->name = g_strdup (device->name);
    slot->mode = device_mode_name (device->mode);
    slot->link = device_link_name (device->link);
    slot->trouble = device_trouble (device);
    slot->is_duplicate = device->is_duplicate;
    g_ptr_array_add (slots, slot);
  }
  return slots;
}

/* Hubs that are gone, by the names that people gave them. */
static gboolean
say_hubs (Store *store, Question *question, GError **error)
{
  g_autoptr (GPtrArray) names = port_name_list (store, error);
  question->troubles = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; names != NULL && i < question->gone->len; i++) {
    const HubGone *gone = g_ptr_array_index (question->gone, i);
    const char *name = port_name_in (names, gone->hub);
    g_ptr_array_add (question->troubles, g_strdup_printf ("%s|%s|%u", message_code (M_BENCH_HUB_GONE),
                                                          name != NULL ? name : gone->hub, gone->lost));
  }
  return names != NULL;
}

static gboolean
match_in_register (Store *store, gpointer user, GError **error)
{
  Question *question = user;
  return bench_slots_match (store, question->slots, error) && say_hubs (store, question, error);
}

/* News of each slot that shows something else than before, and of each that is no more. */
static void
tell_changes (Conductor *conductor, const GPtrArray *before, const GPtrArray *after)
{
  for (guint i = 0; i < after->len; i++) {
    const BenchSlot *slot = g_ptr_array_index (after, i);
    const BenchSlot *old = bench_slot_find (before, bench_slot_key (slot));
    if (old == NULL || !bench_slot_is_same (old, slot))
      events_publish (conductor->events, "slot", bench_slot_key (slot));
  }
  for (guint i = 0; i < before->len; i++) {
    const char *key = bench_slot_key (g_ptr_array_index (before, i));
    if (bench_slot_find (after, key) == NULL)
      events_publish (conductor->events, "slot", key);
  }
}

/* Both taken. */
static void
show_slots (Conductor *conductor, GPtrArray *slots, GPtrArray *troubles)
{
  g_mutex_lock (&conductor->slots_lock);
  g_autoptr (GPtrArray) before = g_steal_pointer (&conductor->slots);
  g_clear_pointer (&conductor->troubles, g_ptr_array_unref);
  conductor->slots = slots;
  conductor->troubles = troubles;
  g_mutex_unlock (&conductor->slots_lock);
  tell_changes (conductor, before, slots);
  events_publish (conductor->events, "bench", "");
}

static void match_slots (Conductor *conductor);

static void
add_preparations (Conductor *conductor, GPtrArray *slots)
{
  for (guint i = 0; i < slots->len; i++) {
    BenchSlot *slot = g_ptr_array_index (slots, i);
    const PrepareRun *run = g_hash_table_lookup (conductor->preparations, slot->item);
    if (run == NULL)
      continue;
    slot->preparation = prepare_state_name (prepare_run_state (run));
    slot->preparation_reason = g_strdup (prepare_run_reason (run));
  }
}

static void
on_matched (Conductor *conductor, gpointer user)
{
  Question *question = user;
  conductor->is_matching = FALSE;
  if (question->error != NULL)
    g_warning ("the bench cannot be matched with the register: %s", question->error->message);
  else if (!conductor->match_again) {
    add_preparations (conductor, question->slots);
    show_slots (conductor, g_steal_pointer (&question->slots), g_steal_pointer (&question->troubles));
  }
  if (conductor->match_again)
    match_slots (conductor);
}

/* Shows the ports at once as the bench sees them, then again when the register has said whose they are. */
static void
match_slots (Conductor *conductor)
{
  if (conductor->is_matching) {
    conductor->match_again = TRUE;
    return;
  }
  conductor->is_matching = TRUE;
  conductor->match_again = FALSE;
  Question *question = g_new0 (Question, 1);
  question->slots = slots_of_bench (conductor->bench);
  question->gone = hub_watch_gone (conductor->hubs);
  question->answer = on_matched;
  ask (conductor, match_in_register, question);
}

static gboolean
match_idle (gpointer user)
{
  match_slots (user);
  return G_SOURCE_REMOVE;
}

void
conductor_refresh (Conductor *conductor)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, match_idle, conductor, NULL);
}

GPtrArray *
conductor_slots (Conductor *conductor)
{
  g_mutex_lock (&conductor->slots_lock);
  GPtrArray *slots = g_ptr_array_ref (conductor->slots);
  g_mutex_unlock (&conductor->slots_lock);
  return slots;
}

GPtrArray *
conductor_troubles (Conductor *conductor)
{
  g_mutex_lock (&conductor->slots_lock);
  GPtrArray *troubles = g_ptr_array_ref (conductor->troubles);
  g_mutex_unlock (&conductor->slots_lock);
  return troubles;
}

/* ---- the runs ---- */

static void
on_run_changed (const char *wipe, gpointer user)
{
  Conductor *conductor = user;
  const WipeRun *run = g_hash_table_lookup (conductor->runs, wipe);
  if (run != NULL)
    recordings_wipe (conductor->recordings, wipe_run_wipe (run), FALSE);
  events_publish (conductor->events, "wipe", wipe);
  match_slots (conductor);
}

static void
on_run_over (const char *wipe, gpointer user)
{
  Conductor *conductor = user;
  g_autofree char *code = g_strdup (wipe); /* the run, and its code with it, goes away */
  recordings_wipe (conductor->recordings, wipe_run_wipe (g_hash_table_lookup (conductor->runs, code)), TRUE);
  g_hash_table_remove (conductor->runs, code);
  match_slots (conductor);
}

/* Both tables of them, by what they are keyed. */
static gboolean
is_past (gpointer key, gpointer run, gpointer user)
{
  (void)key;
  (void)user;
  return tablet_run_is_past (run);
}

static void
tell_runs (GHashTable *runs, const Device *device, BenchEvent event)
{
  GHashTableIter iterator;
  gpointer run;
  g_hash_table_iter_init (&iterator, runs);
  while (g_hash_table_iter_next (&iterator, NULL, &run))
    tablet_run_bench (run, device, event);
  g_hash_table_foreach_remove (runs, is_past, NULL);
}

/* Something else takes that port over. NULL: no port. */
static void
end_runs (GHashTable *runs, const char *port)
{
  GHashTableIter iterator;
  gpointer run;
  g_hash_table_iter_init (&iterator, runs);
  while (port != NULL && g_hash_table_iter_next (&iterator, NULL, &run))
    tablet_run_give_way (run, port);
}

static gboolean
is_held (GHashTable *runs, const char *port)
{
  GHashTableIter iterator;
  gpointer run;
  g_hash_table_iter_init (&iterator, runs);
  while (g_hash_table_iter_next (&iterator, NULL, &run))
    if (tablet_run_holds (run, port))
      return TRUE;
  return FALSE;
}

/* A wipe makes its tablet leave: that says nothing of the hub. */
static gboolean
is_leaving_expected (const Conductor *conductor, const char *port)
{
  GHashTableIter each;
  gpointer run;
  g_hash_table_iter_init (&each, conductor->runs);
  while (g_hash_table_iter_next (&each, NULL, &run))
    if (wipe_run_expects_leaving (run, port))
      return TRUE;
  return FALSE;
}

/* How many devices are on the hub of that port. */
static guint
count_on_hub (const Conductor *conductor, const char *port)
{
  g_autofree char *hub = hub_watch_hub_of (port);
  g_autoptr (GPtrArray) devices = bench_list (conductor->bench);
  guint n = 0;
  for (guint i = 0; hub != NULL && i < devices->len; i++) {
    g_autofree char *other = hub_watch_hub_of (((const Device *)g_ptr_array_index (devices, i))->port);
    n += g_strcmp0 (hub, other) == 0;
  }
  return n;
}

static void
watch_hubs (Conductor *conductor, const Device *device, BenchEvent event)
{
  if (event == BENCH_ARRIVED)
    hub_watch_arrived (conductor->hubs, device->port);
  else if (event == BENCH_LEFT && !is_leaving_expected (conductor, device->port))
    hub_watch_left (conductor->hubs, device->port, count_on_hub (conductor, device->port), g_get_monotonic_time ());
}

static void
on_bench (const Device *device, BenchEvent event, gpointer user)
{
  Conductor *conductor = user;
  watch_hubs (conductor, device, event);
  recordings_bench (conductor->recordings, device, event);
  g_autoptr (GList) codes = g_hash_table_get_keys (conductor->runs);
  for (GList *code = codes; code != NULL; code = code->next) /* a run only ends from the loop, never inside this call */
    wipe_run_bench (g_hash_table_lookup (conductor->runs, code->data), device, event);
  tell_runs (conductor->preparations, device, event);
  tell_runs (conductor->arrivals, device, event);
  match_slots (conductor);
}

#define READ_AGAIN_MS 1000

static gboolean read_unfinished (gpointer user);

static void
on_wipes_found (Conductor *conductor, gpointer user)
{
  Question *question = user;
  if (question->error != NULL) {
    g_warning ("unfinished wipes cannot be read: %s", question->error->message);
    g_timeout_add (READ_AGAIN_MS, read_unfinished, conductor);
    return;
  }
  while (question->wipes->len > 0) {
    Wipe *wipe = g_ptr_array_steal_index (question->wipes, 0);
    WipeRun *known = g_hash_table_lookup (conductor->runs, wipe->code);
    if (known != NULL) {
      wipe_free (wipe);
      wipe_run_reload (known);
    } else if (wipe_is_over (wipe->state))
      wipe_free (wipe);
    else {
      g_autofree char *code = g_strdup (wipe->code);
      end_runs (conductor->arrivals, wipe->port);
      end_runs (conductor->preparations, wipe->port);
      g_hash_table_insert (conductor->runs, g_steal_pointer (&code),
                           wipe_run_new (&conductor->world, wipe, question->is_resumed));
    }
  }
  match_slots (conductor);
}

static gboolean
find_wipe (Store *store, gpointer user, GError **error)
{
  Question *question = user;
  Wipe *wipe = wipe_load (store, question->code, error);
  if (wipe == NULL)
    return FALSE;
  question->wipes = g_ptr_array_new_with_free_func ((GDestroyNotify)wipe_free);
  g_ptr_array_add (question->wipes, wipe);
  return TRUE;
}

static gboolean
find_unfinished (Store *store, gpointer user, GError **error)
{
  Question *question = user;
  question->wipes = wipe_list_unfinished (store, error);
  return question->wipes != NULL;
}

/* All of them: a run that is known is only told to look again. */
static gboolean
read_unfinished (gpointer user)
{
  Question *question = g_new0 (Question, 1);
  question->is_resumed = TRUE;
  question->answer = on_wipes_found;
  ask (user, find_unfinished, question);
  return G_SOURCE_REMOVE;
}

typedef struct {
  Conductor *conductor;
  Code wipe;
} Waking;

static gboolean
wake_idle (gpointer user)
{
  Waking *waking = user;
  Question *question = g_new0 (Question, 1);
  g_strlcpy (question->code, waking->wipe, sizeof question->code);
  question->answer = on_wipes_found;
  ask (waking->conductor, find_wipe, question);
  return G_SOURCE_REMOVE;
}

void
conductor_wake (Conductor *conductor, const char *wipe)
{
  Waking *waking = g_new0 (Waking, 1);
  waking->conductor = conductor;
  g_strlcpy (waking->wipe, wipe, sizeof waking->wipe);
  g_idle_add_full (G_PRIORITY_DEFAULT, wake_idle, waking, g_free);
}

/* ---- preparations ---- */

static void
on_preparation_changed (const char *item, gpointer user)
{
  (void)item; /* the slots show it */
  match_slots (user);
}

gboolean
conductor_can_prepare (const Conductor *conductor)
{
  return conductor->world.settings->owner.component != NULL;
}

typedef struct {
  Conductor *conductor;
  Code item;
  char *account;
} Preparing;

static void
preparing_free (gpointer data)
{
  Preparing *preparing = data;
  g_free (preparing->account);
  g_free (preparing);
}

/* The tablet may have gone since it was asked: then nothing shows its item, and nothing begins. */
static gboolean
prepare_idle (gpointer user)
{
  const Preparing *preparing = user;
  Conductor *conductor = preparing->conductor;
  g_autoptr (GPtrArray) slots = conductor_slots (conductor);
  for (guint i = 0; i < slots->len; i++) {
    const BenchSlot *slot = g_ptr_array_index (slots, i);
    if (!g_str_equal (slot->item, preparing->item) || slot->is_away || prepare_is_running (slot->preparation))
      continue;
    end_runs (conductor->arrivals, slot->port);
    g_hash_table_insert (
        conductor->preparations, g_strdup (slot->item),
        prepare_run_new (&conductor->prepare_world, slot->item, slot->port, slot->serial, preparing->account));
    break;
  }
  match_slots (conductor);
  return G_SOURCE_REMOVE;
}

void
conductor_prepare (Conductor *conductor, const char *item, const char *account)
{
  Preparing *preparing = g_new0 (Preparing, 1);
  preparing->conductor = conductor;
  g_strlcpy (preparing->item, item, sizeof preparing->item);
  preparing->account = g_strdup (account);
  g_idle_add_full (G_PRIORITY_DEFAULT, prepare_idle, preparing, preparing_free);
}

Recordings *
conductor_recordings (const Conductor *conductor)
{
  return conductor->recordings;
}

/* ---- arrivals ---- */

typedef struct {
  Conductor *conductor;
  char *port, *serial, *account;
} Arriving;

static void
arriving_free (gpointer data)
{
  Arriving *arriving = data;
  g_free (arriving->port);
  g_free (arriving->serial);
  g_free (arriving->account);
  g_free (arriving);
}

/* One that is under way already goes on. */
static gboolean
arrival_idle (gpointer user)
{
  const Arriving *arriving = user;
  GHashTable *arrivals = arriving->conductor->arrivals;
  g_hash_table_foreach_remove (arrivals, is_past, NULL);
  if (!g_hash_table_contains (arrivals, arriving->serial))
    g_hash_table_insert (arrivals, g_strdup (arriving->serial),
                         arrival_run_new (&arriving->conductor->world, arriving->port, arriving->serial,
                                          arriving->account,
                                          is_held (arriving->conductor->preparations, arriving->port)));
  return G_SOURCE_REMOVE;
}

void
conductor_read_arrival (Conductor *conductor, const char *port, const char *serial, const char *account)
{
  Arriving *arriving = g_new0 (Arriving, 1);
  *arriving = (Arriving){conductor, g_strdup (port), g_strdup (serial), g_strdup (account)};
  g_idle_add_full (G_PRIORITY_DEFAULT, arrival_idle, arriving, arriving_free);
}

/* ---- life ---- */

#define RESUME_CHECK_MS 20

/* Unfinished wipes look at their ports only when the bench has announced what was plugged in at start. */
static gboolean
resume_when_read (gpointer user)
{
  Conductor *conductor = user;
  return bench_is_reading (conductor->bench, NULL) ? G_SOURCE_CONTINUE : read_unfinished (conductor);
}

static gboolean
restart_idle (gpointer user)
{
  Conductor *conductor = user;
  g_autoptr (GPtrArray) devices = bench_list (conductor->bench);
  g_hash_table_remove_all (conductor->runs);
  g_hash_table_remove_all (conductor->arrivals);
  g_hash_table_remove_all (conductor->preparations);
  for (guint i = 0; i < devices->len; i++)
    bench_disconnect (conductor->bench, ((const Device *)g_ptr_array_index (devices, i))->session);
  match_slots (conductor);
  return read_unfinished (conductor);
}

void
conductor_restart (Conductor *conductor)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, restart_idle, conductor, NULL);
}

Conductor *
conductor_new (Register *reg, Events *events, const char *key_path, const ConductorTimeouts *timeouts,
               const StrategySettings *settings, const char *const *attestation_roots, gint64 (*now) (gpointer),
               gpointer now_data, GError **error)
{
  g_autoptr (Conductor) conductor = g_new0 (Conductor, 1);
  conductor->reg = reg;
  conductor->events = events;
  conductor->timeouts = *timeouts;
  g_mutex_init (&conductor->slots_lock);
  conductor->slots = bench_slots_new ();
  conductor->troubles = g_ptr_array_new_with_free_func (g_free);
  conductor->hubs = hub_watch_new ();
  conductor->runs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)wipe_run_free);
  conductor->arrivals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)tablet_run_free);
  conductor->preparations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)tablet_run_free);
  conductor->bench = bench_new (key_path, on_bench, conductor, error);
  if (conductor->bench == NULL)
    return NULL;
  bench_configure (conductor->bench, settings);
  conductor->recordings = recordings_new (conductor->bench, timeouts->settle_ms);
  conductor->world = (WipeRunWorld){.reg = reg,
                                    .bench = conductor->bench,
                                    .timeouts = &conductor->timeouts,
                                    .settings = settings,
                                    .now = now,
                                    .now_data = now_data,
                                    .attestation_roots = attestation_roots,
                                    .changed = on_run_changed,
                                    .over = on_run_over,
                                    .user = conductor};
  conductor->prepare_world = conductor->world;
  conductor->prepare_world.changed = on_preparation_changed;
  g_timeout_add_full (G_PRIORITY_LOW, RESUME_CHECK_MS, resume_when_read, conductor, NULL);
  match_slots (conductor);
  return g_steal_pointer (&conductor);
}

void
conductor_allow_samsung_at (Conductor *conductor)
{
  bench_allow_samsung_at (conductor->bench);
}

void
conductor_free (Conductor *conductor)
{
  if (conductor == NULL)
    return;
  conductor->is_ending = TRUE;
  while (g_source_remove_by_user_data (conductor))
    ; /* each removes one pending idle or timer of ours */
  g_hash_table_remove_all (conductor->runs);
  g_hash_table_remove_all (conductor->arrivals);
  g_hash_table_remove_all (conductor->preparations);
  recordings_free (g_steal_pointer (&conductor->recordings));
  g_clear_pointer (&conductor->bench, bench_free); /* ends what strategies and probes still wait for */
  while (conductor->pending + conductor->world.pending + conductor->prepare_world.pending >
         0) /* the register's answers in flight name us */
    g_main_context_iteration (NULL, TRUE);
  g_hash_table_unref (conductor->runs);
  g_hash_table_unref (conductor->arrivals);
  g_hash_table_unref (conductor->preparations);
  g_ptr_array_unref (conductor->slots);
  g_ptr_array_unref (conductor->troubles);
  hub_watch_free (conductor->hubs);
  g_mutex_clear (&conductor->slots_lock);
  g_free (conductor);
}
