/* Runs a fuzz target over the files it is given: the corpus replayed in `make test`, without libFuzzer. Each input is also replayed cut
 * in half and doubled. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, size_t length);

static void
replay (const char *path)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  if (!g_file_get_contents (path, &content, &length, &error)) {
    g_printerr ("%s\n", error->message);
    exit (EXIT_FAILURE);
  }
  const struct {
    gsize length;
    guint times;
  } ways[] = {{length, 1}, {length / 2, 1}, {length, 2}};
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    gsize total = ways[i].length * ways[i].times;
    /* exact-size copies: a read past the end is seen by the address sanitizer; never NULL, as libFuzzer's are not */
    g_autofree guint8 *bytes = g_malloc (MAX (total, 1));
    for (guint copy = 0; copy < ways[i].times; copy++)
      memcpy (bytes + copy * ways[i].length, content, ways[i].length);
    LLVMFuzzerTestOneInput (bytes, total);
  }
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    replay (argv[i]);
  g_print ("%s: %d inputs replayed\n", argv[0], argc - 1);
  return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
