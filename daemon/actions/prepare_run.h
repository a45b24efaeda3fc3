/* One preparation under way: the tablet is read, judged, enrolled, and the end is in the journal. What it came to is kept until the tablet
 * leaves. */
#pragma once
#include "daemon/actions/tablet_run.h"

/* "asked" "tap" (somebody must tap) "enrolled" "refused"; static. */
typedef enum { PREPARE_ASKED, PREPARE_TAP, PREPARE_ENROLLED, PREPARE_REFUSED, PREPARES_N } PrepareState;
const char *prepare_state_name (PrepareState state);
/* Of such a name, NULL included: does it go on? */
gboolean prepare_is_running (const char *name);

typedef struct _PrepareRun PrepareRun;
/* Begins with the tablet on that port, if it shows that serial. account: who asked. It begins with a TabletRun:
 * what feeds and frees one takes this too. */
PrepareRun *prepare_run_new (WipeRunWorld *world, const char *item, const char *port, const char *serial,
                             const char *account);
PrepareState prepare_run_state (const PrepareRun *run);
/* Why it is refused, "code|arg|arg" as a wipe's reason; NULL. Borrowed. */
const char *prepare_run_reason (const PrepareRun *run);
