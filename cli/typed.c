/* The command line against the table: first the command's words, then arguments in their places and options anywhere. */
#include "cli/typed.h"
#include "cli/files.h"
#include "cli/nearest.h"
#include "cli/words.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A walk through the arguments. */
typedef struct {
  Session *session;
  Typed *typed;
  const char *const *next;
  guint places;            /* arguments seen so far */
  gboolean only_arguments; /* after "--" */
} Walk;

/* As the help writes it: "--until", "NOM". Borrowed. */
static const char *
shown_name (const Parameter *parameter, Language language)
{
  return parameter->name[0] == '-' ? parameter->name : text_in (parameter->value, language);
}

/* ---- what was typed becomes JSON ---- */

static void
add_list (json_t *object, const char *key, const char *value, gboolean are_words)
{
  json_t *list = json_object_get (object, key);
  if (list == NULL) {
    list = json_array ();
    json_object_set_new (object, key, list);
  }
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);
  for (char **part = parts; *part != NULL; part++)
    if (*g_strstrip (*part) != '\0')
      json_array_append_new (list, json_string (are_words ? words_read (*part) : *part));
}

static gboolean
add_number (json_t *object, const Parameter *parameter, const char *key, const char *value, Language language,
            GError **error)
{
  gint64 number;
  if (!g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &number, NULL)) {
    fault_set (error, LEAVE_USAGE, language, "%s : « %s » n'est pas un nombre entier.",
               "%s: \"%s\" is not a whole number.", parameter->name, value);
    return FALSE;
  }
  json_object_set_new (object, key, json_integer (number));
  return TRUE;
}

static gboolean
add_pair (json_t *object, const Parameter *parameter, const char *key, const char *value, Language language,
          GError **error)
{
  const char *sign = strchr (value, '=');
  if (sign == NULL || sign == value || sign[1] == '\0') {
    fault_set (error, LEAVE_USAGE, language, "%s : écrivez %s, pas « %s ».", "%s: write %s, not \"%s\".",
               parameter->name, text_in (parameter->value, language), value);
    return FALSE;
  }
  json_t *pairs = json_object_get (object, key);
  if (pairs == NULL) {
    pairs = json_object ();
    json_object_set_new (object, key, pairs);
  }
  g_autofree char *name = g_strndup (value, (gsize)(sign - value));
  json_object_set_new (pairs, words_read (name), json_string (words_read (sign + 1)));
  return TRUE;
}

static gboolean
take_value (Walk *walk, const Parameter *parameter, const char *value, GError **error)
{
  json_t *object = parameter->field == NULL ? walk->typed->own : walk->typed->fields;
  const char *key = parameter->field == NULL ? parameter->name : parameter->field;
  Language language = walk->session->language;
  if (value != NULL && !g_utf8_validate (value, -1, NULL)) {
    fault_set (error, LEAVE_USAGE, language, "%s : ce texte a des lettres illisibles. Retapez-le.",
               "%s: this text has unreadable letters. Type it again.", shown_name (parameter, language));
    return FALSE;
  }
  switch (parameter->kind) {
  case PARAMETER_FLAG:
    json_object_set_new (object, key, json_true ());
    return TRUE;
  case PARAMETER_NUMBER:
    return add_number (object, parameter, key, value, language, error);
  case PARAMETER_PAIRS:
    return add_pair (object, parameter, key, value, language, error);
  case PARAMETER_LIST:
  case PARAMETER_WORDS:
    add_list (object, key, value, parameter->kind == PARAMETER_WORDS);
    return TRUE;
  case PARAMETER_WORD:
    json_object_set_new (object, key, json_string (words_read (value)));
    return TRUE;
  case PARAMETER_TEXT:
  case PARAMETER_PAPER: /* read once all is typed */
    break;
  }
  json_object_set_new (object, key, json_string (value));
  return TRUE;
}

/* ---- options ---- */

static const Parameter *
option_in (const Parameter *parameters, const char *name)
{
  for (const Parameter *parameter = parameters; parameter->name != NULL; parameter++)
    if (g_str_equal (parameter->name, name))
      return parameter;
  return NULL;
}

static const Parameter *
option_find (const Command *command, const char *name)
{
  const Parameter *option = option_in (commands_common, name);
  if (option == NULL && command != NULL)
    option = option_in (command->parameters, name);
  if (option == NULL && command != NULL && command->is_write)
    option = option_in (commands_writing, name);
  return option;
}

