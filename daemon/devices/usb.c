/* Two threads beside the main loop. The bus thread alone handles libusb's events: transfers end there, and plug-ins are heard; it only passes on what
 * it hears. The worker opens, claims and closes, which may take as long as a wedged device likes. What both bring is told by a GSource, for at most
 * TURN_US in one turn: with 45 tablets that talk at once the loop still looks at everything else in between. */
#include "daemon/devices/usb.h"

#include "daemon/devices/deadline.h"

#include <errno.h>
#include <string.h>

#define PERMISSION_RETRY_MS    100
#define PERMISSION_RETRIES_MAX 10
#define DRAIN_STEP_MS          20
#define DRAIN_MAX_US           (5 * G_USEC_PER_SEC)
#define TURN_US                5000
#define ORDERS_AT_ONCE         8
#define BUS_REST_S             60 /* of the bus thread, when nothing happens */
#define PORT_DEPTH_MAX         7  /* USB allows no more hubs in a row */

typedef struct {
  GSource source;
  Usb *usb; /* not owned */
} UsbSource;

typedef struct {
  void (*work) (gpointer data); /* NULL: it is done elsewhere, or only the telling is left */
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
  GThread *bus;
  gint is_ending;      /* atomic: the bus thread ends when nothing is left to run */
  GAsyncQueue *orders; /* of Job: to be run in the bus thread */
  GThreadPool *worker;
  GAsyncQueue *finished; /* of Job: to be told */
  GAsyncQueue *events;   /* of Event: to be told */
  GQueue heard;          /* of Event, not passed on yet: the bus thread's once it runs */
  guint jobs, handles;
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

static Job *
job_new (void (*work) (gpointer data), void (*done) (gpointer data), gpointer data)
{
  Job *job = g_new (Job, 1);
  *job = (Job){.work = work, .done = done, .data = data};
  return job;
}

static void
finished (Usb *usb, Job *job)
{
  g_async_queue_push (usb->finished, job);
  g_main_context_wakeup (NULL);
}

static void
run_job (gpointer data, gpointer user)
{
  Job *job = data;
  job->work (job->data);
  finished (user, job);
}

void
usb_work (Usb *usb, void (*work) (gpointer data), void (*done) (gpointer data), gpointer data)
{
  usb_expect (usb);
  /* an exclusive pool has its thread already: it cannot fail */
  (void)g_thread_pool_push (usb->worker, job_new (work, done, data), NULL);
}

void
usb_expect (Usb *usb)
{
  usb->jobs++;
}

void
usb_tell (Usb *usb, void (*done) (gpointer data), gpointer data)
{
  finished (usb, job_new (NULL, done, data));
}

static void
tell (Usb *usb, Job *taken)
{
  g_autofree Job *job = taken;
  usb->jobs--;
  job->done (job->data);
}

/* ---- the bus thread ---- */

void
usb_run (Usb *usb, void (*work) (gpointer data), gpointer data)
{
  g_async_queue_push (usb->orders, job_new (work, NULL, data));
  libusb_interrupt_event_handler (usb->context);
}

/* At most so many. */
static void
run_orders (Usb *usb, guint most)
{
  Job *order;
  while (most-- > 0 && (order = g_async_queue_try_pop (usb->orders)) != NULL) {
    order->work (order->data);
    g_free (order);
  }
}

/* Behind the ends of the transfers that were handled with them: what a device still answered is heard before it is gone. */
static void
pass_on_events (Usb *usb)
{
  if (g_queue_is_empty (&usb->heard))
    return;
  while (!g_queue_is_empty (&usb->heard))
    g_async_queue_push (usb->events, g_queue_pop_head (&usb->heard));
  g_main_context_wakeup (NULL);
}

/* An order, or the end, that comes between the two is not missed: the interruption is kept for the handling that begins. */
static gpointer
run_bus (gpointer data)
{
  Usb *usb = data;
  while (!g_atomic_int_get (&usb->is_ending)) {
    run_orders (usb, ORDERS_AT_ONCE);
    struct timeval rest = {g_async_queue_length (usb->orders) > 0 ? 0 : BUS_REST_S, 0};
    (void)libusb_handle_events_timeout_completed (usb->context, &rest, NULL); /* transfers carry their own errors */
    pass_on_events (usb);
  }
  run_orders (usb, G_MAXUINT);
  return NULL;
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
handle_event (Usb *usb, Event *event)
{
  if (event->is_arrival)
    handle_arrival (usb, event->device);
  else
    handle_departure (usb, event->device);
  event_free (event);
}

static int LIBUSB_CALL
on_hotplug (libusb_context *context, libusb_device *device, libusb_hotplug_event kind, void *user)
{
  (void)context; /* ours; there is one */
  Usb *usb = user;
  Event *event = g_new (Event, 1);
  *event = (Event){.device = libusb_ref_device (device), .is_arrival = kind == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED};
  g_queue_push_tail (&usb->heard, event);
  return 0;
}

/* ---- the source ---- */

static gboolean
has_work (const Usb *usb)
{
  return g_async_queue_length (usb->events) > 0 || g_async_queue_length (usb->finished) > 0;
}

/* What the threads bring wakes the loop up, and is looked at before and after its sleep. */
static gboolean
source_prepare (GSource *source, int *timeout_ms)
{
  *timeout_ms = -1;
  return has_work (((UsbSource *)source)->usb);
}

static gboolean
source_check (GSource *source)
{
  return has_work (((UsbSource *)source)->usb);
}

/* Ends of transfers first: a device that left is heard of by whoever waits for it before it is taken away. */
static gboolean
tell_next (Usb *usb)
{
  Job *job = g_async_queue_try_pop (usb->finished);
  Event *event = job == NULL ? g_async_queue_try_pop (usb->events) : NULL;
  if (job != NULL)
    tell (usb, job);
  else if (event != NULL)
    handle_event (usb, event);
  return job != NULL || event != NULL;
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user)
{
  (void)callback; /* the source is its own only user */
  (void)user;
  gint64 until_us = g_get_monotonic_time () + TURN_US;
  while (tell_next (((UsbSource *)source)->usb) && g_get_monotonic_time () < until_us)
    ; /* the rest in the next turn */
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {source_prepare, source_check, source_dispatch, NULL, NULL, NULL};

static void
source_start (Usb *usb)
{
  usb->source = g_source_new (&source_funcs, sizeof (UsbSource));
  ((UsbSource *)usb->source)->usb = usb;
  g_source_set_name (usb->source, "usb");
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

/* With a control interface both are claimed: cdc_acm of the kernel has them, gives way, and gets them back when they are released. */
static int
claim (libusb_device_handle *handle, const UsbFace *face)
{
  if (face->control >= 0)
    (void)libusb_set_auto_detach_kernel_driver (handle, TRUE); /* where it cannot be done, the claim says so */
  int status = libusb_claim_interface (handle, face->interface);
  if (status == LIBUSB_SUCCESS && face->control >= 0)
    status = libusb_claim_interface (handle, face->control);
  return status;
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
  int status = claim (opening->handle, face);
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
    usb_device_wire_closed (opening->device);
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
  if (!is_idle) { /* open_done frees it; whoever opens next stands in line behind its closing */
    opening->device->wires++;
    return;
  }
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
  const UsbFace *face = &closing->device->face;
  if (closing->claims)
    (void)libusb_release_interface (closing->handle, face->interface); /* closing does it anyway */
  if (closing->claims && face->control >= 0)                           /* last: there the kernel's driver takes both */
    (void)libusb_release_interface (closing->handle, face->control);
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
    Job *job = g_async_queue_timeout_pop (usb->finished, DRAIN_STEP_MS * 1000);
    if (job != NULL)
      tell (usb, job);
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
  usb->orders = g_async_queue_new ();
  usb->finished = g_async_queue_new ();
  usb->events = g_async_queue_new_full (event_free);
  usb->devices = g_ptr_array_new_with_free_func (unref_device);
  usb->worker = g_thread_pool_new (run_job, usb, 1, TRUE, error);
  if (usb->worker == NULL || !start_libusb (usb, error)) {
    usb_free (usb);
    return NULL;
  }
  source_start (usb);
  pass_on_events (usb); /* what is plugged in already */
  usb->bus = g_thread_new ("usb-bus", run_bus, usb);
  return usb;
}

/* Behind all that was asked of it. */
static void
stop_bus (Usb *usb)
{
  g_atomic_int_set (&usb->is_ending, TRUE);
  libusb_interrupt_event_handler (usb->context);
  (void)g_thread_join (usb->bus); /* it returns nothing */
}

static void
stop_source (Usb *usb)
{
  for (Job *job; (job = g_async_queue_try_pop (usb->finished)) != NULL;)
    tell (usb, job);
  libusb_hotplug_deregister_callback (usb->context, usb->hotplug);
  g_source_destroy (usb->source);
  g_source_unref (usb->source);
}

void
usb_free (Usb *usb)
{
  if (usb == NULL)
    return;
  if (usb->bus != NULL)
    drain (usb);
  if (usb->worker != NULL)
    g_thread_pool_free (usb->worker, FALSE, TRUE);
  if (usb->bus != NULL) {
    stop_bus (usb);
    stop_source (usb);
  }
  g_queue_clear_full (&usb->heard, event_free);
  g_async_queue_unref (usb->events);
  g_async_queue_unref (usb->orders);
  g_ptr_array_unref (usb->devices);
  if (usb->context != NULL)
    libusb_exit (usb->context);
  g_async_queue_unref (usb->finished);
  g_free (usb);
}
