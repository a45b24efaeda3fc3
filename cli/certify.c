/* See the header file. The comparison is of whole JSON values: nothing on the certificate may be other than in the register, except the day it
 * was printed. */
#include "cli/certify.h"
#include "cli/answer.h"
#include "cli/ask.h"
#include "cli/display.h"
#include "cli/files.h"
#include "cli/typed.h"
#include <string.h>

#define FILE_MAX       (1024 * 1024) /* bytes; a long story is below 100 kB */
#define CODE_LETTERS   8
#define DIGEST_LETTERS 32

/* ---- comparing ---- */

typedef struct {
  Language language;
  GPtrArray *sentences;
} Comparison;

/* Said of a member that may differ: the printing's own. */
static gboolean
is_free (const char *name)
{
  return g_str_equal (name, "issued_at");
}

static char *
value_text (const json_t *value)
{
  if (value == NULL || json_is_null (value))
    return g_strdup ("—");
  if (json_is_string (value))
    return display_clean (json_string_value (value));
  g_autofree char *text = json_dumps (value, JSON_COMPACT | JSON_ENCODE_ANY);
  return display_clean (text);
}

/* A field is named by its label, a line of the story by its number, the rest as in the JSON. */
static char *
name_of (const char *path, const char *member, const json_t *object, Language language)
{
  const char *label =
      json_string_value (json_object_get (object, language == LANGUAGE_FRENCH ? "label_fr" : "label_en"));
  if (label != NULL && g_str_equal (member, "value"))
    return display_clean (label);
  return *path != '\0' ? g_strdup_printf ("%s.%s", path, member) : g_strdup (member);
}

static void
tell (Comparison *comparison, const char *name, const json_t *shown, const json_t *known)
{
  g_autofree char *on_paper = value_text (shown);
  g_autofree char *in_register = value_text (known);
  g_ptr_array_add (comparison->sentences,
                   text_print (comparison->language, "%s : le certificat dit « %s », le registre dit « %s »",
                               "%s: the certificate says \"%s\", the register says \"%s\"", name, on_paper,
                               in_register));
}

static void compare (Comparison *comparison, const char *path, const json_t *shown, const json_t *known);

static void
compare_members (Comparison *comparison, const char *path, const json_t *shown, const json_t *known)
{
  const char *member;
  json_t *value;
  json_object_foreach ((json_t *)known, member, value)
  {
    g_autofree char *name = name_of (path, member, known, comparison->language);
    if (!is_free (member))
      compare (comparison, name, json_object_get (shown, member), value);
  }
  json_object_foreach ((json_t *)shown, member, value)
  {
    g_autofree char *name = name_of (path, member, shown, comparison->language);
    if (json_object_get (known, member) == NULL && !is_free (member))
      tell (comparison, name, value, NULL);
  }
}

static void
compare_elements (Comparison *comparison, const char *path, const json_t *shown, const json_t *known)
{
  for (size_t i = 0; i < MAX (json_array_size (shown), json_array_size (known)); i++) {
    g_autofree char *name = g_strdup_printf ("%s %zu", path, i + 1);
    compare (comparison, name, json_array_get (shown, i), json_array_get (known, i));
  }
}

static void
compare (Comparison *comparison, const char *path, const json_t *shown, const json_t *known)
{
  if (json_is_object (shown) && json_is_object (known))
    compare_members (comparison, path, shown, known);
  else if (json_is_array (shown) && json_is_array (known))
    compare_elements (comparison, path, shown, known);
  else if (!json_equal (shown, known))
    tell (comparison, path, shown, known);
}

GPtrArray *
certify_compare (const json_t *shown, const json_t *register_s, Language language)
{
  Comparison comparison = {language, g_ptr_array_new_with_free_func (g_free)};
  compare (&comparison, "", shown, register_s);
  return comparison.sentences;
}

/* ---- what was given ---- */

/* Eight letters; hyphens and spaces are left out. */
static gboolean
read_code (const char *text, char code[9])
{
  gsize n = 0;
  for (; *text != '\0'; text++)
    if (g_ascii_isalpha (*text) && n < CODE_LETTERS)
      code[n++] = g_ascii_toupper (*text);
    else if (*text != '-' && *text != ' ')
      return FALSE;
  code[n] = '\0';
  return n == CODE_LETTERS;
}

gboolean
certify_read_text (const char *text, char code[9], char digest[33])
{
  char read[9];
  const char *slash = strrchr (text, '/');
  const char *last = slash != NULL ? slash + 1 : text;
  g_auto (GStrv) parts = g_strsplit (text, "/", -1);
  guint n = g_strv_length (parts);
  const char *before = n > 1 ? parts[n - 2] : "";
  gboolean has_digest =
      strlen (before) == DIGEST_LETTERS && strspn (before, "0123456789abcdefABCDEF") == DIGEST_LETTERS;
  if (!read_code (last, read))
    return FALSE;
  memcpy (code, read, sizeof read);
  g_autofree char *quiet = g_ascii_strdown (has_digest ? before : "", -1);
  g_strlcpy (digest, quiet, DIGEST_LETTERS + 1);
  return TRUE;
}

