/* The lines between temoind and temoin-modem, the policy of PINs, and what an outcome is. */
#include "daemon/devices/device.h"
#include "daemon/devices/modem_line.h"

#include <string.h>

static void
test_request (void)
{
  g_autoptr (ModemRequest) request = g_new0 (ModemRequest, 1);
  request->ask = MODEM_ASK_PIN;
  request->id = 7;
  request->job = MODEM_JOB_PIN_CHANGE;
  request->iccid = g_strdup ("8933010000000000001");
  request->new_pin = g_strdup ("1\"\\\n2");
  request->is_typed = TRUE;
  request->attempts_seen = MODEM_ATTEMPTS_UNKNOWN;
  char *line = modem_request_write (request);
  g_assert_true (g_str_has_suffix (line, "}\n"));
  g_assert_null (memchr (line, '\n', strlen (line) - 1));
  g_autoptr (GError) error = NULL;
  g_autoptr (ModemRequest) read = modem_request_read (line, strlen (line) - 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read->ask, ==, MODEM_ASK_PIN);
  g_assert_cmpint (read->job, ==, MODEM_JOB_PIN_CHANGE);
  g_assert_cmpstr (read->new_pin, ==, "1\"\\\n2");
  g_assert_cmpstr (read->iccid, ==, "8933010000000000001");
  g_assert_true (read->is_typed && !read->spends);
  g_assert_cmpint (read->attempts_seen, ==, MODEM_ATTEMPTS_UNKNOWN);
  g_assert_null (read->puk);
  modem_wipe_free (line);
}

static void
test_report (void)
{
  static const char *const numbers[] = {"+33639980001", "0639980002", NULL};
  g_autoptr (ModemReport) report = g_new0 (ModemReport, 1);
  report->tell = MODEM_TELL_STATE;
  report->state = MODEM_PIN_LOCKED;
  report->code = MODEM_CODE_SIM_PIN_REQUIRED;
  report->detail = g_strdup ("é");
  report->card = modem_card_new ();
  report->card->numbers = g_strdupv ((char **)numbers);
  report->card->pin_attempts = 3;
  g_autofree char *line = modem_report_write (report);
  g_autoptr (GError) error = NULL;
  g_autoptr (ModemReport) read = modem_report_read (line, strlen (line) - 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read->state, ==, MODEM_PIN_LOCKED);
  g_assert_cmpint (read->code, ==, MODEM_CODE_SIM_PIN_REQUIRED);
  g_assert_cmpstr (read->card->numbers[1], ==, "0639980002");
  g_assert_cmpint (read->card->pin_attempts, ==, 3);
  g_assert_cmpint (read->card->puk_attempts, ==, MODEM_ATTEMPTS_UNKNOWN);
  g_assert_cmpint (read->card->is_pin_on, ==, -1);
}

/* Every kind, state and code goes over and comes back. */
static void
test_words (void)
{
  for (int code = 0; code <= MODEM_N_CODES; code++)
    for (int state = MODEM_ABSENT; state <= MODEM_FAULTED; state++) {
      ModemReport report = {.tell = MODEM_TELL_DONE, .state = state, .code = code};
      g_autofree char *line = modem_report_write (&report);
      g_autoptr (ModemReport) read = modem_report_read (line, strlen (line), NULL);
      g_assert_cmpint (read->code, ==, code);
      g_assert_cmpint (read->state, ==, state);
    }
  for (int ask = MODEM_ASK_OPEN; ask <= MODEM_ASK_ERASE; ask++) {
    ModemRequest request = {.ask = ask};
    char *line = modem_request_write (&request);
    g_autoptr (ModemRequest) read = modem_request_read (line, strlen (line), NULL);
    g_assert_cmpint (read->ask, ==, ask);
    modem_wipe_free (line);
  }
}

#define TOO_MANY_NUMBERS "{\"tell\":\"state\",\"numbers\":[" SIX_EMPTY SIX_EMPTY SIX_EMPTY "\"\"]}"
#define SIX_EMPTY        "\"\",\"\",\"\",\"\",\"\",\"\","

