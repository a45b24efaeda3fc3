/* Chains of certificates as a security chip would sign them, and as somebody would who wants to be believed. The chains are made here, with
 * keys of the moment. */
#include "daemon/devices/device.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CHALLENGE "00112233445566778899aabbccddeeff"
#define SERIAL    "R9TESTCHIP1"

/* KeyDescription with that challenge, level 1 (TEE), [704] locked and verified, [713] SERIAL. Lengths are below 128: one byte each. */
static GBytes *
description_of (const char *challenge, guint8 level, gboolean is_locked, guint8 boot_state, const char *serial)
{
  const guint8 trust[] = {0xbf, 0x85, 0x40, 0x0e, 0x30, 0x0c, 0x04, 0x01, 7,
                          0x01, 0x01, 0,    0x0a, 0x01, 0,    0x04, 0x01, 7};
  const guint8 head[] = {0x02, 0x01, 4, 0x0a, 0x01, level, 0x02, 0x01, 4, 0x0a, 0x01, level};
  g_autoptr (GByteArray) body = g_byte_array_new ();
  guint8 length = (guint8)strlen (challenge), serial_length = serial != NULL ? (guint8)strlen (serial) : 0;
  guint8 hardware_length = (guint8)(sizeof trust + (serial != NULL ? 6u + serial_length : 0));
  g_byte_array_append (body, head, sizeof head);
  g_byte_array_append (body, (const guint8[]){0x04, length}, 2);
  g_byte_array_append (body, (const guint8 *)challenge, length);
  g_byte_array_append (body, (const guint8[]){0x04, 0, 0x30, 0, 0x30, hardware_length}, 6);
  g_byte_array_append (body, trust, sizeof trust);
  body->data[body->len - 7] = is_locked ? 0xff : 0;
  body->data[body->len - 4] = boot_state;
  if (serial != NULL) {
    g_byte_array_append (body, (const guint8[]){0xbf, 0x85, 0x49, (guint8)(serial_length + 2u), 0x04, serial_length},
                         6);
    g_byte_array_append (body, (const guint8 *)serial, serial_length);
  }
  g_assert_cmpuint (body->len, <, 128);
  g_byte_array_prepend (body, (const guint8[]){0x30, (guint8)body->len}, 2);
  return g_bytes_new (body->data, body->len);
}

static GBytes *
good_description (void)
{
  return description_of (CHALLENGE, 1, TRUE, 0, SERIAL);
}

typedef struct {
  EVP_PKEY *key;
  X509 *certificate;
} Signer;

static void
add_extension (X509 *certificate, GBytes *description)
{
  ASN1_OBJECT *oid = OBJ_txt2obj ("1.3.6.1.4.1.11129.2.1.17", 1);
  ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new ();
  ASN1_OCTET_STRING_set (octets, g_bytes_get_data (description, NULL), (int)g_bytes_get_size (description));
  X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ (NULL, oid, 0, octets);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
  ASN1_OCTET_STRING_free (octets);
  ASN1_OBJECT_free (oid);
}

/* Takes description (or NULL). issuer NULL: signed by itself. */
static Signer
sign (const char *name, const Signer *issuer, GBytes *description)
{
  Signer made = {EVP_EC_gen ("P-256"), X509_new ()};
  X509_set_version (made.certificate, X509_VERSION_3);
  X509_NAME *subject = X509_get_subject_name (made.certificate);
  X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_UTF8, (const guint8 *)name, -1, -1, 0);
  X509_set_issuer_name (made.certificate, issuer != NULL ? X509_get_subject_name (issuer->certificate) : subject);
  ASN1_TIME_set (X509_getm_notBefore (made.certificate), 0);
  ASN1_TIME_set (X509_getm_notAfter (made.certificate), 86400); /* long past: not looked at */
  X509_set_pubkey (made.certificate, made.key);
  if (description != NULL)
    add_extension (made.certificate, description);
  g_clear_pointer (&description, g_bytes_unref);
  X509_sign (made.certificate, issuer != NULL ? issuer->key : made.key, EVP_sha256 ());
  return made;
}

