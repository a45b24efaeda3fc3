/* See the header file. A dialogue is registered first, then carried by USSD or messages; everything else is one request. */
#include "daemon/devices/modem_job.h"

#include "daemon/devices/dialogue_parts.h"
#include "daemon/devices/dialogue_run.h"

enum { WHOLE_S = 300 };

struct _ModemTask {
  guint64 number;
  ModemJob job;
  char *iccid, *imei, *pin, *new_pin, *puk, *code;
  gboolean is_typed, is_held;
  int attempts_seen, confirmations;
  const Dialogue *dialogue;
  ModemJobFunc func;
  gpointer func_user;
  const ModemTaskFuncs *funcs;
  gpointer user;
  gint64 asked;     /* id of the request that runs, 0 = none */
  gboolean is_sent; /* a request of this task was on its way to card or network */
  gboolean is_over, is_cancelled;
  gboolean is_session_open; /* the last answer waits for a reply */
  DialogueRun *run;         /* NULL until the card is registered */
  ModemRequest *held;       /* a step that spends, not sent yet */
  char *held_text;          /* its text, secrets as dots */
  guint timer, answer_timer;
  ModemOutcome outcome; /* when over */
  ModemCode why;
  char *detail;
  int attempts_left;
  gint64 n_messages, n_contacts;
};

/* ---- may it? ---- */

static ModemCode
check_pin (const ModemOrder *order, const ModemCard *card)
{
  int left = order->job == MODEM_JOB_UNBLOCK ? card->puk_attempts : card->pin_attempts;
  ModemCode code = modem_pin_form (order->job, order->pin, order->new_pin, order->puk);
  return code != MODEM_CODE_NONE
             ? code
             : modem_pin_policy (order->job, order->is_typed, order->attempts_seen, order->confirmations, left);
}

ModemCode
modem_task_check (const ModemOrder *order, const ModemCard *card)
{
  if (modem_job_is_pin (order->job))
    return check_pin (order, card);
  if (order->job != MODEM_JOB_DIALOGUE)
    return MODEM_CODE_NONE;
  if (dialogue_is_human (order->dialogue->channel))
    return MODEM_CODE_UNSUPPORTED;
  return dialogue_run_check (order->dialogue, order->code, order->is_signed);
}

/* ---- the end ---- */

static void
finish (ModemTask *task, ModemOutcome outcome, ModemCode code, const char *detail)
{
  if (task->is_over)
    return;
  task->is_over = TRUE;
  task->outcome = outcome;
  task->why = code;
  task->detail = g_strdup (detail);
  task->funcs->over (task, task->user);
}

void
modem_task_tell (ModemTask *task, const ModemCard *card)
{
  DialogueFound nothing = {.eur_cents = -1, .mb = -1};
  const ModemResult result = {
      .outcome = task->outcome,
      .code = task->why,
      .detail = task->detail,
      .attempts_left = task->attempts_left,
      .n_messages = task->n_messages,
      .n_contacts = task->n_contacts,
      .answer = task->run != NULL ? dialogue_run_answer (task->run) : NULL,
      .found = task->run != NULL ? dialogue_run_found (task->run) : &nothing,
      .card = card,
  };
  task->func (task->number, MODEM_SAID, NULL, &result, task->func_user);
}

static void
tell_news (ModemTask *task, ModemNews news, const char *text)
{
  task->func (task->number, news, text, NULL, task->func_user);
}

/* ---- asking ---- */

static ModemRequest *
request_new (const ModemTask *task, ModemAsk ask)
{
  ModemRequest *request = g_new0 (ModemRequest, 1);
  request->ask = ask;
  request->iccid = g_strdup (task->iccid);
  request->imei = g_strdup (task->imei);
  return request;
}

/* Takes request. */
static void
send_request (ModemTask *task, ModemRequest *request)
{
  task->asked = task->funcs->ask (request, task->user);
  modem_request_free (request);
}

static void
send_pin (ModemTask *task)
{
  ModemRequest *request = request_new (task, MODEM_ASK_PIN);
  request->job = task->job;
  request->pin = g_strdup (task->pin);
  request->new_pin = g_strdup (task->new_pin);
  request->puk = g_strdup (task->puk);
  request->is_typed = task->is_typed;
  request->attempts_seen = task->attempts_seen;
  request->confirmations = task->confirmations;
  send_request (task, request);
}

