/* The choice of the language, and two-language printf. */
#include "cli/language.h"

const char *
text_in (Text text, Language language)
{
  return language == LANGUAGE_ENGLISH ? text.en : text.fr;
}

char *
text_print (Language language, const char *fr, const char *en, ...)
{
  va_list arguments;
  va_start (arguments, en);
  char *text = language == LANGUAGE_ENGLISH ? g_strdup_vprintf (en, arguments) : g_strdup_vprintf (fr, arguments);
  va_end (arguments);
  return text;
}

Language
language_choose (const char *option, LanguageLookup lookup)
{
  static const char *const variables[] = {"TEMOIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
  const char *wish = option;
  for (gsize i = 0; wish == NULL && i < G_N_ELEMENTS (variables); i++) {
    const char *value = lookup (variables[i]);
    if (value != NULL && *value != '\0')
      wish = value;
  }
  return wish != NULL && g_ascii_strncasecmp (wish, "en", 2) == 0 ? LANGUAGE_ENGLISH : LANGUAGE_FRENCH;
}
