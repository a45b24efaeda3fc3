/* The certificate of erasure: its facts, and their drawing on A4 paper, in French with small English beside it. It draws exactly what it is
   given: which facts are stated, and whether they may be, is decided elsewhere (erasure.h). */
#ifndef DAEMON_DOCUMENTS_CERTIFICATE_H
#define DAEMON_DOCUMENTS_CERTIFICATE_H

#include <glib.h>

/* One row of the table of facts. A NULL value is drawn as a dash. */
typedef struct {
  const char *name; /* stable word */
  const char *label_fr, *label_en, *value;
} CertificateField;

/* One line of the story. */
typedef struct {
  gint64 at_ms;            /* epoch milliseconds */
  const char *at;          /* as people read it; NULL: not drawn */
  const char *kind, *note; /* as in the register (db/wipe.h): not drawn */
  const char *fr, *en;     /* the sentence */
} CertificateLine;

/* All strings are borrowed for the time of the call; bytes that are not UTF-8 are drawn as U+FFFD. */
typedef struct {
  const char *title_fr, *title_en, *statement_fr, *statement_en;
  const CertificateField *fields;
  gsize n_fields;
  const CertificateLine *timeline; /* one line per step of the wipe, oldest first */
  gsize n_timeline;
  const CertificateLine *evidence; /* one line per piece of evidence */
  gsize n_evidence;
  const char *digest; /* SHA-256, in hex, of all facts above (erasure.h); not drawn */
  const char *qr;     /* what the QR code says, also written under it; NULL for none */
  const char *footer; /* at the foot of every page; NULL for none */
  gint64 created_at;  /* seconds since 1970 (UTC), written in the PDF so that its bytes can be reproduced */
} Certificate;

/* The certificate as a tagged PDF of as many pages as needed, with places to sign for who erased and who verified.
   Returns its bytes, owned by the caller, or NULL with a LABEL_ERROR: LABEL_ERROR_NO_FONT, LABEL_ERROR_TOO_LONG for a
   QR text too fine to read, LABEL_ERROR_DRAWING. May be called from any thread. */
GBytes *certificate_render (const Certificate *certificate, GError **error);

#endif
