/* What the files of dialogues share. Private to this folder. */
#pragma once
#include "daemon/devices/dialogue.h"

#define DIALOGUE_CODE       "{code}"
#define DIALOGUE_CODE_MAX   24 /* characters of a recharge code */
/* Longest answer that patterns are tried on, in bytes; the rest is cut off. */
#define DIALOGUE_ANSWER_MAX 2000

typedef enum { DIALOGUE_PURPOSES, DIALOGUE_CHANNELS, DIALOGUE_COSTS } DialogueWords;
/* The words of an enum by its numbers, NULL at the end. */
const char *const *dialogue_words (DialogueWords which);

/* Empty, with its arrays. Caller frees. */
Dialogue *dialogue_new (void);
void dialogue_free (gpointer dialogue);
/* Does one of its steps carry {code}? */
gboolean dialogue_takes_code (const Dialogue *dialogue);

/* Adds the dialogues of one text to the array; DIALOGUE_ERROR_INPUT. An id that the array has already is an error too. */
gboolean dialogue_parse (const char *name, const char *text, gsize n, GPtrArray *dialogues, GError **error);

/* Valid UTF-8 of at most DIALOGUE_ANSWER_MAX bytes. Caller frees. */
char *dialogue_bound_answer (const char *answer);
/* text with each occurrence of the code as dots: the same number whatever its length. code may be NULL. Caller frees. */
#define DIALOGUE_DOTS "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
char *dialogue_mask (const char *text, const char *code);
