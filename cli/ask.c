/* Acting, listing, showing. */
#include "cli/ask.h"
#include "cli/codes.h"
#include "cli/display.h"
#include "cli/fields.h"
#include "cli/table.h"
#include "cli/typed.h"
#include <stdlib.h>
#include <string.h>

/* ---- one request, parsed ---- */

static json_t *
ask_json (const Session *session, const Request *request, Reply *reply, Leave *leave, GError **error)
{
  g_auto (Reply) own = {0, NULL};
  json_t *answer = NULL;
  *leave = LEAVE_UNREACHABLE;
  if (!client_ask (session, request, &own, error))
    return NULL;
  *leave = fault_leave_of_status (own.status);
  if (*leave != LEAVE_DONE) {
    *leave = answer_refuse (session, &own);
    return NULL;
  }
  answer = answer_parse (session, &own, error);
  if (answer != NULL && reply != NULL) {
    *reply = own;
    own = (Reply){0, NULL};
  }
  return answer;
}

json_t *
ask_get (const Session *session, const char *target, Reply *reply, Leave *leave, GError **error)
{
  Request request = {.method = "GET", .target = target};
  return ask_json (session, &request, reply, leave, error);
}

json_t *
ask_post (const Session *session, const char *target, const char *body, Reply *reply, Leave *leave, GError **error)
{
  Request request = {.method = "POST", .target = target, .body = body};
  return ask_json (session, &request, reply, leave, error);
}

/* ---- act ---- */

/* A line for each object of the same kind as the first: the others (the tablet of a loan) were only touched. An act that makes no
 * object (the clock) is told with what was typed. */
static void
print_done (const Session *session, const Typed *typed, const json_t *answer)
{
  const json_t *items = json_object_get (answer, "items");
  const char *main_kind = json_string_value (json_object_get (json_array_get (items, 0), "kind"));
  const char *sentence = text_in (typed->command->done, session->language);
  size_t n = json_array_size (items);
  for (size_t i = 0; i < MAX (n, 1); i++) {
    const json_t *item = n == 0 ? typed->fields : json_array_get (items, i);
    if (g_strcmp0 (json_string_value (json_object_get (item, "kind")), main_kind) != 0)
      continue;
    g_autofree char *line = fields_fill (sentence, item, session->language);
    printf ("%s\n", g_strchomp (line));
  }
}

static void
print_preview (const Session *session, const json_t *answer)
{
  static const Text nothing = {"Rien ne s'y oppose.", "Nothing stands against it."};
  answer_lists (session, answer, NULL, stdout);
  if (!answer_stops (answer, NULL))
    printf ("%s\n", text_in (nothing, session->language));
}

json_t *
ask_typed (const Session *session, const Typed *typed, Reply *reply, Leave *leave, GError **error)
{
  if (!codes_ask (session, typed, error)) {
    *leave = LEAVE_USAGE;
    return NULL;
  }
  g_autofree char *target = typed_target (typed);
  char *body = typed_body (typed);
  json_t *answer = ask_post (session, target, body, reply, leave, error);
  explicit_bzero (body, strlen (body)); /* it may hold a code */
  free (body);
  return answer;
}

Leave
ask_act (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  json_t *answer = ask_typed (session, typed, &reply, &leave, error);
  if (answer == NULL)
    return leave;
  gboolean is_preview = json_object_get (typed->fields, "preview") != NULL;
  if (session->is_json)
    answer_raw (&reply);
  else if (is_preview)
    print_preview (session, answer);
  else {
    print_done (session, typed, answer);
    answer_notes (session, answer);
  }
  if (is_preview && answer_stops (answer, json_object_get (typed->fields, "overrides")))
    leave = LEAVE_REFUSED;
  json_decref (answer);
  return leave;
}

/* ---- lists ---- */

