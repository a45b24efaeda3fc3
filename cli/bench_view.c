/* Columns that make room for each other. */
#include "cli/bench_view.h"
#include "cli/display.h"
#include "cli/fields.h"
#include "cli/table.h"
#include <string.h>

#define GAP          "  "
#define GAP_WIDTH    2
#define INDENT       "    " /* of a sentence below its line */
#define BAR          10     /* columns between the brackets */
#define LINES_MAX    3      /* of one sentence */
#define BOLD         "\033[1m"
#define FAINT        "\033[2m"
#define PLAIN        "\033[0m"
#define TODO_LEAST   24 /* columns: less is not worth a column */
#define TITLES_LEAST 10 /* lines: less is needed for what to do */

typedef enum { COLUMN_PORT, COLUMN_CODE, COLUMN_MODEL, COLUMN_STEP, COLUMN_BAR, COLUMN_SINCE, COLUMNS_N } Column;

/* most: columns, whatever the text. leaves: in which order a column makes room (0: never). */
static const struct {
  const char *field;
  gsize most;
  int leaves;
  Text title;
} columns[] = {
    [COLUMN_PORT] = {"port", 24, 0, {"Port", "Port"}},
    [COLUMN_CODE] = {"item", 9, 0, {"Étiquette", "Label"}},
    [COLUMN_MODEL] = {"model", 18, 1, {"Modèle", "Model"}},
    [COLUMN_STEP] = {"step", 30, 4, {"Étape", "Step"}},
    [COLUMN_BAR] = {"percent", BAR + 8, 3, {"Avancement", "Progress"}},
    [COLUMN_SINCE] = {"elapsed_s", 8, 2, {"Depuis", "Since"}},
};
G_STATIC_ASSERT (G_N_ELEMENTS (columns) == COLUMNS_N);

static const char *
word_of (const json_t *slot, const char *field)
{
  const char *word = json_string_value (json_object_get (slot, field));
  return word == NULL ? "" : word;
}

static int
compare_slots (gconstpointer a, gconstpointer b)
{
  const json_t *first = *(json_t *const *)a, *second = *(json_t *const *)b;
  json_int_t left = json_integer_value (json_object_get (first, "rank"));
  json_int_t right = json_integer_value (json_object_get (second, "rank"));
  if (left != right)
    return left < right ? -1 : 1;
  int named = (*word_of (second, "port_name") != '\0') - (*word_of (first, "port_name") != '\0');
  const char *field = *word_of (first, "port_name") != '\0' ? "port_name" : "port";
  return named != 0 ? named : strverscmp (word_of (first, field), word_of (second, field));
}

void
bench_view_sort (json_t *bench)
{
  json_t *items = json_object_get (bench, "items");
  g_autoptr (GPtrArray) slots = g_ptr_array_new_with_free_func ((GDestroyNotify)json_decref);
  for (size_t i = 0; i < json_array_size (items); i++)
    g_ptr_array_add (slots, json_incref (json_array_get (items, i)));
  g_ptr_array_sort (slots, compare_slots);
  json_array_clear (items);
  for (guint i = 0; i < slots->len; i++)
    json_array_append (items, g_ptr_array_index (slots, i));
}

char *
bench_view_summary (const json_t *bench, Language language)
{
  static const struct {
    const char *need;
    Text before, after;
  } rows[] = {
      {"hand", {"à vous : ", ""}, {"", " need you"}},
      {"runs", {"en cours : ", ""}, {"", " under way"}},
      {"done", {"prêtes : ", ""}, {"", " ready"}},
  };
  const json_t *items = json_object_get (bench, "items");
  GString *out = g_string_new (NULL);
  g_string_printf (out, "%zu%s", json_array_size (items),
                   language == LANGUAGE_ENGLISH ? " on the bench" : " sur le banc");
  for (gsize row = 0; row < G_N_ELEMENTS (rows); row++) {
    int n = 0;
    for (size_t i = 0; i < json_array_size (items); i++)
      n += g_str_equal (word_of (json_array_get (items, i), "need"), rows[row].need);
    if (n > 0)
      g_string_append_printf (out, " · %s%d%s", text_in (rows[row].before, language), n,
                              text_in (rows[row].after, language));
  }
  return g_string_free (out, FALSE);
}

