/* See the header file. */
#include "daemon/devices/modem_mbim.h"

#include <string.h>

enum {
  OPEN_S = 20,      /* libmbim repeats OPEN every 5 s meanwhile (OPEN_RETRY_TIMEOUT_SECS) */
  CLOSE_S = 5,      /* ignored by libmbim 1.28.2, which waits 10 s */
  SILENCES_MAX = 3, /* commands in a row without an answer */
  QUEUE_MAX = 32,   /* indications kept: a hostile modem can send any number */
  BUSY_TRIES = 3,
};

struct _Mbim {
  MbimDevice *device;
  GCancellable *cancellable; /* of the running call */
  gboolean is_running;       /* a call is under way */
  MbimMessage *request;      /* its request, to be overwritten */
  MbimMessage *response;
  GError *error; /* libmbim's, of the ended call */
  gboolean is_gone, is_stopped, is_lost;
  guint silences;
  gboolean card_changed, net_changed;
  GQueue ussd, sms; /* of MbimMessage */
};

gint64
mbim_deadline (guint seconds)
{
  return g_get_monotonic_time () + (gint64)seconds * G_USEC_PER_SEC;
}

/* ---- what happens in the main context ---- */

/* libmbim ends no running command when the modem leaves: each would wait for its own time-out (measured: 10 s instead of 0.05 s). */
static void
on_removed (MbimDevice *device, gpointer user)
{
  Mbim *mbim = user;
  (void)device;
  mbim->is_gone = TRUE;
  g_cancellable_cancel (mbim->cancellable);
}

static void
keep (GQueue *queue, MbimMessage *message)
{
  if (queue->length < QUEUE_MAX)
    g_queue_push_tail (queue, mbim_message_ref (message));
}

static void
on_basic_connect (Mbim *mbim, guint32 cid)
{
  if (cid == MBIM_CID_BASIC_CONNECT_SUBSCRIBER_READY_STATUS || cid == MBIM_CID_BASIC_CONNECT_PIN)
    mbim->card_changed = TRUE;
  else if (cid == MBIM_CID_BASIC_CONNECT_REGISTER_STATE || cid == MBIM_CID_BASIC_CONNECT_SIGNAL_STATE ||
           cid == MBIM_CID_BASIC_CONNECT_RADIO_STATE)
    mbim->net_changed = TRUE;
}

static void
on_indication (MbimDevice *device, MbimMessage *message, gpointer user)
{
  Mbim *mbim = user;
  (void)device;
  MbimService service = mbim_message_indicate_status_get_service (message);
  guint32 cid = mbim_message_indicate_status_get_cid (message);
  if (service == MBIM_SERVICE_BASIC_CONNECT)
    on_basic_connect (mbim, cid);
  else if (service == MBIM_SERVICE_USSD && cid == MBIM_CID_USSD)
    keep (&mbim->ussd, message);
  else if (service == MBIM_SERVICE_SMS)
    keep (&mbim->sms, message);
}

static gboolean
on_wake (gpointer user)
{
  (void)user;
  return G_SOURCE_REMOVE;
}

/* One round of the main context, at most until deadline. */
static void
iterate (gint64 deadline)
{
  gint64 left_us = MAX (deadline - g_get_monotonic_time (), 0);
  GSource *timer = g_timeout_source_new ((left_us + 999) / 1000);
  g_source_set_callback (timer, on_wake, NULL, NULL);
  g_source_attach (timer, NULL);
  g_main_context_iteration (NULL, TRUE);
  g_source_destroy (timer);
  g_source_unref (timer);
}

gboolean
mbim_wait (Mbim *mbim, gint64 deadline)
{
  if (mbim->is_gone || mbim->is_stopped || g_get_monotonic_time () >= deadline)
    return FALSE;
  iterate (deadline);
  return TRUE;
}

/* ---- opening and closing ---- */

typedef struct {
  gboolean is_done;
  MbimDevice *device;
  GError *error;
} Opening;

static void
on_made (GObject *source, GAsyncResult *result, gpointer user)
{
  Opening *opening = user;
  (void)source;
  opening->device = mbim_device_new_finish (result, &opening->error);
  opening->is_done = TRUE;
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user)
{
  Opening *opening = user;
  mbim_device_open_full_finish (MBIM_DEVICE (source), result, &opening->error);
  opening->is_done = TRUE;
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (GError) error = NULL;
  mbim_device_close_finish (MBIM_DEVICE (source), result, &error); /* it is thrown away in any case */
  *(gboolean *)user = TRUE;
}