static void
collect_options (GPtrArray *names, const Parameter *parameters)
{
  for (const Parameter *parameter = parameters; parameter->name != NULL; parameter++)
    if (parameter->name[0] == '-')
      g_ptr_array_add (names, (gpointer)parameter->name);
}

static void
fault_unknown_option (Walk *walk, const char *name, GError **error)
{
  const Command *command = walk->typed->command;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  collect_options (names, commands_common);
  if (command != NULL)
    collect_options (names, command->parameters);
  if (command != NULL && command->is_write)
    collect_options (names, commands_writing);
  const char *near = nearest_find (name, (const char *const *)names->pdata, names->len);
  if (near != NULL)
    fault_set (error, LEAVE_USAGE, walk->session->language, "L'option %s n'existe pas ici. Vouliez-vous dire %s ?",
               "There is no option %s here. Did you mean %s?", name, near);
  else
    fault_set (error, LEAVE_USAGE, walk->session->language, "L'option %s n'existe pas ici. Voyez : temoin help %s",
               "There is no option %s here. See: temoin help %s", name, command == NULL ? "" : command->words);
}

/* "--until=X", "--until X", "-o X" or a flag. value: borrowed from the arguments; NULL for a flag. */
static gboolean
option_value (Walk *walk, const Parameter *option, const char *attached, const char **value, GError **error)
{
  if (option->kind == PARAMETER_FLAG && attached != NULL) {
    fault_set (error, LEAVE_USAGE, walk->session->language, "L'option %s ne prend pas de valeur.",
               "The option %s takes no value.", option->name);
    return FALSE;
  }
  if (option->kind == PARAMETER_FLAG) {
    *value = NULL;
    return TRUE;
  }
  const char *given = attached != NULL ? attached : *walk->next;
  if (given == NULL || *given == '\0') { /* an empty variable of a script: the default would be a surprise */
    fault_set (error, LEAVE_USAGE, walk->session->language, "L'option %s attend une valeur : %s.",
               "The option %s needs a value: %s.", option->name, text_in (option->value, walk->session->language));
    return FALSE;
  }
  *value = given;
  walk->next += attached == NULL ? 1 : 0;
  return TRUE;
}

static gboolean
take_option (Walk *walk, const char *word, GError **error)
{
  const char *sign = g_str_has_prefix (word, "--") ? strchr (word, '=') : NULL;
  g_autofree char *name = sign == NULL ? g_strdup (word) : g_strndup (word, (gsize)(sign - word));
  const Parameter *option = option_find (walk->typed->command, name);
  if (option == NULL) {
    fault_unknown_option (walk, name, error);
    return FALSE;
  }
  const char *value;
  return option_value (walk, option, sign == NULL ? NULL : sign + 1, &value, error) &&
         take_value (walk, option, value, error);
}

/* ---- arguments ---- */

static const Parameter *
argument_at (const Command *command, guint place)
{
  guint seen = 0;
  for (const Parameter *parameter = command->parameters; parameter->name != NULL; parameter++) {
    if (parameter->name[0] == '-')
      continue;
    if (seen++ == place || (parameter->flags & PARAMETER_MANY))
      return parameter;
  }
  return NULL;
}

static gboolean
take_argument (Walk *walk, const char *word, GError **error)
{
  const Parameter *argument = argument_at (walk->typed->command, walk->places++);
  if (argument == NULL) {
    fault_set (error, LEAVE_USAGE, walk->session->language, "« %s » est de trop. Voyez : temoin help %s",
               "\"%s\" is one word too many. See: temoin help %s", word, walk->typed->command->words);
    return FALSE;
  }
  return take_value (walk, argument, word, error);
}

static gboolean
is_option (const Walk *walk, const char *word)
{
  return !walk->only_arguments && word[0] == '-' && word[1] != '\0';
}

static gboolean
take_word (Walk *walk, const char *word, GError **error)
{
  if (!walk->only_arguments && g_str_equal (word, "--")) {
    walk->only_arguments = TRUE;
    return TRUE;
  }
  return is_option (walk, word) ? take_option (walk, word, error) : take_argument (walk, word, error);
}

/* ---- the command's words ---- */

/* Is it the first word of a command of two words? */
static gboolean
begins_command (const char *word)
{
  g_autofree char *start = g_strconcat (word, " ", NULL);
  for (gsize i = 0; i < commands_n; i++)
    if (g_str_has_prefix (commands[i].words, start))
      return TRUE;
  return FALSE;
}

