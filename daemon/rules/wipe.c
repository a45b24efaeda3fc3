/* The wipe machine and its gate: tables. Nothing here talks to a tablet; the conductor in actions does. */
#include "daemon/rules/wipe.h"

#define BATTERY_MIN_PERCENT 30

/*   seen -> identified -> gated -> armed | started -> gone <-> recovery -> returned -> verified | not_wiped | unknown
 *   before the bar: a pulled cable or a cancel ends in aborted, another tablet or the gate in blocked
 *   after the bar:  nothing can be taken back; what is not proven ends in not_wiped or unknown; a tablet that is reset and locked
 *   by its former account ends in blocked
 *   wait_human stands beside the state it waited in: what happens happens as it would there, except that the command is not
 *   sent while somebody is waited for. */
typedef struct {
  gboolean can_happen;
  WipeState next;
} Move;
#define TO(state)                                                                                                      \
  {                                                                                                                    \
    TRUE, WIPE_##state                                                                                                 \
  }
#define BEFORE_COMMAND                                                                                                 \
  [WIPE_ON_NEEDS_HUMAN] = TO (WAIT_HUMAN), [WIPE_ON_CABLE] = TO (ABORTED), [WIPE_ON_LOST] = TO (ABORTED),              \
  [WIPE_ON_FOREIGN] = TO (BLOCKED), [WIPE_ON_GATE_CLOSED] = TO (BLOCKED), [WIPE_ON_CANCEL] = TO (ABORTED)
#define AFTER_COMMAND                                                                                                  \
  [WIPE_ON_NEEDS_HUMAN] = TO (WAIT_HUMAN), [WIPE_ON_LOST] = TO (UNKNOWN), [WIPE_ON_FOREIGN] = TO (UNKNOWN)

static const Move moves[WIPE_STATES_N][WIPE_EVENTS_N] = {
    [WIPE_SEEN] = {BEFORE_COMMAND, [WIPE_ON_SERIAL_MATCHES] = TO (IDENTIFIED)},
    [WIPE_IDENTIFIED] = {BEFORE_COMMAND, [WIPE_ON_GATE_OPEN] = TO (GATED)},
    [WIPE_GATED] = {BEFORE_COMMAND, [WIPE_ON_STRATEGY] = TO (ARMED)},
    [WIPE_ARMED] = {BEFORE_COMMAND, [WIPE_ON_COMMAND] = TO (STARTED)},
    [WIPE_STARTED] = {AFTER_COMMAND, [WIPE_ON_LEFT] = TO (GONE), [WIPE_ON_RECOVERY_FACE] = TO (RECOVERY),
                      [WIPE_ON_IGNORED] = TO (NOT_WIPED), [WIPE_ON_REFUSED] = TO (NOT_WIPED)},
    [WIPE_GONE] = {AFTER_COMMAND, [WIPE_ON_RECOVERY_FACE] = TO (RECOVERY), [WIPE_ON_RETURNED] = TO (RETURNED)},
    [WIPE_RECOVERY] = {AFTER_COMMAND, [WIPE_ON_LEFT] = TO (GONE), [WIPE_ON_RETURNED] = TO (RETURNED)},
    [WIPE_RETURNED] = {AFTER_COMMAND, [WIPE_ON_LEFT] = TO (GONE), /* a boot loop: it comes and goes */
                       [WIPE_ON_PROOF] = TO (VERIFIED), [WIPE_ON_KEY_ACCEPTED] = TO (NOT_WIPED),
                       [WIPE_ON_LOCKED] = TO (BLOCKED), [WIPE_ON_SECOND] = TO (STARTED)},
};

