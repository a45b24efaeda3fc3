/* The bench of modems against the emulated fleet: the real temoin-modem with the real libmbim, one process a modem. Cards are swapped, modems are
 * unplugged and wedged, answers are lost; after each act the emulated card tells how many attempts it counted. */
#include "daemon/devices/modem.h"

#include "tests/unit/devices/under_fleet.h"
#include <fcntl.h>
#include <stdio.h>

#define IMEI                    "350000000000006"
#define ICCID(n)                "893301000000000000" n
#define CODE                    "12345678901234"
#define SECRET_PIN              "73915046" /* found nowhere by chance */
#define N_MANY                  32
#define MODEM(name, port, more) "[modem " name "]\nport=" port "\nplugged=false\n" more "\n"
#define CARD(name, n, more)                                                                                            \
  "[sim " name "]\niccid=" ICCID (n) "\nimsi=2080100000000" n "\nnumbers=+336399800" n                                 \
                                     "\noperator=orange\nbalance=420\n"                                                \
                                     "credit_expiry=2026-12-31\n" more "\n"
#define MENU                                                                                                           \
  "ussd #123#=page main\npage main=Solde {balance} EUR au {credit_expiry}\\n1:Recharger\nchoice main 1=page ask\n"     \
  "page ask=Votre code ?\nchoice ask *=topup\nussd *124*CODE#=topup\nussd #1#=Merci\nsms 555 conso=Il vous reste 3 "   \
  "Go jusqu'au "                                                                                                       \
  "30/11/2026. Ceci est un long message qui ne tient pas dans une seule partie, car l'operateur aime les phrases "     \
  "longues et les "                                                                                                    \
  "conditions de son offre, que personne ne lit.\n"

/* clang-format off */
static const char operators[] =
    "[operator orange]\n" MENU
    "code " CODE "=500 30 180\ncode 22345678901234=500 30 180\ncode 32345678901234=500 30 180\ncode 42345678901234=500 30 180\n"
    "code 52345678901234=500 30 180\ncode 62345678901234=500 30 180\n"
    "[operator op-wide]\nussd_coding=ucs2\nussd_style=indication\n" MENU
    "[operator op-late]\nussd_style=terminated-first\n" MENU
    "[operator op-first]\nussd_style=indication-first\n" MENU
    "[operator op-shuffled]\nsms_order=shuffled\nsms_coding=ucs2\n" MENU
    "[operator op-none]\nussd_style=unsupported\n" MENU
    "[operator op-timeout]\nussd_style=timeout\n" MENU;

static const char *const things[] = {
    CARD ("a", "01", ""),
    CARD ("b", "02", ""),
    CARD ("pin", "03", "pin_enabled=true"),
    CARD ("puk", "05", "pin_enabled=true\npin_left=0"),
    CARD ("swapped", "06", "iccid_form=swapped"),
    CARD ("wide", "07", "operator=op-wide"),
    CARD ("late", "08", "operator=op-late"),
    CARD ("first", "09", "operator=op-first"),
    CARD ("shuffled", "10", "operator=op-shuffled"),
    CARD ("none", "11", "operator=op-none"),
    CARD ("timeout", "12", "operator=op-timeout"),
    CARD ("expired", "13", "line_expiry=2020-01-01"),
    CARD ("private", "14", "protect=true\ncontacts=4"),
    CARD ("topup", "15", ""),
    CARD ("lost", "16", ""),
    CARD ("unknown", "17", "pin_enabled=true"),
    CARD ("bad", "19", "bad=true"),
    CARD ("vault", "20", "pin_enabled=true\npin=" SECRET_PIN),
    MODEM ("one", "3-1.1", ""),
    MODEM ("pins", "3-1.2", ""),
    MODEM ("empty", "3-1.3", ""),
    MODEM ("off", "3-1.4", "radio=off"),
    MODEM ("hard", "3-1.4", "radio=hardware"),
    MODEM ("bogus", "3-1.2", "boot=locked\nboot_seconds=0.5"),
    MODEM ("slow", "3-1.2", "boot=absent\nboot_seconds=1"),
    MODEM ("pin2", "3-1.2", "pin_query=pin2"),
    MODEM ("dark", "3-1.2", "pin_query=unknown"),
    MODEM ("status", "3-1.2", "pin_query=status"),
    MODEM ("v3", "3-1.1", "extensions=3\nforced=3"),
    MODEM ("pieces", "3-1.1", "piece=7\ninterleave=true\nmax_transfer=64"),
    MODEM ("qmi", "3-1.5", "driver=qmi_wwan"),
    MODEM ("refuses", "3-1.6", "open=fails"),
    MODEM ("deaf", "3-1.6", "open_ignored=1"),
    MODEM ("l850", "3-1.1", "always_index_1=true"),
    MODEM ("lte", "3-1.1", "ussd=false"),
    MODEM ("taken", "3-1.1", "ussd_busy=until-cancel"),
    MODEM ("plain", "3-1.1", "phonebook=false"),
    NULL,
};
/* clang-format on */

static const char files[] =
    "[balance]\noperator=E\npurpose=balance\nchannel=ussd\ncost=free\nsource=t\nsourced=no\nsend=#123#\n"
    "success=solde\neur=solde ([\\d.,]+)\ndate=au (\\S+)\n"
    "[topup]\noperator=E\npurpose=topup\nchannel=ussd\ncost=free\nsource=t\nsourced=no\nsend=*124*{code}#\n"
    "success=credit|recharg|merci\nused=deja|already|used\nfailure=invalid|refus|wrong\neur=([\\d.,]+) EUR\n"
    "[menu]\noperator=E\npurpose=topup\nchannel=ussd\ncost=free\nsource=t\nsourced=no\nsend=#123#\nexpect=1:Recharger\n"
    "reply=1\nexpect=code\nreply={code}\nsuccess=credit|recharg|merci\n"
    "[conso]\noperator=E\npurpose=balance\nchannel=sms\ncost=free\nsource=t\nsourced=no\nto=555\nsend=conso\ntimeout_s="
    "20\n"
    "success=reste\nmb=reste (\\d+) ?([MG])o\ndate=au (\\d+/\\d+/\\d+)\n"
    "[silent]\noperator=E\npurpose=balance\nchannel=sms\ncost=paid\nsource=t\nsourced=no\nto=556\nsend=conso\ntimeout_"
    "s=5\n";