static void
fault_unknown_command (const Walk *walk, const char *first, const char *second, GError **error)
{
  g_autofree gconstpointer *words = g_new (gconstpointer, commands_n);
  for (gsize i = 0; i < commands_n; i++)
    words[i] = commands[i].words;
  g_autofree char *both =
      second == NULL || second[0] == '-' ? g_strdup (first) : g_strdup_printf ("%s %s", first, second);
  const char *near = nearest_find (both, (const char *const *)words, commands_n);
  const char *wrong = near != NULL || begins_command (first) ? both : first; /* "lned PBCD-FGHK": only lned is wrong */
  if (near == NULL)
    near = nearest_find (first, (const char *const *)words, commands_n);
  if (near != NULL)
    fault_set (error, LEAVE_USAGE, walk->session->language,
               "La commande « %s » n'existe pas. Vouliez-vous dire « %s » ?",
               "There is no command \"%s\". Did you mean \"%s\"?", wrong, near);
  else
    fault_set (error, LEAVE_USAGE, walk->session->language, "La commande « %s » n'existe pas. La liste : temoin help",
               "There is no command \"%s\". The list: temoin help", wrong);
}

/* "temoin --lang en lend ...": what comes before the command can only be a common option. */
static gboolean
take_leading_options (Walk *walk, GError **error)
{
  while (*walk->next != NULL && is_option (walk, *walk->next)) {
    const char *word = *walk->next++;
    if (!take_option (walk, word, error))
      return FALSE;
  }
  return TRUE;
}

#define COMMAND_WORDS 3 /* of the longest command */

/* The command of the next words, as many as there are. */
static const Command *
match_command (Walk *walk)
{
  const Command *found = NULL;
  g_autoptr (GString) words = g_string_new (NULL);
  guint taken = 0;
  for (guint i = 0; i < COMMAND_WORDS && walk->next[i] != NULL; i++) {
    g_string_append_printf (words, "%s%s", i > 0 ? " " : "", walk->next[i]);
    const Command *command = commands_find (words->str);
    if (command == NULL)
      continue;
    found = command;
    taken = i + 1;
  }
  walk->next += taken;
  return found;
}

static gboolean
take_command (Walk *walk, GError **error)
{
  if (!take_leading_options (walk, error))
    return FALSE;
  if (*walk->next == NULL) { /* "temoin --version": the common options alone */
    walk->typed->command = commands_find ("help");
    return TRUE;
  }
  walk->typed->command = match_command (walk);
  if (walk->typed->command == NULL)
    fault_unknown_command (walk, walk->next[0], walk->next[1], error);
  return walk->typed->command != NULL;
}

/* ---- all together ---- */

static gboolean
has_required (const Walk *walk, GError **error)
{
  const Command *command = walk->typed->command;
  for (const Parameter *parameter = command->parameters; parameter->name != NULL; parameter++) {
    const json_t *object = parameter->field == NULL ? walk->typed->own : walk->typed->fields;
    const char *key = parameter->field == NULL ? parameter->name : parameter->field;
    if (!(parameter->flags & PARAMETER_REQUIRED) || json_object_get (object, key) != NULL)
      continue;
    Language language = walk->session->language;
    fault_set (error, LEAVE_USAGE, language, "Il manque %s. Voyez : temoin help %s",
               "%s is missing. See: temoin help %s", shown_name (parameter, language), command->words);
    return FALSE;
  }
  return TRUE;
}

static gboolean
take_common (Walk *walk, GError **error)
{
  Session *session = walk->session;
  const char *language = typed_text (walk->typed, "--lang");
  if (language != NULL && !g_str_equal (language, "fr") && !g_str_equal (language, "en")) {
    fault_set (error, LEAVE_USAGE, session->language,
               "--lang : « %s » n'est pas une langue connue. Choisissez fr ou en.",
               "--lang: \"%s\" is not a known language. Choose fr or en.", language);
    return FALSE;
  }
  const char *socket = typed_text (walk->typed, "--socket");
  if (socket != NULL) {
    g_free (session->socket);
    session->socket = g_strdup (socket);
  }
  session->is_json = typed_has (walk->typed, "--json");
  return TRUE;
}

