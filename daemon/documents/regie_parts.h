/* What the builder of a statement and its renderings share. */
#pragma once
#include "daemon/documents/regie.h"
#include "db/regie.h"

typedef struct {
  const char *label; /* static, or of texts */
  const char *value;
} StatementFact;

struct _Statement {
  const char *title, *sentence;
  GArray *facts;    /* of StatementFact */
  GPtrArray *lines; /* of RegieEntry */
  Money opening, closing;
  char *footer;
  gint64 created_at;
  GPtrArray *texts; /* all that the others point to */
};
