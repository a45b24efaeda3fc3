/* The AT port of a Samsung tablet: answers one by one, then whole conversations against a scripted port. All numbers are invented. */
#include "daemon/devices/at_port.h"
#include "tests/unit/devices/script.h"

#define PACKET 512 /* bytes */
#define IMEI   "351544000001232"
#define WHOLE                                                                                                          \
  "AT+DEVCONINFO\r\r\n+DEVCONINFO: "                                                                                   \
  "MN(SM-X115);BASE(SM-X115);VER(X115A/X115B//X115C);HIDVER(X115A);MNC(00,);MCC(000,);"                                \
  "PRD(EUX);AID();CC(FR);OMCCODE();SN(R9TESTAT001);IMEI(" IMEI                                                         \
  ");UN(CE0000000000000001);PN(,);CON(AT,MTP);LOCK(NONE);"                                                             \
  "LIMIT(FALSE);SDP(RUNTIME);HVID(Data:196609,Cache:262145)\r\n#OK#\r\n\r\nOK\r\n"
#define INFO(items) "\r\n+DEVCONINFO: " items "\r\n\r\nOK\r\n"

/* ---- answers ---- */

static AtReplyKind
parse (const char *bytes, gsize n, AtReply *reply)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, MAX (n, 1)); /* exactly as long, for the address sanitizer */
  return at_reply_parse (copy, n, reply);
}

static void
test_answers (void)
{
  static const struct {
    const char *bytes;
    gsize n;
    AtReply reply;
  } rows[] = {
      {TEXT (WHOLE), {"SM-X115", "R9TESTAT001", "CE0000000000000001", IMEI}},
      {TEXT (INFO ("MN(SM-X110);SN(R9TESTAT002)")), {"SM-X110", "R9TESTAT002", "", ""}},
      {TEXT ("+DEVCONINFO:MN(SM-X110);SN(R9TESTAT002)\nOK\n"), {"SM-X110", "R9TESTAT002", "", ""}}, /* bare line ends */
      {TEXT ("\r\nOK\r\n" WHOLE), {"SM-X115", "R9TESTAT001", "CE0000000000000001", IMEI}}, /* of an earlier question */
      {TEXT (WHOLE WHOLE), {"SM-X115", "R9TESTAT001", "CE0000000000000001", IMEI}},
      {TEXT ("\0\xff\r\n" INFO ("SN(A1)")), {"", "A1", "", ""}},
      {TEXT (INFO ("SN(A1);IMEI(" IMEI "," IMEI ")")), {"", "A1", "", IMEI}},   /* two cards */
      {TEXT (INFO ("SN(A1);IMEI(3515440000012)")), {"", "A1", "", ""}},         /* too short */
      {TEXT (INFO ("SN(A1);IMEI(3515440000012345)")), {"", "A1", "", ""}},      /* too long */
      {TEXT (INFO ("SN(A1);IMEI(000000000000000)")), {"", "A1", "", ""}},       /* none */
      {TEXT (INFO ("MN(UNKNOWN);SN(00000000000);UN(0000)")), {"", "", "", ""}}, /* placeholders */
      {TEXT (INFO ("SN(A1);SN(B2)")), {"", "A1", "", ""}},
      {TEXT (INFO ("SN();UN(b2c3)")), {"", "", "b2c3", ""}},
      {TEXT (INFO ("SN(A;1)")), {"", "", "", ""}},
      {TEXT (INFO ("SN(A\x1b[31m1)")), {"", "", "", ""}}, /* no letters of a serial number */
      {TEXT (INFO ("SN(A-1);UN(A\xc3\xa9)")), {"", "", "", ""}},
      {TEXT (INFO ("MN( SM-X110 );SN(12345678901234567890123456789012)")),
       {"SM-X110", "12345678901234567890123456789012", "", ""}},
      {TEXT (INFO ("SN(123456789012345678901234567890123)")), {"", "", "", ""}}, /* one letter more */
      {TEXT (INFO ("SN(A1")), {"", "", "", ""}},
      {TEXT (INFO ("SNA1);XSN(B2);sn(C3);MN()SM)")), {"", "", "", ""}},
      {TEXT (INFO ("")), {"", "", "", ""}},
      {TEXT (INFO (";;;)(;()")), {"", "", "", ""}},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    AtReply reply;
    g_test_message ("row %zu", i);
    g_assert_cmpint (parse (rows[i].bytes, rows[i].n, &reply), ==, AT_ANSWERED);
    g_assert_cmpstr (reply.model, ==, rows[i].reply.model);
    g_assert_cmpstr (reply.serial, ==, rows[i].reply.serial);
    g_assert_cmpstr (reply.unique, ==, rows[i].reply.unique);
    g_assert_cmpstr (reply.imei, ==, rows[i].reply.imei);
  }
}

