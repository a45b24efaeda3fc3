/* Names compared by the table of the usual pieces. */
#include "daemon/actions/piece.h"
#include "daemon/actions/field.h"
#include "daemon/rules/piece.h"

#define USUAL_ROW(english, french) {english, french},
static const struct {
  const char *en, *fr;
} usual[] = {PIECES_USUAL (USUAL_ROW)};

/* The English name of a usual piece, else the name itself. */
static const char *
canonical (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
    if (field_same_word (name, usual[i].fr))
      return usual[i].en;
  return name;
}

gboolean
piece_same_name (const char *a, const char *b)
{
  return field_same_word (canonical (a), canonical (b));
}
