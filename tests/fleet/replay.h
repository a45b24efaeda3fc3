// A tablet that says what a recorded one said (scenario key `replay`): its descriptors, its answers, its departures, in the order of what the host asks, not
// of the clock. What a replay cannot know, it counts.
#pragma once

#include "tests/fleet/tablet.h"

struct Replay;

// Reads the recording. NULL with error.
struct Replay *replay_new (const char *path, GError **error);

// NULL is accepted.
void replay_free (struct Replay *replay);

// What it shows on the cable now; owned by the replay.
const struct UsbIdentity *replay_identity (const struct Replay *replay);

// It has left: its next plug-in follows. FALSE when the recording has none.
gboolean replay_go_on (struct Replay *replay);

// Is a person needed to go on? (it left, in the recording, and not by the host's order)
gboolean replay_waits (const struct Replay *replay);

// "replay_unknown" (what was asked and not recorded), "replay_reordered" (asked in another order, and answered), "replay_unasked" (recorded, not asked),
// "replay_waits"; NULL for another key. The caller owns the text.
char *replay_value (const struct Replay *replay, const char *key);

// " replay_unknown=0 ..." behind the text.
void replay_append_state (const struct Replay *replay, GString *text);

// Model of TABLET_REPLAY.
extern const struct TabletModel replay_model;
