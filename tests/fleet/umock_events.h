// Keeps umockdev's event sender alive when a client reads its events slowly.
#pragma once

// Returns once every event monitor below the testbed `root` has room for one more event, or after some seconds. Call it
// before anything that sends an event: umockdev ends the whole program when a monitor's queue is full.
void umock_events_wait (const char *root);