static const char *const event_names[] = {
    [WIPE_ON_SERIAL_MATCHES] = "serial_matches",
    [WIPE_ON_GATE_OPEN] = "gate_open",
    [WIPE_ON_STRATEGY] = "strategy",
    [WIPE_ON_COMMAND] = "command",
    [WIPE_ON_LEFT] = "left",
    [WIPE_ON_RECOVERY_FACE] = "recovery_face",
    [WIPE_ON_RETURNED] = "returned",
    [WIPE_ON_PROOF] = "proof",
    [WIPE_ON_LOCKED] = "locked",
    [WIPE_ON_NEEDS_HUMAN] = "needs_human",
    [WIPE_ON_HUMAN_DONE] = "human_done",
    [WIPE_ON_SECOND] = "second",
    [WIPE_ON_KEY_ACCEPTED] = "key_accepted",
    [WIPE_ON_IGNORED] = "ignored",
    [WIPE_ON_REFUSED] = "refused",
    [WIPE_ON_CABLE] = "cable",
    [WIPE_ON_LOST] = "lost",
    [WIPE_ON_FOREIGN] = "foreign",
    [WIPE_ON_GATE_CLOSED] = "gate_closed",
    [WIPE_ON_CANCEL] = "cancel",
};
G_STATIC_ASSERT (G_N_ELEMENTS (event_names) == WIPE_EVENTS_N);

const char *
wipe_event_name (WipeEventKind event)
{
  return event_names[event];
}

gboolean
wipe_next (WipeState state, WipeState waited_in, WipeEventKind event, WipeState *next)
{
  gboolean is_waiting = state == WIPE_WAIT_HUMAN;
  Move move = moves[is_waiting ? waited_in : state][event];
  if (is_waiting && event == WIPE_ON_HUMAN_DONE)
    move = (Move){moves[waited_in][WIPE_ON_NEEDS_HUMAN].can_happen, waited_in};
  else if (is_waiting && (event == WIPE_ON_NEEDS_HUMAN || event == WIPE_ON_COMMAND || event == WIPE_ON_SECOND))
    return FALSE;
  if (move.can_happen)
    *next = move.next;
  return move.can_happen;
}

/* What a state means to those who look from outside. had_begun / not: where the item goes when a wipe ends there; -1: nowhere. */
typedef struct {
  gboolean may_have_begun, is_over;
  int item_after_begun, item_after_nothing;
} Meaning;
#define NOWHERE (-1)

static const Meaning meanings[] = {
    [WIPE_SEEN] = {FALSE, FALSE, NOWHERE, NOWHERE},
    [WIPE_IDENTIFIED] = {FALSE, FALSE, NOWHERE, NOWHERE},
    [WIPE_GATED] = {FALSE, FALSE, NOWHERE, NOWHERE},
    [WIPE_ARMED] = {FALSE, FALSE, NOWHERE, NOWHERE},
    [WIPE_STARTED] = {TRUE, FALSE, NOWHERE, NOWHERE},
    [WIPE_GONE] = {TRUE, FALSE, NOWHERE, NOWHERE},
    [WIPE_RECOVERY] = {TRUE, FALSE, NOWHERE, NOWHERE},
    [WIPE_RETURNED] = {TRUE, FALSE, NOWHERE, NOWHERE},
    [WIPE_WAIT_HUMAN] = {FALSE, FALSE, NOWHERE, NOWHERE}, /* depends on where it waited: ask that state */
    [WIPE_VERIFIED] = {TRUE, TRUE, ITEM_READY, NOWHERE},  /* verified without having begun does not exist */
    [WIPE_NOT_WIPED] = {TRUE, TRUE, ITEM_TO_WIPE, ITEM_TO_WIPE},
    [WIPE_UNKNOWN] = {TRUE, TRUE, ITEM_BLOCKED, ITEM_TO_WIPE},
    [WIPE_BLOCKED] = {FALSE, TRUE, ITEM_BLOCKED, ITEM_TO_WIPE}, /* having begun: locked by its former account */
    [WIPE_ABORTED] = {FALSE, TRUE, NOWHERE, ITEM_TO_WIPE},
};
G_STATIC_ASSERT (G_N_ELEMENTS (meanings) == WIPE_STATES_N);

gboolean
wipe_is_over (WipeState state)
{
  return meanings[state].is_over;
}

gboolean
wipe_may_have_begun (WipeState state)
{
  return meanings[state].may_have_begun;
}

gboolean
wipe_item_state_after (WipeState ended, gboolean had_begun, ItemState *state)
{
  int after = had_begun ? meanings[ended].item_after_begun : meanings[ended].item_after_nothing;
  if (after == NOWHERE)
    return FALSE;
  *state = (ItemState)after;
  return TRUE;
}

