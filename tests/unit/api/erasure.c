/* Which facts stand on a certificate of erasure, and when there is none. */
#include "daemon/documents/erasure.h"
#include "daemon/rules/code.h"
#include "db/account.h"
#include "db/challenge.h"
#include "db/item.h"
#include "db/journal.h"
#include "db/wipe.h"
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *folder;
  Store *store;
  Calendar calendar;
  ErasureIssuer issuer;
  Code item, wipe, account;
} Fixture;

static void
insert_rows (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  Item item = {.kind = KIND_TABLET,
               .serial = (char *)"R52NA00001",
               .model = (char *)"Galaxy Tab A9",
               .inventory_no = (char *)"2026-TAB-001",
               .state = ITEM_WIPING,
               .created_at = 1};
  Account account = {.name = (char *)"technicien", .uid = 4242, .role = ROLE_TECHNICIAN};
  Wipe wipe = {.port = (char *)"1-1.2",
               .serial = (char *)"R52NA00001",
               .state = WIPE_RETURNED,
               .asked_by = f->account,
               .created_at = 1795302206};
  memcpy (item.code, f->item, sizeof (Code));
  memcpy (account.code, f->account, sizeof (Code));
  memcpy (wipe.code, f->wipe, sizeof (Code));
  memcpy (wipe.item, f->item, sizeof (Code));
  item_insert (f->store, &item, &error);
  g_assert_no_error (error);
  account_insert (f->store, &account, &error);
  g_assert_no_error (error);
  wipe_insert (f->store, &wipe, &error);
  g_assert_no_error (error);
  wipe_event_add (f->store, f->wipe, 1795302206000, "state", "started", &error);
  wipe_event_add (f->store, f->wipe, 1795302207000, "usb", "left-port: 1-1.2", &error);
  journal_append (f->store, 1795302208, f->account, "wipe.verified", f->wipe, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  f->folder = g_dir_make_tmp ("erasure.XXXXXX", &error);
  g_autofree char *url = g_strdup_printf ("sqlite:%s/register.db", f->folder);
  f->store = store_open (url, STORE_WRITE, &error);
  g_assert_no_error (error);
  f->calendar.zone = g_time_zone_new_identifier ("Europe/Paris");
  f->issuer = (ErasureIssuer){"TEMOIN.EXAMPLE.ORG", "CIAS des Collines", &f->calendar, 1795303000};
  code_make ('T', 1, f->item);
  code_make ('X', 1, f->wipe);
  code_make ('C', 1, f->account);
  insert_rows (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  (void)data;
  static const char *const files[] = {"register.db", "register.db-wal", "register.db-shm"};
  store_close (f->store);
  g_time_zone_unref (f->calendar.zone);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (f->folder, files[i], NULL);
    g_unlink (path);
  }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
}

static void
finish (Fixture *f, WipeState state, WipeVerdict verdict, const char *facts)
{
  g_autoptr (GError) error = NULL;
  wipe_set_facts (f->store, f->wipe, "R52NA00001", facts, &error);
  wipe_set_verdict (f->store, f->wipe, verdict, &error);
  wipe_move (f->store, f->wipe, WIPE_RETURNED, state, NULL, 1795302300, &error);
  g_assert_no_error (error);
}

static const char *
value (const Certificate *certificate, const char *label)
{
  for (gsize i = 0; i < certificate->n_fields; i++)
    if (g_str_equal (certificate->fields[i].label_en, label))
      return certificate->fields[i].value;
  g_error ("no field %s", label);
}

static void
test_facts (Fixture *f, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  finish (f, WIPE_VERIFIED, VERDICT_PROVEN, "maker=samsung\nmodel=SM-X110\nandroid=15\nencryption=file");
  g_autoptr (Erasure) erasure = erasure_load (f->store, f->wipe, &f->issuer, &error);
  g_assert_no_error (error);
  const Certificate *certificate = erasure_certificate (erasure);
  g_assert_cmpstr (value (certificate, "Manufacturer"), ==, "samsung");
  g_assert_cmpstr (value (certificate, "Model"), ==, "SM-X110");
  g_assert_cmpstr (value (certificate, "Serial number"), ==, "R52NA00001");
  g_assert_cmpstr (value (certificate, "Property number"), ==, "2026-TAB-001");
  g_assert_cmpstr (
      value (certificate, "Method"), ==,
      "Remise à l'état d'usine ; effacement cryptographique attendu / factory reset; cryptographic erase expected");
  g_assert_cmpstr (value (certificate, "Sanitization description"), ==, "NIST SP 800-88 : Clear");
  g_assert_cmpstr (value (certificate, "Sanitizer"), ==, "technicien, CIAS des Collines");
  g_assert_true (g_str_has_prefix (value (certificate, "Journal line"), "1, SHA-256 "));
  g_assert_cmpstr (value (certificate, "Ended"), ==, "22/11/2026 00:05:00 +0100");
  g_assert_cmpuint (certificate->n_timeline, ==, 1);
  g_assert_cmpuint (certificate->n_evidence, ==, 1);
  g_assert_cmpstr (certificate->evidence[0].note, ==, "left-port: 1-1.2");
  g_assert_cmpstr (certificate->evidence[0].fr, ==, "La tablette a quitté le port 1-1.2");
  g_assert_cmpstr (certificate->evidence[0].en, ==, "The tablet left port 1-1.2");
  g_autofree char *beginning = g_strndup (certificate->digest, 32);
  g_autofree char *loud = g_ascii_strup (beginning, -1);
  g_autofree char *qr = g_strdup_printf ("HTTPS://TEMOIN.EXAMPLE.ORG/V/%s/%s", loud, f->wipe);
  g_assert_cmpstr (certificate->qr, ==, qr);
  for (gsize i = 0; i < certificate->n_fields; i++)
    g_assert_null (certificate->fields[i].value != NULL ? strcasestr (certificate->fields[i].value, "purge") : NULL);
  g_autoptr (GBytes) pdf = certificate_render (certificate, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (pdf, NULL), 5, "%PDF-", 5);
}

static char *
digest (Fixture *f, gint64 now)
{
  g_autoptr (GError) error = NULL;
  ErasureIssuer issuer = f->issuer;
  issuer.now = now;
  g_autoptr (Erasure) erasure = erasure_load (f->store, f->wipe, &issuer, &error);
  g_assert_no_error (error);
  return g_strdup (erasure_certificate (erasure)->digest);
}

/* Issued again it is the same certificate; with anything else in it, it is another. */
static void
test_the_digest_is_of_the_facts (Fixture *f, gconstpointer data)
{
  (void)data;
  finish (f, WIPE_VERIFIED, VERDICT_PROVEN, "maker=samsung\nencryption=file");
  g_autofree char *first = digest (f, 1795303000);
  g_autofree char *again = digest (f, 1895303000);
  g_assert_cmpstr (first, ==, again);
  f->issuer.owner_line = "CIAS d'ailleurs";
  g_autofree char *elsewhere = digest (f, 1795303000);
  g_assert_cmpstr (first, !=, elsewhere);
  f->issuer.owner_line = "CIAS des Collines";
  wipe_event_add (f->store, f->wipe, 1795302209000, "usb", "adb-absent: debugging is off", NULL);
  g_autofree char *longer = digest (f, 1795303000);
  g_assert_cmpstr (first, !=, longer);
}

static void
test_what_the_chip_signed_is_named (Fixture *f, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chain = g_bytes_new_static ("der", 3);
  challenge_insert (f->store, "00112233445566778899", f->wipe, 1795302207, &error);
  challenge_set_chain (f->store, "00112233445566778899", chain, &error);
  wipe_event_add (f->store, f->wipe, 1795302209000, "usb", "trade-in-reset: no lock", &error);
  wipe_event_add (f->store, f->wipe, 1795302209000, "usb", "attestation-holds: strongbox", &error);
  g_assert_no_error (error);
  finish (f, WIPE_VERIFIED, VERDICT_PROVEN, NULL);
  g_autoptr (Erasure) erasure = erasure_load (f->store, f->wipe, &f->issuer, &error);
  g_assert_no_error (error);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, chain);
  const char *chip = value (erasure_certificate (erasure), "Security chip");
  g_assert_nonnull (strstr (chip, "00112233445566778899"));
  g_assert_nonnull (strstr (chip, sum));
  g_assert_true (g_str_has_prefix (chip, "signature valable"));
  g_assert_true (g_str_has_prefix (value (erasure_certificate (erasure), "Google lock after"), "aucun, dit par"));
}

