/* The person at the terminal: questions, a progress line, keys, Ctrl-C. Not for layout. */
#pragma once
#include "cli/session.h"

/* Can a person be asked? (standard input and standard error are a terminal) */
gboolean terminal_can_ask (void);
/* May it be coloured? (a terminal, NO_COLOR not set, TERM not "dumb") */
gboolean terminal_has_colour (void);
/* Can a picture be redrawn on standard output? (a terminal, TERM not "dumb") */
gboolean terminal_can_draw (void);
/* Columns and lines of standard output; 0 when it is no terminal. */
gsize terminal_width (void);
gsize terminal_height (void);
/* A screen of its own, without a cursor, until terminal_leave_screen gives back the one before as it was. */
void terminal_take_screen (void);
void terminal_leave_screen (void);
/* Puts text (lines with '\n' between, none wider than the terminal) where the picture before was, without a flicker. */
void terminal_paint (const char *text);

/* Prints question and reads one line. TRUE only for an answer that starts with o, O, y or Y. */
gboolean terminal_confirm (const Session *session, const char *question);
/* Prints question and reads one line without its end; NULL at end of input or when empty. Caller frees. */
char *terminal_ask (const char *question);

/* The same without showing what is typed; when standard input is no terminal, its next line. NULL when there is none. Caller wipes and free()s. */
char *terminal_ask_unseen (const char *question);

/* From now on Ctrl-C and SIGTERM do not end the program but make this descriptor readable (a signalfd), as SIGWINCH does. -1 when it cannot be made. */
int terminal_interrupt_fd (void);
/* Keys arrive one by one, unseen, until terminal_restore. Nothing happens when standard input is no terminal. */
void terminal_take_keys (void);
void terminal_restore (void);

/* One line on standard error that replaces the one before; nothing when it is no terminal. NULL clears it. */
void terminal_progress (const char *text);
/* The same, as a bar with the share of total (above 0), and a word after it. */
void terminal_bar (guint64 done, guint64 total, const char *after);
/* A ClientProgress: a bar, or the bytes so far when the total is not known. user: const Session *. */
void terminal_transfer (guint64 done, guint64 total, gpointer user);
