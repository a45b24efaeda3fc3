/* Which facts a statement says: see regie.h. */
#include "daemon/documents/regie_parts.h"
#include "daemon/rules/argument.h"
#include "daemon/rules/code.h"
#include "daemon/rules/regie.h"
#include "db/account.h"
#include <string.h>

#define MONTH_LETTERS 7
#define YEAR_LETTERS  4

enum { LINES_MAX = 20000 };

/* What is gathered while it is built. */
typedef struct {
  Store *store;
  const StatementAsk *ask;
  Regie *regie;
  RegieRequest *request; /* or NULL */
  gint64 first, last;    /* lines; first above last: none */
  Money opening, received, paid;
  gboolean is_closed;
} Source;

static void
source_clear (Source *source)
{
  regie_free (source->regie);
  regie_request_free (source->request);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static void
destroy_entry (gpointer entry)
{
  regie_entry_free (entry);
}

void
statement_free (Statement *statement)
{
  if (statement == NULL)
    return;
  g_array_unref (statement->facts);
  g_clear_pointer (&statement->lines, g_ptr_array_unref);
  g_ptr_array_unref (statement->texts);
  g_free (statement->footer);
  g_free (statement);
}

/* Takes text. Borrowed: lives as long as the statement. */
static const char *
keep (Statement *statement, char *text)
{
  g_ptr_array_add (statement->texts, text);
  return text;
}

/* Takes value. label: static, or kept. */
static void
add_fact (Statement *statement, const char *label, char *value)
{
  const StatementFact fact = {label, keep (statement, value)};
  g_array_append_val (statement->facts, fact);
}

static char *
money_text (Money amount)
{
  g_autofree char *cents = g_strdup_printf ("%" G_GINT64_FORMAT, amount.cents);
  return argument_text ('m', cents, LANGUAGE_FR);
}

/* "novembre 2026" or "2026". Caller frees. */
static char *
period_text (const char *period)
{
  static const char *const months[] = {"janvier", "février", "mars",      "avril",   "mai",      "juin",
                                       "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};
  if (strlen (period) == YEAR_LETTERS)
    return g_strdup_printf ("l'année %s", period);
  gint64 month = g_ascii_strtoll (period + YEAR_LETTERS + 1, NULL, 10);
  return g_strdup_printf ("%s %.*s", months[CLAMP (month, 1, 12) - 1], YEAR_LETTERS, period);
}

/* ---- which lines ---- */

static gboolean
check_period (const char *period, GError **error)
{
  Day day;
  gsize length = period != NULL ? strlen (period) : 0;
  g_autofree char *text =
      g_strdup_printf ("%s%s", period != NULL ? period : "", length == YEAR_LETTERS ? "-01-01" : "-01");
  if ((length == YEAR_LETTERS || length == MONTH_LETTERS) && day_parse (text, &day, NULL))
    return TRUE;
  rule_error_set (error, M_REGIE_PERIOD, period != NULL ? period : "", NULL);
  return FALSE;
}

static void
add_month (Source *source, const RegieMonth *month)
{
  if (source->first == 0) {
    source->first = month->first;
    source->opening = month->opening;
  }
  source->last = month->last;
  source->received.cents += month->received.cents;
  source->paid.cents += month->paid.cents;
}

/* A period without lines opens and closes with what was in the till after the last month before it. */
static gboolean
open_empty (Source *source, const char *from, GError **error)
{
  g_autoptr (GPtrArray) before = regie_month_list (source->store, source->regie->code, "0000-00", from, error);
  if (before == NULL)
    return FALSE;
  const RegieMonth *last = before->len > 0 ? g_ptr_array_index (before, before->len - 1) : NULL;
  source->first = 1; /* none: last stays 0 */
  if (last != NULL)
    source->opening = money_of_cents (last->opening.cents + last->received.cents - last->paid.cents);
  return TRUE;
}

static gboolean
find_period (Source *source, GError **error)
{
  const char *period = source->ask->period;
  if (!check_period (period, error))
    return FALSE;
  gboolean is_year = strlen (period) == YEAR_LETTERS;
  g_autofree char *from = g_strdup_printf ("%s%s", period, is_year ? "-01" : "");
  g_autofree char *to = g_strdup_printf ("%s%s", period, is_year ? "-12" : "");
  g_autoptr (GPtrArray) months = regie_month_list (source->store, source->regie->code, from, to, error);
  if (months == NULL)
    return FALSE;
  for (guint i = 0; i < months->len; i++)
    add_month (source, g_ptr_array_index (months, i));
  source->is_closed = strcmp (is_year ? source->regie->closed_year : source->regie->closed_month, period) >= 0;
  return source->first != 0 || open_empty (source, from, error);
}

/* The lines of a request open with what was in the till before the first of them. */
static gboolean
find_request (Source *source, GError **error)
{
  source->request = regie_request_load (source->store, source->regie->code, source->ask->request, error);
  if (source->request == NULL)
    return FALSE;
  source->first = source->request->first;
  source->last = source->request->last;
  g_autoptr (RegieEntry) first = regie_entry_load (source->store, source->regie->code, source->first, error);
  if (first == NULL)
    return FALSE;
  source->opening = money_of_cents (first->balance.cents - first->received.cents + first->paid.cents);
  return TRUE;
}

static gboolean
load_lines (Source *source, Statement *statement, GError **error)
{
  if (source->last - source->first + 1 > LINES_MAX) {
    rule_error_set (error, M_REGIE_LONG, G_STRINGIFY (20000), NULL);
    return FALSE;
  }
  statement->lines = source->last < source->first ? g_ptr_array_new_with_free_func (destroy_entry)
                                                  : regie_entry_list (source->store, source->regie->code, source->first,
                                                                      source->last, LINES_MAX, error);
  statement->opening = statement->closing = source->opening;
  for (guint i = 0; statement->lines != NULL && i < statement->lines->len; i++) {
    const RegieEntry *entry = g_ptr_array_index (statement->lines, i);
    statement->closing = entry->balance;
    source->received.cents += source->request != NULL ? entry->received.cents : 0;
    source->paid.cents += source->request != NULL ? entry->paid.cents : 0;
  }
  return statement->lines != NULL;
}

/* ---- the facts ---- */

/* "Amina Diallo (CBCD-FGHK)"; NULL code gives a dash. Caller frees. */
static char *
account_text (Store *store, const char *code)
{
  g_autoptr (Account) account = code[0] != '\0' ? account_load (store, code, NULL) : NULL;
  g_autofree char *shown = code_display (code);
  if (code[0] == '\0')
    return g_strdup ("—");
  return account != NULL ? g_strdup_printf ("%s (%s)", account->name, shown) : g_strdup (shown);
}

static void
add_act (Source *source, Statement *statement)
{
  const Regie *regie = source->regie;
  g_autofree char *code = code_display (regie->code);
  g_autofree char *day = argument_text ('d', regie->act_on.text, LANGUAGE_FR);
  if (source->ask->owner_line != NULL && source->ask->owner_line[0] != '\0')
    add_fact (statement, "Organisme", g_strdup (source->ask->owner_line));
  add_fact (statement, "Régie d'avances", g_strdup_printf ("%s (%s)", regie->name, code));
  add_fact (statement, "Acte constitutif", g_strdup_printf ("%s du %s", regie->act, day));
  add_fact (statement, "Montant maximum de l'avance", money_text (regie->ceiling));
  add_fact (statement, "Régisseur", account_text (source->store, regie->holder));
  add_fact (statement, "Mandataire suppléant", account_text (source->store, regie->deputy));
}

static void
add_period (const Source *source, Statement *statement)
{
  const RegieRequest *request = source->request;
  g_autofree char *period = request == NULL ? period_text (source->ask->period) : NULL;
  if (request == NULL) {
    add_fact (statement, "Période", g_strdup_printf ("%s (%s)", period, source->is_closed ? "close" : "non close"));
    return;
  }
  add_fact (statement, "Demande", g_strdup_printf ("n° %" G_GINT64_FORMAT, request->number));
  add_fact (statement, "Exercice", g_strdup (request->year));
  add_fact (statement, "Écritures",
            g_strdup_printf ("n° %" G_GINT64_FORMAT " à n° %" G_GINT64_FORMAT, request->first, request->last));
  add_fact (statement, "Montant demandé", money_text (request->amount));
  add_fact (statement, "État", g_strdup (request->state == REQUEST_RECEIVED ? "reçue" : "demandée"));
}

static int
compare_natures (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* What each nature cost, less what was taken back. */
static void
add_natures (Statement *statement)
{
  g_autoptr (GHashTable) sums = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; i < statement->lines->len; i++) {
    const RegieEntry *entry = g_ptr_array_index (statement->lines, i);
    if (entry->kind != REGIE_EXPENSE)
      continue;
    gint64 *sum = g_hash_table_lookup (sums, entry->nature);
    if (sum == NULL)
      g_hash_table_insert (sums, entry->nature, sum = g_new0 (gint64, 1));
    *sum += entry->paid.cents - entry->received.cents;
  }
  g_autoptr (GList) natures = g_list_sort (g_hash_table_get_keys (sums), compare_natures);
  for (const GList *at = natures; at != NULL; at = at->next) {
    const gint64 *sum = g_hash_table_lookup (sums, at->data);
    add_fact (statement, keep (statement, g_strdup_printf ("Dépenses : %s", (const char *)at->data)),
              money_text (money_of_cents (*sum)));
  }
}

static void
add_sums (const Source *source, Statement *statement)
{
  const RegieEntry *last =
      statement->lines->len > 0 ? g_ptr_array_index (statement->lines, statement->lines->len - 1) : NULL;
  add_fact (statement, "Solde d'ouverture", money_text (statement->opening));
  add_fact (statement, "Total encaissé", money_text (source->received));
  add_fact (statement, "Total payé", money_text (source->paid));
  add_fact (statement, "Solde de clôture", money_text (statement->closing));
  add_natures (statement);
  add_fact (statement, "Nombre d'écritures", g_strdup_printf ("%u", statement->lines->len));
  add_fact (statement, "Empreinte du journal", g_strdup (last != NULL ? last->hash : "—"));
}

static void
set_words (const Source *source, Statement *statement)
{
  const RegieRequest *request = source->request;
  g_autofree char *period = request == NULL ? period_text (source->ask->period) : NULL;
  g_autofree char *amount = request != NULL ? money_text (request->amount) : NULL;
  const Day today = day_of_instant (source->ask->calendar, source->ask->now);
  g_autofree char *day = argument_text ('d', today.text, LANGUAGE_FR);
  statement->title =
      keep (statement, request == NULL ? g_strdup_printf ("Régie d'avances : journal de %s", period)
                                       : g_strdup_printf ("Demande de reconstitution de l'avance n° %" G_GINT64_FORMAT,
                                                          request->number));
  statement->sentence = keep (
      statement,
      request == NULL
          ? g_strdup ("Le régisseur remet au comptable les pièces justificatives des dépenses ci-dessous et certifie "
                      "le solde.")
          : g_strdup_printf (
                "Le régisseur demande au comptable de reconstituer l'avance à hauteur de %s, montant des dépenses "
                "justifiées par les pièces ci-dessous.",
                amount));
  statement->footer = g_strdup_printf ("Édité le %s par Témoin %s", day, TEMOIN_VERSION);
  statement->created_at = source->ask->now;
}

Statement *
statement_load (Store *store, const StatementAsk *ask, GError **error)
{
  g_auto (Source) source = {.store = store, .ask = ask, .regie = regie_load (store, ask->regie, error)};
  if (source.regie == NULL || !(ask->period != NULL ? find_period (&source, error) : find_request (&source, error)))
    return NULL;
  g_autoptr (Statement) statement = g_new0 (Statement, 1);
  statement->facts = g_array_new (FALSE, FALSE, sizeof (StatementFact));
  statement->texts = g_ptr_array_new_with_free_func (g_free);
  if (!load_lines (&source, statement, error))
    return NULL;
  add_act (&source, statement);
  add_period (&source, statement);
  add_sums (&source, statement);
  set_words (&source, statement);
  return g_steal_pointer (&statement);
}
