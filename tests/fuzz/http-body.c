/* form_read on any bytes, with the forms of the route table: it answers, gives back strings that end, and frees all it made. */
#include "daemon/api/routes.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Reads through what the struct points to, so that the sanitizer sees it. */
static void
touch (const Form *form, const FormData *read)
{
  const guint8 *input = form_data_input (read);
  for (gsize i = 0; i < form->n_fields; i++) {
    const char *text = NULL;
    if (form->fields[i].type == FIELD_TEXT)
      memcpy (&text, input + form->fields[i].offset, sizeof text);
    if (text != NULL)
      g_assert_true (g_utf8_validate (text, -1, NULL));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gsize n;
  const Route *routes = api_routes (&n);
  for (gsize i = 0; i < n; i++) {
    if (routes[i].form == NULL)
      continue;
    g_autoptr (GError) error = NULL;
    g_autoptr (FormData) read = form_read (routes[i].form, (const char *)data, size, &error);
    g_assert_true ((read == NULL) == (error != NULL));
    if (read != NULL)
      touch (routes[i].form, read);
  }
  return 0;
}
