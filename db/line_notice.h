/* Notices that a line is about to die: an outbox. A notice is claimed before it is told, so that it is told once. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record. Accepts NULL. */
void line_notice_free (LineNotice *notice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LineNotice, line_notice_free)

/* Writes the notice of that step for each living line that dies from day from to day to and has none for that end. at: epoch seconds.
 * made: how many. Reads those lines of an index. */
gboolean line_notice_make (Store *store, gint64 step, const Day *from, const Day *to, gint64 at, gint64 *made,
                           GError **error);
/* Notices in that state, by the day their line dies: those after `after` (NULL = from the first), at most limit. Array of LineNotice;
 * caller unrefs. */
GPtrArray *line_notice_list (Store *store, LineNoticeState state, const LineNotice *after, guint limit, GError **error);
/* The notices of a line that are waiting or claimed. Array of LineNotice; caller unrefs. */
GPtrArray *line_notice_list_open (Store *store, const char *line, GError **error);
/* The only function that changes a notice's state. at: when it was claimed or sent. DB_ERROR_STALE when it is not in `from`. */
gboolean line_notice_move (Store *store, const LineNotice *notice, LineNoticeState to, gint64 at, GError **error);
