/* What was asked of the modems of the SIM bench, and what came of it. Who asks the modem is actions/modems.h. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void modem_act_free (ModemAct *act);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModemAct, modem_act_free)

/* Adds one in the state asked, of the store's site, and sets its number. What comes of it is not written. DB_ERROR_UNIQUE: that modem has one
 * under way. */
gboolean modem_act_insert (Store *store, ModemAct *act, GError **error);
/* DB_ERROR_NOT_FOUND when there is none. Caller frees. */
ModemAct *modem_act_load (Store *store, gint64 number, GError **error);
/* The newest first, those before that number (0: from the newest), at most limit. Array of ModemAct; caller unrefs. */
GPtrArray *modem_act_list (Store *store, gint64 before, guint limit, GError **error);
/* Those of the store's site that have not ended, by port. Array of ModemAct; caller unrefs. */
GPtrArray *modem_act_list_open (Store *store, GError **error);
/* The newest one of that recharge; NULL without error when there is none. Caller frees. */
ModemAct *modem_act_of_recharge (Store *store, const char *recharge, GError **error);
/* asked -> sent. DB_ERROR_STALE when it is not asked any more. */
gboolean modem_act_set_sent (Store *store, gint64 number, gint64 at, GError **error);
/* Writes what came of it: state, card, line, verdict, reason, answer and what was read of it, attempts, ended_at. DB_ERROR_STALE when it has ended
 * already. */
gboolean modem_act_end (Store *store, const ModemAct *act, GError **error);
