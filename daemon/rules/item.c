/* State tables of items, lines and loans, and the words for all states. Who may move what, and when, is decided by loan.c, wipe.c and actions. */
#include "daemon/rules/item.h"
#include <string.h>

/*    new -> to_wipe <-> wiping -> ready -> lent -> to_wipe        ready -> to_wipe (used outside a loan)
 *    to_wipe -> ready: a waiver, with its right and reason        wiping -> blocked -> to_wipe | repair
 *    blocked -> ready: wiped, and its checklist is ticked (rules/check.h)
 *    ready | to_wipe -> repair -> to_wipe                         lent -> lost | stolen -> to_wipe (found)
 *    ready | to_wipe | repair -> retired                          ready -> donated (erased before it is given away) */
static const gboolean item_moves[ITEM_STATES_N][ITEM_STATES_N] = {
    [ITEM_NEW] = {[ITEM_TO_WIPE] = TRUE},
    [ITEM_TO_WIPE] = {[ITEM_WIPING] = TRUE, [ITEM_READY] = TRUE, [ITEM_REPAIR] = TRUE, [ITEM_RETIRED] = TRUE},
    [ITEM_WIPING] = {[ITEM_READY] = TRUE, [ITEM_BLOCKED] = TRUE, [ITEM_TO_WIPE] = TRUE},
    [ITEM_READY] =
        {[ITEM_LENT] = TRUE, [ITEM_TO_WIPE] = TRUE, [ITEM_REPAIR] = TRUE, [ITEM_RETIRED] = TRUE, [ITEM_DONATED] = TRUE},
    [ITEM_LENT] = {[ITEM_TO_WIPE] = TRUE, [ITEM_LOST] = TRUE, [ITEM_STOLEN] = TRUE},
    [ITEM_BLOCKED] = {[ITEM_TO_WIPE] = TRUE, [ITEM_REPAIR] = TRUE, [ITEM_READY] = TRUE},
    [ITEM_REPAIR] = {[ITEM_TO_WIPE] = TRUE, [ITEM_RETIRED] = TRUE},
    [ITEM_LOST] = {[ITEM_TO_WIPE] = TRUE},
    [ITEM_STOLEN] = {[ITEM_TO_WIPE] = TRUE},
};

/*    stock -> active -> lent -> returned -> active        any living line -> suspended | lost | expired | retired
 *    suspended -> where it was                            lost -> active (a replacement card keeps the line) */
#define LINE_ENDS [LINE_SUSPENDED] = TRUE, [LINE_LOST] = TRUE, [LINE_EXPIRED] = TRUE, [LINE_RETIRED] = TRUE
static const gboolean line_moves[LINE_STATES_N][LINE_STATES_N] = {
    [LINE_STOCK] = {[LINE_ACTIVE] = TRUE, LINE_ENDS},
    [LINE_ACTIVE] = {[LINE_LENT] = TRUE, LINE_ENDS},
    [LINE_LENT] = {[LINE_RETURNED] = TRUE, LINE_ENDS},
    [LINE_RETURNED] = {[LINE_ACTIVE] = TRUE, LINE_ENDS},
    [LINE_SUSPENDED] = {[LINE_ACTIVE] = TRUE,
                        [LINE_LENT] = TRUE,
                        [LINE_RETURNED] = TRUE,
                        [LINE_LOST] = TRUE,
                        [LINE_EXPIRED] = TRUE,
                        [LINE_RETIRED] = TRUE},
    [LINE_LOST] = {[LINE_ACTIVE] = TRUE, [LINE_SUSPENDED] = TRUE, [LINE_EXPIRED] = TRUE, [LINE_RETIRED] = TRUE},
    [LINE_EXPIRED] = {[LINE_RETIRED] = TRUE},
};

/*    open -> partly_returned -> closed        open -> closed        open | partly_returned -> written_off
 * A renewal does not change the state; overdue is not a state (due_on < today). */
static const gboolean loan_moves[LOAN_STATES_N][LOAN_STATES_N] = {
    [LOAN_OPEN] = {[LOAN_PARTLY_RETURNED] = TRUE, [LOAN_CLOSED] = TRUE, [LOAN_WRITTEN_OFF] = TRUE},
    [LOAN_PARTLY_RETURNED] = {[LOAN_CLOSED] = TRUE, [LOAN_WRITTEN_OFF] = TRUE},
};

gboolean
item_move_allowed (ItemState from, ItemState to)
{
  return item_moves[from][to];
}

gboolean
line_move_allowed (LineState from, LineState to)
{
  return line_moves[from][to];
}

gboolean
loan_move_allowed (LoanState from, LoanState to)
{
  return loan_moves[from][to];
}

/* Index: Language. French agrees with "la tablette", "la ligne", "le prêt", "l'accessoire", "l'effacement". */
typedef const char *Words[2];

