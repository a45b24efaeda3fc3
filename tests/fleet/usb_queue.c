// Packets from device writes to host transfers. Knows nothing of who reads.
#include "tests/fleet/usb_queue.h"

#include <string.h>

void
usb_queue_init (struct UsbQueue *queue, gsize packet)
{
  g_queue_init (&queue->writes);
  queue->offset = 0;
  queue->packet = packet;
}

static void
drop_oldest (struct UsbQueue *queue)
{
  g_bytes_unref (g_queue_pop_head (&queue->writes));
  queue->offset = 0;
}

void
usb_queue_clear (struct UsbQueue *queue)
{
  while (!g_queue_is_empty (&queue->writes))
    drop_oldest (queue);
}

void
usb_queue_push (struct UsbQueue *queue, const guint8 *bytes, gsize length)
{
  g_queue_push_tail (&queue->writes, g_bytes_new (bytes, length));
}

enum UsbFill
usb_queue_fill (struct UsbQueue *queue, guint8 *buffer, gsize capacity, gsize *used)
{
  while (!g_queue_is_empty (&queue->writes)) {
    gsize length;
    const guint8 *bytes = g_bytes_get_data (g_queue_peek_head (&queue->writes), &length);
    gsize packet = MIN (length - queue->offset, queue->packet);
    if (packet > capacity - *used)
      return *used == capacity ? USB_FILL_DONE : USB_FILL_OVERFLOW;
    if (packet > 0)
      memcpy (buffer + *used, bytes + queue->offset, packet);
    *used += packet;
    queue->offset += packet;
    if (queue->offset == length)
      drop_oldest (queue);
    if (packet < queue->packet || *used == capacity)
      return USB_FILL_DONE;
  }
  return USB_FILL_PENDING;
}
