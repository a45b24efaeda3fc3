/* See the header file. */
#include "daemon/actions/modems.h"
#include "daemon/rules/message.h"

#define WRITE_AGAIN_MS 1000
#define TIDY_ACCOUNT   "temoind" /* who gives up what nobody finished */

struct _Modems {
  ModemsWorld world;
  ModemBench *bench;
  GPtrArray *acts; /* of Act: under way, or being written */
  gint pending;    /* atomic: idles of ours and writes whose answer is still to come */
  gboolean is_ending;
  GMutex slots_lock;
  GPtrArray *slots; /* of ModemSlot, guarded */
};

/* One order, from its start until its end is written. */
typedef struct {
  Modems *modems;
  SimOrder *order;
  guint64 job;
  gboolean is_sending; /* that it is sent is being written */
  gboolean is_sent;    /* and is written: what spends may leave */
  SimResult *result;   /* NULL while the modem works */
  GPtrArray *touched;
  char *refused; /* a rule refused what follows: its code; then the act is only closed */
  GError *error; /* of the write that was answered */
  guint again;   /* timer of the next try to write the end */
  void (*answered) (gpointer act);
} Act;

static void
act_free (gpointer data)
{
  Act *act = data;
  if (act->again != 0)
    g_source_remove (act->again);
  sim_order_free (act->order);
  sim_result_free (act->result);
  g_ptr_array_unref (act->touched);
  g_free (act->refused);
  g_clear_error (&act->error);
  g_free (act);
}

/* ---- writing ---- */

static ActionContext
context_of (const Modems *modems, const char *account)
{
  const ModemsWorld *world = &modems->world;
  return (ActionContext){
      .now = clock_now (world->clock),
      .calendar = world->calendar,
      .account = account,
      .role = ROLE_ADMIN, /* who asked had the right to */
      .vault = world->vault,
      .offers = world->offers,
      .limits = world->limits,
  };
}

static gboolean
on_answer (gpointer user)
{
  Act *act = user;
  g_atomic_int_add (&act->modems->pending, -1);
  act->answered (act);
  return G_SOURCE_REMOVE;
}

static void
answered_in_register (gpointer user, const GError *error)
{
  Act *act = user;
  g_clear_error (&act->error);
  act->error = error != NULL ? g_error_copy (error) : NULL;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_answer, act, NULL);
}

static void
write_down (Act *act, RegisterFunc func, void (*answered) (gpointer act))
{
  act->answered = answered;
  g_atomic_int_inc (&act->modems->pending);
  register_write (act->modems->world.reg, func, answered_in_register, act);
}

/* ---- the end of an act ---- */

static gboolean
write_end (Store *store, gpointer user, GError **error)
{
  Act *act = user;
  const ActionContext context = context_of (act->modems, act->order->account);
  g_ptr_array_set_size (act->touched, 0);
  if (act->refused != NULL)
    return sim_act_abandon (store, &context, act->order, act->refused, error);
  return sim_act_end (store, &context, act->order, act->result, act->touched, error);
}

static const char *
topic_of (const char *code)
{
  static const struct {
    char kind;
    const char *topic;
  } topics[] = {{'S', "sim"}, {'L', "line"}, {'R', "recharge"}, {'F', "fund"}, {'V', "voucher"}};
  for (gsize i = 0; i < G_N_ELEMENTS (topics); i++)
    if (topics[i].kind == code[0])
      return topics[i].topic;
  return "sim";
}

static void
tell_end (const Act *act)
{
  const ModemsWorld *world = &act->modems->world;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, act->order->number);
  for (guint i = 0; i < act->touched->len; i++) {
    const char *code = g_ptr_array_index (act->touched, i);
    events_publish (world->events, topic_of (code), code);
    if (code[0] == 'R')
      upkeep_touch (world->upkeep);
  }
  events_publish (world->events, "act", number);
}

static void on_end_written (gpointer user);

static gboolean
write_again (gpointer user)
{
  Act *act = user;
  act->again = 0;
  write_down (act, write_end, on_end_written);
  return G_SOURCE_REMOVE;
}

/* A disk that is full, a server that is away: tried again until it is written, or until a start gives it up. */
static void
on_end_written (gpointer user)
{
  Act *act = user;
  const Finding *finding = act->error != NULL ? rule_error_finding (act->error) : NULL;
  if (act->error == NULL) {
    tell_end (act);
    g_ptr_array_remove (act->modems->acts, act);
  } else if (finding != NULL && act->refused == NULL) {
    act->refused = g_strdup (message_code (finding->id));
    write_down (act, write_end, on_end_written);
  } else if (act->modems->is_ending)
    g_ptr_array_remove (act->modems->acts, act);
  else {
    g_warning ("what came of act %" G_GINT64_FORMAT " is not written yet: %s", act->order->number, act->error->message);
    act->again = g_timeout_add (WRITE_AGAIN_MS, write_again, act);
  }
}

