/* One thing that is asked of a tablet and is no wipe: connect, have somebody tap, read it, then what its kind does (prepare_run, arrival_run). Lives
 * in the main loop; the conductor feeds it. It ends once, with a reason when it went badly. */
#pragma once
#include "daemon/actions/wipe_run.h"
#include "daemon/devices/deadline.h"
#include "daemon/rules/message.h"

typedef struct _TabletRun TabletRun;

typedef struct {
  MessageId cable;  /* what a pulled cable is called */
  MessageId no_adb; /* what it is called that debugging is off */
  gboolean stays;   /* what it came to is kept until the tablet leaves */
  /* A plain tablet will do, if it may be asked who it is (bench_identify): its facts are all there is then. */
  gboolean needs_no_adb;
  /* Somebody must tap; called once. */
  void (*tap) (TabletRun *run);
  /* It was read, and is the right one. facts: taken. */
  void (*take) (TabletRun *run, DeviceFacts *facts);
  /* It is over, as run->reason says: write it down. */
  void (*end) (TabletRun *run);
  /* Frees what the kind has of its own, and the run. */
  void (*free) (TabletRun *run);
} TabletRunKind;

/* First member of what a kind keeps. */
struct _TabletRun {
  grefcount references;
  const TabletRunKind *kind;
  WipeRunWorld *world;
  char *port, *serial, *account; /* account: who asked */
  char *reason;                  /* over: why it went badly, "code|arg|arg" as a wipe's; NULL: it went well */
  guint64 session;               /* 0: it was not there */
  gboolean is_over, is_freed, is_reading, is_tapping, has_left;
  gboolean is_identifying; /* it is read by bench_identify */
  gboolean has_given_way;  /* the link is not ours to close any more */
  Deadline wait;
  GCancellable *cancellable;
};

/* Begins with the tablet on that port, if it shows that serial. run: all zeros but for what the kind has of its own. is_taken: something else
 * uses its link, it fails at once. */
void tablet_run_begin (TabletRun *run, const TabletRunKind *kind, WipeRunWorld *world, const char *port,
                       const char *serial, const char *account, gboolean is_taken);
/* What is under way on the device is cancelled. Accepts NULL. */
void tablet_run_free (TabletRun *run);
void tablet_run_bench (TabletRun *run, const Device *device, BenchEvent event);
/* A wipe takes that port over: its link is the wipe's from now on. */
void tablet_run_give_way (TabletRun *run, const char *port);
/* Is it under way on that port? */
gboolean tablet_run_holds (const TabletRun *run, const char *port);
/* Nothing more comes of it, nor is it shown: forget it (not from inside its own calls). */
gboolean tablet_run_is_past (const TabletRun *run);

/* ---- for its kind ---- */

/* One more answer is waited for; tablet_run_unref when it has come. */
TabletRun *tablet_run_ref (TabletRun *run);
void tablet_run_unref (TabletRun *run);
/* Is it still of interest? Not once it is over or freed. */
gboolean tablet_run_goes_on (const TabletRun *run);
/* The end, if it goes on. reason: taken; NULL when it went well. */
void tablet_run_end (TabletRun *run, char *reason);
/* The same because of what a device answered. */
void tablet_run_fail (TabletRun *run, const GError *error);
