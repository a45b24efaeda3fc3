/* Temporary name, then rename. */
#include "cli/files.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _FileOut {
  char *path, *temporary; /* both NULL for standard output */
  gboolean may_replace;
  FILE *file;
};

/* The system says it in English; these are the reasons that an agent meets. ENOENT when writing: a temporary name is made in the folder. */
static const struct {
  int number;
  Text text;
} reasons[] = {
    {ENOENT, {"introuvable : vérifiez le nom et le dossier", "not found: check the name and the folder"}},
    {ENOTDIR, {"ce chemin passe par un fichier", "this path goes through a file"}},
    {EISDIR, {"c'est un dossier", "it is a folder"}},
    {EINVAL, {"ce n'est pas un fichier ordinaire", "it is not an ordinary file"}},
    {EACCES, {"vous n'en avez pas le droit", "you may not"}},
    {EPERM, {"vous n'en avez pas le droit", "you may not"}},
    {EROFS, {"ce disque ne se laisse pas écrire", "this disk is read-only"}},
    {ENOSPC, {"le disque est plein", "the disk is full"}},
    {EDQUOT, {"votre espace est plein", "your space is full"}},
    {ENAMETOOLONG, {"le nom est trop long", "the name is too long"}},
    {EIO, {"le disque est abîmé ou débranché", "the disk is damaged or unplugged"}},
};

/* Caller frees. */
static char *
reason_text (int number, Language language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].number == number)
      return g_strdup (text_in (reasons[i].text, language));
  return text_print (language, "erreur %d du système", "system error %d", number);
}

static FILE *
spool_input (void)
{
  FILE *file = tmpfile ();
  char bytes[64 * 1024];
  gsize length;
  while (file != NULL && (length = fread (bytes, 1, sizeof bytes, stdin)) > 0)
    if (fwrite (bytes, 1, length, file) != length)
      break;
  if (file == NULL || (!ferror (stdin) && !ferror (file)))
    return file;
  fclose (file);
  return NULL;
}

/* 0, else why these bytes cannot be sent. */
static int
fault_of (FILE *file)
{
  struct stat facts;
  if (file == NULL || fstat (fileno (file), &facts) != 0)
    return errno;
  if (S_ISDIR (facts.st_mode))
    return EISDIR;
  return S_ISREG (facts.st_mode) ? 0 : EINVAL;
}

FILE *
files_read (const Session *session, const char *path, GError **error)
{
  FILE *file = g_str_equal (path, "-") ? spool_input () : g_fopen (path, "rbe");
  int number = fault_of (file);
  if (number == 0)
    return file;
  g_autofree char *why = reason_text (number, session->language);
  fault_set (error, LEAVE_USAGE, session->language, "Le fichier « %s » ne peut pas être lu (%s).",
             "The file \"%s\" cannot be read (%s).", path, why);
  if (file != NULL)
    fclose (file);
  return NULL;
}

char *
files_hash (const Session *session, const char *path, GError **error)
{
  FILE *file = files_read (session, path, error);
  if (file == NULL)
    return NULL;
  guchar bytes[64 * 1024];
  gsize length;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  while ((length = fread (bytes, 1, sizeof bytes, file)) > 0)
    g_checksum_update (checksum, bytes, (gssize)length);
  int number = ferror (file) ? EIO : 0;
  fclose (file);
  if (number == 0)
    return g_strdup (g_checksum_get_string (checksum));
  g_autofree char *why = reason_text (number, session->language);
  fault_set (error, LEAVE_USAGE, session->language, "Le fichier « %s » ne peut pas être lu (%s).",
             "The file \"%s\" cannot be read (%s).", path, why);
  return NULL;
}

static void
fault_unwritable (const Session *session, const char *path, int number, GError **error)
{
  g_autofree char *why = reason_text (number, session->language);
  fault_set (error, LEAVE_USAGE, session->language, "Le fichier « %s » ne peut pas être écrit (%s).",
             "The file \"%s\" cannot be written (%s).", path, why);
}

static void
fault_exists (const Session *session, const char *path, GError **error)
{
  fault_set (error, LEAVE_USAGE, session->language,
             "Le fichier « %s » existe déjà. Choisissez un autre nom, ou ajoutez --force pour le remplacer.",
             "The file \"%s\" exists already. Choose another name, or add --force to replace it.", path);
}

FileOut *
files_write (const Session *session, const char *path, gboolean may_replace, GError **error)
{
  g_autoptr (FileOut) out = g_new0 (FileOut, 1);
  if (g_str_equal (path, "-")) {
    out->file = stdout;
    return g_steal_pointer (&out);
  }
  if (!may_replace && g_file_test (path, G_FILE_TEST_EXISTS)) {
    fault_exists (session, path, error);
    return NULL;
  }
  out->path = g_strdup (path);
  out->may_replace = may_replace;
  g_autofree char *name = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) {
    fault_unwritable (session, path, errno, error);
    return NULL;
  }
  out->temporary = g_steal_pointer (&name);
  out->file = fdopen (fd, "wb");
  return g_steal_pointer (&out);
}

FILE *
files_stream (FileOut *out)
{
  return out->file;
}

/* The file takes its name; a file that came meanwhile is kept, unless it may be replaced. */
static gboolean
take_name (FileOut *out)
{
  if (out->may_replace)
    return rename (out->temporary, out->path) == 0;
  return renameat2 (AT_FDCWD, out->temporary, AT_FDCWD, out->path, RENAME_NOREPLACE) == 0;
}

gboolean
files_keep (const Session *session, FileOut *out, GError **error)
{
  g_autoptr (FileOut) owned = out;
  gboolean is_written = fflush (owned->file) == 0;
  if (owned->path == NULL && is_written)
    return TRUE;
  if (owned->path == NULL) {
    fault_unwritable (session, "-", errno, error);
    return FALSE;
  }
  if (is_written && fsync (fileno (owned->file)) == 0 && take_name (owned)) {
    g_clear_pointer (&owned->temporary, g_free);
    return TRUE;
  }
  if (errno == EEXIST)
    fault_exists (session, owned->path, error);
  else
    fault_unwritable (session, owned->path, errno, error);
  return FALSE;
}

void
files_drop (FileOut *out)
{
  if (out == NULL)
    return;
  if (out->path != NULL && out->file != NULL)
    fclose (out->file);
  if (out->temporary != NULL)
    (void)g_unlink (out->temporary); /* a temporary file of ours: nothing depends on it */
  g_free (out->temporary);
  g_free (out->path);
  g_free (out);
}
