/* The key ring: what is sealed opens, what was moved or changed does not, and a file that cannot be trusted gives no key. */
#include "daemon/actions/vault.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  char *dir, *path;
  Vault *vault;
} Ring;

static void
ring_init (Ring *ring)
{
  ring->dir = g_dir_make_tmp ("vault-XXXXXX", NULL);
  ring->path = g_build_filename (ring->dir, "secret.key", NULL);
  ring->vault = vault_open (ring->path);
}

static void
ring_clear (Ring *ring)
{
  vault_free (ring->vault);
  (void)g_unlink (ring->path);
  g_assert_cmpint (g_rmdir (ring->dir), ==, 0);
  g_free (ring->dir);
  g_free (ring->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ring, ring_clear)

static Secret *
seal (Vault *vault, SecretKind kind, const char *owner, const char *text)
{
  g_autoptr (GError) error = NULL;
  Secret *secret = g_new0 (Secret, 1);
  secret->kind = kind;
  g_strlcpy (secret->owner, owner, sizeof (Code));
  secret->box = vault_seal (vault, kind, owner, text, &secret->key_id, &error);
  g_assert_no_error (error);
  return secret;
}

static void
release (Secret *secret)
{
  g_bytes_unref (secret->box);
  g_free (secret->key_id);
  g_free (secret);
}

static void
assert_opens (Vault *vault, const Secret *secret, const char *text)
{
  g_autoptr (GError) error = NULL;
  char *opened = vault_unseal (vault, secret, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (opened, ==, text);
  vault_text_free (opened);
}

static void
assert_stays_shut (Vault *vault, const Secret *secret, MessageId id)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (vault_unseal (vault, secret, &error));
  g_assert_error (error, RULE_ERROR, (int)id);
}

static void
no_key_seals_nothing (void)
{
  g_auto (Ring) ring;
  ring_init (&ring);
  g_autoptr (GError) error = NULL;
  char *key_id = NULL;
  g_assert_null (vault_seal (ring.vault, SECRET_PIN, "SBCDFGHK", "1234", &key_id, &error));
  g_assert_error (error, RULE_ERROR, M_SECRET_NO_KEY);
  g_autofree char *id = vault_key_id (ring.vault);
  g_assert_cmpstr (id, ==, "");
  g_auto (GStrv) prints = vault_prints (ring.vault, "x", 1);
  g_assert_null (prints[0]);
}

static void
sealed_opens_after_a_restart (void)
{
  g_auto (Ring) ring;
  ring_init (&ring);
  g_assert_true (vault_add_key (ring.vault, NULL));
  Secret *secret = seal (ring.vault, SECRET_PUK, "SBCDFGHK", "12345678");
  gsize length;
  const char *box = g_bytes_get_data (secret->box, &length);
  g_assert_null (memmem (box, length, "1234", 4));
  struct stat file;
  g_assert_cmpint (stat (ring.path, &file), ==, 0);
  g_assert_cmpint (file.st_mode & 0777, ==, 0400);
  vault_free (ring.vault);
  ring.vault = vault_open (ring.path);
  assert_opens (ring.vault, secret, "12345678");
  g_assert_true (vault_add_key (ring.vault, NULL)); /* what the key before sealed still opens */
  assert_opens (ring.vault, secret, "12345678");
  release (secret);
}

static void
what_was_moved_or_changed_stays_shut (void)
{
  g_auto (Ring) ring;
  ring_init (&ring);
  g_assert_true (vault_add_key (ring.vault, NULL));
  Secret *secret = seal (ring.vault, SECRET_PIN, "SBCDFGHK", "1234");
  g_strlcpy (secret->owner, "SBCDFGHJ", sizeof (Code)); /* another card */
  assert_stays_shut (ring.vault, secret, M_SECRET_DAMAGED);
  g_strlcpy (secret->owner, "SBCDFGHK", sizeof (Code));
  secret->kind = SECRET_PUK;
  assert_stays_shut (ring.vault, secret, M_SECRET_DAMAGED);
  secret->kind = SECRET_PIN;
  assert_opens (ring.vault, secret, "1234");
  gsize length;
  const guint8 *whole = g_bytes_get_data (secret->box, &length);
  for (gsize i = 0; i <= length; i++) { /* each byte changed, then each length */
    g_autofree guint8 *bad = g_memdup2 (whole, length);
    bad[MIN (i, length - 1)] ^= 1;
    Secret changed = *secret, cut = *secret;
    changed.box = g_bytes_new (bad, length);
    cut.box = g_bytes_new (whole, i == length ? 0 : i);
    assert_stays_shut (ring.vault, &changed, M_SECRET_DAMAGED);
    assert_stays_shut (ring.vault, &cut, M_SECRET_DAMAGED);
    g_bytes_unref (changed.box);
    g_bytes_unref (cut.box);
  }
  g_free (secret->key_id);
  secret->key_id = g_strdup ("00000000");
  assert_stays_shut (ring.vault, secret, M_SECRET_KEY_LOST);
  release (secret);
}

static void
a_file_that_cannot_be_trusted_gives_no_key (void)
{
  g_auto (Ring) ring;
  ring_init (&ring);
  g_assert_true (vault_add_key (ring.vault, NULL));
  g_autofree char *good = NULL;
  g_assert_true (g_file_get_contents (ring.path, &good, NULL, NULL));
  g_autofree char *flipped = g_strdup (good);
  flipped[strlen (flipped) - 2] = flipped[strlen (flipped) - 2] == '0' ? '1' : '0';
  const struct {
    const char *text;
    mode_t mode;
    gboolean is_good;
  } rows[] = {
      {good, 0400, TRUE}, {good, 0600, TRUE},   {good, 0440, FALSE},      {good, 0604, FALSE},
      {"", 0400, FALSE},  {"# x", 0400, FALSE}, {"hello\n", 0400, FALSE}, {flipped, 0400, FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    (void)g_unlink (ring.path);
    g_assert_true (g_file_set_contents (ring.path, rows[i].text, -1, NULL));
    g_assert_cmpint (g_chmod (ring.path, rows[i].mode), ==, 0);
    g_autoptr (Vault) vault = vault_open (ring.path);
    g_autofree char *id = vault_key_id (vault);
    g_assert_true ((id[0] != '\0') == rows[i].is_good);
    g_assert_true ((vault_problem (vault) == NULL) == rows[i].is_good);
    g_autoptr (GError) error = NULL;
    if (!rows[i].is_good) { /* and is not replaced by a new one */
      g_assert_false (vault_add_key (vault, &error));
      g_assert_error (error, RULE_ERROR, M_KEY_FILE);
    }
  }
}

static void
systemd_gives_the_key (void)
{
  g_auto (Ring) ring;
  ring_init (&ring);
  g_assert_true (vault_add_key (ring.vault, NULL));
  g_autofree char *given = g_build_filename (ring.dir, "temoin-key", NULL);
  g_assert_cmpint (g_rename (ring.path, given), ==, 0);
  g_setenv ("CREDENTIALS_DIRECTORY", ring.dir, TRUE);
  g_autoptr (Vault) vault = vault_open (ring.path);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *id = vault_key_id (vault);
  g_autofree char *before = vault_key_id (ring.vault);
  g_assert_cmpstr (id, ==, before);
  g_assert_cmpstr (vault_path (vault), ==, given);
  g_autoptr (GError) error = NULL;
  g_assert_false (vault_add_key (vault, &error));
  g_assert_error (error, RULE_ERROR, M_KEY_READ_ONLY);
  g_assert_cmpint (g_unlink (given), ==, 0);
}

static void
prints_are_equal_for_equal_texts_under_one_key (void)
{
  g_auto (Ring) ring;
  ring_init (&ring);
  g_assert_true (vault_add_key (ring.vault, NULL));
  g_auto (GStrv) one = vault_prints (ring.vault, "1234", 4);
  g_auto (GStrv) same = vault_prints (ring.vault, "1234", 4);
  g_auto (GStrv) other = vault_prints (ring.vault, "1235", 4);
  g_assert_true (vault_add_key (ring.vault, NULL));
  g_auto (GStrv) two = vault_prints (ring.vault, "1234", 4);
  g_assert_cmpstr (one[0], ==, same[0]);
  g_assert_cmpstr (one[0], !=, other[0]);
  g_assert_cmpstr (two[1], ==, one[0]);
  g_assert_cmpstr (two[0], !=, one[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/vault/no-key-seals-nothing", no_key_seals_nothing);
  g_test_add_func ("/actions/vault/sealed-opens-after-a-restart", sealed_opens_after_a_restart);
  g_test_add_func ("/actions/vault/what-was-moved-or-changed-stays-shut", what_was_moved_or_changed_stays_shut);
  g_test_add_func ("/actions/vault/a-file-that-cannot-be-trusted-gives-no-key",
                   a_file_that_cannot_be_trusted_gives_no_key);
  g_test_add_func ("/actions/vault/systemd-gives-the-key", systemd_gives_the_key);
  g_test_add_func ("/actions/vault/prints-are-equal-for-equal-texts-under-one-key",
                   prints_are_equal_for_equal_texts_under_one_key);
  return g_test_run ();
}