static void
start (ModemTask *task)
{
  static const ModemAsk asks[] = {
      [MODEM_JOB_IDENTIFY] = MODEM_ASK_IDENTIFY, [MODEM_JOB_REGISTER] = MODEM_ASK_REGISTER,
      [MODEM_JOB_DIALOGUE] = MODEM_ASK_REGISTER, [MODEM_JOB_ERASE] = MODEM_ASK_ERASE,
      [MODEM_JOB_COUNT] = MODEM_ASK_COUNT,
  };
  if (modem_job_is_pin (task->job))
    send_pin (task);
  else
    send_request (task, request_new (task, asks[task->job]));
}

/* ---- a dialogue's carrier ---- */

static void
on_say (DialogueStepKind kind, const char *text, const char *masked, gboolean spends, gpointer user)
{
  ModemTask *task = user;
  gboolean is_ussd = task->dialogue->channel == DIALOGUE_USSD;
  ModemAsk ask = !is_ussd ? MODEM_ASK_SMS : kind == DIALOGUE_SEND ? MODEM_ASK_USSD : MODEM_ASK_USSD_REPLY;
  ModemRequest *request = request_new (task, ask);
  request->text = g_strdup (text);
  request->to = g_strdup (task->dialogue->sms_to);
  request->from = g_strdup (task->dialogue->sms_from);
  request->spends = spends;
  if (spends && task->is_held) {
    task->held = request;
    task->held_text = g_strdup (masked);
    tell_news (task, MODEM_HELD, masked);
    return;
  }
  tell_news (task, MODEM_SAID, masked);
  send_request (task, request);
}

void
modem_task_go (ModemTask *task)
{
  if (task->held == NULL || task->is_over)
    return;
  g_autofree char *text = g_steal_pointer (&task->held_text);
  ModemRequest *request = g_steal_pointer (&task->held);
  tell_news (task, MODEM_SAID, text);
  send_request (task, request);
}

static void
on_done (ModemOutcome outcome, ModemCode code, const char *detail, gpointer user)
{
  ModemTask *task = user;
  gboolean is_sms = task->dialogue->channel == DIALOGUE_SMS;
  if (is_sms || task->is_session_open) { /* nobody listens any more; an open menu would refuse the next session */
    g_autoptr (ModemRequest) request = request_new (task, is_sms ? MODEM_ASK_SMS_END : MODEM_ASK_USSD_END);
    task->funcs->ask (request, task->user);
  }
  finish (task, outcome, code, detail);
}

static const DialogueCarrier carrier = {on_say, on_done};

static gboolean
on_no_answer (gpointer user)
{
  ModemTask *task = user;
  task->answer_timer = 0;
  dialogue_run_failed (task->run, MODEM_CODE_SMS_SILENT, "no message in the time of the dialogue");
  return G_SOURCE_REMOVE;
}

static void
stop_answer_timer (ModemTask *task)
{
  if (task->answer_timer != 0)
    g_source_remove (task->answer_timer);
  task->answer_timer = 0;
}

/* A message is on its way: its answer is another message, later. */
static void
wait_for_sms (ModemTask *task)
{
  stop_answer_timer (task);
  task->answer_timer = g_timeout_add_seconds (task->dialogue->timeout_s, on_no_answer, task);
  tell_news (task, MODEM_WAITING, "sms");
}

static void
take_answer (ModemTask *task, const char *text, gboolean is_open)
{
  g_autofree char *masked = dialogue_mask (text, task->code);
  task->is_session_open = is_open;
  tell_news (task, MODEM_ANSWERED, masked);
  dialogue_run_answered (task->run, text, is_open);
}

static void
on_dialogue_done (ModemTask *task, const ModemReport *report)
{
  if (task->run == NULL && report->code == MODEM_CODE_NONE)
    task->run = dialogue_run_new (task->dialogue, task->code, &carrier, task);
  else if (task->run == NULL)
    finish (task, modem_outcome_of (report->code, FALSE), report->code, report->detail);
  else if (report->code != MODEM_CODE_NONE)
    dialogue_run_failed (task->run, report->code, report->detail);
  else if (task->dialogue->channel == DIALOGUE_SMS)
    wait_for_sms (task);
  else
    take_answer (task, report->text != NULL ? report->text : "", report->is_open);
}

/* ---- what temoin-modem tells ---- */

