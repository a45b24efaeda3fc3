/* Slots of the bench, the wipes on them, and what a person should do now. */
#include "cli/watch.h"
#include "cli/ask.h"
#include "cli/display.h"
#include "cli/fields.h"
#include "cli/stream.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include <stdlib.h>
#include <unistd.h>

#define LOOK_AGAIN_MS 5000 /* also without news: one may have been missed */

static const char *const columns[] = {"port", "code", "model", "serial_end", "state", "todo"};

/* What to say of a slot without a wipe: the first row whose field has that word. Smaller ranks are shown first. */
static const struct {
  const char *field, *word;
  int rank;
  Text advice;
} advices[] = {
    {"is_duplicate",
     "yes",
     0,
     {"Même numéro de série sur deux ports : débranchez l'autre.",
      "Same serial number on two ports: unplug the other one."}},
    {"link",
     "no_permission",
     1,
     {"Témoin n'a pas le droit de l'ouvrir : installez la règle udev.",
      "Témoin may not open it: install the udev rule."}},
    {"link",
     "busy",
     1,
     {"Un autre programme le tient : adb kill-server.", "Another program holds it: adb kill-server."}},
    {"link", "broken", 1, {"Ne répond pas : rebranchez-le.", "Does not answer: plug it in again."}},
    {"item_state", "to_wipe", 2, {"temoin wipe {code}", "temoin wipe {code}"}},
    {"item_state", "new", 2, {"temoin wipe {code}", "temoin wipe {code}"}},
    {"item_state", "blocked", 2, {"Bloquée : temoin show {code}", "Blocked: temoin show {code}"}},
    {"item_state",
     "lent",
     3,
     {"Encore prêtée : enregistrez son retour (temoin return {code}).",
      "Still lent: record its return (temoin return {code})."}},
    {"item", "", 5, {"Inconnu du registre : on n'y touche pas.", "Not in the register: left alone."}},
};
#define RANK_WAITS 0 /* a person must do something for its wipe */
#define RANK_RUNS  4 /* its wipe goes on by itself */
#define RANK_REST  6

typedef struct {
  int rank;
  json_t *cells; /* an object with the columns as fields */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;
  json_decref (row->cells);
  g_free (row);
}

static const char *
word_of (const json_t *slot, const char *field)
{
  const json_t *value = json_object_get (slot, field);
  if (json_is_boolean (value))
    return json_is_true (value) ? "yes" : "no";
  const char *text = json_string_value (value);
  return text == NULL ? "" : text;
}

static void
set_text (json_t *cells, const char *name, const char *text)
{
  json_object_set_new (cells, name, json_string (text));
}

static void
advise (Row *row, const json_t *slot, Language language)
{
  row->rank = RANK_REST;
  for (gsize i = 0; i < G_N_ELEMENTS (advices); i++) {
    if (!g_str_equal (word_of (slot, advices[i].field), advices[i].word))
      continue;
    g_autofree char *todo = fields_fill (text_in (advices[i].advice, language), row->cells, language);
    set_text (row->cells, "todo", todo);
    row->rank = advices[i].rank;
    return;
  }
}

static void
tell_wipe (Row *row, const json_t *wipe, Language language)
{
  g_autofree char *state = fields_text (wipe, "state", language);
  g_autofree char *todo = fields_text (wipe, "todo", language);
  set_text (row->cells, "state", state);
  set_text (row->cells, "todo", todo);
  row->rank = g_str_equal (word_of (wipe, "state"), "wait_human") ? RANK_WAITS : RANK_RUNS;
}

/* NULL: the wipe on that port could not be read. */
static Row *
make_row (const Session *session, const json_t *slot, Leave *leave, GError **error)
{
  Row *row = g_new0 (Row, 1);
  row->cells = json_object ();
  set_text (row->cells, "port", word_of (slot, "port"));
  set_text (row->cells, "code", word_of (slot, "item"));
  set_text (row->cells, "model", *word_of (slot, "model") != '\0' ? word_of (slot, "model") : word_of (slot, "name"));
  set_text (row->cells, "serial", word_of (slot, "serial"));
  set_text (row->cells, "state", word_of (slot, "item_state"));
  if (*word_of (slot, "wipe") == '\0') {
    advise (row, slot, session->language);
    return row;
  }
  g_autofree char *target = g_strconcat ("/v1/objects/", word_of (slot, "wipe"), NULL);
  json_t *wipe = ask_get (session, target, NULL, leave, error);
  if (wipe == NULL)
    g_clear_pointer (&row, row_free);
  else
    tell_wipe (row, wipe, session->language);
  json_decref (wipe);
  return row;
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const Row *first = *(Row *const *)a, *second = *(Row *const *)b;
  if (first->rank != second->rank)
    return first->rank - second->rank;
  return g_strcmp0 (word_of (first->cells, "port"), word_of (second->cells, "port"));
}

/* The rows of the bench now, sorted by who needs a hand; NULL as ask_get. */
static GPtrArray *
read_rows (const Session *session, Reply *reply, Leave *leave, GError **error)
{
  json_t *bench = ask_get (session, "/v1/bench", reply, leave, error);
  if (bench == NULL)
    return NULL;
  const json_t *slots = json_object_get (bench, "items");
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);
  Row *row = NULL;
  for (size_t i = 0; i < json_array_size (slots); i++) {
    row = make_row (session, json_array_get (slots, i), leave, error);
    if (row == NULL)
      break;
    g_ptr_array_add (rows, row);
  }
  gboolean is_complete = rows->len == json_array_size (slots);
  json_decref (bench);
  g_ptr_array_sort (rows, compare_rows);
  return is_complete ? g_steal_pointer (&rows) : NULL;
}