static void
run_until (const gboolean *is_done)
{
  while (!*is_done)
    g_main_context_iteration (NULL, TRUE);
}

Mbim *
mbim_open (const char *node, GError **error)
{
  Opening opening = {0};
  g_autoptr (GFile) file = g_file_new_for_path (node);
  g_autoptr (Mbim) mbim = g_new0 (Mbim, 1);
  mbim->cancellable = g_cancellable_new ();
  mbim_device_new (file, NULL, on_made, &opening);
  run_until (&opening.is_done);
  mbim->device = opening.device;
  if (mbim->device != NULL) {
    g_signal_connect (mbim->device, MBIM_DEVICE_SIGNAL_REMOVED, G_CALLBACK (on_removed), mbim);
    g_signal_connect (mbim->device, MBIM_DEVICE_SIGNAL_INDICATE_STATUS, G_CALLBACK (on_indication), mbim);
    opening.is_done = FALSE;
    /* The highest version, as ModemManager 1.20 does: when another program has agreed on it before, the modem keeps its layouts, and only who
     * negotiates too knows of it. */
    mbim_device_open_full (mbim->device, MBIM_DEVICE_OPEN_FLAGS_MS_MBIMEX_V3, OPEN_S, mbim->cancellable, on_opened,
                           &opening);
    run_until (&opening.is_done);
  }
  if (opening.error == NULL)
    return g_steal_pointer (&mbim);
  modem_status_take (error, opening.error);
  mbim->is_lost = TRUE; /* no polite close */
  return NULL;
}

void
mbim_close (Mbim *mbim)
{
  if (mbim == NULL)
    return;
  if (mbim->device != NULL) {
    gboolean is_closed = mbim->is_gone || mbim->is_lost;
    if (!is_closed)
      mbim_device_close (mbim->device, CLOSE_S, NULL, on_closed, &is_closed);
    run_until (&is_closed);
    mbim_device_close_force (mbim->device, NULL); /* a close after a failed open leaves the channel */
    g_signal_handlers_disconnect_by_data (mbim->device, mbim);
    g_object_unref (mbim->device);
  }
  mbim_forget_ussd (mbim);
  mbim_forget_sms (mbim);
  g_object_unref (mbim->cancellable);
  g_free (mbim);
}

/* ---- calls ---- */

/* The library keeps no copy: what was a PIN or a recharge code is overwritten where it was sent from. */
static void
wipe_request (Mbim *mbim)
{
  guint32 n = 0;
  const guint8 *raw = mbim_message_get_raw (mbim->request, &n, NULL);
  if (raw != NULL)
    explicit_bzero ((guint8 *)raw, n);
  g_clear_pointer (&mbim->request, mbim_message_unref);
}

static void
count_silence (Mbim *mbim)
{
  gboolean is_silent = g_error_matches (mbim->error, MBIM_CORE_ERROR, MBIM_CORE_ERROR_TIMEOUT) ||
                       g_error_matches (mbim->error, MBIM_PROTOCOL_ERROR, MBIM_PROTOCOL_ERROR_TIMEOUT_FRAGMENT);
  mbim->silences = is_silent ? mbim->silences + 1 : 0;
  if (g_error_matches (mbim->error, MBIM_PROTOCOL_ERROR, MBIM_PROTOCOL_ERROR_NOT_OPENED))
    mbim->is_lost = TRUE;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user)
{
  Mbim *mbim = user;
  mbim->response = mbim_device_command_finish (MBIM_DEVICE (source), result, &mbim->error);
  if (mbim->response != NULL)
    mbim_message_response_get_result (mbim->response, MBIM_MESSAGE_TYPE_COMMAND_DONE, &mbim->error);
  mbim->is_running = FALSE;
  count_silence (mbim);
}

static void
send_request (Mbim *mbim, guint timeout_s)
{
  /* A new one each time: libmbim 1.28.2 leaves its handler connected to a cancellable that was cancelled, with freed memory behind it. One that
   * is reset and cancelled again crashes (seen under AddressSanitizer). */
  g_object_unref (mbim->cancellable);
  mbim->cancellable = g_cancellable_new ();
  if (mbim->is_gone || mbim->is_stopped)
    g_cancellable_cancel (mbim->cancellable);
  mbim_message_set_transaction_id (mbim->request, 0); /* a new number, also for a repetition */
  mbim->is_running = TRUE;
  mbim_device_command (mbim->device, mbim->request, timeout_s, mbim->cancellable, on_answer, mbim);
}

