/* The applications of strategies and of the enrolment, as they are configured. Private to this folder. */
#pragma once
#include "daemon/devices/strategy_shell.h"

gboolean strategy_app_is_configured (const StrategyApp *app);
/* Its command, with its flags and component filled in. Caller frees. */
char *strategy_app_command (const StrategyApp *app);
