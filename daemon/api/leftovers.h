/* Files of requests that were under way when the daemon was killed. */
#pragma once

/* Removes uploads, half-made backups and rehearsals from the state directory. Before the first request. */
void leftovers_remove (const char *state_dir);
