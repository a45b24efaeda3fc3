// What a scenario may say of a tablet: one struct, one table of keys. What the tablet does with it is in tablet.c.
#pragma once

#include <glib.h>

enum AdbPolicy { ADB_OFF, ADB_KNOWN, ADB_TAP, ADB_NEVER, ADB_DENIED, ADB_TRADEIN };
enum Bootloader { BOOTLOADER_NONE, BOOTLOADER_LOCKED, BOOTLOADER_UNLOCKED };
enum StartMode { START_DEFAULT, START_ADB, START_FASTBOOT, START_PLAIN };
// WIPE_DIES: its battery is empty in the middle; switched on again it begins anew, as Android's recovery does.
enum WipeManner { WIPE_HONEST, WIPE_UNWIPED, WIPE_NEVER_RETURNS, WIPE_DIES, WIPE_IGNORED, WIPE_REFUSED };
enum Claim { CLAIM_OK, CLAIM_DENIED, CLAIM_FULL };
enum Install { INSTALL_OK, INSTALL_REFUSED };
enum AfterWipe { AFTER_PLAIN, AFTER_ADB, AFTER_FRP, AFTER_TRADEIN };
enum LockText { LOCK_AOSP, LOCK_STATE, LOCK_FLAG, LOCK_UNLOCK_FIRST };
enum UnknownVariable { UNKNOWN_FAIL, UNKNOWN_EMPTY };
enum PartitionType { PARTITION_RAW, PARTITION_F2FS, PARTITION_EXT4, PARTITION_ABSENT };
enum Quirk {
  QUIRK_NONE,
  QUIRK_STALE,        // packets of a former session before CNXN
  QUIRK_SHORT_HEADER, // 12 bytes instead of 24
  QUIRK_BAD_MAGIC,
  QUIRK_HUGE_LENGTH, // announces more than maxdata
  QUIRK_STLS,        // asks for TLS, which USB does not have
  QUIRK_NO_FEATURES, // old banner without a feature list
  QUIRK_DELAYED_ACK, // offers delayed_ack, as Android 14 does
  QUIRK_CLOSE_ZERO,  // ends streams with CLSE (0, id)
};

// What `tradeinmode getstatus` says of a reset tablet.
enum TradeinManner {
  TRADEIN_HONEST,
  TRADEIN_NO_ATTESTATION,  // the keystore wants a network connection
  TRADEIN_OTHER_CHALLENGE, // signs something else than the host's challenge
  TRADEIN_FORGED,          // a chain of the right names with a key that the root never signed
  TRADEIN_SECOND,          // a key that was attested signs for another one
  TRADEIN_SOFTWARE,        // no security chip
  TRADEIN_UNVERIFIED_BOOT,
  TRADEIN_OTHER_SERIAL,
  TRADEIN_UNSAID_SERIAL,
  TRADEIN_GARBAGE,
};

// The AT port of a Samsung tablet, beside MTP, and what it answers to AT+DEVCONINFO.
enum AtManner {
  AT_NONE, // it has no such port
  AT_HONEST,
  AT_BOX,          // the cable shows the number that it calls UN, in small letters; SN is another
  AT_OTHER_SERIAL, // of another tablet
  AT_NO_SERIAL,
  AT_SILENT,
  AT_GARBAGE,
  AT_ERROR,
  AT_FLOOD, // never ends
};

struct Settings {
  char *port; // "1-1.2"
  char *imei; // "": it has no modem
  char *serial, *maker, *model, *device, *product, *encrypted, *owner;
  char *replay;   // path of a recording that it plays; "": it lives a life of its own
  char *usb_name; // product on the cable; "": its model
  char *private;  // what a person's tablet tells beside what is asked, in every answer that has room for it
  char *apps;     // packages that are installed, separated by spaces
  int android, protocol, google_accounts, samsung_accounts, battery, users;
  int boot_loops;           // times it leaves again before it stays, after it was wiped
  int maxdata, reply_bytes; // of adb's packets, of fastboot's answers
  int adb, bootloader, mode, wipe, after_wipe, lock_text, unknown_variable, quirk, install, tradein, at,
      claim;                                                                                         // the enums above
  int plugged, shell_v2, charging, recovery_visible, keyguard, composite, snapshot, userspace, busy; // booleans
  int partition_type;                                                                                // an enum above
  int screen_lock, oem_unlock, halt_refused, says_unlocked, erase_says, reboot_says;                 // booleans
  double tap_after, wipe_seconds, boot_seconds, erase_seconds, answer_seconds, loop_seconds, serial_after;
};

// Fills in the defaults; `settings` may be uninitialised.
void settings_init (struct Settings *settings);

// Frees what it owns.
void settings_clear (struct Settings *settings);

// Sets one key from its text. FALSE with error, and nothing changed, for an unknown key or a bad value.
gboolean settings_set (struct Settings *settings, const char *key, const char *value, GError **error);

// One line per key for the help: name, values, default. The caller owns the text.
char *settings_help (void);
