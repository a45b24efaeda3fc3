/* code_parse on any bytes: it answers, touches the output only on success, and what it read reads back the same however it is shown. */
#include "daemon/rules/code.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (GError) error = NULL;
  Code code = "kept", again;
  if (!code_parse (text, code, &error)) {
    g_autofree char *sentence = finding_text (rule_error_finding (error), LANGUAGE_FR);
    g_assert_true (g_utf8_validate (sentence, -1, NULL));
    g_assert_null (strchr (sentence, '\n'));
    g_assert_cmpstr (code, ==, "kept");
    return 0;
  }
  g_autofree char *shown = code_display (code);
  g_autofree char *scanned = g_strdup_printf ("HTTPSM!!PRET:EXE?PLE:FR!%s\r", code);
  g_assert_true (code_parse (shown, again, NULL));
  g_assert_cmpstr (again, ==, code);
  g_assert_true (code_parse (scanned, again, NULL));
  g_assert_cmpstr (again, ==, code);
  g_assert_nonnull (code_kind_name (code[0]));
  return 0;
}
