// The device side of fastboot: one ASCII command, answers of four letters and a text. Synchronous, as bootloaders are.
// Not emulated: slots, sparse images, signatures.
#include "tests/fleet/fastboot.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND_BYTES 64
#define REPLY_BYTES   256
#define INFO_SECONDS  0.2 // between two lines of a slow erase
#define DOWNLOAD_MAX  (64u << 20)

struct Fastboot {
  Tablet *tablet;     // not owned
  gsize download_due; // bytes of the data phase still to come
  gboolean has_download;
  char *erasing; // partition of a slow erase, or NULL
  guint timer, infos_left;
};

static void
reply (struct Fastboot *boot, const char *kind, const char *text)
{
  char line[REPLY_BYTES];
  int length = g_snprintf (line, sizeof line, "%s%s", kind, text);
  gsize most = MIN (sizeof line - 1, (gsize)boot->tablet->settings.reply_bytes);
  usb_device_send (boot->tablet->usb, (const guint8 *)line, MIN ((gsize)length, most));
}

// ---- variables ----

struct Variable {
  const char *name, *value;
};

#define N_VARIABLES 16

// NULL: that variable is unknown, as is the partition.
static const char *const partition_types[] = {
    [PARTITION_RAW] = "raw",
    [PARTITION_F2FS] = "f2fs",
    [PARTITION_EXT4] = "ext4",
    [PARTITION_ABSENT] = NULL,
};

static guint
variables_of (const Tablet *tablet, struct Variable *list)
{
  const struct Settings *set = &tablet->settings;
  gboolean is_unlocked = set->bootloader == BOOTLOADER_UNLOCKED || set->says_unlocked;
  const char *type = partition_types[set->partition_type];
  const struct Variable all[] = {
      {"version", "0.4"},
      {"product", set->product},
      {"serialno", set->serial},
      {"secure", "yes"},
      {"unlocked", is_unlocked ? "yes" : "no"},
      {"is-userspace", set->userspace ? "yes" : "no"},
      {"max-download-size", "0x04000000"},
      {"slot-count", "0"},
      {"battery-soc-ok", set->battery >= 15 ? "yes" : "no"},
      {"snapshot-update-status", set->snapshot ? "merging" : "none"},
      {"partition-type:userdata", type},
      {"partition-type:metadata", type},
      {"partition-type:cache", type},
      {"partition-size:userdata", "0x0000000600000000"},
      {"partition-size:metadata", "0x0000000001000000"},
      {"partition-size:cache", "0x0000000010000000"},
  };
  G_STATIC_ASSERT (G_N_ELEMENTS (all) == N_VARIABLES);
  memcpy (list, all, sizeof all);
  return N_VARIABLES;
}

static void
do_getvar (struct Fastboot *boot, const char *name)
{
  struct Variable list[N_VARIABLES];
  guint count = variables_of (boot->tablet, list);
  gboolean is_all = g_str_equal (name, "all");
  for (guint i = 0; i < count; i++) {
    if (list[i].value == NULL)
      continue;
    if (g_str_equal (list[i].name, name)) {
      reply (boot, "OKAY", list[i].value);
      return;
    }
    g_autofree char *line = g_strdup_printf ("%s: %s", list[i].name, list[i].value);
    if (is_all)
      reply (boot, "INFO", line);
  }
  if (is_all || boot->tablet->settings.unknown_variable == UNKNOWN_EMPTY)
    reply (boot, "OKAY", "");
  else
    reply (boot, "FAIL", "GetVar Variable Not found");
}

// ---- erase ----

static const char *
erase_refusal (const Tablet *tablet, const char *partition)
{
  static const char *const locked[] = {
      [LOCK_AOSP] = "Erase is not allowed on locked devices",
      [LOCK_STATE] = "Flashing is not allowed in Lock State",
      [LOCK_FLAG] = "Flashing Lock Flag is locked. Please unlock it first!",
      [LOCK_UNLOCK_FIRST] = "Need wipe userdata. Do 'fastboot oem unlock-go'",
  };
  static const char *const partitions[] = {"userdata", "metadata", "cache"};
  if (tablet->settings.bootloader != BOOTLOADER_UNLOCKED)
    return locked[tablet->settings.lock_text];
  if (tablet->settings.snapshot)
    return "Cannot erase userdata while a snapshot update is in progress";
  for (gsize i = 0; i < G_N_ELEMENTS (partitions); i++)
    if (g_str_equal (partitions[i], partition))
      return NULL;
  return "Partition not found";
}

static void
finish_erase (struct Fastboot *boot)
{
  g_autofree char *partition = g_steal_pointer (&boot->erasing);
  if (g_str_equal (partition, "userdata"))
    tablet_erase_data (boot->tablet, FALSE);
  reply (boot, "OKAY", "");
}

static gboolean
erase_goes_on (gpointer user)
{
  struct Fastboot *boot = user;
  if (boot->infos_left-- > 0) {
    if (boot->tablet->settings.erase_says)
      reply (boot, "INFO", "erasing");
    return G_SOURCE_CONTINUE;
  }
  boot->timer = 0;
  finish_erase (boot);
  return G_SOURCE_REMOVE;
}

