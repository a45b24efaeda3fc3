/* libmbim as straight-line code, for temoin-modem alone: one modem, one command at a time, each call waits by running the main context, in
 * which pings, stops and indications are handled meanwhile. Direct, never through mbim-proxy (it accepts root only on Debian 12, and the
 * bytes would pass through a root process); traces are never switched on (they print PINs: libmbim 1.28.2, mbim-service-basic-connect.json). */
#pragma once
#include "daemon/devices/modem_status.h"
#include <libmbim-glib.h>

typedef struct _Mbim Mbim;

/* Opens the node: at most OPEN_S seconds; a failed object is thrown away, never tried again (1.28.2 leaves it "open"). */
Mbim *mbim_open (const char *node, GError **error);
/* Closes politely when the modem is still there. Accepts NULL. */
void mbim_close (Mbim *mbim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mbim, mbim_close)

/* Sends request (owned; its octets are overwritten afterwards) and waits for its answer. TRUE: status success, *response set (caller unrefs).
 * FALSE with MODEM_CODE_ERROR; *response is then NULL, or the answer that carries the failure's information (attempts left).
 * "Busy" is asked again after 1, 2 and 4 s. */
gboolean mbim_call (Mbim *mbim, MbimMessage *request, guint timeout_s, MbimMessage **response, GError **error);
/* A call of which only success matters. */
gboolean mbim_order (Mbim *mbim, MbimMessage *request, guint timeout_s, GError **error);

/* Starts a call without waiting (USSD: the answer may come as an indication before). mbim_answer tells whether it ended, once. */
void mbim_begin (Mbim *mbim, MbimMessage *request, guint timeout_s);
/* FALSE: it still runs. TRUE: *response or *error is set. */
gboolean mbim_answer (Mbim *mbim, MbimMessage **response, GError **error);
/* Gives the running call up and waits until it has ended. */
void mbim_abandon (Mbim *mbim);

/* Runs the main context until something happens or deadline (g_get_monotonic_time) passes. FALSE when it has passed, or the modem is gone,
 * or mbim_stop was called. */
gboolean mbim_wait (Mbim *mbim, gint64 deadline);
gint64 mbim_deadline (guint seconds);

/* From a handler in the main context: what runs now ends with CANCELLED. */
void mbim_stop (Mbim *mbim);
/* Before the next request. */
void mbim_clear_stop (Mbim *mbim);
gboolean mbim_is_stopped (const Mbim *mbim);
gboolean mbim_is_gone (const Mbim *mbim);
/* Three commands in a row without an answer, or it forgot us: only a new process helps. */
gboolean mbim_is_dead (const Mbim *mbim);
/* MBIM extensions of Microsoft change the layout of messages for the whole modem as soon as ANY program negotiates them: asked before each parse. */
gboolean mbim_is_version (Mbim *mbim, guint8 major);

/* Indications since the last look. Each is told once. */
gboolean mbim_take_card_changed (Mbim *mbim);
gboolean mbim_take_net_changed (Mbim *mbim);
/* NULL when there is none. Caller unrefs. */
MbimMessage *mbim_take_ussd (Mbim *mbim);
MbimMessage *mbim_take_sms (Mbim *mbim);
void mbim_forget_ussd (Mbim *mbim);
void mbim_forget_sms (Mbim *mbim);
