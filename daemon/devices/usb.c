/* libusb as a GSource. Hotplug callbacks only queue; the queue is read in the same turn of the loop. Only the main thread
 * handles libusb's events, so every transfer ends there; the worker makes no call that would handle them too. */
#include "daemon/devices/usb.h"

#include "daemon/devices/deadline.h"

#include <errno.h>
#include <string.h>

#define PERMISSION_RETRY_MS    100
#define PERMISSION_RETRIES_MAX 10
#define DRAIN_STEP_MS          20
#define DRAIN_MAX_US           (5 * G_USEC_PER_SEC)
#define PORT_DEPTH_MAX         7 /* USB allows no more hubs in a row */

typedef struct {
  GSource source;
  Usb *usb; /* not owned */
} UsbSource;

typedef struct {
  Usb *usb;
  void (*work) (gpointer data);
  void (*done) (gpointer data);
  gpointer data;
} Job;

typedef struct {
  libusb_device *device; /* a reference */
  gboolean is_arrival;
} Event;

struct _Usb {
  libusb_context *context;
  libusb_hotplug_callback_handle hotplug;
  GSource *source;
  GThreadPool *worker;
  GAsyncQueue *finished; /* of Job */
  guint jobs, handles;
  GQueue events;      /* of Event */
  GMutex fds_mutex;   /* libusb adds and removes from both threads */
  GHashTable *fds;    /* fd -> GSource tag */
  GPtrArray *devices; /* of UsbDevice, plugged in now */
  UsbFunc func;
  gpointer user;
};

struct _UsbOpen {
  UsbDevice *device;
  gboolean claims, is_cancelled;
  libusb_device_handle *handle;
  int status;
  guint attempts;
  Deadline retry;
  UsbOpenFunc func;
  gpointer user;
};

/* ---- errors ---- */

void
usb_set_error (GError **error, int status, const char *what)
{
  static const struct {
    int status;
    DeviceError code;
    const char *text;
  } rows[] = {
      {LIBUSB_ERROR_NO_DEVICE, DEVICE_ERROR_GONE, "the device was unplugged"},
      {LIBUSB_ERROR_NOT_FOUND, DEVICE_ERROR_GONE, "the device was unplugged"},
      {LIBUSB_ERROR_TIMEOUT, DEVICE_ERROR_TIMEOUT, "the device is silent"},
      {LIBUSB_ERROR_BUSY, DEVICE_ERROR_BUSY, "another program holds it (an adb server?)"},
      {LIBUSB_ERROR_ACCESS, DEVICE_ERROR_PERMISSION, "permission denied (the udev rule is missing)"},
      {LIBUSB_ERROR_NO_MEM, DEVICE_ERROR_NO_ROOM, "its USB controller has no room for it"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].status == status) {
      g_set_error (error, DEVICE_ERROR, rows[i].code, "%s: %s", what, rows[i].text);
      return;
    }
  g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "%s: %s", what, libusb_strerror (status));
}

/* ---- jobs ---- */

static void
run_job (gpointer data, gpointer user)
{
  Job *job = data;
  Usb *usb = user;
  job->work (job->data);
  g_async_queue_push (usb->finished, job);
  g_main_context_wakeup (NULL);
}

void
usb_work (Usb *usb, void (*work) (gpointer data), void (*done) (gpointer data), gpointer data)
{
  Job *job = g_new (Job, 1);
  *job = (Job){.usb = usb, .work = work, .done = done, .data = data};
  usb->jobs++;
  if (work == NULL)
    g_async_queue_push (usb->finished, job);
  else
    (void)g_thread_pool_push (usb->worker, job, NULL); /* an exclusive pool has its thread already: it cannot fail */
}

static void
finish_jobs (Usb *usb)
{
  /* only those there now: one that queues another must not keep the loop here */
  for (int n = g_async_queue_length (usb->finished); n > 0; n--) {
    g_autofree Job *job = g_async_queue_try_pop (usb->finished);
    usb->jobs--;
    job->done (job->data);
  }
}

/* ---- devices ---- */

UsbDevice *
usb_device_ref (UsbDevice *device)
{
  g_ref_count_inc (&device->refs);
  return device;
}

void
usb_device_unref (UsbDevice *device)
{
  if (device == NULL || !g_ref_count_dec (&device->refs))
    return;
  libusb_unref_device (device->device);
  g_free (device->port);
  g_free (device->serial);
  g_free (device->maker);
  g_free (device->name);
  g_free (device);
}

static void
unref_device (gpointer data)
{
  usb_device_unref (data);
}

