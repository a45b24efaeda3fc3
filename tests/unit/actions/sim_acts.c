/* What is asked of cards in modems, and what comes of it, without a modem: who may, which PIN goes, what is sealed, what a start gives up. */
#include "daemon/actions/secret.h"
#include "daemon/actions/sim_act.h"
#include "db/modem_act.h"
#include "db/secret.h"
#include "tests/unit/actions/desk.h"

#define ICCID "8933019000000079197"
#define OTHER "8933109000000158380"
#define IMEI  "350000000000001"
#define PORT  "3-1.1"

typedef struct {
  Desk desk;
  Vault *vault;
  Code sim, line;
  ModemSlot *slot;
  GPtrArray *slots;
  SimBench bench;
} Shop;

static void
destroy_slot (gpointer slot)
{
  modem_slot_free (slot);
}

static void
destroy_order (gpointer order)
{
  sim_order_free (order);
}

static ModemSlot *
slot_of (const char *port, const char *iccid, int pin_left)
{
  ModemSlot *slot = g_new0 (ModemSlot, 1);
  *slot = (ModemSlot){.port = g_strdup (port),
                      .imei = g_strdup (IMEI),
                      .state = "pin_locked",
                      .is_free = TRUE,
                      .iccid = g_strdup (iccid),
                      .pin_on = 1,
                      .pin_left = pin_left,
                      .puk_left = 10,
                      .signal_percent = -1};
  return slot;
}

static void
shop_init (Shop *shop)
{
  desk_init (&shop->desk);
  g_autofree char *key = g_build_filename (shop->desk.dir, "secret.key", NULL);
  shop->vault = vault_open (key);
  g_assert_true (vault_add_key (shop->vault, NULL));
  shop->desk.context.vault = shop->vault;
  shop->desk.context.role = ROLE_TECHNICIAN;
  const SimRequest request = {.iccid = ICCID, .operator_name = "Orange", .offer = "Mobicarte", .pin = "1357"};
  DESK_DO (&shop->desk, sim_add, &request);
  g_assert_no_error (shop->desk.error);
  g_strlcpy (shop->sim, desk_code (&shop->desk, 0), sizeof (Code));
  g_strlcpy (shop->line, desk_code (&shop->desk, 1), sizeof (Code));
  shop->slots = g_ptr_array_new_with_free_func (destroy_slot);
  shop->slot = slot_of (PORT, ICCID, 3);
  g_ptr_array_add (shop->slots, shop->slot);
  shop->bench = (SimBench){.slots = shop->slots, .orders = g_ptr_array_new_with_free_func (destroy_order)};
}

