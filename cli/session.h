/* What holds for one run of the program: where to ask, and how to show. Filled by the options, then read-only. */
#pragma once
#include "cli/language.h"

typedef struct {
  Language language;
  char *socket;        /* path of the daemon's UNIX socket */
  gboolean is_json;    /* show the API's JSON unchanged */
  gboolean has_colour; /* standard output is a terminal that may show bold */
} Session;
