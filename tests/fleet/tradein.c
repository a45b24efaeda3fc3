// The status as AOSP's DeviceDiagnostics prints it. The keys of the "maker" are made when they are first needed; the DER of the
// attestation extension is written by hand.
#include "tests/fleet/tradein.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#define OID "1.3.6.1.4.1.11129.2.1.17"

enum { TAG_BOOLEAN = 0x01, TAG_INTEGER = 0x02, TAG_OCTETS = 0x04, TAG_ENUM = 0x0a, TAG_SEQUENCE = 0x30 };
enum { ROOT_OF_TRUST = 704, ID_SERIAL = 713 };

// ---- DER ----

static void
append_length (GByteArray *out, gsize length)
{
  guint8 bytes[3] = {(guint8)length};
  gsize count = 1;
  if (length > 0xff) {
    bytes[0] = 0x82;
    bytes[1] = (guint8)(length >> 8);
    bytes[2] = (guint8)length;
    count = 3;
  } else if (length > 0x7f) {
    bytes[0] = 0x81;
    bytes[1] = (guint8)length;
    count = 2;
  }
  g_byte_array_append (out, bytes, (guint)count);
}

static void
append (GByteArray *out, guint8 tag, const void *content, gsize length)
{
  g_byte_array_append (out, &tag, 1);
  append_length (out, length);
  g_byte_array_append (out, content, (guint)length);
}

static void
append_byte (GByteArray *out, guint8 tag, guint8 value)
{
  append (out, tag, &value, 1);
}

// [number] EXPLICIT, for numbers from 128 to 16383.
static void
append_field (GByteArray *out, guint number, const GByteArray *content)
{
  const guint8 tag[] = {0xbf, (guint8)(0x80 | number >> 7), number & 0x7f};
  g_byte_array_append (out, tag, sizeof tag);
  append_length (out, content->len);
  g_byte_array_append (out, content->data, content->len);
}

// What the security chip enforces: how the tablet started, and which one it is.
static GByteArray *
hardware_list (const Tablet *tablet)
{
  const struct Settings *set = &tablet->settings;
  const guint8 digest[32] = {7};
  g_autoptr (GByteArray) trust = g_byte_array_new ();
  g_autoptr (GByteArray) sequence = g_byte_array_new ();
  g_autoptr (GByteArray) serial = g_byte_array_new ();
  GByteArray *list = g_byte_array_new ();
  append (trust, TAG_OCTETS, digest, sizeof digest);
  append_byte (trust, TAG_BOOLEAN, set->tradein == TRADEIN_UNVERIFIED_BOOT ? 0 : 0xff);
  append_byte (trust, TAG_ENUM, set->tradein == TRADEIN_UNVERIFIED_BOOT ? 2 : 0);
  append (trust, TAG_OCTETS, digest, sizeof digest);
  append (sequence, TAG_SEQUENCE, trust->data, trust->len);
  append_field (list, ROOT_OF_TRUST, sequence);
  const char *name = set->tradein == TRADEIN_OTHER_SERIAL ? "R9SOMEBODYELSE" : set->serial;
  append (serial, TAG_OCTETS, name, strlen (name));
  if (set->tradein != TRADEIN_UNSAID_SERIAL)
    append_field (list, ID_SERIAL, serial);
  return list;
}

static GByteArray *
extension_of (const Tablet *tablet, const char *challenge)
{
  const guint8 version[] = {0x01, 0x90}; // 400
  guint8 level = tablet->settings.tradein == TRADEIN_SOFTWARE ? 0 : 1;
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GByteArray) hardware = hardware_list (tablet);
  GByteArray *whole = g_byte_array_new ();
  const char *signed_challenge = tablet->settings.tradein == TRADEIN_OTHER_CHALLENGE ? "0123456789abcdef" : challenge;
  append (body, TAG_INTEGER, version, sizeof version);
  append_byte (body, TAG_ENUM, level);
  append (body, TAG_INTEGER, version, sizeof version);
  append_byte (body, TAG_ENUM, level);
  append (body, TAG_OCTETS, signed_challenge, strlen (signed_challenge));
  append (body, TAG_OCTETS, "", 0);
  append (body, TAG_SEQUENCE, "", 0);
  append (body, TAG_SEQUENCE, hardware->data, hardware->len);
  append (whole, TAG_SEQUENCE, body->data, body->len);
  return whole;
}

// ---- certificates ----

// One who signs.
struct Signer {
  EVP_PKEY *key;
  X509 *certificate;
};

static void
add_extension (X509 *certificate, const GByteArray *der)
{
  ASN1_OBJECT *oid = OBJ_txt2obj (OID, 1);
  ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new ();
  ASN1_OCTET_STRING_set (octets, der->data, (int)der->len);
  X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ (NULL, oid, 0, octets);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
  ASN1_OCTET_STRING_free (octets);
  ASN1_OBJECT_free (oid);
}

// Signed by `issuer`, or by itself when that is NULL.
static struct Signer
make (const char *name, const struct Signer *issuer, const GByteArray *extension)
{
  static long number = 1;
  struct Signer made = {.key = EVP_EC_gen ("P-256"), .certificate = X509_new ()};
  X509 *certificate = made.certificate;
  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), number++);
  X509_NAME *subject = X509_get_subject_name (certificate);
  X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_UTF8, (const guint8 *)name, -1, -1, 0);
  X509_set_issuer_name (certificate, issuer != NULL ? X509_get_subject_name (issuer->certificate) : subject);
  ASN1_TIME_set (X509_getm_notBefore (certificate), 0); // as real ones: a reset tablet does not know the day
  ASN1_TIME_set (X509_getm_notAfter (certificate), 2461449600);
  X509_set_pubkey (certificate, made.key);
  if (extension != NULL)
    add_extension (certificate, extension);
  X509_sign (certificate, issuer != NULL ? issuer->key : made.key, EVP_sha256 ());
  return made;
}

