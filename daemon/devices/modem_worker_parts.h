/* What the files of the worker share. Every function here runs in straight lines and waits inside modem_mbim.h. Private to temoin-modem. */
#pragma once
#include "daemon/devices/modem_mbim.h"
#include "daemon/devices/modem_worker.h"
#include "daemon/devices/sms.h"

enum { WORKER_READ_S = 10 }; /* a question that the modem answers by itself (ModemManager 1.20's time-out) */

typedef struct {
  int fd; /* to temoind */
  ModemLines *lines;
  GQueue requests;  /* of ModemRequest, waiting */
  gboolean is_over; /* temoind hung up, or talks nonsense */
  gint64 current;   /* id of the request that is being done, 0 = none */
  gboolean is_sent; /* its SENT was told */
  Mbim *mbim;
  int hold_fd; /* the lock on the node */
  char *imei, *firmware, *name;
  MbimDataClass data_class;
  MbimSmsCaps sms_caps;
  ModemState state;
  ModemCode code;
  char *detail;
  ModemCard *card;
  MbimPinType pin_type; /* what the last PIN query was about */
  gint64 opened_at, boot_until;
  guint answer_s;          /* how long an operator's answer by USSD is waited for */
  gboolean has_asked_home; /* for this card */
  char *listen_from;       /* whose messages are told; NULL = nobody listens */
  SmsJoiner *joiner;
} Worker;

/* ---- modem_worker.c: to temoind ---- */
/* Before the first octet of a step that may spend or use an attempt: whoever reads the line knows it even when this process dies next. */
void worker_tell_sent (Worker *worker);
void worker_tell_waiting (Worker *worker, const char *what);
void worker_tell_sms (Worker *worker, const char *text);
void worker_tell_state (Worker *worker);

/* ---- modem_worker_card.c ---- */
/* Everything again: card, PIN, network. A failure becomes part of the state. */
void worker_refresh (Worker *worker);
/* Reads the number of the card NOW and compares: cards are swapped faster than indications tell (ModemManager eeba2ff3, 7b878765). */
gboolean worker_check_card (Worker *worker, const char *iccid, GError **error);
/* Reads type, state and attempts left. FALSE also when it answers PIN_REQUIRED instead (VZ20M): then locked, attempts unknown. */
gboolean worker_read_pin (Worker *worker, GError **error);
void worker_take_attempts (Worker *worker, const MbimMessage *response);

/* ---- one request each. done: what to tell besides the error ---- */
typedef gboolean (*WorkerFunc) (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_pin (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_register (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_ussd (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_ussd_reply (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_ussd_end (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_sms (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_sms_end (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_erase (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);
gboolean worker_count (Worker *worker, const ModemRequest *request, ModemReport *done, GError **error);

/* ---- modem_worker_net.c ---- */
/* Radio, registration and signal into the card's facts and the state (READY, REGISTERING, ONLINE). */
void worker_read_net (Worker *worker);
/* ---- modem_worker_sms.c ---- */
/* Messages that arrived while somebody listens. */
void worker_take_messages (Worker *worker);
