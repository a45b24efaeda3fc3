// One emulated Android tablet: its state machine, its faults, what it counts. It shows itself on a USB bus through the
// models adb.c and fastboot.c. It knows no command socket and no umockdev.
#pragma once

#include "tests/fleet/settings.h"
#include "tests/fleet/usb.h"

// What the tablet shows on the cable.
enum TabletMode { TABLET_ADB, TABLET_PLAIN, TABLET_FASTBOOT, TABLET_RECOVERY, TABLET_AWAY, TABLET_REPLAY };

// Places where a fault may strike.
enum Point {
  POINT_CNXN,
  POINT_AUTH,
  POINT_OPEN,
  POINT_SHELL_ANSWER,
  POINT_PAYLOAD, // between the header and the payload of an answer
  POINT_WIPE_COMMAND,
  POINT_GONE,
  POINT_RECOVERY,
  POINT_WIPED,
  POINT_RETURN,
  POINT_ERASE,
  POINT_ERASE_USERDATA,
  POINT_REBOOT,
  POINT_AT_ANSWER, // in the middle of it
  N_POINTS,
};

// FAULT_ADB_OFF: debugging is switched off (Samsung's Auto Blocker). FAULT_DATA: fastboot asks for data that nobody offered.
enum Fault { FAULT_NONE, FAULT_UNPLUG, FAULT_STALL, FAULT_SILENT, FAULT_FAIL, FAULT_ADB_OFF, FAULT_DATA };

// How a wipe erases.
enum WipeKind {
  WIPE_UNTRUSTED, // by a command or by the keys: Google's lock stays
  WIPE_TRUSTED,   // from Settings, or by an owner that says so: clears the lock as well
  WIPE_HARNESS,   // into test harness mode: keeps the keys and opens adb again
};

typedef struct Tablet Tablet;

struct Tablet {
  char *name;
  struct Settings settings;
  struct Replay *replay;                // of a recording, owned; NULL: it lives a life of its own
  UsbBus *bus;                          // not owned
  UsbDevice *usb;                       // NULL when nothing shows on the cable
  gpointer model;                       // struct Adb or struct Fastboot of the present attachment, or NULL
  const struct TabletModel *model_type; // how to end it
  gboolean plugged;
  enum TabletMode mode, home; // what it shows; what it boots to
  gboolean has_data, frp, is_set_up, in_test_mode;
  enum WipeKind wipe_kind; // of the wipe under way
  char *admin;             // package that is device administrator, or NULL
  gboolean trusts_first;   // adb=known: a key has signed and was taken
  GPtrArray *trusted;      // of char*: public keys a person allowed
  char *asking;            // public key in the dialog on the screen, or NULL
  enum Fault faults[N_POINTS];
  guint timer;          // of the next step of its life, 0 when it waits for somebody
  gboolean is_stepping; // it takes that step, after which it may wait for the next one
  guint serial_timer;
  gboolean hides_serial;
  int loops_left; // of a boot loop
  void (*next) (Tablet *tablet);
  guint address, wiped, wipe_commands, taps, opened, protocol_errors, missing_zlps;
  guint at_commands, at_others;    // transfers to its AT port; of them those that are not AT+DEVCONINFO
  void (*changed) (gpointer user); // told after each change of state
  gpointer changed_user;
};

// What a protocol model is to the tablet.
struct TabletModel {
  gpointer (*start) (Tablet *tablet); // before the device shows itself; NULL: it keeps nothing, and gets the tablet
  void (*stop) (gpointer model);      // frees it; NULL likewise
  void (*received) (gpointer model, const guint8 *bytes, gsize length); // as in struct UsbGadget
  void (*allowed) (gpointer model); // a person allowed the key that asks; NULL when there are no dialogs
};

// Makes a tablet that is not shown yet. Takes over the content of `settings`, in any case. NULL with error when its recording cannot be played.
Tablet *tablet_new (const char *name, struct Settings *settings, UsbBus *bus, GError **error);

// Takes it off the bus and frees it. NULL is accepted.
void tablet_free (Tablet *tablet);

// The cable goes in, at `port` or, when NULL, where it was. FALSE with error when the port is taken or the cable is in.
gboolean tablet_plug (Tablet *tablet, const char *port, GError **error);

// The cable goes out. FALSE with error when it was out.
gboolean tablet_unplug (Tablet *tablet, GError **error);

// Changes one setting; what shows on the cable follows at once when it must. FALSE with error for a bad key or value.
gboolean tablet_set (Tablet *tablet, const char *key, const char *value, GError **error);

// A person taps "Allow" (is_allowed) or "Deny" on the dialog. FALSE with error when no dialog is on the screen.
gboolean tablet_tap (Tablet *tablet, gboolean is_allowed, GError **error);

// A person does something by hand: settings-reset, recovery-wipe, bootloader, reboot, power-on, setup, unlock-screen,
// revoke-keys; of a replay: replay-on (whatever was done when the recorded tablet left).
gboolean tablet_human (Tablet *tablet, const char *what, GError **error);

// Arms a fault, "unplug@erase". FALSE with error for an unknown one.
gboolean tablet_arm (Tablet *tablet, const char *step, GError **error);

// All faults that tablet_arm knows, separated by spaces. The caller owns the text.
char *tablet_faults_help (void);

// The truth about it: "mode=adb plugged=1 ...". busy: its life goes on by itself (it restarts, erases). The caller owns the text.
char *tablet_state (const Tablet *tablet);

// One value of tablet_state by its key, NULL when there is no such key. The caller owns the text.
char *tablet_value (const Tablet *tablet, const char *key);

// ---- for the models ----

// The tablet comes to a point: strikes with the armed fault, if any, and says which. Anything but FAULT_NONE means that
// the caller must not go on; after FAULT_UNPLUG and FAULT_ADB_OFF the model is freed.
enum Fault tablet_reach (Tablet *tablet, enum Point point);

// Tells the watchers that a count or a dialog has changed.
void tablet_touch (Tablet *tablet);

// A wipe command has arrived: counts it and says in how far it will be obeyed. The wipe then runs by itself.
enum WipeManner tablet_wipe (Tablet *tablet, enum WipeKind kind);

// The user data are gone now. `is_trusted`: from Settings, which clears Google's lock as well.
void tablet_erase_data (Tablet *tablet, gboolean is_trusted);

// A replay leaves its port after so long, and comes back as the recorded tablet did.
void tablet_replay_goes (Tablet *tablet, double seconds);

// Restarts towards "" (Android), "bootloader", "recovery" or "fastboot".
void tablet_reboot (Tablet *tablet, const char *target);