static void
on_request_done (ModemTask *task, const ModemReport *report)
{
  task->asked = 0;
  task->attempts_left = report->attempts;
  task->n_messages = report->n_messages;
  task->n_contacts = report->n_contacts;
  if (task->is_cancelled && report->code == MODEM_CODE_NONE && task->job == MODEM_JOB_DIALOGUE)
    modem_task_lost (task, MODEM_CODE_CANCELLED, "stopped between two steps");
  else if (task->job == MODEM_JOB_DIALOGUE)
    on_dialogue_done (task, report);
  else
    finish (task, modem_outcome_of (report->code, report->is_sent), report->code, report->detail);
}

static void
on_sent (ModemTask *task)
{
  task->is_sent = TRUE;
  if (task->run != NULL)
    dialogue_run_sent (task->run);
}

static void
on_sms (ModemTask *task, const ModemReport *report)
{
  if (task->run != NULL && report->text != NULL && task->dialogue->channel == DIALOGUE_SMS)
    take_answer (task, report->text, TRUE);
}

static void
on_mine (ModemTask *task, const ModemReport *report)
{
  if (report->tell == MODEM_TELL_SENT)
    on_sent (task);
  else if (report->tell == MODEM_TELL_WAITING && report->text != NULL)
    tell_news (task, MODEM_WAITING, report->text);
  else if (report->tell == MODEM_TELL_DONE)
    on_request_done (task, report);
}

void
modem_task_report (ModemTask *task, const ModemReport *report)
{
  if (task->is_over)
    return;
  if (report->tell == MODEM_TELL_SMS)
    on_sms (task, report);
  else if (task->asked != 0 && report->id == task->asked)
    on_mine (task, report);
}

/* A dialogue without a run has only registered; the other jobs only read. */
static gboolean
announces (const ModemTask *task)
{
  return modem_job_is_pin (task->job) || task->job == MODEM_JOB_ERASE;
}

void
modem_task_lost (ModemTask *task, ModemCode code, const char *detail)
{
  if (task->is_over)
    return;
  if (task->run != NULL)
    dialogue_run_failed (task->run, code, detail);
  else
    finish (task, modem_outcome_of (code, task->is_sent && announces (task)), code, detail);
}

void
modem_task_cut (ModemTask *task, ModemCode code, const char *detail)
{
  if (!task->is_over && task->asked != 0)
    on_sent (task);
  modem_task_lost (task, code, detail);
}

void
modem_task_cancel (ModemTask *task)
{
  if (task->is_over || task->is_cancelled)
    return;
  task->is_cancelled = TRUE;
  if (task->asked == 0) { /* a message's answer is waited for, or a step is held */
    modem_task_lost (task, MODEM_CODE_CANCELLED, "stopped");
    return;
  }
  task->funcs->stop (task->user);
}

static gboolean
on_too_long (gpointer user)
{
  ModemTask *task = user;
  task->timer = 0;
  modem_task_cancel (task);
  return G_SOURCE_REMOVE;
}

/* ---- beginning and end ---- */

guint64
modem_task_number (const ModemTask *task)
{
  return task->number;
}

ModemTask *
modem_task_new (guint64 number, const ModemOrder *order, ModemJobFunc func, gpointer func_user,
                const ModemTaskFuncs *funcs, gpointer user)
{
  ModemTask *task = g_new0 (ModemTask, 1);
  *task = (ModemTask){
      .number = number,
      .job = order->job,
      .iccid = g_strdup (order->iccid),
      .imei = g_strdup (order->imei),
      .pin = g_strdup (order->pin),
      .new_pin = g_strdup (order->new_pin),
      .puk = g_strdup (order->puk),
      .code = g_strdup (order->code),
      .is_typed = order->is_typed,
      .is_held = order->is_held,
      .attempts_seen = order->attempts_seen,
      .confirmations = order->confirmations,
      .dialogue = order->dialogue,
      .func = func,
      .func_user = func_user,
      .funcs = funcs,
      .user = user,
      .attempts_left = MODEM_ATTEMPTS_UNKNOWN,
      .n_messages = -1,
      .n_contacts = -1,
  };
  task->timer = g_timeout_add_seconds (WHOLE_S, on_too_long, task);
  start (task);
  return task;
}

void
modem_task_free (ModemTask *task)
{
  if (task == NULL)
    return;
  stop_answer_timer (task);
  if (task->timer != 0)
    g_source_remove (task->timer);
  dialogue_run_free (task->run);
  modem_request_free (task->held);
  g_free (task->held_text);
  char *const secrets[] = {task->pin, task->new_pin, task->puk, task->code};
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    modem_wipe_free (secrets[i]);
  g_free (task->iccid);
  g_free (task->imei);
  g_free (task->detail);
  g_free (task);
}