static void
test_refused (void)
{
  static const char *const requests[] = {
      "",
      "[]",
      "1",
      "{",
      "{}",
      "{\"ask\":\"dance\"}",
      "{\"ask\":1}",
      "{\"ask\":\"ping\",\"ask\":\"ping\"}",
      "{\"ask\":\"ping\",\"id\":\"1\"}",
      "{\"ask\":\"ping\",\"id\":-2}",
      "{\"ask\":\"ping\",\"id\":99999999999}",
      "{\"ask\":\"pin\",\"job\":99}",
      "{\"ask\":\"ping\",\"more\":1}",
      "{\"ask\":\"ping\",\"text\":\"a\\u0000b\"}",
      "{\"ask\":\"pin\",\"is_typed\":1}",
      "{\"ask\":\"pin\",\"is_typed\":false}",
      "{\"tell\":\"pong\"}",
      "{\"ask\":\"ping\"} x",
  };
  static const char *const reports[] = {
      "{\"tell\":\"state\",\"state\":\"happy\"}",
      "{\"tell\":\"done\",\"code\":\"oops\"}",
      "{\"tell\":\"state\",\"numbers\":[1]}",
      "{\"tell\":\"state\",\"numbers\":\"1\"}",
      "{\"tell\":\"done\",\"iccid\":\"1\"}",
      "{\"ask\":\"ping\"}",
      TOO_MANY_NUMBERS,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (modem_request_read (requests[i], strlen (requests[i]), &error));
    g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (reports); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (modem_report_read (reports[i], strlen (reports[i]), &error));
    g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL);
  }
}

/* An error says which key, never what was in it. */
static void
test_no_quote (void)
{
  static const char line[] = "{\"ask\":\"pin\",\"pin\":\"7391\",\"puk\":73915555}";
  g_autoptr (GError) error = NULL;
  g_assert_null (modem_request_read (line, strlen (line), &error));
  g_assert_null (strstr (error->message, "7391"));
}

static void
test_lines (void)
{
  static const char stream[] = "one\ntwo\n\nthree";
  for (gsize step = 1; step < sizeof stream; step++) {
    g_autoptr (ModemLines) lines = modem_lines_new ();
    g_autoptr (GString) seen = g_string_new (NULL);
    for (gsize at = 0; at < strlen (stream); at += step) {
      g_assert_true (modem_lines_put (lines, stream + at, MIN (step, strlen (stream) - at)));
      for (char *line; (line = modem_lines_take (lines)) != NULL; modem_wipe_free (line))
        g_string_append_printf (seen, "<%s>", line);
    }
    g_assert_cmpstr (seen->str, ==, "<one><two><>");
  }
  g_autoptr (ModemLines) lines = modem_lines_new ();
  g_autofree char *flood = g_strnfill (MODEM_LINE_MAX + 1, 'x');
  g_assert_true (modem_lines_put (lines, flood, MODEM_LINE_MAX));
  g_assert_false (modem_lines_put (lines, flood, 1));
  g_assert_false (modem_lines_put (lines, flood, MODEM_LINE_MAX + 1));
}

