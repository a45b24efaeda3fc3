// The life of a tablet: what shows on the cable, wipes, restarts, faults. The bytes are in adb.c and fastboot.c.
//
//   adb | plain --wipe--> away --> (recovery) --> away --> adb | plain
//   adb | plain <--reboot--> fastboot           any mode, cable out: the same life goes on unseen
#include "tests/fleet/tablet.h"

#include "tests/fleet/adb.h"
#include "tests/fleet/at.h"
#include "tests/fleet/fastboot.h"
#include "tests/fleet/replay.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>

#define LINK_SECONDS       0.4  // between the answer to a command and the end of the link
#define BOOTLOADER_SECONDS 0.1  // restart into the bootloader
#define RECOVERY_SHARE     0.25 // of wipe_seconds, before the recovery shows itself

static const char *const mode_names[] = {
    [TABLET_ADB] = "adb",           [TABLET_PLAIN] = "plain", [TABLET_FASTBOOT] = "fastboot",
    [TABLET_RECOVERY] = "recovery", [TABLET_AWAY] = "away",   [TABLET_REPLAY] = "replay",
};

#define CAN_FAIL    (1u << FAULT_FAIL)
#define CAN_ADB_OFF (1u << FAULT_ADB_OFF)
#define CAN_DATA    (1u << FAULT_DATA)

static const struct {
  const char *name;
  guint more; // faults that not every point knows, a bit each
} points[N_POINTS] = {
    [POINT_CNXN] = {"cnxn", CAN_ADB_OFF},
    [POINT_AUTH] = {"auth", CAN_FAIL | CAN_ADB_OFF},
    [POINT_OPEN] = {"open", CAN_FAIL | CAN_ADB_OFF},
    [POINT_SHELL_ANSWER] = {"shell-answer", CAN_FAIL | CAN_ADB_OFF},
    [POINT_PAYLOAD] = {"payload", 0},
    [POINT_WIPE_COMMAND] = {"wipe-command", CAN_FAIL | CAN_ADB_OFF},
    [POINT_GONE] = {"gone", 0},
    [POINT_RECOVERY] = {"recovery", 0},
    [POINT_WIPED] = {"wiped", CAN_FAIL},
    [POINT_RETURN] = {"return", 0},
    [POINT_ERASE] = {"erase", CAN_FAIL | CAN_DATA},
    [POINT_ERASE_USERDATA] = {"erase-userdata", CAN_FAIL | CAN_DATA},
    [POINT_REBOOT] = {"reboot", CAN_FAIL},
    [POINT_AT_ANSWER] = {"at-answer", 0},
};

static const char *const fault_names[] = {
    [FAULT_NONE] = "none", [FAULT_UNPLUG] = "unplug",   [FAULT_STALL] = "stall", [FAULT_SILENT] = "silent",
    [FAULT_FAIL] = "fail", [FAULT_ADB_OFF] = "adb-off", [FAULT_DATA] = "data",
};

// ---- what shows on the cable ----

static const struct {
  const char *maker; // lower case
  guint16 vendor;
} vendors[] = {{"samsung", 0x04e8}, {"lenovo", 0x17ef}, {"huawei", 0x12d1}, {"xiaomi", 0x2717}, {"google", 0x18d1}};

static guint16
vendor_of (const char *maker)
{
  g_autofree char *lower = g_ascii_strdown (maker, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (vendors); i++)
    if (g_str_equal (vendors[i].maker, lower))
      return vendors[i].vendor;
  return 0x18d1;
}

static void
mute_received (gpointer model, const guint8 *bytes, gsize length)
{
  (void)model; // MTP is not emulated: what comes is dropped
  (void)bytes;
  (void)length;
}

static const struct TabletModel mute_model = {.received = mute_received};

// Everything about one mode: its USB product number, its talking interface, the model behind it.
static const struct {
  guint16 product;
  struct UsbInterface talking;
  const struct TabletModel *model;
} modes[] = {
    [TABLET_ADB] = {0x4ee2, {0xff, 0x42, 0x01, "ADB Interface"}, &adb_model},
    [TABLET_PLAIN] = {0x4ee1, {0x06, 0x01, 0x01, "MTP"}, &mute_model},
    [TABLET_FASTBOOT] = {0x4ee0, {0xff, 0x42, 0x03, "fastboot"}, &fastboot_model},
    [TABLET_RECOVERY] = {0xd001, {0x06, 0x01, 0x01, "MTP"}, &mute_model},
    [TABLET_REPLAY] = {0, {0}, &replay_model}, // it says itself what it is
};

