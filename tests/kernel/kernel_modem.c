// The control side of a modem on a real stack, whichever way the bytes go there: CDC requests on its interface (USB-IF CDC 1.2, NCM 1.0, MBIM 1.0 chapter 8), which the
// kernel's cdc_mbim and cdc-wdm turn into /dev/cdc-wdmN. No data packets.
#include "tests/fleet/modem_port.h"
#include "tests/kernel/interrupts.h"

#include <string.h>

enum {
  SEND_ENCAPSULATED = 0x00,
  GET_ENCAPSULATED = 0x01,
  RESET_FUNCTION = 0x05,
  GET_NTB_PARAMETERS = 0x80,
  GET_NTB_INPUT_SIZE = 0x85
};
#define FROM_INTERFACE  0xa1
#define NTB_INPUT_BYTES 2048

struct ModemPort {
  UsbDevice *usb;
  const struct ModemEar *ear;
  gpointer model;
  GQueue out;   // of GBytes: whole messages
  guint untold; // of them, the kernel was not told
};

// A notification that a response is available, for each message.
static void
tell (ModemPort *port)
{
  static const guint8 available[8] = {FROM_INTERFACE, GET_ENCAPSULATED};
  while (port->untold > 0 && usb_device_interrupt (port->usb, available, sizeof available))
    port->untold--;
}

static void
on_listens (gpointer user)
{
  tell (user);
}

static int
take_message (ModemPort *port, guint8 *answer, gsize capacity)
{
  GBytes *message = g_queue_pop_head (&port->out);
  if (message == NULL)
    return 0;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (message, &length);
  length = MIN (length, capacity);
  memcpy (answer, bytes, length);
  g_bytes_unref (message);
  return (int)length;
}

// NCM 1.0, table 6-3: 16-bit blocks alone.
static int
ntb_parameters (guint8 *answer, gsize capacity)
{
  static const guint8 parameters[28] = {28, 0, 1, 0, NTB_INPUT_BYTES & 0xff, NTB_INPUT_BYTES >> 8, 0, 0, 4, 0, 0, 0,
                                        4,  0, 0, 0, NTB_INPUT_BYTES & 0xff, NTB_INPUT_BYTES >> 8, 0, 0, 4, 0, 0, 0,
                                        4,  0, 0, 0};
  gsize length = MIN (sizeof parameters, capacity);
  memcpy (answer, parameters, length);
  return (int)length;
}

static int
ntb_input_size (guint8 *answer, gsize capacity)
{
  static const guint8 size[4] = {NTB_INPUT_BYTES & 0xff, NTB_INPUT_BYTES >> 8, 0, 0};
  gsize length = MIN (sizeof size, capacity);
  memcpy (answer, size, length);
  return (int)length;
}

static int
on_control (gpointer user, const guint8 *setup, const guint8 *out, gsize length, guint8 *answer, gsize capacity)
{
  ModemPort *port = user;
  gboolean is_read = setup[0] == FROM_INTERFACE;
  if (is_read && setup[1] == GET_ENCAPSULATED)
    return take_message (port, answer, capacity);
  if (is_read && setup[1] == GET_NTB_PARAMETERS)
    return ntb_parameters (answer, capacity);
  if (is_read && setup[1] == GET_NTB_INPUT_SIZE)
    return ntb_input_size (answer, capacity);
  if (is_read)
    return -1;
  if (setup[1] == SEND_ENCAPSULATED)
    port->ear->received (port->model, out, length);
  else if (setup[1] == RESET_FUNCTION)
    modem_port_flush (port);
  return 0; // formats and sizes are taken as they come
}

static int
claimed (gpointer model, guint interface)
{
  (void)model;
  (void)interface;
  return 0; // what is not told cannot be refused
}

static void
bulk_received (gpointer model, const guint8 *bytes, gsize length)
{
  (void)model; // data packets are not emulated
  (void)bytes;
  (void)length;
}

static const struct UsbClass class_requests = {on_control, on_listens};
static const struct UsbGadget gadget = {claimed, bulk_received};

ModemPort *
modem_port_attach (UsbBus *bus, const char *where, const struct ModemShape *shape, const struct ModemEar *ear,
                   gpointer model, GError **error)
{
  ModemPort *port = g_new0 (ModemPort, 1);
  port->ear = ear;
  port->model = model;
  port->usb = usb_device_attach (bus, where, shape->identity, &gadget, NULL, error);
  if (port->usb == NULL) {
    g_free (port);
    return NULL;
  }
  struct UsbFunction *function = usb_device_function (port->usb);
  function->class_requests = &class_requests;
  function->class_user = port;
  return port;
}

static void
bytes_free (gpointer bytes)
{
  g_bytes_unref (bytes);
}

void
modem_port_flush (ModemPort *port)
{
  g_queue_clear_full (&port->out, bytes_free);
  port->untold = 0;
}

void
modem_port_detach (ModemPort *port)
{
  usb_device_detach (port->usb);
  modem_port_flush (port);
  g_free (port);
}

void
modem_port_send (ModemPort *port, const guint8 *bytes, gsize length, guint piece)
{
  (void)piece; // the kernel gives whole messages
  g_queue_push_tail (&port->out, g_bytes_new (bytes, length));
  port->untold++;
  tell (port);
}

guint
modem_port_node (const ModemPort *port)
{
  (void)port;
  return 0; // the kernel gives the number, and does not tell the device
}
