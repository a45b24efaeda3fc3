/* How a recharge and the voucher that pays it go from state to state, and whether a voucher may be used. Tables; what is not in them is
 * refused. A recharge that was sent is never sent again: without an answer it is ambiguous, until a balance or a person settles it. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/*   prepared -> sent -> confirmed | rejected | ambiguous -> confirmed | rejected      prepared -> cancelled
 *   sent -> prepared: by the bench alone, when the modem surely sent nothing
 *   confirmed -> cancelled: a correction, of what was written down by hand alone
 *   stock -> reserved -> used | rejected | ambiguous -> used | stock                  reserved -> stock (cancelled before it was sent) */
gboolean recharge_move_allowed (RechargeState from, RechargeState to);
gboolean voucher_move_allowed (VoucherState from, VoucherState to);
/* What the voucher becomes when its recharge makes that move. A code that the operator refused is dead; one whose recharge was ambiguous and
 * turns out not to have arrived may be tried once more. */
VoucherState voucher_state_after (RechargeState from, RechargeState to);

/* "préparée", "envoyée, sans réponse" ... Static. */
const char *recharge_state_text (RechargeState state, Language language);
const char *voucher_state_text (VoucherState state, Language language);

typedef struct {
  const Voucher *voucher;
  const Line *line;
  gboolean is_other_operator; /* both are known, and differ */
  Day today;
} VoucherFacts;
/* In stock, not expired, of the line's operator. */
void voucher_judge (const VoucherFacts *facts, Verdict *verdict);
