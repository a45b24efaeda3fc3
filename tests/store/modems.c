/* Acts on modems, what cards and operators said, and the PIN that a card may have taken, as the database keeps them on each engine. */
#include "db/modem_act.h"
#include "db/secret.h"
#include "tests/store/fixture.h"

#define AT 1798800000 /* epoch seconds */

static ModemAct
act_on (const char *port, ModemActKind kind)
{
  return (ModemAct){.kind = kind,
                    .port = (char *)port,
                    .imei = (char *)"350000000000001",
                    .asked_at = AT,
                    .account = (char *)"C0000001",
                    .eur = -1,
                    .mb = -1,
                    .attempts_left = -1};
}

static gboolean
is_open (Store *store, const char *port)
{
  g_autoptr (GPtrArray) open = modem_act_list_open (store, NULL);
  for (guint i = 0; i < open->len; i++)
    if (g_str_equal (((const ModemAct *)g_ptr_array_index (open, i))->port, port))
      return TRUE;
  return FALSE;
}

static void
one_act_at_a_time_on_each_modem (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  ModemAct first = act_on ("3-1.1", MODEM_ACT_IDENTIFY), again = act_on ("3-1.1", MODEM_ACT_IDENTIFY),
           beside = act_on ("3-1.2", MODEM_ACT_IDENTIFY);
  MUST (modem_act_insert (store, &first, &error));
  MUST (modem_act_insert (store, &beside, &error));
  g_assert_cmpint (beside.number, ==, first.number + 1);
  REFUSED (modem_act_insert (store, &again, &error), DB_ERROR_UNIQUE);
  first.state = MODEM_ACT_REFUSED;
  MUST (modem_act_end (store, &first, &error));
  REFUSED (modem_act_end (store, &first, &error), DB_ERROR_STALE); /* it has ended */
  REFUSED (modem_act_set_sent (store, first.number, AT, &error), DB_ERROR_STALE);
  MUST (modem_act_insert (store, &again, &error));
  MUST (modem_act_set_sent (store, again.number, AT, &error));
  REFUSED (modem_act_set_sent (store, again.number, AT, &error), DB_ERROR_STALE);
  g_assert_true (is_open (store, "3-1.1") && is_open (store, "3-1.2"));
}

static void
an_act_keeps_what_came_of_it (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_line (store, "L0000001", "+33639980001");
  ModemAct act = act_on ("3-1.1", MODEM_ACT_BALANCE);
  g_strlcpy (act.line, "L0000001", sizeof act.line);
  MUST (modem_act_insert (store, &act, &error));
  act.state = MODEM_ACT_OK;
  act.eur = 0; /* nothing left is not the same as not said */
  act.answer = (char *)"Solde 0,00 EUR";
  act.until = day_of ("2027-02-03");
  act.messages = 0; /* nor is this */
  act.contacts = -1;
  act.ended_at = AT + 9;
  MUST (modem_act_end (store, &act, &error));
  g_autoptr (ModemAct) kept = modem_act_load (store, act.number, NULL);
  g_assert_cmpint (kept->state, ==, MODEM_ACT_OK);
  g_assert_cmpint (kept->eur, ==, 0);
  g_assert_cmpint (kept->mb, ==, -1);
  g_assert_cmpint (kept->attempts_left, ==, -1);
  g_assert_cmpint (kept->messages, ==, 0);
  g_assert_cmpint (kept->contacts, ==, -1);
  g_assert_cmpstr (kept->answer, ==, "Solde 0,00 EUR");
  g_assert_cmpstr (kept->until.text, ==, "2027-02-03");
  g_assert_cmpint (kept->ended_at, ==, AT + 9);
  REFUSED (modem_act_load (store, 4711, &error), DB_ERROR_NOT_FOUND);
  MUST (line_set_balance (store, "L0000001", 0, -1, AT, &error));
  g_autoptr (Line) line = line_load (store, "L0000001", NULL);
  g_assert_cmpint (line->balance, ==, 0);
  g_assert_cmpint (line->balance_mb, ==, -1);
  REFUSED (line_set_balance (store, "L0000009", 0, -1, AT, &error), DB_ERROR_NOT_FOUND);
}

static void
a_card_says_what_it_said_last (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  add_line (store, "L0000001", "+33639980001");
  Card card = {.code = "S0000001", .iccid = (char *)"8933010000000000001", .line = "L0000001", .created_at = AT};
  MUST (card_insert (store, &card, &error));
  g_autoptr (Card) fresh = card_load (store, "S0000001", NULL);
  g_assert_true (fresh->seen_at == 0 && fresh->pin_on == -1 && fresh->pin_left == -1 && fresh->puk_left == -1);
  fresh->seen_at = AT;
  fresh->pin_on = 0;
  fresh->pin_left = 3;
  MUST (card_set_seen (store, fresh, &error));
  g_autoptr (Card) read = card_load (store, "S0000001", NULL);
  g_assert_true (read->seen_at == AT && read->pin_on == 0 && read->pin_left == 3 && read->puk_left == -1);
}

static void
two_pins_of_a_card_are_two_secrets (void)
{
  g_auto (Place) place;
  place_init (&place);
  g_autoptr (Store) store = open_store (&place);
  g_autoptr (GBytes) box = g_bytes_new_static ("sealed", 6);
  Secret secret = {.kind = SECRET_PIN, .owner = "S0000001", .key_id = (char *)"aaaa", .box = box, .at = AT};
  MUST (secret_put (store, &secret, &error));
  secret.kind = SECRET_PIN_NEXT;
  MUST (secret_put (store, &secret, &error));
  g_autoptr (GPtrArray) others = secret_list_under_others (store, "bbbb", 10, NULL);
  g_assert_cmpuint (others->len, ==, 2); /* both are sealed again by a rotation */
  MUST (secret_delete (store, SECRET_PIN_NEXT, "S0000001", &error));
  MUST (secret_delete (store, SECRET_PIN_NEXT, "S0000001", &error)); /* there is none any more */
  REFUSED (secret_load (store, SECRET_PIN_NEXT, "S0000001", &error), DB_ERROR_NOT_FOUND);
  g_autoptr (Secret) kept = secret_load (store, SECRET_PIN, "S0000001", NULL);
  g_assert_nonnull (kept);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_on_each ("/store/modems/one-act-at-a-time-on-each-modem", one_act_at_a_time_on_each_modem);
  test_on_each ("/store/modems/an-act-keeps-what-came-of-it", an_act_keeps_what_came_of_it);
  test_on_each ("/store/modems/a-card-says-what-it-said-last", a_card_says_what_it_said_last);
  test_on_each ("/store/modems/two-pins-of-a-card-are-two-secrets", two_pins_of_a_card_are_two_secrets);
  return g_test_run ();
}