static void
test_policy (void)
{
  static const struct {
    ModemJob job;
    gboolean is_typed;
    int seen, confirmations, left;
    ModemCode code;
  } rows[] = {
      {MODEM_JOB_PIN_ENTER, FALSE, 0, 0, 3, MODEM_CODE_NONE}, /* the stored PIN, all attempts there */
      {MODEM_JOB_PIN_ENTER, FALSE, 0, 0, 10, MODEM_CODE_NONE},
      {MODEM_JOB_PIN_ENTER, FALSE, 2, 1, 2,
       MODEM_CODE_PIN_UNCONFIRMED}, /* a stored PIN is never confirmed by saying so */
      {MODEM_JOB_PIN_ENTER, FALSE, 0, 0, MODEM_ATTEMPTS_UNKNOWN, MODEM_CODE_PIN_UNCONFIRMED},
      {MODEM_JOB_PIN_ENTER, TRUE, 0, 0, 3, MODEM_CODE_NONE},
      {MODEM_JOB_PIN_ENTER, TRUE, 2, 0, 2, MODEM_CODE_PIN_UNCONFIRMED},
      {MODEM_JOB_PIN_ENTER, TRUE, 2, 1, 2, MODEM_CODE_NONE},
      {MODEM_JOB_PIN_ENTER, TRUE, 3, 1, 2, MODEM_CODE_PIN_ATTEMPTS}, /* it has changed since */
      {MODEM_JOB_PIN_ENTER, TRUE, 2, 1, 1, MODEM_CODE_PIN_ATTEMPTS},
      {MODEM_JOB_PIN_ENTER, TRUE, 1, 1, 1, MODEM_CODE_NONE},
      {MODEM_JOB_PIN_ENTER, TRUE, MODEM_ATTEMPTS_UNKNOWN, 1, MODEM_ATTEMPTS_UNKNOWN, MODEM_CODE_NONE},
      {MODEM_JOB_PIN_ENTER, TRUE, 3, 1, MODEM_ATTEMPTS_UNKNOWN, MODEM_CODE_PIN_ATTEMPTS},
      {MODEM_JOB_PIN_ENTER, TRUE, 0, 2, 0, MODEM_CODE_SIM_PUK_REQUIRED},
      {MODEM_JOB_PIN_DISABLE, FALSE, 0, 0, 1, MODEM_CODE_PIN_UNCONFIRMED},
      {MODEM_JOB_PIN_ENABLE, TRUE, 1, 1, 1, MODEM_CODE_NONE},
      {MODEM_JOB_PIN_CHANGE, TRUE, 1, 0, 1, MODEM_CODE_PIN_UNCONFIRMED},
      {MODEM_JOB_UNBLOCK, FALSE, 10, 2, 10, MODEM_CODE_PIN_UNCONFIRMED}, /* a PUK is never automatic */
      {MODEM_JOB_UNBLOCK, TRUE, 10, 1, 10, MODEM_CODE_PIN_UNCONFIRMED},
      {MODEM_JOB_UNBLOCK, TRUE, 10, 2, 10, MODEM_CODE_NONE},
      {MODEM_JOB_UNBLOCK, TRUE, 10, 2, 9, MODEM_CODE_PIN_ATTEMPTS},
      {MODEM_JOB_UNBLOCK, TRUE, 0, 2, 0, MODEM_CODE_SIM_BAD},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (
        modem_pin_policy (rows[i].job, rows[i].is_typed, rows[i].seen, rows[i].confirmations, rows[i].left), ==,
        rows[i].code);
}

static void
test_forms (void)
{
  g_assert_cmpint (modem_pin_form (MODEM_JOB_PIN_ENTER, "1234", NULL, NULL), ==, MODEM_CODE_NONE);
  g_assert_cmpint (modem_pin_form (MODEM_JOB_PIN_ENTER, "123", NULL, NULL), ==, MODEM_CODE_PIN_FORMAT);
  g_assert_cmpint (modem_pin_form (MODEM_JOB_PIN_ENTER, "123456789", NULL, NULL), ==, MODEM_CODE_PIN_FORMAT);
  g_assert_cmpint (modem_pin_form (MODEM_JOB_PIN_ENTER, "12 4", NULL, NULL), ==, MODEM_CODE_PIN_FORMAT);
  g_assert_cmpint (modem_pin_form (MODEM_JOB_PIN_ENTER, NULL, NULL, NULL), ==, MODEM_CODE_PIN_FORMAT);
  g_assert_cmpint (modem_pin_form (MODEM_JOB_PIN_CHANGE, "1234", NULL, NULL), ==, MODEM_CODE_PIN_FORMAT);
  g_assert_cmpint (modem_pin_form (MODEM_JOB_UNBLOCK, NULL, "1234", "1234567"), ==, MODEM_CODE_PIN_FORMAT);
  g_assert_cmpint (modem_pin_form (MODEM_JOB_UNBLOCK, NULL, "1234", "12345678"), ==, MODEM_CODE_NONE);
}

static void
test_outcomes (void)
{
  g_assert_cmpint (modem_outcome_of (MODEM_CODE_NONE, TRUE), ==, MODEM_OK);
  g_assert_cmpint (modem_outcome_of (MODEM_CODE_TIMEOUT, TRUE), ==, MODEM_AMBIGUOUS);
  g_assert_cmpint (modem_outcome_of (MODEM_CODE_TIMEOUT, FALSE), ==, MODEM_NOT_DONE);
  g_assert_cmpint (modem_outcome_of (MODEM_CODE_FAILURE, TRUE), ==, MODEM_AMBIGUOUS);
  g_assert_cmpint (modem_outcome_of (MODEM_CODE_FAILURE, FALSE), ==, MODEM_REFUSED);
  g_assert_cmpint (modem_outcome_of (MODEM_CODE_CODE_USED, TRUE), ==, MODEM_REFUSED);
  g_assert_cmpint (modem_outcome_of (MODEM_CODE_SIM_CHANGED, FALSE), ==, MODEM_REFUSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/modem-line/a-request-comes-back", test_request);
  g_test_add_func ("/devices/modem-line/a-report-comes-back", test_report);
  g_test_add_func ("/devices/modem-line/every-word-comes-back", test_words);
  g_test_add_func ("/devices/modem-line/bad-lines-are-refused", test_refused);
  g_test_add_func ("/devices/modem-line/errors-quote-nothing", test_no_quote);
  g_test_add_func ("/devices/modem-line/lines-in-any-pieces", test_lines);
  g_test_add_func ("/devices/modem/policy-of-attempts", test_policy);
  g_test_add_func ("/devices/modem/form-of-secrets", test_forms);
  g_test_add_func ("/devices/modem/outcomes", test_outcomes);
  return g_test_run ();
}
