/* Sheets of labels, in HTTP: what stands on each label is chosen here, how it looks is labels/. */
#include "daemon/api/resources.h"
#include "daemon/rules/code.h"
#include "db/item.h"
#include "db/sim.h"
#include "labels/labels.h"

#define LABELS_MAX     500
#define DPI_DEFAULT    300
#define DPI_LEAST      72
#define DPI_MOST       1200
#define FORMAT_DEFAULT "avery-l7160"

typedef struct {
  LabelSheet sheet;
  GArray *labels;   /* Label */
  GPtrArray *texts; /* what they point to */
} LabelDrawing;

static void
free_drawing (gpointer data)
{
  LabelDrawing *drawing = data;
  g_array_unref (drawing->labels);
  g_ptr_array_unref (drawing->texts);
  g_free (drawing);
}

/* Keeps the text (taken) for as long as the drawing. Borrowed. */
static const char *
keep (LabelDrawing *drawing, char *text)
{
  g_ptr_array_add (drawing->texts, text);
  return text;
}

/* The two lines that tell one thing from another at a glance. */
static gboolean
name_thing (LabelDrawing *drawing, Store *store, const char *code, Label *label, GError **error)
{
  if (code[0] == 'T') {
    g_autoptr (Item) item = item_load (store, code, error);
    if (item == NULL)
      return FALSE;
    label->lines[0] = keep (drawing, g_strdup (item->inventory_no != NULL ? item->inventory_no : code));
    label->lines[1] = keep (drawing, g_strdup (item->model != NULL ? item->model : item_kind_name (item->kind)));
    return TRUE;
  }
  g_autoptr (Card) card = card_load (store, code, error);
  g_autoptr (Line) line = card != NULL ? line_load (store, card->line, error) : NULL;
  if (line == NULL)
    return FALSE;
  label->lines[0] = keep (drawing, g_strdup (code));
  label->lines[1] =
      keep (drawing, g_strjoin (" ", line->operator_name != NULL ? line->operator_name : "SIM", line->offer, NULL));
  return TRUE;
}

static gboolean
add_label (LabelDrawing *drawing, const ApiWorld *world, Store *store, const char *text, GError **error)
{
  Code code;
  Label label = {0};
  g_autoptr (GError) failed = NULL;
  if (!code_parse_kind (text, "TS", code, error))
    return FALSE;
  if (!name_thing (drawing, store, code, &label, &failed)) {
    if (g_error_matches (failed, DB_ERROR, DB_ERROR_NOT_FOUND))
      rule_error_set (error, M_THING_NOT_FOUND, code, NULL);
    else
      g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  label.qr = keep (drawing, g_strdup_printf ("HTTPS://%s/%s", world->label_host, code));
  label.lines[2] = keep (drawing, code_display (code));
  label.lines[3] = world->owner_line;
  g_array_append_val (drawing->labels, label);
  return TRUE;
}

static gboolean
read_sheet (const Request *request, LabelSheet *sheet, GError **error)
{
  gint64 start, dpi;
  const char *format = request_query (request, "format");
  const LabelStock *stock = label_stock_find (format != NULL ? format : FORMAT_DEFAULT);
  const char *output = request_query (request, "output");
  if (output != NULL && !g_str_equal (output, "pdf") && !g_str_equal (output, "png")) {
    rule_error_set (error, M_WORD_UNKNOWN, output, "output", "pdf, png", NULL);
    return FALSE;
  }
  if (stock == NULL) {
    g_autofree char *names = label_stock_names ();
    rule_error_set (error, M_FORMAT_UNKNOWN, format, names, NULL);
    return FALSE;
  }
  if (!request_query_int (request, "start", 1, stock->columns * stock->rows, 1, &start, error) ||
      !request_query_int (request, "dpi", DPI_LEAST, DPI_MOST, DPI_DEFAULT, &dpi, error))
    return FALSE;
  *sheet = (LabelSheet){
      .format = stock->name,
      .start = (guint)start,
      .output = g_strcmp0 (output, "png") == 0 ? LABEL_PNG : LABEL_PDF,
      .dpi = (guint)dpi,
      .created_at = clock_now (request->world->clock),
  };
  return TRUE;
}

gboolean
api_label_gather (Request *request, Store *store, GError **error)
{
  LabelDrawing *drawing = g_new0 (LabelDrawing, 1);
  drawing->labels = g_array_new (FALSE, FALSE, sizeof (Label));
  drawing->texts = g_ptr_array_new_with_free_func (g_free);
  request->drawing = drawing;
  request->drawing_free = free_drawing;
  const char *listed = request_query (request, "codes");
  if (listed == NULL || listed[0] == '\0') {
    rule_error_set (error, M_FIELD_MISSING, "codes", NULL);
    return FALSE;
  }
  g_auto (GStrv) codes = g_strsplit (listed, ",", -1);
  if (g_strv_length (codes) > LABELS_MAX) {
    rule_error_set (error, M_FIELD_LONG, "codes", G_STRINGIFY (LABELS_MAX), NULL);
    return FALSE;
  }
  if (!read_sheet (request, &drawing->sheet, error))
    return FALSE;
  for (gsize i = 0; codes[i] != NULL; i++)
    if (!add_label (drawing, request->world, store, codes[i], error))
      return FALSE;
  return TRUE;
}

gboolean
api_label_draw (Request *request, GError **error)
{
  const LabelDrawing *drawing = request->drawing;
  GBytes *bytes =
      label_render (&drawing->sheet, (const Label *)(gpointer)drawing->labels->data, drawing->labels->len, error);
  if (bytes == NULL)
    return FALSE;
  request_answer_bytes (request, drawing->sheet.output == LABEL_PNG ? "image/png" : "application/pdf", bytes);
  return TRUE;
}
