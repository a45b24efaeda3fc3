/* Every plug-in is a slot: its strings are read, then it is shown; it is connected only when asked. Changes are told together
 * from an idle callback, so that no owner is called from inside its own call. */
#include "daemon/devices/bench.h"

#include "daemon/devices/at_port.h"
#include "daemon/devices/record.h"
#include "daemon/devices/usb.h"

#include <string.h>

#define GREETING_TIMEOUT_MS 10000
#define SAMSUNG             0x04e8 /* USB vendor number */

static const StrategySettings nothing_configured;

typedef struct {
  Device device; /* what the owner sees; strings are the UsbDevice's */
  Bench *bench;
  UsbDevice *usb;
  gboolean is_shown, is_changed;
  BenchConnectFlags flags;
  UsbIdentify *identify; /* under way, or NULL; likewise below */
  UsbOpen *opening;
  Adb *adb;
  Fastboot *fastboot;
  AtPort *at_port;
  ProbeFunc asker; /* waits for what the modem's port says; NULL: nobody asked */
  gpointer asker_user;
  char *model; /* what it said, or NULL */
  char *link_error;
} Slot;

struct _Bench {
  Usb *usb;
  AdbKey *key;
  GPtrArray *slots;   /* of Slot, in the order of arrival */
  GPtrArray *records; /* of Record, not owned: those that go on */
  guint64 last_session;
  guint idle;
  const StrategySettings *settings; /* not owned */
  gboolean allows_at;
  BenchFunc func;
  gpointer user;
};

/* ---- telling ---- */

static gboolean
on_idle (gpointer user)
{
  Bench *bench = user;
  bench->idle = 0;
  g_autoptr (GArray) changed = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < bench->slots->len; i++) {
    Slot *slot = g_ptr_array_index (bench->slots, i);
    if (slot->is_changed && slot->is_shown)
      g_array_append_val (changed, slot->device.session);
    slot->is_changed = FALSE;
  }
  for (guint i = 0; i < changed->len; i++) {
    const Device *device = bench_find (bench, g_array_index (changed, guint64, i));
    if (device != NULL)
      bench->func (device, BENCH_CHANGED, bench->user);
  }
  return G_SOURCE_REMOVE;
}

static void
mark_changed (Slot *slot)
{
  Bench *bench = slot->bench;
  slot->is_changed = TRUE;
  if (bench->idle == 0)
    bench->idle = g_idle_add_full (G_PRIORITY_DEFAULT, on_idle, bench, NULL);
}

static void
set_link (Slot *slot, DeviceLink link)
{
  if (slot->device.link == link)
    return;
  slot->device.link = link;
  mark_changed (slot);
}

/* ---- recordings ---- */

/* NULL: nobody records that port. */
static Record *
record_of_slot (const Slot *slot)
{
  return record_of (slot->bench->records, slot->device.port);
}

static void
record_failure (const Slot *slot, DeviceLink link)
{
  Record *record = record_of_slot (slot);
  if (record != NULL && link != DEVICE_LINK_NONE) /* the departure says that */
    record_link (record, device_link_name (link));
}

/* What is said over it is recorded when somebody wants that now: a link is recorded from its beginning, or not at all. */
static Wire *
recorded_wire (const Slot *slot, Wire *wire)
{
  Record *record = record_of_slot (slot);
  return record != NULL ? record_wire_new (record, wire, slot->device.mode) : wire;
}

/* ---- links ---- */

/* Whatever is open or being opened ends; whoever waits for an answer gets DEVICE_ERROR_GONE. */
static void
close_link (Slot *slot)
{
  if (slot->identify != NULL)
    usb_identify_cancel (g_steal_pointer (&slot->identify));
  if (slot->opening != NULL)
    usb_open_cancel (g_steal_pointer (&slot->opening));
  adb_free (g_steal_pointer (&slot->adb));
  fastboot_free (g_steal_pointer (&slot->fastboot));
  at_port_free (g_steal_pointer (&slot->at_port));
  ProbeFunc asker = g_steal_pointer (&slot->asker);
  if (asker == NULL)
    return;
  g_autoptr (GError) gone = g_error_new (DEVICE_ERROR, DEVICE_ERROR_GONE, "the link was closed");
  asker (NULL, gone, slot->asker_user);
}

