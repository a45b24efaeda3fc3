/* The string descriptors of USB devices (USB 2.0, 9.6.7). No I/O. */
#pragma once
#include <glib.h>

#define USB_TEXT_MAX 255 /* bytes of a descriptor: bLength is a byte */

/* UTF-16LE to UTF-8, without what could disturb a terminal or a log, without spaces around. NULL when empty or no string descriptor.
 * Caller frees. */
char *usb_text_read (const guint8 *data, gsize n);