static Table *
table_of (const char *const *columns, Language language)
{
  gsize n = g_strv_length ((char **)columns);
  g_autofree gboolean *is_number = g_new0 (gboolean, n + 1);
  g_auto (GStrv) titles = g_new0 (char *, n + 1);
  for (gsize i = 0; i < n; i++) {
    titles[i] = fields_title (columns[i], language);
    is_number[i] = fields_is_number (columns[i]);
  }
  return table_new ((const char *const *)titles, is_number, n);
}

static void
add_rows (Table *table, const json_t *items, const char *const *columns, Language language)
{
  gsize n = g_strv_length ((char **)columns);
  for (size_t row = 0; row < json_array_size (items); row++) {
    g_auto (GStrv) cells = g_new0 (char *, n + 1);
    for (gsize i = 0; i < n; i++)
      cells[i] = fields_text (json_array_get (items, row), columns[i], language);
    table_add (table, (const char *const *)cells);
  }
}

static void
print_rows (const Session *session, Table *table)
{
  g_autoptr (GString) out = g_string_new (NULL);
  table_print (table, out, session->has_colour, 0);
  fputs (out->str, stdout);
}

#define PAGE_ROWS 500 /* the most that a page of the API may hold */

static char *
page_target (const Typed *typed, const char *after)
{
  g_autofree char *base = typed_target (typed);
  GString *target = g_string_new (base);
  const char *sign = strchr (base, '?') == NULL ? "?" : "&";
  if (json_object_get (typed->fields, "limit") == NULL) {
    g_string_append_printf (target, "%slimit=%d", sign, PAGE_ROWS);
    sign = "&";
  }
  if (after != NULL) {
    g_autofree char *cursor = g_uri_escape_string (after, NULL, FALSE);
    g_string_append_printf (target, "%safter=%s", sign, cursor);
  }
  return g_string_free (target, FALSE);
}

/* The cursor of the next page: a string, or the number of the journal. NULL after the last page. Caller frees. */
static char *
next_cursor (const json_t *answer)
{
  const json_t *next = json_object_get (answer, "next");
  if (json_is_integer (next))
    return g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (next));
  return g_strdup (json_string_value (next));
}

static gboolean
is_filled (const json_t *items, const char *column, Language language)
{
  for (size_t i = 0; i < json_array_size (items); i++) {
    g_autofree char *text = fields_text (json_array_get (items, i), column, language);
    if (*text != '\0')
      return TRUE;
  }
  return FALSE;
}

/* Those of the columns (separated by spaces) that say something in these items; all of them when more items will come. */
static char **
filled_columns (const char *columns, const json_t *items, gboolean are_all, Language language)
{
  g_auto (GStrv) all = g_strsplit (columns, " ", -1);
  GPtrArray *filled = g_ptr_array_new ();
  for (char **column = all; *column != NULL; column++)
    if (!are_all || is_filled (items, *column, language))
      g_ptr_array_add (filled, g_strdup (*column));
  g_ptr_array_add (filled, NULL);
  return (char **)g_ptr_array_free (filled, FALSE);
}

/* A table that grows page by page. */
typedef struct {
  const Session *session;
  char **columns; /* chosen on the first page */
  Table *table;
} Listing;

static void
listing_clear (Listing *listing)
{
  g_strfreev (listing->columns);
  table_free (listing->table);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

static void
listing_print (Listing *listing, const char *columns, const json_t *items, gboolean is_last)
{
  static const Text nothing = {"Rien à montrer.", "Nothing to show."};
  Language language = listing->session->language;
  if (listing->table == NULL && json_array_size (items) == 0) {
    fprintf (stderr, "%s\n", text_in (nothing, language));
    return;
  }
  if (listing->table == NULL) {
    listing->columns = filled_columns (columns, items, is_last, language);
    listing->table = table_of ((const char *const *)listing->columns, language);
  }
  add_rows (listing->table, items, (const char *const *)listing->columns, language);
  print_rows (listing->session, listing->table);
}

Leave
ask_list (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Listing) listing = {session, NULL, NULL};
  gboolean is_one_page = session->is_json || json_object_get (typed->fields, "limit") != NULL;
  g_autofree char *after = NULL;
  do {
    g_autofree char *target = page_target (typed, after);
    g_auto (Reply) reply = {0, NULL};
    Leave leave;
    json_t *answer = ask_get (session, target, &reply, &leave, error);
    if (answer == NULL)
      return leave;
    g_free (after);
    after = next_cursor (answer);
    if (session->is_json)
      answer_raw (&reply);
    else
      listing_print (&listing, typed->command->columns, json_object_get (answer, "items"),
                     after == NULL || is_one_page);
    if (!session->is_json)
      answer_notes (session, answer);
    json_decref (answer);
  } while (after != NULL && !is_one_page);
  return LEAVE_DONE;
}