/* Takes result. */
static void
end (Act *act, SimResult *result)
{
  act->result = result;
  write_down (act, write_end, on_end_written);
}

/* ---- the step that spends ---- */

static gboolean
write_sent (Store *store, gpointer user, GError **error)
{
  Act *act = user;
  const ActionContext context = context_of (act->modems, act->order->account);
  return clock_check (store, &context, act->modems->world.clock, error) &&
         sim_act_send (store, &context, act->order, error);
}

static void
on_sent_written (gpointer user)
{
  Act *act = user;
  act->is_sending = FALSE;
  act->is_sent = act->error == NULL;
  if (act->result != NULL) /* it ended meanwhile: what is written follows from what the register says now */
    write_down (act, write_end, on_end_written);
  else if (act->is_sent) {
    events_publish (act->modems->world.events, "recharge", act->order->recharge);
    modem_bench_go (act->modems->bench, act->job);
  } else {
    g_warning ("nothing is sent to the operator: %s", act->error->message);
    modem_bench_cancel (act->modems->bench, act->job);
  }
}

static void
on_held (Act *act)
{
  if (act->is_sent) /* a later step of the same talk */
    modem_bench_go (act->modems->bench, act->job);
  else {
    act->is_sending = TRUE;
    write_down (act, write_sent, on_sent_written);
  }
}

static void
on_job (guint64 job, ModemNews news, const char *text, const ModemResult *result, gpointer user)
{
  Act *act = user;
  (void)job;
  (void)text; /* masked, but nobody needs it after the act */
  if (result == NULL) {
    if (news == MODEM_HELD)
      on_held (act);
    return;
  }
  act->result = sim_result_new (result);
  if (!act->is_sending)
    write_down (act, write_end, on_end_written);
}

/* ---- starting ---- */

/* Why an order could not be started: nothing was sent. */
static SimResult *
result_of_error (const GError *error)
{
  switch ((ModemErrorCode)error->code) {
  case MODEM_ERROR_GONE:
  case MODEM_ERROR_IMEI:
    return sim_result_failed (MODEM_NOT_DONE, MODEM_CODE_GONE);
  case MODEM_ERROR_CARD:
    return sim_result_failed (MODEM_REFUSED, MODEM_CODE_SIM_CHANGED);
  case MODEM_ERROR_BUSY:
    return sim_result_failed (MODEM_REFUSED, MODEM_CODE_BUSY);
  case MODEM_ERROR_STATE:
  case MODEM_ERROR_RIGHT:
    return sim_result_failed (MODEM_REFUSED, modem_code_find (error->message));
  case MODEM_ERROR_SETUP:
  case MODEM_ERROR_INPUT:
    break;
  }
  return sim_result_failed (MODEM_NOT_DONE, MODEM_CODE_FAILURE);
}

static ModemJob
job_of (ModemActKind kind)
{
  static const ModemJob jobs[] = {
      [MODEM_ACT_IDENTIFY] = MODEM_JOB_IDENTIFY,
      [MODEM_ACT_PIN_ENTER] = MODEM_JOB_PIN_ENTER,
      [MODEM_ACT_PIN_CHANGE] = MODEM_JOB_PIN_CHANGE,
      [MODEM_ACT_PIN_ENABLE] = MODEM_JOB_PIN_ENABLE,
      [MODEM_ACT_PIN_DISABLE] = MODEM_JOB_PIN_DISABLE,
      [MODEM_ACT_UNBLOCK] = MODEM_JOB_UNBLOCK,
      [MODEM_ACT_BALANCE] = MODEM_JOB_DIALOGUE,
      [MODEM_ACT_TOPUP] = MODEM_JOB_DIALOGUE,
      [MODEM_ACT_COUNT] = MODEM_JOB_COUNT,
      [MODEM_ACT_ERASE] = MODEM_JOB_ERASE,
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (jobs) == MODEM_ACT_KINDS_N);
  return jobs[kind];
}

static guint64
start_job (Act *act, GError **error)
{
  const SimOrder *order = act->order;
  gboolean is_reading = order->kind == MODEM_ACT_IDENTIFY; /* whichever card is in it now is read */
  const ModemOrder asked = {
      .job = job_of (order->kind),
      .port = order->port,
      .imei = order->imei,
      .iccid = is_reading ? NULL : order->iccid,
      .pin = order->pin,
      .new_pin = order->new_pin,
      .puk = order->puk,
      .is_typed = order->is_typed,
      .attempts_seen = order->attempts_seen,
      .confirmations = order->confirmations,
      .dialogue = order->dialogue,
      .code = order->code,
      .is_signed = order->is_signed,
      .is_held = TRUE,
  };
  return modem_bench_start (act->modems->bench, &asked, on_job, act, error);
}

