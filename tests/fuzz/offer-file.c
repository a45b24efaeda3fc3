/* offer_read on any bytes: an offer whose facts hold together, or a sentence that can be printed. */
#include "daemon/rules/line.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_offer (const Offer *offer)
{
  const Day today = {"2026-11-23"};
  g_assert_true (offer->id != NULL && offer->operator_name != NULL && offer->source != NULL);
  g_assert_cmpint (offer->confidence, !=, CONFIDENCE_NONE);
  for (guint i = 0; i < offer->sales->len; i++) {
    const Sale *sale = &g_array_index (offer->sales, Sale, i);
    const LineClocks clocks = line_clocks_after (offer, sale, &today);
    Day day;
    g_assert_cmpint (sale->price.cents, >, 0);
    g_assert_true (!day_is_set (&clocks.end.day) || day_parse (clocks.end.day.text, &day, NULL));
    g_autofree char *text = span_text (&sale->credit_valid);
    Span again;
    g_assert_true (text == NULL || (span_parse (text, &again) && again.days == sale->credit_valid.days &&
                                    again.months == sale->credit_valid.months));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Offer) offer = offer_read ((const char *)data, size, &error);
  if (offer != NULL) {
    check_offer (offer);
    return 0;
  }
  g_autofree char *sentence = finding_text (rule_error_finding (error), LANGUAGE_FR);
  g_assert_true (g_utf8_validate (sentence, -1, NULL));
  return 0;
}