/* ---- helpers ---- */

typedef struct {
  ModemBench *bench;
  DialogueBook *book;
  GString *cards; /* "01;02;-;" as they were told */
  /* of the last job */
  guint n_results;
  ModemOutcome outcome;
  ModemCode code;
  int attempts, n_messages, n_contacts;
  gint64 cents, mb;
  GString *news;
  char *answer, *date, *iccid;
} Fixture;

static void
on_modem (const Modem *modem, ModemEvent event, gpointer user)
{
  Fixture *fixture = user;
  const char *code = modem_code_word (modem->code);
  g_test_message ("%s %d: %s %s %s", modem->port, event, modem_state_name (modem->state), code != NULL ? code : "",
                  modem->detail != NULL ? modem->detail : "");
  if (event == MODEM_CARD)
    g_string_append_printf (fixture->cards, "%s;",
                            modem->card->iccid != NULL ? modem->card->iccid + strlen (modem->card->iccid) - 2 : "-");
}

static void
keep (char **slot, const char *value)
{
  g_free (*slot);
  *slot = g_strdup (value);
}

static void
on_job (guint64 job, ModemNews news, const char *text, const ModemResult *result, gpointer user)
{
  static const char marks[] = {[MODEM_SAID] = '>', [MODEM_ANSWERED] = '<', [MODEM_HELD] = '!', [MODEM_WAITING] = '.'};
  Fixture *fixture = user;
  (void)job;
  if (result == NULL) {
    g_string_append_printf (fixture->news, "%c%s|", marks[news], text);
    return;
  }
  fixture->n_results++;
  fixture->outcome = result->outcome;
  fixture->code = result->code;
  fixture->attempts = result->attempts_left;
  fixture->n_messages = result->n_messages;
  fixture->n_contacts = result->n_contacts;
  fixture->cents = result->found->eur_cents;
  fixture->mb = result->found->mb;
  keep (&fixture->answer, result->answer);
  keep (&fixture->date, result->found->date);
  keep (&fixture->iccid, result->card->iccid);
  g_test_message ("job: %s %s %s %s", modem_outcome_name (result->outcome),
                  result->code != MODEM_CODE_NONE ? modem_code_word (result->code) : "",
                  result->detail != NULL ? result->detail : "", result->answer != NULL ? result->answer : "");
}

static char *
program_path (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *devices = g_path_get_dirname (self);
  return g_canonicalize_filename ("../../../temoin-modem", devices);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  g_autofree char *program = program_path ();
  /* an operator here answers within a second or never, and a process that is alive says so at once */
  const ModemBenchOptions options = {.program = program, .answer_s = 3, .silent_s = 4, .retry_s = 2};
  fixture->cards = g_string_new (NULL);
  fixture->news = g_string_new (NULL);
  fixture->book = dialogue_book_parse ("t", files, strlen (files), &error);
  g_assert_no_error (error);
  fixture->bench = modem_bench_new (&options, on_modem, fixture, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  modem_bench_free (fixture->bench);
  dialogue_book_free (fixture->book);
  g_string_free (fixture->cards, TRUE);
  g_string_free (fixture->news, TRUE);
  g_free (fixture->answer);
  g_free (fixture->date);
  g_free (fixture->iccid);
}

static ModemState
state_at (Fixture *fixture, const char *port)
{
  const Modem *modem = modem_bench_find_port (fixture->bench, port);
  return modem != NULL ? modem->state : MODEM_ABSENT;
}

static const ModemCard *
card_at (Fixture *fixture, const char *port)
{
  return modem_bench_find_port (fixture->bench, port)->card;
}

static void
plug (Fixture *fixture, const char *name, const char *card, const char *port, ModemState state)
{
  if (card != NULL)
    TELL_FLEET ("insert %s %s", name, card);
  TELL_FLEET ("plug %s", name);
  WAIT_FOR (state_at (fixture, port) == state);
}

static void
unplug (Fixture *fixture, const char *name, const char *port)
{
  g_free (ask_fleet ("unplug %s", name)); /* or it is out */
  WAIT_FOR (modem_bench_find_port (fixture->bench, port) == NULL);
  g_free (ask_fleet ("eject %s", name)); /* or it is empty */
}

/* A word of the state that the fleet tells of a thing. */
static int
fleet_number (const char *name, const char *key)
{
  g_autofree char *answer = ask_fleet ("state %s", name);
  g_autofree char *pattern = g_strdup_printf ("\\b%s=(\\d+)", key);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  if (!g_regex_match (regex, answer, 0, &match))
    g_error ("no %s in: %s", key, answer);
  g_autofree char *value = g_match_info_fetch (match, 1);
  return atoi (value);
}

static ModemOrder
order_for (Fixture *fixture, const char *port, ModemJob job)
{
  const Modem *modem = modem_bench_find_port (fixture->bench, port);
  /* interned: what is borrowed from the bench goes when the loop runs */
  return (ModemOrder){
      .job = job, .port = port, .imei = g_intern_string (modem->imei), .iccid = g_intern_string (modem->card->iccid)};
}

static guint64
begin (Fixture *fixture, const ModemOrder *order)
{
  g_autoptr (GError) error = NULL;
  g_string_truncate (fixture->news, 0);
  fixture->n_results = 0;
  guint64 job = modem_bench_start (fixture->bench, order, on_job, fixture, &error);
  g_assert_no_error (error);
  return job;
}

static void
run (Fixture *fixture, const ModemOrder *order)
{
  begin (fixture, order);
  WAIT_FOR (fixture->n_results == 1);
}

static void
expect (Fixture *fixture, ModemOutcome outcome, ModemCode code)
{
  g_assert_cmpstr (modem_outcome_name (fixture->outcome), ==, modem_outcome_name (outcome));
  g_assert_cmpstr (modem_code_word (fixture->code), ==, modem_code_word (code));
}

static void
refuse (Fixture *fixture, const ModemOrder *order, ModemErrorCode code, const char *word)
{
  g_autoptr (GError) error = NULL;
  fixture->n_results = 0;
  g_assert_cmpint (modem_bench_start (fixture->bench, order, on_job, fixture, &error), ==, 0);
  g_assert_error (error, MODEM_ERROR, (int)code);
  if (word != NULL)
    g_assert_cmpstr (error->message, ==, word);
}

static ModemOrder
talk_order (Fixture *fixture, const char *port, const char *dialogue, const char *code)
{
  ModemOrder order = order_for (fixture, port, MODEM_JOB_DIALOGUE);
  order.dialogue = dialogue_book_find (fixture->book, dialogue);
  order.code = code;
  order.is_signed = TRUE;
  return order;
}

static void
talk (Fixture *fixture, const char *port, const char *dialogue, const char *code)
{
  ModemOrder order = talk_order (fixture, port, dialogue, code);
  run (fixture, &order);
}

/* ---- seeing ---- */

static void
test_reads (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "a", "3-1.1", MODEM_ONLINE);
  const Modem *modem = modem_bench_find_port (fixture->bench, "3-1.1");
  g_assert_cmpstr (modem->imei, ==, IMEI);
  g_assert_cmpstr (modem->card->iccid, ==, ICCID ("01"));
  g_assert_cmpstr (modem->card->imsi, ==, "208010000000001");
  g_assert_cmpstr (modem->card->numbers[0], ==, "+33639980001");
  g_assert_cmpstr (modem->card->network, ==, "20801");
  g_assert_cmpstr (modem->card->registration, ==, "home");
  g_assert_cmpint (modem->card->is_pin_on, ==, 0);
  g_assert_cmpint (modem->card->pin_attempts, ==, 3);
  g_assert_cmpint (modem->card->signal_percent, ==, 67);
  g_assert_true (modem_bench_find_card (fixture->bench, ICCID ("01")) == modem);
  g_assert_null (modem_bench_find_card (fixture->bench, ICCID ("02")));
  ModemOrder order = {.job = MODEM_JOB_IDENTIFY, .port = "3-1.1"};
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  g_assert_cmpstr (fixture->iccid, ==, ICCID ("01"));
  unplug (fixture, "one", "3-1.1");
}