/* ---- the gate ---- */

void
wipe_judge_identity (const WipeIdentity *facts, Verdict *verdict)
{
  const Item *item = facts->item;
  if (facts->holder != NULL)
    verdict_add (verdict, M_WIPE_ITEM_LENT, item->code, facts->holder, NULL);
  else if (item->state != ITEM_TO_WIPE)
    verdict_add (verdict, M_WIPE_ITEM_STATE, item->code, item_state_name (item->state), NULL);
  if (item->serial == NULL)
    verdict_add (verdict, M_WIPE_NO_SERIAL, item->code, NULL);
  else if (facts->read_serial == NULL)
    verdict_add (verdict, M_WIPE_SERIAL_UNREAD, item->code, NULL);
  else if (!g_str_equal (facts->read_serial, item->serial))
    verdict_add (verdict, M_WIPE_SERIAL_DIFFERS, item->code, facts->read_serial, item->serial, NULL);
  if (facts->is_duplicate)
    verdict_add (verdict, M_WIPE_DUPLICATE, facts->read_serial != NULL ? facts->read_serial : "?", NULL);
  if (facts->port_is_reserved)
    verdict_add (verdict, M_WIPE_PORT_TAKEN, NULL);
}

void
wipe_remind (Verdict *verdict)
{
  verdict_add (verdict, M_WIPE_SD_SIM, NULL);
}

/* Would it stay locked by the last borrower's account? */
static void
judge_accounts (const WipeGateFacts *facts, Verdict *verdict)
{
  const char *code = facts->identity.item->code;
  if (facts->lock_is_active > 0)
    verdict_add (verdict, M_WIPE_LOCK_ACTIVE, code, NULL);
  if (facts->strategy_clears_google_lock)
    return;
  if (facts->google_accounts > 0)
    verdict_add (verdict, M_WIPE_GOOGLE, code, NULL);
  if (facts->maker_accounts > 0)
    verdict_add (verdict, M_WIPE_OTHER_ACCOUNT, code, NULL);
  if (facts->google_accounts < 0 || facts->maker_accounts < 0)
    verdict_add (verdict, M_WIPE_ACCOUNTS_UNSEEN, code, NULL);
}

/* Another way than the one that follows from the tablet needs a reason, unless it is the safest of all. */
static void
judge_strategy (const WipeGateFacts *facts, Verdict *verdict)
{
  if (facts->strategy_objection != NULL)
    verdict_add (verdict, M_WIPE_OBJECTION, facts->strategy, facts->strategy_objection, NULL);
  else if (!facts->strategy_clears_google_lock && g_strcmp0 (facts->strategy, facts->probed_strategy) != 0)
    verdict_add (verdict, M_WIPE_STRATEGY_OTHER, facts->strategy, facts->probed_strategy, NULL);
}

/* What a person should know of the tablet; stops nothing. */
static void
note_condition (const WipeGateFacts *facts, Verdict *verdict)
{
  const char *code = facts->identity.item->code;
  char users[12];
  g_snprintf (users, sizeof users, "%d", facts->users);
  if (facts->users > 1)
    verdict_add (verdict, M_WIPE_USERS, code, users, NULL);
  if (facts->other_accounts > 0)
    verdict_add (verdict, M_WIPE_APP_ACCOUNT, code, NULL);
  if (facts->oem_unlock_allowed > 0)
    verdict_add (verdict, M_WIPE_OEM_UNLOCK, code, NULL);
  if (facts->is_unlocked > 0)
    verdict_add (verdict, M_WIPE_UNLOCKED, code, NULL);
}

