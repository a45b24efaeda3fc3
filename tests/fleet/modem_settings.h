// What a scenario may say of a modem: one struct, one table of keys. What the modem does with it is in modem*.c.
#pragma once

#include <glib.h>

// What the modem says while the card boots.
enum ModemBoot {
  MODEM_BOOT_PLAIN,  // ready state "not initialized"; a PIN query is answered by the status NotInitialized
  MODEM_BOOT_LOCKED, // a PIN query says "locked, PIN1" though the card may have none (Quectel RM520N-GL)
  MODEM_BOOT_ABSENT, // ready state "no SIM" (Sierra MC7710)
  MODEM_BOOT_STATUS, // the ready state itself is answered by the status NotInitialized
  MODEM_BOOT_ICCID,  // the identifier is there before the rest
};

enum ModemPinQuery {
  MODEM_PIN_PLAIN,
  MODEM_PIN_PIN2,    // "PIN2, unlocked" when PIN1 is fine (Sierra EM7455, many Qualcomm ones)
  MODEM_PIN_UNKNOWN, // attempts left: 0xffffffff
  MODEM_PIN_STATUS,  // the status PinRequired instead of data (VZ20M)
};

enum ModemRadio {
  MODEM_RADIO_ON,
  MODEM_RADIO_OFF,      // at start; the host may switch it on (D-Link DWM-156)
  MODEM_RADIO_HARDWARE, // a switch on the machine holds it off
  MODEM_RADIO_LOCKED,   // off until the maker's unlock command has come (FCC lock)
};

enum ModemOpen {
  MODEM_OPEN_PLAIN,
  MODEM_OPEN_FAILS,  // OPEN_DONE with the status Failure
  MODEM_OPEN_REFUSE, // FUNCTION_ERROR MaxTransfer when the host's is larger than the modem's
  MODEM_OPEN_STRAY,  // open already: a stray CLOSE_DONE answers the first OPEN, which counts only after a CLOSE
};

enum ModemDriver { MODEM_CDC_MBIM, MODEM_QMI_WWAN };
enum ModemBusy { MODEM_USSD_FREE, MODEM_USSD_UNTIL_CANCEL, MODEM_USSD_ALWAYS };
enum ModemExtensions { MODEM_EX_1, MODEM_EX_2, MODEM_EX_3 };

struct ModemSettings {
  char *port, *sim, *imei, *maker, *model, *firmware, *serial;
  int node, max_command, max_transfer, open_ignored, rssi, piece, status;
  int boot, pin_query, radio, open, driver, ussd_busy, extensions, forced; // the enums above
  int plugged, ussd, sms, phonebook, uicc, always_index_1, interleave;     // booleans
  double boot_seconds, register_seconds, late_seconds;
};

void modem_settings_init (struct ModemSettings *settings);
void modem_settings_clear (struct ModemSettings *settings);
gboolean modem_settings_set (struct ModemSettings *settings, const char *key, const char *value, GError **error);
char *modem_settings_help (void);