static void
test_unencrypted (Fixture *f, gconstpointer data)
{
  (void)data;
  finish (f, WIPE_VERIFIED, VERDICT_PROVEN, "encryption=none");
  g_autoptr (Erasure) erasure = erasure_load (f->store, f->item, &f->issuer, NULL);
  g_assert_nonnull (erasure);
  g_assert_cmpstr (value (erasure_certificate (erasure), "Method"), ==, "Remise à l'état d'usine / factory reset");
}

static void
assert_none (Fixture *f, const char *code, MessageId id)
{
  g_autoptr (GError) error = NULL;
  Erasure *erasure = erasure_load (f->store, code, &f->issuer, &error);
  g_assert_null (erasure);
  g_assert_error (error, RULE_ERROR, (int)id);
}

static void
test_none (Fixture *f, gconstpointer data)
{
  (void)data;
  Code unknown;
  code_make ('X', 2, unknown);
  assert_none (f, unknown, M_WIPE_NOT_FOUND);
  assert_none (f, f->wipe, M_CERTIFICATE_NONE);
  assert_none (f, f->item, M_CERTIFICATE_NO_WIPE);
  finish (f, WIPE_NOT_WIPED, VERDICT_NOT_WIPED, NULL);
  assert_none (f, f->wipe, M_CERTIFICATE_NONE);
  assert_none (f, f->item, M_CERTIFICATE_NO_WIPE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/documents/erasure/states-what-the-register-knows", Fixture, NULL, set_up, test_facts, tear_down);
  g_test_add ("/documents/erasure/the-digest-is-of-the-facts", Fixture, NULL, set_up, test_the_digest_is_of_the_facts,
              tear_down);
  g_test_add ("/documents/erasure/what-the-chip-signed-is-named", Fixture, NULL, set_up,
              test_what_the_chip_signed_is_named, tear_down);
  g_test_add ("/documents/erasure/claims-no-cryptographic-erase-without-encryption", Fixture, NULL, set_up,
              test_unencrypted, tear_down);
  g_test_add ("/documents/erasure/no-certificate-without-a-verdict", Fixture, NULL, set_up, test_none, tear_down);
  return g_test_run ();
}