static void
test_layouts (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = {"v3", "pieces"};
  (void)data;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    plug (fixture, names[i], "a", "3-1.1", MODEM_ONLINE);
    g_assert_cmpstr (card_at (fixture, "3-1.1")->iccid, ==, ICCID ("01"));
    g_assert_cmpint (card_at (fixture, "3-1.1")->signal_percent, ==, 67);
    talk (fixture, "3-1.1", "balance", NULL);
    expect (fixture, MODEM_OK, MODEM_CODE_NONE);
    unplug (fixture, names[i], "3-1.1");
  }
}

static void
test_card_forms (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "empty", NULL, "3-1.3", MODEM_SIM_ABSENT);
  TELL_FLEET ("insert empty swapped");
  WAIT_FOR (state_at (fixture, "3-1.3") == MODEM_ONLINE);
  g_assert_cmpstr (card_at (fixture, "3-1.3")->iccid, ==, ICCID ("06"));
  g_assert_cmpstr (card_at (fixture, "3-1.3")->iccid_raw, !=, ICCID ("06"));
  TELL_FLEET ("insert empty private");
  WAIT_FOR (g_strcmp0 (card_at (fixture, "3-1.3")->iccid, ICCID ("14")) == 0 &&
            state_at (fixture, "3-1.3") == MODEM_ONLINE);
  g_assert_true (card_at (fixture, "3-1.3")->is_private);
  g_assert_null (card_at (fixture, "3-1.3")->imsi);
  TELL_FLEET ("insert empty bad");
  WAIT_FOR (state_at (fixture, "3-1.3") == MODEM_SIM_BAD);
  TELL_FLEET ("eject empty");
  WAIT_FOR (state_at (fixture, "3-1.3") == MODEM_SIM_ABSENT);
  unplug (fixture, "empty", "3-1.3");
}

/* Fast swaps: the emulated modem goes from one card to the other without saying "not inserted". */
static void
test_swap (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "a", "3-1.1", MODEM_ONLINE);
  for (int i = 0; i < 3; i++) {
    TELL_FLEET ("insert one b");
    WAIT_FOR (g_strcmp0 (card_at (fixture, "3-1.1")->iccid, ICCID ("02")) == 0);
    TELL_FLEET ("insert one a");
    WAIT_FOR (g_strcmp0 (card_at (fixture, "3-1.1")->iccid, ICCID ("01")) == 0);
  }
  g_assert_cmpstr (fixture->cards->str, ==, "01;02;01;02;01;02;01;");
  unplug (fixture, "one", "3-1.1");
}

/* An order for the old card, given before the swap is known here: temoin-modem itself compares. */
static void
test_wrong_card (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "a", "3-1.1", MODEM_ONLINE);
  ModemOrder order = talk_order (fixture, "3-1.1", "topup", CODE);
  order.iccid = ICCID ("02");
  refuse (fixture, &order, MODEM_ERROR_CARD, NULL);
  order.iccid = ICCID ("01");
  order.imei = "350000000000014";
  refuse (fixture, &order, MODEM_ERROR_IMEI, NULL);
  order.imei = IMEI;
  order.port = "9-9";
  refuse (fixture, &order, MODEM_ERROR_GONE, NULL);
  unplug (fixture, "one", "3-1.1");
}