static void
fail_link (Slot *slot, const GError *error)
{
  static const struct {
    DeviceError code;
    DeviceLink link;
  } links[] = {
      {DEVICE_ERROR_BUSY, DEVICE_LINK_BUSY},
      {DEVICE_ERROR_PERMISSION, DEVICE_LINK_NO_PERMISSION},
      {DEVICE_ERROR_NO_ROOM, DEVICE_LINK_NO_ROOM},
      {DEVICE_ERROR_GONE, DEVICE_LINK_NONE}, /* BENCH_LEFT follows and says it */
  };
  DeviceLink link = DEVICE_LINK_BROKEN;
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    if (g_error_matches (error, DEVICE_ERROR, (gint)links[i].code))
      link = links[i].link;
  gboolean is_held = link == DEVICE_LINK_BUSY && slot->usb->holder.pid != 0;
  slot->device.holder = is_held ? slot->usb->holder.name : NULL;
  slot->device.holder_pid = is_held ? slot->usb->holder.pid : 0;
  slot->device.is_silent = g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_TIMEOUT);
  g_free (slot->link_error);
  slot->link_error = g_strdup (error->message);
  ProbeFunc asker = g_steal_pointer (&slot->asker); /* hears this, not that the link is closed */
  if (asker == NULL)
    record_failure (slot, link);
  close_link (slot);
  set_link (slot, link);
  if (asker != NULL)
    asker (NULL, error, slot->asker_user);
}

static void
on_adb (AdbState state, const GError *error, gpointer user)
{
  Slot *slot = user;
  switch (state) {
  case ADB_GREETING:
    set_link (slot, DEVICE_LINK_OPENING);
    break;
  case ADB_NEEDS_TAP:
    set_link (slot, DEVICE_LINK_NEEDS_TAP);
    break;
  case ADB_UNTRUSTED:
    close_link (slot);
    set_link (slot, DEVICE_LINK_UNTRUSTED);
    break;
  case ADB_READY:
    slot->device.has_asked = adb_has_asked (slot->adb);
    set_link (slot, DEVICE_LINK_READY);
    break;
  case ADB_LOST:
    fail_link (slot, error);
    break;
  }
}

static void
on_fastboot_lost (const GError *error, gpointer user)
{
  fail_link (user, error);
}

/* Any answer will do, a refusal too: it talks. */
static void
on_fastboot_greeted (const char *value, gboolean is_written, const GError *error, gpointer user)
{
  (void)is_written;
  (void)error; /* without a value the link is lost, which on_fastboot_lost hears */
  if (value != NULL)
    set_link (user, DEVICE_LINK_READY);
}

/* Which of its two numbers a tablet shows on the cable is its maker's choice, and its letters may be small there. */
static const char *
serial_said (const Slot *slot, const AtReply *reply)
{
  const char *shown = slot->device.serial;
  if (shown != NULL &&
      (g_ascii_strcasecmp (shown, reply->serial) == 0 || g_ascii_strcasecmp (shown, reply->unique) == 0))
    return shown;
  return *reply->serial != '\0' ? reply->serial : reply->unique;
}

static DeviceFacts *
facts_said (const Slot *slot, const AtReply *reply)
{
  DeviceFacts *facts = device_facts_new (DEVICE_PLAIN);
  facts->serial = g_strdup (serial_said (slot, reply));
  facts->maker = g_strdup (slot->device.maker);
  facts->model = *reply->model != '\0' ? g_strdup (reply->model) : NULL;
  facts->imei = *reply->imei != '\0' ? g_strdup (reply->imei) : NULL;
  return facts;
}

