/* Compares printed text with tests/unit/rules/golden/NAME.txt. UPDATE_GOLDEN=1 rewrites the file; look at the diff before you commit it. */
#pragma once
#include <glib.h>

static inline void
golden_check (const char *name, const char *printed)
{
  const char *root = g_getenv ("G_TEST_SRCDIR");
  g_autofree char *file = g_strconcat (name, ".txt", NULL);
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "tests/unit/rules/golden", file, NULL);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  if (g_getenv ("UPDATE_GOLDEN") != NULL)
    g_file_set_contents (path, printed, -1, &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (printed, ==, expected);
}
