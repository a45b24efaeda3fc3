/* Codes: eight letters of BCDFGHJKLNPRSTVX (letters that a scanner types alike on every common keyboard layout). Kind letter, six
 * letters from a counter through a fixed bijection, GF(16) check letter. A code is a name, never a secret. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

#define CODE_COUNTER_MAX ((1 << 24) - 1)
/* The kinds in use: every letter of the alphabet is one. Letter, name in the API, and how people say it in French and in English. */
/* clang-format off */
#define CODE_KINDS(X)                                           \
  X ('T', "tablet", "une tablette", "a tablet")                 \
  X ('S', "sim", "une carte SIM", "a SIM card")                 \
  X ('L', "line", "une ligne", "a line")                        \
  X ('P', "person", "une personne", "a person")                 \
  X ('R', "recharge", "une recharge", "a recharge")             \
  X ('F', "fund", "un fonds", "a fund")                         \
  X ('V', "voucher", "un bon de recharge", "a voucher")         \
  X ('N', "loan", "un prêt", "a loan")                          \
  X ('K', "piece", "un accessoire", "a piece")                  \
  X ('X', "wipe", "un effacement", "a wipe")                    \
  X ('H', "hold", "une attente", "a hold")                      \
  X ('D', "purchase", "un achat", "a purchase")                 \
  X ('G', "regie", "une régie", "a regie")                      \
  X ('B', "site", "un lieu", "a site")                          \
  X ('C', "account", "un compte", "an account")                 \
  X ('J', "joker", "une étiquette libre", "a free label")
/* clang-format on */

/* Writes the code of that kind and counter (0..CODE_COUNTER_MAX). FALSE when the counter is out of range. */
gboolean code_make (char kind, gint64 counter, Code code);
/* Reads what a scanner or a person typed: any case, hyphens and spaces ignored; of a scanned address the last run of letters. RULE_ERROR: M_CODE_LENGTH, M_CODE_LETTER (names the letter), M_CODE_CHECK. NULL is read as "". */
gboolean code_parse (const char *text, Code code, GError **error);
/* As code_parse, and the kind letter must be one of kinds ("TS"): M_CODE_NOT_A says what it is and what was expected. */
gboolean code_parse_kind (const char *text, const char *kinds, Code code, GError **error);
/* The codes that a typing mistake could have made of text, when it has eight characters and is no code: one letter read or typed wrong
 * (also one that is in no code), or two neighbours swapped. At most 15, for the check letter refuses the rest; none for a right code but
 * itself. Array of g_free'd strings; caller unrefs. */
GPtrArray *code_neighbours (const char *text);
/* "TBCD-FGHK"; a text that is no code comes back as it is. Caller frees. */
char *code_display (const char *code);
/* "tablet" for "T...."; NULL for an unknown letter. */
const char *code_kind_name (char kind);
/* "une tablette" / "a tablet"; NULL for an unknown letter. Static. */
const char *code_kind_text (char kind, Language language);
