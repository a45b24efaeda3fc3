/* See the header file. */
#include "daemon/devices/at_port.h"
#include "daemon/devices/deadline.h"
#include "daemon/devices/device.h"

#include <string.h>

/* All that is ever sent to such a port, and the only place that sends. The same port takes commands that reset a tablet (AT+FACTORST), restart it or switch
 * debugging on; recipes that go round Google's lock (FRP) are made of them. None belongs in here: a reset that way is undocumented, proves
 * nothing, and leaves a lock that its owner did not lift. */
static const char question[] = "AT+DEVCONINFO\r";

#define ANSWER_MS  5000 /* a guess: others wait 2 to 5 s */
#define READ_BYTES 512

struct _AtPort {
  Wire *wire; /* NULL once it is over */
  Deadline wait;
  guint8 said[AT_REPLY_MAX];
  gsize n;
  AtPortFunc func;
  gpointer user;
};

static void
end (AtPort *port, const AtReply *reply, const GError *error)
{
  g_autoptr (GError) copy = error != NULL ? g_error_copy (error) : NULL; /* it may go with the wire */
  deadline_clear (&port->wait);
  wire_free (g_steal_pointer (&port->wire));
  port->func (reply, copy, port->user);
}

static void
fail (AtPort *port, DeviceError code, const char *why)
{
  g_autoptr (GError) error = g_error_new_literal (DEVICE_ERROR, (gint)code, why);
  end (port, NULL, error);
}

static void
on_late (gpointer user)
{
  AtPort *port = user;
  if (port->n == 0)
    fail (port, DEVICE_ERROR_TIMEOUT, "its AT port is silent (is its screen locked?)");
  else
    fail (port, DEVICE_ERROR_PROTOCOL, "its AT port did not answer the question");
}

static void
on_read (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  AtPort *port = user;
  AtReply reply;
  if (error != NULL) {
    end (port, NULL, error);
    return;
  }
  gsize taken = MIN (n, sizeof port->said - port->n);
  if (taken > 0) /* an empty transfer may have no bytes at all */
    memcpy (port->said + port->n, data, taken);
  port->n += taken;
  switch (at_reply_parse (port->said, port->n, &reply)) {
  case AT_ANSWERED:
    if (*reply.serial != '\0' || *reply.unique != '\0')
      end (port, &reply, NULL);
    else
      fail (port, DEVICE_ERROR_PROTOCOL, "its AT port tells no serial number");
    break;
  case AT_REFUSED:
    fail (port, DEVICE_ERROR_REFUSED, "AT+DEVCONINFO: ERROR");
    break;
  case AT_PARTIAL:
    if (port->n == sizeof port->said)
      fail (port, DEVICE_ERROR_PROTOCOL, "its AT port says too much");
    else
      wire_read (port->wire, READ_BYTES, 0, on_read, port);
    break;
  }
}

static void
on_written (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  AtPort *port = user;
  (void)data; /* a write brings none */
  (void)n;
  if (error != NULL)
    end (port, NULL, error);
  else
    wire_read (port->wire, READ_BYTES, 0, on_read, port);
}

AtPort *
at_port_new (Wire *wire, AtPortFunc func, gpointer user)
{
  AtPort *port = g_new0 (AtPort, 1);
  port->wire = wire;
  port->func = func;
  port->user = user;
  deadline_set (&port->wait, ANSWER_MS, on_late, port);
  wire_write (wire, (const guint8 *)question, strlen (question), 0, on_written, port);
  return port;
}

void
at_port_free (AtPort *port)
{
  if (port == NULL)
    return;
  deadline_clear (&port->wait);
  wire_free (port->wire);
  g_free (port);
}