// Strikes with the faults of an erase. TRUE when the caller must stop; then an answer has been sent if one is due.
static gboolean
erase_is_struck (struct Fastboot *boot, gboolean is_userdata)
{
  Tablet *tablet = boot->tablet;
  enum Fault fault = tablet_reach (tablet, POINT_ERASE);
  if (fault == FAULT_NONE && is_userdata)
    fault = tablet_reach (tablet, POINT_ERASE_USERDATA);
  if (fault == FAULT_FAIL)
    reply (boot, "FAIL", "erase failed: I/O error");
  else if (fault == FAULT_DATA)
    reply (boot, "DATA", "00001000");
  return fault != FAULT_NONE;
}

static void
do_erase (struct Fastboot *boot, const char *partition)
{
  Tablet *tablet = boot->tablet;
  gboolean is_userdata = g_str_equal (partition, "userdata");
  if (is_userdata)
    tablet->wipe_commands++;
  tablet_touch (tablet);
  if (erase_is_struck (boot, is_userdata))
    return;
  const char *refusal = erase_refusal (tablet, partition);
  if (refusal != NULL) {
    reply (boot, "FAIL", refusal);
    return;
  }
  boot->erasing = g_strdup (partition);
  boot->infos_left = (guint)(tablet->settings.erase_seconds / INFO_SECONDS);
  if (is_userdata && tablet->settings.erase_seconds > 0) // the others are small
    boot->timer = g_timeout_add ((guint)(INFO_SECONDS * 1000), erase_goes_on, boot);
  else
    finish_erase (boot);
}

// ---- download, flash ----

static void
do_download (struct Fastboot *boot, const char *size)
{
  char *end;
  guint64 bytes = g_ascii_strtoull (size, &end, 16);
  if (boot->tablet->settings.bootloader != BOOTLOADER_UNLOCKED) {
    reply (boot, "FAIL", "Download is not allowed on locked devices");
  } else if (end == size || *end != '\0' || bytes == 0 || bytes > DOWNLOAD_MAX) {
    reply (boot, "FAIL", "Invalid size");
  } else {
    char text[9];
    boot->download_due = bytes;
    boot->has_download = FALSE;
    g_snprintf (text, sizeof text, "%08x", (guint)bytes);
    reply (boot, "DATA", text);
  }
}

static void
receive_download (struct Fastboot *boot, gsize length)
{
  boot->download_due -= MIN (length, boot->download_due);
  if (boot->download_due > 0)
    return;
  boot->has_download = TRUE;
  reply (boot, "OKAY", "");
}

static void
do_flash (struct Fastboot *boot, const char *partition)
{
  const char *refusal = erase_refusal (boot->tablet, partition);
  if (refusal != NULL)
    reply (boot, "FAIL", refusal);
  else if (!boot->has_download)
    reply (boot, "FAIL", "No data");
  else
    reply (boot, "OKAY", "");
  boot->has_download = FALSE;
}

// ---- restart ----

static void
do_reboot (struct Fastboot *boot, const char *target)
{
  enum Fault fault = tablet_reach (boot->tablet, POINT_REBOOT);
  if (fault == FAULT_FAIL)
    reply (boot, "FAIL", "cannot reboot");
  if (fault != FAULT_NONE)
    return;
  if (boot->tablet->settings.reboot_says)
    reply (boot, "OKAY", "");
  tablet_reboot (boot->tablet, *target == '-' ? target + 1 : target);
}

static void
do_oem (struct Fastboot *boot, const char *words)
{
  if (g_str_equal (words, "device-info"))
    reply (boot, "INFO",
           boot->tablet->settings.bootloader == BOOTLOADER_UNLOCKED ? "Device unlocked: true"
                                                                    : "Device unlocked: false");
  reply (boot, g_str_equal (words, "device-info") ? "OKAY" : "FAIL", "");
}

static const struct {
  const char *prefix;
  void (*act) (struct Fastboot *boot, const char *rest);
} commands[] = {
    {"getvar:", do_getvar}, {"erase:", do_erase},    {"download:", do_download}, {"flash:", do_flash},
    {"reboot", do_reboot},  {"continue", do_reboot}, {"oem ", do_oem},
};

static void
received (gpointer model, const guint8 *bytes, gsize length)
{
  struct Fastboot *boot = model;
  if (boot->download_due > 0) {
    receive_download (boot, length);
    return;
  }
  if (length == 0 || boot->erasing != NULL)
    return; // a zero-length packet, or a bootloader that is busy
  g_autofree char *command = g_strndup ((const char *)bytes, MIN (length, COMMAND_BYTES));
  if (*boot->tablet->settings.private != '\0')
    reply (boot, "INFO", boot->tablet->settings.private);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_has_prefix (command, commands[i].prefix)) {
      commands[i].act (boot, command + strlen (commands[i].prefix));
      return;
    }
  reply (boot, "FAIL", "unknown command");
}

static gpointer
start (Tablet *tablet)
{
  struct Fastboot *boot = g_new0 (struct Fastboot, 1);
  boot->tablet = tablet;
  return boot;
}

static void
stop (gpointer model)
{
  struct Fastboot *boot = model;
  g_clear_handle_id (&boot->timer, g_source_remove);
  g_free (boot->erasing);
  g_free (boot);
}

const struct TabletModel fastboot_model = {
    .start = start,
    .stop = stop,
    .received = received,
    .allowed = NULL,
};
