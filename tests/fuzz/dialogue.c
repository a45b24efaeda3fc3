/* A dialogue file, then after a zero octet an operator's answer: an error says where, a good file can be walked through to one end. */
#include "daemon/devices/dialogue_run.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
on_say (DialogueStepKind kind, const char *text, const char *masked, gboolean spends, gpointer user)
{
  (void)kind;
  (void)spends;
  (void)user;
  g_assert_true (*text != '\0' && *masked != '\0');
}

static void
on_done (ModemOutcome outcome, ModemCode code, const char *detail, gpointer user)
{
  (void)detail;
  g_assert_true ((outcome == MODEM_OK) == (code == MODEM_CODE_NONE));
  ++*(int *)user;
}

static void
talk (const Dialogue *dialogue, const char *answer)
{
  static const DialogueCarrier carrier = {on_say, on_done};
  int n_done = 0;
  g_autofree char *dry = dialogue_dry_run (dialogue, "1234567890");
  g_assert_true (g_str_has_suffix (dry, "nothing was sent\n"));
  const char *code = dialogue_code_is_good (dialogue, NULL) ? NULL : "1234567890";
  if (dialogue_run_check (dialogue, code, TRUE) != MODEM_CODE_NONE)
    return;
  g_autoptr (DialogueRun) run = dialogue_run_new (dialogue, code, &carrier, &n_done);
  for (guint i = 0; i <= dialogue->steps->len && !dialogue_run_is_over (run); i++) {
    dialogue_run_sent (run);
    dialogue_run_answered (run, answer, TRUE);
  }
  dialogue_run_failed (run, MODEM_CODE_TIMEOUT, NULL);
  g_assert_cmpint (n_done, ==, 1);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *zero = memchr (data, 0, size);
  gsize n = zero != NULL ? (gsize)(zero - data) : size;
  g_autofree char *answer =
      zero != NULL ? g_strndup ((const char *)zero + 1, size - n - 1) : g_strdup ("solde 4,20 EUR");
  g_autoptr (GError) error = NULL;
  g_autoptr (DialogueBook) book = dialogue_book_parse ("f", (const char *)data, n, &error);
  g_assert_true ((book == NULL) == (error != NULL));
  for (guint i = 0; book != NULL && i < dialogue_book_size (book); i++)
    talk (dialogue_book_get (book, i), answer);
  return 0;
}
