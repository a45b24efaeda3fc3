/* Help texts out of the table. */
#include "cli/help.h"
#include "cli/display.h"
#include "cli/typed.h"
#include <stdio.h>

static void
append_padded (GString *out, const char *text, gsize width)
{
  gsize used = display_width (text);
  g_string_append_printf (out, "%s%*s", text, (int)(used < width ? width - used : 0), "");
}

static gboolean
is_option (const Parameter *parameter)
{
  return parameter->name[0] == '-';
}

/* "--until DAY", "ID ...". Caller frees. */
static char *
parameter_shown (const Parameter *parameter, Language language)
{
  const char *value = text_in (parameter->value, language);
  if (!is_option (parameter))
    return g_strconcat (value, parameter->flags & PARAMETER_MANY ? " ..." : "", NULL);
  return parameter->kind == PARAMETER_FLAG ? g_strdup (parameter->name)
                                           : g_strdup_printf ("%s %s", parameter->name, value);
}

static void
append_usage (GString *out, const Command *command, Language language)
{
  g_string_append_printf (out, "temoin %s", command->words);
  for (const Parameter *parameter = command->parameters; parameter->name != NULL; parameter++) {
    g_autofree char *shown = parameter_shown (parameter, language);
    g_string_append_printf (out, parameter->flags & PARAMETER_REQUIRED ? " %s" : " [%s]", shown);
  }
  g_string_append_c (out, '\n');
}

static void
append_parameters (GString *out, const Parameter *parameters, Language language)
{
  enum { WIDTH = 26 }; /* columns */
  for (const Parameter *parameter = parameters; parameter->name != NULL; parameter++) {
    g_autofree char *shown = parameter_shown (parameter, language);
    g_string_append (out, "  ");
    append_padded (out, shown, WIDTH);
    g_string_append_printf (out, "  %s\n", text_in (parameter->help, language));
  }
}

char *
help_command (const Command *command, Language language)
{
  static const Text writing = {"Comme tout acte :", "As every act:"};
  static const Text common = {"Partout :", "Everywhere:"};
  GString *out = g_string_new (NULL);
  append_usage (out, command, language);
  g_string_append_printf (out, "  %s\n\n", text_in (command->summary, language));
  append_parameters (out, command->parameters, language);
  if (command->is_write) {
    g_string_append_printf (out, "%s\n", text_in (writing, language));
    append_parameters (out, commands_writing, language);
  }
  g_string_append_printf (out, "%s\n", text_in (common, language));
  append_parameters (out, commands_common, language);
  return g_string_free (out, FALSE);
}

char *
help_list (Language language)
{
  enum { WIDTH = 15 }; /* columns */
  static const Text top = {"Témoin : prêter des tablettes et des cartes SIM, et effacer avec preuve ce qui revient.\n\n"
                           "  temoin COMMANDE ...            temoin help COMMANDE : ses options\n\n",
                           "Témoin: lend tablets and SIM cards, and wipe with proof what comes back.\n\n"
                           "  temoin COMMAND ...             temoin help COMMAND: its options\n\n"};
  static const Text leaves = {
      "\nFin : 0 fait · 1 refusé par une règle · 2 mal écrit · 3 service injoignable · 4 inconnu · 5 l'appareil a "
      "échoué\n",
      "\nExit: 0 done · 1 refused by a rule · 2 mistyped · 3 daemon unreachable · 4 not found · 5 the device failed\n"};
  GString *out = g_string_new (text_in (top, language));
  for (gsize i = 0; i < commands_n; i++) {
    g_string_append (out, "  ");
    append_padded (out, commands[i].words, WIDTH);
    g_string_append_printf (out, "  %s\n", text_in (commands[i].summary, language));
  }
  g_string_append (out, text_in (leaves, language));
  return g_string_free (out, FALSE);
}

Leave
help_run (const Session *session, const Typed *typed, GError **error)
{
  const json_t *words = json_object_get (typed->own, "COMMAND");
  g_autoptr (GString) name = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (words); i++)
    g_string_append_printf (name, "%s%s", i == 0 ? "" : " ", json_string_value (json_array_get (words, i)));
  const Command *command = commands_find (name->str);
  if (command == NULL && name->len > 0) {
    fault_set (error, LEAVE_USAGE, session->language, "La commande « %s » n'existe pas. La liste : temoin help",
               "There is no command \"%s\". The list: temoin help", name->str);
    return LEAVE_USAGE;
  }
  g_autofree char *text = command == NULL ? help_list (session->language) : help_command (command, session->language);
  fputs (text, stdout);
  return LEAVE_DONE;
}