typedef struct {
  Modems *modems;
  SimOrder *order;
} Starting;

static gboolean
start_idle (gpointer user)
{
  Starting *starting = user;
  g_autoptr (GError) error = NULL;
  Act *act = g_new0 (Act, 1);
  act->modems = starting->modems;
  act->order = g_steal_pointer (&starting->order);
  act->touched = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (act->modems->acts, act);
  g_atomic_int_add (&act->modems->pending, -1);
  if (act->modems->is_ending)
    end (act, sim_result_failed (MODEM_NOT_DONE, MODEM_CODE_CANCELLED));
  else if ((act->job = start_job (act, &error)) == 0)
    end (act, result_of_error (error));
  return G_SOURCE_REMOVE;
}

static void
starting_free (gpointer data)
{
  Starting *starting = data;
  sim_order_free (starting->order);
  g_free (starting);
}

void
modems_start (Modems *modems, SimOrder *order)
{
  Starting *starting = g_new (Starting, 1);
  *starting = (Starting){modems, order};
  g_atomic_int_inc (&modems->pending);
  g_idle_add_full (G_PRIORITY_DEFAULT, start_idle, starting, starting_free);
}

/* ---- the slots ---- */

static void
on_modem (const Modem *modem, ModemEvent event, gpointer user)
{
  Modems *modems = user;
  (void)event; /* an act compares the card itself, at each step */
  g_autoptr (GPtrArray) slots = g_ptr_array_new_with_free_func ((GDestroyNotify)modem_slot_free);
  g_autoptr (GPtrArray) list = modems->bench != NULL ? modem_bench_list (modems->bench)
                                                     : g_ptr_array_new (); /* NULL: it is being made or freed */
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (slots, modem_slot_new (g_ptr_array_index (list, i)));
  g_mutex_lock (&modems->slots_lock);
  GPtrArray *before = modems->slots;
  modems->slots = g_steal_pointer (&slots);
  g_mutex_unlock (&modems->slots_lock);
  g_ptr_array_unref (before);
  events_publish (modems->world.events, "modem", modem->port);
}

GPtrArray *
modems_slots (Modems *modems)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify)modem_slot_free);
  g_mutex_lock (&modems->slots_lock);
  for (guint i = 0; i < modems->slots->len; i++)
    g_ptr_array_add (copy, modem_slot_copy (g_ptr_array_index (modems->slots, i)));
  g_mutex_unlock (&modems->slots_lock);
  return copy;
}

/* ---- life ---- */

static gboolean
give_up (Store *store, gpointer user, GError **error)
{
  const Modems *modems = user;
  const ActionContext context = context_of (modems, TIDY_ACCOUNT);
  return sim_act_give_up (store, &context, error);
}

static gboolean
on_given_up (gpointer user)
{
  g_atomic_int_add (&((Modems *)user)->pending, -1);
  return G_SOURCE_REMOVE;
}

static void
given_up (gpointer user, const GError *error)
{
  if (error != NULL)
    g_warning ("what was under way on the SIM bench is still in the register: %s", error->message);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_given_up, user, NULL);
}

/* What the modems still do is of another register: its end finds no act there. */
static gboolean
restart_idle (gpointer user)
{
  Modems *modems = user;
  for (guint i = 0; i < modems->acts->len && !modems->is_ending; i++) {
    const Act *act = g_ptr_array_index (modems->acts, i);
    if (act->job != 0 && act->result == NULL)
      modem_bench_cancel (modems->bench, act->job);
  }
  register_write (modems->world.reg, give_up, given_up, modems);
  return G_SOURCE_REMOVE;
}

void
modems_restart (Modems *modems)
{
  g_atomic_int_inc (&modems->pending);
  g_idle_add_full (G_PRIORITY_DEFAULT, restart_idle, modems, NULL);
}

Modems *
modems_new (const ModemsWorld *world, GError **error)
{
  g_autoptr (Modems) modems = g_new0 (Modems, 1);
  modems->world = *world;
  modems->acts = g_ptr_array_new_with_free_func (act_free);
  modems->slots = g_ptr_array_new_with_free_func ((GDestroyNotify)modem_slot_free);
  g_mutex_init (&modems->slots_lock);
  if (!register_write_wait (world->reg, give_up, modems, error))
    return NULL;
  modems->bench = modem_bench_new (world->options, on_modem, modems, error);
  return modems->bench != NULL ? g_steal_pointer (&modems) : NULL;
}

void
modems_free (Modems *modems)
{
  if (modems == NULL)
    return;
  modems->is_ending = TRUE;
  modem_bench_free (g_steal_pointer (&modems->bench)); /* the results of what is under way come now */
  while (g_atomic_int_get (&modems->pending) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_ptr_array_unref (modems->acts);
  g_ptr_array_unref (modems->slots);
  g_mutex_clear (&modems->slots_lock);
  g_free (modems);
}