/* ---- one object ---- */

/* The lists inside objects, and what is shown of them. */
static const struct {
  const char *name, *columns;
  Text title;
} inner_lists[] = {
    {"pieces", "code piece state out_state in_state condition", {"Accessoires", "Pieces"}},
    {"loans", "code item item_model started_on due_on state", {"Prêts", "Loans"}},
    {"entries", "number at debit_cents credit_cents subject entry_reason", {"Écritures", "Entries"}},
    {"evidence", "clock kind text", {"Preuves", "Evidence"}},
    {"checks", "check result at", {"Contrôles depuis l'effacement", "Checks since the wipe"}},
    {"months", "month debit_cents credit_cents expected_cents left_cents", {"Mois par mois", "Month by month"}},
    {"journal",
     "number on kind nature means object paper received_cents paid_cents balance_cents reverses",
     {"Journal", "Journal"}},
    {"requests", "number year amount_cents state at", {"Demandes au comptable", "Requests to the accountant"}},
    {"shares", "number item price_cents", {"Parts", "Shares"}},
    {"repairs", "at step cost_cents fund note", {"Réparations", "Repairs"}},
};

static void
print_inner_list (const Session *session, const json_t *items, gsize which)
{
  g_auto (GStrv) columns = filled_columns (inner_lists[which].columns, items, TRUE, session->language);
  g_autoptr (Table) table = table_of ((const char *const *)columns, session->language);
  add_rows (table, items, (const char *const *)columns, session->language);
  printf ("\n%s\n", text_in (inner_lists[which].title, session->language));
  print_rows (session, table);
}

static void
print_inner_lists (const Session *session, const json_t *object)
{
  for (gsize i = 0; i < G_N_ELEMENTS (inner_lists); i++) {
    const json_t *items = json_object_get (object, inner_lists[i].name);
    if (json_array_size (items) > 0)
      print_inner_list (session, items, i);
  }
}

static void add_fields (GPtrArray *names, const json_t *object, const char *prefix);

/* state_fr and state_en are shown as "state" once: the English half of a pair is skipped, and so is the word beside it. */
static void
add_field (GPtrArray *names, const json_t *object, const char *prefix, const char *name, const json_t *value)
{
  g_autofree char *told = g_strconcat (name, "_fr", NULL);
  gboolean is_table = json_is_array (value) && !json_is_string (json_array_get (value, 0));
  if (is_table || json_is_null (value) || g_str_has_suffix (name, "_en") || json_object_get (object, told) != NULL ||
      g_str_equal (name, "currency"))
    return;
  g_autofree char *path = g_strconcat (prefix, name, NULL);
  if (g_str_has_suffix (path, "_fr"))
    path[strlen (path) - strlen ("_fr")] = '\0';
  if (!json_is_object (value)) {
    g_ptr_array_add (names, g_steal_pointer (&path));
    return;
  }
  g_autofree char *inside = g_strconcat (path, ".", NULL);
  add_fields (names, value, inside);
}

static void
add_fields (GPtrArray *names, const json_t *object, const char *prefix)
{
  const char *name;
  json_t *value;
  json_object_foreach ((json_t *)object, name, value)
  {
    add_field (names, object, prefix, name, value);
  }
}

