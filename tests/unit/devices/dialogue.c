/* Dialogues: files read with errors that say where, answers understood, and talks of every kind that end in exactly one outcome. */
#include "daemon/devices/dialogue_run.h"

#include <string.h>

#define HEAD "[d]\noperator = Exemple\npurpose = topup\nchannel = ussd\ncost = free\nsource = un test\nsourced = no\n"
#define CODE "12345678901234"

static DialogueBook *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  DialogueBook *book = dialogue_book_parse ("t.conf", text, strlen (text), &error);
  g_assert_no_error (error);
  return book;
}

/* ---- files ---- */

static void
test_shipped (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DialogueBook) book = dialogue_book_load ("daemon/system/dialogues", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dialogue_book_size (book), >=, 8);
  for (guint i = 0; i < dialogue_book_size (book); i++) {
    const Dialogue *dialogue = dialogue_book_get (book, i);
    g_assert_true (dialogue->is_sourced);
    g_assert_null (dialogue->verified_on); /* nobody did: until then an admin signs each */
    g_assert_true (dialogue_spends (dialogue));
    g_assert_cmpuint (strlen (dialogue->digest), ==, 64);
  }
  g_assert_cmpstr (dialogue_book_match (book, DIALOGUE_TOPUP, "8933010000000000001")->id, ==, "orange-topup");
  g_assert_null (dialogue_book_match (book, DIALOGUE_TOPUP, "8933250000000000001"));
  const Dialogue *balance = dialogue_book_find (book, "orange-balance");
  DialogueFound found = {0};
  dialogue_found_clear (&found);
  dialogue_read (balance, "Solde: 4.20 EUR, 1.5 Go jusqu'au 30/11/2026", &found);
  g_assert_cmpint (found.eur_cents, ==, 420);
  g_assert_cmpint (found.mb, ==, 1500);
  g_assert_cmpstr (found.date, ==, "2026-11-30");
  dialogue_found_clear (&found);
}