static void
on_at_reply (const AtReply *reply, const GError *error, gpointer user)
{
  Slot *slot = user;
  if (error != NULL) {
    fail_link (slot, error);
    return;
  }
  DeviceFacts *facts = facts_said (slot, reply);
  ProbeFunc asker = g_steal_pointer (&slot->asker);
  if (facts->model != NULL) {
    g_free (slot->model);
    slot->device.name = slot->model = g_strdup (facts->model);
  }
  close_link (slot);
  set_link (slot, DEVICE_LINK_NONE);
  asker (facts, NULL, slot->asker_user);
}

static void
on_open (libusb_device_handle *handle, const GError *error, gpointer user)
{
  Slot *slot = user;
  slot->opening = NULL;
  if (error != NULL) {
    fail_link (slot, error);
    return;
  }
  if (slot->device.mode == DEVICE_PLAIN) { /* never recorded: all that it says is who it is */
    slot->at_port = at_port_new (usb_wire_new (slot->usb, handle), on_at_reply, slot);
    return;
  }
  Wire *wire = recorded_wire (slot, usb_wire_new (slot->usb, handle));
  if (slot->device.mode == DEVICE_ADB) {
    gboolean offers_key = (slot->flags & BENCH_CONNECT_OFFER_KEY) != 0;
    slot->adb = adb_new (wire, slot->bench->key, offers_key, GREETING_TIMEOUT_MS, on_adb, slot);
    return;
  }
  slot->fastboot = fastboot_new (wire, on_fastboot_lost, slot);
  fastboot_run (slot->fastboot, "getvar:version", NULL, on_fastboot_greeted, slot);
}

/* ---- serials ---- */

static gboolean
is_duplicate (const Bench *bench, const Slot *slot)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    const Slot *other = g_ptr_array_index (bench->slots, i);
    if (other != slot && slot->device.serial != NULL && g_strcmp0 (other->device.serial, slot->device.serial) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
recount_duplicates (Bench *bench)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    Slot *slot = g_ptr_array_index (bench->slots, i);
    gboolean found = is_duplicate (bench, slot);
    if (found != slot->device.is_duplicate)
      mark_changed (slot);
    slot->device.is_duplicate = found;
  }
}

static void
take_strings (Slot *slot)
{
  const char *serial = slot->usb->serial;
  slot->device.serial = serial != NULL && !device_serial_is_dummy (serial) ? serial : NULL;
  slot->device.maker = slot->usb->maker;
  slot->device.name = slot->usb->name;
  recount_duplicates (slot->bench);
}

/* ---- plug-ins ---- */

static void
slot_free (gpointer data)
{
  Slot *slot = data;
  close_link (slot);
  usb_device_unref (slot->usb);
  g_free (slot->model);
  g_free (slot->link_error);
  g_free (slot);
}

static void
on_identified (const GError *error, gpointer user)
{
  Slot *slot = user;
  slot->identify = NULL;
  if (error != NULL)
    fail_link (slot, error);
  take_strings (slot);
  Record *record = record_of_slot (slot);
  if (record != NULL)
    record_arrived (record, slot->usb, FALSE);
  slot->is_shown = TRUE;
  slot->is_changed = FALSE;
  slot->bench->func (&slot->device, BENCH_ARRIVED, slot->bench->user);
}

static void
add_slot (Bench *bench, UsbDevice *usb)
{
  Slot *slot = g_new0 (Slot, 1);
  slot->bench = bench;
  slot->usb = usb_device_ref (usb);
  slot->device = (Device){
      .session = ++bench->last_session,
      .port = usb->port,
      .mode = usb->face.mode,
      .vendor = usb->vendor,
      .product = usb->product,
  };
  g_ptr_array_add (bench->slots, slot);
  slot->identify = usb_identify (usb, on_identified, slot);
}

