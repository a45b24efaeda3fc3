/* The command line read against the table of commands, and the table itself. */
#include "cli/help.h"
#include "cli/nearest.h"
#include "cli/typed.h"
#include <stdlib.h>
#include <string.h>

/* Reads "a|b|c" in English. NULL on a fault, whose sentence is in *complaint. */
static Typed *
read_line (const char *line, Session *session, char **complaint)
{
  g_auto (GStrv) words = g_strsplit (line, "|", -1);
  g_autoptr (GError) error = NULL;
  Typed *typed = g_new0 (Typed, 1);
  if (typed_read (session, (const char *const *)words, typed, &error))
    return typed;
  g_assert_null (typed->fields);
  g_assert_error (error, FAULT_ERROR, LEAVE_USAGE);
  *complaint = g_strdup (error->message);
  g_free (typed);
  return NULL;
}

static void
expect_request (const char *line, const char *target, const char *body)
{
  Session session = {.language = LANGUAGE_ENGLISH};
  g_autofree char *complaint = NULL;
  Typed *typed = read_line (line, &session, &complaint);
  g_assert_cmpstr (complaint, ==, NULL);
  g_autofree char *got_target = typed_target (typed);
  g_assert_cmpstr (got_target, ==, target);
  char *got_body = typed_body (typed);
  if (body != NULL)
    g_assert_cmpstr (got_body, ==, body);
  free (got_body);
  typed_clear (typed);
  g_free (typed);
  g_free (session.socket);
}

static void
expect_complaint (const char *line, const char *expected)
{
  Session session = {.language = LANGUAGE_ENGLISH};
  g_autofree char *complaint = NULL;
  g_assert_null (read_line (line, &session, &complaint));
  g_assert_cmpstr (complaint, ==, expected);
}

static void
test_bodies (void)
{
  expect_request ("person|add|Amina Diallo|--phone|06 39 98 00 12|--town=Saint-Égrève", "/v1/persons",
                  "{\"name\":\"Amina Diallo\",\"phone\":\"06 39 98 00 12\",\"town\":\"Saint-Égrève\"}");
  expect_request (
      "tablet|add|--serial|S123|--model|M|--pieces|housse, charger,,|--pieces|stylet", "/v1/items",
      "{\"serial\":\"S123\",\"model\":\"M\",\"pieces\":[\"sleeve\",\"charger\",\"stylus\"],\"kind\":\"tablet\"}");
  expect_request ("lend|PBCD-FGHK|TBCDFGHK|SBCDFGHK|--preview", "/v1/loans",
                  "{\"person\":\"PBCD-FGHK\",\"things\":[\"TBCDFGHK\",\"SBCDFGHK\"],\"preview\":true}");
  expect_request ("return|TBCDFGHK|--piece|housse=manquant|--piece|charger=broken", "/v1/returns",
                  "{\"thing\":\"TBCDFGHK\",\"pieces\":{\"sleeve\":\"missing\",\"charger\":\"broken\"}}");
  expect_request ("fund|add|Don|--amount|-5|--from|a|--to|b|--strand|équipement", "/v1/funds",
                  "{\"name\":\"Don\",\"amount\":\"-5\",\"from\":\"a\",\"to\":\"b\",\"strand\":\"equipment\"}");
  expect_request ("renew|X|--override|a,b|--comment|why", "/v1/renewals",
                  "{\"thing\":\"X\",\"overrides\":[\"a\",\"b\"],\"comment\":\"why\"}");
}

static void
test_targets (void)
{
  expect_request ("show|tb cd/é?", "/v1/objects/tb%20cd%2F%C3%A9%3F", NULL);
  expect_request ("due|--days|7", "/v1/due?days=7", NULL);
  expect_request ("find|--|--json", "/v1/find?q=--json", NULL);
  expect_request ("label|A|B|-o|x.pdf|--start=3", "/v1/labels?codes=A,B&start=3", NULL);
  expect_request ("import|-|--dry-run", "/v1/imports?dry_run=1", NULL);
  expect_request ("restore|f", "/v1/restore?confirm=1", NULL);
  expect_request ("tablet|list|--state|à effacer", "/v1/items?state=to_wipe", NULL);
  expect_request ("journal|verify", "/v1/journal/verify", NULL);
  expect_request ("journal", "/v1/journal", NULL);
}