// The control interface of a CDC-ACM function, and its data interface.
static const struct UsbInterface at_port[] = {{0x02, 0x02, 0x01, "CDC ACM"}, {0x0a, 0x00, 0x00, "CDC data"}};

static gboolean
shows_at (const Tablet *tablet)
{
  return tablet->mode == TABLET_PLAIN && tablet->settings.at != AT_NONE;
}

static int
gadget_claimed (gpointer user, guint interface)
{
  static const int refusals[] = {[CLAIM_OK] = 0, [CLAIM_DENIED] = EACCES, [CLAIM_FULL] = ENOSPC};
  Tablet *tablet = user;
  int refusal = tablet->settings.busy ? EBUSY : refusals[tablet->settings.claim];
  (void)interface; // any touch counts
  if (refusal != 0)
    return refusal;
  tablet->opened++;
  tablet_touch (tablet);
  return 0;
}

static void
gadget_received (gpointer user, const guint8 *bytes, gsize length)
{
  Tablet *tablet = user;
  tablet->model_type->received (tablet->model, bytes, length);
}

static const struct UsbGadget gadget = {gadget_claimed, gadget_received};

static struct UsbIdentity
identity_of (const Tablet *tablet)
{
  const struct Settings *set = &tablet->settings;
  if (tablet->mode == TABLET_REPLAY)
    return *replay_identity (tablet->replay);
  struct UsbIdentity identity = {
      .vendor = vendor_of (set->maker),
      .product = modes[tablet->mode].product,
      .maker = set->maker,
      .model = *set->usb_name != '\0' ? set->usb_name : set->model,
      .serial = tablet->hides_serial ? "" : set->serial,
      .refuses_clear_halt = set->halt_refused,
  };
  if (tablet->mode == TABLET_ADB && set->composite)
    identity.interfaces[identity.n_interfaces++] = modes[TABLET_PLAIN].talking;
  identity.interfaces[identity.n_interfaces++] = modes[tablet->mode].talking;
  for (gsize i = 0; shows_at (tablet) && i < G_N_ELEMENTS (at_port); i++)
    identity.interfaces[identity.n_interfaces++] = at_port[i];
  return identity;
}

static void
start_model (Tablet *tablet)
{
  tablet->model_type = shows_at (tablet) ? &at_model : modes[tablet->mode].model;
  tablet->model = tablet->model_type->start != NULL ? tablet->model_type->start (tablet) : tablet;
}

static void
stop_model (Tablet *tablet)
{
  if (tablet->model_type->stop != NULL)
    tablet->model_type->stop (tablet->model);
  tablet->model = NULL;
}

static void
detach (Tablet *tablet)
{
  if (tablet->usb == NULL)
    return;
  g_clear_pointer (&tablet->asking, g_free);
  stop_model (tablet);
  usb_device_detach (g_steal_pointer (&tablet->usb));
  tablet->address = 0;
}

static gboolean attach (Tablet *tablet, GError **error);

static gboolean
serial_shows (gpointer user)
{
  Tablet *tablet = user;
  tablet->serial_timer = 0;
  tablet->hides_serial = FALSE;
  detach (tablet);
  (void)attach (tablet, NULL); // the port was its own a moment ago
  tablet_touch (tablet);
  return G_SOURCE_REMOVE;
}

static gboolean
attach (Tablet *tablet, GError **error)
{
  if (!tablet->plugged || tablet->mode == TABLET_AWAY)
    return TRUE;
  struct UsbIdentity identity = identity_of (tablet);
  start_model (tablet);
  tablet->usb = usb_device_attach (tablet->bus, tablet->settings.port, &identity, &gadget, tablet, error);
  if (tablet->usb == NULL) {
    stop_model (tablet);
    return FALSE;
  }
  tablet->address = usb_device_address (tablet->usb);
  return TRUE;
}