static char **
cells_of (const Row *row, Language language)
{
  char **cells = g_new0 (char *, G_N_ELEMENTS (columns) + 1);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    cells[i] = fields_text (row->cells, columns[i], language);
  return cells;
}

static char *
draw (const Session *session, const GPtrArray *rows, gsize width)
{
  static const Text empty = {"Rien n'est branché sur le banc.\n", "Nothing is plugged in on the bench.\n"};
  if (rows->len == 0)
    return g_strdup (text_in (empty, session->language));
  g_auto (GStrv) titles = g_new0 (char *, G_N_ELEMENTS (columns) + 1);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    titles[i] = fields_title (columns[i], session->language);
  g_autoptr (Table) table = table_new ((const char *const *)titles, NULL, G_N_ELEMENTS (columns));
  for (guint i = 0; i < rows->len; i++) {
    g_auto (GStrv) cells = cells_of (g_ptr_array_index (rows, i), session->language);
    table_add (table, (const char *const *)cells);
  }
  GString *out = g_string_new (NULL);
  table_print (table, out, session->has_colour, width);
  return g_string_free (out, FALSE);
}

Leave
watch_once (const Session *session, const Typed *typed, GError **error)
{
  (void)typed; /* the table of commands gives every command the same type */
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  g_autoptr (GPtrArray) rows = read_rows (session, &reply, &leave, error);
  if (rows == NULL)
    return leave;
  g_autofree char *text = draw (session, rows, 0);
  if (session->is_json)
    answer_raw (&reply);
  else
    fputs (text, stdout);
  return LEAVE_DONE;
}

/* ---- watching ---- */

typedef struct {
  const Session *session;
  Stream *stream;
  GHashTable *lines; /* port -> the line last printed */
  char *json;        /* the answer last printed */
} Watch;

static void
watch_clear (Watch *watch)
{
  stream_free (watch->stream);
  g_hash_table_unref (watch->lines);
  g_free (watch->json);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

static void
redraw (const Session *session, const GPtrArray *rows)
{
  static const Text help = {"q : quitter", "q: quit"};
  g_autofree char *text = draw (session, rows, terminal_width ());
  printf ("\033[H\033[J%s\n%s\n", text, text_in (help, session->language));
}

/* Says which ports are empty now. */
static void
print_gone (Watch *watch, GHashTable *present)
{
  static const Text gone = {"débranché", "unplugged"};
  GHashTableIter iter;
  gpointer port;
  g_hash_table_iter_init (&iter, watch->lines);
  while (g_hash_table_iter_next (&iter, &port, NULL)) {
    if (g_hash_table_contains (present, port))
      continue;
    printf ("%s  %s\n", (const char *)port, text_in (gone, watch->session->language));
    g_hash_table_iter_remove (&iter);
  }
}

static void
print_changes (Watch *watch, const GPtrArray *rows)
{
  g_autoptr (GHashTable) present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < rows->len; i++) {
    g_auto (GStrv) cells = cells_of (g_ptr_array_index (rows, i), watch->session->language);
    g_autofree char *line = g_strjoinv ("  ", cells);
    g_hash_table_add (present, g_strdup (cells[0]));
    if (g_strcmp0 (g_hash_table_lookup (watch->lines, cells[0]), line) == 0)
      continue;
    printf ("%s\n", g_strchomp (line));
    g_hash_table_insert (watch->lines, g_strdup (cells[0]), g_strjoinv ("  ", cells));
  }
  print_gone (watch, present);
}

static void
print_json (Watch *watch, const Reply *reply)
{
  if (g_strcmp0 (watch->json, reply->body->str) == 0)
    return;
  answer_raw (reply);
  g_free (watch->json);
  watch->json = g_strdup (reply->body->str);
}

/* Looks once; TRUE: go on. */
static gboolean
look (Watch *watch, Leave *leave, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  g_autoptr (GError) trouble = NULL;
  g_autoptr (GPtrArray) rows = read_rows (watch->session, &reply, leave, &trouble);
  gboolean is_refused = rows == NULL && trouble == NULL;
  if (is_refused || !stream_is_patient (watch->stream, rows != NULL)) {
    if (trouble != NULL)
      g_propagate_error (error, g_steal_pointer (&trouble));
    return FALSE;
  }
  if (rows == NULL)
    return TRUE; /* a moment of silence: the last picture stays */
  if (watch->session->is_json)
    print_json (watch, &reply);
  else if (terminal_is_shown ())
    redraw (watch->session, rows);
  else
    print_changes (watch, rows);
  fflush (stdout);
  return TRUE;
}

static gboolean
is_quit (int what)
{
  char key = '\0';
  if (what & STREAM_INTERRUPT)
    return TRUE;
  return (what & STREAM_INPUT) && (read (STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q');
}

Leave
watch_run (const Session *session, const Typed *typed, GError **error)
{
  (void)typed; /* the table of commands gives every command the same type */
  gboolean has_keys = terminal_is_shown () && terminal_can_ask () && !session->is_json;
  g_auto (Watch)
      watch = {session, stream_open (session), g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free), NULL};
  Leave leave = LEAVE_DONE;
  if (has_keys) {
    terminal_take_keys ();
    fputs ("\033[?1049h", stdout); /* the other screen, so that the first one comes back as it was */
  }
  while (look (&watch, &leave, error))
    if (is_quit (stream_wait (watch.stream, has_keys, LOOK_AGAIN_MS)))
      break;
  if (has_keys)
    fputs ("\033[?1049l", stdout);
  terminal_restore ();
  return leave;
}
