/* The five acts on PIN and PUK. The second line of defence: whatever temoind believes, the number of attempts is read again here, the card is
 * compared again, and nothing is ever tried twice (lockouts: gammu/gammu#458, openwrt/packages#25116). */
#include "daemon/devices/modem_worker_parts.h"

/* What MBIM calls each act. */
static const struct {
  MbimPinType type;
  MbimPinOperation operation;
} acts[] = {
    [MODEM_JOB_PIN_ENTER] = {MBIM_PIN_TYPE_PIN1, MBIM_PIN_OPERATION_ENTER},
    [MODEM_JOB_PIN_CHANGE] = {MBIM_PIN_TYPE_PIN1, MBIM_PIN_OPERATION_CHANGE},
    [MODEM_JOB_PIN_ENABLE] = {MBIM_PIN_TYPE_PIN1, MBIM_PIN_OPERATION_ENABLE},
    [MODEM_JOB_PIN_DISABLE] = {MBIM_PIN_TYPE_PIN1, MBIM_PIN_OPERATION_DISABLE},
    [MODEM_JOB_UNBLOCK] = {MBIM_PIN_TYPE_PUK1, MBIM_PIN_OPERATION_ENTER},
};

/* What each state means for an act on the PIN: entering it, or changing an open card. A state that is not listed says its own code. */
static const struct {
  ModemCode enter, change; /* NONE: it can be done */
} states[] = {
    [MODEM_PIN_LOCKED] = {MODEM_CODE_NONE, MODEM_CODE_SIM_PIN_REQUIRED},
    [MODEM_PUK_LOCKED] = {MODEM_CODE_SIM_PUK_REQUIRED, MODEM_CODE_SIM_PUK_REQUIRED},
    [MODEM_READY] = {MODEM_CODE_SIM_PIN_OFF, MODEM_CODE_NONE},
    [MODEM_REGISTERING] = {MODEM_CODE_SIM_PIN_OFF, MODEM_CODE_NONE},
    [MODEM_ONLINE] = {MODEM_CODE_SIM_PIN_OFF, MODEM_CODE_NONE},
};

/* Is the card in the state that this act is for? */
static gboolean
check_state (const Worker *worker, ModemJob job, GError **error)
{
  ModemState state = worker->state;
  ModemCode code;
  if (job == MODEM_JOB_UNBLOCK)
    code = state == MODEM_PUK_LOCKED ? MODEM_CODE_NONE : MODEM_CODE_SIM_PIN_OFF;
  else if (state < MODEM_PIN_LOCKED || state > MODEM_ONLINE)
    code = worker->code != MODEM_CODE_NONE ? worker->code : MODEM_CODE_SIM_BOOTING;
  else
    code = job == MODEM_JOB_PIN_ENTER ? states[state].enter : states[state].change;
  return code == MODEM_CODE_NONE ||
         modem_code_fail (error, code, "the card's state does not allow it; nothing was sent");
}

static gboolean
check_policy (const Worker *worker, const ModemRequest *request, GError **error)
{
  ModemJob job = request->job;
  int left = job == MODEM_JOB_UNBLOCK ? worker->card->puk_attempts : worker->card->pin_attempts;
  ModemCode code = modem_pin_policy (job, request->is_typed, request->attempts_seen, request->confirmations, left);
  return code == MODEM_CODE_NONE ||
         modem_code_fail (error, code, "the policy of attempts refuses it; nothing was sent");
}

/* A plain "failure" is how cards say "wrong"; the information buffer then tells what is left. */
static void
judge_failure (GError **error, ModemJob job)
{
  ModemCode code = modem_code_of (*error);
  if (code != MODEM_CODE_FAILURE && code != MODEM_CODE_SIM_PIN_REQUIRED && code != MODEM_CODE_SIM_PUK_REQUIRED)
    return;
  (*error)->code = job == MODEM_JOB_UNBLOCK ? MODEM_CODE_PUK_WRONG : MODEM_CODE_PIN_WRONG;
}

static gboolean
send_act (Worker *worker, const ModemRequest *request, GError **error)
{
  ModemJob job = request->job;
  const char *secret = job == MODEM_JOB_UNBLOCK ? request->puk : request->pin;
  g_autoptr (MbimMessage) response = NULL;
  worker_tell_sent (worker);
  gboolean is_done = mbim_call (worker->mbim,
                                mbim_message_pin_set_new (acts[job].type, acts[job].operation, secret,
                                                          request->new_pin != NULL ? request->new_pin : "", NULL),
                                WORKER_READ_S, &response, error);
  worker_take_attempts (worker, response);
  if (!is_done)
    judge_failure (error, job);
  return is_done;
}

gboolean
worker_pin (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error)
{
  ModemJob job = request->job;
  if (!modem_job_is_pin (job) || request->iccid == NULL || request->imei == NULL)
    return modem_code_fail (error, MODEM_CODE_PROTOCOL, "no act, no card or no modem is named");
  ModemCode code = modem_pin_form (job, request->pin, request->new_pin, request->puk);
  if (code != MODEM_CODE_NONE)
    return modem_code_fail (error, code, "nothing was sent");
  worker_refresh (worker);
  gboolean is_done = check_state (worker, job, error) && worker_read_pin (worker, error) &&
                     check_policy (worker, request, error) && worker_check_card (worker, request->iccid, error) &&
                     send_act (worker, request, error);
  done->attempts = job == MODEM_JOB_UNBLOCK ? worker->card->puk_attempts : worker->card->pin_attempts;
  return is_done;
}
