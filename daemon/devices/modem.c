/* Names, error quark, what an outcome is: what both sides of the seam need. Not for anything that touches a wire. */
#include "daemon/devices/modem.h"

#include "daemon/devices/modem_card.h"

G_DEFINE_QUARK (temoin - modem - error, modem_error)

const char *
modem_state_name (ModemState state)
{
  static const char *const names[] = {
      [MODEM_ABSENT] = "absent",           [MODEM_OPENING] = "opening",       [MODEM_OPEN] = "open",
      [MODEM_SIM_BOOT] = "sim_boot",       [MODEM_SIM_ABSENT] = "sim_absent", [MODEM_SIM_BAD] = "sim_bad",
      [MODEM_PIN_LOCKED] = "pin_locked",   [MODEM_PUK_LOCKED] = "puk_locked", [MODEM_READY] = "ready",
      [MODEM_REGISTERING] = "registering", [MODEM_ONLINE] = "online",         [MODEM_BUSY] = "busy",
      [MODEM_FAULTED] = "faulted",
  };
  return names[state];
}

gboolean
modem_state_find (const char *name, ModemState *state)
{
  for (int i = MODEM_ABSENT; i <= MODEM_FAULTED; i++)
    if (g_str_equal (modem_state_name (i), name)) {
      *state = i;
      return TRUE;
    }
  return FALSE;
}

const char *
modem_code_word (ModemCode code)
{
  static const char *const words[] = {
#define X(symbol, word) [MODEM_CODE_##symbol] = word,
      MODEM_CODES (X)
#undef X
  };
  return code < MODEM_N_CODES ? words[code] : NULL;
}

ModemCode
modem_code_find (const char *word)
{
  for (int i = 0; i < MODEM_N_CODES; i++)
    if (g_strcmp0 (modem_code_word (i), word) == 0)
      return i;
  return MODEM_CODE_NONE;
}

const char *
modem_job_name (ModemJob job)
{
  static const char *const names[] = {
      [MODEM_JOB_IDENTIFY] = "identify",
      [MODEM_JOB_PIN_ENTER] = "pin_enter",
      [MODEM_JOB_PIN_CHANGE] = "pin_change",
      [MODEM_JOB_PIN_ENABLE] = "pin_enable",
      [MODEM_JOB_PIN_DISABLE] = "pin_disable",
      [MODEM_JOB_UNBLOCK] = "unblock",
      [MODEM_JOB_REGISTER] = "register",
      [MODEM_JOB_DIALOGUE] = "dialogue",
      [MODEM_JOB_ERASE] = "erase",
      [MODEM_JOB_COUNT] = "count",
  };
  return names[job];
}

const char *
modem_outcome_name (ModemOutcome outcome)
{
  static const char *const names[] = {
      [MODEM_OK] = "ok",
      [MODEM_REFUSED] = "refused",
      [MODEM_AMBIGUOUS] = "ambiguous",
      [MODEM_NOT_DONE] = "not_done",
  };
  return names[outcome];
}

/* What a code tells of a step that spends. Not listed: a clear no, before the network or the card did anything. */
typedef enum {
  FATE_CLEAR,
  FATE_SAYS_NO, /* a no that does not say whether the network had it already */
  FATE_UNKNOWN, /* no answer at all */
} Fate;
static const Fate fates[MODEM_N_CODES] = {
    [MODEM_CODE_TIMEOUT] = FATE_UNKNOWN,      [MODEM_CODE_GONE] = FATE_UNKNOWN,
    [MODEM_CODE_CRASHED] = FATE_UNKNOWN,      [MODEM_CODE_LOST_SESSION] = FATE_UNKNOWN,
    [MODEM_CODE_CANCELLED] = FATE_UNKNOWN,    [MODEM_CODE_PROTOCOL] = FATE_UNKNOWN,
    [MODEM_CODE_FAILURE] = FATE_SAYS_NO,      [MODEM_CODE_STATUS] = FATE_SAYS_NO,
    [MODEM_CODE_USSD_TIMEOUT] = FATE_SAYS_NO, [MODEM_CODE_USSD_ENDED] = FATE_SAYS_NO,
    [MODEM_CODE_SMS_NETWORK] = FATE_SAYS_NO,  [MODEM_CODE_SMS_SILENT] = FATE_SAYS_NO,
    [MODEM_CODE_SMS_STORE] = FATE_SAYS_NO,    [MODEM_CODE_UNEXPECTED] = FATE_SAYS_NO,
};

ModemOutcome
modem_outcome_of (ModemCode code, gboolean is_sent)
{
  if (code == MODEM_CODE_NONE)
    return MODEM_OK;
  if (fates[code] == FATE_CLEAR)
    return MODEM_REFUSED;
  if (is_sent)
    return MODEM_AMBIGUOUS;
  return fates[code] == FATE_UNKNOWN ? MODEM_NOT_DONE : MODEM_REFUSED;
}
