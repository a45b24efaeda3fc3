/* Asks print dialogs not to scale a PDF: "fit to page" shrinks a sheet of labels by 8 %, and they drift off their cells.
   cairo cannot say it. Not here: scaling done by a print queue, which the file cannot forbid. */
#ifndef LABELS_ACTUAL_SIZE_H
#define LABELS_ACTUAL_SIZE_H

#include <glib.h>

/* PDF (taken over) with the wish /PrintScaling /None added by an incremental update, ISO 32000-1 sections 7.5.6 and
   12.2; owned by the caller. A file that is not laid out as cairo 1.16 does comes back as it was: the wish is a comfort. */
GBytes *actual_size_pdf (GBytes *pdf);

#endif