static void
test_qmi_is_left_alone (Fixture *fixture, gconstpointer data)
{
  (void)data;
  TELL_FLEET ("plug qmi");
  plug (fixture, "one", "a", "3-1.1", MODEM_ONLINE); /* seen later, shown; the other is not */
  g_assert_null (modem_bench_find_port (fixture->bench, "3-1.5"));
  g_assert_cmpint (fleet_number ("qmi", "open"), ==, 0);
  TELL_FLEET ("unplug qmi");
  unplug (fixture, "one", "3-1.1");
}

/* ---- PIN ---- */

static ModemOrder
pin_order (Fixture *fixture, ModemJob job, const char *pin)
{
  ModemOrder order = order_for (fixture, "3-1.2", job);
  order.pin = pin;
  return order;
}

static void
test_pin (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "pins", "pin", "3-1.2", MODEM_PIN_LOCKED);
  g_assert_cmpint (card_at (fixture, "3-1.2")->pin_attempts, ==, 3);
  ModemOrder stored = pin_order (fixture, MODEM_JOB_PIN_ENTER, "9999");
  run (fixture, &stored); /* the stored one is wrong: it was tried once, with three left */
  expect (fixture, MODEM_REFUSED, MODEM_CODE_PIN_WRONG);
  g_assert_cmpint (fixture->attempts, ==, 2);
  WAIT_FOR (card_at (fixture, "3-1.2")->pin_attempts == 2);
  stored.pin = "1234";
  refuse (fixture, &stored, MODEM_ERROR_RIGHT,
          "sim_pin_unconfirmed"); /* never again by itself, not even the right one */
  stored.is_typed = TRUE;
  stored.attempts_seen = 3;
  stored.confirmations = 1;
  refuse (fixture, &stored, MODEM_ERROR_RIGHT, "sim_pin_attempts");
  stored.pin = "12";
  refuse (fixture, &stored, MODEM_ERROR_RIGHT, "sim_pin_format");
  g_assert_cmpint (fleet_number ("pin", "pin_left"), ==, 2);
  stored.pin = "1234";
  stored.attempts_seen = 2;
  run (fixture, &stored);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  WAIT_FOR (state_at (fixture, "3-1.2") == MODEM_ONLINE);
  g_assert_cmpstr (fixture->cards->str, ==, "03;"); /* unlocking is no swap */
  g_assert_cmpint (fleet_number ("pin", "pin_left"), ==, 3);
  g_assert_cmpint (fleet_number ("pin", "pin_wrong"), ==, 1);
  run (fixture, &stored);
  expect (fixture, MODEM_REFUSED, MODEM_CODE_SIM_PIN_OFF);
  unplug (fixture, "pins", "3-1.2");
}

static void
test_pin_changes (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "pins", "pin", "3-1.2", MODEM_PIN_LOCKED);
  ModemOrder order = pin_order (fixture, MODEM_JOB_PIN_ENTER, "1234");
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  WAIT_FOR (state_at (fixture, "3-1.2") == MODEM_ONLINE);
  order.job = MODEM_JOB_PIN_CHANGE;
  order.new_pin = "5678";
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  order.job = MODEM_JOB_PIN_DISABLE;
  order.new_pin = NULL;
  run (fixture, &order); /* the old one */
  expect (fixture, MODEM_REFUSED, MODEM_CODE_PIN_WRONG);
  order.pin = "5678";
  order.is_typed = TRUE;
  order.confirmations = 1;
  order.attempts_seen = 2;
  WAIT_FOR (card_at (fixture, "3-1.2")->pin_attempts == 2);
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  WAIT_FOR (card_at (fixture, "3-1.2")->is_pin_on == 0);
  order.job = MODEM_JOB_PIN_ENABLE;
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  WAIT_FOR (card_at (fixture, "3-1.2")->is_pin_on == 1);
  order.job = MODEM_JOB_PIN_CHANGE;
  order.new_pin = "1234";
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  g_assert_cmpint (fleet_number ("pin", "pin_left"), ==, 3);
  unplug (fixture, "pins", "3-1.2");
}

static void
test_puk (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "empty", "puk", "3-1.3", MODEM_PUK_LOCKED);
  g_assert_cmpint (card_at (fixture, "3-1.3")->puk_attempts, ==, 10);
  ModemOrder order = order_for (fixture, "3-1.3", MODEM_JOB_UNBLOCK);
  order.puk = "12345678";
  order.new_pin = "4321";
  order.attempts_seen = 10;
  refuse (fixture, &order, MODEM_ERROR_RIGHT, "sim_pin_unconfirmed");
  order.is_typed = TRUE;
  order.confirmations = 1;
  refuse (fixture, &order, MODEM_ERROR_RIGHT, "sim_pin_unconfirmed");
  order.confirmations = 2;
  order.puk = "00000000";
  run (fixture, &order);
  expect (fixture, MODEM_REFUSED, MODEM_CODE_PUK_WRONG);
  g_assert_cmpint (fixture->attempts, ==, 9);
  WAIT_FOR (card_at (fixture, "3-1.3")->puk_attempts == 9);
  order.puk = "12345678";
  refuse (fixture, &order, MODEM_ERROR_RIGHT, "sim_pin_attempts");
  order.attempts_seen = 9;
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  WAIT_FOR (state_at (fixture, "3-1.3") == MODEM_ONLINE);
  g_assert_cmpint (fleet_number ("puk", "puk_wrong"), ==, 1);
  unplug (fixture, "empty", "3-1.3");
}

