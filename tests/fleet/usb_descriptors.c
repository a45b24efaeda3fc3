// USB 2.0 chapter 9, as much of it as tablets and modems show. Knows nothing of adb, fastboot or MBIM messages.
#include "tests/fleet/usb_descriptors.h"

#include <string.h>

enum { STRING_NONE, STRING_MAKER, STRING_MODEL, STRING_SERIAL, STRING_FIRST_INTERFACE };

enum { TYPE_DEVICE = 1, TYPE_CONFIGURATION = 2, TYPE_STRING = 3, TYPE_INTERFACE = 4, TYPE_ENDPOINT = 5 };

#define DEVICE_BYTES 18
#define BULK         2
#define INTERRUPT    3
#define CDC_CONTROL  0x02 // interface class

static guint8
string_index (const char *text, guint8 index)
{
  return text != NULL && *text != '\0' ? index : STRING_NONE;
}

static void
append_device (GByteArray *out, const struct UsbIdentity *id)
{
  const guint8 bytes[DEVICE_BYTES] = {
      DEVICE_BYTES,
      TYPE_DEVICE,
      0x00,
      0x02, // USB 2.0
      0,
      0,
      0,  // class given by each interface
      64, // packet of endpoint 0
      id->vendor & 0xff,
      id->vendor >> 8,
      id->product & 0xff,
      id->product >> 8,
      0x40,
      0x04, // device release
      string_index (id->maker, STRING_MAKER),
      string_index (id->model, STRING_MODEL),
      string_index (id->serial, STRING_SERIAL),
      1, // configurations
  };
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
append_endpoint (GByteArray *out, guint8 address, guint16 packet)
{
  const guint8 bytes[7] = {
      7, TYPE_ENDPOINT, address, BULK, (guint8)(packet & 0xff), (guint8)(packet >> 8), 0,
  };
  g_byte_array_append (out, bytes, sizeof bytes);
}

// Of the interface that controls a modem's port: it tells of its lines, which nobody here listens to.
static void
append_interrupt (GByteArray *out, guint8 address)
{
  const guint8 bytes[7] = {7, TYPE_ENDPOINT, address, INTERRUPT, 16, 0, 9};
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
append_interface (GByteArray *out, const struct UsbInterface *interface, guint8 number, guint16 packet)
{
  gboolean is_control = interface->class_code == CDC_CONTROL;
  const guint8 bytes[9] = {
      9,
      TYPE_INTERFACE,
      number,
      0,                  // alternate setting
      is_control ? 1 : 2, // endpoints
      interface->class_code,
      interface->subclass,
      interface->protocol,
      string_index (interface->name, (guint8)(STRING_FIRST_INTERFACE + number)),
  };
  g_byte_array_append (out, bytes, sizeof bytes);
  if (is_control) {
    append_interrupt (out, (guint8)(USB_FIRST_IN + number));
    return;
  }
  append_endpoint (out, (guint8)(USB_FIRST_IN + number), packet);
  append_endpoint (out, (guint8)(USB_FIRST_OUT + number), packet);
}

// The function of a modem (USB-IF MBIM 1.0, chapter 6.4; CDC 1.2): a control interface with an interrupt endpoint, and a
// data interface that has its endpoints in the second setting only. They follow.
static const guint8 mbim_function[] = {
    8,    11,
    0,    2,
    0x02, 0x0e,
    0x00, 0, // interface association
    9,    TYPE_INTERFACE,
    0,    0,
    1,    0x02,
    0x0e, 0x00,
    0, // MBIM control
    5,    0x24,
    0x00, 0x10,
    0x01, // CDC header
    5,    0x24,
    0x06, 0,
    1, // CDC union
    12,   0x24,
    0x1b, 0x00,
    0x01, 0,
    0,    16,
    128,  0xdc,
    0x05, 0x20, // MBIM, with wMaxControlMessage
    7,    TYPE_ENDPOINT,
    0x83, 3,
    64,   0,
    9, // interrupt
    9,    TYPE_INTERFACE,
    1,    0,
    0,    0x0a,
    0x00, 0x02,
    0, // MBIM data, idle
    9,    TYPE_INTERFACE,
    1,    1,
    2,    0x0a,
    0x00, 0x02,
    0, // MBIM data
};

#define MAX_CONTROL_AT (8 + 9 + 5 + 5 + 5) // in mbim_function

static void
append_mbim (GByteArray *out, guint16 max_control, guint16 packet)
{
  guint at = out->len + MAX_CONTROL_AT;
  g_byte_array_append (out, mbim_function, sizeof mbim_function);
  out->data[at] = (guint8)(max_control & 0xff);
  out->data[at + 1] = (guint8)(max_control >> 8);
  append_endpoint (out, USB_FIRST_IN + 1, packet);
  append_endpoint (out, USB_FIRST_OUT + 1, packet);
}

// The last interface talks.
static guint8
talking (const struct UsbIdentity *identity)
{
  return (guint8)(MAX (identity->n_interfaces, 1) - 1); // none: a kernel driver has them all
}

guint8
usb_in_of (const struct UsbIdentity *identity)
{
  return identity->descriptors != NULL ? identity->in : (guint8)(USB_FIRST_IN + talking (identity));
}

guint8
usb_out_of (const struct UsbIdentity *identity)
{
  return identity->descriptors != NULL ? identity->out : (guint8)(USB_FIRST_OUT + talking (identity));
}

gsize
usb_packet_of (const struct UsbIdentity *identity)
{
  return identity->packet != 0 ? identity->packet : USB_PACKET_BYTES;
}

GByteArray *
usb_descriptors_new (const struct UsbIdentity *identity)
{
  GByteArray *out = g_byte_array_new ();
  if (identity->descriptors != NULL) {
    g_byte_array_append (out, identity->descriptors->data, identity->descriptors->len);
    return out;
  }
  append_device (out, identity);
  const guint8 configuration[9] = {
      9,
      TYPE_CONFIGURATION,
      0,
      0, // total length, below
      (guint8)(identity->max_control != 0 ? 2 : identity->n_interfaces),
      1, // its value
      0,
      0x80,
      250, // 500 mA
  };
  g_byte_array_append (out, configuration, sizeof configuration);
  if (identity->max_control != 0)
    append_mbim (out, identity->max_control, (guint16)usb_packet_of (identity));
  for (guint i = 0; i < identity->n_interfaces; i++)
    append_interface (out, &identity->interfaces[i], (guint8)i, (guint16)usb_packet_of (identity));
  guint total = out->len - DEVICE_BYTES;
  out->data[DEVICE_BYTES + 2] = (guint8)(total & 0xff);
  out->data[DEVICE_BYTES + 3] = (guint8)(total >> 8);
  return out;
}

static const char *
string_of (const struct UsbIdentity *identity, guint index)
{
  const char *fixed[] = {
      [STRING_MAKER] = identity->maker,
      [STRING_MODEL] = identity->model,
      [STRING_SERIAL] = identity->serial,
  };
  if (index < G_N_ELEMENTS (fixed))
    return fixed[index];
  guint number = index - STRING_FIRST_INTERFACE;
  if (identity->descriptors != NULL)
    return NULL;
  return number < identity->n_interfaces ? identity->interfaces[number].name : NULL;
}

// Appends a string descriptor; FALSE when there is no such string.
static gboolean
append_string (GByteArray *out, const struct UsbIdentity *identity, guint index)
{
  static const guint8 languages[] = {4, TYPE_STRING, 0x09, 0x04}; // English (United States)
  if (index == 0) {
    g_byte_array_append (out, languages, sizeof languages);
    return TRUE;
  }
  const char *text = string_of (identity, index);
  if (text == NULL || *text == '\0')
    return FALSE;
  glong units;
  g_autofree gunichar2 *utf16 = g_utf8_to_utf16 (text, -1, NULL, &units, NULL);
  if (utf16 == NULL)
    return FALSE;
  guint8 head[2] = {(guint8)(2 + 2 * units), TYPE_STRING};
  g_byte_array_append (out, head, sizeof head);
  for (glong i = 0; i < units; i++) {
    guint8 unit[2] = {(guint8)(utf16[i] & 0xff), (guint8)(utf16[i] >> 8)};
    g_byte_array_append (out, unit, sizeof unit);
  }
  return TRUE;
}

static gboolean
append_descriptor (GByteArray *out, const struct UsbIdentity *identity, guint type, guint index)
{
  if (type == TYPE_STRING)
    return append_string (out, identity, index);
  g_autoptr (GByteArray) all = usb_descriptors_new (identity);
  if (type == TYPE_DEVICE)
    g_byte_array_append (out, all->data, DEVICE_BYTES);
  else if (type == TYPE_CONFIGURATION)
    g_byte_array_append (out, all->data + DEVICE_BYTES, all->len - DEVICE_BYTES);
  return out->len > 0;
}

int
usb_descriptors_answer (const struct UsbIdentity *identity, const guint8 *setup, guint8 *answer, gsize capacity)
{
  enum { GET_STATUS = 0, GET_DESCRIPTOR = 6, FROM_DEVICE = 0x80 };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  if (setup[0] == FROM_DEVICE && setup[1] == GET_STATUS)
    g_byte_array_append (out, (const guint8[]){0, 0}, 2);
  else if (setup[0] != FROM_DEVICE || setup[1] != GET_DESCRIPTOR ||
           !append_descriptor (out, identity, setup[3], setup[2]))
    return -1;
  gsize length = MIN (out->len, capacity);
  memcpy (answer, out->data, length);
  return (int)length;
}
