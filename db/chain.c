#include "db/chain.h"
#include <string.h>

void
chain_add_text (GString *bytes, const char *text)
{
  const char *written = text != NULL ? text : "";
  g_string_append_printf (bytes, "%zu:%s,", strlen (written), written);
}

void
chain_add_number (GString *bytes, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  chain_add_text (bytes, text);
}

char *
chain_hash (const GString *bytes)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)bytes->str, bytes->len);
}