/* What a modem says of the PIN while the card starts is not believed; what it cannot say is unknown, and then a person must confirm. */
static void
test_pin_quirks (Fixture *fixture, gconstpointer data)
{
  static const char *const unknown[] = {"dark", "status"};
  (void)data;
  plug (fixture, "bogus", "pin", "3-1.2", MODEM_PIN_LOCKED);
  g_assert_cmpint (card_at (fixture, "3-1.2")->pin_attempts, ==, 3);
  unplug (fixture, "bogus", "3-1.2");
  plug (fixture, "slow", "a", "3-1.2", MODEM_SIM_BOOT); /* "not inserted" while it starts */
  WAIT_FOR (state_at (fixture, "3-1.2") == MODEM_ONLINE);
  unplug (fixture, "slow", "3-1.2");
  plug (fixture, "pin2", "a", "3-1.2", MODEM_ONLINE); /* "PIN2, unlocked" is an open card */
  g_assert_cmpint (card_at (fixture, "3-1.2")->pin_attempts, ==, MODEM_ATTEMPTS_UNKNOWN);
  unplug (fixture, "pin2", "3-1.2");
  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++) {
    plug (fixture, unknown[i], "unknown", "3-1.2", MODEM_PIN_LOCKED);
    g_assert_cmpint (card_at (fixture, "3-1.2")->pin_attempts, ==, MODEM_ATTEMPTS_UNKNOWN);
    ModemOrder order = pin_order (fixture, MODEM_JOB_PIN_ENTER, "1234");
    refuse (fixture, &order, MODEM_ERROR_RIGHT, "sim_pin_unconfirmed");
    order.is_typed = TRUE;
    order.attempts_seen = MODEM_ATTEMPTS_UNKNOWN;
    order.confirmations = 1;
    run (fixture, &order);
    expect (fixture, MODEM_OK, MODEM_CODE_NONE);
    unplug (fixture, unknown[i], "3-1.2");
  }
  g_assert_cmpint (fleet_number ("unknown", "pin_wrong"), ==, 0);
  g_assert_cmpint (fleet_number ("pin", "pin_left"), ==, 3);
}

/* ---- network ---- */

static void
test_register (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "off", "a", "3-1.4", MODEM_READY);
  ModemOrder order = order_for (fixture, "3-1.4", MODEM_JOB_REGISTER);
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  g_assert_cmpint (state_at (fixture, "3-1.4"), ==, MODEM_ONLINE);
  unplug (fixture, "off", "3-1.4");
  plug (fixture, "hard", "a", "3-1.4", MODEM_READY);
  run (fixture, &order);
  expect (fixture, MODEM_REFUSED, MODEM_CODE_RADIO_LOCKED);
  unplug (fixture, "hard", "3-1.4");
  plug (fixture, "empty", "expired", "3-1.3", MODEM_READY);
  WAIT_FOR (modem_bench_find_port (fixture->bench, "3-1.3")->code == MODEM_CODE_LINE_REFUSED);
  order = order_for (fixture, "3-1.3", MODEM_JOB_REGISTER);
  run (fixture, &order);
  expect (fixture, MODEM_REFUSED, MODEM_CODE_LINE_REFUSED);
  unplug (fixture, "empty", "3-1.3");
}

/* ---- dialogues ---- */

static void
test_balance (Fixture *fixture, gconstpointer data)
{
  static const char *const cards[] = {"a", "wide", "late", "first"};
  (void)data;
  for (gsize i = 0; i < G_N_ELEMENTS (cards); i++) {
    plug (fixture, "empty", cards[i], "3-1.3", MODEM_ONLINE);
    talk (fixture, "3-1.3", "balance", NULL);
    expect (fixture, MODEM_OK, MODEM_CODE_NONE);
    g_assert_cmpint (fixture->cents, ==, 420);
    g_assert_cmpstr (fixture->date, ==, "2026-12-31");
    unplug (fixture, "empty", "3-1.3");
  }
}

static void
test_topup (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "topup", "3-1.1", MODEM_ONLINE);
  ModemOrder order = talk_order (fixture, "3-1.1", "topup", CODE);
  order.is_signed = FALSE;
  refuse (fixture, &order, MODEM_ERROR_RIGHT, "dialogue_unsigned");
  order.is_signed = TRUE;
  order.code = "12#";
  refuse (fixture, &order, MODEM_ERROR_RIGHT, "topup_code_format");
  talk (fixture, "3-1.1", "menu", "32345678901234");
  g_test_message ("%s", fixture->news->str);
  g_assert_nonnull (strstr (fixture->news->str, ">••••••|"));
  g_assert_null (strstr (fixture->news->str, "32345678901234"));
  g_assert_cmpint (fleet_number ("topup", "balance"), ==, 920);
  talk (fixture, "3-1.1", "topup", "32345678901234");
  g_test_message ("%s", fixture->answer);
  g_assert_cmpint (fixture->outcome, !=, MODEM_OK);
  g_assert_cmpint (fleet_number ("topup", "balance"), ==, 920);
  g_assert_cmpint (fleet_number ("topup", "topups"), ==, 1);
  unplug (fixture, "one", "3-1.1");
}

/* A process that has ended and was not waited for yet has no command line. */
static gboolean
is_alive (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/cmdline", pid);
  g_autofree char *line = NULL;
  gsize n = 0;
  return g_file_get_contents (path, &line, &n, NULL) && n > 0;
}

static guint
count_pids (GPid *pid)
{
  guint n = 0;
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", getpid (), getpid ());
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_auto (GStrv) words = g_strsplit (g_strstrip (text), " ", -1);
  for (char **word = words; *word != NULL && **word != '\0'; word++)
    if (is_alive (*word)) {
      *pid = atoi (*word);
      n++;
    }
  return n;
}

