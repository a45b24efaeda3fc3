/* Lines of getprop; a value may itself hold brackets or line ends, so it ends at "]" + end of line. */
#include "daemon/devices/props.h"

#include <string.h>

/* What follows "[key]: [" at the start of a line, or NULL. */
static const char *
find_value (const char *text, const char *key)
{
  g_autofree char *label = g_strdup_printf ("[%s]: [", key);
  const char *found = text;
  while ((found = strstr (found, label)) != NULL && found != text && found[-1] != '\n')
    found++;
  return found != NULL ? found + strlen (label) : NULL;
}

char *
props_get (const char *text, const char *key)
{
  const char *start = find_value (text, key);
  const char *end = start;
  if (start == NULL)
    return NULL;
  while ((end = strchr (end, ']')) != NULL && strchr ("\r\n", end[1]) == NULL) /* the NUL is in the set too */
    end++;
  if (end == NULL || end == start)
    return NULL;
  return g_strndup (start, (gsize)(end - start));
}

int
props_get_number (const char *text, const char *key)
{
  g_autofree char *value = props_get (text, key);
  guint64 number;
  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT, &number, NULL))
    return -1;
  return (int)number;
}