static void
test_common (void)
{
  Session session = {.language = LANGUAGE_FRENCH};
  g_autofree char *complaint = NULL;
  Typed *typed = read_line ("--socket|/a|bench|--json|--socket=/b", &session, &complaint);
  g_assert_nonnull (typed);
  g_assert_cmpstr (session.socket, ==, "/b");
  g_assert_true (session.is_json);
  typed_clear (typed);
  g_free (typed);
  g_free (session.socket);
  g_assert_cmpstr (typed_language ((const char *const[]){"lend", "--lang", "en", NULL}), ==, "en");
  g_assert_cmpstr (typed_language ((const char *const[]){"--lang=en", NULL}), ==, "en");
  g_assert_cmpstr (typed_language ((const char *const[]){"--lang", NULL}), ==, NULL);
  g_assert_cmpstr (typed_language ((const char *const[]){"--", "--lang=en", NULL}), ==, NULL);
}

static void
test_complaints (void)
{
  expect_complaint ("lned|a", "There is no command \"lned\". Did you mean \"lend\"?");
  expect_complaint ("persn|add", "There is no command \"persn add\". Did you mean \"person add\"?");
  expect_complaint ("preter|PBCDFGHK", "There is no command \"preter\". The list: temoin help");
  expect_complaint ("person|ad", "There is no command \"person ad\". Did you mean \"person add\"?");
  expect_complaint ("zzzzzzzz", "There is no command \"zzzzzzzz\". The list: temoin help");
  expect_complaint ("person", "There is no command \"person\". The list: temoin help");
  expect_complaint ("lend|P|T|--untill|x", "There is no option --untill here. Did you mean --until?");
  expect_complaint ("lend|P|T|--wrong-word", "There is no option --wrong-word here. See: temoin help lend");
  expect_complaint ("due|--preview", "There is no option --preview here. See: temoin help due");
  expect_complaint ("due|--days", "The option --days needs a value: N.");
  expect_complaint ("lend|P|T|--until=", "The option --until needs a value: DAY.");
  expect_complaint ("lend|P|T|--until||--preview", "The option --until needs a value: DAY.");
  expect_complaint ("due|--days|3x", "--days: \"3x\" is not a whole number.");
  expect_complaint ("due|--json=1", "The option --json takes no value.");
  expect_complaint ("due|x", "\"x\" is one word too many. See: temoin help due");
  expect_complaint ("lend|P", "ID is missing. See: temoin help lend");
  expect_complaint ("tablet|add|--model|M", "--serial is missing. See: temoin help tablet add");
  expect_complaint ("return|T|--piece|sleeve", "--piece: write sleeve=missing, not \"sleeve\".");
  expect_complaint ("return|T|--piece|=x", "--piece: write sleeve=missing, not \"=x\".");
  expect_complaint ("find|caf\xe9", "TEXT: this text has unreadable letters. Type it again.");
  expect_complaint ("due|--lang|de", "--lang: \"de\" is not a known language. Choose fr or en.");
}

static void
test_nearest (void)
{
  g_assert_cmpuint (nearest_distance ("", ""), ==, 0);
  g_assert_cmpuint (nearest_distance ("lend", ""), ==, 4);
  g_assert_cmpuint (nearest_distance ("", "lend"), ==, 4);
  g_assert_cmpuint (nearest_distance ("lend", "lend"), ==, 0);
  g_assert_cmpuint (nearest_distance ("lned", "lend"), ==, 1);
  g_assert_cmpuint (nearest_distance ("kitten", "sitting"), ==, 3);
  const char *const words[] = {"lend", "find", "label"};
  g_assert_cmpstr (nearest_find ("lable", words, 3), ==, "label");
  g_assert_cmpstr (nearest_find ("x", words, 3), ==, NULL);
  g_assert_cmpstr (nearest_find ("lend", words, 0), ==, NULL);
}