static char *
port_name (libusb_device *device)
{
  guint8 ports[PORT_DEPTH_MAX];
  int n = libusb_get_port_numbers (device, ports, G_N_ELEMENTS (ports));
  GString *name = g_string_new (NULL);
  g_string_printf (name, "%u", libusb_get_bus_number (device));
  for (int i = 0; i < n; i++)
    g_string_append_printf (name, "%c%u", i == 0 ? '-' : '.', ports[i]);
  return g_string_free (name, FALSE);
}

/* FALSE for what does not belong on the bench, or has left already. */
static gboolean
read_face (libusb_device *device, guint8 device_class, UsbFace *face)
{
  struct libusb_config_descriptor *config;
  if (libusb_get_active_config_descriptor (device, &config) != LIBUSB_SUCCESS &&
      libusb_get_config_descriptor (device, 0, &config) != LIBUSB_SUCCESS)
    return FALSE;
  gboolean is_ours = usb_face_read (device_class, config, face);
  libusb_free_config_descriptor (config);
  return is_ours;
}

static void
handle_arrival (Usb *usb, libusb_device *found)
{
  struct libusb_device_descriptor descriptor;
  UsbFace face;
  if (libusb_get_device_descriptor (found, &descriptor) != LIBUSB_SUCCESS ||
      !read_face (found, descriptor.bDeviceClass, &face))
    return;
  UsbDevice *device = g_new0 (UsbDevice, 1);
  g_ref_count_init (&device->refs);
  device->usb = usb;
  device->device = libusb_ref_device (found);
  device->port = port_name (found);
  device->vendor = descriptor.idVendor;
  device->product = descriptor.idProduct;
  device->face = face;
  g_ptr_array_add (usb->devices, device);
  usb->func (device, TRUE, usb->user);
}

static void
handle_departure (Usb *usb, libusb_device *left)
{
  for (guint i = 0; i < usb->devices->len; i++) {
    UsbDevice *device = g_ptr_array_index (usb->devices, i);
    if (device->device != left)
      continue;
    g_autoptr (UsbDevice) held = usb_device_ref (device);
    g_ptr_array_remove_index (usb->devices, i);
    usb->func (held, FALSE, usb->user);
    return;
  }
}

static void
event_free (gpointer data)
{
  Event *event = data;
  libusb_unref_device (event->device);
  g_free (event);
}

static void
handle_events (Usb *usb)
{
  Event *event;
  while ((event = g_queue_pop_head (&usb->events)) != NULL) {
    if (event->is_arrival)
      handle_arrival (usb, event->device);
    else
      handle_departure (usb, event->device);
    event_free (event);
  }
}

static int LIBUSB_CALL
on_hotplug (libusb_context *context, libusb_device *device, libusb_hotplug_event kind, void *user)
{
  (void)context; /* ours; there is one */
  Usb *usb = user;
  Event *event = g_new (Event, 1);
  *event = (Event){.device = libusb_ref_device (device), .is_arrival = kind == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED};
  g_queue_push_tail (&usb->events, event);
  return 0;
}

/* ---- the source ---- */

static gboolean
has_work (const Usb *usb)
{
  return usb->events.length > 0 || g_async_queue_length (usb->finished) > 0;
}

static gboolean
source_prepare (GSource *source, int *timeout_ms)
{
  Usb *usb = ((UsbSource *)source)->usb;
  struct timeval next;
  *timeout_ms = -1;
  if (!libusb_pollfds_handle_timeouts (usb->context) && libusb_get_next_timeout (usb->context, &next) == 1)
    *timeout_ms = (int)(next.tv_sec * 1000 + next.tv_usec / 1000) + 1;
  return has_work (usb);
}

