/* See the header file. */
#include "daemon/devices/modem_card.h"

#include <string.h>

enum {
  ALL_ATTEMPTS = 3, /* a fresh card has three (TS 31.101); a stored PIN is only tried then */
  PIN_MIN = 4,
  PIN_MAX = 8,
  PUK_DIGITS = 8,
  PUK_CONFIRMATIONS = 2,
};

ModemCard *
modem_card_new (void)
{
  ModemCard *card = g_new0 (ModemCard, 1);
  card->is_pin_on = -1;
  card->pin_attempts = card->puk_attempts = MODEM_ATTEMPTS_UNKNOWN;
  card->signal_percent = -1;
  return card;
}

void
modem_card_free (ModemCard *card)
{
  if (card == NULL)
    return;
  g_free (card->iccid);
  g_free (card->iccid_raw);
  g_free (card->imsi);
  g_strfreev (card->numbers);
  g_free (card->home_network);
  g_free (card->home_name);
  g_free (card->network);
  g_free (card->network_name);
  g_free (card->registration);
  g_free (card);
}

gboolean
modem_job_is_pin (ModemJob job)
{
  return job >= MODEM_JOB_PIN_ENTER && job <= MODEM_JOB_UNBLOCK;
}

ModemCode
modem_pin_policy (ModemJob job, gboolean is_typed, int attempts_seen, int confirmations, int attempts_left)
{
  if (attempts_left == 0)
    return job == MODEM_JOB_UNBLOCK ? MODEM_CODE_SIM_BAD : MODEM_CODE_SIM_PUK_REQUIRED;
  if (job != MODEM_JOB_UNBLOCK && attempts_left >= ALL_ATTEMPTS)
    return MODEM_CODE_NONE;
  if (!is_typed || confirmations < (job == MODEM_JOB_UNBLOCK ? PUK_CONFIRMATIONS : 1))
    return MODEM_CODE_PIN_UNCONFIRMED;
  return attempts_seen == attempts_left ? MODEM_CODE_NONE : MODEM_CODE_PIN_ATTEMPTS;
}

static gboolean
is_digits (const char *text, gsize min, gsize max)
{
  gsize n = text != NULL ? strlen (text) : 0;
  return n >= min && n <= max && strspn (text, "0123456789") == n;
}

ModemCode
modem_pin_form (ModemJob job, const char *pin, const char *new_pin, const char *puk)
{
  gboolean is_unblock = job == MODEM_JOB_UNBLOCK;
  gboolean has_new = is_unblock || job == MODEM_JOB_PIN_CHANGE;
  gboolean is_good = is_unblock ? is_digits (puk, PUK_DIGITS, PUK_DIGITS) : is_digits (pin, PIN_MIN, PIN_MAX);
  return is_good && (!has_new || is_digits (new_pin, PIN_MIN, PIN_MAX)) ? MODEM_CODE_NONE : MODEM_CODE_PIN_FORMAT;
}