static void
test_errors (void)
{
  static const struct {
    const char *text, *message;
  } rows[] = {
      {"operator = x\n", "t.conf:1: [] operator: stands before the first [name]"},
      {"[Bad Name]\n", "t.conf:1: [] [Bad Name]: a name in brackets"},
      {"[d\n", "t.conf:1: [] [d: a name in brackets"},
      {"[]\n", "a name in brackets"},
      {"[\n", "a name in brackets"},
      {"# c\n\n[d]\nnonsense\n", "t.conf:4: [d] nonsense: neither [name] nor key = value"},
      {"[d]\ncolour = red\n", "t.conf:2: [d] colour: there is no such key"},
      {"[d]\npurpose = gift\n", "t.conf:2: [d] purpose: not one of the words"},
      {"[d]\noperator = a\noperator = b\n", "t.conf:3: [d] operator: given twice"},
      {"[d]\noperator =\n", "t.conf:2: [d] operator: empty or too long"},
      {"[d]\noperator = a\n", "t.conf:1: [d] purpose: missing"},
      {HEAD "send = #124*{code}#\n[d]\n", "t.conf:9: [d] d: there is one of that name already"},
      {HEAD "expect = x\n", "t.conf:8: [d] expect: nothing was sent before it"},
      {HEAD "reply = 1\n", "t.conf:8: [d] reply: nothing was sent before it"},
      {HEAD "send = #1#\nsend = #2#\n", "t.conf:9: [d] send: given twice"},
      {HEAD "send = #1#\nexpect = (\n", "t.conf:9: [d] expect: not a regular expression"},
      {HEAD "send = #1#\neur = 4,20\n", "t.conf:9: [d] eur: needs a group in parentheses"},
      {HEAD "send = 123\n", "t.conf:1: [d] send: a USSD code begins with * or #"},
      {HEAD "send = #1*{pin}#\n", "only {code} can stand between braces"},
      {HEAD "send = #1#\nto = 555\n", "t.conf:1: [d] to: a message needs it, other channels have none"},
      {HEAD "send = #1#\nverified_on = 2026-02-30\n", "t.conf:9: [d] verified_on: not a day"},
      {HEAD "send = #1#\nverified_on = 2026-02-20\n", "t.conf:1: [d] verified_by: goes with verified_on"},
      {HEAD "send = #1#\nverified_on = 2026-02-20\nverified_by = A\n", "[d] success: a verified top-up says how"},
      {HEAD "send = #1#\ntimeout_s = 1000\n", "t.conf:9: [d] timeout_s: seconds, from 5 to 280"},
      {HEAD "send = #1#\niccid_prefix = 8933x\n", "t.conf:9: [d] iccid_prefix: digits"},
      {HEAD "send = #1#\nsuccess = ok\xff\n", "t.conf:1: [] file: not a text in UTF-8"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (dialogue_book_parse ("t.conf", rows[i].text, strlen (rows[i].text), &error));
    g_assert_error (error, DIALOGUE_ERROR, DIALOGUE_ERROR_INPUT);
    if (strstr (error->message, rows[i].message) == NULL)
      g_error ("row %" G_GSIZE_FORMAT ": %s", i, error->message);
  }
  g_autoptr (GError) error = NULL;
  g_assert_null (dialogue_book_load ("tests/no-such-folder", &error));
  g_assert_error (error, DIALOGUE_ERROR, DIALOGUE_ERROR_FILE);
}

static void
test_line_ends (void)
{
  g_autoptr (DialogueBook) book =
      parse ("[d]\r\noperator = É\r\npurpose=topup\r\nchannel=ussd\r\ncost=free\r\nsource=s\r\n"
             "sourced=no\r\nsend=#1*{code}#\r\n");
  g_assert_cmpstr (dialogue_book_get (book, 0)->operator, ==, "É");
  g_autoptr (DialogueBook) empty = parse ("");
  g_assert_cmpuint (dialogue_book_size (empty), ==, 0);
}

/* A sign-off is of one text: any change of a value is another text, a comment is not. */
static void
test_digest (void)
{
  g_autoptr (DialogueBook) one = parse (HEAD "send = #1*{code}#\n");
  g_autoptr (DialogueBook) same = parse ("# hello\n" HEAD "\nsend=#1*{code}#");
  g_autoptr (DialogueBook) other = parse (HEAD "send = #2*{code}#\n");
  g_assert_cmpstr (dialogue_book_get (one, 0)->digest, ==, dialogue_book_get (same, 0)->digest);
  g_assert_cmpstr (dialogue_book_get (one, 0)->digest, !=, dialogue_book_get (other, 0)->digest);
}

/* ---- answers ---- */

static void
test_captures (void)
{
  g_autoptr (DialogueBook) book =
      parse (HEAD "send = #1*{code}#\neur = solde ([\\d .,\xc2\xa0]+) ?eur\nmb = reste (\\S+) ?(Mo|Go)\n"
                  "date = avant le (.{5,20})\\.\ntext = numero ([0-9]+)\n");
  static const struct {
    const char *answer;
    gint64 cents, mb;
    const char *date, *text;
  } rows[] = {
      {"solde 4,2 EUR", 420, -1, NULL, NULL},
      {"SOLDE 1 234,56 EUR", 123456, -1, NULL, NULL},
      {"solde 1\xc2\xa0"
       "234,56 EUR",
       123456, -1, NULL, NULL},
      {"solde 12 EUR reste 500 Mo", 1200, 500, NULL, NULL},
      {"reste 1,5Go avant le 30/11/2026.", -1, 1500, "2026-11-30", NULL},
      {"avant le 30.11.26.", -1, -1, "2026-11-30", NULL},
      {"avant le 1 décembre 2026.", -1, -1, "2026-12-01", NULL},
      {"avant le 2 août 2027.", -1, -1, "2027-08-02", NULL},
      {"avant le 2026-11-30.", -1, -1, "2026-11-30", NULL},
      {"avant le 30/11.", -1, -1, NULL, NULL}, /* no year: nothing sure */
      {"avant le 31/02/2026.", -1, -1, NULL, NULL},
      {"avant le lundi 2 mars.", -1, -1, NULL, NULL},
      {"solde 12345678901 EUR", -1, -1, NULL, NULL},
      {"solde 1,2,3 EUR", -1, -1, NULL, NULL},
      {"numero 0639980001", -1, -1, NULL, "0639980001"},
      {"", -1, -1, NULL, NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    DialogueFound found = {0};
    dialogue_found_clear (&found);
    g_assert_cmpint (dialogue_read (dialogue_book_get (book, 0), rows[i].answer, &found), ==, DIALOGUE_SAYS_NOTHING);
    g_assert_cmpint (found.eur_cents, ==, rows[i].cents);
    g_assert_cmpint (found.mb, ==, rows[i].mb);
    g_assert_cmpstr (found.date, ==, rows[i].date);
    g_assert_cmpstr (found.text, ==, rows[i].text);
    dialogue_found_clear (&found);
  }
}

/* A pattern that explodes is stopped, and then matches nothing. */
static void
test_bounded (void)
{
  g_autoptr (DialogueBook) book = parse (HEAD "send = #1*{code}#\nsuccess = ^(a+)+$\n");
  g_autofree char *hostile = g_strnfill (5000, 'a');
  hostile[1000] = '!';
  gint64 start = g_get_monotonic_time ();
  g_assert_cmpint (dialogue_read (dialogue_book_get (book, 0), hostile, NULL), ==, DIALOGUE_SAYS_NOTHING);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
}

/* ---- talks ---- */

typedef struct {
  GString *said; /* "#1#|1|" */
  gboolean spends;
  int n_done;
  ModemOutcome outcome;
  ModemCode code;
} Talk;

static void
on_say (DialogueStepKind kind, const char *text, const char *masked, gboolean spends, gpointer user)
{
  Talk *talk = user;
  (void)kind;
  g_assert_null (strstr (masked, CODE));
  g_string_append_printf (talk->said, "%s|", text);
  talk->spends = spends;
}

static void
on_done (ModemOutcome outcome, ModemCode code, const char *detail, gpointer user)
{
  Talk *talk = user;
  (void)detail;
  talk->n_done++;
  talk->outcome = outcome;
  talk->code = code;
}

static const DialogueCarrier carrier = {on_say, on_done};

/* One talk: answers, "-" closes the session with the answer, "!word" fails with that code; then how it must end. */
typedef struct {
  const char *file, *code;
  const char *answers[4];
  const char *said;
  int outcome; /* -1: it still waits */
  ModemCode why;
} TalkRow;

#define MENU                                                                                                           \
  HEAD "send = #100#\nexpect = 1:recharger\nreply = 1\nexpect = code\nreply = {code}\nsuccess = merci\nused = "        \
       "deja\nfailure = faux\n"
#define SMS                                                                                                            \
  "[d]\noperator = E\npurpose = balance\nchannel = sms\ncost = free\nsource = t\nsourced = no\nto = 555\nsend = "      \
  "conso\n"                                                                                                            \
  "success = reste\n"

/* As they are shipped: what it costs is not known, and nobody has written how success reads. */
#define ASKS(purpose, channel)                                                                                         \
  "[d]\noperator = E\npurpose = " purpose "\nchannel = " channel                                                       \
  "\ncost = unknown\nsource = t\nsourced = no\neur = (\\d+,\\d+) EUR\n"

static const TalkRow talks[] = {
    {ASKS ("balance", "ussd") "send = #1#\n", NULL, {"-Il reste 4,20 EUR"}, "#1#|", MODEM_OK, MODEM_CODE_NONE},
    {ASKS ("balance", "ussd") "send = #1#\n", NULL, {"-Patientez"}, "#1#|", MODEM_AMBIGUOUS, MODEM_CODE_UNEXPECTED},
    {ASKS ("balance", "sms") "to = 555\nsend = conso\n",
     NULL,
     {"Gagnez un velo", "Il reste 4,20 EUR"},
     "conso|",
     MODEM_OK,
     MODEM_CODE_NONE},
    {ASKS ("topup", "ussd") "send = #1*{code}#\n",
     CODE,
     {"-Code refuse, solde 4,20 EUR"},
     "#1*" CODE "#|",
     MODEM_AMBIGUOUS,
     MODEM_CODE_UNEXPECTED},
    {HEAD "send = #1*{code}#\nsuccess = merci\n", CODE, {"-Merci"}, "#1*" CODE "#|", MODEM_OK, MODEM_CODE_NONE},
    {HEAD "send = #1*{code}#\nsuccess = merci\nused = deja\n",
     CODE,
     {"-Code deja utilise, merci"},
     "#1*" CODE "#|",
     MODEM_REFUSED,
     MODEM_CODE_CODE_USED},
    {HEAD "send = #1*{code}#\nfailure = faux\n",
     CODE,
     {"-Code faux"},
     "#1*" CODE "#|",
     MODEM_REFUSED,
     MODEM_CODE_TOPUP_REFUSED},
    {HEAD "send = #1*{code}#\nsuccess = merci\n",
     CODE,
     {"-Bonjour"},
     "#1*" CODE "#|",
     MODEM_AMBIGUOUS,
     MODEM_CODE_UNEXPECTED},
    {HEAD "send = #1*{code}#\n", CODE, {"-Bonjour"}, "#1*" CODE "#|", MODEM_AMBIGUOUS, MODEM_CODE_UNEXPECTED},
    {HEAD "send = #1*{code}#\n", CODE, {"!ussd_timeout"}, "#1*" CODE "#|", MODEM_AMBIGUOUS, MODEM_CODE_USSD_TIMEOUT},
    {HEAD "send = #1*{code}#\n", CODE, {"!net_none"}, "#1*" CODE "#|", MODEM_REFUSED, MODEM_CODE_NET_NONE},
    {MENU, CODE, {"1:Recharger 2:Solde", "Tapez le code", "-Merci"}, "#100#|1|" CODE "|", MODEM_OK, MODEM_CODE_NONE},
    {MENU,
     CODE,
     {"1:Solde"},
     "#100#|",
     MODEM_REFUSED,
     MODEM_CODE_UNEXPECTED}, /* nothing spent yet: the code was not sent */
    {MENU, CODE, {"!modem_timeout"}, "#100#|", MODEM_NOT_DONE, MODEM_CODE_TIMEOUT},
    {MENU, CODE, {"-1:Recharger"}, "#100#|", MODEM_REFUSED, MODEM_CODE_USSD_ENDED},
    {MENU, CODE, {"1:Recharger", "code ?", "!modem_gone"}, "#100#|1|" CODE "|", MODEM_AMBIGUOUS, MODEM_CODE_GONE},
    {MENU, CODE, {"1:Recharger", "code ?", "-deja"}, "#100#|1|" CODE "|", MODEM_REFUSED, MODEM_CODE_CODE_USED},
    {MENU, CODE, {"1:Recharger", "code ?"}, "#100#|1|" CODE "|", -1, MODEM_CODE_NONE},
    {SMS, NULL, {"Gagnez un velo", "Il vous reste 3 Go"}, "conso|", MODEM_OK, MODEM_CODE_NONE},
    {SMS, NULL, {"Gagnez un velo"}, "conso|", -1, MODEM_CODE_NONE},
    {SMS, NULL, {"Gagnez un velo", "!sms_silent"}, "conso|", MODEM_REFUSED, MODEM_CODE_SMS_SILENT},
};

static void
play (DialogueRun *run, const char *answer, Talk *talk)
{
  if (*answer == '!') {
    ModemCode code = modem_code_find (answer + 1);
    if (code != MODEM_CODE_NET_NONE)
      dialogue_run_sent (run);
    dialogue_run_failed (run, code, NULL);
    dialogue_run_failed (run, MODEM_CODE_CRASHED, NULL); /* once is enough */
  } else {
    dialogue_run_sent (run);
    dialogue_run_answered (run, *answer == '-' ? answer + 1 : answer, *answer != '-');
  }
  g_assert_cmpint (talk->n_done, <=, 1);
}

static void
test_talks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (talks); i++) {
    const TalkRow *row = &talks[i];
    g_autoptr (DialogueBook) book = parse (row->file);
    Talk talk = {.said = g_string_new (NULL)};
    const Dialogue *dialogue = dialogue_book_get (book, 0);
    g_assert_cmpint (dialogue_run_check (dialogue, row->code, TRUE), ==, MODEM_CODE_NONE);
    g_autoptr (DialogueRun) run = dialogue_run_new (dialogue, row->code, &carrier, &talk);
    for (gsize j = 0; j < G_N_ELEMENTS (row->answers) && row->answers[j] != NULL; j++)
      play (run, row->answers[j], &talk);
    g_assert_cmpstr (talk.said->str, ==, row->said);
    g_assert_cmpint (talk.n_done, ==, row->outcome < 0 ? 0 : 1);
    if (row->outcome >= 0) {
      g_assert_cmpint (talk.outcome, ==, row->outcome);
      g_assert_cmpint (talk.code, ==, row->why);
    }
    g_string_free (talk.said, TRUE);
  }
}

