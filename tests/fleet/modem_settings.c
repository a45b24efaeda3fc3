// The table of scenario keys. No behaviour in here.
#include "tests/fleet/modem_settings.h"

#include "tests/fleet/keys.h"

#include <stddef.h>

#define AT(member) offsetof (struct ModemSettings, member)

static const struct Key rows[] = {
    {"port", KEY_PORT, AT (port), "", NULL},
    {"sim", KEY_TEXT, AT (sim), "", NULL}, // name of the card that is in at start
    {"imei", KEY_TEXT, AT (imei), "350000000000006", NULL},
    {"maker", KEY_TEXT, AT (maker), "Emulated", NULL},
    {"model", KEY_TEXT, AT (model), "EM7455", NULL},
    {"firmware", KEY_TEXT, AT (firmware), "SWI9X30C_02.08.02.00", NULL},
    {"serial", KEY_TEXT, AT (serial), "", NULL},
    {"node", KEY_NUMBER, AT (node), "99", NULL}, // N of /dev/cdc-wdmN; 99: the lowest free one
    {"driver", KEY_CHOICE, AT (driver), "cdc_mbim", "cdc_mbim|qmi_wwan"},
    {"max_command", KEY_NUMBER, AT (max_command), "4096", NULL},   // bytes, of the kernel's ioctl; 0: it has none
    {"max_transfer", KEY_NUMBER, AT (max_transfer), "4096", NULL}, // bytes, of the modem's own messages
    {"open", KEY_CHOICE, AT (open), "plain", "plain|fails|refuse|stray"},
    {"open_ignored", KEY_NUMBER, AT (open_ignored), "0", NULL},  // so many OPENs are not answered
    {"piece", KEY_NUMBER, AT (piece), "0", NULL},                // bytes written at once, at most 16; 0: whole messages
    {"interleave", KEY_BOOLEAN, AT (interleave), "false", NULL}, // an indication before each answer
    {"status", KEY_NUMBER, AT (status), "2", NULL},              // of commands that an armed "fail" refuses
    {"late_seconds", KEY_SECONDS, AT (late_seconds), "0.5", NULL},
    {"boot", KEY_CHOICE, AT (boot), "plain", "plain|locked|absent|status|iccid"},
    {"boot_seconds", KEY_SECONDS, AT (boot_seconds), "0.02", NULL}, // until the card is read
    {"pin_query", KEY_CHOICE, AT (pin_query), "plain", "plain|pin2|unknown|status"},
    {"radio", KEY_CHOICE, AT (radio), "on", "on|off|hardware|locked"},
    {"register_seconds", KEY_SECONDS, AT (register_seconds), "0.02", NULL},
    {"rssi", KEY_NUMBER, AT (rssi), "21", NULL},    // 0 to 31, 99 unknown
    {"ussd", KEY_BOOLEAN, AT (ussd), "true", NULL}, // false: an LTE-only one without it
    {"ussd_busy", KEY_CHOICE, AT (ussd_busy), "false", "false|until-cancel|always"}, // another program holds a session
    {"sms", KEY_BOOLEAN, AT (sms), "true", NULL},
    {"uicc", KEY_BOOLEAN, AT (uicc), "false", NULL}, // access to the files of the card
    {"phonebook", KEY_BOOLEAN, AT (phonebook), "true", NULL},
    {"always_index_1", KEY_BOOLEAN, AT (always_index_1), "false", NULL}, // of each message that is read (Fibocom L850)
    {"extensions", KEY_CHOICE, AT (extensions), "1", "1|2|3"},           // MBIMEx that it can speak
    {"forced", KEY_CHOICE, AT (forced), "1", "1|2|3"},                   // MBIMEx that another program has agreed on
    {"plugged", KEY_BOOLEAN, AT (plugged), "true", NULL},
};

static const struct Keys keys = {rows, G_N_ELEMENTS (rows)};

void
modem_settings_init (struct ModemSettings *settings)
{
  keys_init (&keys, settings);
}

void
modem_settings_clear (struct ModemSettings *settings)
{
  keys_clear (&keys, settings);
}

gboolean
modem_settings_set (struct ModemSettings *settings, const char *key, const char *value, GError **error)
{
  return keys_set (&keys, settings, key, value, error);
}

char *
modem_settings_help (void)
{
  return keys_help (&keys);
}
