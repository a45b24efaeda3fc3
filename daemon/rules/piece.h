/* The usual pieces of a kit by their two names. The register keeps what was typed; this says which words mean the same.
 * Not for their states (item.h). */
#pragma once

/* In English, in French. */
/* clang-format off */
#define PIECES_USUAL(X)      \
  X ("sleeve", "housse")     \
  X ("charger", "chargeur")  \
  X ("stylus", "stylet")     \
  X ("cable", "câble")       \
  X ("keyboard", "clavier")  \
  X ("box", "boîte")         \
  X ("headset", "casque")    \
  X ("bag", "sacoche")
/* clang-format on */
