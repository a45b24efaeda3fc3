/* Short messages as PDUs (3GPP TS 23.040), each with the octets of its message centre in front, as MBIM carries them: reads what arrives,
 * writes what is sent, joins long ones. Not for storing them: nobody's messages are kept. */
#pragma once
#include "daemon/devices/device.h"

/* One part of a received message. */
typedef struct {
  char *sender;        /* "+33639980001", "555", or letters: "Orange" */
  char *text;          /* UTF-8; "" when it cannot be read (8-bit, compressed) */
  guint16 reference;   /* of a long message */
  guint8 total, index; /* 1 and 1 when it is whole; index 1..total */
} SmsPart;
void sms_part_free (SmsPart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmsPart, sms_part_free)

/* An SMS-DELIVER. NULL with DEVICE_ERROR_PROTOCOL (cut, lengths that lie) or DEVICE_ERROR_UNSUPPORTED (a status report, a submit). */
SmsPart *sms_read_deliver (const guint8 *pdu, gsize n, GError **error);

/* An SMS-SUBMIT with the card's own message centre, no validity period, no report: default alphabet up to 160 characters, else UCS-2 up to
 * 70. NULL with DEVICE_ERROR_UNSUPPORTED when longer or `to` is no number ('+', digits, '*', '#', 1 to 20 of them). Caller unrefs. */
GByteArray *sms_write_submit (const char *to, const char *text, GError **error);

/* Joins parts that arrive in any order, doubled or mixed with others; holds at most SMS_JOINER_MAX unfinished messages, the oldest goes. */
#define SMS_JOINER_MAX 8
typedef struct _SmsJoiner SmsJoiner;
SmsJoiner *sms_joiner_new (void);
/* Accepts NULL. */
void sms_joiner_free (SmsJoiner *joiner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmsJoiner, sms_joiner_free)
/* Takes the part. The whole text when this part completes its message, else NULL. Caller frees. */
char *sms_joiner_take (SmsJoiner *joiner, SmsPart *part);
