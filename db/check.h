/* What is read of an item at its arrival, checklists per kind of item, what was seen of each item, and its repairs. Lines are added, never changed. What follows from them is
 * decided by daemon/rules/check. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Free the record and what it owns. Accept NULL. */
void checklist_free (Checklist *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Checklist, checklist_free)
void check_mark_free (CheckMark *mark);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CheckMark, check_mark_free)
void repair_line_free (RepairLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RepairLine, repair_line_free)

/* The checklist of a kind: there is always one. Caller frees. */
Checklist *checklist_load (Store *store, ItemKind kind, GError **error);
/* All of them. Array of Checklist; caller unrefs. */
GPtrArray *checklist_list (Store *store, GError **error);
/* checks: words without spaces, at least one. */
gboolean checklist_set (Store *store, ItemKind kind, const char *const *checks, gboolean is_required, GError **error);

/* Appends one look with the item's next number. DB_ERROR_FOREIGN: no such item. */
gboolean check_mark_add (Store *store, const char *item, const char *account, const char *name, CheckResult result,
                         gint64 at, GError **error);
/* The newest looks at an item, newest first, at most limit. Array of CheckMark; caller unrefs. */
GPtrArray *check_mark_list (Store *store, const char *item, guint limit, GError **error);

/* Appends one line with the item's next number (line->number is ignored). DB_ERROR_FOREIGN: no such item or fund. Paying is fund_spend's. */
gboolean repair_add (Store *store, const RepairLine *line, GError **error);
/* The newest lines of an item's repairs, newest first, at most limit. Array of RepairLine; caller unrefs. */
GPtrArray *repair_list (Store *store, const char *item, guint limit, GError **error);

void arrival_free (Arrival *arrival); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Arrival, arrival_free)
/* Writes it in the place of an older one of that serial. */
gboolean arrival_put (Store *store, const Arrival *arrival, GError **error);
/* NULL with *error untouched when that serial was never read. Caller frees. */
Arrival *arrival_load (Store *store, const char *serial, GError **error);
