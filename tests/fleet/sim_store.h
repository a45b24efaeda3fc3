// What cards and operators remember when the fleet ends: a key file, written anew at each change.
#pragma once

#include <glib.h>

struct Sim;
struct SimStore;

// Reads the file when there is one. NULL with error when it cannot be read as a key file.
struct SimStore *sim_store_new (const char *path, GError **error);

// NULL is accepted.
void sim_store_free (struct SimStore *store);

// What the file says of the card (by its ICCID) replaces what the scenario says.
void sim_store_recall (struct SimStore *store, struct Sim *sim);

// Writes the state of the card before it returns. A file that cannot be written ends the program: a lost count would be a lie.
void sim_store_keep (struct SimStore *store, const struct Sim *sim);

// A recharge code of an operator that was used, and whether it was.
void sim_store_use_code (struct SimStore *store, const char *operator, const char * code);
gboolean sim_store_code_is_used (struct SimStore *store, const char *operator, const char * code);
