/* The bench of modems: who is plugged in, one process each, one job each. See modem.h. */
#include "daemon/devices/modem_find.h"
#include "daemon/devices/modem_job.h"

/* Seconds before a process is started again: the last one for good. */
static const guint delays_s[] = {2, 5, 15};
enum { STEADY_S = 60 }; /* a process that lived so long begins again with the shortest delay */

/* One plug-in. */
typedef struct {
  ModemBench *bench;
  char *syspath, *port, *node, *name, *imei, *firmware, *detail;
  Modem shown;     /* what others see; its strings are those above */
  ModemState told; /* by its process */
  ModemCard *card;
  char *last_iccid; /* the card that others know of */
  ModemChild *child;
  gint64 started_at;
  guint failures, retry;
  ModemTask *task;
  guint tell_over; /* the task has ended: told from the loop */
} Slot;

struct _ModemBench {
  char *program, *socket;
  ModemBenchOptions options; /* of the two above */
  ModemFunc func;
  gpointer user;
  ModemFind *find;
  GPtrArray *slots; /* of Slot */
  guint64 last_session, last_job;
};

/* ---- what others see ---- */

static void
tell (Slot *slot, ModemEvent event)
{
  slot->shown.port = slot->port;
  slot->shown.node = slot->node;
  slot->shown.imei = slot->imei;
  slot->shown.name = slot->name;
  slot->shown.firmware = slot->firmware;
  slot->shown.detail = slot->detail;
  slot->shown.card = slot->card;
  slot->shown.job = slot->task != NULL ? modem_task_number (slot->task) : 0;
  slot->shown.before_job = slot->told;
  slot->shown.state = slot->task != NULL ? MODEM_BUSY : slot->told;
  slot->bench->func (&slot->shown, event, slot->bench->user);
}

/* A card that starts, or a PIN that was entered, tells no number for a moment: that is no swap (ModemManager dc4b1ec0). Compared are numbers,
 * not states (b7433b4c). */
static gboolean
is_other_card (const Slot *slot)
{
  if (slot->card->iccid != NULL)
    return g_strcmp0 (slot->card->iccid, slot->last_iccid) != 0;
  return slot->last_iccid != NULL && slot->told == MODEM_SIM_ABSENT;
}

static void
tell_change (Slot *slot)
{
  if (is_other_card (slot)) {
    g_free (slot->last_iccid);
    slot->last_iccid = g_strdup (slot->card->iccid);
    tell (slot, MODEM_CARD);
  }
  tell (slot, MODEM_CHANGED);
}

static void
replace (char **slot, const char *value)
{
  char *copy = g_strdup (value);
  g_free (*slot);
  *slot = copy;
}

static void
set_fault (Slot *slot, ModemCode code, const char *detail)
{
  slot->told = MODEM_FAULTED;
  slot->shown.code = code;
  replace (&slot->detail, detail);
}

/* ---- the process ---- */

static void start_child (Slot *slot);

static gboolean
on_retry (gpointer user)
{
  Slot *slot = user;
  slot->retry = 0;
  start_child (slot);
  return G_SOURCE_REMOVE;
}

static void
plan_retry (Slot *slot)
{
  gint64 lived_us = g_get_monotonic_time () - slot->started_at;
  if (lived_us > STEADY_S * G_USEC_PER_SEC)
    slot->failures = 0;
  guint delay_s = delays_s[MIN (slot->failures, G_N_ELEMENTS (delays_s) - 1)];
  guint most_s = slot->bench->options.retry_s;
  if (most_s > 0)
    delay_s = MIN (delay_s, most_s);
  slot->failures++;
  slot->retry = g_timeout_add_seconds (delay_s, on_retry, slot);
}

static void
on_ended (const char *detail, gboolean is_heard, gpointer user)
{
  Slot *slot = user;
  g_clear_pointer (&slot->child, modem_child_free);
  if (slot->told != MODEM_FAULTED) /* else it said why before it ended */
    set_fault (slot, MODEM_CODE_CRASHED, detail);
  plan_retry (slot);
  if (slot->task != NULL)
    (is_heard ? modem_task_lost : modem_task_cut) (slot->task, slot->shown.code, detail);
  tell (slot, MODEM_CHANGED);
}

static void
take_state (Slot *slot, const ModemReport *report)
{
  slot->told = report->state;
  slot->shown.code = report->code;
  replace (&slot->detail, report->detail);
  replace (&slot->imei, report->imei);
  replace (&slot->firmware, report->firmware);
  if (report->name != NULL && slot->name == NULL)
    replace (&slot->name, report->name);
  g_autofree char *line = modem_report_write (report); /* a copy through the same door */
  g_autoptr (ModemReport) copy = modem_report_read (line, strlen (line), NULL);
  if (copy != NULL) {
    modem_card_free (slot->card);
    slot->card = g_steal_pointer (&copy->card);
  }
  tell_change (slot);
}