/* ---- cells ---- */

/* "[####------]  40 %" */
static char *
bar_of (const json_t *slot)
{
  const json_t *percent = json_object_get (slot, "percent");
  if (!json_is_integer (percent))
    return g_strdup ("");
  int share = CLAMP ((int)json_integer_value (percent), 0, 100);
  char bar[BAR + 1] = {0};
  memset (bar, '-', BAR);
  memset (bar, '#', (gsize)(share * BAR / 100));
  return g_strdup_printf ("[%s] %3d %%", bar, share);
}

/* "3:07", "1:02:05" */
static char *
since_of (const json_t *slot, gint64 later_s)
{
  const json_t *elapsed = json_object_get (slot, "elapsed_s");
  if (!json_is_integer (elapsed))
    return g_strdup ("");
  gint64 s = json_integer_value (elapsed) + later_s;
  int hours = (int)(s / 3600), minutes = (int)(s / 60 % 60), seconds = (int)(s % 60);
  return hours > 0 ? g_strdup_printf ("%d:%02d:%02d", hours, minutes, seconds)
                   : g_strdup_printf ("%d:%02d", minutes, seconds);
}

/* What the register does not know has a name of its own all the same. */
static char *
model_of (const json_t *slot, Language language)
{
  return fields_text (slot, *word_of (slot, "model") != '\0' ? "model" : "name", language);
}

static char *
cell_of (const json_t *slot, Column column, Language language, gint64 later_s)
{
  if (column == COLUMN_BAR)
    return bar_of (slot);
  if (column == COLUMN_SINCE)
    return since_of (slot, later_s);
  g_autofree char *text =
      column == COLUMN_MODEL ? model_of (slot, language) : fields_text (slot, columns[column].field, language);
  return display_cut (text, columns[column].most);
}

/* What is wrong with the bench as a whole. NULL after the last. Caller frees. */
static GStrv
troubles_of (const json_t *bench, Language language)
{
  const json_t *troubles = json_object_get (bench, "troubles");
  g_autoptr (GStrvBuilder) sentences = g_strv_builder_new ();
  for (size_t i = 0; i < json_array_size (troubles); i++) {
    const char *sentence = word_of (json_array_get (troubles, i), language == LANGUAGE_ENGLISH ? "en" : "fr");
    g_autofree char *clean = display_clean (sentence);
    g_strv_builder_add (sentences, clean);
  }
  return g_strv_builder_end (sentences);
}

char *
bench_view_troubles (const json_t *bench, Language language)
{
  g_auto (GStrv) sentences = troubles_of (bench, language);
  return g_strjoinv ("\n", sentences);
}

/* ---- one look ---- */

char *
bench_view_list (const json_t *bench, Language language, gboolean has_colour)
{
  static const char *const shown[] = {"port", "code", "model", "serial_end", "state", "todo"};
  static const Text empty = {"Rien n'est branché sur le banc.\n", "Nothing is plugged in on the bench.\n"};
  const json_t *items = json_object_get (bench, "items");
  g_autofree char *troubles = bench_view_troubles (bench, language);
  const char *after = *troubles != '\0' ? "\n" : "";
  if (json_array_size (items) == 0)
    return g_strconcat (troubles, after, text_in (empty, language), NULL);
  g_auto (GStrv) titles = g_new0 (char *, G_N_ELEMENTS (shown) + 1);
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    titles[i] = fields_title (shown[i], language);
  g_autoptr (Table) table = table_new ((const char *const *)titles, NULL, G_N_ELEMENTS (shown));
  for (size_t i = 0; i < json_array_size (items); i++) {
    const json_t *slot = json_array_get (items, i);
    g_autofree char *port = fields_text (slot, "port", language), *code = fields_text (slot, "item", language);
    g_autofree char *model = model_of (slot, language), *serial = fields_text (slot, "serial_end", language);
    g_autofree char *step = fields_text (slot, "step", language), *todo = fields_text (slot, "todo", language);
    const char *const cells[] = {port, code, model, serial, step, todo};
    table_add (table, cells);
  }
  GString *out = g_string_new (troubles);
  g_string_append (out, after);
  table_print (table, out, has_colour, 0);
  return g_string_free (out, FALSE);
}