/* Only the step with the code spends when the rest is free; all do when the cost is not known. */
static void
test_spending_steps (void)
{
  Talk talk = {.said = g_string_new (NULL)};
  g_autoptr (DialogueBook) book = parse (MENU);
  g_autoptr (DialogueRun) run = dialogue_run_new (dialogue_book_get (book, 0), CODE, &carrier, &talk);
  g_assert_false (talk.spends);
  dialogue_run_answered (run, "1:recharger", TRUE);
  g_assert_false (talk.spends);
  dialogue_run_answered (run, "code", TRUE);
  g_assert_true (talk.spends);
  g_autoptr (DialogueBook) unknown = parse ("[d]\noperator=E\npurpose=balance\nchannel=ussd\ncost=unknown\nsource=t\n"
                                            "sourced=no\nsend=#123#\n");
  g_autoptr (DialogueRun) paid = dialogue_run_new (dialogue_book_get (unknown, 0), NULL, &carrier, &talk);
  g_assert_true (talk.spends);
  g_assert_false (dialogue_run_is_over (paid));
  g_string_free (talk.said, TRUE);
}

static void
test_check (void)
{
  g_autoptr (DialogueBook) book = parse (HEAD "send = #1*{code}#\ncode_format = [0-9]{14}\n");
  const Dialogue *dialogue = dialogue_book_get (book, 0);
  g_assert_cmpint (dialogue_run_check (dialogue, CODE, FALSE), ==, MODEM_CODE_UNSIGNED);
  g_assert_cmpint (dialogue_run_check (dialogue, CODE, TRUE), ==, MODEM_CODE_NONE);
  static const char *const bad[] = {
      NULL, "", "123", "1234567890123", "123456789012345", "1234567890123#", "1*2345678901234"};
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (dialogue_run_check (dialogue, bad[i], TRUE), ==, MODEM_CODE_CODE_FORMAT);
  g_autoptr (DialogueBook) sms = parse (SMS);
  g_assert_cmpint (dialogue_run_check (dialogue_book_get (sms, 0), NULL, FALSE), ==, MODEM_CODE_NONE);
  g_assert_cmpint (dialogue_run_check (dialogue_book_get (sms, 0), CODE, FALSE), ==, MODEM_CODE_CODE_FORMAT);
}

