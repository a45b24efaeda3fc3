/* One line of the journal, read and hashed. For db/ only; journal.h says how the hash is made. */
#pragma once
#include "db/journal.h"
#include "db/row.h"

/* What follows is read by journal_row. */
#define JOURNAL_SELECT                                                                                                 \
  "SELECT journal.seq, journal.at, journal.account, journal.verb, journal.subjects, journal.before, journal.after,"    \
  " journal.reason, journal.previous_hash, journal.hash, journal.site, journal.number FROM journal "
extern const RowKind journal_row;
/* The previous hash of the first line of a site. */
#define JOURNAL_FIRST_PREVIOUS "0000000000000000000000000000000000000000000000000000000000000000"

/* The hash that the line should have. Caller frees. */
char *journal_line_hash (const JournalLine *line);
