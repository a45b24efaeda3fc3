// An emulated mobile operator: USSD menus and SMS keywords from the scenario, and what it does with an account: balance, the two
// expiry dates, recharge codes that work once. It knows neither MBIM nor the modem.
#pragma once

#include "tests/fleet/sim.h"

enum UssdCoding { USSD_7BIT, USSD_UCS2, USSD_7BIT_LANGUAGE, USSD_UCS2_LANGUAGE };
enum UssdStyle {
  USSD_RESPONSE,         // the text comes with the answer to the command
  USSD_INDICATION,       // an empty answer at once, the text in an indication
  USSD_INDICATION_FIRST, // the text in an indication, then an empty answer
  USSD_TERMINATED_FIRST, // "terminated by the network", and the text a moment later
  USSD_UNSUPPORTED,
  USSD_TIMEOUT, // "network timeout"
  USSD_SILENT,  // no answer for ever
};
enum SmsOrder { SMS_IN_ORDER, SMS_REVERSED, SMS_SHUFFLED };

struct OperatorSettings {
  char *provider, *provider_name, *smsc, *today;
  int ussd_coding, ussd_style, sms_coding, sms_order; // the enums above; sms_coding: 0 7-bit, 1 UCS-2
  int pads_with_cr, wrong_codes_max;
  double ussd_seconds, ussd_text_seconds, sms_seconds;
};

struct Operator {
  char *name;
  struct OperatorSettings settings;
  GHashTable *lines; // "ussd #123#", "page main", "choice main 1", "sms 555 conso", "code 123": what the scenario says
  GHashTable *used;  // codes used up
  struct SimStore *store;
  guint asked, codes_spent, codes_refused;
};

// What the operator answers. operator_reply_clear frees it.
struct OperatorReply {
  char *text;          // NULL: nothing
  char *page;          // name of the page that the session is on, NULL when it is over
  char *sms;           // text of a message that follows, or NULL
  gboolean is_charged; // an account was credited
};

// Makes an operator; takes over the content of `settings`.
struct Operator *operator_new (const char *name, struct OperatorSettings *settings);
void operator_free (struct Operator *op);

void operator_settings_init (struct OperatorSettings *settings);
void operator_settings_clear (struct OperatorSettings *settings);
gboolean operator_settings_set (struct OperatorSettings *settings, const char *key, const char *value, GError **error);
char *operator_settings_help (void);

// Takes a line of the scenario that is not a setting. FALSE with error when it is none that an operator knows.
gboolean operator_add_line (struct Operator *op, const char *key, const char *value, GError **error);

// USSD: a code, or what was typed while the session is on `page`.
void operator_ussd (struct Operator *op, struct Sim *sim, const char *page, const char *typed,
                    struct OperatorReply *reply);

// What the network sends by itself: a text, or "page NAME".
void operator_push (struct Operator *op, struct Sim *sim, const char *text, struct OperatorReply *reply);

// An SMS to a short number. `reply->sms` is the answer, NULL for none.
void operator_sms (struct Operator *op, struct Sim *sim, const char *to, const char *text, struct OperatorReply *reply);

void operator_reply_clear (struct OperatorReply *reply);

// FALSE for a line that is past its last day: the network refuses it.
gboolean operator_admits (const struct Operator *op, const struct Sim *sim);

guint8 operator_ussd_scheme (const struct Operator *op);

char *operator_state (const struct Operator *op);
char *operator_value (const struct Operator *op, const char *key);