static void
signer_clear (struct Signer *signer)
{
  EVP_PKEY_free (signer->key);
  X509_free (signer->certificate);
}

// The root and the batch key of the maker of every tablet of this fleet; kept until the end of the program.
static const struct Signer *
maker (gboolean is_root)
{
  static struct Signer root, batch;
  if (root.key == NULL) {
    root = make ("Fleet root", NULL, NULL);
    batch = make ("Fleet batch", &root, NULL);
  }
  return is_root ? &root : &batch;
}

char *
tradein_root (void)
{
  guint8 *der = NULL;
  int length = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (maker (TRUE)->certificate), &der);
  char *text = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, (gsize)length);
  OPENSSL_free (der);
  return text;
}

static void
append_certificate (GByteArray *out, X509 *certificate)
{
  guint8 *der = NULL;
  int length = i2d_X509 (certificate, &der);
  g_byte_array_append (out, der, (guint)length);
  OPENSSL_free (der);
}

// A batch key of the same name that the root never signed.
static void
append_forged (GByteArray *out, const GByteArray *extension)
{
  struct Signer thief = make ("Fleet batch", NULL, NULL);
  struct Signer leaf = make ("Android Keystore Key", &thief, extension);
  append_certificate (out, leaf.certificate);
  signer_clear (&leaf);
  signer_clear (&thief);
}

// An attested key signs for another one whatever it likes.
static void
append_second (GByteArray *out, const GByteArray *extension)
{
  struct Signer attested = make ("Android Keystore Key", maker (FALSE), extension);
  struct Signer leaf = make ("Android Keystore Key 2", &attested, extension);
  append_certificate (out, leaf.certificate);
  append_certificate (out, attested.certificate);
  signer_clear (&leaf);
  signer_clear (&attested);
}

static void
append_honest (GByteArray *out, const GByteArray *extension)
{
  struct Signer leaf = make ("Android Keystore Key", maker (FALSE), extension);
  append_certificate (out, leaf.certificate);
  signer_clear (&leaf);
}

static char *
certificates_of (const Tablet *tablet, const char *challenge)
{
  g_autoptr (GByteArray) chain = g_byte_array_new ();
  g_autoptr (GByteArray) extension = extension_of (tablet, challenge);
  if (tablet->settings.tradein == TRADEIN_FORGED)
    append_forged (chain, extension);
  else if (tablet->settings.tradein == TRADEIN_SECOND)
    append_second (chain, extension);
  else
    append_honest (chain, extension);
  append_certificate (chain, maker (FALSE)->certificate);
  append_certificate (chain, maker (TRUE)->certificate);
  g_autofree char *one_line = g_base64_encode (chain->data, chain->len);
  GString *text = g_string_new (NULL); // Java's Base64.DEFAULT breaks its lines; JSON escapes the breaks
  for (const char *at = one_line; *at != '\0'; at += strnlen (at, 76))
    g_string_append_printf (text, "%.76s\\n", at);
  return g_string_free (text, FALSE);
}

// ---- the command ----

static void
append_attestation (const Tablet *tablet, const char *challenge, GString *out)
{
  g_autofree char *certificates = NULL;
  if (challenge == NULL)
    return;
  if (tablet->settings.tradein == TRADEIN_NO_ATTESTATION) {
    g_string_append (out, "\"attestation\":{\"error\":\"Network connection needed for attestation\"},");
    return;
  }
  certificates = certificates_of (tablet, challenge);
  g_string_append_printf (out, "\"attestation\":{\"certificates\":\"%s\"},", certificates);
}

static void
get_status (const Tablet *tablet, const char *challenge, GString *out)
{
  const struct Settings *set = &tablet->settings;
  if (tablet->frp) { // a locked tablet says nothing else
    g_string_append (out, "{\"locks\":{\"factory_reset_protection\":true}}\n");
    return;
  }
  g_string_append_c (out, '{');
  append_attestation (tablet, challenge, out);
  g_string_append_printf (out,
                          "\"battery\":{\"cycle_count\":12,\"health\":97,\"state\":2},"
                          "\"storage\":{\"useful_lifetime_remaining\":99,\"capacity_bytes\":\"64000000000\"},"
                          "\"launch_level\":36,\"locks\":{\"factory_reset_protection\":false},"
                          "\"product\":{\"manufacturer\":\"%s\",\"model\":\"%s\"}}\n",
                          set->maker, set->model);
}

void
tradein_run (Tablet *tablet, char **words, struct ShellResult *result)
{
  guint count = g_strv_length (words);
  gboolean has_challenge = count == 4 && g_str_equal (words[2], "-challenge");
  if (tablet->settings.adb != ADB_TRADEIN || count < 2 || !g_str_equal (words[1], "getstatus") ||
      (count > 2 && !has_challenge)) {
    g_string_append (result->err, "Error: device is not eligible for trade-in mode\n");
    result->status = 1;
  } else if (tablet->settings.tradein == TRADEIN_GARBAGE)
    g_string_append (result->out, "{\"locks\":{\"factory_reset_protection\":false},\"locks\":{}}\n");
  else
    get_status (tablet, has_challenge ? words[3] : NULL, result->out);
}
