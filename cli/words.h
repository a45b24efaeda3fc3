/* The stable words of the API ("to_wipe") and how people say them ("à effacer" / "to be wiped"). */
#pragma once
#include "cli/language.h"

/* How people say a word of the API; the word itself when it is not in the table. Borrowed (from word in that case). */
const char *words_text (const char *word, Language language);
/* The API's word for what a person typed in either language, without regard to case or accents ("équipement" -> "equipment");
 * typed itself when unknown: the server judges it. Borrowed. */
const char *words_read (const char *typed);
