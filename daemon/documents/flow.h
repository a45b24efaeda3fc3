/* Text that flows down A4 pages: styles, page breaks, the foot of each page, the tags a screen reader needs.
   Not here: what a document says. */
#ifndef DAEMON_DOCUMENTS_FLOW_H
#define DAEMON_DOCUMENTS_FLOW_H

#include <cairo.h>
#include <glib.h>

#include "labels/font.h"

#define FLOW_MARGIN (20.0 * POINTS_PER_MM)
#define FLOW_WIDTH  (170.0 * POINTS_PER_MM) /* between the margins */

/* How a text looks and what it is in the structure of the document. */
typedef enum {
  FLOW_TITLE,
  FLOW_HEADING,
  FLOW_BODY,
  FLOW_ITEM, /* of a list */
  FLOW_STRONG,
  FLOW_SMALL, /* the second language, captions: grey */
  FLOW_TINY,
  FLOW_CELL,   /* of a table of many columns */
  FLOW_AMOUNT, /* the same, against the right edge */
} FlowStyle;

typedef struct Flow Flow;

/* An A4 document. TITLE is repeated on the pages after the first, FOOTER (or NULL) stands at the foot of all; both are
   copied. N_PAGES is the number of pages when known, 0 otherwise: a document is drawn once to count them. Fails with
   LABEL_ERROR_NO_FONT. */
Flow *flow_new (const char *title, const char *footer, gint64 created_at, guint n_pages, GError **error);
void flow_free (Flow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flow, flow_free)

/* Where to draw what is not text, in points from the corner of the page; owned by FLOW. */
cairo_t *flow_cairo (Flow *flow);

/* The next free height on the page, in points; and putting it elsewhere on the same page. */
double flow_y (const Flow *flow);
void flow_move_to (Flow *flow, double y);

/* The page being drawn, from 1. */
guint flow_page (const Flow *flow);

/* Goes to a new page unless HEIGHT points (or a whole page, if less) are free below. */
void flow_need (Flow *flow, double height);

/* Structure: a table or a row around what is drawn until the end. Both must end on the page where they began, except
   that flow_text may break a page anywhere. TAG is borrowed until its end. */
void flow_begin (Flow *flow, const char *tag);
void flow_end (Flow *flow);

/* Draws TEXT at X points from the left edge, wrapped at WIDTH, below flow_y, over as many pages as it takes, as an
   element TAG (NULL: the one of STYLE); moves flow_y below it. */
void flow_text (Flow *flow, FlowStyle style, const char *tag, double x, double width, const char *text);

/* The height TEXT would take, in points. */
double flow_height (Flow *flow, FlowStyle style, double width, const char *text);

/* A thin line across from X, WIDTH long, at flow_y. */
void flow_rule (Flow *flow, double x, double width);

/* An empty frame from X and TOP, HEIGHT high, to write or sign in. */
void flow_frame (Flow *flow, double x, double top, double width, double height);

/* Ends the document (FLOW can only be freed afterwards). Its bytes are owned by the caller; NULL with
   LABEL_ERROR_DRAWING. */
GBytes *flow_finish (Flow *flow, GError **error);

#endif
