/* The adb key: its file, its signature and its public form, each checked with libcrypto and arithmetic of its own. */
#include "daemon/devices/adb_key.h"
#include "daemon/devices/device.h"

#include <glib/gstdio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>
#include <sys/stat.h>

#define PUBLIC_SIZE 524 /* bytes */

static char *directory, *path;

static EVP_PKEY *
read_pem (void)
{
  FILE *file = g_fopen (path, "r");
  EVP_PKEY *pkey = PEM_read_PrivateKey (file, NULL, NULL, NULL);
  fclose (file);
  g_assert_nonnull (pkey);
  return pkey;
}

static void
test_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AdbKey) made = adb_key_load (path, &error);
  g_assert_no_error (error);
  GStatBuf info;
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmphex (info.st_mode & 0777, ==, 0600);
  g_autoptr (AdbKey) read = adb_key_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (adb_key_public (made), adb_key_public (read)));
}

static void
test_signature (void)
{
  const guint8 *token = (const guint8 *)"0123456789abcdefghij";
  guint8 signature[ADB_SIGNATURE_SIZE];
  g_autoptr (AdbKey) key = adb_key_load (path, NULL);
  g_assert_true (adb_key_sign (key, token, signature, NULL));
  EVP_PKEY *pkey = read_pem ();
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new (pkey, NULL);
  g_assert_cmpint (EVP_PKEY_verify_init (ctx), ==, 1);
  EVP_PKEY_CTX_set_rsa_padding (ctx, RSA_PKCS1_PADDING);
  EVP_PKEY_CTX_set_signature_md (ctx, EVP_sha1 ());
  g_assert_cmpint (EVP_PKEY_verify (ctx, signature, sizeof signature, token, ADB_TOKEN_SIZE), ==, 1);
  signature[10] ^= 1;
  g_assert_cmpint (EVP_PKEY_verify (ctx, signature, sizeof signature, token, ADB_TOKEN_SIZE), !=, 1);
  EVP_PKEY_CTX_free (ctx);
  EVP_PKEY_free (pkey);
}

static guint32
word_at (const guint8 *bytes, gsize offset)
{
  return (guint32)bytes[offset] | (guint32)bytes[offset + 1] << 8 | (guint32)bytes[offset + 2] << 16 |
         (guint32)bytes[offset + 3] << 24;
}

/* rr * 1 in Montgomery form: rr is (2^2048)^2 mod n. */
static void
check_numbers (const guint8 *binary)
{
  EVP_PKEY *pkey = read_pem ();
  BIGNUM *n = NULL;
  g_assert_cmpint (EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_RSA_N, &n), ==, 1);
  BN_CTX *ctx = BN_CTX_new ();
  BIGNUM *r = BN_new (), *expected = BN_new ();
  BIGNUM *shown_n = BN_lebin2bn (binary + 8, 256, NULL), *rr = BN_lebin2bn (binary + 264, 256, NULL);
  BN_set_bit (r, 2048);
  BN_mod_sqr (expected, r, n, ctx);
  g_assert_cmpint (BN_cmp (n, shown_n), ==, 0);
  g_assert_cmpint (BN_cmp (rr, expected), ==, 0);
  g_assert_cmphex (word_at (binary, 8) * word_at (binary, 4), ==, 0xffffffff); /* n * n0inv = -1 mod 2^32 */
  BN_free (shown_n);
  BN_free (rr);
  BN_free (r);
  BN_free (expected);
  BN_free (n);
  BN_CTX_free (ctx);
  EVP_PKEY_free (pkey);
}

static void
test_public (void)
{
  g_autoptr (AdbKey) key = adb_key_load (path, NULL);
  gsize size, binary_size;
  const char *text = g_bytes_get_data (adb_key_public (key), &size);
  g_assert_cmpint (text[size - 1], ==, '\0');
  g_assert_cmpuint (strlen (text), ==, size - 1);
  g_auto (GStrv) words = g_strsplit (text, " ", 2);
  g_assert_true (g_str_has_prefix (words[1], "temoin@"));
  g_autofree guint8 *binary = g_base64_decode (words[0], &binary_size);
  g_assert_cmpuint (binary_size, ==, PUBLIC_SIZE);
  g_assert_cmpuint (word_at (binary, 0), ==, 64);
  g_assert_cmpuint (word_at (binary, 520), ==, 65537);
  check_numbers (binary);
}

static void
test_bad_files (void)
{
  g_autofree char *other = g_build_filename (directory, "other.pem", NULL);
  g_autofree char *nowhere = g_build_filename (directory, "absent", "key.pem", NULL);
  const char *const texts[] = {"", "not a key\n", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_true (g_file_set_contents (other, texts[i], -1, NULL));
    g_assert_null (adb_key_load (other, &error));
    g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_SETUP);
  }
  g_autoptr (GError) error = NULL;
  g_assert_null (adb_key_load (nowhere, &error));
  g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_SETUP);
  g_remove (other);
}

static void
test_other_kinds (void)
{
  g_autofree char *other = g_build_filename (directory, "short.pem", NULL);
  EVP_PKEY *short_key = EVP_RSA_gen (1024);
  FILE *file = g_fopen (other, "w");
  PEM_write_PrivateKey (file, short_key, NULL, NULL, 0, NULL, NULL);
  fclose (file);
  EVP_PKEY_free (short_key);
  g_autoptr (GError) error = NULL;
  g_assert_null (adb_key_load (other, &error));
  g_assert_error (error, DEVICE_ERROR, DEVICE_ERROR_SETUP);
  g_remove (other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("temoin-key.XXXXXX", NULL);
  path = g_build_filename (directory, "key.pem", NULL);
  g_test_add_func ("/devices/adb-key/is-made-once-and-kept-private", test_file);
  g_test_add_func ("/devices/adb-key/signs-what-libcrypto-verifies", test_signature);
  g_test_add_func ("/devices/adb-key/shows-itself-as-adbd-reads-it", test_public);
  g_test_add_func ("/devices/adb-key/refuses-a-bad-file", test_bad_files);
  g_test_add_func ("/devices/adb-key/refuses-a-short-key", test_other_kinds);
  int status = g_test_run ();
  g_remove (path);
  g_rmdir (directory);
  g_free (path);
  g_free (directory);
  return status;
}