static void
signer_clear (Signer *signer)
{
  EVP_PKEY_free (signer->key);
  X509_free (signer->certificate);
}

static GBytes *
chain_of (const Signer *const *signers)
{
  GByteArray *chain = g_byte_array_new ();
  for (; *signers != NULL; signers++) {
    guint8 *der = NULL;
    int length = i2d_X509 ((*signers)->certificate, &der);
    g_byte_array_append (chain, der, (guint)length);
    OPENSSL_free (der);
  }
  return g_byte_array_free_to_bytes (chain);
}

/* leaf (with that description, taken), batch, root. */
static GBytes *
whole_chain (GBytes *description, char **root_key)
{
  Signer root = sign ("root", NULL, NULL);
  Signer batch = sign ("batch", &root, NULL);
  Signer leaf = sign ("key", &batch, description);
  GBytes *chain = chain_of ((const Signer *[]){&leaf, &batch, &root, NULL});
  if (root_key != NULL) {
    guint8 *der = NULL;
    int length = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (root.certificate), &der);
    *root_key = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, (gsize)length);
    OPENSSL_free (der);
  }
  signer_clear (&leaf);
  signer_clear (&batch);
  signer_clear (&root);
  return chain;
}

static AttestationReport
report_of (GBytes *chain, const char *const *roots)
{
  const AttestationExpected expected = {CHALLENGE, SERIAL, roots};
  AttestationReport report;
  attestation_check (chain, &expected, &report);
  return report;
}

/* Takes chain. */
static void
assert_failure (GBytes *chain, const char *failure)
{
  AttestationReport report = report_of (chain, NULL);
  g_assert_cmpstr (report.failure, ==, failure);
  g_bytes_unref (chain);
}

static void
assert_words (const char *const *words, const char *joined)
{
  g_autofree char *text = g_strjoinv (" ", (char **)words);
  g_assert_cmpstr (text, ==, joined);
}

static void
test_what_holds_is_told_part_by_part (void)
{
  g_autoptr (GBytes) chain = whole_chain (good_description (), NULL);
  AttestationReport report = report_of (chain, NULL);
  g_assert_null (report.failure);
  g_assert_cmpstr (report.level, ==, "trusted_environment");
  assert_words (report.verified, "chain_signatures challenge boot_state chip_serial");
  assert_words (report.unverified, "root_not_pinned revocation dates");
}

static void
test_a_pinned_root (void)
{
  g_autofree char *root = NULL;
  g_autoptr (GBytes) chain = whole_chain (good_description (), &root);
  g_autofree char *loud = g_ascii_strup (root, -1);
  const char *const right[] = {"00", loud, NULL}, *const wrong[] = {CHALLENGE CHALLENGE, NULL};
  AttestationReport report = report_of (chain, right);
  g_assert_null (report.failure);
  assert_words (report.unverified, "revocation dates");
  report = report_of (chain, wrong);
  g_assert_cmpstr (report.failure, ==, "root_differs");
}

static void
test_a_silent_serial_is_said (void)
{
  g_autoptr (GBytes) chain = whole_chain (description_of (CHALLENGE, 2, TRUE, 0, NULL), NULL);
  AttestationReport report = report_of (chain, NULL);
  g_assert_null (report.failure);
  g_assert_cmpstr (report.level, ==, "strongbox");
  assert_words (report.unverified, "chip_serial root_not_pinned revocation dates");
}

