// Short messages as PDUs (3GPP TS 23.040): SMS-DELIVER written, SMS-SUBMIT read. The daemon has its own: this is a second,
// independent implementation on purpose, so that a shared mistake cannot hide.
#pragma once

#include <glib.h>

struct SmsDelivery {
  const char *smsc; // "+33689004000", "" for none
  const char *from; // "+33639980001", a short number, or a name
  const char *text;
  gboolean is_ucs2, is_flash; // a flash message is shown and not stored
  guint8 reference;           // of the parts of a long message
  gint64 sent_at;             // seconds since 1970, UTC
};

// One PDU, or as many as the text needs, in order. The caller owns the array and the GBytes in it.
GPtrArray *sms_deliver (const struct SmsDelivery *delivery);

// TRUE for a PDU of class 0.
gboolean sms_is_flash (GBytes *pdu);

// Reads a message that is being sent. FALSE, and nothing written, when it is broken. The caller owns both texts.
gboolean sms_submit_read (const guint8 *pdu, gsize length, char **to, char **text);