/* GLib itself looks at the descriptors; this is for what the worker brought. */
static gboolean
source_check (GSource *source)
{
  Usb *usb = ((UsbSource *)source)->usb;
  return has_work (usb) || !libusb_pollfds_handle_timeouts (usb->context);
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user)
{
  (void)callback; /* the source is its own only user */
  (void)user;
  Usb *usb = ((UsbSource *)source)->usb;
  struct timeval now = {0, 0};
  (void)libusb_handle_events_timeout_completed (usb->context, &now, NULL); /* transfers carry their own errors */
  finish_jobs (usb);
  handle_events (usb);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {source_prepare, source_check, source_dispatch, NULL, NULL, NULL};

static void LIBUSB_CALL
on_fd_added (int fd, short events, void *user)
{
  Usb *usb = user;
  g_mutex_lock (&usb->fds_mutex);
  gpointer tag = g_source_add_unix_fd (usb->source, fd, (GIOCondition)events);
  g_hash_table_insert (usb->fds, GINT_TO_POINTER (fd), tag);
  g_mutex_unlock (&usb->fds_mutex);
}

static void LIBUSB_CALL
on_fd_removed (int fd, void *user)
{
  Usb *usb = user;
  gpointer tag;
  g_mutex_lock (&usb->fds_mutex);
  if (g_hash_table_steal_extended (usb->fds, GINT_TO_POINTER (fd), NULL, &tag))
    g_source_remove_unix_fd (usb->source, tag);
  g_mutex_unlock (&usb->fds_mutex);
}

static void
source_start (Usb *usb)
{
  usb->source = g_source_new (&source_funcs, sizeof (UsbSource));
  ((UsbSource *)usb->source)->usb = usb;
  g_source_set_name (usb->source, "usb");
  const struct libusb_pollfd **fds = libusb_get_pollfds (usb->context);
  for (gsize i = 0; fds != NULL && fds[i] != NULL; i++)
    on_fd_added (fds[i]->fd, fds[i]->events, usb);
  libusb_free_pollfds (fds);
  libusb_set_pollfd_notifiers (usb->context, on_fd_added, on_fd_removed, usb);
  g_source_attach (usb->source, NULL);
}

/* ---- opening and closing ---- */

static void
open_free (UsbOpen *opening)
{
  usb_device_unref (opening->device);
  g_free (opening);
}

/* What a refused claim means. libusb 1.0 tells few causes apart (os/linux_usbfs.c, op_claim_interface): the rest is in errno. A controller that is full
 * leaves the device without a configuration ("can't set config #1, error -12"), so that none of its interfaces is found. */
static int
claim_status (const UsbOpen *opening, int status, int cause)
{
  int configuration;
  if (status == LIBUSB_ERROR_NOT_FOUND &&
      libusb_get_configuration (opening->handle, &configuration) == LIBUSB_SUCCESS && configuration == 0)
    return LIBUSB_ERROR_NO_MEM;
  if (status == LIBUSB_ERROR_OTHER && (cause == ENOSPC || cause == ENOMEM))
    return LIBUSB_ERROR_NO_MEM;
  if (status == LIBUSB_ERROR_OTHER && (cause == EACCES || cause == EPERM)) /* a security module */
    return LIBUSB_ERROR_ACCESS;
  return status;
}

/* Programs that take tablets: of several that have the node open it is one of these. */
static const char *const takers[] = {"adb", "fastboot", "scrcpy", "gvfsd-mtp", NULL};
/* One of these holds a tablet though nobody may see which files it has open. */
static const char *const servers[] = {"adb", NULL};

static void
look_for_holder (UsbDevice *device)
{
  struct stat node;
  g_autofree char *path = g_strdup_printf ("/dev/bus/usb/%03u/%03u", libusb_get_bus_number (device->device),
                                           libusb_get_device_address (device->device));
  device->holder = (Holder){0};
  if (stat (path, &node) == 0 && holder_find (&node, takers, &device->holder))
    return;
  g_autoptr (GArray) running = holder_named (servers);
  if (running->len > 0)
    device->holder = g_array_index (running, Holder, 0);
}

static void
open_work (gpointer data)
{
  UsbOpen *opening = data;
  const UsbFace *face = &opening->device->face;
  opening->status = libusb_open (opening->device->device, &opening->handle);
  if (opening->status != LIBUSB_SUCCESS || !opening->claims)
    return;
  errno = 0;
  int status = libusb_claim_interface (opening->handle, face->interface);
  opening->status = status == LIBUSB_SUCCESS ? status : claim_status (opening, status, errno);
  if (opening->status == LIBUSB_ERROR_BUSY)
    look_for_holder (opening->device);
  if (opening->status != LIBUSB_SUCCESS) {
    libusb_close (g_steal_pointer (&opening->handle));
    return;
  }
  /* A device may refuse (EPIPE) and still work: adb's own host does not look either. */
  (void)libusb_clear_halt (opening->handle, face->in);
  (void)libusb_clear_halt (opening->handle, face->out);
}

static void open_done (gpointer data);

static void
on_open_retry (gpointer user)
{
  UsbOpen *opening = user;
  usb_work (opening->device->usb, open_work, open_done, opening);
}

static void
open_done (gpointer data)
{
  UsbOpen *opening = data;
  Usb *usb = opening->device->usb;
  if (opening->status == LIBUSB_SUCCESS)
    usb->handles++;
  if (opening->is_cancelled) {
    if (opening->handle != NULL)
      usb_close (opening->device, opening->handle, opening->claims);
    open_free (opening);
    return;
  }
  if (opening->status == LIBUSB_ERROR_ACCESS && ++opening->attempts <= PERMISSION_RETRIES_MAX) {
    deadline_set (&opening->retry, PERMISSION_RETRY_MS, on_open_retry, opening);
    return;
  }
  g_autoptr (GError) error = NULL;
  if (opening->status != LIBUSB_SUCCESS)
    usb_set_error (&error, opening->status, "cannot open the device");
  opening->func (opening->handle, error, opening->user);
  open_free (opening);
}

UsbOpen *
usb_open (UsbDevice *device, gboolean claims, UsbOpenFunc func, gpointer user)
{
  UsbOpen *opening = g_new0 (UsbOpen, 1);
  opening->device = usb_device_ref (device);
  opening->claims = claims;
  opening->func = func;
  opening->user = user;
  if (device->wires > 0)
    device->waiting = opening;
  else
    usb_work (device->usb, open_work, open_done, opening);
  return opening;
}

void
usb_open_cancel (UsbOpen *opening)
{
  opening->is_cancelled = TRUE; /* the worker does not read it */
  gboolean is_idle = deadline_is_set (&opening->retry) || opening->device->waiting == opening;
  if (!is_idle)
    return; /* open_done frees it */
  deadline_clear (&opening->retry);
  if (opening->device->waiting == opening)
    opening->device->waiting = NULL;
  open_free (opening);
}

void
usb_device_wire_closed (UsbDevice *device)
{
  device->wires--;
  if (device->wires == 0 && device->waiting != NULL)
    usb_work (device->usb, open_work, open_done, g_steal_pointer (&device->waiting));
}

typedef struct {
  UsbDevice *device;
  libusb_device_handle *handle;
  gboolean claims;
} Closing;

static void
close_work (gpointer data)
{
  const Closing *closing = data;
  if (closing->claims)
    (void)libusb_release_interface (closing->handle, closing->device->face.interface); /* closing does it anyway */
  libusb_close (closing->handle);
}

static void
close_done (gpointer data)
{
  g_autofree Closing *closing = data;
  closing->device->usb->handles--;
  usb_device_unref (closing->device);
}

void
usb_close (UsbDevice *device, libusb_device_handle *handle, gboolean claims)
{
  Closing *closing = g_new (Closing, 1);
  *closing = (Closing){.device = usb_device_ref (device), .handle = handle, .claims = claims};
  usb_work (device->usb, close_work, close_done, closing);
}

/* ---- life ---- */

/* At the end of the program: cancelled transfers come back at once, unless a device is wedged. */
static void
drain (Usb *usb)
{
  gint64 deadline = g_get_monotonic_time () + DRAIN_MAX_US;
  while ((usb->jobs > 0 || usb->handles > 0) && g_get_monotonic_time () < deadline) {
    struct timeval step = {0, DRAIN_STEP_MS * 1000};
    (void)libusb_handle_events_timeout_completed (usb->context, &step, NULL);
    finish_jobs (usb);
  }
}

static gboolean
start_libusb (Usb *usb, GError **error)
{
  int status = libusb_init (&usb->context);
  if (status == LIBUSB_SUCCESS && !libusb_has_capability (LIBUSB_CAP_HAS_HOTPLUG))
    status = LIBUSB_ERROR_NOT_SUPPORTED;
  if (status == LIBUSB_SUCCESS)
    status = libusb_hotplug_register_callback (
        usb->context, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, LIBUSB_HOTPLUG_ENUMERATE,
        LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, on_hotplug, usb, &usb->hotplug);
  if (status == LIBUSB_SUCCESS)
    return TRUE;
  g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_SETUP, "USB cannot be watched: %s", libusb_strerror (status));
  return FALSE;
}

