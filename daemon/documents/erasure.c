#include "daemon/documents/erasure.h"
#include "daemon/rules/code.h"
#include "daemon/rules/evidence.h"
#include "daemon/rules/item.h"
#include "db/account.h"
#include "db/item.h"
#include "db/journal.h"
#include "db/wipe.h"
#include <string.h>

#define TOOL "Témoin temoind " TEMOIN_VERSION

/* What the register knows of one erasure. */
typedef struct {
  Wipe *wipe;
  Item *item;
  Account *asked_by, *attested_by; /* NULL when not known as an account */
  JournalLine *journal;            /* the newest line about the wipe, or NULL */
  GPtrArray *events;               /* WipeEvent */
  const ErasureIssuer *issuer;     /* during erasure_load */
} Source;

struct _Erasure {
  Certificate certificate;
  GArray *fields;      /* CertificateField */
  GPtrArray *timeline; /* texts */
  GPtrArray *evidence;
  GPtrArray *texts; /* all other texts that the certificate points to */
};

void
erasure_free (Erasure *erasure)
{
  if (erasure == NULL)
    return;
  g_array_unref (erasure->fields);
  g_ptr_array_unref (erasure->timeline);
  g_ptr_array_unref (erasure->evidence);
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
  return g_strdup_printf ("Flash, Android; encryption: %s", encryption != NULL ? encryption : "not read");
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
  return google != NULL ? g_strdup_printf ("Google: %s; other: %s", google, other != NULL ? other : "-") : NULL;
}

static char *
value_method (const Source *source)
{
  g_autofree char *encryption = fact (source, "encryption");
  gboolean is_plain = g_strcmp0 (encryption, "none") == 0;
  return g_strdup (is_plain ? "Factory reset; NIST SP 800-88 Clear"
                            : "Factory reset; NIST SP 800-88 Clear; cryptographic erase expected");
}

static char *
value_strategy (const Source *source)
{
  return g_strdup (source->wipe->strategy);
}

static char *
value_tool (const Source *source)
{
  (void)source;
  return g_strdup (TOOL);
}

static char *
value_port (const Source *source)
{
  return g_strdup (source->wipe->port);
}

static char *
value_verification (const Source *source)
{
  static const char *const methods[] = {
      [VERDICT_NONE] = NULL,
      [VERDICT_PROVEN] = "The device itself reported the reset, over our challenge",
      [VERDICT_CONSISTENT] = "Seen over USB: command accepted, reset, return to the same port with the same serial, "
                             "former key without effect",
      [VERDICT_ATTESTED] = "Seen over USB, and a named person saw the welcome screen and no former account",
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
  return who != NULL ? signatory (source, who, ", ") : g_strdup (TOOL);
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

static const struct {
  const char *fr, *en;
  char *(*value) (const Source *source);
} rows[] = {
    {"Fabricant", "Manufacturer", value_maker},
    {"Modèle", "Model", value_model},
    {"Numéro de série", "Serial number", value_serial},
    {"IMEI", "IMEI", value_imei},
    {"Numéro d'inventaire", "Property number", value_inventory},
    {"Code", "Code", value_code},
    {"Support", "Media", value_media},
    {"Système avant effacement", "System before", value_android},
    {"Empreinte du système", "Build fingerprint", value_fingerprint},
    {"Comptes présents avant", "Accounts before", value_accounts},
    {"Méthode", "Method", value_method},
    {"Procédé", "Strategy", value_strategy},
    {"Outil", "Tool", value_tool},
    {"Port USB", "USB port", value_port},
    {"Commande envoyée le", "Command sent", value_started},
    {"Terminé le", "Ended", value_ended},
    {"Vérification", "Verification", value_verification},
    {"Verdict", "Verdict", value_verdict},
    {"Effacé par", "Sanitizer", value_sanitizer},
    {"Vérifié par", "Verifier", value_verifier},
    {"Ce qui a été vu", "What was seen", value_attestation},
    {"Ligne du journal", "Journal line", value_journal},
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
  source->events = wipe_event_list (store, source->wipe->code, 0, error);
  return source->item != NULL && source->events != NULL &&
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
    const CertificateField field = {rows[i].fr, rows[i].en, keep (erasure, rows[i].value (source))};
    g_array_append_val (erasure->fields, field);
  }
}

/* Changes of state are the timeline; what was said, answered and seen is the evidence. */
static void
fill_story (Erasure *erasure, const Source *source)
{
  for (guint i = 0; i < source->events->len; i++) {
    const WipeEvent *event = g_ptr_array_index (source->events, i);
    gboolean is_step = g_str_equal (event->kind, "state");
    g_autofree char *at = instant (source, event->at_ms / 1000, "%d/%m/%Y %H:%M:%S");
    g_ptr_array_add (is_step ? erasure->timeline : erasure->evidence,
                     is_step ? g_strdup_printf ("%s  %s", at, event->text)
                             : g_strdup_printf ("%s  %s: %s", at, event->kind, event->text));
  }
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
  certificate->qr = keep (erasure, g_strdup_printf ("HTTPS://%s/%s", source->issuer->label_host, wipe->code));
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
  erasure->timeline = g_ptr_array_new_with_free_func (g_free);
  erasure->evidence = g_ptr_array_new_with_free_func (g_free);
  erasure->texts = g_ptr_array_new_with_free_func (g_free);
  fill_fields (erasure, source);
  fill_story (erasure, source);
  fill_statement (erasure, source);
  Certificate *certificate = &erasure->certificate;
  certificate->fields = (const CertificateField *)(gpointer)erasure->fields->data;
  certificate->n_fields = erasure->fields->len;
  certificate->timeline = (const char *const *)erasure->timeline->pdata;
  certificate->n_timeline = erasure->timeline->len;
  certificate->evidence = (const char *const *)erasure->evidence->pdata;
  certificate->n_evidence = erasure->evidence->len;
  return erasure;
}

Erasure *
erasure_load (Store *store, const char *code, const ErasureIssuer *issuer, GError **error)
{
  g_auto (Source) source = {.issuer = issuer};
  return source_load (store, code, &source, error) ? erasure_of (&source) : NULL;
}
