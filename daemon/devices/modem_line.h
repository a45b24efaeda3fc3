/* What temoind and temoin-modem say to each other: one JSON object a line, both ways, on a stream socket. Both sides read with the same care:
 * temoin-modem holds what a hostile modem said, temoind holds secrets. Private to this folder. */
#pragma once
#include "daemon/devices/modem_card.h"

#define MODEM_LINE_MAX 8192 /* bytes; a longer line ends the talk */

typedef enum {
  MODEM_ASK_OPEN, /* first: node */
  MODEM_ASK_PING, /* answered at once by PONG, whatever goes on */
  MODEM_ASK_STOP, /* ends what is under way: its DONE comes */
  MODEM_ASK_IDENTIFY,
  MODEM_ASK_PIN, /* job = the act; iccid, imei, pin, new_pin, puk, is_typed, attempts_seen, confirmations */
  MODEM_ASK_REGISTER,
  MODEM_ASK_USSD,       /* starts a session: text */
  MODEM_ASK_USSD_REPLY, /* text */
  MODEM_ASK_USSD_END,
  MODEM_ASK_SMS, /* to, text; from: whose messages are told afterwards as SMS, until SMS_END */
  MODEM_ASK_SMS_END,
  MODEM_ASK_ERASE,
  MODEM_ASK_COUNT,
} ModemAsk;

/* One request. spends: a SENT report goes before the first octet can reach the modem. */
typedef struct {
  ModemAsk ask;
  gint64 id;  /* 1 ... */
  gint64 job; /* ModemJob, for MODEM_ASK_PIN */
  char *node, *iccid, *imei, *pin, *new_pin, *puk, *text, *to, *from;
  gboolean is_typed, spends;
  gint64 attempts_seen, confirmations;
  gint64 answer_s; /* OPEN: how long an operator's answer by USSD is waited for; 0: as long as usual */
} ModemRequest;

typedef enum {
  MODEM_TELL_STATE, /* all that is known of modem and card */
  MODEM_TELL_PONG,
  MODEM_TELL_SENT,    /* id: from now on it may have reached network or card */
  MODEM_TELL_WAITING, /* id, text = what is waited for */
  MODEM_TELL_SMS,     /* text: a whole message of the awaited sender */
  MODEM_TELL_DONE,    /* id, code or none, detail, is_sent, text, is_open, attempts, n_messages, n_contacts */
} ModemTell;

typedef struct {
  ModemTell tell;
  gint64 id;
  gint64 state; /* ModemState */
  gint64 code;  /* ModemCode */
  char *detail, *text, *imei, *firmware, *name;
  gboolean is_sent, is_open;
  gint64 attempts, n_messages, n_contacts;
  ModemCard *card; /* never NULL for STATE, else NULL */
} ModemReport;

/* Wipes the secrets in it. Accept NULL. */
void modem_request_free (ModemRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModemRequest, modem_request_free)
void modem_report_free (ModemReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModemReport, modem_report_free)

/* One line with its '\n'; give it to modem_wipe_free. */
char *modem_request_write (const ModemRequest *request);
char *modem_report_write (const ModemReport *report);
/* One line without its '\n'. NULL with DEVICE_ERROR_PROTOCOL: not JSON, an unknown or double key, a wrong type, a number out of range, a string
 * that is too long or not plain text. The error never quotes the line. */
ModemRequest *modem_request_read (const char *line, gsize n, GError **error);
ModemReport *modem_report_read (const char *line, gsize n, GError **error);

/* Overwrites the text, then frees it. Accepts NULL. */
void modem_wipe_free (char *secret);

/* Octets as they come, cut into lines. */
typedef struct _ModemLines ModemLines;
ModemLines *modem_lines_new (void);
/* Wipes what is left. Accepts NULL. */
void modem_lines_free (ModemLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModemLines, modem_lines_free)
/* FALSE when a line is longer than MODEM_LINE_MAX: the talk is over. */
gboolean modem_lines_put (ModemLines *lines, const char *data, gsize n);
/* The next whole line without its '\n', or NULL. Give it to modem_wipe_free. */
char *modem_lines_take (ModemLines *lines);
