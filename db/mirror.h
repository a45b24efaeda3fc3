/* The register's copy on another disk, which follows it commit by commit. SQLite only.
 *
 * In the folder there are register-N.db and register-N.db-wal, N growing: a register as it may lie on a disk after a power cut. The one with
 * the highest N is the copy; incoming-N.db is not one yet. To restore: copy both files (docs/decisions/0015). A new N is made
 * when a register is opened, after a restore, and when the other disk was away. The desk never waits for it. */
#pragma once
#include "db/store.h"

typedef enum {
  MIRROR_MAKING,    /* a new N is being made; the one before is still there */
  MIRROR_FOLLOWING, /* each commit goes there as it is made */
  MIRROR_BROKEN,    /* error says why; tried again by itself */
} MirrorState;
typedef struct {
  MirrorState state;
  gint64 behind_ms; /* since the oldest commit that is not on the other disk; 0: all are there */
  /* of MIRROR_BROKEN. DB_ERROR_NOT_FOUND: no such folder; DB_ERROR_CHECK: it is on the register's own disk; DB_ERROR_FULL; DB_ERROR_BUSY:
   * it is too slow; else DB_ERROR_IO */
  DbError error;
} MirrorStatus;
const char *mirror_state_name (MirrorState state); /* "making" "following" "broken" */

typedef struct _Mirror Mirror;
/* Of the register at url, into folder, which must be on another disk (not looked at yet). Starts a thread. DB_ERROR_UNSUPPORTED for a
 * register that is no file. */
Mirror *mirror_new (const char *url, const char *folder, GError **error);
/* Accepts NULL. Detached before. */
void mirror_free (Mirror *mirror);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mirror, mirror_free)
/* Follows what this store commits from now on. Outside of transactions, by whoever uses the store. */
void mirror_attach (Mirror *mirror, Store *writer);
/* Before the store is closed; does nothing when it is not attached. Waits for what was committed to get there, for some seconds at most. */
void mirror_detach (Mirror *mirror);
/* Any thread. */
void mirror_status (Mirror *mirror, MirrorStatus *status);
