/* One order on one modem when its process or the modem goes away in the middle: what may have been sent is never called not done. */
#include "daemon/devices/modem_job.h"

#include <string.h>

#define BOOK                                                                                                           \
  "[d]\noperator = Exemple\npurpose = topup\nchannel = ussd\ncost = free\nsource = un test\nsourced = no\n"            \
  "send = *124*{code}#\nsuccess = credit\n"                                                                            \
  "[b]\noperator = Exemple\npurpose = balance\nchannel = ussd\ncost = free\nsource = un test\nsourced = no\n"          \
  "send = #123#\nsuccess = solde\n"
#define CODE "12345678901234"

/* What the task asks of its process, and what came of it. */
typedef struct {
  ModemAsk asked; /* the last one */
  gint64 last_id;
  gboolean is_over;
  ModemOutcome outcome;
} Played;

static gint64
on_ask (ModemRequest *request, gpointer user)
{
  Played *played = user;
  played->asked = request->ask;
  return ++played->last_id;
}

static void
on_stop (G_GNUC_UNUSED gpointer user)
{
}

static void
on_over (ModemTask *task, G_GNUC_UNUSED gpointer user)
{
  modem_task_tell (task, NULL);
}

static const ModemTaskFuncs funcs = {on_ask, on_stop, on_over};

static void
on_job (G_GNUC_UNUSED guint64 job, G_GNUC_UNUSED ModemNews news, G_GNUC_UNUSED const char *text,
        const ModemResult *result, gpointer user)
{
  Played *played = user;
  if (result == NULL)
    return;
  played->is_over = TRUE;
  played->outcome = result->outcome;
}

static void
report (ModemTask *task, const Played *played, ModemTell tell)
{
  ModemReport said = {.tell = tell, .id = played->last_id, .code = MODEM_CODE_NONE, .attempts = MODEM_ATTEMPTS_UNKNOWN};
  modem_task_report (task, &said);
}

typedef void (*End) (ModemTask *task, ModemCode code, const char *detail);

static ModemOutcome
play (ModemJob job, const char *dialogue, gboolean is_sent_heard, End end)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DialogueBook) book = dialogue_book_parse ("t.conf", BOOK, strlen (BOOK), &error);
  g_assert_no_error (error);
  const ModemOrder order = {.job = job,
                            .iccid = "8933010000000000010",
                            .imei = "350000000000001",
                            .dialogue = dialogue != NULL ? dialogue_book_find (book, dialogue) : NULL,
                            .code = dialogue != NULL && *dialogue == 'd' ? CODE : NULL,
                            .pin = "1234",
                            .is_signed = TRUE};
  Played played = {0};
  ModemTask *task = modem_task_new (1, &order, on_job, &played, &funcs, &played);
  if (dialogue != NULL) {
    g_assert_cmpint (played.asked, ==, MODEM_ASK_REGISTER);
    report (task, &played, MODEM_TELL_DONE);
    g_assert_cmpint (played.asked, ==, MODEM_ASK_USSD);
  }
  if (is_sent_heard)
    report (task, &played, MODEM_TELL_SENT);
  end (task, MODEM_CODE_GONE, "test");
  g_assert_true (played.is_over);
  modem_task_free (task);
  return played.outcome;
}

static void
test_ends (void)
{
  static const struct {
    ModemJob job;
    const char *dialogue;
    gboolean is_sent_heard;
    End end;
    ModemOutcome outcome;
  } rows[] = {
      {MODEM_JOB_DIALOGUE, "d", FALSE, modem_task_lost, MODEM_NOT_DONE},
      {MODEM_JOB_DIALOGUE, "d", TRUE, modem_task_lost, MODEM_AMBIGUOUS},
      {MODEM_JOB_DIALOGUE, "d", FALSE, modem_task_cut, MODEM_AMBIGUOUS}, /* its word may wait in the socket */
      {MODEM_JOB_DIALOGUE, "b", FALSE, modem_task_cut, MODEM_NOT_DONE},  /* a balance spends nothing */
      {MODEM_JOB_PIN_ENTER, NULL, FALSE, modem_task_lost, MODEM_NOT_DONE},
      {MODEM_JOB_PIN_ENTER, NULL, FALSE, modem_task_cut, MODEM_AMBIGUOUS},
      {MODEM_JOB_IDENTIFY, NULL, FALSE, modem_task_cut, MODEM_NOT_DONE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (play (rows[i].job, rows[i].dialogue, rows[i].is_sent_heard, rows[i].end), ==, rows[i].outcome);
}

/* Before the card is registered nothing of the dialogue has left, whatever was not read. */
static void
test_before_the_step (void)
{
  g_autoptr (DialogueBook) book = dialogue_book_parse ("t.conf", BOOK, strlen (BOOK), NULL);
  const ModemOrder order = {
      .job = MODEM_JOB_DIALOGUE, .dialogue = dialogue_book_find (book, "d"), .code = CODE, .is_signed = TRUE};
  Played played = {0};
  ModemTask *task = modem_task_new (1, &order, on_job, &played, &funcs, &played);
  modem_task_cut (task, MODEM_CODE_GONE, "test");
  g_assert_cmpint (played.outcome, ==, MODEM_NOT_DONE);
  modem_task_free (task);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/modem-task/ends", test_ends);
  g_test_add_func ("/modem-task/before-the-step", test_before_the_step);
  return g_test_run ();
}
