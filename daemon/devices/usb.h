/* libusb for the main loop, which never makes a system call to a device: a bus thread handles libusb's events and starts transfers, a worker makes the
 * calls that can take long (open, claim, close). Arrivals, departures and ends of transfers are told in the main loop, a few at a time.
 * Not for what a device says (adb.c, fastboot.c), nor for whom we talk to (bench.c). Private to this folder. */
#pragma once
#include "daemon/devices/holder.h"
#include "daemon/devices/usb_face.h"
#include "daemon/devices/wire.h"

typedef struct _Usb Usb;
typedef struct _UsbOpen UsbOpen;

/* One plug-in. Counted; kept by whoever needs it after the device has left. */
typedef struct {
  grefcount refs;
  Usb *usb;              /* not owned: the Usb outlives all its users */
  libusb_device *device; /* a reference */
  char *port;            /* "1-1.2" */
  guint16 vendor, product;
  UsbFace face;
  char *serial, *maker, *name; /* NULL when absent or not read */
  Holder holder;          /* after an opening that met DEVICE_ERROR_BUSY: who holds it, as far as that can be seen */
  gboolean is_identified; /* the strings above were read, or the device has none */
  guint wires;            /* open, or waiting for their cancelled transfers; openings that were given up as well */
  UsbOpen *waiting;       /* an open that waits for the above to be closed, or NULL */
} UsbDevice;

/* An Android-like or portable device came or left. device: borrowed. Called from the main loop. */
typedef void (*UsbFunc) (UsbDevice *device, gboolean is_arrival, gpointer user);

/* NULL with DEVICE_ERROR_SETUP when libusb cannot be used here. What is plugged in already arrives from the loop. */
Usb *usb_new (UsbFunc func, gpointer user, GError **error);
/* All wires must be freed and all openings cancelled before. Waits (a moment) for what is still on the bus. Accepts NULL. */
void usb_free (Usb *usb);

UsbDevice *usb_device_ref (UsbDevice *device);
/* Accepts NULL. */
void usb_device_unref (UsbDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsbDevice, usb_device_unref)

/* Runs work(data) in the one worker thread, in the order asked, then done(data) in the main loop: always, by usb_free at the latest. */
void usb_work (Usb *usb, void (*work) (gpointer data), void (*done) (gpointer data), gpointer data);

/* The end of an opening: a handle, now the receiver's (give it back to usb_close), or NULL with a DEVICE_ERROR. */
typedef void (*UsbOpenFunc) (libusb_device_handle *handle, const GError *error, gpointer user);
/* Opens, and with `claims` also claims the interface of the face and clears its two endpoints. A refused permission is tried
 * again for a second (udev may still be at work). Waits until an earlier wire of the same device is closed. */
UsbOpen *usb_open (UsbDevice *device, gboolean claims, UsbOpenFunc func, gpointer user);
/* func will not be called; the opening is over. Not after func was called. */
void usb_open_cancel (UsbOpen *opening);
/* Closes in the worker, and before it releases the interface when it was opened with `claims`. No transfer may be under way. */
void usb_close (UsbDevice *device, libusb_device_handle *handle, gboolean claims);
/* A wire (of `device`) has queued its close: a waiting opening may go on behind it. */
void usb_device_wire_closed (UsbDevice *device);

/* DEVICE_ERROR for a libusb_error. */
void usb_set_error (GError **error, int status, const char *what);

/* Takes an opened and claimed handle; the wire closes it. */
Wire *usb_wire_new (UsbDevice *device, libusb_device_handle *handle);
/* A transfer that is used again and again, one at a time. */
typedef struct _UsbTransfer UsbTransfer;
/* Its end, in the main loop. n: bytes that went over. Timeouts are DEVICE_ERROR_TIMEOUT, an unplugged device _GONE. It may start the next one, or free. */
typedef void (*UsbTransferFunc) (gsize n, const GError *error, gpointer user);
UsbTransfer *usb_transfer_new (UsbDevice *device, UsbTransferFunc func, gpointer user);
/* Start it; func is always called once. buffer: the caller's, left alone until then. control: the setup packet and room for the answer. */
void usb_transfer_bulk (UsbTransfer *transfer, libusb_device_handle *handle, guint8 endpoint, guint8 *buffer, gsize n,
                        guint timeout_ms);
void usb_transfer_control (UsbTransfer *transfer, libusb_device_handle *handle, guint8 *buffer, guint timeout_ms);
gboolean usb_transfer_is_under_way (const UsbTransfer *transfer);
/* It ends soon, well or with DEVICE_ERROR_GONE. Nothing happens when it is not under way. */
void usb_transfer_cancel (UsbTransfer *transfer);
/* Not while it is under way. */
void usb_transfer_free (UsbTransfer *transfer);

/* Runs work(data) in the bus thread, in the order asked. Main loop only. */
void usb_run (Usb *usb, void (*work) (gpointer data), gpointer data);
/* One usb_tell will come: usb_free waits for it. Main loop only. */
void usb_expect (Usb *usb);
/* Calls done(data) in the main loop. Any thread. */
void usb_tell (Usb *usb, void (*done) (gpointer data), gpointer data);

/* Reading the strings of a device. */
typedef struct _UsbIdentify UsbIdentify;
typedef void (*UsbIdentifyFunc) (const GError *error, gpointer user);
/* Opens, reads serial, product and manufacturer into the device, closes. func is called once, from the loop. */
UsbIdentify *usb_identify (UsbDevice *device, UsbIdentifyFunc func, gpointer user);
/* func will not be called. Not after it was. */
void usb_identify_cancel (UsbIdentify *identify);
