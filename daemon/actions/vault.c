/* The key ring. One line a key, "ID HEX", the one that seals first; the id is a digest of the key, so that a damaged line is known. */
#include "daemon/actions/vault.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_BYTES   crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define PRINT_BYTES 16
#define ID_BYTES    4
#define ID_LETTERS  (2 * ID_BYTES)
#define KEYS_MAX    16
#define FILE_MAX    8192 /* bytes */
#define CREDENTIAL  "temoin-key"

G_STATIC_ASSERT (PRINT_BYTES >= crypto_generichash_BYTES_MIN);

typedef struct {
  char id[ID_LETTERS + 1];
  guint8 key[KEY_BYTES];
} Key;

struct _Vault {
  GMutex lock;
  char *path;
  gboolean is_given; /* by systemd: not ours to write */
  Finding *problem;
  Key *keys; /* KEYS_MAX of them, in memory that is not swapped */
  guint n;
};

char *
vault_text_new (gsize length)
{
  char *text = sodium_malloc (length + 1);
  g_assert (text != NULL); /* like g_malloc */
  memset (text, 0, length + 1);
  return text;
}

void
vault_text_free (char *text)
{
  sodium_free (text);
}

static void
key_name (Key *key)
{
  static const char purpose[] = "temoin key id";
  guint8 digest[crypto_generichash_BYTES_MIN];
  (void)crypto_generichash (digest, sizeof digest, (const guint8 *)purpose, strlen (purpose), key->key, KEY_BYTES);
  (void)sodium_bin2hex (key->id, sizeof key->id, digest, ID_BYTES);
}

/* ---- the file ---- */

static gboolean
fail (Vault *vault, const char *why, GError **error)
{
  rule_error_set (error, M_KEY_FILE, vault->path, why, NULL);
  return FALSE;
}

/* line: "ID HEX". */
static gboolean
read_line (Vault *vault, const char *line, gsize length, GError **error)
{
  Key *key = &vault->keys[vault->n];
  gsize read = 0;
  if (vault->n == KEYS_MAX)
    return fail (vault, "more than 16 keys", error);
  if (length != ID_LETTERS + 1 + 2 * KEY_BYTES || line[ID_LETTERS] != ' ' ||
      sodium_hex2bin (key->key, KEY_BYTES, line + ID_LETTERS + 1, 2 * KEY_BYTES, NULL, &read, NULL) != 0 ||
      read != KEY_BYTES)
    return fail (vault, "a line is no key", error);
  key_name (key);
  if (memcmp (key->id, line, ID_LETTERS) != 0)
    return fail (vault, "a key is damaged", error);
  vault->n++;
  return TRUE;
}

static gboolean
read_lines (Vault *vault, const char *text, GError **error)
{
  while (*text != '\0') {
    gsize length = strcspn (text, "\n");
    if (length > 0 && *text != '#' && !read_line (vault, text, length, error))
      return FALSE;
    text += length + (text[length] == '\n');
  }
  return vault->n > 0 || fail (vault, "it holds no key", error);
}