/* Our one temoin-modem process. */
static GPid
only_pid (void)
{
  GPid pid = 0;
  WAIT_FOR (count_pids (&pid) == 1);
  return pid;
}

static gboolean
is_waiting_for_ussd (const Fixture *fixture)
{
  return strstr (fixture->news->str, ".ussd|") != NULL;
}

/* The code is consumed and the answer lost, in each way in which that happens: ambiguous, and said once. */
static void
test_ambiguous (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *fault, *code; /* fault NULL: the process is killed, "": somebody stops it */
    ModemCode why;
  } rows[] = {
      {"gone@topup", "12345678901234", MODEM_CODE_GONE},
      {"unplug@topup", "22345678901234", MODEM_CODE_GONE},
      {"", "42345678901234", MODEM_CODE_CANCELLED},
      {NULL, "52345678901234", MODEM_CODE_CRASHED},
      {"fail@topup", "62345678901234", MODEM_CODE_USSD_TIMEOUT},
  };
  (void)data;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    plug (fixture, "one", "lost", "3-1.1", MODEM_ONLINE);
    gboolean is_ours = rows[i].fault == NULL || *rows[i].fault == '\0';
    TELL_FLEET ("fail one %s", is_ours ? "lost@topup" : rows[i].fault);
    ModemOrder order = talk_order (fixture, "3-1.1", "topup", rows[i].code);
    guint64 job = begin (fixture, &order);
    if (is_ours) {
      WAIT_FOR (is_waiting_for_ussd (fixture) && fleet_number ("lost", "topups") == (int)i + 1);
      if (rows[i].fault != NULL)
        modem_bench_cancel (fixture->bench, job);
      else
        kill (only_pid (), SIGKILL);
    }
    WAIT_FOR (fixture->n_results == 1);
    expect (fixture, MODEM_AMBIGUOUS, rows[i].why);
    unplug (fixture, "one", "3-1.1");
    g_assert_cmpint (fixture->n_results, ==, 1);
    g_assert_cmpint (fleet_number ("lost", "topups"), ==, i + 1);
  }
}

/* A step that spends waits until it may go: until then nothing was sent, and it can still be called off. */
static void
test_held (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "lost", "3-1.1", MODEM_ONLINE);
  int topups = fleet_number ("lost", "topups");
  ModemOrder order = talk_order (fixture, "3-1.1", "topup", "32345678901234");
  order.is_held = TRUE;
  guint64 job = begin (fixture, &order);
  WAIT_FOR (strchr (fixture->news->str, '!') != NULL);
  g_assert_null (strchr (fixture->news->str, '>'));
  modem_bench_cancel (fixture->bench, job);
  WAIT_FOR (fixture->n_results == 1);
  expect (fixture, MODEM_NOT_DONE, MODEM_CODE_CANCELLED);
  modem_bench_go (fixture->bench, job); /* it is over: nothing goes */
  g_assert_cmpint (fleet_number ("lost", "topups"), ==, topups);
  order.code = "11111111111119"; /* refused by the operator: the good codes are other tests' */
  job = begin (fixture, &order);
  WAIT_FOR (strchr (fixture->news->str, '!') != NULL);
  modem_bench_go (fixture->bench, job);
  WAIT_FOR (fixture->n_results == 1);
  g_assert_nonnull (strchr (fixture->news->str, '>'));
  g_assert_cmpint (fleet_number ("lost", "topups"), ==, topups);
  g_assert_cmpint (fleet_number ("lost", "wrong_codes"), ==, 1);
  TELL_FLEET ("set lost wrong_codes=0");
  unplug (fixture, "one", "3-1.1");
}

/* The same before anything that spends was sent: nothing is ambiguous. */
static void
test_not_done (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "lost", "3-1.1", MODEM_ONLINE);
  int topups = fleet_number ("lost", "topups");
  kill (only_pid (), SIGSTOP); /* it reads no more */
  ModemOrder order = talk_order (fixture, "3-1.1", "topup", "32345678901234");
  begin (fixture, &order);
  TELL_FLEET ("unplug one");
  WAIT_FOR (fixture->n_results == 1);
  expect (fixture, MODEM_NOT_DONE, MODEM_CODE_GONE);
  unplug (fixture, "one", "3-1.1");
  g_assert_cmpint (fleet_number ("lost", "topups"), ==, topups);
}

/* The card was swapped and nobody here knows yet: temoin-modem itself compares, before the code or the PIN leaves. */
static void
test_swap_before_the_order (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "a", "3-1.1", MODEM_ONLINE);
  GPid pid = only_pid ();
  kill (pid, SIGSTOP);
  TELL_FLEET ("eject one");
  TELL_FLEET ("insert one b");
  TELL_FLEET ("wait one ready=1 10");
  ModemOrder order = talk_order (fixture, "3-1.1", "topup", "32345678901234");
  begin (fixture, &order);
  kill (pid, SIGCONT);
  WAIT_FOR (fixture->n_results == 1);
  expect (fixture, MODEM_REFUSED, MODEM_CODE_SIM_CHANGED);
  g_assert_cmpint (fleet_number ("b", "topups") + fleet_number ("a", "topups"), ==, 0);
  unplug (fixture, "one", "3-1.1");
}

/* Wedged: ended and started again within 30 s, and the bench beside it does not notice. */
static void
test_wedged (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "a", "3-1.1", MODEM_ONLINE);
  GPid pid = only_pid ();
  plug (fixture, "empty", "b", "3-1.3", MODEM_ONLINE);
  gint64 start = g_get_monotonic_time ();
  kill (pid, SIGSTOP);
  talk (fixture, "3-1.3", "balance", NULL);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  WAIT_FOR (state_at (fixture, "3-1.1") == MODEM_FAULTED);
  g_assert_cmpint (modem_bench_find_port (fixture->bench, "3-1.1")->code, ==, MODEM_CODE_CRASHED);
  talk (fixture, "3-1.3", "balance", NULL);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  WAIT_FOR (state_at (fixture, "3-1.1") == MODEM_ONLINE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 30 * G_USEC_PER_SEC);
  unplug (fixture, "one", "3-1.1");
  unplug (fixture, "empty", "3-1.3");
}

