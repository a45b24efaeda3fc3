/* A whole register, with all its history, from one address to another that is empty: copied in one consistent picture, then compared with
 * what it was copied from. Memory does not grow with the register. */
#pragma once
#include "db/store.h"

/* What was moved, as both sides say it. */
typedef struct {
  gint64 tables, rows, documents;
  gint64 journal_lines, chains;                        /* verified on both sides */
  gint64 funds, granted_cents, spent_cents, recharges; /* sums, equal on both sides */
  gint64 searches;                                     /* asked on both sides, with the same answer */
} MoveReport;
typedef struct {
  /* Called often; done and total count rows, read or written. FALSE stops the move (DB_ERROR_STOPPING). */
  gboolean (*progress) (gint64 done, gint64 total, gpointer user);
  /* Called at the end, before the new register is kept: what else it shall hold (a line of the journal). */
  gboolean (*finish) (Store *to, const MoveReport *report, gpointer user, GError **error);
  gpointer user;
} MoveHooks;

/* from: open for reading, not in a transaction. On error the address is as it was before, and from untouched in any case. DB_ERROR_UNIQUE:
 * there is something at the address; DB_ERROR_CORRUPT: from is damaged (its journal, its ledgers), or what arrived is not what was sent. */
gboolean register_move (Store *from, const char *to_url, const MoveHooks *hooks, MoveReport *report, GError **error);
