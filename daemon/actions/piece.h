/* The names of pieces: a label may say "housse" and an agent type "sleeve". */
#pragma once
#include "db/item.h"

/* The same piece in either language, whatever case and accents. */
gboolean piece_same_name (const char *a, const char *b);
