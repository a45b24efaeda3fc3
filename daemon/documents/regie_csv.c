/* A statement for a spreadsheet: one row a fact, one row a line of the journal, the same columns in all. */
#include "daemon/documents/regie_parts.h"
#include "daemon/rules/regie.h"
#include <string.h>

#define HEADER                                                                                                         \
  "\xef\xbb\xbfrubrique;libelle;valeur;numero;date;genre;nature;moyen;objet;piece;empreinte;corrige;encaisse;paye;"    \
  "solde\r\n"

/* In quotation marks when it must be. A text that a spreadsheet would take for a formula is told apart by an apostrophe. */
static void
add_text (GString *out, const char *text)
{
  const char *written = text != NULL ? text : "";
  gboolean is_formula = strchr ("=+-@", written[0]) != NULL && written[0] != '\0';
  g_autofree char *plain = g_strconcat (is_formula ? "'" : "", written, NULL);
  if (strpbrk (plain, ";\"\r\n") == NULL) {
    g_string_append (out, plain);
    return;
  }
  g_string_append_c (out, '"');
  for (const char *at = plain; *at != '\0'; at++)
    g_string_append_printf (out, "%s%c", *at == '"' ? "\"" : "", *at);
  g_string_append_c (out, '"');
}

/* "12,50"; amounts here are never below zero. */
static void
add_money (GString *out, Money amount)
{
  g_string_append_printf (out, "%" G_GINT64_FORMAT ",%02d", amount.cents / 100, (int)(amount.cents % 100));
}

static void
add_fact (GString *out, const StatementFact *fact)
{
  g_string_append (out, "fait;");
  add_text (out, fact->label);
  g_string_append_c (out, ';');
  add_text (out, fact->value);
  g_string_append (out, ";;;;;;;;;;;;\r\n");
}

static void
add_entry (GString *out, const RegieEntry *entry)
{
  const char *const texts[] = {entry->nature, entry->has_means ? pay_means_text (entry->means, LANGUAGE_FR) : NULL,
                               entry->object, entry->paper, entry->paper_hash};
  g_string_append_printf (out, "écriture;;;%" G_GINT64_FORMAT ";%s;%s", entry->number, entry->on.text,
                          regie_kind_text (entry->kind, LANGUAGE_FR));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_string_append_c (out, ';');
    add_text (out, texts[i]);
  }
  g_string_append_c (out, ';');
  if (entry->reverses != 0)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, entry->reverses);
  const Money amounts[] = {entry->received, entry->paid, entry->balance};
  for (gsize i = 0; i < G_N_ELEMENTS (amounts); i++) {
    g_string_append_c (out, ';');
    add_money (out, amounts[i]);
  }
  g_string_append (out, "\r\n");
}

GBytes *
statement_csv (const Statement *statement)
{
  GString *out = g_string_new (HEADER);
  const StatementFact title = {"Document", statement->title};
  add_fact (out, &title);
  for (guint i = 0; i < statement->facts->len; i++)
    add_fact (out, &g_array_index (statement->facts, StatementFact, i));
  for (guint i = 0; i < statement->lines->len; i++)
    add_entry (out, g_ptr_array_index (statement->lines, i));
  return g_string_free_to_bytes (out);
}