/* A paper stays here: only what tells it from another one goes to the register. */
static gboolean
read_papers (Walk *walk, GError **error)
{
  json_t *fields = walk->typed->fields;
  for (const Parameter *parameter = walk->typed->command->parameters; parameter->name != NULL; parameter++) {
    const char *path = json_string_value (json_object_get (fields, parameter->field != NULL ? parameter->field : ""));
    if (parameter->kind != PARAMETER_PAPER || path == NULL)
      continue;
    g_autofree char *hash = files_hash (walk->session, path, error);
    if (hash == NULL)
      return FALSE;
    json_object_set_new (fields, parameter->field, json_string (hash));
  }
  return TRUE;
}

static gboolean
walk_all (Walk *walk, GError **error)
{
  if (!take_command (walk, error))
    return FALSE;
  while (*walk->next != NULL) {
    const char *word = *walk->next++;
    if (!take_word (walk, word, error))
      return FALSE;
  }
  gboolean asks_help = typed_has (walk->typed, "--help") || typed_has (walk->typed, "--version");
  return (asks_help || (has_required (walk, error) && read_papers (walk, error))) && take_common (walk, error);
}

gboolean
typed_read (Session *session, const char *const *arguments, Typed *typed, GError **error)
{
  g_auto (Typed) filled = {NULL, json_object (), json_object ()};
  Walk walk = {session, &filled, arguments, 0, FALSE};
  if (!walk_all (&walk, error))
    return FALSE;
  *typed = filled;
  filled = (Typed){NULL, NULL, NULL};
  return TRUE;
}

void
typed_clear (Typed *typed)
{
  json_decref (typed->fields);
  json_decref (typed->own);
  *typed = (Typed){NULL, NULL, NULL};
}

const char *
typed_text (const Typed *typed, const char *name)
{
  return json_string_value (json_object_get (typed->own, name));
}

gboolean
typed_has (const Typed *typed, const char *name)
{
  return json_object_get (typed->own, name) != NULL;
}

const char *
typed_language (const char *const *arguments)
{
  for (; *arguments != NULL && !g_str_equal (*arguments, "--"); arguments++) {
    if (g_str_has_prefix (*arguments, "--lang="))
      return *arguments + strlen ("--lang=");
    if (g_str_equal (*arguments, "--lang"))
      return arguments[1];
  }
  return NULL;
}

/* ---- the request ---- */

/* The value as the query and the path write it: lists joined by commas, a flag is 1. */
static char *
query_value (const json_t *value)
{
  if (json_is_string (value))
    return g_strdup (json_string_value (value));
  if (json_is_integer (value))
    return g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  if (!json_is_array (value))
    return g_strdup ("1");
  GString *list = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (value); i++)
    g_string_append_printf (list, "%s%s", i == 0 ? "" : ",", json_string_value (json_array_get (value, i)));
  return g_string_free (list, FALSE);
}

static char *
escaped_value (const json_t *value)
{
  g_autofree char *text = query_value (value);
  return g_uri_escape_string (text, ",", FALSE);
}

/* The path with {field} filled; the name of that field in taken (NULL: none). */
static char *
filled_path (const Typed *typed, char **taken)
{
  const char *path = typed->command->path;
  const char *start = strchr (path, '{');
  const char *end = start == NULL ? NULL : strchr (start, '}');
  if (end == NULL)
    return g_strdup (path);
  *taken = g_strndup (start + 1, (gsize)(end - start - 1));
  g_autofree char *value = escaped_value (json_object_get (typed->fields, *taken));
  return g_strdup_printf ("%.*s%s%s", (int)(start - path), path, value, end + 1);
}

char *
typed_target (const Typed *typed)
{
  g_autofree char *taken = NULL;
  g_autofree char *path = filled_path (typed, &taken);
  GString *target = g_string_new (path);
  if (typed->command->is_write)
    return g_string_free (target, FALSE);
  const char *name;
  json_t *value;
  json_object_foreach (typed->fields, name, value)
  {
    if (g_strcmp0 (name, taken) == 0)
      continue;
    g_autofree char *text = escaped_value (value);
    g_string_append_printf (target, "%c%s=%s", strchr (target->str, '?') == NULL ? '?' : '&', name, text);
  }
  return g_string_free (target, FALSE);
}

char *
typed_body (const Typed *typed)
{
  json_t *body = json_copy (typed->fields);
  const char *sign = typed->command->fixed == NULL ? NULL : strchr (typed->command->fixed, '=');
  if (sign != NULL) {
    g_autofree char *name = g_strndup (typed->command->fixed, (gsize)(sign - typed->command->fixed));
    json_object_set_new (body, name, json_string (sign + 1));
  }
  char *text = json_dumps (body, JSON_COMPACT);
  json_decref (body);
  return text;
}
