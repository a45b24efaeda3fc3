#include "daemon/documents/erasure.h"
#include "daemon/rules/code.h"
#include "daemon/rules/evidence.h"
#include "daemon/rules/item.h"
#include "db/account.h"
#include "db/challenge.h"
#include "db/item.h"
#include "db/journal.h"
#include "db/wipe.h"
#include <string.h>

#define TOOL           "Témoin temoind " TEMOIN_VERSION
#define DIGEST_LETTERS 32 /* in the QR code: 128 bits */

/* What the register knows of one erasure. */
typedef struct {
  Wipe *wipe;
  Item *item;
  Account *asked_by, *attested_by; /* NULL when not known as an account */
  JournalLine *journal;            /* the newest line about the wipe, or NULL */
  GPtrArray *events;               /* WipeEvent */
  WipeEvidence evidence;           /* counted from them */
  Challenge *challenge;            /* that was answered, or NULL */
  const ErasureIssuer *issuer;     /* during erasure_load */
} Source;

struct _Erasure {
  Certificate certificate;
  GArray *fields;   /* CertificateField */
  GArray *timeline; /* CertificateLine */
  GArray *evidence;
  GPtrArray *texts; /* all that the certificate points to */
};

void
erasure_free (Erasure *erasure)
{
  if (erasure == NULL)
    return;
  g_array_unref (erasure->fields);
  g_array_unref (erasure->timeline);
  g_array_unref (erasure->evidence);
  g_ptr_array_unref (erasure->texts);
  g_free (erasure);
}

const Certificate *
erasure_certificate (const Erasure *erasure)
{
  return &erasure->certificate;
}

static void
source_clear (Source *source)
{
  wipe_free (source->wipe);
  item_free (source->item);
  account_free (source->asked_by);
  account_free (source->attested_by);
  journal_line_free (source->journal);
  challenge_free (source->challenge);
  g_clear_pointer (&source->events, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

/* ---- the values, one a row of the table below; NULL: not known. The caller frees ---- */

/* Of the lines "name=value" that were read of the tablet before its wipe. */
static char *
fact (const Source *source, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (source->wipe->facts != NULL ? source->wipe->facts : "", "\n", -1);
  gsize length = strlen (name);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], name, length) == 0 && lines[i][length] == '=')
      return g_strdup (lines[i] + length + 1);
  return NULL;
}

static char *
instant (const Source *source, gint64 epoch_s, const char *format)
{
  g_autoptr (GDateTime) utc = epoch_s > 0 ? g_date_time_new_from_unix_utc (epoch_s) : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, source->issuer->calendar->zone) : NULL;
  return local != NULL ? g_date_time_format (local, format) : NULL;
}

static char *
value_maker (const Source *source)
{
  return fact (source, "maker");
}

static char *
value_model (const Source *source)
{
  char *read = fact (source, "model");
  return read != NULL ? read : g_strdup (source->item->model);
}

static char *
value_serial (const Source *source)
{
  return g_strdup (source->wipe->serial != NULL ? source->wipe->serial : source->item->serial);
}

static char *
value_imei (const Source *source)
{
  return g_strdup (source->item->imei);
}

static char *
value_inventory (const Source *source)
{
  return g_strdup (source->item->inventory_no);
}

static char *
value_code (const Source *source)
{
  return code_display (source->item->code);
}

static char *
value_media (const Source *source)
{
  g_autofree char *encryption = fact (source, "encryption");
  return encryption != NULL ? g_strdup_printf ("Flash, Android ; chiffrement / encryption: %s", encryption)
                            : g_strdup ("Flash, Android ; chiffrement non lu / encryption not read");
}

static char *
value_media_source (const Source *source)
{
  (void)source;
  return g_strdup ("Mémoire interne de l'appareil / internal memory of the device");
}

static char *
value_destination (const Source *source)
{
  (void)source;
  return g_strdup ("Reste au parc de l'organisme, pour un nouveau prêt / stays in the fleet, for another loan");
}

static char *
value_android (const Source *source)
{
  g_autofree char *version = fact (source, "android");
  g_autofree char *patch = fact (source, "security_patch");
  return version != NULL ? g_strdup_printf ("Android %s, %s", version, patch != NULL ? patch : "-") : NULL;
}

static char *
value_fingerprint (const Source *source)
{
  return fact (source, "fingerprint");
}

static char *
value_accounts (const Source *source)
{
  g_autofree char *google = fact (source, "google_accounts");
  g_autofree char *other = fact (source, "other_accounts");
  return google != NULL ? g_strdup_printf ("Google : %s ; autres / other: %s", google, other != NULL ? other : "-")
                        : g_strdup ("non lus / not read");
}