static void
remove_slot (Bench *bench, guint index)
{
  Slot *slot = g_ptr_array_steal_index (bench->slots, index);
  close_link (slot);
  recount_duplicates (bench);
  Record *record = slot->is_shown ? record_of_slot (slot) : NULL;
  if (record != NULL)
    record_left (record);
  if (slot->is_shown)
    bench->func (&slot->device, BENCH_LEFT, bench->user);
  slot_free (slot);
}

static void
on_usb (UsbDevice *usb, gboolean is_arrival, gpointer user)
{
  Bench *bench = user;
  if (is_arrival) {
    add_slot (bench, usb);
    return;
  }
  for (guint i = 0; i < bench->slots->len; i++) {
    const Slot *slot = g_ptr_array_index (bench->slots, i);
    if (slot->usb == usb) {
      remove_slot (bench, i);
      return;
    }
  }
}

static Slot *
find_slot (const Bench *bench, guint64 session)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    Slot *slot = g_ptr_array_index (bench->slots, i);
    if (slot->device.session == session && slot->is_shown)
      return slot;
  }
  return NULL;
}

/* ---- for the owner ---- */

void
bench_configure (Bench *bench, const StrategySettings *settings)
{
  bench->settings = settings;
}

const StrategySettings *
bench_settings (const Bench *bench)
{
  return bench->settings;
}

Bench *
bench_new (const char *key_path, BenchFunc func, gpointer user, GError **error)
{
  g_autoptr (AdbKey) key = adb_key_load (key_path, error);
  if (key == NULL)
    return NULL;
  g_autoptr (Bench) bench = g_new0 (Bench, 1);
  bench->slots = g_ptr_array_new_with_free_func (slot_free);
  bench->records = g_ptr_array_new ();
  bench->key = g_steal_pointer (&key);
  bench->settings = &nothing_configured;
  bench->func = func;
  bench->user = user;
  bench->usb = usb_new (on_usb, bench, error);
  return bench->usb != NULL ? g_steal_pointer (&bench) : NULL;
}

void
bench_free (Bench *bench)
{
  if (bench == NULL)
    return;
  while (bench->slots->len > 0) /* one by one: whoever hears of it may still look at the list */
    slot_free (g_ptr_array_steal_index (bench->slots, bench->slots->len - 1));
  usb_free (bench->usb);
  g_ptr_array_unref (bench->records);
  g_ptr_array_unref (bench->slots);
  if (bench->idle != 0)
    g_source_remove (bench->idle);
  adb_key_free (bench->key);
  g_free (bench);
}

static int
compare_ports (gconstpointer a, gconstpointer b)
{
  const Device *const *left = a;
  const Device *const *right = b;
  return strverscmp ((*left)->port, (*right)->port);
}

GPtrArray *
bench_list (Bench *bench)
{
  GPtrArray *list = g_ptr_array_new ();
  for (guint i = 0; i < bench->slots->len; i++) {
    Slot *slot = g_ptr_array_index (bench->slots, i);
    if (slot->is_shown)
      g_ptr_array_add (list, &slot->device);
  }
  g_ptr_array_sort (list, compare_ports);
  return list;
}

gboolean
bench_is_reading (Bench *bench, const char *port)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    const Slot *slot = g_ptr_array_index (bench->slots, i);
    if (!slot->is_shown && (port == NULL || g_str_equal (slot->device.port, port)))
      return TRUE;
  }
  return FALSE;
}

const Device *
bench_find (Bench *bench, guint64 session)
{
  const Slot *slot = find_slot (bench, session);
  return slot != NULL ? &slot->device : NULL;
}

const Device *
bench_find_port (Bench *bench, const char *port)
{
  for (guint i = 0; i < bench->slots->len; i++) {
    const Slot *slot = g_ptr_array_index (bench->slots, i);
    if (slot->is_shown && strcmp (slot->device.port, port) == 0)
      return &slot->device;
  }
  return NULL;
}

