/* Which facts a certificate of erasure states, read from the register. How it is drawn is certificate.h. It never claims more than the
 * evidence: "Clear" of NIST SP 800-88, not "Purge" (an acknowledged command and a cable cannot show that). */
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
