/* Sealing and opening, piece by piece. */
#include "cli/seal.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC        "TEMOIN-SEALED-1\n"
#define KEY_WORD     "temoin-key-1 "
#define CREDENTIAL   "backup-key"
#define PIECE        (64 * 1024) /* bytes, before sealing */
#define SEALED_PIECE (PIECE + crypto_secretstream_xchacha20poly1305_ABYTES)

typedef struct {
  char magic[16];
  guint8 key_name[16];
} Head;
G_STATIC_ASSERT (sizeof (Head) == 32 && sizeof MAGIC == 17);

static void
head_fill (Head *head, const SealKey *key)
{
  static const char purpose[] = "temoin key name";
  memcpy (head->magic, MAGIC, sizeof head->magic);
  (void)crypto_generichash (head->key_name, sizeof head->key_name, (const guint8 *)purpose, sizeof purpose, key->bytes,
                            sizeof key->bytes); /* fails on bad sizes only */
}

/* ---- keys ---- */

static gboolean
fault_key (const Session *session, const char *path, Text why, GError **error)
{
  fault_set (error, LEAVE_USAGE, session->language, "La clé « %s » ne peut pas servir : %s.",
             "The key \"%s\" cannot be used: %s.", path, text_in (why, session->language));
  return FALSE;
}

static gboolean
start_sodium (const Session *session, GError **error)
{
  if (sodium_init () >= 0)
    return TRUE;
  fault_set (error, LEAVE_USAGE, session->language, "Cette machine ne peut pas chiffrer.",
             "This machine cannot encrypt.");
  return FALSE;
}

gboolean
seal_key_make (const Session *session, const char *path, GError **error)
{
  SealKey key;
  char hex[2 * sizeof key.bytes + 1];
  if (!start_sodium (session, error))
    return FALSE;
  g_autoptr (FileOut) out = files_write (session, path, FALSE, error);
  if (out == NULL)
    return FALSE;
  crypto_secretstream_xchacha20poly1305_keygen (key.bytes);
  (void)sodium_bin2hex (hex, sizeof hex, key.bytes, sizeof key.bytes); /* hex is large enough */
  fprintf (files_stream (out), KEY_WORD "%s\n", hex);                  /* a failure shows when it is kept */
  sodium_memzero (&key, sizeof key);
  sodium_memzero (hex, sizeof hex);
  return files_keep (session, g_steal_pointer (&out), error);
}

static gboolean
parse_key (const char *text, SealKey *key)
{
  SealKey found;
  size_t length = 0;
  const char *end = NULL;
  if (!g_str_has_prefix (text, KEY_WORD))
    return FALSE;
  const char *hex = text + strlen (KEY_WORD);
  gboolean is_key = sodium_hex2bin (found.bytes, sizeof found.bytes, hex, strlen (hex), NULL, &length, &end) == 0 &&
                    length == sizeof found.bytes && (*end == '\0' || g_str_equal (end, "\n"));
  if (is_key)
    *key = found;
  sodium_memzero (&found, sizeof found);
  return is_key;
}

static gboolean
load_key (const Session *session, const char *path, SealKey *key, GError **error)
{
  char text[128] = "";
  FILE *file = files_read (session, path, error);
  struct stat facts;
  if (file == NULL)
    return FALSE;
  gboolean is_ours = fstat (fileno (file), &facts) == 0 && (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  setvbuf (file, NULL, _IONBF, 0); /* no second copy of the key */
  size_t length = fread (text, 1, sizeof text - 1, file);
  text[length] = '\0';
  gboolean is_key = parse_key (text, key);
  sodium_memzero (text, sizeof text);
  fclose (file);
  if (!is_ours)
    return fault_key (session, path,
                      (Text){"d'autres que vous peuvent la lire : tapez chmod 600 sur ce fichier",
                             "others than you may read it: type chmod 600 on this file"},
                      error);
  return is_key || fault_key (session, path,
                              (Text){"ce n'est pas une clé faite par « temoin backup key »",
                                     "\"temoin backup key\" did not make it"},
                              error);
}

gboolean
seal_key_read (const Session *session, const char *path, SealKey *key, gboolean *has_key, GError **error)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *credential = folder != NULL ? g_build_filename (folder, CREDENTIAL, NULL) : NULL;
  if (path == NULL && credential != NULL && g_access (credential, F_OK) == 0)
    path = credential;
  if (path != NULL && (!start_sodium (session, error) || !load_key (session, path, key, error)))
    return FALSE;
  *has_key = path != NULL;
  return TRUE;
}

/* ---- sealing ---- */

typedef struct {
  FILE *below; /* borrowed */
  crypto_secretstream_xchacha20poly1305_state state;
  Head head;
  gboolean has_begun; /* the first piece was written */
  gsize length;
  guint8 piece[PIECE];
} Sealing;

static gboolean
write_piece (Sealing *sealing, guint8 tag)
{
  guint8 sealed[SEALED_PIECE];
  unsigned long long size;
  const guint8 *about = sealing->has_begun ? NULL : (const guint8 *)&sealing->head;
  (void)crypto_secretstream_xchacha20poly1305_push (&sealing->state, sealed, &size, sealing->piece, sealing->length,
                                                    about, about != NULL ? sizeof sealing->head : 0,
                                                    tag); /* fails on impossible lengths only */
  sealing->has_begun = TRUE;
  sealing->length = 0;
  return fwrite (sealed, 1, size, sealing->below) == size;
}

/* A full piece waits until it is known that more comes: only the last one says that it is. */
static ssize_t
on_write (void *cookie, const char *bytes, size_t size)
{
  Sealing *sealing = cookie;
  for (size_t done = 0; done < size;) {
    if (sealing->length == PIECE && !write_piece (sealing, 0))
      return (ssize_t)done;
    size_t n = MIN (size - done, PIECE - sealing->length);
    memcpy (sealing->piece + sealing->length, bytes + done, n);
    sealing->length += n;
    done += n;
  }
  return (ssize_t)size;
}