static char *
value_method (const Source *source)
{
  g_autofree char *encryption = fact (source, "encryption");
  gboolean is_plain = g_strcmp0 (encryption, "none") == 0;
  return g_strdup (is_plain ? "Remise à l'état d'usine / factory reset"
                            : "Remise à l'état d'usine ; effacement cryptographique attendu / "
                              "factory reset; cryptographic erase expected");
}

/* Never more: an acknowledged command and a cable show no "Purge". */
static char *
value_sanitization (const Source *source)
{
  (void)source;
  return g_strdup ("NIST SP 800-88 : Clear");
}

/* After the reset: who says that no former account is asked. */
static char *
value_lock (const Source *source)
{
  if (source->evidence.tradein_says_reset)
    return g_strdup ("aucun, dit par l'appareil / none, said by the device");
  return g_strdup (source->evidence.attested ? "aucun, vu par une personne / none, seen by a person"
                                             : "non lu / not read");
}

/* What the security chip signed. The challenge and the fingerprint of its certificates name it for good. */
static char *
value_chip (const Source *source)
{
  if (source->challenge == NULL)
    return NULL;
  g_autofree char *chain = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, source->challenge->chain);
  return g_strdup_printf ("%s ; défi / challenge %s ; certificats / certificates SHA-256 %s",
                          source->evidence.attestation_holds ? "signature valable / signature holds"
                                                             : "signature sans valeur / signature proves nothing",
                          source->challenge->challenge, chain);
}

static char *
value_strategy (const Source *source)
{
  return g_strdup (source->wipe->strategy);
}

static char *
value_tool (const Source *source)
{
  return g_strdup (source->wipe->tool != NULL ? source->wipe->tool : TOOL);
}

static char *
value_port (const Source *source)
{
  return g_strdup (source->wipe->proven_port != NULL ? source->wipe->proven_port : source->wipe->port);
}

static char *
value_verification (const Source *source)
{
  static const char *const methods[] = {
      [VERDICT_NONE] = NULL,
      [VERDICT_PROVEN] =
          "Suivi par le câble, et prouvé par l'appareil remis à zéro / followed over the cable, and proven by "
          "the reset device",
      [VERDICT_CONSISTENT] = NULL, /* no certificate */
      [VERDICT_ATTESTED] =
          "Suivi par le câble, puis une personne nommée a vu l'écran d'accueil, sans ancien compte / followed "
          "over the cable, then a named person saw the welcome screen and no former account",
      [VERDICT_NOT_WIPED] = NULL,
      [VERDICT_UNKNOWN] = NULL,
  };
  return g_strdup (methods[source->wipe->verdict]);
}

static char *
value_verdict (const Source *source)
{
  return g_strdup_printf ("%s / %s", wipe_verdict_text (source->wipe->verdict, LANGUAGE_FR),
                          wipe_verdict_text (source->wipe->verdict, LANGUAGE_EN));
}

static char *
value_started (const Source *source)
{
  return instant (source, source->wipe->started_at, "%d/%m/%Y %H:%M:%S %z");
}

static char *
value_ended (const Source *source)
{
  return instant (source, source->wipe->ended_at, "%d/%m/%Y %H:%M:%S %z");
}

/* Who, of which body; either may be unknown. */
static char *
signatory (const Source *source, const char *who, const char *separator)
{
  const char *body = source->issuer->owner_line;
  gboolean has_body = body != NULL && body[0] != '\0';
  return g_strjoin (separator, who != NULL ? who : "-", has_body ? body : NULL, NULL);
}

static char *
value_sanitizer (const Source *source)
{
  return signatory (source, source->asked_by != NULL ? source->asked_by->name : source->wipe->asked_by, ", ");
}

static char *
value_verifier (const Source *source)
{
  const char *who = source->attested_by != NULL ? source->attested_by->name : source->wipe->attested_by;
  return who != NULL ? signatory (source, who, ", ") : value_tool (source);
}

static char *
value_attestation (const Source *source)
{
  return g_strdup (source->wipe->attestation);
}

static char *
value_journal (const Source *source)
{
  const JournalLine *line = source->journal;
  return line != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT ", SHA-256 %s", line->seq, line->hash) : NULL;
}

static char *
value_location (const Source *source)
{
  const char *body = source->issuer->owner_line;
  return body != NULL && body[0] != '\0' ? g_strdup (body) : NULL;
}

