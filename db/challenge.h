/* Challenges to reset tablets, each written before it is sent, and what was signed over them. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* A challenge of a wipe; owns its fields. */
typedef struct {
  char *challenge;
  Code wipe;
  gint64 at;     /* epoch seconds */
  GBytes *chain; /* certificates in DER, one after the other; NULL: not answered */
} Challenge;
void challenge_free (Challenge *challenge); /* accepts NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Challenge, challenge_free)

/* DB_ERROR_UNIQUE: that challenge was used before. */
gboolean challenge_insert (Store *store, const char *challenge, const char *wipe, gint64 at, GError **error);
/* Keeps what was signed. DB_ERROR_NOT_FOUND: no such challenge. */
gboolean challenge_set_chain (Store *store, const char *challenge, GBytes *chain, GError **error);
/* The newest challenge of a wipe that was answered. NULL with *error untouched when there is none. Caller frees. */
Challenge *challenge_last_answered (Store *store, const char *wipe, GError **error);
