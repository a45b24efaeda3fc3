/* The bench once, as lines of what changes, or as a picture that is redrawn. What it looks like is bench_view.c's. */
#include "cli/watch.h"
#include "cli/ask.h"
#include "cli/bench_view.h"
#include "cli/stream.h"
#include "cli/terminal.h"
#include <stdlib.h>
#include <unistd.h>

#define LOOK_AGAIN_US  (5 * G_USEC_PER_SEC) /* also without news: one may have been missed */
#define LOOK_LEAST_US  (G_USEC_PER_SEC / 4) /* between two looks, however many news: nobody reads faster */
#define CLOCKS_MOVE_MS 1000                 /* the picture's "since" goes on between two looks */

/* The bench now, those that need a hand first; NULL as ask_get. */
static json_t *
read_bench (const Session *session, Reply *reply, Leave *leave, GError **error)
{
  json_t *bench = ask_get (session, "/v1/bench", reply, leave, error);
  if (bench != NULL)
    bench_view_sort (bench);
  return bench;
}

Leave
watch_once (const Session *session, const Typed *typed, GError **error)
{
  (void)typed; /* the table of commands gives every command the same type */
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  json_t *bench = read_bench (session, &reply, &leave, error);
  if (bench == NULL)
    return leave;
  g_autofree char *text = bench_view_list (bench, session->language, session->has_colour);
  if (session->is_json)
    answer_raw (&reply);
  else
    fputs (text, stdout);
  json_decref (bench);
  return LEAVE_DONE;
}

/* ---- watching ---- */

typedef struct {
  const Session *session;
  Stream *stream;
  GHashTable *lines; /* key of a slot -> the line last printed */
  char *troubles;    /* last printed */
  char *json;        /* what the last answer printed says, but for what only time changes */
  json_t *bench;     /* the last answer; NULL: none yet */
  gint64 looked_at_us;
  gboolean draws;
} Watch;

static void
watch_clear (Watch *watch)
{
  stream_free (watch->stream);
  g_hash_table_unref (watch->lines);
  g_free (watch->troubles);
  g_free (watch->json);
  json_decref (watch->bench);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watch, watch_clear)

static void
draw (const Watch *watch)
{
  static const Text help = {"q : quitter", "q: quit"};
  const Session *session = watch->session;
  gsize width = terminal_width (), height = terminal_height ();
  gint64 later_s = (g_get_monotonic_time () - watch->looked_at_us) / G_USEC_PER_SEC;
  enum { HELP = 2 }; /* lines: an empty one, and the help */
  g_autofree char *text = bench_view_draw (watch->bench, session->language, session->has_colour, width,
                                           height > HELP ? height - HELP : height, later_s);
  g_autofree char *whole =
      height > HELP ? g_strconcat (text, "\n\n", text_in (help, session->language), NULL) : g_strdup (text);
  terminal_paint (whole);
}

/* Says which slots are empty now. */
static void
print_gone (Watch *watch, GHashTable *present)
{
  static const Text gone = {"débranché", "unplugged"};
  GHashTableIter iter;
  gpointer key, line;
  g_hash_table_iter_init (&iter, watch->lines);
  while (g_hash_table_iter_next (&iter, &key, &line)) {
    if (g_hash_table_contains (present, key))
      continue;
    g_auto (GStrv) cells = g_strsplit (line, "  ", 2); /* the first one says which port it was */
    printf ("%s  %s\n", cells[0], text_in (gone, watch->session->language));
    g_hash_table_iter_remove (&iter);
  }
}

static void
print_changes (Watch *watch)
{
  const json_t *items = json_object_get (watch->bench, "items");
  g_autoptr (GHashTable) present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *troubles = bench_view_troubles (watch->bench, watch->session->language);
  if (*troubles != '\0' && g_strcmp0 (troubles, watch->troubles) != 0)
    printf ("%s\n", troubles);
  g_free (watch->troubles);
  watch->troubles = g_steal_pointer (&troubles);
  for (size_t i = 0; i < json_array_size (items); i++) {
    const json_t *slot = json_array_get (items, i);
    char *key = bench_view_key (slot);
    g_autofree char *line = bench_view_line (slot, watch->session->language);
    g_hash_table_add (present, key);
    if (g_strcmp0 (g_hash_table_lookup (watch->lines, key), line) == 0)
      continue;
    printf ("%s\n", line);
    g_hash_table_insert (watch->lines, g_strdup (key), g_steal_pointer (&line));
  }
  print_gone (watch, present);
}

