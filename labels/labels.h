/* The public contract of labels/: a QR text and a few lines of text in, the bytes of a PDF or a PNG out.
   It knows nothing of tablets, people or loans: the caller chooses what is written on a label. */
#ifndef LABELS_LABELS_H
#define LABELS_LABELS_H

#include <glib.h>

#include "labels/stock.h"

#define LABEL_LINES 4 /* lines of text beside the QR code, at most */

/* One label. The strings are borrowed for the time of the call. */
typedef struct {
  const char *qr;                 /* what the QR code says; upper case letters, digits and $%*+-./: keep it small */
  const char *lines[LABEL_LINES]; /* UTF-8, one paragraph each; unused lines NULL; line 0 is the largest */
} Label;

typedef enum {
  LABEL_PDF,       /* as many pages as needed */
  LABEL_PNG,       /* one whole page, 1 bit a pixel; more labels than fit on that page is an error */
  LABEL_PNG_LABEL, /* one label alone, cut to its own size, for a label printer; `start` is not looked at */
} LabelOutput;

typedef struct {
  const char *format; /* name of a stock, see label_stock_list; borrowed */
  guint start;        /* first free label of a sheet already begun, counted from 1, left to right then down */
  LabelOutput output;
  guint dpi;         /* dots per inch; PNG only */
  gint64 created_at; /* seconds since 1970 (UTC), written in the PDF so that its bytes can be reproduced */
} LabelSheet;

typedef enum {
  LABEL_ERROR_UNKNOWN_FORMAT, /* no stock of that name; the message lists the known ones */
  LABEL_ERROR_START,          /* start is 0 or beyond the last label of a sheet */
  LABEL_ERROR_EMPTY,          /* no label at all, or a label without QR text */
  LABEL_ERROR_TOO_LONG,       /* the QR text needs modules finer than the stock allows */
  LABEL_ERROR_TOO_MANY,       /* the labels do not fit on the one page (or label) of a PNG: ask for a PDF */
  LABEL_ERROR_TEXT,           /* a line that is not UTF-8 or holds a control character */
  LABEL_ERROR_DPI,            /* dpi out of range, or too coarse for the QR code */
  LABEL_ERROR_NO_FONT,        /* this machine has no font able to write French */
  LABEL_ERROR_DRAWING,        /* the drawing library failed, as a rule for lack of memory */
} LabelErrorCode;

#define LABEL_ERROR label_error_quark ()
GQuark label_error_quark (void);

/* Which label, counted from 1, made the call fail; 0 when the fault is not in one label.
   ERROR must be of the domain LABEL_ERROR. */
guint label_error_get_label (const GError *error);

/* Draws LABELS on the sheets of a stock. Returns the bytes of the file, owned by the caller, or NULL with a
   LABEL_ERROR. May be called from any thread, and from several at once. */
GBytes *label_render (const LabelSheet *sheet, const Label *labels, gsize n_labels, GError **error);

#endif
