// A port that knows one question. Whatever else comes is counted, and refused: a real tablet might obey it.
#include "tests/fleet/at.h"

#include <string.h>

#define FLOOD_BYTES 16384

static const char question[] = "AT+DEVCONINFO\r";

static void
say (Tablet *tablet, const char *text, gsize length)
{
  usb_device_send (tablet->usb, (const guint8 *)text, length);
}

// With its echo, in the order and with the line ends of published answers.
static void
answer_info (Tablet *tablet, const char *serial, const char *unique)
{
  const struct Settings *set = &tablet->settings;
  g_autofree char *text = g_strdup_printf (
      "AT+DEVCONINFO\r\r\n+DEVCONINFO: "
      "MN(%s);BASE(%s);VER(X110XXU1AWA1/X110OXM1AWA1//X110XXU1AWA1);HIDVER();MNC(,);MCC(,);"
      "PRD(EUX);AID();CC(FR);OMCCODE();SN(%s);IMEI(%s%s);UN(%s);PN(,);CON(AT,MTP);LOCK(NONE);LIMIT(FALSE);SDP(RUNTIME);"
      "HVID(Data:196609,Cache:262145,System:327681)\r\n#OK#\r\n\r\nOK\r\n",
      set->model, set->model, serial, set->imei, *set->imei != '\0' ? "," : "", unique);
  gsize length = strlen (text), half = length / 2;
  say (tablet, text, half);
  if (tablet_reach (tablet, POINT_AT_ANSWER) == FAULT_NONE)
    say (tablet, text + half, length - half);
}

static void
answer_flood (Tablet *tablet)
{
  g_autofree char *text = g_strnfill (FLOOD_BYTES, 'x');
  say (tablet, text, FLOOD_BYTES);
}

static void
answer (Tablet *tablet)
{
  static const char garbage[] = "\x01\xff\xfe+DEVCONINFO: MN(\r\n;;;)(\r\nOK\r\n";
  static const char error[] = "\r\nERROR\r\n";
  g_autofree char *unique = g_ascii_strup (tablet->settings.serial, -1);
  switch ((enum AtManner)tablet->settings.at) {
  case AT_HONEST:
    answer_info (tablet, tablet->settings.serial, "CE0000000000000001");
    break;
  case AT_BOX:
    answer_info (tablet, "R9TESTBOX001", unique);
    break;
  case AT_OTHER_SERIAL:
    answer_info (tablet, "R9TESTFOREIGN", "CE0000000000000002");
    break;
  case AT_NO_SERIAL:
    answer_info (tablet, "", "00000000000000000000");
    break;
  case AT_GARBAGE:
    say (tablet, garbage, sizeof garbage - 1);
    break;
  case AT_ERROR:
    say (tablet, error, sizeof error - 1);
    break;
  case AT_FLOOD:
    answer_flood (tablet);
    break;
  case AT_SILENT:
  case AT_NONE:
    break;
  }
}

static void
received (gpointer model, const guint8 *bytes, gsize length)
{
  Tablet *tablet = model;
  gboolean is_known = length == strlen (question) && memcmp (bytes, question, length) == 0;
  tablet->at_commands++;
  tablet->at_others += !is_known;
  tablet_touch (tablet);
  if (is_known)
    answer (tablet);
  else
    say (tablet, "\r\nERROR\r\n", strlen ("\r\nERROR\r\n"));
}

const struct TabletModel at_model = {.received = received};
