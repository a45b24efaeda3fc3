/* The proof scale over every combination of evidence, and the words of a wipe's story. */
#include "daemon/rules/evidence.h"
#include "golden.h"
#include <string.h>

#define FIELD(name)                                                                                                    \
  {                                                                                                                    \
#name, G_STRUCT_OFFSET(WipeEvidence, name)                                                                         \
  }
static const struct {
  const char *name;
  gsize offset;
} fields[] = {
    FIELD (tradein_says_reset), FIELD (attestation_holds), FIELD (frp_locked), FIELD (harness_returned),
    FIELD (key_accepted),       FIELD (command_accepted),  FIELD (left_port),  FIELD (returned_same_port),
    FIELD (same_serial),        FIELD (key_refused),       FIELD (adb_absent), FIELD (attested),
};
#define COMBINATIONS (1u << G_N_ELEMENTS (fields))
G_STATIC_ASSERT (sizeof (WipeEvidence) ==
                 G_N_ELEMENTS (fields) * sizeof (gboolean)); /* a new field wants a row above */

static WipeEvidence
evidence_of (guint bits)
{
  WipeEvidence evidence = {0};
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    G_STRUCT_MEMBER (gboolean, &evidence, fields[i].offset) = bits >> i & 1;
  return evidence;
}

static WipeVerdict
judge (guint bits)
{
  WipeEvidence evidence = evidence_of (bits);
  return wipe_judge_evidence (&evidence);
}

/* The whole story was seen, and every part of it says "wiped". */
static gboolean
is_consistent (const WipeEvidence *seen)
{
  return seen->command_accepted && seen->left_port && seen->returned_same_port && seen->same_serial &&
         (seen->key_refused || seen->adb_absent);
}

/* What must hold whatever the scale says. */
static void
check_verdict (const WipeEvidence *seen, WipeVerdict verdict)
{
  gboolean chip_signed = seen->tradein_says_reset && seen->attestation_holds;
  g_assert_true ((verdict == VERDICT_NOT_WIPED) == seen->key_accepted);
  g_assert_true ((verdict != VERDICT_CONSISTENT && verdict != VERDICT_ATTESTED) || is_consistent (seen));
  g_assert_true (verdict != VERDICT_ATTESTED || seen->attested);
  g_assert_true (verdict != VERDICT_PROVEN || (seen->same_serial && seen->returned_same_port));
  g_assert_true (verdict != VERDICT_PROVEN || chip_signed || seen->harness_returned);
  if (seen->frp_locked) /* whatever else was seen: nobody can use it, so nobody certifies it */
    g_assert_false (wipe_verdict_certifies (verdict));
}

/* All 4096 combinations. The golden file lists, for each verdict, the least that leads to it: take one away and it is another. */
static void
test_scale_by_brute_force (void)
{
  g_autoptr (GString) printed = g_string_new ("# verdict: the least evidence that leads to it\n");
  for (WipeVerdict verdict = 0; verdict < WIPE_VERDICTS_N; verdict++)
    for (guint bits = 0; bits < COMBINATIONS; bits++) {
      gboolean is_least = judge (bits) == verdict;
      for (gsize i = 0; is_least && i < G_N_ELEMENTS (fields); i++)
        is_least = !(bits >> i & 1) || judge (bits & ~(1u << i)) != verdict;
      if (!is_least)
        continue;
      g_string_append_printf (printed, "%s:", wipe_verdict_name (verdict));
      for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
        if (bits >> i & 1)
          g_string_append_printf (printed, " %s", fields[i].name);
      g_string_append_c (printed, '\n');
    }
  golden_check ("wipe-proof-scale", printed->str);
  for (guint bits = 0; bits < COMBINATIONS; bits++) {
    WipeEvidence seen = evidence_of (bits);
    check_verdict (&seen, judge (bits));
  }
}

static void
test_only_proven_and_attested_certify (void)
{
  for (WipeVerdict verdict = 0; verdict < WIPE_VERDICTS_N; verdict++)
    g_assert_true (wipe_verdict_certifies (verdict) == (verdict == VERDICT_PROVEN || verdict == VERDICT_ATTESTED));
}