static void
print_json (Watch *watch, const Reply *reply)
{
  static const char *const clocks[] = {"elapsed_s", "percent"};
  json_t *items = json_object_get (watch->bench, "items");
  for (size_t i = 0; i < json_array_size (items); i++)
    for (gsize clock = 0; clock < G_N_ELEMENTS (clocks); clock++)
      json_object_del (json_array_get (items, i), clocks[clock]);
  char *said = json_dumps (watch->bench, JSON_COMPACT | JSON_SORT_KEYS);
  if (g_strcmp0 (watch->json, said) != 0)
    answer_raw (reply);
  g_free (watch->json);
  watch->json = g_strdup (said);
  free (said);
}

static void
show (Watch *watch, const Reply *reply)
{
  if (watch->session->is_json)
    print_json (watch, reply);
  else if (watch->draws)
    draw (watch);
  else
    print_changes (watch);
  fflush (stdout);
}

/* Looks once; TRUE: go on. */
static gboolean
look (Watch *watch, Leave *leave, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  g_autoptr (GError) trouble = NULL;
  json_t *bench = read_bench (watch->session, &reply, leave, &trouble);
  gboolean is_refused = bench == NULL && trouble == NULL;
  watch->looked_at_us = g_get_monotonic_time ();
  if (is_refused || !stream_is_patient (watch->stream, bench != NULL)) {
    if (trouble != NULL)
      g_propagate_error (error, g_steal_pointer (&trouble));
    json_decref (bench);
    return FALSE;
  }
  if (bench == NULL)
    return TRUE; /* a moment of silence: the last picture stays */
  json_decref (watch->bench);
  watch->bench = bench;
  show (watch, &reply);
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

/* Waits once: for news when it has rested since the last look, for a key, for the next second. */
static int
wait_once (Watch *watch, gboolean is_rested, gint64 left_us)
{
  int wakes = (is_rested ? STREAM_NEWS : 0) | (watch->draws && terminal_can_ask () ? STREAM_INPUT : 0);
  return stream_wait (watch->stream, wakes, (int)MIN (left_us / 1000 + 1, CLOCKS_MOVE_MS));
}

/* Until it is time for another look; the picture follows the clock and the size of the terminal meanwhile. TRUE: leave. */
static gboolean
wait_for_next (Watch *watch)
{
  for (;;) {
    gint64 waited_us = g_get_monotonic_time () - watch->looked_at_us;
    gboolean is_rested = waited_us >= LOOK_LEAST_US;
    gint64 left_us = (is_rested ? LOOK_AGAIN_US : LOOK_LEAST_US) - waited_us;
    if (left_us <= 0)
      return FALSE;
    int what = wait_once (watch, is_rested, left_us);
    if (is_quit (what))
      return TRUE;
    if (what & STREAM_NEWS)
      return FALSE;
    if (watch->draws && watch->bench != NULL)
      draw (watch);
  }
}

Leave
watch_run (const Session *session, const Typed *typed, GError **error)
{
  (void)typed; /* the table of commands gives every command the same type */
  g_auto (Watch) watch = {.session = session,
                          .stream = stream_open (session),
                          .lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                          .draws = terminal_can_draw () && !session->is_json};
  Leave leave = LEAVE_DONE;
  if (watch.draws) {
    terminal_take_keys ();
    terminal_take_screen ();
  }
  while (look (&watch, &leave, error))
    if (wait_for_next (&watch))
      break;
  if (watch.draws)
    terminal_leave_screen ();
  terminal_restore ();
  return leave;
}
