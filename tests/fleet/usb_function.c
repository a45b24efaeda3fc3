// The endpoints of a device, without a transport. See the header file.
#include "tests/fleet/usb_function.h"

#include "tests/fleet/usb_descriptors.h"

#include <errno.h>

enum { CLEAR_FEATURE = 1, SET_CONFIGURATION = 9, SET_INTERFACE = 11 };
enum { TO_DEVICE = 0x00, TO_INTERFACE = 0x01, TO_ENDPOINT = 0x02, KIND_MASK = 0x60 };

void
usb_function_init (struct UsbFunction *function, const struct UsbIdentity *identity, guint16 packet_bytes,
                   const struct UsbGadget *gadget, gpointer model)
{
  *function = (struct UsbFunction){.identity = *identity, .gadget = gadget, .model = model};
  function->identity.maker = g_strdup (identity->maker);
  function->identity.model = g_strdup (identity->model);
  function->identity.serial = g_strdup (identity->serial);
  if (identity->descriptors != NULL)
    function->identity.descriptors = g_byte_array_ref (identity->descriptors);
  else
    function->identity.packet = packet_bytes;
  usb_queue_init (&function->in, usb_packet_of (&function->identity));
}

void
usb_function_clear (struct UsbFunction *function)
{
  g_free ((char *)function->identity.maker);
  g_free ((char *)function->identity.model);
  g_free ((char *)function->identity.serial);
  g_clear_pointer (&function->identity.descriptors, g_byte_array_unref);
  usb_queue_clear (&function->in);
}

guint
usb_function_talking (const struct UsbFunction *function)
{
  return MAX (function->identity.n_interfaces, 1) - 1;
}

int
usb_function_read (struct UsbFunction *function, guint8 *buffer, gsize capacity, gsize *used)
{
  if (function->silent)
    return USB_WAITS;
  if (function->halted_in)
    return -EPIPE;
  switch (usb_queue_fill (&function->in, buffer, capacity, used)) {
  case USB_FILL_PENDING:
    return USB_WAITS;
  case USB_FILL_DONE:
    return 0;
  case USB_FILL_OVERFLOW:
    return -EOVERFLOW;
  }
  g_assert_not_reached ();
}

gboolean
usb_function_clear_halt (struct UsbFunction *function, guint8 endpoint)
{
  if (function->identity.refuses_clear_halt)
    return FALSE;
  if (endpoint == usb_in_of (&function->identity))
    function->halted_in = FALSE;
  else if (endpoint == usb_out_of (&function->identity))
    function->halted_out = FALSE;
  return TRUE;
}

static int
standard_request (struct UsbFunction *function, const guint8 *setup, guint8 *answer, gsize capacity)
{
  guint type = setup[0], request = setup[1];
  if ((type == TO_DEVICE && request == SET_CONFIGURATION) || (type == TO_INTERFACE && request == SET_INTERFACE))
    return 0;
  if (type == TO_ENDPOINT && request == CLEAR_FEATURE)
    return usb_function_clear_halt (function, setup[4]) ? 0 : -1;
  return usb_descriptors_answer (&function->identity, setup, answer, capacity);
}

int
usb_function_control (struct UsbFunction *function, const guint8 *setup, const guint8 *out, gsize length,
                      guint8 *answer, gsize capacity)
{
  if ((setup[0] & KIND_MASK) == 0)
    return standard_request (function, setup, answer, capacity);
  if (function->class_requests == NULL)
    return -1;
  return function->class_requests->control (function->class_user, setup, out, length, answer, capacity);
}

// ---- usb.h ----

guint
usb_device_packet_bytes (UsbDevice *device)
{
  return (guint)usb_packet_of (&usb_device_function (device)->identity);
}

void
usb_device_send (UsbDevice *device, const guint8 *bytes, gsize length)
{
  usb_queue_push (&usb_device_function (device)->in, bytes, length);
  usb_device_pump (device);
}

void
usb_device_flush (UsbDevice *device)
{
  usb_queue_clear (&usb_device_function (device)->in);
}

void
usb_device_halt (UsbDevice *device)
{
  struct UsbFunction *function = usb_device_function (device);
  function->halted_in = function->halted_out = TRUE;
  usb_queue_clear (&function->in);
  usb_device_pump (device);
}

void
usb_device_silence (UsbDevice *device)
{
  struct UsbFunction *function = usb_device_function (device);
  function->silent = TRUE;
  usb_queue_clear (&function->in);
}