void
ask_print_record (const Session *session, const json_t *object)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  add_fields (names, object, "");
  gsize width = 0;
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *title = fields_title (g_ptr_array_index (names, i), session->language);
    width = MAX (width, display_width (title));
  }
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *title = fields_title (g_ptr_array_index (names, i), session->language);
    g_autofree char *text = fields_text (object, g_ptr_array_index (names, i), session->language);
    if (*text != '\0')
      printf ("%s%*s  %s\n", title, (int)(width - display_width (title)), "", text);
  }
  print_inner_lists (session, object);
}

Leave
ask_record (const Session *session, const Typed *typed, GError **error)
{
  g_autofree char *target = typed_target (typed);
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  json_t *object = ask_get (session, target, &reply, &leave, error);
  if (object == NULL)
    return leave;
  if (session->is_json)
    answer_raw (&reply);
  else
    ask_print_record (session, object);
  if (!session->is_json)
    answer_notes (session, object);
  json_decref (object);
  return LEAVE_DONE;
}

/* " (lieu BBBB-BBBB)", or "" for the site without a name. Caller frees. */
static char *
chain_site (const json_t *chain, Language language)
{
  const char *site = json_string_value (json_object_get (chain, "site"));
  if (site == NULL)
    return g_strdup ("");
  g_autofree char *code = display_code (site);
  return text_print (language, " (lieu %s)", " (site %s)", code);
}

static gint64
chain_number (const json_t *chain, const char *name)
{
  return json_integer_value (json_object_get (chain, name));
}

/* Each site that has a broken chain, in one sentence. */
static void
tell_broken (const Session *session, const json_t *answer, GError **error)
{
  g_autoptr (GString) where = g_string_new (NULL);
  const json_t *chains = json_object_get (answer, "sites");
  for (size_t i = 0; i < json_array_size (chains); i++) {
    const json_t *chain = json_array_get (chains, i);
    if (json_is_null (json_object_get (chain, "first_bad")))
      continue;
    g_autofree char *site = chain_site (chain, session->language);
    g_string_append_printf (where, "%s%" G_GINT64_FORMAT "%s", where->len > 0 ? ", " : "",
                            chain_number (chain, "first_bad"), site);
  }
  fault_set (error, LEAVE_UNREACHABLE, session->language,
             "Le journal a été modifié ou abîmé : la chaîne est rompue à la ligne %s.",
             "The journal was changed or damaged: the chain is broken at line %s.", where->str);
}

static void
print_chains (const Session *session, const json_t *answer)
{
  g_autofree char *text =
      text_print (session->language, "Le journal est entier : %" G_GINT64_FORMAT " lignes vérifiées.",
                  "The journal is whole: %" G_GINT64_FORMAT " lines checked.", chain_number (answer, "lines"));
  printf ("%s\n", text);
  const json_t *chains = json_object_get (answer, "sites");
  for (size_t i = 0; json_array_size (chains) > 1 && i < json_array_size (chains); i++) {
    const json_t *chain = json_array_get (chains, i);
    g_autofree char *site = chain_site (chain, session->language);
    g_autofree char *line =
        text_print (session->language, "  %" G_GINT64_FORMAT " lignes%s", "  %" G_GINT64_FORMAT " lines%s",
                    chain_number (chain, "lines"), *site != '\0' ? site : "");
    printf ("%s\n", line);
  }
}

Leave
ask_verify (const Session *session, const Typed *typed, GError **error)
{
  g_autofree char *target = typed_target (typed);
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  json_t *answer = ask_get (session, target, &reply, &leave, error);
  if (answer == NULL)
    return leave;
  gboolean is_whole = json_is_true (json_object_get (answer, "ok"));
  if (session->is_json)
    answer_raw (&reply);
  else if (is_whole)
    print_chains (session, answer);
  if (!is_whole)
    tell_broken (session, answer, error);
  json_decref (answer);
  return is_whole ? LEAVE_DONE : LEAVE_UNREACHABLE;
}

