/* One wipe under way: what happens on the bench goes in, steps of the story come out, each committed before it is acted upon.
 * Lives in the main loop. Reads: conductor.c feeds it, wipe_story.c writes for it, devices/ does what it asks. */
#pragma once
#include "daemon/actions/conductor.h"
#include "daemon/devices/device.h"

typedef struct _WipeRun WipeRun;

/* What all runs share; borrowed, outlives them. */
typedef struct {
  Register *reg;
  Bench *bench;
  const ConductorTimeouts *timeouts;
  const StrategySettings *settings;
  gint64 (*now) (gpointer); /* epoch seconds */
  gpointer now_data;
  const char *const *attestation_roots;              /* see AttestationExpected; NULL: none is pinned */
  void (*changed) (const char *wipe, gpointer user); /* after each commit */
  void (*over) (const char *wipe, gpointer user);    /* after the last commit: forget this run */
  gpointer user;
  guint pending; /* writes whose answer is still to come; the conductor waits for none before it ends */
} WipeRunWorld;

/* Takes over the wipe and goes on from the state it is in. is_resumed: read from the register at start, not asked just now. */
WipeRun *wipe_run_new (WipeRunWorld *world, Wipe *wipe, gboolean is_resumed);
/* Stops acting; what is under way on the device is cancelled, the register keeps the story. Accepts NULL. */
void wipe_run_free (WipeRun *run);
const char *wipe_run_code (const WipeRun *run);
/* As it is in the register. Borrowed until the loop runs again. */
const Wipe *wipe_run_wipe (const WipeRun *run);
/* Something happened on the bench: to its port, or to its serial elsewhere. */
void wipe_run_bench (WipeRun *run, const Device *device, BenchEvent event);
/* May its tablet leave that port at any moment, because of the wipe? */
gboolean wipe_run_expects_leaving (const WipeRun *run, const char *port);
/* A person changed the wipe in the register: read it again. */
void wipe_run_reload (WipeRun *run);
