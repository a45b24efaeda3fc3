/* The two languages of the terminal, and the choice between them. Not for the sentences of the server: it sends both. */
#pragma once
#include <glib.h>

typedef enum { LANGUAGE_FRENCH, LANGUAGE_ENGLISH } Language;

/* One text in both languages; static strings, never NULL in a filled row. */
typedef struct {
  const char *fr, *en;
} Text;

/* The half of text for that language. Borrowed from text. */
const char *text_in (Text text, Language language);

/* printf in one of two languages. Both formats take the same arguments in the same order. Caller frees. */
char *text_print (Language language, const char *fr, const char *en, ...) G_GNUC_PRINTF (2, 4) G_GNUC_PRINTF (3, 4);

/* Reads an environment variable; NULL when unset. g_getenv has this type. */
typedef const char *(*LanguageLookup) (const char *name);

/* option ("fr", "en" or NULL) wins; then the first of TEMOIN_LANG, LC_ALL, LC_MESSAGES, LANG that is not empty: English when
 * it starts with "en", else French. The C locale says nothing of the reader, so it is French too. */
Language language_choose (const char *option, LanguageLookup lookup);