static void
shop_clear (Shop *shop)
{
  g_ptr_array_unref (shop->bench.orders);
  g_ptr_array_unref (shop->slots);
  vault_free (shop->vault);
  desk_clear (&shop->desk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shop, shop_clear)

static gboolean
ask_pin (Shop *shop, const PinRequest *request)
{
  return DESK_DO (&shop->desk, sim_pin, request, &shop->bench);
}

static const SimOrder *
last_order (const Shop *shop)
{
  g_assert_cmpuint (shop->bench.orders->len, >, 0);
  return g_ptr_array_index (shop->bench.orders, shop->bench.orders->len - 1);
}

/* The modem's word, written as modems.c does. */
static void
end (Shop *shop, const SimOrder *order, ModemOutcome outcome, ModemCode code, const char *iccid)
{
  g_autoptr (SimResult) result = sim_result_failed (outcome, code);
  g_autoptr (GPtrArray) touched = g_ptr_array_new_with_free_func (g_free);
  result->iccid = g_strdup (iccid);
  desk_begin (&shop->desk);
  desk_end (&shop->desk,
            sim_act_end (shop->desk.store, &shop->desk.context, order, result, touched, &shop->desk.error));
}

static ModemActState
state_of (Shop *shop, gint64 number)
{
  g_autoptr (ModemAct) act = modem_act_load (shop->desk.store, number, NULL);
  g_assert_nonnull (act);
  return act->state;
}

static void
assert_kept (Shop *shop, SecretKind kind, const char *text)
{
  gboolean has, is_same = TRUE;
  g_assert_true (secret_has (shop->desk.store, kind, shop->sim, &has, NULL));
  g_assert_cmpint (has, ==, text != NULL);
  if (text != NULL)
    g_assert_true (secret_is (shop->desk.store, &shop->desk.context, kind, shop->sim, text, &is_same, NULL));
  g_assert_true (is_same);
}

static void
who_may_do_what (void)
{
  g_auto (Shop) shop = {0};
  static const char *const acts[] = {"change", "enable", "disable", "unblock"};
  shop_init (&shop);
  shop.desk.context.role = ROLE_AGENT;
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++) {
    const PinRequest request = {
        .sim = shop.sim, .act = acts[i], .pin = "1357", .new_pin = "2468", .puk = "12345678", .sure = TRUE};
    g_assert_false (ask_pin (&shop, &request));
    desk_assert_refused (&shop.desk, M_FORBIDDEN_ROLE);
  }
  const PinRequest enter = {.sim = shop.sim, .act = "enter"}, unknown = {.sim = shop.sim, .act = "guess"};
  g_assert_false (ask_pin (&shop, &unknown));
  desk_assert_refused (&shop.desk, M_WORD_UNKNOWN);
  g_assert_true (ask_pin (&shop, &enter));
  g_assert_cmpstr (last_order (&shop)->pin, ==, "1357");
  g_assert_false (last_order (&shop)->is_typed);
  g_assert_false (ask_pin (&shop, &enter)); /* that modem has one under way */
  desk_assert_refused (&shop.desk, M_MODEM_BUSY);
  g_assert_cmpuint (shop.bench.orders->len, ==, 1);
}

/* What is left on the card, what is typed and confirmed, and what is then said. */
static void
few_attempts_need_a_person (void)
{
  const gint64 two = 2, unknown = -1;
  const struct {
    int left;
    const char *pin;
    const gint64 *attempts;
    MessageId refused; /* MESSAGES_N: it goes */
  } rows[] = {
      {3, NULL, NULL, MESSAGES_N},           {2, NULL, NULL, M_PIN_TYPE_IT},        {2, NULL, &two, M_PIN_TYPE_IT},
      {2, "1357", NULL, M_PIN_CONFIRM},      {1, "1357", &two, M_SIM_PIN_ATTEMPTS}, {2, "1357", &two, MESSAGES_N},
      {-1, NULL, NULL, M_PIN_TYPE_IT},       {-1, "1357", NULL, M_PIN_CONFIRM},     {-1, "1357", &unknown, MESSAGES_N},
      {0, "1357", &two, M_SIM_PUK_REQUIRED},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (Shop) shop = {0};
    shop_init (&shop);
    shop.slot->pin_left = rows[i].left;
    const PinRequest request = {.sim = shop.sim, .act = "enter", .pin = rows[i].pin, .attempts = rows[i].attempts};
    g_assert_cmpint (ask_pin (&shop, &request), ==, rows[i].refused == MESSAGES_N);
    if (rows[i].refused != MESSAGES_N)
      desk_assert_refused (&shop.desk, rows[i].refused);
    g_assert_cmpuint (shop.bench.orders->len, ==, rows[i].refused == MESSAGES_N);
  }
}

