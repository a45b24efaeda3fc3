/* The table of the usual pieces in both languages. */
#include "daemon/actions/piece.h"
#include "daemon/actions/field.h"

static const struct {
  const char *en, *fr;
} usual[] = {
    {"sleeve", "housse"},    {"charger", "chargeur"}, {"stylus", "stylet"},  {"cable", "câble"},
    {"keyboard", "clavier"}, {"box", "boîte"},        {"headset", "casque"}, {"bag", "sacoche"},
};

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
