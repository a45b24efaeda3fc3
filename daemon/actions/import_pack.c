/* How a staged line is kept: its cells in one text. A line with a PIN, a PUK or a recharge code is sealed, as the code itself will be: the
 * register never has one in clear, not even while a file is on its way. */
#include "daemon/actions/field.h"
#include "daemon/actions/import_parts.h"
#include "daemon/actions/vault.h"
#include <string.h>

/* No file that is read has control bytes. */
#define UNIT_SEPARATOR "\x1f" /* between cells */
#define SEALED         '\x1e' /* before the key and the box, which have a space between */

static gboolean
has_code (const Import *import, char *const *fields)
{
  for (guint i = 0; i < import->n_columns; i++)
    if (import->kind->columns[import->columns[i]].is_secret && !field_is_absent (fields[i]))
      return TRUE;
  return FALSE;
}

/* What the box is tied to: the line. As long as a code. */
static void
owner_of (gint64 line, Code owner)
{
  g_snprintf (owner, sizeof (Code), "%08x", (guint)line);
}

/* text: the cells. NULL without keys. */
static char *
seal (const Import *import, gint64 line, const char *text, GError **error)
{
  Code owner;
  g_autofree char *key_id = NULL;
  owner_of (line, owner);
  if (import->context.vault == NULL) {
    rule_error_set (error, M_SECRET_NO_KEY, NULL);
    return NULL;
  }
  g_autoptr (GBytes) box = vault_seal (import->context.vault, SECRET_VOUCHER, owner, text, &key_id, error);
  if (box == NULL)
    return NULL;
  gsize size;
  const guchar *bytes = g_bytes_get_data (box, &size);
  g_autofree char *letters = g_base64_encode (bytes, size);
  return g_strdup_printf ("%c%s %s", SEALED, key_id, letters);
}

char *
import_pack (const Import *import, gint64 line, char *const *fields, GError **error)
{
  char *text = g_strjoinv (UNIT_SEPARATOR, (char **)fields);
  if (!has_code (import, fields))
    return text;
  char *sealed = seal (import, line, text, error);
  memset (text, 0, strlen (text));
  g_free (text);
  return sealed;
}

/* Caller frees with vault_text_free. */
static char *
unseal (const Import *import, const StagedLine *staged, GError **error)
{
  Secret secret = {.kind = SECRET_VOUCHER};
  g_auto (GStrv) words = g_strsplit (staged->cells + 1, " ", 2);
  gsize size = 0;
  guchar *bytes = words[0] != NULL && words[1] != NULL ? g_base64_decode (words[1], &size) : NULL;
  if (bytes == NULL || import->context.vault == NULL) {
    g_free (bytes);
    rule_error_set (error, M_SECRET_NO_KEY, NULL);
    return NULL;
  }
  g_autoptr (GBytes) box = g_bytes_new_take (bytes, size);
  owner_of (staged->line, secret.owner);
  secret.key_id = words[0];
  secret.box = box;
  return vault_unseal (import->context.vault, &secret, error);
}

char **
import_unpack (const Import *import, const StagedLine *staged, GError **error)
{
  if (staged->cells[0] != SEALED)
    return g_strsplit (staged->cells, UNIT_SEPARATOR, -1);
  char *text = unseal (import, staged, error);
  if (text == NULL)
    return NULL;
  char **fields = g_strsplit (text, UNIT_SEPARATOR, -1);
  vault_text_free (text);
  return fields;
}
