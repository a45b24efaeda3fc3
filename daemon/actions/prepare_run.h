/* One preparation under way: connect, read, judge, enrol, journal. Lives in the main loop; the conductor feeds it. What it came to is kept
 * until the tablet leaves: the tablet itself says for good whether it is enrolled. */
#pragma once
#include "daemon/actions/wipe_run.h"

/* "asked" "tap" (somebody must tap) "enrolled" "refused"; static. */
typedef enum { PREPARE_ASKED, PREPARE_TAP, PREPARE_ENROLLED, PREPARE_REFUSED, PREPARES_N } PrepareState;
const char *prepare_state_name (PrepareState state);
/* Of such a name, NULL included: does it go on? */
gboolean prepare_is_running (const char *name);

typedef struct _PrepareRun PrepareRun;
/* Begins with the tablet on that port, if it shows that serial. account: who asked. */
PrepareRun *prepare_run_new (WipeRunWorld *world, const char *item, const char *port, const char *serial,
                             const char *account);
/* What is under way on the device is cancelled. Accepts NULL. */
void prepare_run_free (PrepareRun *run);
void prepare_run_bench (PrepareRun *run, const Device *device, BenchEvent event);
/* A wipe takes that port over: its link is the wipe's from now on. */
void prepare_run_give_way (PrepareRun *run, const char *port);
/* Is it under way on that port? */
gboolean prepare_run_holds (const PrepareRun *run, const char *port);
PrepareState prepare_run_state (const PrepareRun *run);
/* Why it is refused, "code|arg|arg" as a wipe's reason; NULL. Borrowed. */
const char *prepare_run_reason (const PrepareRun *run);
/* Its tablet is no longer there and it is over: forget it. */
gboolean prepare_run_is_past (const PrepareRun *run);
