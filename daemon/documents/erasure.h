/* Which facts a certificate of erasure states, read from the register (fields of NIST SP 800-88 revision 1, section 4.8, which revision 2
 * does not take back). How it is drawn is certificate.h. It never claims more than the evidence: "Clear" of NIST SP 800-88, not "Purge" (an
 * acknowledged command and a cable cannot show that).
 * Its digest is the SHA-256 of its facts alone, so that the same certificate issued twice has the same one: "NAME=VALUE\n" for each field
 * (an unknown value is empty), then "AT_MS KIND NOTE\n" for each line of the timeline and of the evidence. The QR code says
 * HTTPS://HOST/V/DIGEST/CODE with the first 32 letters of the digest: the last eight letters are the wipe's code, as on a label. */
#pragma once
#include "daemon/documents/certificate.h"
#include "daemon/rules/dates.h"
#include "db/store.h"

/* Who says so. Borrowed for the time of the call. */
typedef struct {
  const char *label_host;   /* of the QR code */
  const char *owner_line;   /* the body that had it erased */
  const Calendar *calendar; /* instants are printed in its zone */
  gint64 now;               /* epoch seconds: when the certificate is issued */
} ErasureIssuer;

typedef struct _Erasure Erasure;
/* code: of a wipe; or of an item: its newest verified wipe. RULE_ERROR: M_WIPE_NOT_FOUND, M_CERTIFICATE_NO_WIPE, M_CERTIFICATE_NONE (its
 * verdict does not certify). Caller frees. */
Erasure *erasure_load (Store *store, const char *code, const ErasureIssuer *issuer, GError **error);
void erasure_free (Erasure *erasure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Erasure, erasure_free)
/* Borrowed: lives as long as the erasure. */
const Certificate *erasure_certificate (const Erasure *erasure);
