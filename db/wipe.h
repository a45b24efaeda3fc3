/* Wipes and their story, event by event. Every move is committed here before it is acted upon, so that a daemon killed in the
 * middle takes it up again. Which moves exist is decided by daemon/rules/. Finished here means verified, not_wiped, unknown,
 * blocked or aborted: an unfinished wipe holds its item, and its port of its site's bench. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Free the record and its strings. Accept NULL. */
void wipe_free (Wipe *wipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wipe, wipe_free)
void wipe_event_free (WipeEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WipeEvent, wipe_event_free)

/* Adds a wipe on the bench of the store's site (strings but asked_by may be NULL; wipe->site and proven_port are not read). DB_ERROR_UNIQUE: the
 * item, or the port there, has an unfinished wipe already; DB_ERROR_FOREIGN: no such item. */
gboolean wipe_insert (Store *store, const Wipe *wipe, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Wipe *wipe_load (Store *store, const char *code, GError **error);
/* The unfinished wipe of that item, or port of the store's site. NULL with *error untouched when there is none: pass an error and look at it. */
Wipe *wipe_open_of_item (Store *store, const char *item, GError **error);
Wipe *wipe_open_of_port (Store *store, const char *port, GError **error);
/* The newest verified wipe of an item. NULL with *error untouched when there is none. */
Wipe *wipe_last_verified (Store *store, const char *item, GError **error);
/* The newest wipe of an item that ended in Google's lock (reason "wipe_frp"). NULL with *error untouched when there is none. */
Wipe *wipe_last_locked (Store *store, const char *item, GError **error);
/* All unfinished wipes of the store's site, oldest first: what a starting daemon takes up again. Array of Wipe; caller unrefs. */
GPtrArray *wipe_list_unfinished (Store *store, GError **error);
/* The wipes of an item, newest first, at most limit; item NULL = of all items. Array of Wipe; caller unrefs. */
GPtrArray *wipe_list (Store *store, const char *item, guint limit, GError **error);
void wipe_expect_list (Store *store, const char *item, guint limit); /* store_expect what wipe_list asks */

/* The only function that changes a wipe's state. reason (may be NULL) replaces the old one. at (epoch seconds) becomes
 * started_at when `to` is started for the first time, and ended_at when `to` is finished. Adds no event: the caller says what
 * happened with wipe_event_add. DB_ERROR_STALE when the wipe is not in `from`, or does not exist. */
gboolean wipe_move (Store *store, const char *code, WipeState from, WipeState to, const char *reason, gint64 at,
                    GError **error);
/* Set one thing each; DB_ERROR_NOT_FOUND when there is no such wipe. port: another one than at first (an unfinished wipe only,
 * DB_ERROR_UNIQUE when it is taken). serial and facts: as read over the cable. attestation: who saw what. */
gboolean wipe_set_port (Store *store, const char *code, const char *port, GError **error);
/* The tablet was unplugged with its evidence complete: its port is free for another wipe, and is kept as proven_port. DB_ERROR_STALE when
 * the wipe is over or holds no port. */
gboolean wipe_release_port (Store *store, const char *code, GError **error);
gboolean wipe_set_facts (Store *store, const char *code, const char *serial, const char *facts, GError **error);
gboolean wipe_set_strategy (Store *store, const char *code, const char *strategy, GError **error);
gboolean wipe_set_verdict (Store *store, const char *code, WipeVerdict verdict, GError **error);
gboolean wipe_set_attestation (Store *store, const char *code, const char *by, const char *text, GError **error);

/* Appends one event with the next number. kind: "state" "said" "answered" "usb" "human" (DB_ERROR_CHECK otherwise);
 * at_ms: epoch milliseconds. DB_ERROR_FOREIGN: no such wipe. */
gboolean wipe_event_add (Store *store, const char *wipe, gint64 at_ms, const char *kind, const char *text,
                         GError **error);
/* The events with a number above after_number (0 = all), in order. Array of WipeEvent, maybe empty; caller unrefs. */
GPtrArray *wipe_event_list (Store *store, const char *wipe, gint64 after_number, GError **error);