/* What the daemon would tell whoever looks after it, added to its health. It may have no account for us: then nothing is added. */
static void
add_findings (const Session *session, json_t *health)
{
  g_auto (Reply) reply = {0, NULL};
  const Request request = {.method = "GET", .target = "/v1/doctor"};
  if (!client_ask (session, &request, &reply, NULL) || fault_leave_of_status (reply.status) != LEAVE_DONE)
    return;
  json_t *findings = json_loadb (reply.body->str, reply.body->len, JSON_REJECT_DUPLICATES, NULL);
  (void)json_object_update (health, findings); /* fails on what is no object: then nothing was found */
  json_decref (findings);
}

static void
print_findings (const Session *session, const json_t *findings, const char *mark)
{
  for (size_t i = 0; i < json_array_size (findings); i++) {
    g_autofree char *sentence = answer_sentence (json_array_get (findings, i), session->language);
    printf ("%s %s\n", mark, sentence);
  }
}

static void
print_health (const Session *session, json_t *health)
{
  if (session->is_json) {
    json_dumpf (health, stdout, JSON_COMPACT);
    putchar ('\n');
    return;
  }
  json_t *troubles = json_incref (json_object_get (health, "troubles"));
  json_t *notes = json_incref (json_object_get (health, "notes"));
  (void)json_object_del (health, "troubles"); /* they are printed as sentences */
  (void)json_object_del (health, "notes");
  (void)json_object_del (health, "copy"); /* its state is one of the sentences */
  ask_print_record (session, health);
  print_findings (session, troubles, "!");
  print_findings (session, notes, "-");
  json_decref (troubles);
  json_decref (notes);
}

Leave
ask_reconcile (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  Leave leave;
  json_t *answer = ask_get (session, typed->command->path, &reply, &leave, error);
  if (answer == NULL)
    return leave;
  static const Text good = {"Les soldes et les recharges suivent leurs écritures, au centime près.",
                            "Balances and recharges follow their entries, to the cent."};
  gboolean adds_up = json_is_true (json_object_get (answer, "ok"));
  if (session->is_json)
    answer_raw (&reply);
  else if (adds_up)
    printf ("%s\n", text_in (good, session->language));
  else
    answer_lists (session, answer, NULL, stdout);
  json_decref (answer);
  if (!adds_up)
    fault_set (error, LEAVE_UNREACHABLE, session->language, "Des comptes ne tombent pas juste.",
               "Some accounts do not add up.");
  return adds_up ? LEAVE_DONE : LEAVE_UNREACHABLE;
}

Leave
ask_health (const Session *session, const Typed *typed, GError **error)
{
  g_auto (Reply) reply = {0, NULL};
  Request request = {.method = "GET", .target = typed->command->path};
  if (!client_ask (session, &request, &reply, error))
    return LEAVE_UNREACHABLE;
  json_t *health = answer_parse (session, &reply, error);
  if (health == NULL)
    return LEAVE_UNREACHABLE;
  gboolean is_well =
      fault_leave_of_status (reply.status) == LEAVE_DONE && !json_is_false (json_object_get (health, "ok"));
  if (is_well)
    add_findings (session, health);
  print_health (session, health);
  gboolean adds_up = !json_is_false (json_object_get (health, "ledger_ok"));
  if (!is_well)
    fault_set (error, LEAVE_UNREACHABLE, session->language, "Témoin répond, mais son registre ne peut pas écrire.",
               "Témoin answers, but its register cannot write.");
  else if (!adds_up)
    fault_set (error, LEAVE_UNREACHABLE, session->language,
               "Des comptes ne tombent pas juste : temoin fund reconcile dit lesquels.",
               "Some accounts do not add up: temoin fund reconcile says which.");
  json_decref (health);
  return is_well && adds_up ? LEAVE_DONE : LEAVE_UNREACHABLE;
}
