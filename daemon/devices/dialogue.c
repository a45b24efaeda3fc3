/* Names, the book and what a dialogue is allowed; see the header file. Reading files is dialogue_parse.c, reading answers dialogue_read.c. */
#include "daemon/devices/dialogue.h"

#include "daemon/devices/dialogue_parts.h"
#include <string.h>

G_DEFINE_QUARK (temoin - dialogue - error, dialogue_error)

#define CODE_MIN 4 /* characters of a recharge code whose form is not told */

struct _DialogueBook {
  GPtrArray *dialogues; /* of Dialogue */
};

static const char *const purposes[] = {
    [DIALOGUE_BALANCE] = "balance", [DIALOGUE_TOPUP] = "topup", [DIALOGUE_NUMBER] = "number", NULL};
static const char *const channels[] = {
    [DIALOGUE_USSD] = "ussd", [DIALOGUE_SMS] = "sms", [DIALOGUE_VOICE] = "voice", [DIALOGUE_WEB] = "web", NULL};
static const char *const costs[] = {
    [DIALOGUE_COST_UNKNOWN] = "unknown", [DIALOGUE_COST_FREE] = "free", [DIALOGUE_COST_PAID] = "paid", NULL};

const char *const *
dialogue_words (DialogueWords which)
{
  static const char *const *const lists[] = {
      [DIALOGUE_PURPOSES] = purposes, [DIALOGUE_CHANNELS] = channels, [DIALOGUE_COSTS] = costs};
  return lists[which];
}

const char *
dialogue_purpose_name (DialoguePurpose purpose)
{
  return purposes[purpose];
}

const char *
dialogue_channel_name (DialogueChannel channel)
{
  return channels[channel];
}

const char *
dialogue_cost_name (DialogueCost cost)
{
  return costs[cost];
}

gboolean
dialogue_is_human (DialogueChannel channel)
{
  return channel == DIALOGUE_VOICE || channel == DIALOGUE_WEB;
}

gboolean
dialogue_spends (const Dialogue *dialogue)
{
  return dialogue->purpose == DIALOGUE_TOPUP || dialogue->cost != DIALOGUE_COST_FREE;
}

gboolean
dialogue_takes_code (const Dialogue *dialogue)
{
  for (guint i = 0; i < dialogue->steps->len; i++) {
    const DialogueStep *step = &g_array_index (dialogue->steps, DialogueStep, i);
    if (step->text != NULL && strstr (step->text, DIALOGUE_CODE) != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
dialogue_code_is_good (const Dialogue *dialogue, const char *code)
{
  if (!dialogue_takes_code (dialogue))
    return code == NULL;
  gsize n = code != NULL ? strlen (code) : 0;
  if (n < CODE_MIN || n > DIALOGUE_CODE_MAX)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (code[i]))
      return FALSE;
  return dialogue->code_format == NULL || g_regex_match_simple (dialogue->code_format, code, 0, G_REGEX_MATCH_ANCHORED);
}

static void
step_clear (gpointer data)
{
  DialogueStep *step = data;
  g_free (step->text);
  if (step->expect != NULL)
    g_regex_unref (step->expect);
}

static void
regex_unref (gpointer data)
{
  g_regex_unref (data);
}

Dialogue *
dialogue_new (void)
{
  Dialogue *dialogue = g_new0 (Dialogue, 1);
  dialogue->steps = g_array_new (FALSE, FALSE, sizeof (DialogueStep));
  g_array_set_clear_func (dialogue->steps, step_clear);
  for (guint i = 0; i < DIALOGUE_N_PATTERNS; i++)
    dialogue->patterns[i] = g_ptr_array_new_with_free_func (regex_unref);
  return dialogue;
}

void
dialogue_free (gpointer data)
{
  Dialogue *dialogue = data;
  char *const strings[] = {dialogue->id,          dialogue->operator, dialogue->sms_to,
                           dialogue->sms_from,    dialogue->code_format,
                           dialogue->verified_on, dialogue->verified_by,
                           dialogue->source,      dialogue->digest};
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (strings[i]);
  g_strfreev (dialogue->iccid_prefixes);
  g_strfreev (dialogue->networks);
  g_array_unref (dialogue->steps);
  for (guint i = 0; i < DIALOGUE_N_PATTERNS; i++)
    g_ptr_array_unref (dialogue->patterns[i]);
  for (guint i = 0; i < DIALOGUE_N_CAPTURES; i++)
    if (dialogue->captures[i] != NULL)
      g_regex_unref (dialogue->captures[i]);
  g_free (dialogue);
}

static DialogueBook *
book_new (void)
{
  DialogueBook *book = g_new0 (DialogueBook, 1);
  book->dialogues = g_ptr_array_new_with_free_func (dialogue_free);
  return book;
}

void
dialogue_book_free (DialogueBook *book)
{
  if (book == NULL)
    return;
  g_ptr_array_unref (book->dialogues);
  g_free (book);
}

guint
dialogue_book_size (const DialogueBook *book)
{
  return book->dialogues->len;
}

const Dialogue *
dialogue_book_get (const DialogueBook *book, guint index)
{
  return g_ptr_array_index (book->dialogues, index);
}

const Dialogue *
dialogue_book_find (const DialogueBook *book, const char *id)
{
  for (guint i = 0; i < book->dialogues->len; i++)
    if (g_str_equal (dialogue_book_get (book, i)->id, id))
      return dialogue_book_get (book, i);
  return NULL;
}

static gboolean
fits_card (const Dialogue *dialogue, const char *iccid)
{
  for (char **prefix = dialogue->iccid_prefixes; prefix != NULL && *prefix != NULL; prefix++)
    if (g_str_has_prefix (iccid, *prefix))
      return TRUE;
  return FALSE;
}

const Dialogue *
dialogue_book_match (const DialogueBook *book, DialoguePurpose purpose, const char *iccid)
{
  for (guint i = 0; i < book->dialogues->len; i++) {
    const Dialogue *dialogue = dialogue_book_get (book, i);
    if (dialogue->purpose == purpose && fits_card (dialogue, iccid))
      return dialogue;
  }
  return NULL;
}

DialogueBook *
dialogue_book_parse (const char *name, const char *text, gsize n, GError **error)
{
  g_autoptr (DialogueBook) book = book_new ();
  return dialogue_parse (name, text, n, book->dialogues, error) ? g_steal_pointer (&book) : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
list_files (const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  if (dir == NULL)
    return NULL;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_suffix (name, ".conf"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
load_file (DialogueBook *book, const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  gsize n;
  if (g_file_get_contents (path, &text, &n, &cause))
    return dialogue_parse (path, text, n, book->dialogues, error);
  g_set_error_literal (error, DIALOGUE_ERROR, DIALOGUE_ERROR_FILE, cause->message);
  return FALSE;
}

DialogueBook *
dialogue_book_load (const char *folder, GError **error)
{
  g_autoptr (DialogueBook) book = book_new ();
  g_autoptr (GError) cause = NULL;
  g_autoptr (GPtrArray) names = list_files (folder, &cause);
  if (names == NULL) {
    g_set_error_literal (error, DIALOGUE_ERROR, DIALOGUE_ERROR_FILE, cause->message);
    return NULL;
  }
  for (guint i = 0; i < names->len; i++)
    if (!load_file (book, folder, g_ptr_array_index (names, i), error))
      return NULL;
  return g_steal_pointer (&book);
}
