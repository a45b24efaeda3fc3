/* One tablet being read at its arrival. What comes of it is in the register (db/check.h). */
#pragma once
#include "daemon/actions/tablet_run.h"

/* Begins with the tablet on that port, if it shows that serial; is_taken: something else uses its link, it fails at once. account: who asked. */
TabletRun *arrival_run_new (WipeRunWorld *world, const char *port, const char *serial, const char *account,
                            gboolean is_taken);