/* The JSON in the file; NULL with error. */
static json_t *
read_file (const Session *session, const char *path, GError **error)
{
  FILE *file = files_read (session, path, error);
  if (file == NULL)
    return NULL;
  g_autofree char *bytes = g_malloc (FILE_MAX + 1);
  rewind (file);
  gsize length = fread (bytes, 1, FILE_MAX + 1, file);
  fclose (file);
  json_t *shown = length <= FILE_MAX ? json_loadb (bytes, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
  if (json_is_object (shown) && json_is_string (json_object_get (shown, "qr")))
    return shown;
  json_decref (shown);
  fault_set (
      error, LEAVE_USAGE, session->language,
      "« %s » n'est pas un certificat de Témoin en JSON. Pour un certificat imprimé, scannez son code QR ou tapez ce "
      "qui est écrit dessous.",
      "\"%s\" is not a certificate of Témoin in JSON. For a printed one, scan its QR code or type what is written "
      "under "
      "it.",
      path);
  return NULL;
}

/* ---- verifying ---- */

static json_t *
get_known (const Session *session, const char *code, Reply *reply, Leave *leave, GError **error)
{
  g_autofree char *target = g_strdup_printf ("/v1/certificates/%s?output=json", code);
  return ask_get (session, target, reply, leave, error);
}

static const json_t *
field_of (const json_t *certificate, const char *name)
{
  const json_t *fields = json_object_get (certificate, "fields");
  for (size_t i = 0; i < json_array_size (fields); i++) {
    const json_t *field = json_array_get (fields, i);
    if (g_strcmp0 (json_string_value (json_object_get (field, "name")), name) == 0)
      return field;
  }
  return NULL;
}

/* What the register says, for who holds the paper. */
static void
print_known (const Session *session, const json_t *known)
{
  static const char *const names[] = {"serial", "item", "ended", "verdict", "journal"};
  gboolean is_french = session->language == LANGUAGE_FRENCH;
  g_autofree char *statement = value_text (json_object_get (known, is_french ? "statement_fr" : "statement_en"));
  printf ("%s\n", statement);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    const json_t *field = field_of (known, names[i]);
    g_autofree char *label = value_text (json_object_get (field, is_french ? "label_fr" : "label_en"));
    g_autofree char *value = value_text (json_object_get (field, "value"));
    printf (is_french ? "  %s : %s\n" : "  %s: %s\n", label, value);
  }
}

static Leave
print_findings (const Session *session, const json_t *known, const GPtrArray *differences, gboolean was_compared)
{
  static const Text same = {"Le certificat dit ce que dit le registre.",
                            "The certificate says what the register says."};
  static const Text different = {"ATTENTION : le certificat ne dit pas ce que dit le registre.",
                                 "BEWARE: the certificate does not say what the register says."};
  static const Text unseen = {"Le registre connaît ce certificat. Rien du papier n'a été comparé : scannez son code "
                              "QR, ou donnez son fichier JSON.",
                              "The register knows this certificate. Nothing on the paper was compared: scan its QR "
                              "code, or give its JSON file."};
  const Text *verdict = !was_compared ? &unseen : differences->len > 0 ? &different : &same;
  printf ("%s\n", text_in (*verdict, session->language));
  for (guint i = 0; i < differences->len; i++)
    printf ("  - %s\n", (const char *)g_ptr_array_index (differences, i));
  print_known (session, known);
  return differences->len > 0 ? LEAVE_REFUSED : LEAVE_DONE;
}

/* The digest of a QR code is the beginning of the register's. */
static GPtrArray *
compare_digest (const Session *session, const char *digest, const json_t *known)
{
  GPtrArray *differences = g_ptr_array_new_with_free_func (g_free);
  const char *right = json_string_value (json_object_get (known, "digest"));
  if (*digest != '\0' && (right == NULL || strncmp (digest, right, DIGEST_LETTERS) != 0))
    g_ptr_array_add (differences,
                     text_print (session->language,
                                 "L'empreinte du code QR (%s) n'est pas celle du registre : quelque chose a changé "
                                 "depuis, ou le papier est faux. Le fichier JSON dirait quoi.",
                                 "The digest of the QR code (%s) is not the register's: something has changed since, "
                                 "or the paper is false. The JSON file would tell what.",
                                 digest));
  return differences;
}

/* shown: NULL when it was a text. */
static Leave
answer_comparison (const Session *session, const json_t *shown, const char *digest, const json_t *known,
                   const Reply *reply)
{
  g_autoptr (GPtrArray) differences =
      shown != NULL ? certify_compare (shown, known, session->language) : compare_digest (session, digest, known);
  if (!session->is_json)
    return print_findings (session, known, differences, shown != NULL || *digest != '\0');
  answer_raw (reply);
  return differences->len > 0 ? LEAVE_REFUSED : LEAVE_DONE;
}

/* qr: what names the certificate. */
static Leave
verify (const Session *session, const json_t *shown, const char *qr, GError **error)
{
  char code[CODE_LETTERS + 1], digest[DIGEST_LETTERS + 1];
  g_auto (Reply) reply = {0, NULL};
  Leave leave = LEAVE_USAGE;
  if (!certify_read_text (qr, code, digest)) {
    fault_set (error, LEAVE_USAGE, session->language, "Ce certificat ne porte pas de code lisible.",
               "This certificate carries no readable code.");
    return leave;
  }
  json_t *known = get_known (session, code, &reply, &leave, error);
  if (known != NULL)
    leave = answer_comparison (session, shown, digest, known, &reply);
  json_decref (known);
  return leave;
}

Leave
certify_verify (const Session *session, const Typed *typed, GError **error)
{
  const char *given = typed_text (typed, "FILE");
  char code[CODE_LETTERS + 1], digest[DIGEST_LETTERS + 1];
  if (certify_read_text (given, code, digest) && !g_file_test (given, G_FILE_TEST_EXISTS))
    return verify (session, NULL, given, error);
  json_t *shown = read_file (session, given, error);
  Leave leave = LEAVE_USAGE;
  if (shown != NULL)
    leave = verify (session, shown, json_string_value (json_object_get (shown, "qr")), error);
  json_decref (shown);
  return leave;
}
