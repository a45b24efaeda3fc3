/* What may leave the daemon of what a tablet says: nothing but what a table lets through (scrub_table.c). All of it works on bytes in place and keeps
 * their number, so that what is told has the shape of what was said. No I/O; private to this folder. */
#pragma once
#include <glib.h>

#define SCRUB_MASK     'x'  /* stands for a byte that is not told */
#define SCRUB_LEFT_OUT '\0' /* stands for each byte of a line that is not told at all, its end included */

/* What the same value is always replaced by, in one recording. */
typedef enum {
  SCRUB_SERIAL,    /* "S00000000001"; a dummy that cheap tablets ship with is kept (device_serial_is_dummy) */
  SCRUB_DIGITS,    /* of an IMEI: "000000000000001" */
  SCRUB_NAME,      /* of an account, of a user: "name1xxxx" */
  SCRUB_TYPE,      /* of an account whose type is not known: "type1xxx" */
  SCRUB_COMPONENT, /* of an application: "aaa.aaaaaaa.aaa1/.aaaaa" */
} ScrubKind;

typedef struct _Scrub Scrub;
Scrub *scrub_new (void);
/* Accepts NULL. */
void scrub_free (Scrub *scrub);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scrub, scrub_free)

/* Replaces a whole value. */
void scrub_value (Scrub *scrub, ScrubKind kind, char *text, gsize n);
/* Replaces what was replaced before wherever it stands in a text that is let through: the second net, below the table. */
void scrub_again (Scrub *scrub, char *text, gsize n);
/* Keeps printable ASCII: for what the maker wrote and no user can change. */
void scrub_plain (Scrub *scrub, char *text, gsize n);
/* Keeps punctuation, spaces, line ends and known words (scrub_word_is_known): every digit and every other word is masked. */
void scrub_words (char *text, gsize n);

/* One line, without its end, against a table of patterns (NULL-terminated; see scrub_table.c for their letters). FALSE, nothing changed: none fits,
 * or the line is longer than any of them is meant for. */
gboolean scrub_line (Scrub *scrub, const char *const *patterns, char *line, gsize n);

/* A command that our program sends over adb, and what is told of its answer. */
typedef struct {
  const char *command;      /* whole, or its beginning and "*" for an argument that is not told */
  const char *const *lines; /* patterns; a line that fits none is left out */
  void (*whole) (Scrub *scrub, char *text, gsize n); /* instead of lines */
} ScrubRow;

/* What is told of an adb service that was opened; caller frees. *row: of its command, NULL when that is not known (then it ends in "?"). */
char *scrub_service (const char *service, const ScrubRow **row);
/* The whole output of that command. */
void scrub_answer (Scrub *scrub, const ScrubRow *row, char *text, gsize n);
/* The banner of a CNXN. */
void scrub_banner (Scrub *scrub, char *text, gsize n);
/* FALSE: that fastboot command is none of ours, and neither it nor its answer is told. */
gboolean scrub_knows_fastboot (const char *command);
/* The answer of a boot loader to that command: four letters and a text. */
void scrub_fastboot (Scrub *scrub, const char *command, char *text, gsize n);

gboolean scrub_word_is_known (const char *word, gsize n);
