/* A modem on no bus at all: the functions of modem_port.h in memory, for the tests of its model. */
#pragma once

#include "tests/fleet/modem.h"

#include <string.h>

struct ModemPort {
  const struct ModemEar *ear;
  gpointer model;
};

static GByteArray *wire;      /* what the modem has sent and the test has not looked at */
static struct ModemPort port; /* of the modem that is plugged */

ModemPort *
modem_port_attach (UsbBus *bus, const char *where, const struct ModemShape *shape, const struct ModemEar *ear,
                   gpointer model, GError **error)
{
  (void)bus;
  (void)where;
  (void)shape;
  (void)error;
  port = (struct ModemPort){ear, model};
  return &port;
}

static inline void
write_to_modem (const guint8 *bytes, gsize length)
{
  port.ear->received (port.model, bytes, length);
}

void
modem_port_detach (ModemPort *shown)
{
  shown->model = NULL;
}

void
modem_port_send (ModemPort *shown, const guint8 *bytes, gsize length, guint piece)
{
  (void)shown;
  (void)piece;
  g_byte_array_append (wire, bytes, (guint)length);
}

void
modem_port_flush (ModemPort *shown)
{
  (void)shown; /* nothing waits here */
}

guint
modem_port_node (const ModemPort *shown)
{
  (void)shown;
  return 0;
}

gboolean
usb_port_is_valid (const char *where)
{
  return *where != '\0';
}

/* "03 00 00 80" or "03000080", any white space. */
static GByteArray *
from_hex (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();
  for (; *text != '\0'; text++) {
    if (g_ascii_isspace (*text))
      continue;
    guint8 octet = (guint8)(g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));
    g_byte_array_append (bytes, &octet, 1);
    text++;
  }
  return bytes;
}

static char *
to_hex (const guint8 *bytes, gsize length)
{
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static inline void
hear (const char *hex)
{
  g_autoptr (GByteArray) bytes = from_hex (hex);
  write_to_modem (bytes->data, bytes->len);
}

/* What the modem said since the last time, in hexadecimal. */
static inline char *
said (void)
{
  char *text = to_hex (wire->data, wire->len);
  g_byte_array_set_size (wire, 0);
  return text;
}

static inline void
assert_said (const char *hex)
{
  g_autoptr (GByteArray) bytes = from_hex (hex);
  g_autofree char *expected = to_hex (bytes->data, bytes->len);
  g_autofree char *got = said ();
  g_assert_cmpstr (got, ==, expected);
}