static const struct {
  const char *name, *fr, *en;
  char *(*value) (const Source *source);
} rows[] = {
    {"manufacturer", "Fabricant", "Manufacturer", value_maker},
    {"model", "Modèle", "Model", value_model},
    {"serial", "Numéro de série", "Serial number", value_serial},
    {"imei", "IMEI", "IMEI", value_imei},
    {"property_number", "Numéro d'inventaire", "Property number", value_inventory},
    {"item", "Code", "Code", value_code},
    {"media_type", "Support", "Media type", value_media},
    {"media_source", "Origine du support", "Media source", value_media_source},
    {"system_before", "Système avant effacement", "System before", value_android},
    {"fingerprint", "Empreinte du système", "Build fingerprint", value_fingerprint},
    {"accounts_before", "Comptes présents avant", "Accounts before", value_accounts},
    {"sanitization", "Niveau d'effacement", "Sanitization description", value_sanitization},
    {"method", "Méthode", "Method", value_method},
    {"strategy", "Procédé", "Strategy", value_strategy},
    {"tool", "Outil", "Tool", value_tool},
    {"port", "Port USB", "USB port", value_port},
    {"started", "Commande envoyée le", "Command sent", value_started},
    {"ended", "Terminé le", "Ended", value_ended},
    {"verification", "Vérification", "Verification method", value_verification},
    {"verdict", "Verdict", "Verdict", value_verdict},
    {"lock_after", "Verrou Google après", "Google lock after", value_lock},
    {"chip", "Puce de sécurité", "Security chip", value_chip},
    {"sanitizer", "Effacé par", "Sanitizer", value_sanitizer},
    {"verifier", "Vérifié par", "Verifier", value_verifier},
    {"location", "Lieu et contact", "Location and contact", value_location},
    {"attestation", "Ce qui a été vu", "What was seen", value_attestation},
    {"destination", "Destination", "Destination", value_destination},
    {"journal", "Ligne du journal", "Journal line", value_journal},
};

/* ---- reading ---- */

