/* An incremental update: the catalogue once more with one more entry, a table of that one object, a new trailer. */
#include "labels/actual_size.h"

#include <stdlib.h>
#include <string.h>

#define TAIL_SIZE       1024 /* bytes, more than any trailer of cairo */
#define CATALOG_SIZE    1024 /* bytes, more than any catalogue of cairo */
#define XREF_ENTRY_SIZE 20   /* ISO 32000-1 section 7.5.4 */
#define WISH            "   /ViewerPreferences << /PrintScaling /None /PickTrayByPDFSize true >>\n"

typedef struct {
  char *trailer; /* the entries of the trailer, without its brackets */
  gsize xref_at;
  guint root;    /* number of the catalogue */
  char *catalog; /* its text up to the brackets that close it */
} Parts;

static void
parts_clear (Parts *parts)
{
  g_free (parts->trailer);
  g_free (parts->catalog);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

/* LENGTH bytes of PDF from OFFSET, or fewer at its end, as a string up to the first NUL; owned by the caller. */
static char *
text_at (GBytes *pdf, gsize offset, gsize length)
{
  gsize size;
  const char *data = g_bytes_get_data (pdf, &size);
  return offset < size ? g_strndup (data + offset, MIN (length, size - offset)) : g_strdup ("");
}

/* The number after the last KEY in TEXT; FALSE when there is none. */
static gboolean
number_after (const char *text, const char *key, gsize *number)
{
  const char *found = g_strrstr (text, key);
  if (found == NULL || !g_ascii_isdigit (found[strlen (key)]))
    return FALSE;
  *number = strtoull (found + strlen (key), NULL, 10);
  return TRUE;
}

static gboolean
parse_trailer (GBytes *pdf, Parts *parts)
{
  gsize size = g_bytes_get_size (pdf);
  g_autofree char *tail = text_at (pdf, size > TAIL_SIZE ? size - TAIL_SIZE : 0, TAIL_SIZE);
  const char *trailer = g_strrstr (tail, "trailer\n<<");
  gsize root;
  if (trailer == NULL || !number_after (trailer, "startxref\n", &parts->xref_at) ||
      !number_after (trailer, "/Root ", &root))
    return FALSE;
  trailer += strlen ("trailer\n<<");
  const char *end = strstr (trailer, ">>");
  if (end == NULL)
    return FALSE;
  parts->root = (guint)root;
  parts->trailer = g_strchomp (g_strndup (trailer, (gsize)(end - trailer)));
  return TRUE;
}

static gboolean
parse_catalog (GBytes *pdf, Parts *parts)
{
  g_autofree char *table = text_at (pdf, parts->xref_at, strlen ("xref\n0 1000000\n"));
  const char *entries = g_str_has_prefix (table, "xref\n0 ") ? strchr (table + strlen ("xref\n"), '\n') : NULL;
  if (entries == NULL)
    return FALSE;
  gsize entry_at = parts->xref_at + (gsize)(entries + 1 - table) + (gsize)parts->root * XREF_ENTRY_SIZE;
  g_autofree char *entry = text_at (pdf, entry_at, XREF_ENTRY_SIZE);
  g_autofree char *object = text_at (pdf, strtoull (entry, NULL, 10), CATALOG_SIZE);
  g_autofree char *name = g_strdup_printf ("%u 0 obj\n<< /Type /Catalog", parts->root);
  const char *end = strstr (object, "\n>>\nendobj");
  if (!g_str_has_prefix (object, name) || end == NULL)
    return FALSE;
  parts->catalog = g_strndup (object, (gsize)(end + 1 - object));
  return strstr (parts->catalog, "/ViewerPreferences") == NULL;
}

GBytes *
actual_size_pdf (GBytes *pdf)
{
  g_auto (Parts) parts = {0};
  if (!parse_trailer (pdf, &parts) || !parse_catalog (pdf, &parts))
    return pdf;
  gsize size = g_bytes_get_size (pdf);
  g_autoptr (GString) update = g_string_new (NULL);
  g_string_append_printf (update, "%s" WISH ">>\nendobj\n", parts.catalog);
  gsize table_at = size + update->len;
  g_string_append_printf (update, "xref\n%u 1\n%010zu 00000 n \n", parts.root, size);
  g_string_append_printf (update, "trailer\n<<%s\n   /Prev %zu\n>>\nstartxref\n%zu\n%%%%EOF\n", parts.trailer,
                          parts.xref_at, table_at);
  GByteArray *bytes = g_bytes_unref_to_array (pdf);
  g_byte_array_append (bytes, (const guint8 *)update->str, (guint)update->len);
  return g_byte_array_free_to_bytes (bytes);
}
