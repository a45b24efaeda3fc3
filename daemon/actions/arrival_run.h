/* One tablet being read at its arrival: connect, probe, ask, write down. Lives in the main loop; the conductor feeds it. */
#pragma once
#include "daemon/actions/wipe_run.h"

typedef struct _ArrivalRun ArrivalRun;
/* Begins with the tablet on that port, if it shows that serial; is_taken: something else uses its link, it fails at once. account: who asked. What comes of it is in the register (db/check.h). */
ArrivalRun *arrival_run_new (WipeRunWorld *world, const char *port, const char *serial, const char *account,
                             gboolean is_taken);
/* What is under way on the device is cancelled. Accepts NULL. */
void arrival_run_free (ArrivalRun *run);
/* A wipe takes that port over: its link is the wipe's from now on. */
void arrival_run_give_way (ArrivalRun *run, const char *port);
void arrival_run_bench (ArrivalRun *run, const Device *device, BenchEvent event);
/* Nothing more comes of it: forget it (not from inside its own calls). */
gboolean arrival_run_is_over (const ArrivalRun *run);