static const Words item_words[] = {
    [ITEM_NEW] = {"neuve", "new"},
    [ITEM_TO_WIPE] = {"à effacer", "to be wiped"},
    [ITEM_WIPING] = {"effacement en cours", "being wiped"},
    [ITEM_READY] = {"prête", "ready"},
    [ITEM_LENT] = {"en prêt", "lent"},
    [ITEM_BLOCKED] = {"bloquée", "blocked"},
    [ITEM_REPAIR] = {"en réparation", "in repair"},
    [ITEM_LOST] = {"perdue", "lost"},
    [ITEM_STOLEN] = {"volée", "stolen"},
    [ITEM_RETIRED] = {"retirée du service", "retired"},
    [ITEM_DONATED] = {"donnée", "donated"},
};

static const Words line_words[] = {
    [LINE_STOCK] = {"en stock", "in stock"},
    [LINE_ACTIVE] = {"active", "active"},
    [LINE_LENT] = {"en prêt", "lent"},
    [LINE_RETURNED] = {"rendue", "returned"},
    [LINE_SUSPENDED] = {"suspendue", "suspended"},
    [LINE_LOST] = {"perdue", "lost"},
    [LINE_EXPIRED] = {"expirée", "expired"},
    [LINE_RETIRED] = {"retirée du service", "retired"},
};

static const Words loan_words[] = {
    [LOAN_OPEN] = {"en cours", "open"},
    [LOAN_PARTLY_RETURNED] = {"rendu en partie", "partly returned"},
    [LOAN_CLOSED] = {"terminé", "closed"},
    [LOAN_WRITTEN_OFF] = {"passé en perte", "written off"},
};

static const Words piece_words[] = {
    [PIECE_PRESENT] = {"présent", "present"},
    [PIECE_MISSING] = {"manquant", "missing"},
    [PIECE_BROKEN] = {"cassé", "broken"},
};

static const Words wipe_words[] = {
    [WIPE_SEEN] = {"vu sur le banc", "seen on the bench"},
    [WIPE_IDENTIFIED] = {"appareil reconnu", "device recognised"},
    [WIPE_GATED] = {"contrôles passés", "checks passed"},
    [WIPE_ARMED] = {"prêt à commencer", "ready to start"},
    [WIPE_STARTED] = {"commencé", "started"},
    [WIPE_GONE] = {"appareil en redémarrage", "device restarting"},
    [WIPE_RECOVERY] = {"effacement en cours", "erasing"},
    [WIPE_RETURNED] = {"appareil revenu", "device back"},
    [WIPE_WAIT_HUMAN] = {"attend une personne", "waiting for a person"},
    [WIPE_VERIFIED] = {"effacé et vérifié", "wiped and verified"},
    [WIPE_NOT_WIPED] = {"pas effacé", "not wiped"},
    [WIPE_UNKNOWN] = {"résultat inconnu", "outcome unknown"},
    [WIPE_BLOCKED] = {"refusé", "blocked"},
    [WIPE_ABORTED] = {"annulé", "cancelled"},
};

static const Words verdict_words[] = {
    [VERDICT_NONE] = {"pas encore de verdict", "no verdict yet"},
    [VERDICT_PROVEN] = {"prouvé", "proven"},
    [VERDICT_CONSISTENT] = {"preuves concordantes, à attester", "consistent, to be attested"},
    [VERDICT_ATTESTED] = {"attesté", "attested"},
    [VERDICT_NOT_WIPED] = {"pas effacé", "not wiped"},
    [VERDICT_UNKNOWN] = {"inconnu", "unknown"},
};

G_STATIC_ASSERT (G_N_ELEMENTS (item_words) == ITEM_STATES_N);
G_STATIC_ASSERT (G_N_ELEMENTS (line_words) == LINE_STATES_N);
G_STATIC_ASSERT (G_N_ELEMENTS (loan_words) == LOAN_STATES_N);
G_STATIC_ASSERT (G_N_ELEMENTS (piece_words) == PIECE_STATES_N);
G_STATIC_ASSERT (G_N_ELEMENTS (wipe_words) == WIPE_STATES_N);
G_STATIC_ASSERT (G_N_ELEMENTS (verdict_words) == WIPE_VERDICTS_N);

const char *
item_state_text (ItemState state, Language language)
{
  return item_words[state][language];
}

#define LISTED(symbol, name) ", " name
static const char item_names[] = ITEM_STATES (LISTED);
static const char line_names[] = LINE_STATES (LISTED);

const char *
item_state_names (void)
{
  return item_names + strlen (", ");
}

const char *
line_state_names (void)
{
  return line_names + strlen (", ");
}

const char *
line_state_text (LineState state, Language language)
{
  return line_words[state][language];
}

const char *
loan_state_text (LoanState state, Language language)
{
  return loan_words[state][language];
}

const char *
piece_state_text (PieceState state, Language language)
{
  return piece_words[state][language];
}

const char *
wipe_state_text (WipeState state, Language language)
{
  return wipe_words[state][language];
}

const char *
wipe_verdict_text (WipeVerdict verdict, Language language)
{
  return verdict_words[verdict][language];
}