/* NULL without error for a name that is no account any more. */
static gboolean
load_account (Store *store, const char *code, Account **account, GError **error)
{
  g_autoptr (GError) failed = NULL;
  *account = code != NULL ? account_load (store, code, &failed) : NULL;
  if (failed == NULL || g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
is_known_item (Store *store, const char *code, GError **error)
{
  g_autoptr (GError) failed = NULL;
  Item *item = item_load (store, code, &failed);
  gboolean is_known = item != NULL;
  item_free (item);
  if (g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
    rule_error_set (error, M_ITEM_NOT_FOUND, code, NULL);
  else if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return is_known;
}

static Wipe *
load_wipe (Store *store, const char *code, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gboolean is_item = code[0] == 'T';
  if (is_item && !is_known_item (store, code, error))
    return NULL;
  Wipe *wipe = is_item ? wipe_last_verified (store, code, &failed) : wipe_load (store, code, &failed);
  if (wipe != NULL)
    return wipe;
  if (failed == NULL)
    rule_error_set (error, M_CERTIFICATE_NO_WIPE, code, NULL);
  else if (g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
    rule_error_set (error, M_WIPE_NOT_FOUND, code, NULL);
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return NULL;
}

static gboolean
load_journal (Store *store, Source *source, GError **error)
{
  g_autoptr (GPtrArray) lines = journal_list_of (store, source->wipe->code, 1, error);
  if (lines == NULL)
    return FALSE;
  source->journal = lines->len > 0 ? g_ptr_array_steal_index (lines, 0) : NULL;
  return TRUE;
}

static gboolean
load_story (Store *store, Source *source, GError **error)
{
  g_autoptr (GError) failed = NULL;
  source->events = wipe_event_list (store, source->wipe->code, 0, error);
  if (source->events == NULL)
    return FALSE;
  for (guint i = 0; i < source->events->len; i++)
    evidence_count (&source->evidence, g_ptr_array_index (source->events, i));
  source->challenge = challenge_last_answered (store, source->wipe->code, &failed);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
source_load (Store *store, const char *code, Source *source, GError **error)
{
  source->wipe = load_wipe (store, code, error);
  if (source->wipe == NULL)
    return FALSE;
  if (!wipe_verdict_certifies (source->wipe->verdict)) {
    rule_error_set (error, M_CERTIFICATE_NONE, source->wipe->code, wipe_verdict_name (source->wipe->verdict), NULL);
    return FALSE;
  }
  source->item = item_load (store, source->wipe->item, error);
  return source->item != NULL && load_story (store, source, error) &&
         load_account (store, source->wipe->asked_by, &source->asked_by, error) &&
         load_account (store, source->wipe->attested_by, &source->attested_by, error) &&
         load_journal (store, source, error);
}

/* ---- filling ---- */

/* Keeps the text (taken). Borrowed. */
static const char *
keep (Erasure *erasure, char *text)
{
  if (text != NULL)
    g_ptr_array_add (erasure->texts, text);
  return text;
}

static void
fill_fields (Erasure *erasure, const Source *source)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const CertificateField field = {rows[i].name, rows[i].fr, rows[i].en, keep (erasure, rows[i].value (source))};
    g_array_append_val (erasure->fields, field);
  }
}

/* Changes of state are the timeline; what was said, answered and seen is the evidence. */
static void
fill_story (Erasure *erasure, const Source *source)
{
  for (guint i = 0; i < source->events->len; i++) {
    const WipeEvent *event = g_ptr_array_index (source->events, i);
    const CertificateLine line = {.at_ms = event->at_ms,
                                  .at = keep (erasure, instant (source, event->at_ms / 1000, "%d/%m/%Y %H:%M:%S")),
                                  .kind = keep (erasure, g_strdup (event->kind)),
                                  .note = keep (erasure, g_strdup (event->text)),
                                  .fr = keep (erasure, wipe_event_text (event, LANGUAGE_FR)),
                                  .en = keep (erasure, wipe_event_text (event, LANGUAGE_EN))};
    g_array_append_val (g_str_equal (event->kind, "state") ? erasure->timeline : erasure->evidence, line);
  }
}

static void
add_lines (GString *facts, const GArray *lines)
{
  for (guint i = 0; i < lines->len; i++) {
    const CertificateLine *line = &g_array_index (lines, CertificateLine, i);
    g_string_append_printf (facts, "%" G_GINT64_FORMAT " %s %s\n", line->at_ms, line->kind, line->note);
  }
}

/* As erasure.h says. Caller frees. */
static char *
digest_of (const Erasure *erasure)
{
  g_autoptr (GString) facts = g_string_new (NULL);
  for (guint i = 0; i < erasure->fields->len; i++) {
    const CertificateField *field = &g_array_index (erasure->fields, CertificateField, i);
    g_string_append_printf (facts, "%s=%s\n", field->name, field->value != NULL ? field->value : "");
  }
  add_lines (facts, erasure->timeline);
  add_lines (facts, erasure->evidence);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)facts->str, facts->len);
}

static void
fill_statement (Erasure *erasure, const Source *source)
{
  Certificate *certificate = &erasure->certificate;
  const Wipe *wipe = source->wipe;
  g_autofree char *day = instant (source, wipe->ended_at, "%d/%m/%Y");
  certificate->title_fr = "Certificat d'effacement";
  certificate->title_en = "Certificate of erasure";
  certificate->statement_fr = keep (
      erasure, g_strdup_printf ("L'appareil décrit ici a été remis à l'état d'usine. Constat du %s : effacement %s.",
                                day, wipe_verdict_text (wipe->verdict, LANGUAGE_FR)));
  certificate->statement_en =
      keep (erasure, g_strdup_printf ("The device described here was reset to factory state. Found on %s: erasure %s.",
                                      day, wipe_verdict_text (wipe->verdict, LANGUAGE_EN)));
  certificate->digest = keep (erasure, digest_of (erasure));
  g_autofree char *loud = g_ascii_strup (certificate->digest, DIGEST_LETTERS); /* alphanumeric mode of a QR code */
  certificate->qr =
      keep (erasure, g_strdup_printf ("HTTPS://%s/V/%s/%s", source->issuer->label_host, loud, wipe->code));
  g_autofree char *shown = code_display (wipe->code);
  g_autofree char *made_by = g_strjoin (" · ", shown, TOOL, NULL);
  certificate->footer = keep (erasure, signatory (source, made_by, " · "));
  certificate->created_at = source->issuer->now;
}

static Erasure *
erasure_of (const Source *source)
{
  Erasure *erasure = g_new0 (Erasure, 1);
  erasure->fields = g_array_new (FALSE, FALSE, sizeof (CertificateField));
  erasure->timeline = g_array_new (FALSE, FALSE, sizeof (CertificateLine));
  erasure->evidence = g_array_new (FALSE, FALSE, sizeof (CertificateLine));
  erasure->texts = g_ptr_array_new_with_free_func (g_free);
  fill_fields (erasure, source);
  fill_story (erasure, source);
  fill_statement (erasure, source);
  Certificate *certificate = &erasure->certificate;
  certificate->fields = (const CertificateField *)(gpointer)erasure->fields->data;
  certificate->n_fields = erasure->fields->len;
  certificate->timeline = (const CertificateLine *)(gpointer)erasure->timeline->data;
  certificate->n_timeline = erasure->timeline->len;
  certificate->evidence = (const CertificateLine *)(gpointer)erasure->evidence->data;
  certificate->n_evidence = erasure->evidence->len;
  return erasure;
}

Erasure *
erasure_load (Store *store, const char *code, const ErasureIssuer *issuer, GError **error)
{
  g_auto (Source) source = {.issuer = issuer};
  return source_load (store, code, &source, error) ? erasure_of (&source) : NULL;
}
