/* Writes JSON into one growing text, without a tree: the caller opens, fills and closes. Names are literals of ours.
 * Not for reading JSON (form.h). */
#pragma once
#include "db/records.h"

#define WRITER_DEPTH_MAX 16
typedef struct {
  GString *text;
  char closers[WRITER_DEPTH_MAX];
  guint depth;
  gboolean needs_comma;
} Writer;

/* Starts empty. writer_clear frees what was not taken. */
void writer_init (Writer *writer);
void writer_clear (Writer *writer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Writer, writer_clear)
/* The finished text; the writer is empty again. Every open bracket must have been closed. Caller unrefs. */
GBytes *writer_take (Writer *writer);

/* name: NULL inside an array and at the top. */
void writer_open_object (Writer *writer, const char *name);
void writer_open_array (Writer *writer, const char *name);
void writer_close (Writer *writer);
/* NULL gives null. Bytes that are not UTF-8 are replaced. */
void writer_text (Writer *writer, const char *name, const char *value);
void writer_int (Writer *writer, const char *name, gint64 value);
/* Below zero gives null: numbers that are not known. */
void writer_maybe_int (Writer *writer, const char *name, gint64 value);
void writer_bool (Writer *writer, const char *name, gboolean value);
void writer_null (Writer *writer, const char *name);
/* "" gives null: codes and days that are not known. */
void writer_word (Writer *writer, const char *name, const char *value);
/* RFC 3339 in UTC; 0 gives null. Seconds; or milliseconds, written with three decimals. */
void writer_instant (Writer *writer, const char *name, gint64 epoch_s);
void writer_instant_ms (Writer *writer, const char *name, gint64 epoch_ms);
/* "NAME_cents":N and "currency":"EUR" are two members; this writes the first. name includes "_cents". */
void writer_money (Writer *writer, const char *name, Money amount);
/* Another text that is JSON already, as the next member or element. */
void writer_raw (Writer *writer, const char *name, const char *json);
