/* The states of tablets and other items, lines and loans, and which moves between them exist. Tables; printed and compared with golden files. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* M_MOVE_NOT_ALLOWED names both states in plain words. Moves: tests/unit/rules/golden (a found lost or stolen item goes to_wipe; wiping -> ready
 * and wiping -> blocked belong to the wipe alone; ready -> to_wipe when a tablet was used outside a loan). */
gboolean item_move_allowed (ItemState from, ItemState to);
gboolean line_move_allowed (LineState from, LineState to);
gboolean loan_move_allowed (LoanState from, LoanState to);
/* The state_reason of an item that is ready by a waiver instead of a wipe (actions/wipe: wipe_waive). */
#define ITEM_WAIVED_REASON "waived"

/* How a person says it: "prête", "à effacer" / "ready", "to be wiped". Static. */
const char *item_state_text (ItemState state, Language language);
const char *line_state_text (LineState state, Language language);
/* The stored words of all states, "new, to_wipe ...", for a refusal that lists them. Static. */
const char *item_state_names (void);
const char *line_state_names (void);
const char *loan_state_text (LoanState state, Language language);
const char *piece_state_text (PieceState state, Language language);
const char *wipe_state_text (WipeState state, Language language);
const char *wipe_verdict_text (WipeVerdict verdict, Language language);