static void
test_no_ussd (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *modem, *card;
    ModemCode code;
  } rows[] = {{"one", "none", MODEM_CODE_UNSUPPORTED},
              {"lte", "a", MODEM_CODE_UNSUPPORTED},
              {"one", "timeout", MODEM_CODE_USSD_TIMEOUT},
              {"taken", "a", MODEM_CODE_USSD_BUSY}};
  (void)data;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    plug (fixture, rows[i].modem, rows[i].card, "3-1.1", MODEM_ONLINE);
    talk (fixture, "3-1.1", "balance", NULL);
    expect (fixture, MODEM_REFUSED, rows[i].code);
    if (rows[i].code == MODEM_CODE_USSD_BUSY) { /* the other session was ended: now it is free */
      talk (fixture, "3-1.1", "balance", NULL);
      expect (fixture, MODEM_OK, MODEM_CODE_NONE);
    }
    unplug (fixture, rows[i].modem, "3-1.1");
  }
}

static void
test_sms (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[][2] = {{"one", "a"}, {"one", "shuffled"}, {"l850", "shuffled"}};
  (void)data;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    plug (fixture, rows[i][0], rows[i][1], "3-1.1", MODEM_ONLINE);
    talk (fixture, "3-1.1", "conso", NULL);
    expect (fixture, MODEM_OK, MODEM_CODE_NONE);
    g_assert_cmpint (fixture->mb, ==, 3000);
    g_assert_cmpstr (fixture->date, ==, "2026-11-30");
    g_assert_true (g_str_has_suffix (fixture->answer, "que personne ne lit."));
    unplug (fixture, rows[i][0], "3-1.1");
  }
}

/* A message that costs and gets no answer. */
static void
test_silent_sms (Fixture *fixture, gconstpointer data)
{
  (void)data;
  plug (fixture, "one", "a", "3-1.1", MODEM_ONLINE);
  talk (fixture, "3-1.1", "silent", NULL);
  expect (fixture, MODEM_AMBIGUOUS, MODEM_CODE_SMS_SILENT);
  unplug (fixture, "one", "3-1.1");
}

/* Messages of the borrower are erased by number, never told; a modem without a phonebook says so. */
static void
test_erase (Fixture *fixture, gconstpointer data)
{
  static const char *const modems[] = {"one", "plain"};
  (void)data;
  for (gsize i = 0; i < G_N_ELEMENTS (modems); i++) {
    plug (fixture, modems[i], "private", "3-1.1", MODEM_ONLINE);
    TELL_FLEET ("sms private +33639980099 Bonjour");
    TELL_FLEET ("sms private +33639980099 Bonsoir");
    TELL_FLEET ("set private contacts=4");
    WAIT_FOR (fleet_number ("private", "messages") == 2);
    ModemOrder order = order_for (fixture, "3-1.1", MODEM_JOB_COUNT);
    run (fixture, &order);
    expect (fixture, MODEM_OK, MODEM_CODE_NONE);
    g_assert_cmpint (fixture->n_messages, ==, 2);
    g_assert_cmpint (fixture->n_contacts, ==, i == 0 ? 4 : -1);
    g_assert_cmpuint (fleet_number ("private", "messages"), ==, 2); /* they are only counted */
    order.job = MODEM_JOB_ERASE;
    run (fixture, &order);
    expect (fixture, MODEM_OK, MODEM_CODE_NONE);
    g_assert_cmpint (fixture->n_messages, ==, 2);
    g_assert_cmpint (fixture->n_contacts, ==, i == 0 ? 4 : -1);
    g_assert_cmpstr (fixture->news->str, ==, "");
    run (fixture, &order);
    g_assert_cmpint (fixture->n_messages, ==, 0);
    unplug (fixture, modems[i], "3-1.1");
  }
}

/* ---- many ---- */

static gboolean
are_all_online (Fixture *fixture)
{
  g_autoptr (GPtrArray) list = modem_bench_list (fixture->bench);
  for (guint i = 0; i < list->len; i++)
    if (((const Modem *)g_ptr_array_index (list, i))->state != MODEM_ONLINE)
      return FALSE;
  return list->len == N_MANY;
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  (void)data;
  for (int i = 0; i < N_MANY; i++)
    TELL_FLEET ("plug m%02d", i);
  WAIT_FOR (are_all_online (fixture));
  gint64 start = g_get_monotonic_time ();
  fixture->n_results = 0;
  for (int i = 0; i < N_MANY; i++) {
    g_autofree char *port = g_strdup_printf ("4-%d.%d", 1 + i / 8, 1 + i % 8);
    const ModemOrder order = {.job = MODEM_JOB_IDENTIFY, .port = port};
    g_assert_cmpuint (modem_bench_start (fixture->bench, &order, on_job, fixture, NULL), !=, 0);
  }
  WAIT_FOR (fixture->n_results == N_MANY);
  g_test_message ("%d cards identified in %" G_GINT64_FORMAT " ms", N_MANY, (g_get_monotonic_time () - start) / 1000);
  for (int i = 0; i < N_MANY; i++) {
    g_autofree char *iccid = g_strdup_printf ("89330199000000001%02d", i);
    g_assert_nonnull (modem_bench_find_card (fixture->bench, iccid));
  }
  for (int i = 0; i < N_MANY; i++)
    TELL_FLEET ("unplug m%02d", i);
  g_autoptr (GPtrArray) list = NULL;
  do
    g_clear_pointer (&list, g_ptr_array_unref);
  while ((list = modem_bench_list (fixture->bench))->len > 0 && g_main_context_iteration (NULL, TRUE));
}

