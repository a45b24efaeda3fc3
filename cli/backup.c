/* The daemon makes, tries and restores; this file moves and seals the bytes. */
#include "cli/backup.h"
#include "cli/agree.h"
#include "cli/answer.h"
#include "cli/display.h"
#include "cli/seal.h"
#include "cli/terminal.h"
#include "cli/transfer.h"
#include "cli/typed.h"
#include <fcntl.h>

#define TYPE "application/octet-stream"

/* The key of this command, or none; wiped when it goes. */
typedef struct {
  SealKey key;
  gboolean is_given;
} Given;

static void
given_clear (Given *given)
{
  sodium_memzero (given, sizeof *given);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Given, given_clear)

static gboolean
read_key (const Session *session, const Typed *typed, Given *given, GError **error)
{
  return seal_key_read (session, typed_text (typed, "--key-file"), &given->key, &given->is_given, error);
}

/* ---- trying ---- */

static gint64
number_in (const json_t *answer, const char *name)
{
  return json_integer_value (json_object_get (answer, name));
}

static void
tell_verified (const Session *session, const json_t *answer)
{
  g_autofree char *spent = display_money (number_in (answer, "spent_cents"), session->language);
  g_autofree char *text =
      text_print (session->language,
                  "Sauvegarde vérifiée : restaurée à l'essai dans un registre à part, elle est entière.\n"
                  "  appareils : %" G_GINT64_FORMAT ", personnes : %" G_GINT64_FORMAT ", prêts : %" G_GINT64_FORMAT
                  ", recharges : %" G_GINT64_FORMAT ", lignes du journal : %" G_GINT64_FORMAT ", dépensé : %s",
                  "Backup verified: restored on trial into a register apart, it is whole.\n"
                  "  devices: %" G_GINT64_FORMAT ", people: %" G_GINT64_FORMAT ", loans: %" G_GINT64_FORMAT
                  ", recharges: %" G_GINT64_FORMAT ", lines of the journal: %" G_GINT64_FORMAT ", spent: %s",
                  number_in (answer, "items"), number_in (answer, "people"), number_in (answer, "loans"),
                  number_in (answer, "recharges"), number_in (answer, "journal_lines"), spent);
  static const Text other = {"Ce n'est pas une sauvegarde de ce registre-ci : son histoire est une autre.",
                             "It is no backup of this register: its history is another one."};
  printf ("%s\n", text);
  if (!json_is_true (json_object_get (answer, "of_this_register")))
    printf ("%s\n", text_in (other, session->language));
}

static Leave
show_verified (const Session *session, const Reply *reply, GError **error)
{
  if (fault_leave_of_status (reply->status) != LEAVE_DONE)
    return answer_refuse (session, reply);
  json_t *answer = answer_parse (session, reply, error);
  if (answer == NULL)
    return LEAVE_UNREACHABLE;
  if (session->is_json)
    answer_raw (reply);
  else
    tell_verified (session, answer);
  json_decref (answer);
  return LEAVE_DONE;
}

/* The bytes of the backup in FILE, opened when they are sealed. fclose it. */
static FILE *
open_backup (const Session *session, const char *path, const Given *given, GError **error)
{
  FILE *file = files_read (session, path, error);
  if (file == NULL)
    return NULL;
  (void)posix_fadvise (fileno (file), 0, 0, POSIX_FADV_DONTNEED); /* from the disk, not from memory, when it can be */
  if (!seal_is_sealed (file))
    return file;
  FILE *opened = seal_open (session, file, given->is_given ? &given->key : NULL, path, error);
  fclose (file);
  return opened;
}

static Leave
try_file (const Session *session, const char *path, const Given *given, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  FILE *file = open_backup (session, path, given, error);
  if (file == NULL)
    return LEAVE_USAGE;
  gboolean is_answered = transfer_up (session, "/v1/backup/verify", file, TYPE, &reply, error);
  fclose (file);
  return is_answered ? show_verified (session, &reply, error) : LEAVE_UNREACHABLE;
}

Leave
backup_do_verify (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Given) given = {.is_given = FALSE};
  return read_key (session, typed, &given, error) ? try_file (session, typed_text (typed, "FILE"), &given, error)
                                                  : LEAVE_USAGE;
}

/* ---- making ---- */