static void
show (Tablet *tablet, enum TabletMode mode)
{
  g_autoptr (GError) error = NULL;
  detach (tablet);
  tablet->mode = mode;
  if (!attach (tablet, &error))
    g_warning ("%s: %s", tablet->name, error->message);
  tablet_touch (tablet);
}

// ---- time ----

static gboolean
step_due (gpointer user)
{
  Tablet *tablet = user;
  tablet->timer = 0;
  tablet->is_stepping = TRUE;
  tablet->next (tablet);
  tablet->is_stepping = FALSE;
  tablet_touch (tablet);
  return G_SOURCE_REMOVE;
}

static void
schedule (Tablet *tablet, double seconds, void (*next) (Tablet *tablet))
{
  g_clear_handle_id (&tablet->timer, g_source_remove);
  tablet->next = next;
  tablet->timer = g_timeout_add ((guint)(seconds * 1000), step_due, tablet);
}

static void boot_android (Tablet *tablet);

static void
come_back (Tablet *tablet)
{
  show (tablet, tablet->home);
  (void)tablet_reach (tablet, POINT_RETURN); // the loop goes on without its cable
  if (tablet->loops_left == 0 || tablet->settings.boot_loops == 0)
    return;
  tablet->loops_left--;
  schedule (tablet, tablet->settings.loop_seconds, boot_android);
}

static void
boot_android (Tablet *tablet)
{
  show (tablet, TABLET_AWAY);
  schedule (tablet, tablet->settings.boot_seconds, come_back);
}

// Test harness mode: the data are gone, the keys of adb have been kept, nobody is asked for anything.
static void
enter_test_mode (Tablet *tablet, int policy, GPtrArray *keys)
{
  tablet->settings.adb = policy;
  g_ptr_array_unref (tablet->trusted);
  tablet->trusted = g_ptr_array_ref (keys);
  tablet->in_test_mode = tablet->is_set_up = TRUE;
  tablet->home = TABLET_ADB;
}

static void
erase_as_asked (Tablet *tablet)
{
  int policy = tablet->settings.adb;
  g_autoptr (GPtrArray) keys = g_steal_pointer (&tablet->trusted);
  tablet->trusted = g_ptr_array_new_with_free_func (g_free);
  tablet_erase_data (tablet, tablet->wipe_kind == WIPE_TRUSTED);
  if (tablet->wipe_kind == WIPE_HARNESS)
    enter_test_mode (tablet, policy, keys);
}

static void
finish_wipe (Tablet *tablet)
{
  enum Fault fault = tablet_reach (tablet, POINT_WIPED);
  // an unfinished update: recovery "cannot wipe partitions" and starts the old system
  gboolean fails = tablet->settings.wipe == WIPE_UNWIPED || tablet->settings.snapshot || fault == FAULT_FAIL;
  if (!fails)
    erase_as_asked (tablet);
  show (tablet, TABLET_AWAY);
  schedule (tablet, tablet->settings.boot_seconds, come_back);
}

static void
show_recovery (Tablet *tablet)
{
  show (tablet, TABLET_RECOVERY);
  (void)tablet_reach (tablet, POINT_RECOVERY); // the wipe goes on without its cable
  schedule (tablet, tablet->settings.wipe_seconds, finish_wipe);
}

static void
leave_for_wipe (Tablet *tablet)
{
  show (tablet, TABLET_AWAY);
  (void)tablet_reach (tablet, POINT_GONE); // the wipe goes on without its cable
  if (tablet->settings.wipe == WIPE_NEVER_RETURNS || tablet->settings.wipe == WIPE_DIES)
    return;
  if (tablet->settings.recovery_visible)
    schedule (tablet, tablet->settings.wipe_seconds * RECOVERY_SHARE, show_recovery);
  else
    schedule (tablet, tablet->settings.wipe_seconds, finish_wipe);
}

static void
finish_settings_reset (Tablet *tablet)
{
  tablet_erase_data (tablet, TRUE);
  schedule (tablet, tablet->settings.boot_seconds, come_back);
}

static void
show_bootloader (Tablet *tablet)
{
  show (tablet, TABLET_FASTBOOT);
}

static void
boot_bootloader (Tablet *tablet)
{
  show (tablet, TABLET_AWAY);
  schedule (tablet, BOOTLOADER_SECONDS, show_bootloader);
}

