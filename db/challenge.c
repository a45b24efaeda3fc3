/* See the header file. */
#include "db/challenge.h"
#include "db/row.h"

enum { CHALLENGE, WIPE, AT, CHAIN };

void
challenge_free (Challenge *challenge)
{
  if (challenge == NULL)
    return;
  g_free (challenge->challenge);
  if (challenge->chain != NULL)
    g_bytes_unref (challenge->chain);
  g_free (challenge);
}

static void
challenge_destroy (gpointer challenge)
{
  challenge_free (challenge);
}

static gpointer
challenge_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  Challenge *challenge = g_new0 (Challenge, 1);
  challenge->challenge = row_dup (rows, CHALLENGE);
  row_code (rows, WIPE, challenge->wipe);
  challenge->at = rows_int (rows, AT);
  challenge->chain = rows_bytes (rows, CHAIN);
  return challenge;
}

static const RowKind challenge_row = {"challenge", challenge_read, challenge_destroy};

gboolean
challenge_insert (Store *store, const char *challenge, const char *wipe, gint64 at, GError **error)
{
  return store_run (store, NULL, error, "INSERT INTO wipe_challenge (challenge, wipe, at) VALUES ($1, $2, $3)", "ssi",
                    challenge, wipe, at);
}

gboolean
challenge_set_chain (Store *store, const char *challenge, GBytes *chain, GError **error)
{
  gint64 changed;
  return store_run (store, &changed, error, "UPDATE wipe_challenge SET chain = $2 WHERE challenge = $1", "sb",
                    challenge, chain) &&
         row_changed (changed, DB_ERROR_NOT_FOUND, "challenge", challenge, error);
}

Challenge *
challenge_last_answered (Store *store, const char *wipe, GError **error)
{
  return row_maybe (&challenge_row,
                    store_query (store, error,
                                 "SELECT challenge, wipe, at, chain FROM wipe_challenge"
                                 " WHERE wipe = $1 AND chain IS NOT NULL ORDER BY at DESC, challenge DESC LIMIT 1",
                                 "s", wipe),
                    error);
}