char *
bench_view_line (const json_t *slot, Language language)
{
  g_autofree char *port = fields_text (slot, "port", language), *code = fields_text (slot, "item", language);
  g_autofree char *model = model_of (slot, language);
  g_autofree char *step = fields_text (slot, "step", language), *todo = fields_text (slot, "todo", language);
  char *line = g_strjoin (GAP, port, code, model, step, todo, NULL);
  return g_strchomp (line);
}

char *
bench_view_key (const json_t *slot)
{
  return display_clean (*word_of (slot, "port") != '\0' ? word_of (slot, "port") : word_of (slot, "item"));
}

/* ---- drawn ---- */

typedef struct {
  const json_t *items;
  Language language;
  gboolean has_colour;
  gsize width, height;
  gint64 later_s;
  gboolean is_shown[COLUMNS_N];
  gsize widths[COLUMNS_N];
  GPtrArray *lines; /* of char * */
} Drawing;

static gsize
used_width (const Drawing *drawing)
{
  gsize used = 0;
  for (Column column = 0; column < COLUMNS_N; column++)
    if (drawing->is_shown[column])
      used += drawing->widths[column] + (used > 0 ? GAP_WIDTH : 0);
  return used;
}

static void
measure (Drawing *drawing)
{
  for (Column column = 0; column < COLUMNS_N; column++) {
    gsize widest = 0;
    for (size_t i = 0; i < json_array_size (drawing->items); i++) {
      g_autofree char *cell = cell_of (json_array_get (drawing->items, i), column, drawing->language, drawing->later_s);
      widest = MAX (widest, display_width (cell));
    }
    drawing->is_shown[column] = widest > 0; /* an empty column takes no room */
    drawing->widths[column] = MAX (widest, display_width (text_in (columns[column].title, drawing->language)));
  }
  for (int leaving = 1; leaving <= COLUMNS_N && used_width (drawing) > drawing->width; leaving++)
    for (Column column = 0; column < COLUMNS_N; column++)
      if (columns[column].leaves == leaving)
        drawing->is_shown[column] = FALSE;
}

static void
add_line (Drawing *drawing, const char *style, const char *text)
{
  g_autofree char *cut = display_cut (text, drawing->width);
  gboolean is_styled = drawing->has_colour && *style != '\0';
  g_ptr_array_add (drawing->lines, is_styled ? g_strconcat (style, cut, PLAIN, NULL) : g_steal_pointer (&cut));
}

static void
append_padded (GString *line, const char *cell, gsize width)
{
  if (line->len > 0)
    g_string_append (line, GAP);
  g_string_append (line, cell);
  for (gsize at = display_width (cell); at < width; at++)
    g_string_append_c (line, ' ');
}

/* The words of a text in lines of at most width columns; a word that is longer is cut. Caller frees. */
static GPtrArray *
wrap (const char *text, gsize width)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autoptr (GString) line = g_string_new (NULL);
  for (char **word = words; *word != NULL; word++) {
    if (line->len > 0 && display_width (line->str) + 1 + display_width (*word) > width) {
      g_ptr_array_add (lines, g_strdup (line->str));
      g_string_truncate (line, 0);
    }
    g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", *word);
  }
  g_ptr_array_add (lines, g_strdup (line->str));
  return lines;
}

/* Below its line. */
static void
add_sentence (Drawing *drawing, const char *style, const char *todo)
{
  gsize indent = strlen (INDENT);
  if (drawing->width <= indent)
    return;
  g_autoptr (GPtrArray) lines = wrap (todo, drawing->width - indent);
  for (guint i = 0; i < MIN (lines->len, LINES_MAX); i++) {
    gboolean is_cut = i + 1 == LINES_MAX && lines->len > LINES_MAX;
    g_autofree char *line = g_strconcat (INDENT, g_ptr_array_index (lines, i), is_cut ? " …" : "", NULL);
    add_line (drawing, style, line);
  }
}

