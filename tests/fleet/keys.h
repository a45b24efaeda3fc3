// Scenario keys as a table: one row says the name, the type, where it goes in a struct, its first value and its help.
#pragma once

#include <glib.h>

enum KeyType { KEY_TEXT, KEY_PORT, KEY_NUMBER, KEY_SECONDS, KEY_BOOLEAN, KEY_CHOICE };

// The field is a char * for texts and ports, a double for seconds, an int for the rest.
struct Key {
  const char *name;
  enum KeyType type;
  gsize offset; // in the struct
  const char *initial;
  const char *choices; // KEY_CHOICE: words separated by '|', in the order of the enum
};

struct Keys {
  const struct Key *rows;
  gsize count;
};

// Fills in the first values; `object` may be uninitialised.
void keys_init (const struct Keys *keys, gpointer object);

// Frees the texts.
void keys_clear (const struct Keys *keys, gpointer object);

// Sets one key from its text. FALSE with error, and nothing changed, for an unknown key or a bad value.
gboolean keys_set (const struct Keys *keys, gpointer object, const char *name, const char *value, GError **error);

// "name=values(first value) ..." for the help. The caller owns the text.
char *keys_help (const struct Keys *keys);