/* is_whole: all of it was written, as far as is known before the disk is asked. */
static gboolean
fetch (const Session *session, const char *target, FILE *out, const Given *given, Reply *reply, gboolean *is_whole,
       GError **error)
{
  if (!given->is_given) {
    *is_whole = TRUE; /* the file itself tells */
    return transfer_down (session, target, out, reply, error);
  }
  FILE *sealing = seal_writer (out, &given->key);
  gboolean is_answered = transfer_down (session, target, sealing, reply, error);
  *is_whole = fclose (sealing) == 0;
  return is_answered;
}

static Leave
write_file (const Session *session, const Typed *typed, const char *path, const Given *given, GError **error)
{
  g_autofree char *target = typed_target (typed);
  g_auto (Reply) reply = {0, NULL};
  gboolean is_whole;
  g_autoptr (FileOut) out = files_write (session, path, typed_has (typed, "--force"), error);
  if (out == NULL)
    return LEAVE_USAGE;
  if (!fetch (session, target, files_stream (out), given, &reply, &is_whole, error))
    return LEAVE_UNREACHABLE;
  if (fault_leave_of_status (reply.status) != LEAVE_DONE)
    return answer_refuse (session, &reply);
  if (!is_whole) {
    fault_set (error, LEAVE_USAGE, session->language, "Le fichier « %s » n'a pas pu être écrit en entier.",
               "The file \"%s\" could not be written whole.", path);
    return LEAVE_USAGE;
  }
  guint64 bytes = (guint64)ftello (files_stream (out));
  if (!files_keep (session, g_steal_pointer (&out), error))
    return LEAVE_USAGE;
  if (!g_str_equal (path, "-") && !session->is_json)
    transfer_tell_written (session, path, bytes);
  return LEAVE_DONE;
}

Leave
backup_do_make (const Session *session, const Typed *typed, GError **error)
{
  const char *path = typed_text (typed, "FILE");
  g_auto (Given) given = {.is_given = FALSE};
  if (!read_key (session, typed, &given, error))
    return LEAVE_USAGE;
  Leave leave = write_file (session, typed, path, &given, error);
  if (leave != LEAVE_DONE || g_str_equal (path, "-") || typed_has (typed, "--no-verify"))
    return leave;
  return try_file (session, path, &given, error);
}

Leave
backup_do_key (const Session *session, const Typed *typed, GError **error)
{
  const char *path = typed_text (typed, "FILE");
  if (!seal_key_make (session, path, error))
    return LEAVE_USAGE;
  g_autofree char *text =
      text_print (session->language,
                  "Clé écrite : %s. Gardez-en une copie loin des sauvegardes : sans elle, personne ne peut les ouvrir.",
                  "Key written: %s. Keep a copy of it far from the backups: without it nobody can open them.", path);
  printf ("%s\n", text);
  return LEAVE_DONE;
}

/* ---- restoring ---- */

static const Agreement restoring = {
    .question = {"Remplacer tout le registre par cette sauvegarde ? Ce qui est plus récent sera perdu.",
                 "Replace the whole register by this backup? What is newer will be lost."},
    .needs_yes = {"Restaurer remplace tout le registre : sans terminal, ajoutez --yes pour le confirmer.",
                  "Restoring replaces the whole register: without a terminal add --yes to confirm."},
    .declined = {"Rien n'a été changé.", "Nothing was changed."},
};

Leave
backup_do_restore (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  g_auto (Given) given = {.is_given = FALSE};
  g_autofree char *target = typed_target (typed);
  if (!agree (session, typed, &restoring, error) || !read_key (session, typed, &given, error))
    return LEAVE_USAGE;
  FILE *file = open_backup (session, typed_text (typed, "FILE"), &given, error);
  if (file == NULL)
    return LEAVE_USAGE;
  gboolean is_answered = transfer_up (session, target, file, TYPE, &reply, error);
  fclose (file);
  if (!is_answered)
    return LEAVE_UNREACHABLE;
  if (fault_leave_of_status (reply.status) != LEAVE_DONE)
    return answer_refuse (session, &reply);
  static const Text done = {"La sauvegarde est restaurée.", "The backup is restored."};
  if (session->is_json)
    answer_raw (&reply);
  else
    printf ("%s\n", text_in (done, session->language));
  return LEAVE_DONE;
}
