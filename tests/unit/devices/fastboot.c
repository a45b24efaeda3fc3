/* fastboot: replies one by one, then whole conversations against a scripted bootloader. */
#include "daemon/devices/fastboot.h"
#include "daemon/devices/fastboot_reply.h"
#include "tests/unit/devices/script.h"

#define PACKET 512 /* bytes */
#define SENDS(text)                                                                                                    \
  {                                                                                                                    \
    HOST, 0, 0, 0, TEXT (text)                                                                                         \
  }
#define SAYS(text)                                                                                                     \
  {                                                                                                                    \
    DEVICE_RAW, 0, 0, 0, TEXT (text)                                                                                   \
  }

typedef struct {
  Script script;
  Fastboot *fastboot;
  guint losses;
  GError *lost;
} Fixture;

typedef struct {
  guint calls;
  char *value;
  gboolean is_written;
  GError *error;
} Answer;

static void
on_lost (const GError *error, gpointer user)
{
  Fixture *fixture = user;
  fixture->losses++;
  fixture->lost = g_error_copy (error);
}

static void
on_answer (const char *value, gboolean is_written, const GError *error, gpointer user)
{
  Answer *answer = user;
  answer->calls++;
  answer->value = g_strdup (value);
  answer->is_written = is_written;
  answer->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
answer_clear (Answer *answer)
{
  g_assert_cmpuint (answer->calls, ==, 1);
  g_free (answer->value);
  g_clear_error (&answer->error);
}

/* Bytes without adb's headers. */
static void
play (Script *script, const Row *rows, gsize n)
{
  for (gsize i = 0; i < n; i++)
    script_push (script, rows[i].who, rows[i].payload, rows[i].n);
  script_advance (script);
  script_wake (script);
}

static void
begin (Fixture *fixture, const Row *rows, gsize n)
{
  *fixture = (Fixture){0};
  script_init (&fixture->script, ADB_VERSION_CHECKSUM, PACKET);
  play (&fixture->script, rows, n);
  fixture->fastboot = fastboot_new (&fixture->script.wire, on_lost, fixture);
}

#define BEGIN(fixture, ...)                                                                                            \
  do {                                                                                                                 \
    const Row first[] = {__VA_ARGS__};                                                                                 \
    begin (fixture, first, G_N_ELEMENTS (first));                                                                      \
  } while (0)

static void
end (Fixture *fixture)
{
  fastboot_free (fixture->fastboot);
  script_clear (&fixture->script);
  g_clear_error (&fixture->lost);
}

/* ---- replies ---- */

static void
test_replies (void)
{
  static const struct {
    const char *bytes;
    gsize n;
    FastbootReplyKind kind;
    const char *text; /* NULL: no reply */
  } rows[] = {
      {TEXT ("OKAY"), FASTBOOT_OKAY, ""},
      {TEXT ("OKAYyes"), FASTBOOT_OKAY, "yes"},
      {TEXT ("OKAY 0x4000 \r\n"), FASTBOOT_OKAY, "0x4000"},
      {TEXT ("OKAYa\0b"), FASTBOOT_OKAY, "a"},
      {TEXT ("FAILErase is not allowed on locked devices"), FASTBOOT_FAIL, "Erase is not allowed on locked devices"},
      {TEXT ("FAIL\x1b[31mred"), FASTBOOT_FAIL, "[31mred"},
      {TEXT ("INFOerasing"), FASTBOOT_INFO, "erasing"},
      {TEXT ("TEXTmore"), FASTBOOT_TEXT, "more"},
      {TEXT ("DATA00001000"), FASTBOOT_DATA, "00001000"},
      {TEXT (""), 0, NULL},
      {TEXT ("OKA"), 0, NULL},
      {TEXT ("okay"), 0, NULL},
      {TEXT ("HELLO"), 0, NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    FastbootReplyKind kind = FASTBOOT_TEXT;
    g_autofree char *text = NULL;
    gboolean is_reply = fastboot_reply_parse ((const guint8 *)rows[i].bytes, rows[i].n, &kind, &text);
    g_assert_cmpint (is_reply, ==, rows[i].text != NULL);
    g_assert_cmpstr (text, ==, rows[i].text);
    if (is_reply)
      g_assert_cmpint (kind, ==, rows[i].kind);
  }
}

static void
test_reply_too_long (void)
{
  guint8 bytes[FASTBOOT_REPLY_MAX + 1] = "OKAY";
  FastbootReplyKind kind;
  char *text = NULL;
  g_assert_false (fastboot_reply_parse (bytes, sizeof bytes, &kind, &text));
  g_assert_true (fastboot_reply_parse (bytes, sizeof bytes - 1, &kind, &text));
  g_free (text);
}

/* ---- conversations ---- */

static void
test_queue (void)
{
  Fixture fixture;
  Answer one = {0}, two = {0};
  BEGIN (&fixture, SENDS ("getvar:serialno"), SAYS ("OKAYABC"), SENDS ("erase:userdata"), SAYS ("INFOerasing"),
         SAYS ("TEXTslowly"), SAYS ("INFOstill"), SAYS ("OKAY"));
  fastboot_run (fixture.fastboot, "getvar:serialno", NULL, on_answer, &one);
  fastboot_run (fixture.fastboot, "erase:userdata", NULL, on_answer, &two);
  WAIT_FOR (two.calls > 0);
  g_assert_no_error (one.error);
  g_assert_cmpstr (one.value, ==, "ABC");
  g_assert_no_error (two.error);
  g_assert_cmpstr (two.value, ==, "");
  answer_clear (&one);
  answer_clear (&two);
  end (&fixture);
  g_assert_cmpuint (fixture.losses, ==, 0);
}

static void
test_refused (void)
{
  Fixture fixture;
  Answer one = {0}, two = {0};
  BEGIN (&fixture, SENDS ("erase:userdata"), SAYS ("FAILFlashing Lock Flag is locked"), SENDS ("getvar:x"),
         SAYS ("OKAY"));
  fastboot_run (fixture.fastboot, "erase:userdata", NULL, on_answer, &one);
  WAIT_FOR (one.calls > 0);
  g_assert_error (one.error, DEVICE_ERROR, DEVICE_ERROR_REFUSED);
  g_assert_cmpstr (one.value, ==, "Flashing Lock Flag is locked");
  fastboot_run (fixture.fastboot, "getvar:x", NULL, on_answer, &two);
  WAIT_FOR (two.calls > 0);
  g_assert_no_error (two.error);
  answer_clear (&one);
  answer_clear (&two);
  end (&fixture);
}

/* What ends the link, and every command with it, once. */
static void
test_lost (void)
{
  static const struct {
    Row row;
    DeviceError code;
  } rows[] = {
      {SAYS ("what?"), DEVICE_ERROR_PROTOCOL},
      {SAYS ("DATA00001000"), DEVICE_ERROR_PROTOCOL},
      {{DEVICE_LEAVES, 0, 0, 0, NULL, 0}, DEVICE_ERROR_GONE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    Fixture fixture;
    Answer one = {0}, two = {0};
    BEGIN (&fixture, SENDS ("reboot"), rows[i].row);
    fastboot_run (fixture.fastboot, "reboot", NULL, on_answer, &one);
    fastboot_run (fixture.fastboot, "getvar:x", NULL, on_answer, &two);
    WAIT_FOR (fixture.losses > 0);
    g_assert_error (one.error, DEVICE_ERROR, (int)rows[i].code);
    g_assert_true (one.is_written);
    g_assert_null (one.value);
    g_assert_error (two.error, DEVICE_ERROR, (int)rows[i].code);
    g_assert_false (two.is_written);
    g_assert_false (fastboot_is_open (fixture.fastboot));
    answer_clear (&one);
    answer_clear (&two);
    end (&fixture);
  }
}

static void
test_cancelled (void)
{
  Fixture fixture;
  Answer one = {0}, two = {0}, three = {0};
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  BEGIN (&fixture, SENDS ("erase:cache"), SAYS ("INFObusy"));
  fastboot_run (fixture.fastboot, "erase:cache", NULL, on_answer, &one);
  fastboot_run (fixture.fastboot, "getvar:x", cancellable, on_answer, &two);
  fastboot_run (fixture.fastboot, "getvar:y", NULL, on_answer, &three);
  g_cancellable_cancel (cancellable);
  WAIT_FOR (two.calls > 0);
  g_assert_error (two.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (one.calls + three.calls, ==, 0);
  end (&fixture);
  g_assert_error (one.error, DEVICE_ERROR, DEVICE_ERROR_GONE);
  answer_clear (&one);
  answer_clear (&two);
  answer_clear (&three);
}

static void
test_cancelled_at_work (void)
{
  Fixture fixture;
  Answer one = {0};
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  BEGIN (&fixture, SENDS ("erase:cache"), SAYS ("INFObusy"));
  fastboot_run (fixture.fastboot, "erase:cache", cancellable, on_answer, &one);
  WAIT_FOR (fixture.script.todo.length == 0);
  g_cancellable_cancel (cancellable);
  WAIT_FOR (one.calls > 0);
  g_assert_error (one.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture.losses, ==, 1); /* the answer to come would be taken for that of the next command */
  answer_clear (&one);
  end (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/fastboot/reads-replies", test_replies);
  g_test_add_func ("/devices/fastboot/refuses-a-reply-over-256-bytes", test_reply_too_long);
  g_test_add_func ("/devices/fastboot/runs-commands-one-after-the-other", test_queue);
  g_test_add_func ("/devices/fastboot/keeps-the-text-of-a-refusal", test_refused);
  g_test_add_func ("/devices/fastboot/ends-every-command-when-the-link-is-lost", test_lost);
  g_test_add_func ("/devices/fastboot/forgets-a-cancelled-command", test_cancelled);
  g_test_add_func ("/devices/fastboot/gives-the-link-up-when-cancelled-at-work", test_cancelled_at_work);
  return g_test_run ();
}