/* Permission came late: what could not be read at the arrival is read now. */
static void
on_identified_late (const GError *error, gpointer user)
{
  Slot *slot = user;
  slot->identify = NULL;
  if (error != NULL) {
    fail_link (slot, error);
    return;
  }
  take_strings (slot);
  slot->opening = usb_open (slot->usb, TRUE, on_open, slot);
}

gboolean
bench_connect (Bench *bench, guint64 session, BenchConnectFlags flags, GError **error)
{
  Slot *slot = find_slot (bench, session);
  if (slot == NULL) {
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_GONE, "the device was unplugged");
    return FALSE;
  }
  if (slot->device.mode == DEVICE_PLAIN) {
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED, "the device shows neither adb nor fastboot");
    return FALSE;
  }
  if (slot->identify != NULL || slot->opening != NULL || slot->adb != NULL || slot->fastboot != NULL)
    return TRUE;
  slot->flags = flags;
  slot->device.has_asked = FALSE;
  g_clear_pointer (&slot->link_error, g_free);
  set_link (slot, DEVICE_LINK_OPENING);
  if (slot->usb->is_identified)
    slot->opening = usb_open (slot->usb, TRUE, on_open, slot);
  else
    slot->identify = usb_identify (slot->usb, on_identified_late, slot);
  return TRUE;
}

void
bench_allow_samsung_at (Bench *bench)
{
  bench->allows_at = TRUE;
}

static gboolean
has_samsung_at (const Slot *slot)
{
  return slot->device.mode == DEVICE_PLAIN && slot->device.vendor == SAMSUNG && slot->usb->face.control >= 0;
}

gboolean
bench_identify (Bench *bench, guint64 session, ProbeFunc func, gpointer user)
{
  Slot *slot = find_slot (bench, session);
  if (!bench->allows_at || slot == NULL || !has_samsung_at (slot) || slot->asker != NULL)
    return FALSE;
  slot->asker = func;
  slot->asker_user = user;
  g_clear_pointer (&slot->link_error, g_free);
  set_link (slot, DEVICE_LINK_OPENING);
  slot->opening = usb_open (slot->usb, TRUE, on_open, slot);
  return TRUE;
}

const char *
bench_link_error (Bench *bench, guint64 session)
{
  const Slot *slot = find_slot (bench, session);
  return slot != NULL ? slot->link_error : NULL;
}

void
bench_disconnect (Bench *bench, guint64 session)
{
  Slot *slot = find_slot (bench, session);
  if (slot == NULL)
    return;
  close_link (slot);
  slot->device.has_asked = FALSE;
  if (slot->link_error == NULL)
    set_link (slot, DEVICE_LINK_NONE);
}

Record *
bench_record (Bench *bench, const char *port, guint settle_ms, RecordFunc func, gpointer user)
{
  if (bench->records->len >= RECORDS_MAX || record_of (bench->records, port) != NULL)
    return NULL;
  Record *record = record_new (bench->records, port, settle_ms, func, user);
  const Device *device = bench_find_port (bench, port);
  const Slot *slot = device != NULL ? find_slot (bench, device->session) : NULL;
  if (slot != NULL)
    record_arrived (record, slot->usb, TRUE);
  if (slot != NULL && (slot->adb != NULL || slot->fastboot != NULL))
    record_link (record, "opened_before");
  return record;
}

Adb *
bench_adb (Bench *bench, guint64 session, GError **error)
{
  const Slot *slot = find_slot (bench, session);
  if (slot == NULL)
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_GONE, "the device was unplugged");
  else if (slot->adb == NULL || !adb_is_ready (slot->adb))
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED, "no adb link is open");
  else
    return slot->adb;
  return NULL;
}

Fastboot *
bench_fastboot (Bench *bench, guint64 session, GError **error)
{
  const Slot *slot = find_slot (bench, session);
  if (slot == NULL)
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_GONE, "the device was unplugged");
  else if (slot->fastboot == NULL || !fastboot_is_open (slot->fastboot))
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_UNSUPPORTED, "no fastboot link is open");
  else
    return slot->fastboot;
  return NULL;
}