static void
test_an_acknowledged_command_proves_nothing (void)
{
  const WipeEvidence said_yes = {.command_accepted = TRUE, .attested = TRUE};
  g_assert_cmpint (wipe_judge_evidence (&said_yes), ==, VERDICT_UNKNOWN);
}

static void
test_the_words_of_a_device_do_not_count (void)
{
  static const char *const kinds[] = {"said", "answered", "state"};
  WipeEvidence evidence = {0}, nothing = {0};
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    const WipeEvent event = {.kind = (char *)kinds[i], .text = (char *)"trade-in-reset: x"};
    evidence_count (&evidence, &event);
  }
  g_assert_cmpmem (&evidence, sizeof evidence, &nothing, sizeof nothing);
  const WipeEvent seen = {.kind = (char *)"usb", .text = (char *)"trade-in-reset: x"};
  evidence_count (&evidence, &seen);
  g_assert_true (evidence.tradein_says_reset);
}

static void
assert_text (const char *kind, const char *note, const char *french, const char *english)
{
  const WipeEvent event = {.kind = (char *)kind, .text = (char *)note};
  g_autofree char *fr = wipe_event_text (&event, LANGUAGE_FR);
  g_autofree char *en = wipe_event_text (&event, LANGUAGE_EN);
  g_assert_cmpstr (fr, ==, french);
  g_assert_cmpstr (en, ==, english);
}

static void
test_the_story_is_read_in_two_languages (void)
{
  assert_text ("usb", "left-port: 1-1.2", "La tablette a quitté le port 1-1.2", "The tablet left port 1-1.2");
  assert_text ("usb", "face: plain", "Elle se montre sur le port, en mode ordinaire",
               "It shows on the port, in mode ordinary");
  assert_text ("state", "seen -> identified: serial_matches", "appareil reconnu", "device recognised");
  assert_text ("answered", "Success", "Success", "Success");
  assert_text ("state", "nonsense", "nonsense", "nonsense");
}

/* The words of daemon/devices/attestation.c: a new one there wants a sentence here. */
static void
test_the_words_of_an_attestation_are_read_in_two_languages (void)
{
  static const char *const words[] = {
      "trusted_environment", "strongbox",    "chain_signatures", "challenge",       "boot_state",
      "chip_serial",         "root_pinned",  "root_not_pinned",  "revocation",      "dates",
      "chain_unreadable",    "chain_broken", "no_extension",     "extension_twice", "extension_unreadable",
      "challenge_differs",   "not_hardware", "no_boot_state",    "boot_unverified", "serial_differs",
      "root_differs"};
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autofree char *note = g_strconcat ("not-verified: ", words[i], NULL);
    const WipeEvent event = {.kind = (char *)"usb", .text = note};
    g_autofree char *fr = wipe_event_text (&event, LANGUAGE_FR);
    g_autofree char *en = wipe_event_text (&event, LANGUAGE_EN);
    g_assert_null (strchr (en, '_'));
    g_assert_cmpstr (fr, !=, en);
    g_assert_false (g_str_has_suffix (fr, words[i]));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/evidence/scale-by-brute-force", test_scale_by_brute_force);
  g_test_add_func ("/rules/evidence/only-proven-and-attested-certify", test_only_proven_and_attested_certify);
  g_test_add_func ("/rules/evidence/an-acknowledged-command-proves-nothing",
                   test_an_acknowledged_command_proves_nothing);
  g_test_add_func ("/rules/evidence/the-words-of-a-device-do-not-count", test_the_words_of_a_device_do_not_count);
  g_test_add_func ("/rules/evidence/the-story-is-read-in-two-languages", test_the_story_is_read_in_two_languages);
  g_test_add_func ("/rules/evidence/the-words-of-an-attestation-are-read-in-two-languages",
                   test_the_words_of_an_attestation_are_read_in_two_languages);
  return g_test_run ();
}