/* How a change may end, and which PINs are kept then. */
static void
a_new_pin_is_kept_until_the_card_tells (void)
{
  static const struct {
    ModemOutcome outcome;
    ModemCode code;
    const char *pin, *next;
  } rows[] = {
      {MODEM_OK, MODEM_CODE_NONE, "2468", NULL},
      {MODEM_REFUSED, MODEM_CODE_PIN_WRONG, "1357", NULL},
      {MODEM_NOT_DONE, MODEM_CODE_GONE, "1357", NULL},
      {MODEM_AMBIGUOUS, MODEM_CODE_TIMEOUT, "1357", "2468"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (Shop) shop = {0};
    shop_init (&shop);
    const PinRequest change = {.sim = shop.sim, .act = "change", .new_pin = "2468"};
    g_assert_true (ask_pin (&shop, &change));
    assert_kept (&shop, SECRET_PIN, "1357");
    assert_kept (&shop, SECRET_PIN_NEXT, "2468"); /* before anything is sent */
    end (&shop, last_order (&shop), rows[i].outcome, rows[i].code, ICCID);
    assert_kept (&shop, SECRET_PIN, rows[i].pin);
    assert_kept (&shop, SECRET_PIN_NEXT, rows[i].next);
  }
}

static void
of_two_pins_a_wrong_one_tells_the_other (void)
{
  static const struct {
    const char *which;
    ModemOutcome outcome;
    ModemCode code;
    const char *pin, *next;
  } rows[] = {
      {"new", MODEM_OK, MODEM_CODE_NONE, "2468", NULL},
      {"new", MODEM_REFUSED, MODEM_CODE_PIN_WRONG, "1357", NULL},
      {"old", MODEM_OK, MODEM_CODE_NONE, "1357", NULL},
      {"old", MODEM_REFUSED, MODEM_CODE_PIN_WRONG, "2468", NULL},
      {"new", MODEM_REFUSED, MODEM_CODE_SIM_CHANGED, "1357", "2468"},
      {"new", MODEM_AMBIGUOUS, MODEM_CODE_GONE, "1357", "2468"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (Shop) shop = {0};
    shop_init (&shop);
    const PinRequest change = {.sim = shop.sim, .act = "change", .new_pin = "2468"},
                     again = {.sim = shop.sim, .act = "enter"},
                     enter = {.sim = shop.sim, .act = "enter", .which = rows[i].which};
    g_assert_true (ask_pin (&shop, &change));
    end (&shop, last_order (&shop), MODEM_AMBIGUOUS, MODEM_CODE_TIMEOUT, ICCID);
    g_assert_false (ask_pin (&shop, &again));
    desk_assert_refused (&shop.desk, M_PIN_UNCERTAIN);
    g_assert_false (ask_pin (&shop, &change));
    desk_assert_refused (&shop.desk, M_PIN_UNCERTAIN);
    g_assert_true (ask_pin (&shop, &enter));
    end (&shop, last_order (&shop), rows[i].outcome, rows[i].code, ICCID);
    assert_kept (&shop, SECRET_PIN, rows[i].pin);
    assert_kept (&shop, SECRET_PIN_NEXT, rows[i].next);
  }
}

static void
a_start_gives_up_what_was_under_way (void)
{
  g_auto (Shop) shop = {0};
  shop_init (&shop);
  const IdentifyRequest all = {.port = NULL};
  g_ptr_array_add (shop.slots, slot_of ("3-1.2", OTHER, 3));
  g_assert_true (DESK_DO (&shop.desk, sim_identify, &all, &shop.bench));
  g_assert_cmpuint (shop.bench.orders->len, ==, 2);
  const SimOrder *read = g_ptr_array_index (shop.bench.orders, 0);
  end (&shop, read, MODEM_OK, MODEM_CODE_NONE, ICCID);
  g_assert_cmpint (state_of (&shop, read->number), ==, MODEM_ACT_OK);
  const PinRequest enter = {.sim = shop.sim, .act = "enter"};
  g_assert_true (ask_pin (&shop, &enter));
  desk_begin (&shop.desk);
  desk_end (&shop.desk, sim_act_give_up (shop.desk.store, &shop.desk.context, &shop.desk.error));
  const SimOrder *other = g_ptr_array_index (shop.bench.orders, 1), *pin = last_order (&shop);
  g_assert_cmpint (state_of (&shop, other->number), ==, MODEM_ACT_NOT_DONE);
  g_assert_cmpint (state_of (&shop, pin->number), ==, MODEM_ACT_AMBIGUOUS); /* it may have been on its way */
  end (&shop, pin, MODEM_OK, MODEM_CODE_NONE, ICCID);                       /* too late: it was given up */
  g_assert_cmpint (state_of (&shop, pin->number), ==, MODEM_ACT_AMBIGUOUS);
}

/* Of a register that was replaced meanwhile: nothing is written there. */
static void
an_act_of_another_register_is_let_go (void)
{
  g_auto (Shop) shop = {0};
  shop_init (&shop);
  const PinRequest enter = {.sim = shop.sim, .act = "enter"};
  g_assert_true (ask_pin (&shop, &enter));
  SimOrder stranger = *last_order (&shop);
  stranger.asked_at--;
  g_autofree char *before = desk_picture (&shop.desk);
  end (&shop, &stranger, MODEM_OK, MODEM_CODE_NONE, ICCID);
  g_assert_cmpint (state_of (&shop, stranger.number), ==, MODEM_ACT_ASKED);
  stranger.number = 4711;
  end (&shop, &stranger, MODEM_OK, MODEM_CODE_NONE, ICCID);
  g_autofree char *after = desk_picture (&shop.desk);
  g_assert_cmpstr (before, ==, after);
}

static void
a_preview_asks_nothing (void)
{
  g_auto (Shop) shop = {0};
  shop_init (&shop);
  g_autofree char *before = desk_picture (&shop.desk);
  const IdentifyRequest all = {.port = NULL}, bound = {.port = PORT, .line = shop.line};
  const PinRequest change = {.sim = shop.sim, .act = "change", .new_pin = "2468"};
  shop.desk.context.is_preview = TRUE;
  g_assert_true (DESK_DO (&shop.desk, sim_identify, &all, &shop.bench));
  g_assert_true (DESK_DO (&shop.desk, sim_identify, &bound, &shop.bench));
  g_assert_true (ask_pin (&shop, &change));
  g_assert_cmpuint (shop.bench.orders->len, ==, 0);
  assert_kept (&shop, SECRET_PIN_NEXT, NULL);
  g_autofree char *after = desk_picture (&shop.desk);
  g_assert_cmpstr (before, ==, after);
}

/* A card that nobody could read is given to no line, and one that was swapped neither. */
static void
only_the_card_that_was_meant_is_bound (void)
{
  static const char *const read[] = {NULL, ICCID};
  for (gsize i = 0; i < G_N_ELEMENTS (read); i++) {
    g_auto (Shop) shop = {0};
    shop_init (&shop);
    g_ptr_array_set_size (shop.slots, 0);
    g_ptr_array_add (shop.slots, slot_of (PORT, OTHER, 3));
    const IdentifyRequest bound = {.port = PORT, .line = shop.line};
    g_assert_true (DESK_DO (&shop.desk, sim_identify, &bound, &shop.bench));
    const SimOrder *order = last_order (&shop);
    end (&shop, order, MODEM_OK, MODEM_CODE_NONE, read[i]);
    g_assert_cmpint (state_of (&shop, order->number), ==, MODEM_ACT_REFUSED);
    g_autoptr (Card) card = card_of_line (shop.desk.store, shop.line, NULL);
    g_assert_cmpstr (card->iccid, ==, ICCID);
    g_assert_true (DESK_DO (&shop.desk, sim_identify, &bound, &shop.bench));
    end (&shop, last_order (&shop), MODEM_OK, MODEM_CODE_NONE, OTHER); /* the one that was meant */
    g_autoptr (Card) newer = card_of_line (shop.desk.store, shop.line, NULL);
    g_assert_cmpstr (newer->iccid, ==, OTHER);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/sim-acts/who-may-do-what", who_may_do_what);
  g_test_add_func ("/actions/sim-acts/few-attempts-need-a-person", few_attempts_need_a_person);
  g_test_add_func ("/actions/sim-acts/a-new-pin-is-kept-until-the-card-tells", a_new_pin_is_kept_until_the_card_tells);
  g_test_add_func ("/actions/sim-acts/of-two-pins-a-wrong-one-tells-the-other",
                   of_two_pins_a_wrong_one_tells_the_other);
  g_test_add_func ("/actions/sim-acts/a-start-gives-up-what-was-under-way", a_start_gives_up_what_was_under_way);
  g_test_add_func ("/actions/sim-acts/an-act-of-another-register-is-let-go", an_act_of_another_register_is_let_go);
  g_test_add_func ("/actions/sim-acts/a-preview-asks-nothing", a_preview_asks_nothing);
  g_test_add_func ("/actions/sim-acts/only-the-card-that-was-meant-is-bound", only_the_card_that_was_meant_is_bound);
  return g_test_run ();
}