static void
wait_in_recovery (Tablet *tablet)
{
  show (tablet, tablet->settings.recovery_visible ? TABLET_RECOVERY : TABLET_AWAY);
}

static void
come_back_replayed (Tablet *tablet)
{
  show (tablet, TABLET_REPLAY);
}

static void
leave_replayed (Tablet *tablet)
{
  show (tablet, TABLET_AWAY);
  if (replay_go_on (tablet->replay))
    schedule (tablet, tablet->settings.boot_seconds, come_back_replayed);
}

// ---- what the models ask for ----

void
tablet_touch (Tablet *tablet)
{
  if (tablet->changed != NULL)
    tablet->changed (tablet->changed_user);
}

static void
switch_adb_off (Tablet *tablet)
{
  tablet->settings.adb = ADB_OFF;
  tablet->home = TABLET_PLAIN;
  show (tablet, TABLET_PLAIN);
}

enum Fault
tablet_reach (Tablet *tablet, enum Point point)
{
  enum Fault fault = tablet->faults[point];
  tablet->faults[point] = FAULT_NONE;
  switch (fault) {
  case FAULT_UNPLUG:
    (void)tablet_unplug (tablet, NULL); // already out is as good
    break;
  case FAULT_STALL:
    if (tablet->usb != NULL)
      usb_device_halt (tablet->usb);
    break;
  case FAULT_SILENT:
    if (tablet->usb != NULL)
      usb_device_silence (tablet->usb);
    break;
  case FAULT_ADB_OFF:
    switch_adb_off (tablet);
    break;
  case FAULT_NONE:
  case FAULT_FAIL:
  case FAULT_DATA:
    break;
  }
  return fault;
}

enum WipeManner
tablet_wipe (Tablet *tablet, enum WipeKind kind)
{
  tablet->wipe_commands++;
  tablet->wipe_kind = kind;
  enum WipeManner manner = (enum WipeManner)tablet->settings.wipe;
  if (manner < WIPE_IGNORED)
    schedule (tablet, LINK_SECONDS, leave_for_wipe);
  tablet_touch (tablet);
  return manner;
}

void
tablet_erase_data (Tablet *tablet, gboolean is_trusted)
{
  struct Settings *set = &tablet->settings;
  gboolean had_account = set->google_accounts + set->samsung_accounts > 0;
  tablet->frp = !is_trusted && (tablet->frp || had_account);
  set->google_accounts = set->samsung_accounts = 0;
  tablet->has_data = tablet->is_set_up = tablet->trusts_first = tablet->in_test_mode = FALSE;
  g_clear_pointer (&tablet->admin, g_free);
  (void)settings_set (set, "apps", "", NULL); // an empty text is a good one
  (void)settings_set (set, "owner", "", NULL);
  set->users = 1;
  set->screen_lock = FALSE;
  g_ptr_array_set_size (tablet->trusted, 0);
  gboolean has_tradein = set->after_wipe == AFTER_TRADEIN && set->android >= 16;
  gboolean shows_adb = set->after_wipe == AFTER_ADB || has_tradein;
  tablet->home = shows_adb ? TABLET_ADB : TABLET_PLAIN;
  if (has_tradein)
    set->adb = ADB_TRADEIN;
  else if (set->adb == ADB_KNOWN)
    set->adb = ADB_TAP; // no key is known any more
  tablet->loops_left = set->boot_loops;
  tablet->wiped++;
  tablet_touch (tablet);
}

void
tablet_replay_goes (Tablet *tablet, double seconds)
{
  schedule (tablet, seconds, leave_replayed);
}

void
tablet_reboot (Tablet *tablet, const char *target)
{
  static const struct {
    const char *target;
    void (*leave) (Tablet *tablet);
  } ways[] = {{"bootloader", boot_bootloader}, {"fastboot", boot_bootloader}, {"recovery", wait_in_recovery}};
  void (*leave) (Tablet * tablet) = boot_android;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    if (g_str_equal (ways[i].target, target))
      leave = ways[i].leave;
  if (leave == boot_bootloader)
    tablet->settings.userspace = g_str_equal (target, "fastboot");
  if (leave == boot_bootloader && tablet->settings.bootloader == BOOTLOADER_NONE)
    leave = boot_android; // no fastboot on this one: it just restarts
  schedule (tablet, LINK_SECONDS, leave);
}

