/* Reads the JSON body of a request into the struct of a verb, after a table: what is not in the table is refused by name.
 * Texts stay inside the parsed document, which the FormData owns. Not for writing JSON (writer.h). */
#pragma once
#include "daemon/rules/message.h"

#define FORM_TEXT_MAX 4000 /* bytes of one text */
#define FORM_LIST_MAX 1000 /* elements of one list */

typedef enum {
  FIELD_TEXT,  /* const char *; absent or null: NULL */
  FIELD_BOOL,  /* gboolean */
  FIELD_INT,   /* const gint64 *; absent or null: NULL */
  FIELD_TEXTS, /* const char *const *, NULL-terminated; absent or null: NULL */
  FIELD_PAIRS, /* an object of texts: const PieceSaid * (take_back.h), their number at count_offset (gsize) */
} FieldType;
typedef struct {
  const char *name; /* in JSON; the same word as the struct's where possible */
  FieldType type;
  gsize offset;
  gboolean is_required;
  gsize count_offset; /* FIELD_PAIRS only */
} Field;
typedef struct {
  gsize size; /* of the struct */
  const Field *fields;
  gsize n_fields;
} Form;

/* What every POST may carry besides its own fields. */
typedef struct {
  gboolean preview;
  const char *const *overrides;
  const char *comment;
} FormCommon;

typedef struct _FormData FormData;
/* RULE_ERROR: M_BODY_NOT_JSON, M_BODY_NOT_OBJECT, M_FIELD_UNKNOWN, M_FIELD_TYPE, M_FIELD_MISSING, M_FIELD_LONG. form is static. */
FormData *form_read (const Form *form, const char *bytes, gsize length, GError **error);
void form_data_free (FormData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FormData, form_data_free)
/* The filled struct (form->size bytes), and the common fields. Borrowed. */
gconstpointer form_data_input (const FormData *data);
const FormCommon *form_data_common (const FormData *data);
