/* The story of a wipe: lines are added, never changed. */
#include "db/row.h"
#include "db/wipe.h"

#define SELECT_EVENT "SELECT wipe, number, at_ms, kind, text FROM wipe_event "
enum { WIPE, NUMBER, AT_MS, KIND, TEXT };

void
wipe_event_free (WipeEvent *event)
{
  if (event == NULL)
    return;
  g_free (event->kind);
  g_free (event->text);
  g_free (event);
}

static void
wipe_event_destroy (gpointer event)
{
  wipe_event_free (event);
}

static gpointer
wipe_event_read (Rows *rows, G_GNUC_UNUSED GError **error)
{
  WipeEvent *event = g_new0 (WipeEvent, 1);
  row_code (rows, WIPE, event->wipe);
  event->number = rows_int (rows, NUMBER);
  event->at_ms = rows_int (rows, AT_MS);
  event->kind = row_dup (rows, KIND);
  event->text = row_dup (rows, TEXT);
  return event;
}

static const RowKind wipe_event_row = {"event", wipe_event_read, wipe_event_destroy};

gboolean
wipe_event_add (Store *store, const char *wipe, gint64 at_ms, const char *kind, const char *text, GError **error)
{
  return store_run (store, NULL, error,
                    "INSERT INTO wipe_event (wipe, number, at_ms, kind, text)"
                    " SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4 FROM wipe_event WHERE wipe = $1",
                    "siss", wipe, at_ms, kind, text);
}

GPtrArray *
wipe_event_list (Store *store, const char *wipe, gint64 after_number, GError **error)
{
  return row_all (&wipe_event_row,
                  store_query (store, error, SELECT_EVENT "WHERE wipe = $1 AND number > $2 ORDER BY number", "si", wipe,
                               after_number),
                  error);
}