/* How often the bytes are in the writable memory of a process. */
static guint
count_in_memory (GPid pid, const char *bytes, gsize n)
{
  g_autofree char *maps_path = g_strdup_printf ("/proc/%d/maps", pid);
  g_autofree char *mem_path = g_strdup_printf ("/proc/%d/mem", pid);
  g_autofree char *maps = NULL;
  guint found = 0;
  g_assert_true (g_file_get_contents (maps_path, &maps, NULL, NULL));
  int fd = open (mem_path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  g_auto (GStrv) lines = g_strsplit (maps, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    guint64 start, end;
    char rights[5];
    if (sscanf (*line, "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %4s", &start, &end, rights) != 3 ||
        rights[1] != 'w')
      continue;
    g_autofree char *copy = g_malloc (end - start);
    gssize size = pread (fd, copy, end - start, (off_t)start);
    for (char *at = copy; size > 0 && (at = memmem (at, copy + size - at, bytes, n)) != NULL; at++)
      found++;
  }
  close (fd);
  return found;
}

/* A PIN that was entered is in the process's memory no more, neither as it came nor as MBIM writes it. */
static void
test_forgets_secrets (Fixture *fixture, gconstpointer data)
{
#ifdef TEMOIN_ASAN
  g_test_skip ("a sanitizer keeps what was freed, on purpose");
  return;
#endif
  static const char wide[] = "7\0003\0009\0001\0005\0000\0004\0006";
  (void)data;
  plug (fixture, "pins", "vault", "3-1.2", MODEM_PIN_LOCKED);
  ModemOrder order = pin_order (fixture, MODEM_JOB_PIN_ENTER, SECRET_PIN);
  run (fixture, &order);
  expect (fixture, MODEM_OK, MODEM_CODE_NONE);
  WAIT_FOR (state_at (fixture, "3-1.2") == MODEM_ONLINE);
  GPid pid = only_pid ();
  g_assert_cmpuint (count_in_memory (pid, "temoin-modem", strlen ("temoin-modem")), >, 0); /* the search finds */
  g_assert_cmpuint (count_in_memory (pid, SECRET_PIN, strlen (SECRET_PIN)), ==, 0);
  g_assert_cmpuint (count_in_memory (pid, wide, sizeof wide), ==, 0);
  unplug (fixture, "pins", "3-1.2");
}

/* After all of it: every wrong PIN on every card is one that a test gave on purpose. */
static void
test_attempts (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *card;
    int pin_wrong, puk_wrong;
  } rows[] = {{"a", 0, 0},       {"b", 0, 0},    {"pin", 2, 0},  {"puk", 0, 1},
              {"unknown", 0, 0}, {"lost", 0, 0}, {"topup", 0, 0}};
  (void)fixture;
  (void)data;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (fleet_number (rows[i].card, "pin_wrong"), ==, rows[i].pin_wrong);
    g_assert_cmpint (fleet_number (rows[i].card, "puk_wrong"), ==, rows[i].puk_wrong);
  }
}

static int
run_tests (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
      {"/devices/modem-bench/reads-modem-and-card", test_reads},
      {"/devices/modem-bench/reads-every-layout", test_layouts},
      {"/devices/modem-bench/cards-in-every-form", test_card_forms},
      {"/devices/modem-bench/a-fast-swap-is-seen", test_swap},
      {"/devices/modem-bench/another-card-or-modem-is-refused", test_wrong_card},
      {"/devices/modem-bench/a-qmi-modem-is-left-alone", test_qmi_is_left_alone},
      {"/devices/modem-bench/a-pin-is-tried-once", test_pin},
      {"/devices/modem-bench/a-pin-is-changed-and-switched", test_pin_changes},
      {"/devices/modem-bench/a-puk-needs-a-person", test_puk},
      {"/devices/modem-bench/quirks-cost-no-attempt", test_pin_quirks},
      {"/devices/modem-bench/registers", test_register},
      {"/devices/modem-bench/balance-in-every-style", test_balance},
      {"/devices/modem-bench/a-code-is-credited-once", test_topup},
      {"/devices/modem-bench/a-lost-answer-is-ambiguous", test_ambiguous},
      {"/devices/modem-bench/what-spends-waits-until-it-may-go", test_held},
      {"/devices/modem-bench/what-was-not-sent-is-not-done", test_not_done},
      {"/devices/modem-bench/a-swap-nobody-saw", test_swap_before_the_order},
      {"/devices/modem-bench/a-wedged-process-costs-its-bench-30-s", test_wedged},
      {"/devices/modem-bench/where-there-is-no-ussd", test_no_ussd},
      {"/devices/modem-bench/an-answer-by-message-in-any-order", test_sms},
      {"/devices/modem-bench/a-message-without-answer", test_silent_sms},
      {"/devices/modem-bench/erases-unread", test_erase},
      {"/devices/modem-bench/forgets-secrets", test_forgets_secrets},
      {"/devices/modem-bench/32-at-once", test_many},
      {"/devices/modem-bench/every-attempt-was-on-purpose", test_attempts},
  };
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) many = g_string_new (NULL);
  for (int i = 0; i < N_MANY; i++)
    g_string_append_printf (many,
                            "[sim s%02d]\niccid=89330199000000001%02d\nimsi=20801000001%04d\noperator=orange\n"
                            "[modem m%02d]\nport=4-%d.%d\nsim=s%02d\nplugged=false\n",
                            i, i, i, i, 1 + i / 8, 1 + i % 8, i);
  g_autofree char *cards_and_modems = g_strjoinv ("", (char **)things);
  g_autofree char *scenario = g_strconcat (operators, cards_and_modems, many->str, NULL);
  return under_fleet (argc, argv, scenario, run_tests);
}