/* Can the tablet go through with it? */
static void
judge_condition (const WipeGateFacts *facts, Verdict *verdict)
{
  char percent[12];
  g_snprintf (percent, sizeof percent, "%d", facts->battery_percent);
  if (facts->battery_is_low > 0)
    verdict_add (verdict, M_WIPE_BATTERY_LOW, NULL);
  else if (facts->battery_percent < 0 && facts->battery_is_low < 0)
    verdict_add (verdict, M_WIPE_BATTERY_UNSEEN, NULL);
  else if (facts->battery_percent >= 0 && facts->battery_percent < BATTERY_MIN_PERCENT && facts->is_charging != 1)
    verdict_add (verdict, M_WIPE_BATTERY, percent, G_STRINGIFY (BATTERY_MIN_PERCENT), NULL);
  if (facts->has_foreign_owner > 0)
    verdict_add (verdict, M_WIPE_OWNER, facts->identity.item->code, NULL);
  if (facts->merge_pending > 0)
    verdict_add (verdict, M_WIPE_MERGE, facts->identity.item->code, NULL);
}

void
wipe_judge_gate (const WipeGateFacts *facts, Verdict *verdict)
{
  wipe_judge_identity (&facts->identity, verdict);
  if (facts->strategy_needs_link && !facts->link_ready)
    verdict_add (verdict, M_WIPE_LINK, NULL);
  judge_accounts (facts, verdict);
  judge_condition (facts, verdict);
  judge_strategy (facts, verdict);
  note_condition (facts, verdict);
  wipe_remind (verdict);
}

static const struct {
  const char *word;
  const char *text[2]; /* by Language */
} strategy_words[] = {
    {"needs_adb", {"il faut que l'appareil réponde à adb", "the device must answer adb"}},
    {"needs_fastboot", {"il faut que l'appareil soit en mode fastboot", "the device must be in fastboot mode"}},
    {"needs_android_15", {"il faut Android 15 ou plus récent", "Android 15 or later is needed"}},
    {"needs_unlocked_bootloader", {"le chargeur de démarrage est verrouillé", "the boot loader is locked"}},
    {"update_pending", {"une mise à jour du système n'est pas finie", "a system update is not finished"}},
    {"needs_android_10", {"il faut Android 10 ou plus récent", "Android 10 or later is needed"}},
    {"needs_bootloader",
     {"l'appareil est en fastbootd, pas dans son chargeur de démarrage",
      "the device is in fastbootd, not in its boot loader"}},
    {"needs_fastbootd", {"l'appareil n'est pas en fastbootd", "the device is not in fastbootd"}},
    {"needs_persistent_data",
     {"l'appareil n'a pas de partition persistante", "the device has no persistent data partition"}},
    {"needs_owner_app",
     {"aucune application de gestion n'est configurée ([owner])", "no management application is configured ([owner])"}},
    {"needs_helper_app",
     {"aucune application d'aide n'est configurée ([helper])", "no helper application is configured ([helper])"}},
    {"not_enrolled",
     {"l'appareil n'est pas inscrit auprès de notre application (temoin prepare)",
      "the device is not enrolled with our application (temoin prepare)"}},
    {"in_test_mode", {"l'appareil est déjà en mode de test", "the device is in test mode already"}},
    {"enrolled",
     {"l'appareil est inscrit auprès de notre application, qui sait l'effacer",
      "the device is enrolled with our application, which can wipe it"}},
    {"knows_recovery_wipe",
     {"l'appareil sait se réinitialiser sur un ordre venu du câble",
      "the device can reset itself on an order over the cable"}},
    {"helper_configured",
     {"une application d'aide est prévue pour les appareils comme celui-ci",
      "a helper application is meant for devices like this one"}},
    {"unlocked_bootloader", {"son chargeur de démarrage est déverrouillé", "its boot loader is unlocked"}},
    {"in_fastbootd", {"l'appareil est en fastbootd, déverrouillé", "the device is in fastbootd, unlocked"}},
    {"nothing_else",
     {"aucun ordre par le câble ne marche sur cet appareil", "no order over the cable works on this device"}},
    {"no_adb",
     {"l'appareil ne répond pas à adb (débogage coupé)", "the device does not answer adb (debugging is off)"}},
    {"asked", {"c'est la méthode demandée", "it is the way that was asked for"}},
    {"needs_recovery_wipe", {"l'appareil ne connaît pas cette commande", "the device does not know this command"}},
};

const char *
wipe_objection_text (const char *word, Language language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (strategy_words); i++)
    if (g_strcmp0 (word, strategy_words[i].word) == 0)
      return strategy_words[i].text[language];
  return NULL;
}