static void
check_done (const Command *command)
{
  /* what is done to the register as a whole, or to the machine's clock */
  static const char *const others[] = {"clock", "key ", "migrate"};
  gboolean makes = command->is_write;
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    makes = makes && strstr (command->words, others[i]) == NULL;
  g_assert_true (!command->is_write || (command->done.fr != NULL && command->done.en != NULL));
  /* its code comes first, or the port, product, dialogue ... that was meant */
  g_assert_true (!makes || command->done.fr[0] == '{');
  g_assert_true (!makes || command->done.en[0] == '{');
}

static void
check_parameters (const Command *command)
{
  g_assert_null (command->parameters[COMMAND_PARAMETERS - 1].name);
  for (const Parameter *parameter = command->parameters; parameter->name != NULL; parameter++) {
    g_assert_true (parameter->help.fr != NULL && parameter->help.en != NULL);
    g_assert_true (parameter->kind == PARAMETER_FLAG || parameter->value.fr[0] != '\0');
    for (const Parameter *other = parameter + 1; other->name != NULL; other++)
      g_assert_cmpstr (parameter->name, !=, other->name);
  }
}

/* A row that writes must say what it did; each parameter must be explained in both languages; nothing may be named twice. */
static void
test_rows (void)
{
  for (gsize i = 0; i < commands_n; i++) {
    g_assert_true (commands_find (commands[i].words) == &commands[i]);
    g_assert_nonnull (commands[i].run);
    g_assert_true (commands[i].summary.fr != NULL && commands[i].summary.en != NULL);
    check_done (&commands[i]);
    check_parameters (&commands[i]);
  }
}

static void
test_help (void)
{
  const Language languages[] = {LANGUAGE_FRENCH, LANGUAGE_ENGLISH};
  for (gsize l = 0; l < G_N_ELEMENTS (languages); l++) {
    g_autofree char *list = help_list (languages[l]);
    for (gsize i = 0; i < commands_n; i++) {
      g_assert_nonnull (strstr (list, commands[i].words));
      g_autofree char *help = help_command (&commands[i], languages[l]);
      for (const Parameter *parameter = commands[i].parameters; parameter->name != NULL; parameter++)
        g_assert_nonnull (strstr (help, text_in (parameter->help, languages[l])));
    }
  }
}

static void
test_statuses (void)
{
  const struct {
    long status;
    Leave leave;
  } rows[] = {{200, LEAVE_DONE},        {201, LEAVE_DONE},     {400, LEAVE_USAGE},       {403, LEAVE_REFUSED},
              {404, LEAVE_NOT_FOUND},   {405, LEAVE_USAGE},    {409, LEAVE_REFUSED},     {413, LEAVE_USAGE},
              {500, LEAVE_UNREACHABLE}, {502, LEAVE_DEVICE},   {503, LEAVE_UNREACHABLE}, {507, LEAVE_UNREACHABLE},
              {302, LEAVE_UNREACHABLE}, {0, LEAVE_UNREACHABLE}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (fault_leave_of_status (rows[i].status), ==, rows[i].leave);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/typed/options-become-the-body", test_bodies);
  g_test_add_func ("/cli/typed/options-become-the-address", test_targets);
  g_test_add_func ("/cli/typed/common-options-anywhere", test_common);
  g_test_add_func ("/cli/typed/says-what-is-wrong", test_complaints);
  g_test_add_func ("/cli/nearest/distance", test_nearest);
  g_test_add_func ("/cli/commands/rows-are-whole", test_rows);
  g_test_add_func ("/cli/help/forgets-nothing", test_help);
  g_test_add_func ("/cli/fault/exit-code-of-a-status", test_statuses);
  return g_test_run ();
}
