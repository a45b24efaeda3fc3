// What a device has written and the host has not read yet, with the packet rules of a bulk endpoint. Not thread safe.
#pragma once

#include <glib.h>

struct UsbQueue {
  GQueue writes; // of GBytes, oldest first
  gsize offset;  // bytes of the oldest write already read
  gsize packet;  // bytes of a full packet
};

enum UsbFill {
  USB_FILL_PENDING,  // the host must wait for more
  USB_FILL_DONE,     // a short packet came, or the buffer is full
  USB_FILL_OVERFLOW, // the next packet is larger than the room left
};

// Makes the queue empty; `queue` may be uninitialised. packet: wMaxPacketSize of its endpoint.
void usb_queue_init (struct UsbQueue *queue, gsize packet);

// Forgets everything.
void usb_queue_clear (struct UsbQueue *queue);

// Adds one device write; the bytes are copied.
void usb_queue_push (struct UsbQueue *queue, const guint8 *bytes, gsize length);

// Moves packets into buffer[*used .. capacity) and advances *used, as a host controller serves one transfer.
enum UsbFill usb_queue_fill (struct UsbQueue *queue, guint8 *buffer, gsize capacity, gsize *used);