static void
test_what_the_extension_must_say (void)
{
  assert_failure (whole_chain (description_of ("another", 1, TRUE, 0, SERIAL), NULL), "challenge_differs");
  assert_failure (whole_chain (description_of (CHALLENGE "0", 1, TRUE, 0, SERIAL), NULL), "challenge_differs");
  assert_failure (whole_chain (description_of (CHALLENGE, 0, TRUE, 0, SERIAL), NULL), "not_hardware");
  assert_failure (whole_chain (description_of (CHALLENGE, 3, TRUE, 0, SERIAL), NULL), "not_hardware");
  assert_failure (whole_chain (description_of (CHALLENGE, 1, FALSE, 0, SERIAL), NULL), "boot_unverified");
  assert_failure (whole_chain (description_of (CHALLENGE, 1, TRUE, 1, SERIAL), NULL), "boot_unverified");
  assert_failure (whole_chain (description_of (CHALLENGE, 1, TRUE, 0, "R9OTHER"), NULL), "serial_differs");
  assert_failure (whole_chain (NULL, NULL), "no_extension");
  assert_failure (whole_chain (g_bytes_new_static ("\x30\x03\x02\x01\x04", 5), NULL), "extension_unreadable");
  assert_failure (whole_chain (g_bytes_new_static ("nonsense", 8), NULL), "extension_unreadable");
}

/* Whoever has an attested key can sign with it a certificate that says anything. */
static void
test_an_attested_key_may_not_speak_for_another (void)
{
  Signer root = sign ("root", NULL, NULL);
  Signer attested = sign ("key", &root, good_description ());
  Signer leaf = sign ("other key", &attested, good_description ());
  assert_failure (chain_of ((const Signer *[]){&leaf, &attested, &root, NULL}), "extension_twice");
  signer_clear (&leaf);
  signer_clear (&attested);
  signer_clear (&root);
}

static void
test_a_chain_must_sign_itself (void)
{
  Signer root = sign ("root", NULL, NULL), thief = sign ("root", NULL, NULL);
  Signer leaf = sign ("key", &root, good_description ());
  assert_failure (chain_of ((const Signer *[]){&leaf, &thief, NULL}), "chain_broken");
  assert_failure (chain_of ((const Signer *[]){&root, &leaf, NULL}), "chain_broken");
  assert_failure (chain_of ((const Signer *[]){&leaf, NULL}), "chain_broken");
  assert_failure (chain_of ((const Signer *[]){&root, NULL}), "chain_broken");
  signer_clear (&leaf);
  signer_clear (&thief);
  signer_clear (&root);
}

/* Cut anywhere, doubled, with one bit turned anywhere: never believed, never read past its end. */
static void
test_damaged_chains (void)
{
  g_autoptr (GBytes) chain = whole_chain (good_description (), NULL);
  gsize length;
  const guint8 *bytes = g_bytes_get_data (chain, &length);
  for (gsize cut = 0; cut < length; cut++) {
    g_autoptr (GBytes) part = g_bytes_new (bytes, cut);
    g_assert_nonnull (report_of (part, NULL).failure);
  }
  for (gsize at = 0; at < length; at++) {
    g_autofree guint8 *turned = g_memdup2 (bytes, length);
    turned[at] ^= (guint8)(1u << at % 8);
    g_autoptr (GBytes) part = g_bytes_new (turned, length);
    g_assert_nonnull (report_of (part, NULL).failure);
  }
  g_autoptr (GByteArray) twice = g_byte_array_new ();
  for (int i = 0; i < 10; i++)
    g_byte_array_append (twice, bytes, (guint)length);
  assert_failure (g_bytes_new (twice->data, twice->len), "chain_unreadable"); /* too many */
  assert_failure (g_bytes_new_static ("", 0), "chain_unreadable");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/attestation/what-holds-is-told-part-by-part", test_what_holds_is_told_part_by_part);
  g_test_add_func ("/devices/attestation/a-pinned-root", test_a_pinned_root);
  g_test_add_func ("/devices/attestation/a-silent-serial-is-said", test_a_silent_serial_is_said);
  g_test_add_func ("/devices/attestation/what-the-extension-must-say", test_what_the_extension_must_say);
  g_test_add_func ("/devices/attestation/an-attested-key-may-not-speak-for-another",
                   test_an_attested_key_may_not_speak_for_another);
  g_test_add_func ("/devices/attestation/a-chain-must-sign-itself", test_a_chain_must_sign_itself);
  g_test_add_func ("/devices/attestation/damaged-chains", test_damaged_chains);
  return g_test_run ();
}