static void
on_report (const ModemReport *report, gpointer user)
{
  Slot *slot = user;
  if (report->tell == MODEM_TELL_STATE)
    take_state (slot, report);
  else if (slot->task != NULL)
    modem_task_report (slot->task, report);
}

static const ModemChildFuncs child_funcs = {on_report, on_ended};

static void
start_child (Slot *slot)
{
  g_autoptr (GError) error = NULL;
  slot->started_at = g_get_monotonic_time ();
  slot->child = modem_child_new (&slot->bench->options, slot->node, &child_funcs, slot, &error);
  if (slot->child == NULL) {
    set_fault (slot, MODEM_CODE_CRASHED, error->message);
    plan_retry (slot);
  } else
    slot->told = MODEM_OPENING;
  tell (slot, MODEM_CHANGED);
}

/* ---- tasks ---- */

/* The slot is free before the result is told: whoever hears it may order the next thing at once. */
static gboolean
on_tell_over (gpointer user)
{
  Slot *slot = user;
  ModemTask *task = g_steal_pointer (&slot->task);
  slot->tell_over = 0;
  tell (slot, MODEM_CHANGED);
  modem_task_tell (task, slot->card);
  modem_task_free (task);
  return G_SOURCE_REMOVE;
}

static void
on_over (ModemTask *task, gpointer user)
{
  Slot *slot = user;
  (void)task;
  slot->tell_over = g_idle_add (on_tell_over, slot);
}

static gint64
on_ask (ModemRequest *request, gpointer user)
{
  Slot *slot = user;
  return slot->child != NULL ? modem_child_ask (slot->child, request) : 0;
}

static void
on_stop (gpointer user)
{
  Slot *slot = user;
  g_autoptr (ModemRequest) request = g_new0 (ModemRequest, 1);
  request->ask = MODEM_ASK_STOP;
  if (slot->child != NULL)
    modem_child_ask (slot->child, request);
}

static const ModemTaskFuncs task_funcs = {on_ask, on_stop, on_over};

/* ---- slots ---- */

/* Ends what runs there, tells it, and that the modem left. */
static void
slot_free (Slot *slot)
{
  g_clear_pointer (&slot->child, modem_child_free);
  if (slot->retry != 0)
    g_source_remove (slot->retry);
  if (slot->task != NULL && slot->tell_over == 0)
    modem_task_cut (slot->task, MODEM_CODE_GONE, "the modem was unplugged");
  if (slot->tell_over != 0) {
    g_source_remove (slot->tell_over);
    (void)on_tell_over (slot); /* told now, it has no later */
  }
  slot->told = MODEM_ABSENT;
  tell (slot, MODEM_LEFT);
  char *const strings[] = {slot->syspath, slot->port,     slot->node,   slot->name,
                           slot->imei,    slot->firmware, slot->detail, slot->last_iccid};
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (strings[i]);
  modem_card_free (slot->card);
  g_free (slot);
}

static Slot *
find_slot (ModemBench *bench, const char *port)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    Slot *slot = g_ptr_array_index (bench->slots, i);
    if (g_str_equal (slot->port, port))
      return slot;
  }
  return NULL;
}

static void
add_slot (ModemBench *bench, const ModemFound *found)
{
  Slot *slot = g_new0 (Slot, 1);
  slot->bench = bench;
  slot->syspath = g_strdup (found->syspath);
  slot->port = g_strdup (found->port);
  slot->node = g_strdup (found->node);
  slot->name = g_strdup (found->name);
  slot->card = modem_card_new ();
  slot->told = MODEM_OPENING;
  slot->shown.session = ++bench->last_session;
  slot->shown.code = MODEM_CODE_NONE;
  g_ptr_array_add (bench->slots, slot);
  tell (slot, MODEM_ARRIVED);
  start_child (slot);
}

/* A modem can have two nodes (cdc-wdm and wwan): the first that is seen is taken, the other must never be opened beside it. */
static void
on_found (const char *syspath, const ModemFound *found, gpointer user)
{
  ModemBench *bench = user;
  if (found != NULL) {
    if (find_slot (bench, found->port) == NULL)
      add_slot (bench, found);
    return;
  }
  for (guint i = 0; i < bench->slots->len; i++) {
    Slot *slot = g_ptr_array_index (bench->slots, i);
    if (g_str_equal (slot->syspath, syspath)) {
      slot_free (g_ptr_array_steal_index (bench->slots, i)); /* out of the list first: its callbacks may look there */
      return;
    }
  }
}

/* ---- the seam ---- */