Usb *
usb_new (UsbFunc func, gpointer user, GError **error)
{
  Usb *usb = g_new0 (Usb, 1);
  usb->func = func;
  usb->user = user;
  g_mutex_init (&usb->fds_mutex);
  g_queue_init (&usb->events);
  usb->fds = g_hash_table_new (NULL, NULL);
  usb->finished = g_async_queue_new ();
  usb->devices = g_ptr_array_new_with_free_func (unref_device);
  usb->worker = g_thread_pool_new (run_job, usb, 1, TRUE, error);
  if (usb->worker == NULL || !start_libusb (usb, error)) {
    usb_free (usb);
    return NULL;
  }
  source_start (usb);
  return usb;
}

void
usb_free (Usb *usb)
{
  if (usb == NULL)
    return;
  if (usb->source != NULL)
    drain (usb);
  if (usb->worker != NULL)
    g_thread_pool_free (usb->worker, FALSE, TRUE);
  if (usb->source != NULL) {
    finish_jobs (usb);
    libusb_hotplug_deregister_callback (usb->context, usb->hotplug);
    libusb_set_pollfd_notifiers (usb->context, NULL, NULL, NULL);
    g_source_destroy (usb->source);
    g_source_unref (usb->source);
  }
  g_queue_clear_full (&usb->events, event_free);
  g_ptr_array_unref (usb->devices);
  if (usb->context != NULL)
    libusb_exit (usb->context);
  g_async_queue_unref (usb->finished);
  g_hash_table_unref (usb->fds);
  g_mutex_clear (&usb->fds_mutex);
  g_free (usb);
}