static const char *
style_of (const json_t *slot)
{
  static const struct {
    const char *need, *style;
  } rows[] = {{"hand", BOLD}, {"done", FAINT}, {"rests", FAINT}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (word_of (slot, "need"), rows[i].need))
      return rows[i].style;
  return "";
}

/* What goes on by itself asks nothing of anybody: its sentence would push out those that do. */
static char *
todo_of (const Drawing *drawing, const json_t *slot)
{
  return g_str_equal (word_of (slot, "need"), "runs") ? g_strdup ("") : fields_text (slot, "todo", drawing->language);
}

static void
add_slot (Drawing *drawing, const json_t *slot)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *todo = todo_of (drawing, slot);
  for (Column column = 0; column < COLUMNS_N; column++) {
    g_autofree char *cell = cell_of (slot, column, drawing->language, drawing->later_s);
    if (drawing->is_shown[column])
      append_padded (line, cell, drawing->widths[column]);
  }
  gsize left = drawing->width - MIN (drawing->width, used_width (drawing) + GAP_WIDTH);
  gboolean fits = display_width (todo) <= left;
  if (fits)
    append_padded (line, todo, 0);
  g_strchomp (line->str);
  add_line (drawing, style_of (slot), line->str);
  if (!fits)
    add_sentence (drawing, style_of (slot), todo);
}

static void
add_titles (Drawing *drawing)
{
  static const Text todo = {"À faire maintenant", "To do now"};
  g_autoptr (GString) line = g_string_new (NULL);
  for (Column column = 0; column < COLUMNS_N; column++)
    if (drawing->is_shown[column])
      append_padded (line, text_in (columns[column].title, drawing->language), drawing->widths[column]);
  if (used_width (drawing) + GAP_WIDTH + TODO_LEAST <= drawing->width)
    append_padded (line, text_in (todo, drawing->language), 0);
  add_line (drawing, "", line->str);
}

/* Slots while there is room, then how many more there are. */
static void
add_slots (Drawing *drawing)
{
  size_t n = json_array_size (drawing->items);
  for (size_t i = 0; i < n; i++) {
    guint before = drawing->lines->len;
    add_slot (drawing, json_array_get (drawing->items, i));
    gboolean is_last = i + 1 == n;
    if (drawing->lines->len + (is_last ? 0 : 1) <= drawing->height)
      continue;
    g_ptr_array_set_size (drawing->lines, (int)before);
    g_autofree char *more = text_print (drawing->language, "… et %d de plus", "... and %d more", (int)(n - i));
    add_line (drawing, "", more);
    return;
  }
}

char *
bench_view_draw (const json_t *bench, Language language, gboolean has_colour, gsize width, gsize height, gint64 later_s)
{
  static const Text empty = {"Rien n'est branché sur le banc.", "Nothing is plugged in on the bench."};
  Drawing drawing = {.items = json_object_get (bench, "items"),
                     .language = language,
                     .has_colour = has_colour,
                     .width = width,
                     .height = height,
                     .later_s = later_s,
                     .lines = g_ptr_array_new_with_free_func (g_free)};
  g_auto (GStrv) troubles = troubles_of (bench, language);
  for (char **sentence = troubles; *sentence != NULL; sentence++)
    add_sentence (&drawing, BOLD, *sentence);
  if (json_array_size (drawing.items) == 0)
    add_line (&drawing, "", text_in (empty, language));
  else {
    g_autofree char *summary = bench_view_summary (bench, language);
    measure (&drawing);
    add_line (&drawing, BOLD, summary);
    if (height >= TITLES_LEAST)
      add_titles (&drawing);
    add_slots (&drawing);
  }
  g_ptr_array_set_size (drawing.lines, (int)MIN (drawing.lines->len, height));
  g_ptr_array_add (drawing.lines, NULL);
  char *text = g_strjoinv ("\n", (char **)drawing.lines->pdata);
  g_ptr_array_unref (drawing.lines);
  return text;
}