ModemBench *
modem_bench_new (const ModemBenchOptions *options, ModemFunc func, gpointer user, GError **error)
{
  g_autoptr (ModemBench) bench = g_new0 (ModemBench, 1);
  bench->program = g_strdup (options->program);
  bench->socket = g_strdup (options->socket);
  bench->options = *options;
  bench->options.program = bench->program;
  bench->options.socket = bench->socket;
  bench->func = func;
  bench->user = user;
  bench->slots = g_ptr_array_new ();
  bench->find = modem_find_new (on_found, bench, error);
  return bench->find != NULL ? g_steal_pointer (&bench) : NULL;
}

void
modem_bench_free (ModemBench *bench)
{
  if (bench == NULL)
    return;
  modem_find_free (bench->find);
  while (bench->slots->len > 0)
    slot_free (g_ptr_array_steal_index (bench->slots, 0));
  g_ptr_array_unref (bench->slots);
  g_free (bench->program);
  g_free (bench->socket);
  g_free (bench);
}

static int
compare_ports (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const Modem *const *)a)->port, (*(const Modem *const *)b)->port);
}

GPtrArray *
modem_bench_list (ModemBench *bench)
{
  GPtrArray *list = g_ptr_array_new ();
  for (guint i = 0; i < bench->slots->len; i++)
    g_ptr_array_add (list, &((Slot *)g_ptr_array_index (bench->slots, i))->shown);
  g_ptr_array_sort (list, compare_ports);
  return list;
}

const Modem *
modem_bench_find_port (ModemBench *bench, const char *port)
{
  Slot *slot = find_slot (bench, port);
  return slot != NULL ? &slot->shown : NULL;
}

const Modem *
modem_bench_find_card (ModemBench *bench, const char *iccid)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    Slot *slot = g_ptr_array_index (bench->slots, i);
    if (iccid_is_same (slot->card->iccid, iccid))
      return &slot->shown;
  }
  return NULL;
}

static gboolean
refuse (GError **error, ModemErrorCode code, const char *message)
{
  g_set_error_literal (error, MODEM_ERROR, code, message);
  return FALSE;
}

static gboolean
is_complete (const ModemOrder *order)
{
  gboolean is_named = order->imei != NULL && order->iccid != NULL;
  return order->port != NULL && (is_named || order->job == MODEM_JOB_IDENTIFY) &&
         (order->dialogue != NULL || order->job != MODEM_JOB_DIALOGUE);
}

/* The right modem, with the right card? */
static gboolean
check_identity (const Slot *slot, const ModemOrder *order, GError **error)
{
  if (order->imei != NULL && g_strcmp0 (order->imei, slot->imei) != 0)
    return refuse (error, MODEM_ERROR_IMEI, "another modem is on that port");
  if (order->iccid != NULL && !iccid_is_same (order->iccid, slot->card->iccid))
    return refuse (error, MODEM_ERROR_CARD, "another card, or none, is in that modem");
  return TRUE;
}

static gboolean
check_slot (const Slot *slot, const ModemOrder *order, GError **error)
{
  if (slot == NULL)
    return refuse (error, MODEM_ERROR_GONE, "no modem is on that port");
  if (slot->task != NULL)
    return refuse (error, MODEM_ERROR_BUSY, "the modem has a job already");
  if (slot->child == NULL || slot->told == MODEM_OPENING || slot->told == MODEM_FAULTED)
    return refuse (error, MODEM_ERROR_STATE,
                   modem_code_word (slot->shown.code != MODEM_CODE_NONE ? slot->shown.code : MODEM_CODE_BUSY));
  if (!check_identity (slot, order, error))
    return FALSE;
  ModemCode code = modem_task_check (order, slot->card);
  return code == MODEM_CODE_NONE || refuse (error, MODEM_ERROR_RIGHT, modem_code_word (code));
}

guint64
modem_bench_start (ModemBench *bench, const ModemOrder *order, ModemJobFunc func, gpointer user, GError **error)
{
  if (!is_complete (order)) {
    refuse (error, MODEM_ERROR_INPUT, "port, modem, card or dialogue is not named");
    return 0;
  }
  Slot *slot = find_slot (bench, order->port);
  if (!check_slot (slot, order, error))
    return 0;
  guint64 number = ++bench->last_job;
  slot->task = modem_task_new (number, order, func, user, &task_funcs, slot);
  tell (slot, MODEM_CHANGED);
  return number;
}

static ModemTask *
find_task (ModemBench *bench, guint64 job)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    Slot *slot = g_ptr_array_index (bench->slots, i);
    if (slot->task != NULL && modem_task_number (slot->task) == job)
      return slot->task;
  }
  return NULL;
}

void
modem_bench_cancel (ModemBench *bench, guint64 job)
{
  ModemTask *task = find_task (bench, job);
  if (task != NULL)
    modem_task_cancel (task);
}

void
modem_bench_go (ModemBench *bench, guint64 job)
{
  ModemTask *task = find_task (bench, job);
  if (task != NULL)
    modem_task_go (task);
}