static int
on_close (void *cookie)
{
  Sealing *sealing = cookie;
  gboolean is_written = write_piece (sealing, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
  int number = errno;
  sodium_memzero (sealing, sizeof *sealing);
  g_free (sealing);
  errno = number;
  return is_written ? 0 : -1;
}

FILE *
seal_writer (FILE *below, const SealKey *key)
{
  guint8 header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
  Sealing *sealing = g_new0 (Sealing, 1);
  sealing->below = below;
  head_fill (&sealing->head, key);
  (void)crypto_secretstream_xchacha20poly1305_init_push (&sealing->state, header, key->bytes); /* always 0 */
  fwrite (&sealing->head, 1, sizeof sealing->head, below); /* a failure stays with the stream, and shows at its end */
  fwrite (header, 1, sizeof header, below);
  return fopencookie (sealing, "w", (cookie_io_functions_t){.write = on_write, .close = on_close});
}

/* ---- opening ---- */

gboolean
seal_is_sealed (FILE *file)
{
  char magic[sizeof (Head)] = "";
  gboolean is_sealed = fread (magic, 1, strlen (MAGIC), file) == strlen (MAGIC) && g_str_equal (magic, MAGIC);
  rewind (file);
  return is_sealed;
}

/* Whether the file ends after the piece just read. */
static gboolean
is_at_end (FILE *file)
{
  int next = fgetc (file);
  return next == EOF || ungetc (next, file) == EOF;
}

/* FALSE: not what was sealed, or not all of it; or the temporary file cannot be written (errno is set then). */
static gboolean
open_pieces (FILE *sealed, FILE *out, const Head *head, crypto_secretstream_xchacha20poly1305_state *state)
{
  guint8 piece[PIECE], bytes[SEALED_PIECE];
  guint8 tag = 0;
  const guint8 *about = (const guint8 *)head;
  for (gboolean is_over = FALSE; !is_over; about = NULL) {
    unsigned long long length;
    size_t size = fread (bytes, 1, sizeof bytes, sealed);
    if (size < crypto_secretstream_xchacha20poly1305_ABYTES ||
        crypto_secretstream_xchacha20poly1305_pull (state, piece, &length, &tag, bytes, size, about,
                                                    about != NULL ? sizeof *head : 0) != 0 ||
        fwrite (piece, 1, length, out) != length)
      return FALSE;
    is_over = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL || is_at_end (sealed);
  }
  return tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL && is_at_end (sealed) && fflush (out) == 0;
}

/* Beside the other temporary files of this machine ($TMPDIR); it has no name, so nothing stays of it. */
static FILE *
temporary (void)
{
  g_autofree char *name = NULL;
  int fd = g_file_open_tmp ("temoin-XXXXXX", &name, NULL);
  if (fd < 0)
    return NULL;
  (void)g_unlink (name); /* it stays empty when it cannot go */
  return fdopen (fd, "wb+");
}

static gboolean
fault_sealed (const Session *session, const char *name, Text why, GError **error)
{
  fault_set (error, LEAVE_USAGE, session->language, "La sauvegarde « %s » ne s'ouvre pas : %s. Rien n'a été changé.",
             "The backup \"%s\" cannot be opened: %s. Nothing was changed.", name, text_in (why, session->language));
  return FALSE;
}

/* Before anything is opened: is it the right key? */
static gboolean
start_opening (const Session *session, FILE *sealed, const SealKey *key, const char *name, Head *head,
               crypto_secretstream_xchacha20poly1305_state *state, GError **error)
{
  guint8 header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
  Head expected;
  if (key == NULL)
    return fault_sealed (
        session, name,
        (Text){"elle est chiffrée. Donnez sa clé avec --key-file", "it is encrypted. Give its key with --key-file"},
        error);
  head_fill (&expected, key);
  gboolean is_read = fread (head, 1, sizeof *head, sealed) == sizeof *head &&
                     fread (header, 1, sizeof header, sealed) == sizeof header;
  if (is_read && memcmp (head, &expected, sizeof expected) != 0)
    return fault_sealed (session, name,
                         (Text){"elle a été chiffrée avec une autre clé", "it was encrypted with another key"}, error);
  return (is_read && crypto_secretstream_xchacha20poly1305_init_pull (state, header, key->bytes) == 0) ||
         fault_sealed (session, name, (Text){"il en manque une partie", "a part of it is missing"}, error);
}

FILE *
seal_open (const Session *session, FILE *sealed, const SealKey *key, const char *name, GError **error)
{
  Head head;
  crypto_secretstream_xchacha20poly1305_state state;
  if (!start_opening (session, sealed, key, name, &head, &state, error))
    return NULL;
  FILE *out = temporary ();
  errno = 0;
  gboolean is_whole = out != NULL && open_pieces (sealed, out, &head, &state);
  int number = out == NULL || ferror (out) ? errno : 0;
  sodium_memzero (&state, sizeof state);
  if (is_whole) {
    rewind (out);
    return out;
  }
  if (out != NULL)
    fclose (out);
  (void)(number != 0 || out == NULL
             ? fault_sealed (session, name,
                             (Text){"il n'y a pas la place de la déchiffrer dans le dossier temporaire ($TMPDIR)",
                                    "there is no room to decrypt it in the temporary folder ($TMPDIR)"},
                             error)
             : fault_sealed (session, name, (Text){"elle a été coupée ou modifiée", "it was cut or changed"},
                             error)); /* NULL below */
  return NULL;
}
