/* The conductor brings the bench and the register together: it knows which asset is on which port, moves each wipe through its
 * machine, and writes every step before it acts on it. Lives in the main loop. */
#pragma once
#include "daemon/actions/events.h"
#include "daemon/actions/recording.h"
#include "daemon/actions/wipe.h"
#include "daemon/devices/device.h"
#include "db/register.h"

typedef struct _Conductor Conductor;

/* How long each wait may last, in milliseconds (guesses from AOSP's own time-outs, to be measured on real tablets). */
typedef struct {
  guint tap_ms;    /* somebody taps "Allow": 120 s */
  guint probe_ms;  /* the facts are read: 60 s */
  guint leave_ms;  /* command accepted -> gone from the port: 75 s */
  guint human_ms;  /* guided: a person resets it by hand: 15 min */
  guint return_ms; /* gone -> back: 20 min */
  guint settle_ms; /* back, no adb seen -> conclude that adb is off: 10 s */
} ConductorTimeouts;
extern const ConductorTimeouts conductor_default_timeouts;

/* key_path: our adb key. Takes up unfinished wipes of the register. NULL with error when USB cannot be used. now: the clock in epoch
 * seconds (a demo clock may run ahead). attestation_roots: fingerprints of trusted roots (AttestationExpected) or NULL. reg, events, settings,
 * attestation_roots: borrowed, must outlive it. */
Conductor *conductor_new (Register *reg, Events *events, const char *key_path, const ConductorTimeouts *timeouts,
                          const StrategySettings *settings, const char *const *attestation_roots,
                          gint64 (*now) (gpointer), gpointer now_data, GError **error);
void conductor_free (Conductor *conductor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Conductor, conductor_free)
/* Plain Samsung tablets may be asked who they are (bench_allow_samsung_at). Before the main loop runs. */
void conductor_allow_samsung_at (Conductor *conductor);
/* The reading of a tablet at its arrival was asked by that account (after its commit): do it. Any thread. */
void conductor_read_arrival (Conductor *conductor, const char *port, const char *serial, const char *account);
/* A wipe was asked, attested or cancelled (after its commit): look at it again. Any thread. */
void conductor_wake (Conductor *conductor, const char *wipe);
/* An item changed (returned, added): match it to the ports again. Any thread. */
void conductor_refresh (Conductor *conductor);
/* The register was replaced: what it holds now is taken up, as at a start. Any thread. */
void conductor_restart (Conductor *conductor);
/* Is there an application to enrol tablets with? Any thread. */
gboolean conductor_can_prepare (const Conductor *conductor);
/* A preparation of that item was asked by that account (after its commit): do it. Any thread. */
void conductor_prepare (Conductor *conductor, const char *item, const char *account);
/* What is recorded of this bench. Borrowed; every recording is stopped before conductor_free. Any thread. */
Recordings *conductor_recordings (const Conductor *conductor);
/* The bench now: array of BenchSlot *, shared and never changed; the caller unrefs it. Any thread. */
GPtrArray *conductor_slots (Conductor *conductor);
/* What is wrong with the bench as a whole: array of char *, each a message's code and arguments as a wipe's reason. Shared; the caller unrefs it. Any
 * thread. */
GPtrArray *conductor_troubles (Conductor *conductor);