void
mbim_begin (Mbim *mbim, MbimMessage *request, guint timeout_s)
{
  mbim->request = request;
  send_request (mbim, timeout_s);
}

gboolean
mbim_answer (Mbim *mbim, MbimMessage **response, GError **error)
{
  if (mbim->is_running)
    return FALSE;
  if (mbim->request != NULL)
    wipe_request (mbim);
  *response = g_steal_pointer (&mbim->response);
  GError *original = g_steal_pointer (&mbim->error);
  if (original == NULL)
    return TRUE;
  if (mbim->is_gone) {
    modem_code_fail (error, MODEM_CODE_GONE, "the modem left during a command");
    g_error_free (original);
  } else
    modem_status_take (error, original);
  return TRUE;
}

void
mbim_abandon (Mbim *mbim)
{
  g_autoptr (MbimMessage) response = NULL;
  g_autoptr (GError) error = NULL;
  g_cancellable_cancel (mbim->cancellable);
  while (!mbim_answer (mbim, &response, &error))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
is_busy (const Mbim *mbim)
{
  return mbim->error != NULL && modem_status_code (mbim->error) == MODEM_CODE_BUSY;
}

static void
wait_for_answer (Mbim *mbim, guint timeout_s)
{
  send_request (mbim, timeout_s);
  while (mbim->is_running)
    g_main_context_iteration (NULL, TRUE);
}

gboolean
mbim_call (Mbim *mbim, MbimMessage *request, guint timeout_s, MbimMessage **response, GError **error)
{
  g_autoptr (GError) why = NULL;
  mbim->request = request;
  wait_for_answer (mbim, timeout_s);
  for (guint try = 0; try < BUSY_TRIES && is_busy (mbim); try++) {
    gint64 deadline = mbim_deadline (1u << try);
    while (mbim_wait (mbim, deadline))
      ;
    g_clear_error (&mbim->error);
    g_clear_pointer (&mbim->response, mbim_message_unref);
    wait_for_answer (mbim, timeout_s);
  }
  mbim_answer (mbim, response, &why);
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
mbim_order (Mbim *mbim, MbimMessage *request, guint timeout_s, GError **error)
{
  g_autoptr (MbimMessage) response = NULL;
  return mbim_call (mbim, request, timeout_s, &response, error);
}

/* ---- small questions ---- */

void
mbim_stop (Mbim *mbim)
{
  mbim->is_stopped = TRUE;
  g_cancellable_cancel (mbim->cancellable);
}

void
mbim_clear_stop (Mbim *mbim)
{
  mbim->is_stopped = FALSE;
}

gboolean
mbim_is_stopped (const Mbim *mbim)
{
  return mbim->is_stopped;
}

gboolean
mbim_is_gone (const Mbim *mbim)
{
  return mbim->is_gone;
}

gboolean
mbim_is_dead (const Mbim *mbim)
{
  return mbim->is_lost || mbim->silences >= SILENCES_MAX;
}

gboolean
mbim_is_version (Mbim *mbim, guint8 major)
{
  return mbim_device_check_ms_mbimex_version (mbim->device, major, 0);
}

static gboolean
take_flag (gboolean *flag)
{
  gboolean value = *flag;
  *flag = FALSE;
  return value;
}

gboolean
mbim_take_card_changed (Mbim *mbim)
{
  return take_flag (&mbim->card_changed);
}

gboolean
mbim_take_net_changed (Mbim *mbim)
{
  return take_flag (&mbim->net_changed);
}

MbimMessage *
mbim_take_ussd (Mbim *mbim)
{
  return g_queue_pop_head (&mbim->ussd);
}

MbimMessage *
mbim_take_sms (Mbim *mbim)
{
  return g_queue_pop_head (&mbim->sms);
}

static void
unref_message (gpointer message)
{
  mbim_message_unref (message);
}

void
mbim_forget_ussd (Mbim *mbim)
{
  g_queue_clear_full (&mbim->ussd, unref_message);
}

void
mbim_forget_sms (Mbim *mbim)
{
  g_queue_clear_full (&mbim->sms, unref_message);
}