// ---- what people do ----

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", why);
  return FALSE;
}

gboolean
tablet_plug (Tablet *tablet, const char *port, GError **error)
{
  if (tablet->plugged)
    return refuse (error, "the cable is in");
  if (port != NULL && !tablet_set (tablet, "port", port, error))
    return FALSE;
  if (*tablet->settings.port == '\0')
    return refuse (error, "no port");
  tablet->plugged = TRUE;
  tablet->hides_serial = tablet->settings.serial_after > 0;
  if (tablet->hides_serial)
    tablet->serial_timer = g_timeout_add ((guint)(tablet->settings.serial_after * 1000), serial_shows, tablet);
  if (!attach (tablet, error)) {
    tablet->plugged = FALSE;
    return FALSE;
  }
  tablet_touch (tablet);
  return TRUE;
}

gboolean
tablet_unplug (Tablet *tablet, GError **error)
{
  if (!tablet->plugged)
    return refuse (error, "the cable is out");
  detach (tablet);
  g_clear_handle_id (&tablet->serial_timer, g_source_remove);
  tablet->plugged = FALSE;
  tablet_touch (tablet);
  return TRUE;
}

static enum TabletMode
start_mode (const struct Settings *set)
{
  switch ((enum StartMode)set->mode) {
  case START_ADB:
    return TABLET_ADB;
  case START_FASTBOOT:
    return TABLET_FASTBOOT;
  case START_PLAIN:
    return TABLET_PLAIN;
  case START_DEFAULT:
    return set->adb == ADB_OFF ? TABLET_PLAIN : TABLET_ADB;
  }
  g_assert_not_reached ();
}

// Keys that change what shows on the cable.
static gboolean
must_show_again (const char *key)
{
  static const char *const shown[] = {"serial", "maker", "model", "composite", "mode", "port", "usb_name", "at"};
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    if (g_str_equal (shown[i], key))
      return TRUE;
  return FALSE;
}

gboolean
tablet_set (Tablet *tablet, const char *key, const char *value, GError **error)
{
  if (g_str_equal (key, "plugged"))
    return g_str_equal (value, "true") ? tablet_plug (tablet, NULL, error) : tablet_unplug (tablet, error);
  if (!settings_set (&tablet->settings, key, value, error))
    return FALSE;
  enum TabletMode mode = tablet->mode;
  if (g_str_equal (key, "mode"))
    mode = start_mode (&tablet->settings);
  if (g_str_equal (key, "mode") && mode != TABLET_FASTBOOT)
    tablet->home = mode;
  if (tablet->usb != NULL && must_show_again (key))
    show (tablet, mode);
  else
    tablet_touch (tablet);
  return TRUE;
}

gboolean
tablet_tap (Tablet *tablet, gboolean is_allowed, GError **error)
{
  if (tablet->asking == NULL)
    return refuse (error, "no dialog on the screen");
  tablet->taps++;
  if (is_allowed) {
    g_ptr_array_add (tablet->trusted, g_steal_pointer (&tablet->asking));
    tablet->model_type->allowed (tablet->model);
  }
  g_clear_pointer (&tablet->asking, g_free);
  tablet_touch (tablet);
  return TRUE;
}

static gboolean
human_settings_reset (Tablet *tablet, GError **error)
{
  if (tablet->home != tablet->mode)
    return refuse (error, "Android is not running");
  show (tablet, TABLET_AWAY);
  schedule (tablet, tablet->settings.wipe_seconds, finish_settings_reset);
  return TRUE;
}

static gboolean
human_recovery_wipe (Tablet *tablet, GError **error)
{
  (void)error; // always possible
  tablet->wipe_kind = WIPE_UNTRUSTED;
  schedule (tablet, 0, leave_for_wipe);
  return TRUE;
}

static gboolean
human_bootloader (Tablet *tablet, GError **error)
{
  if (tablet->settings.bootloader == BOOTLOADER_NONE)
    return refuse (error, "this tablet has no fastboot");
  schedule (tablet, 0, boot_bootloader);
  return TRUE;
}

