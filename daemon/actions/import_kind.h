/* What can be imported: one row a kind, with its columns and the verb that takes a line. The run itself is import.h. */
#pragma once
#include "daemon/actions/action.h"
#include "daemon/actions/claim.h"

typedef struct {
  const char *name;     /* as in the verbs and in openapi.yaml */
  const char *synonyms; /* other headings, folded (field_fold), separated by one space */
  gboolean is_secret;   /* a PIN, PUK or recharge code: never kept in clear, not even while the file is on its way */
} ImportColumn;

/* A line of data: one cell a column of the kind, in the order of its columns; NULL = no such column in the file. */
typedef struct {
  const char *const *cells;
  const char *fund;             /* code of the fund for a line that names none; NULL = none */
  const ActionContext *context; /* whose keys tell whether a sealed code is the same */
} ImportLine;

typedef struct {
  const char *name; /* "tablets" */
  const ImportColumn *columns;
  gsize n_columns;
  gsize key;     /* the required column; with it the kind is told */
  gsize label;   /* the column that names the line in a sentence */
  gsize key_too; /* a second column that tells lines apart; == key when there is none */
  /* As item_known. */
  gboolean (*known) (Store *store, const ImportLine *line, Code code, const char **differs, GError **error);
  /* As item_claims. */
  gboolean (*claims) (Store *store, const ImportLine *line, Claims *claims, GError **error);
  /* Runs the verb. */
  gboolean (*add) (Store *store, const ActionContext *context, const ImportLine *line, Outcome *outcome,
                   GError **error);
} ImportKind;

/* The kind of that name; NULL when there is none. Static. */
const ImportKind *import_kind_find (const char *name);
/* The first kind whose key column is among the headings (n of them). NULL when there is none. */
const ImportKind *import_kind_of_headings (char *const *headings, guint n);
/* Index of the column with that heading; FALSE when the kind has none. */
gboolean import_kind_column (const ImportKind *kind, const char *heading, gsize *column);
/* All column names of the kind, for a sentence. Caller frees. */
char *import_kind_column_names (const ImportKind *kind);