/* The operator repeats the code: it is not shown. */
static void
test_masks (void)
{
  Talk talk = {.said = g_string_new (NULL)};
  g_autoptr (DialogueBook) book = parse (HEAD "send = #1*{code}#\nsuccess = merci\n");
  const Dialogue *dialogue = dialogue_book_get (book, 0);
  g_autoptr (DialogueRun) run = dialogue_run_new (dialogue, CODE, &carrier, &talk);
  dialogue_run_sent (run);
  dialogue_run_answered (run, "Merci pour le code " CODE, FALSE);
  g_assert_cmpstr (dialogue_run_answer (run), ==, "Merci pour le code ••••••");
  g_autofree char *dry = dialogue_dry_run (dialogue, CODE);
  g_assert_null (strstr (dry, CODE));
  g_assert_nonnull (strstr (dry, "USSD: #1*••••••#"));
  g_assert_nonnull (strstr (dry, "NEVER VERIFIED"));
  g_assert_nonnull (strstr (dry, "nothing was sent"));
  g_string_free (talk.said, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/dialogue/shipped-files-are-good-and-sourced", test_shipped);
  g_test_add_func ("/devices/dialogue/errors-name-file-line-and-key", test_errors);
  g_test_add_func ("/devices/dialogue/other-line-ends", test_line_ends);
  g_test_add_func ("/devices/dialogue/a-digest-is-of-the-text", test_digest);
  g_test_add_func ("/devices/dialogue/captures", test_captures);
  g_test_add_func ("/devices/dialogue/matching-is-bounded", test_bounded);
  g_test_add_func ("/devices/dialogue/talks-end-once", test_talks);
  g_test_add_func ("/devices/dialogue/which-step-spends", test_spending_steps);
  g_test_add_func ("/devices/dialogue/unsigned-spends-nothing", test_check);
  g_test_add_func ("/devices/dialogue/codes-are-dots", test_masks);
  return g_test_run ();
}