static gboolean
human_reboot (Tablet *tablet, GError **error)
{
  (void)error; // always possible
  schedule (tablet, 0, boot_android);
  return TRUE;
}

// It was off: its battery was empty. A wipe that it had begun begins anew.
static gboolean
human_power_on (Tablet *tablet, GError **error)
{
  if (tablet->mode != TABLET_AWAY || tablet->timer != 0)
    return refuse (error, "it is not off");
  gboolean had_begun = tablet->settings.wipe == WIPE_DIES;
  tablet->settings.wipe = WIPE_HONEST;
  schedule (tablet, 0, had_begun ? leave_for_wipe : boot_android);
  return TRUE;
}

// A new user passes the welcome screens and switches USB debugging on.
static gboolean
human_setup (Tablet *tablet, GError **error)
{
  if (tablet->frp)
    return refuse (error, "the welcome screen asks for the former account");
  tablet->has_data = tablet->is_set_up = TRUE;
  tablet->home = tablet->settings.adb == ADB_OFF ? TABLET_PLAIN : TABLET_ADB;
  show (tablet, tablet->home);
  return TRUE;
}

// "Revoke USB debugging authorisations", or a week without use.
static gboolean
human_revoke_keys (Tablet *tablet, GError **error)
{
  (void)error; // always possible
  g_ptr_array_set_size (tablet->trusted, 0);
  if (tablet->settings.adb == ADB_KNOWN)
    tablet->settings.adb = ADB_TAP;
  show (tablet, tablet->mode);
  return TRUE;
}

static gboolean
human_replay_on (Tablet *tablet, GError **error)
{
  if (tablet->replay == NULL || !replay_waits (tablet->replay))
    return refuse (error, "no replay waits for a person");
  tablet_replay_goes (tablet, 0);
  return TRUE;
}

static gboolean
human_unlock_screen (Tablet *tablet, GError **error)
{
  return tablet_set (tablet, "keyguard", "false", error);
}