/* Nobody else may read it, whoever put it there. */
static gboolean
check_file (Vault *vault, int fd, GError **error)
{
  struct stat file;
  if (fstat (fd, &file) != 0)
    return fail (vault, g_strerror (errno), error);
  if (!S_ISREG (file.st_mode) || file.st_size > FILE_MAX)
    return fail (vault, "it is no file of keys", error);
  if ((file.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail (vault, "others may read it (chmod 0400)", error);
  return file.st_uid == geteuid () || file.st_uid == 0 || fail (vault, "it belongs to somebody else", error);
}

static gboolean
read_file (Vault *vault, int fd, GError **error)
{
  char *text = vault_text_new (FILE_MAX);
  ssize_t length = read (fd, text, FILE_MAX);
  gboolean is_good = length >= 0 ? read_lines (vault, text, error) : fail (vault, g_strerror (errno), error);
  vault_text_free (text);
  return is_good;
}

/* TRUE also when there is no file. */
static gboolean
load (Vault *vault, GError **error)
{
  int fd = open (vault->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return errno == ENOENT || fail (vault, g_strerror (errno), error);
  gboolean is_good = check_file (vault, fd, error) && read_file (vault, fd, error);
  (void)close (fd); /* only read from */
  return is_good;
}

Vault *
vault_open (const char *path)
{
  if (sodium_init () < 0)
    g_error ("libsodium does not start"); /* no random numbers: nothing may be sealed */
  Vault *vault = g_new0 (Vault, 1);
  const char *credentials = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *given = credentials != NULL ? g_build_filename (credentials, CREDENTIAL, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  g_mutex_init (&vault->lock);
  vault->is_given = given != NULL && g_file_test (given, G_FILE_TEST_EXISTS);
  vault->path = g_strdup (vault->is_given ? given : path);
  vault->keys = sodium_allocarray (KEYS_MAX, sizeof (Key));
  g_assert (vault->keys != NULL);
  if (!load (vault, &error)) {
    vault->n = 0;
    vault->problem = finding_copy (rule_error_finding (error));
  }
  return vault;
}

void
vault_free (Vault *vault)
{
  if (vault == NULL)
    return;
  sodium_free (vault->keys);
  finding_free (vault->problem);
  g_free (vault->path);
  g_mutex_clear (&vault->lock);
  g_free (vault);
}

/* The ring as the file holds it, in memory that is not swapped. */
static char *
ring_text (const Vault *vault)
{
  static const char head[] = "# Temoin: keys of sealed codes. Keep a copy elsewhere; never beside the backups.\n";
  char *text = vault_text_new (FILE_MAX);
  gsize at = g_strlcpy (text, head, FILE_MAX);
  for (guint i = 0; i < vault->n; i++) {
    at += g_strlcpy (text + at, vault->keys[i].id, FILE_MAX - at);
    text[at++] = ' ';
    (void)sodium_bin2hex (text + at, FILE_MAX - at, vault->keys[i].key, KEY_BYTES);
    at += 2 * KEY_BYTES;
    text[at++] = '\n';
  }
  return text;
}

static gboolean
write_whole (int fd, const char *text)
{
  gsize length = strlen (text);
  while (length > 0) {
    ssize_t written = write (fd, text, length);
    if (written < 0 && errno != EINTR)
      return FALSE;
    text += MAX (written, 0);
    length -= (gsize)MAX (written, 0);
  }
  return fsync (fd) == 0;
}

/* The name is durable too: rows will be sealed with what this file alone holds. */
static gboolean
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean is_good = fd >= 0 && fsync (fd) == 0;
  if (fd >= 0)
    (void)close (fd); /* only synced */
  return is_good;
}

static gboolean
save (Vault *vault, GError **error)
{
  g_autofree char *next = g_strconcat (vault->path, ".new", NULL);
  (void)g_unlink (next); /* of a write that was cut short */
  int fd = open (next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
  if (fd < 0)
    return fail (vault, g_strerror (errno), error);
  char *text = ring_text (vault);
  gboolean is_good = write_whole (fd, text);
  vault_text_free (text);
  is_good = close (fd) == 0 && is_good && g_rename (next, vault->path) == 0 && sync_folder (vault->path);
  if (is_good)
    return TRUE;
  fail (vault, g_strerror (errno), error);
  (void)g_unlink (next); /* the error tells more */
  return FALSE;
}

gboolean
vault_add_key (Vault *vault, GError **error)
{
  if (vault->is_given) {
    rule_error_set (error, M_KEY_READ_ONLY, vault->path, NULL);
    return FALSE;
  }
  if (vault->problem != NULL) { /* a file is there that we cannot read: it is not ours to replace */
    rule_error_take (error, finding_copy (vault->problem));
    return FALSE;
  }
  g_mutex_lock (&vault->lock);
  gboolean has_room = vault->n < KEYS_MAX;
  if (has_room) {
    memmove (&vault->keys[1], &vault->keys[0], vault->n * sizeof (Key));
    randombytes_buf (vault->keys[0].key, KEY_BYTES);
    key_name (&vault->keys[0]);
    vault->n++;
  }
  gboolean is_good = has_room ? save (vault, error) : fail (vault, "more than 16 keys", error);
  if (has_room && !is_good) {
    memmove (&vault->keys[0], &vault->keys[1], --vault->n * sizeof (Key));
    sodium_memzero (&vault->keys[vault->n], sizeof (Key));
  }
  g_mutex_unlock (&vault->lock);
  return is_good;
}

/* ---- what the ring is ---- */

char *
vault_key_id (Vault *vault)
{
  g_mutex_lock (&vault->lock);
  char *id = g_strdup (vault->n > 0 ? vault->keys[0].id : "");
  g_mutex_unlock (&vault->lock);
  return id;
}

/* With the lock held. */
static const Key *
find_key (const Vault *vault, const char *id)
{
  for (guint i = 0; i < vault->n; i++)
    if (g_str_equal (vault->keys[i].id, id))
      return &vault->keys[i];
  return NULL;
}

gboolean
vault_has_key (Vault *vault, const char *key_id)
{
  g_mutex_lock (&vault->lock);
  gboolean found = find_key (vault, key_id) != NULL;
  g_mutex_unlock (&vault->lock);
  return found;
}

const char *
vault_path (Vault *vault)
{
  return vault->path;
}

const Finding *
vault_problem (Vault *vault)
{
  return vault->problem;
}

/* ---- sealing ---- */

/* "pin:SBCDFGHK:0a1b2c3d": what the box belongs to. Caller frees. */
static char *
belonging (SecretKind kind, const char *owner, const char *key_id)
{
  return g_strdup_printf ("%s:%s:%s", secret_kind_name (kind), owner, key_id);
}

static GBytes *
seal_with (const Key *key, SecretKind kind, const char *owner, const char *text)
{
  gsize length = strlen (text);
  guint8 *box = g_malloc (NONCE_BYTES + length + TAG_BYTES);
  g_autofree char *ad = belonging (kind, owner, key->id);
  unsigned long long sealed;
  randombytes_buf (box, NONCE_BYTES);
  (void)crypto_aead_xchacha20poly1305_ietf_encrypt (box + NONCE_BYTES, &sealed, (const guint8 *)text, length,
                                                    (const guint8 *)ad, strlen (ad), NULL, box,
                                                    key->key); /* cannot fail */
  return g_bytes_new_take (box, NONCE_BYTES + (gsize)sealed);
}

GBytes *
vault_seal (Vault *vault, SecretKind kind, const char *owner, const char *text, char **key_id, GError **error)
{
  GBytes *box = NULL;
  g_mutex_lock (&vault->lock);
  if (vault->n > 0) {
    box = seal_with (&vault->keys[0], kind, owner, text);
    *key_id = g_strdup (vault->keys[0].id);
  } else if (vault->problem != NULL)
    rule_error_take (error, finding_copy (vault->problem));
  else
    rule_error_set (error, M_SECRET_NO_KEY, NULL);
  g_mutex_unlock (&vault->lock);
  return box;
}

static char *
unseal_with (const Key *key, const Secret *secret, GError **error)
{
  gsize length;
  const guint8 *box = g_bytes_get_data (secret->box, &length);
  g_autofree char *ad = belonging (secret->kind, secret->owner, key->id);
  char *text = vault_text_new (length);
  if (length >= NONCE_BYTES + TAG_BYTES &&
      crypto_aead_xchacha20poly1305_ietf_decrypt ((guint8 *)text, NULL, NULL, box + NONCE_BYTES, length - NONCE_BYTES,
                                                  (const guint8 *)ad, strlen (ad), box, key->key) == 0)
    return text;
  vault_text_free (text);
  rule_error_set (error, M_SECRET_DAMAGED, secret->owner, NULL);
  return NULL;
}

char *
vault_unseal (Vault *vault, const Secret *secret, GError **error)
{
  char *text = NULL;
  g_mutex_lock (&vault->lock);
  const Key *key = find_key (vault, secret->key_id);
  if (key != NULL)
    text = unseal_with (key, secret, error);
  else
    rule_error_set (error, M_SECRET_KEY_LOST, secret->key_id, NULL);
  g_mutex_unlock (&vault->lock);
  return text;
}

/* Of a key of its own for each key of the ring: what digests tell says nothing of what seals. */
static char *
print_with (const Key *key, const char *bytes, gsize length)
{
  static const char purpose[] = "temoin prints";
  guint8 sub_key[KEY_BYTES], digest[PRINT_BYTES];
  char *print = g_malloc (2 * PRINT_BYTES + 1);
  (void)crypto_generichash (sub_key, sizeof sub_key, (const guint8 *)purpose, strlen (purpose), key->key, KEY_BYTES);
  (void)crypto_generichash (digest, sizeof digest, (const guint8 *)bytes, length, sub_key, sizeof sub_key);
  sodium_memzero (sub_key, sizeof sub_key);
  return sodium_bin2hex (print, 2 * PRINT_BYTES + 1, digest, sizeof digest);
}

char **
vault_prints (Vault *vault, const char *bytes, gsize length)
{
  g_mutex_lock (&vault->lock);
  char **prints = g_new0 (char *, vault->n + 1);
  for (guint i = 0; i < vault->n; i++)
    prints[i] = print_with (&vault->keys[i], bytes, length);
  g_mutex_unlock (&vault->lock);
  return prints;
}
