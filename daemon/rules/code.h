/* Codes: eight letters of BCDFGHJKLNPRSTVX (design.md section 3; the letters survive every keyboard layout). Kind letter, six
 * letters from a counter through a fixed bijection, GF(16) check letter. A code is a name, never a secret. */
#pragma once
#include "db/records.h"

#define CODE_COUNTER_MAX ((1 << 24) - 1)
/* The kinds in use, with their letter and their name in the API ("tablet" for T ...). */
#define CODE_KINDS(X)                                                                                                  \
  X ('T', "tablet") X ('S', "sim") X ('L', "line") X ('P', "person") X ('R', "recharge") X ('F', "fund") X ('V', "voucher")    \
  X ('N', "loan") X ('K', "piece") X ('X', "wipe") X ('H', "hold") X ('D', "document") X ('G', "group") X ('B', "site")        \
  X ('C', "account") X ('J', "joker")

/* Writes the code of that kind and counter (0..CODE_COUNTER_MAX). FALSE when the counter is out of range. */
gboolean code_make (char kind, gint64 counter, Code code);
/* Reads what a scanner or a person typed: any case, hyphens and spaces ignored; of a scanned address the last run of letters
 * (design.md, labels.md section 5). RULE_ERROR: M_CODE_LENGTH, M_CODE_LETTER (names the letter), M_CODE_CHECK, M_CODE_KIND. */
gboolean code_parse (const char *text, Code code, GError **error);
/* As code_parse, and the kind letter must be one of kinds ("TS"): M_CODE_NOT_A says what it is and what was expected. */
gboolean code_parse_kind (const char *text, const char *kinds, Code code, GError **error);
/* "TBCD-FGHK". Caller frees. */
char *code_display (const char *code);
/* "tablet" for "T...."; NULL for an unknown letter. */
const char *code_kind_name (char kind);