static void
test_no_answers (void)
{
  static const struct {
    const char *bytes;
    gsize n;
    AtReplyKind kind;
  } rows[] = {
      {TEXT (""), AT_PARTIAL},
      {TEXT ("AT+DEVCONINFO\r\r\n"), AT_PARTIAL},
      {TEXT ("\r\nOK\r\n"), AT_PARTIAL},
      {TEXT ("+DEVCONINFO: SN(A1)\r\n"), AT_PARTIAL},
      {TEXT ("+DEVCONINFO: SN(A1)\r\nOK"), AT_PARTIAL}, /* its line may go on */
      {TEXT ("+DEVCONINFO: SN(A1)\r\n#OK#\r\n"), AT_PARTIAL},
      {TEXT ("+DEVCONINFO SN(A1)\r\nOK\r\n"), AT_PARTIAL},
      {TEXT ("+OTHER: SN(A1)\r\nOK\r\n"), AT_PARTIAL},
      {TEXT ("\r\nERROR\r\n"), AT_REFUSED},
      {TEXT ("AT+DEVCONINFO\r\r\n+CME ERROR: 3\r\n"), AT_REFUSED},
      {TEXT ("+DEVCONINFO: SN(A1)\r\nERROR\r\n"), AT_REFUSED},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    AtReply reply = {.serial = "untouched"};
    g_test_message ("row %zu", i);
    g_assert_cmpint (parse (rows[i].bytes, rows[i].n, &reply), ==, rows[i].kind);
    g_assert_cmpstr (reply.serial, ==, "untouched");
  }
}

/* However the bytes are cut, it is the last one that completes the answer. */
static void
test_every_cut (void)
{
  static const char whole[] = WHOLE;
  AtReply reply;
  for (gsize n = 0; n < sizeof whole - 1; n++)
    g_assert_cmpint (parse (whole, n, &reply), ==, AT_PARTIAL);
  g_assert_cmpint (parse (whole, sizeof whole - 1, &reply), ==, AT_ANSWERED);
}

/* ---- conversations ---- */

typedef struct {
  Script script;
  AtPort *port;
  guint calls;
  AtReply reply;
  GError *error;
} Fixture;

static void
on_reply (const AtReply *reply, const GError *error, gpointer user)
{
  Fixture *fixture = user;
  fixture->calls++;
  g_assert_true ((reply != NULL) == (error == NULL));
  if (reply != NULL)
    fixture->reply = *reply;
  fixture->error = error != NULL ? g_error_copy (error) : NULL;
  at_port_free (g_steal_pointer (&fixture->port));
}

static void
begin (Fixture *fixture, const Row *rows, gsize n)
{
  *fixture = (Fixture){0};
  script_init (&fixture->script, ADB_VERSION_CHECKSUM, PACKET);
  script_push (&fixture->script, HOST, TEXT ("AT+DEVCONINFO\r"));
  for (gsize i = 0; i < n; i++)
    script_push (&fixture->script, rows[i].who, rows[i].payload, rows[i].n);
  fixture->port = at_port_new (&fixture->script.wire, on_reply, fixture);
}

static void
end (Fixture *fixture)
{
  script_clear (&fixture->script);
  g_clear_error (&fixture->error);
}

static void
test_conversation (void)
{
  static const Row rows[] = {{DEVICE_RAW, 0, 0, 0, TEXT ("AT+DEVCONINFO\r")},
                             {DEVICE_RAW, 0, 0, 0, TEXT ("")},
                             {DEVICE_RAW, 0, 0, 0, TEXT ("\r\n+DEVCONINFO: MN(SM-X110);SN(R9TE")},
                             {DEVICE_RAW, 0, 0, 0, TEXT ("STAT002)\r\n\r\nOK\r\n")}};
  Fixture fixture;
  begin (&fixture, rows, G_N_ELEMENTS (rows));
  WAIT_FOR (fixture.calls > 0);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (fixture.reply.serial, ==, "R9TESTAT002");
  g_assert_cmpstr (fixture.reply.model, ==, "SM-X110");
  end (&fixture);
}

static void
test_failures (void)
{
  static const struct {
    Row row;
    DeviceError code;
  } rows[] = {
      {{DEVICE_RAW, 0, 0, 0, TEXT ("\r\nERROR\r\n")}, DEVICE_ERROR_REFUSED},
      {{DEVICE_RAW, 0, 0, 0, TEXT (INFO ("MN(SM-X110)"))}, DEVICE_ERROR_PROTOCOL},
      {{DEVICE_LEAVES, 0, 0, 0, NULL, 0}, DEVICE_ERROR_GONE},
      {{DEVICE_HALTS, 0, 0, 0, NULL, 0}, DEVICE_ERROR_PROTOCOL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Fixture fixture;
    begin (&fixture, &rows[i].row, 1);
    WAIT_FOR (fixture.calls > 0);
    g_assert_error (fixture.error, DEVICE_ERROR, (gint)rows[i].code);
    end (&fixture);
  }
}

static void
test_too_much (void)
{
  Fixture fixture;
  guint8 noise[PACKET];
  Row rows[AT_REPLY_MAX / PACKET];
  memset (noise, 'x', sizeof noise);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    rows[i] = (Row){DEVICE_RAW, 0, 0, 0, noise, sizeof noise};
  begin (&fixture, rows, G_N_ELEMENTS (rows));
  WAIT_FOR (fixture.calls > 0);
  g_assert_error (fixture.error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL);
  end (&fixture);
}

static void
test_freed_early (void)
{
  Fixture fixture;
  begin (&fixture, NULL, 0);
  at_port_free (fixture.port);
  at_port_free (NULL);
  g_assert_cmpuint (fixture.calls, ==, 0);
  end (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/at/reads-answers", test_answers);
  g_test_add_func ("/devices/at/waits-for-more-or-hears-a-refusal", test_no_answers);
  g_test_add_func ("/devices/at/is-complete-with-its-last-byte", test_every_cut);
  g_test_add_func ("/devices/at/asks-one-question", test_conversation);
  g_test_add_func ("/devices/at/says-how-it-failed", test_failures);
  g_test_add_func ("/devices/at/does-not-listen-for-ever", test_too_much);
  g_test_add_func ("/devices/at/is-freed-while-it-waits", test_freed_early);
  return g_test_run ();
}
