/* The fields of the API's objects: what each is called and how its value is shown. One table for lists, records and answers. */
#pragma once
#include "cli/language.h"
#include <jansson.h>

/* A field is named as in the JSON. "holder.name" goes into an object; of state / state_fr / state_en ask for "state":
 * the sentence in the reader's language wins over the word. */

/* The title of a column or of a line of a record; the name itself when the table does not know it. Caller frees. */
char *fields_title (const char *name, Language language);
/* Is it a number, set to the right in tables? */
gboolean fields_is_number (const char *name);
/* The value as a person reads it; "" when it is absent or null. Caller frees. */
char *fields_text (const json_t *object, const char *name, Language language);
/* A sentence with {name} of fields in it. Caller frees. */
char *fields_fill (const char *sentence, const json_t *object, Language language);
