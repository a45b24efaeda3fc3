// Android's public key structure to OpenSSL. Source: android_pubkey.h (words count, n0inv, n, R^2 mod n, e).
#include "tests/fleet/adb_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>

#define MODULUS_BYTES 256

// The structure is little endian, as are the numbers OpenSSL takes on the machines this runs on.
struct AndroidKey {
  guint32 words, n0inv;
  guint8 n[MODULUS_BYTES], rr[MODULUS_BYTES];
  guint32 e;
};

G_STATIC_ASSERT (sizeof (struct AndroidKey) == 524);
G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

static gboolean
decode (const char *text, struct AndroidKey *key)
{
  g_autofree char *base64 = g_strndup (text, strcspn (text, " "));
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (base64, &length);
  if (length != sizeof *key)
    return FALSE;
  memcpy (key, bytes, length);
  return key->words == MODULUS_BYTES / 4 && (key->n[0] & 1) == 1;
}

gboolean
adb_key_is_valid (const char *text)
{
  struct AndroidKey key;
  return decode (text, &key);
}

static EVP_PKEY *
load (struct AndroidKey *key)
{
  unsigned int e = key->e;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_BN (OSSL_PKEY_PARAM_RSA_N, key->n, sizeof key->n),
      OSSL_PARAM_construct_uint (OSSL_PKEY_PARAM_RSA_E, &e),
      OSSL_PARAM_construct_end (),
  };
  EVP_PKEY *loaded = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name (NULL, "RSA", NULL);
  if (EVP_PKEY_fromdata_init (context) != 1 || EVP_PKEY_fromdata (context, &loaded, EVP_PKEY_PUBLIC_KEY, params) != 1)
    loaded = NULL;
  EVP_PKEY_CTX_free (context);
  return loaded;
}

gboolean
adb_key_verifies (const char *text, const guint8 *token, const guint8 *signature, gsize length)
{
  struct AndroidKey key;
  EVP_PKEY *loaded = decode (text, &key) ? load (&key) : NULL;
  if (loaded == NULL)
    return FALSE;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (loaded, NULL);
  gboolean is_good = EVP_PKEY_verify_init (context) == 1 &&
                     EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING) == 1 &&
                     EVP_PKEY_CTX_set_signature_md (context, EVP_sha1 ()) == 1 &&
                     EVP_PKEY_verify (context, signature, length, token, ADB_TOKEN_BYTES) == 1;
  EVP_PKEY_CTX_free (context);
  EVP_PKEY_free (loaded);
  return is_good;
}
