/* The AT port of a Samsung tablet (a CDC-ACM function beside MTP): one question, one answer. It is there to know which tablet this is, and for nothing
 * else. Private to this folder. */
#pragma once
#include "daemon/devices/at_reply.h"
#include "daemon/devices/wire.h"

typedef struct _AtPort AtPort;

/* reply: borrowed, with a serial number at least; NULL on error (DEVICE_ERROR: _REFUSED, _TIMEOUT, _PROTOCOL, or the wire's). Called once, from the loop;
 * the wire is closed then, and the port may be freed. */
typedef void (*AtPortFunc) (const AtReply *reply, const GError *error, gpointer user);

/* Takes the wire and sends the command at once. */
AtPort *at_port_new (Wire *wire, AtPortFunc func, gpointer user);
/* func is not called any more. Accepts NULL. */
void at_port_free (AtPort *port);
