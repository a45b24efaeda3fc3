// The table of scenario keys. No behaviour in here.
#include "tests/fleet/settings.h"

#include "tests/fleet/keys.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof (struct Settings, member)

static const struct Key rows[] = {
    {"port", KEY_PORT, AT (port), "", NULL},
    {"serial", KEY_TEXT, AT (serial), "", NULL},
    {"maker", KEY_TEXT, AT (maker), "Google", NULL},
    {"model", KEY_TEXT, AT (model), "Tab", NULL},
    {"device", KEY_TEXT, AT (device), "tab", NULL},
    {"product", KEY_TEXT, AT (product), "tab", NULL},
    {"encrypted", KEY_TEXT, AT (encrypted), "file", NULL},
    {"owner", KEY_TEXT, AT (owner), "", NULL}, // package that is device owner
    {"imei", KEY_TEXT, AT (imei), "", NULL},   // of a tablet with a modem
    {"usb_name", KEY_TEXT, AT (usb_name), "", NULL},
    {"apps", KEY_TEXT, AT (apps), "", NULL},
    {"replay", KEY_TEXT, AT (replay), "", NULL},   // a recording; then only its port and its cable count
    {"private", KEY_TEXT, AT (private), "", NULL}, // names, numbers: told in lines of its own
    {"android", KEY_NUMBER, AT (android), "15", NULL},
    {"protocol", KEY_NUMBER, AT (protocol), "2", NULL},
    {"google_accounts", KEY_NUMBER, AT (google_accounts), "0", NULL},
    {"samsung_accounts", KEY_NUMBER, AT (samsung_accounts), "0", NULL},
    {"battery", KEY_NUMBER, AT (battery), "80", NULL},
    {"users", KEY_NUMBER, AT (users), "1", NULL},
    {"maxdata", KEY_NUMBER, AT (maxdata), "262144", NULL},
    {"reply_bytes", KEY_NUMBER, AT (reply_bytes), "256", NULL}, // 64 on old bootloaders
    {"boot_loops", KEY_NUMBER, AT (boot_loops), "0", NULL},
    {"adb", KEY_CHOICE, AT (adb), "known", "off|known|tap|never|denied|tradein"},
    {"bootloader", KEY_CHOICE, AT (bootloader), "locked", "none|locked|unlocked"},
    {"mode", KEY_CHOICE, AT (mode), "default", "default|adb|fastboot|plain"},
    {"wipe", KEY_CHOICE, AT (wipe), "honest", "honest|unwiped|never_returns|dies|ignored|refused"},
    {"claim", KEY_CHOICE, AT (claim), "ok", "ok|denied|full"}, // full: its controller has no room for its endpoints
    {"install", KEY_CHOICE, AT (install), "ok", "ok|refused"},
    {"after_wipe", KEY_CHOICE, AT (after_wipe), "plain", "plain|adb|frp|tradein"},
    {"lock_text", KEY_CHOICE, AT (lock_text), "aosp", "aosp|state|flag|unlock-first"},
    {"unknown_variable", KEY_CHOICE, AT (unknown_variable), "fail", "fail|empty"},
    {"quirk", KEY_CHOICE, AT (quirk), "none",
     "none|stale|short-header|bad-magic|huge-length|stls|no-features|delayed-ack|close-zero"},
    {"tradein", KEY_CHOICE, AT (tradein), "honest",
     "honest|no-attestation|other-challenge|forged|second|software|unverified-boot|other-serial|unsaid-serial|garbage"},
    {"at", KEY_CHOICE, AT (at), "none", "none|honest|box|other-serial|no-serial|silent|garbage|error|flood"},
    {"plugged", KEY_BOOLEAN, AT (plugged), "true", NULL},
    {"shell_v2", KEY_BOOLEAN, AT (shell_v2), "true", NULL},
    {"charging", KEY_BOOLEAN, AT (charging), "true", NULL},
    {"recovery_visible", KEY_BOOLEAN, AT (recovery_visible), "false", NULL},
    {"keyguard", KEY_BOOLEAN, AT (keyguard), "false", NULL},
    {"composite", KEY_BOOLEAN, AT (composite), "true", NULL}, // adb beside MTP
    {"snapshot", KEY_BOOLEAN, AT (snapshot), "false", NULL},  // an update is being merged
    {"userspace", KEY_BOOLEAN, AT (userspace), "false", NULL},
    {"screen_lock", KEY_BOOLEAN, AT (screen_lock), "false", NULL},
    {"oem_unlock", KEY_BOOLEAN, AT (oem_unlock), "false", NULL},       // the developer option
    {"halt_refused", KEY_BOOLEAN, AT (halt_refused), "false", NULL},   // STALL on CLEAR_HALT
    {"says_unlocked", KEY_BOOLEAN, AT (says_unlocked), "false", NULL}, // a locked bootloader that says otherwise
    {"erase_says", KEY_BOOLEAN, AT (erase_says), "true", NULL},        // INFO during a slow erase
    {"reboot_says", KEY_BOOLEAN, AT (reboot_says), "true", NULL},      // OKAY before it leaves fastboot
    {"partition_type", KEY_CHOICE, AT (partition_type), "raw", "raw|f2fs|ext4|absent"},
    {"busy", KEY_BOOLEAN, AT (busy), "false", NULL},       // another program of the host holds the interface
    {"tap_after", KEY_SECONDS, AT (tap_after), "0", NULL}, // 0: nobody taps by himself
    {"wipe_seconds", KEY_SECONDS, AT (wipe_seconds), "0.4", NULL},
    {"boot_seconds", KEY_SECONDS, AT (boot_seconds), "0.2", NULL},
    {"erase_seconds", KEY_SECONDS, AT (erase_seconds), "0", NULL},
    {"answer_seconds", KEY_SECONDS, AT (answer_seconds), "0", NULL}, // before each shell answer
    {"loop_seconds", KEY_SECONDS, AT (loop_seconds), "0.2", NULL},   // that it stays before it leaves again
    {"serial_after", KEY_SECONDS, AT (serial_after), "0", NULL},     // on the cable without its serial, at first
};

static const struct Keys keys = {rows, G_N_ELEMENTS (rows)};

gboolean
settings_set (struct Settings *settings, const char *name, const char *value, GError **error)
{
  return keys_set (&keys, settings, name, value, error);
}

void
settings_init (struct Settings *settings)
{
  memset (settings, 0, sizeof *settings);
  keys_init (&keys, settings);
}

void
settings_clear (struct Settings *settings)
{
  keys_clear (&keys, settings);
}

char *
settings_help (void)
{
  return keys_help (&keys);
}
