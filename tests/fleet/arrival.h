// What a tablet says of its storage (`df`) and of its IMEI (`service call iphonesubinfo`).
#pragma once

#include "tests/fleet/shell.h"

void arrival_df (Tablet *tablet, char **words, struct ShellResult *result);
void arrival_service (Tablet *tablet, char **words, struct ShellResult *result);
