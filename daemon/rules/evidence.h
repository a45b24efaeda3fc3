/* What the story of a wipe says, and what it proves: the words of its notes, the proof scale, and both as sentences. Tables; no I/O. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* Evidence, counted from the wipe's events. */
typedef struct {
  gboolean tradein_says_reset; /* Android 16's trade-in status, read after the return: reset, no lock */
  gboolean
      attestation_holds; /* its security chip signed our challenge: see daemon/devices/attestation.h for what was verified */
  gboolean frp_locked; /* after the reset a former account is asked (Google's lock) */
  gboolean
      harness_returned; /* test harness mode: it came back erased, with a new identity (must be followed by a real reset) */
  gboolean key_accepted;     /* after the reset our key still opened adb */
  gboolean command_accepted; /* the device or the person took the wipe */
  gboolean left_port, returned_same_port, same_serial;
  gboolean key_refused, adb_absent; /* after the return */
  gboolean attested;                /* a named person saw the welcome screen and no account asked */
} WipeEvidence;

/* The first row of the scale that holds (golden: wipe-proof-scale): not_wiped when the key was accepted, whatever else; unknown when it is
 * locked; proven by the trade-in status with its attestation, or by the test harness before a consistent reset; attested (consistent, and a
 * person); consistent; else unknown. */
WipeVerdict wipe_judge_evidence (const WipeEvidence *evidence);
/* A certificate only for these. */
gboolean wipe_verdict_certifies (WipeVerdict verdict);

/* A note of the story is "word: argument" with a word of the table in evidence.c. The word (static), or NULL when it has none of ours; where
 * its argument begins. */
const char *evidence_word (const char *note, const char **argument);
/* A line of kind "state" that is no move: "to know: code|arg|arg", what the gate pointed out. */
#define EVIDENCE_TO_KNOW "to know"
/* Counts one event. Only what the host saw ("usb") and a person said ("human") counts: the words of a device are no evidence. */
void evidence_count (WipeEvidence *evidence, const WipeEvent *event);

/* A line of the story as a sentence; what a device said stays as it is. Caller frees. */
char *wipe_event_text (const WipeEvent *event, Language language);