gboolean
tablet_human (Tablet *tablet, const char *what, GError **error)
{
  static const struct {
    const char *name;
    gboolean (*act) (Tablet *tablet, GError **error);
  } acts[] = {
      {"settings-reset", human_settings_reset},
      {"recovery-wipe", human_recovery_wipe},
      {"bootloader", human_bootloader},
      {"reboot", human_reboot},
      {"power-on", human_power_on},
      {"setup", human_setup},
      {"unlock-screen", human_unlock_screen},
      {"revoke-keys", human_revoke_keys},
      {"replay-on", human_replay_on},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    if (g_str_equal (acts[i].name, what))
      return acts[i].act (tablet, error);
  return refuse (error, "nobody can do that by hand");
}

// ---- faults ----

static gboolean
fault_is_possible (enum Point point, enum Fault fault)
{
  return fault != FAULT_NONE && (fault < FAULT_FAIL || (points[point].more & 1u << fault) != 0);
}

gboolean
tablet_arm (Tablet *tablet, const char *step, GError **error)
{
  for (guint point = 0; point < N_POINTS; point++)
    for (guint fault = 0; fault < G_N_ELEMENTS (fault_names); fault++) {
      g_autofree char *name = g_strdup_printf ("%s@%s", fault_names[fault], points[point].name);
      if (!g_str_equal (name, step) || !fault_is_possible (point, fault))
        continue;
      tablet->faults[point] = fault;
      return TRUE;
    }
  return refuse (error, "no such step");
}

char *
tablet_faults_help (void)
{
  GString *text = g_string_new (NULL);
  for (guint point = 0; point < N_POINTS; point++)
    for (guint fault = 0; fault < G_N_ELEMENTS (fault_names); fault++)
      if (fault_is_possible (point, fault))
        g_string_append_printf (text, "%s%s@%s", text->len > 0 ? " " : "", fault_names[fault], points[point].name);
  return g_string_free (text, FALSE);
}

// ---- the truth ----

enum StateType { STATE_COUNT, STATE_FLAG };

static const struct {
  const char *name;
  enum StateType type;
  gsize offset;
} state_keys[] = {
    {"plugged", STATE_FLAG, G_STRUCT_OFFSET (Tablet, plugged)},
    {"address", STATE_COUNT, G_STRUCT_OFFSET (Tablet, address)},
    {"wiped", STATE_COUNT, G_STRUCT_OFFSET (Tablet, wiped)},
    {"wipe_commands", STATE_COUNT, G_STRUCT_OFFSET (Tablet, wipe_commands)},
    {"data", STATE_FLAG, G_STRUCT_OFFSET (Tablet, has_data)},
    {"frp", STATE_FLAG, G_STRUCT_OFFSET (Tablet, frp)},
    {"test_mode", STATE_FLAG, G_STRUCT_OFFSET (Tablet, in_test_mode)},
    {"taps", STATE_COUNT, G_STRUCT_OFFSET (Tablet, taps)},
    {"opened", STATE_COUNT, G_STRUCT_OFFSET (Tablet, opened)},
    {"protocol_errors", STATE_COUNT, G_STRUCT_OFFSET (Tablet, protocol_errors)},
    {"missing_zlps", STATE_COUNT, G_STRUCT_OFFSET (Tablet, missing_zlps)},
    {"at_commands", STATE_COUNT, G_STRUCT_OFFSET (Tablet, at_commands)},
    {"at_others", STATE_COUNT, G_STRUCT_OFFSET (Tablet, at_others)},
};

static gboolean
is_busy (const Tablet *tablet)
{
  return tablet->timer != 0 || tablet->is_stepping;
}

char *
tablet_value (const Tablet *tablet, const char *key)
{
  if (g_str_equal (key, "mode"))
    return g_strdup (mode_names[tablet->mode]);
  if (g_str_equal (key, "port"))
    return g_strdup (tablet->settings.port);
  if (g_str_equal (key, "dialog"))
    return g_strdup (tablet->asking != NULL ? "1" : "0");
  if (g_str_equal (key, "busy"))
    return g_strdup (is_busy (tablet) ? "1" : "0");
  for (gsize i = 0; i < G_N_ELEMENTS (state_keys); i++)
    if (g_str_equal (state_keys[i].name, key))
      return g_strdup_printf ("%u", G_STRUCT_MEMBER (guint, tablet, state_keys[i].offset));
  return tablet->replay != NULL ? replay_value (tablet->replay, key) : NULL;
}

char *
tablet_state (const Tablet *tablet)
{
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "mode=%s port=%s dialog=%d busy=%d", mode_names[tablet->mode], tablet->settings.port,
                          tablet->asking != NULL, is_busy (tablet));
  for (gsize i = 0; i < G_N_ELEMENTS (state_keys); i++) {
    g_autofree char *value = tablet_value (tablet, state_keys[i].name);
    g_string_append_printf (text, " %s=%s", state_keys[i].name, value);
  }
  if (tablet->replay != NULL)
    replay_append_state (tablet->replay, text);
  return g_string_free (text, FALSE);
}

Tablet *
tablet_new (const char *name, struct Settings *settings, UsbBus *bus, GError **error)
{
  Tablet *tablet = g_new0 (Tablet, 1);
  tablet->name = g_strdup (name);
  tablet->settings = *settings;
  memset (settings, 0, sizeof *settings);
  tablet->bus = bus;
  tablet->has_data = tablet->is_set_up = TRUE;
  tablet->trusted = g_ptr_array_new_with_free_func (g_free);
  tablet->mode = start_mode (&tablet->settings);
  tablet->home = tablet->mode;
  if (tablet->mode == TABLET_FASTBOOT)
    tablet->home = tablet->settings.adb == ADB_OFF ? TABLET_PLAIN : TABLET_ADB;
  if (*tablet->settings.replay == '\0')
    return tablet;
  tablet->mode = tablet->home = TABLET_REPLAY;
  tablet->replay = replay_new (tablet->settings.replay, error);
  if (tablet->replay != NULL)
    return tablet;
  tablet_free (tablet);
  return NULL;
}

void
tablet_free (Tablet *tablet)
{
  if (tablet == NULL)
    return;
  detach (tablet);
  g_clear_handle_id (&tablet->timer, g_source_remove);
  g_clear_handle_id (&tablet->serial_timer, g_source_remove);
  settings_clear (&tablet->settings);
  replay_free (tablet->replay);
  g_ptr_array_unref (tablet->trusted);
  g_free (tablet->admin);
  g_free (tablet->name);
  g_free (tablet);
}
