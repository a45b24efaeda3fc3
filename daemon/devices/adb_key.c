/* The RSA key of the bench, with libcrypto; adbd's form of a public key is read in AOSP libcrypto_utils/android_pubkey. */
#include "daemon/devices/adb_key.h"

#include "daemon/devices/bytes.h"
#include "daemon/devices/device.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define MODULUS_SIZE  256                            /* bytes */
#define MODULUS_WORDS (MODULUS_SIZE / 4)             /* 32-bit words */
#define PUBLIC_SIZE   (4 + 4 + 2 * MODULUS_SIZE + 4) /* bytes */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BN_CTX, BN_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free)

struct _AdbKey {
  EVP_PKEY *pkey;
  GBytes *public;
};

static void
set_error (GError **error, const char *what)
{
  char reason[256];
  ERR_error_string_n (ERR_get_error (), reason, sizeof reason);
  ERR_clear_error ();
  g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_SETUP, "%s: %s", what, reason);
}

static EVP_PKEY *
key_from_pem (const char *pem, gsize n, GError **error)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, (int)n);
  g_autoptr (EVP_PKEY) pkey = PEM_read_bio_PrivateKey (bio, NULL, NULL, (void *)"");
  if (pkey == NULL) {
    set_error (error, "not a private key");
    return NULL;
  }
  if (!EVP_PKEY_is_a (pkey, "RSA") || EVP_PKEY_get_bits (pkey) != MODULUS_SIZE * 8) {
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_SETUP, "not an RSA key of 2048 bits");
    return NULL;
  }
  return g_steal_pointer (&pkey);
}

static EVP_PKEY *
key_make (const char *path, GError **error)
{
  g_autoptr (EVP_PKEY) pkey = EVP_RSA_gen (MODULUS_SIZE * 8);
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  if (pkey == NULL || bio == NULL || !PEM_write_bio_PrivateKey (bio, pkey, NULL, NULL, 0, NULL, NULL)) {
    set_error (error, "cannot make a key");
    return NULL;
  }
  char *pem;
  long n = BIO_get_mem_data (bio, &pem);
  g_autoptr (GError) cause = NULL;
  if (!g_file_set_contents_full (path, pem, n, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &cause)) {
    g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_SETUP, "cannot write: %s", cause->message);
    return NULL;
  }
  return g_steal_pointer (&pkey);
}

static EVP_PKEY *
key_read_or_make (const char *path, GError **error)
{
  g_autofree char *pem = NULL;
  gsize n;
  g_autoptr (GError) cause = NULL;
  if (g_file_get_contents (path, &pem, &n, &cause))
    return key_from_pem (pem, n, error);
  if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return key_make (path, error);
  g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_SETUP, "cannot read: %s", cause->message);
  return NULL;
}

/* {u32 64; u32 -1/n mod 2^32; n; 2^4096 mod n; u32 e}, all little-endian. FALSE when libcrypto fails. */
static gboolean
encode_public (const BIGNUM *n, const BIGNUM *e, guint8 out[PUBLIC_SIZE])
{
  g_autoptr (BN_CTX) ctx = BN_CTX_new ();
  g_autoptr (BIGNUM) word = BN_new ();
  g_autoptr (BIGNUM) inverse = BN_new ();
  g_autoptr (BIGNUM) rr = BN_new ();
  if (!BN_set_bit (word, 32) || !BN_mod_inverse (inverse, n, word, ctx) || !BN_sub (inverse, word, inverse) ||
      !BN_set_bit (rr, 2 * 8 * MODULUS_SIZE) || !BN_mod (rr, rr, n, ctx))
    return FALSE;
  bytes_put_u32 (out, MODULUS_WORDS);
  bytes_put_u32 (out + 4, (guint32)BN_get_word (inverse));
  bytes_put_u32 (out + 8 + 2 * MODULUS_SIZE, (guint32)BN_get_word (e));
  return BN_bn2lebinpad (n, out + 8, MODULUS_SIZE) == MODULUS_SIZE &&
         BN_bn2lebinpad (rr, out + 8 + MODULUS_SIZE, MODULUS_SIZE) == MODULUS_SIZE;
}

static GBytes *
public_of (EVP_PKEY *pkey, GError **error)
{
  BIGNUM *n_read = NULL, *e_read = NULL;
  gboolean is_read = EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_RSA_N, &n_read) &&
                     EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_RSA_E, &e_read);
  g_autoptr (BIGNUM) n = n_read;
  g_autoptr (BIGNUM) e = e_read;
  guint8 binary[PUBLIC_SIZE];
  if (!is_read || !encode_public (n, e, binary)) {
    set_error (error, "cannot encode the public key");
    return NULL;
  }
  g_autofree char *base64 = g_base64_encode (binary, sizeof binary);
  char *text = g_strdup_printf ("%s temoin@%s", base64, g_get_host_name ());
  return g_bytes_new_take (text, strlen (text) + 1);
}

AdbKey *
adb_key_load (const char *path, GError **error)
{
  g_autoptr (AdbKey) key = g_new0 (AdbKey, 1);
  key->pkey = key_read_or_make (path, error);
  if (key->pkey != NULL)
    key->public = public_of (key->pkey, error);
  if (key->public == NULL) {
    g_prefix_error (error, "adb key %s: ", path);
    return NULL;
  }
  return g_steal_pointer (&key);
}

void
adb_key_free (AdbKey *key)
{
  if (key == NULL)
    return;
  EVP_PKEY_free (key->pkey);
  g_clear_pointer (&key->public, g_bytes_unref);
  g_free (key);
}

gboolean
adb_key_sign (const AdbKey *key, const guint8 token[ADB_TOKEN_SIZE], guint8 signature[ADB_SIGNATURE_SIZE],
              GError **error)
{
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new (key->pkey, NULL);
  guint8 made[ADB_SIGNATURE_SIZE];
  size_t n = sizeof made;
  if (EVP_PKEY_sign_init (ctx) <= 0 || EVP_PKEY_CTX_set_rsa_padding (ctx, RSA_PKCS1_PADDING) <= 0 ||
      EVP_PKEY_CTX_set_signature_md (ctx, EVP_sha1 ()) <= 0 ||
      EVP_PKEY_sign (ctx, made, &n, token, ADB_TOKEN_SIZE) <= 0 || n != sizeof made) {
    set_error (error, "cannot sign");
    return FALSE;
  }
  memcpy (signature, made, sizeof made);
  return TRUE;
}

GBytes *
adb_key_public (const AdbKey *key)
{
  return key->public;
}
