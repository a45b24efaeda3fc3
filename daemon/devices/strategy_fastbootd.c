/* Erasing in fastbootd, the fastboot that runs inside Android's recovery (getvar is-userspace: yes). The commands are those of a bootloader
 * (strategy_fastboot.c); "unlocked" means here that the verified boot state is orange (AOSP fastboot/device). */
#include "daemon/devices/strategy_fastboot.h"

static const char *
objection (const DeviceFacts *facts, const StrategySettings *settings)
{
  (void)settings; /* nothing of ours is on the tablet */
  return strategy_fastboot_objection (facts, TRUE);
}

const Strategy strategy_fastbootd = {
    .name = "fastbootd",
    .title_fr = "Effacement par fastbootd (déverrouillé)",
    .title_en = "Erasure by fastbootd (unlocked)",
    .because = "in_fastbootd",
    .choice = STRATEGY_AUTOMATIC,
    .link = STRATEGY_LINK_NEEDED,
    .objection = objection,
    .start = strategy_fastboot_start,
};
