#include "daemon/api/leftovers.h"
#include "db/rehearsal.h"
#include <glib/gstdio.h>
#include <string.h>

/* As api.c and backup.c name them. */
static gboolean
is_left_over (const char *name)
{
  return (g_str_has_prefix (name, "upload-") && strlen (name) == strlen ("upload-XXXXXX")) ||
         (g_str_has_prefix (name, "backup-") && strstr (name, ".tmp") != NULL);
}

void
leftovers_remove (const char *state_dir)
{
  g_autoptr (GDir) names = g_dir_open (state_dir, 0, NULL);
  for (const char *name; names != NULL && (name = g_dir_read_name (names)) != NULL;) {
    g_autofree char *path = g_build_filename (state_dir, name, NULL);
    if (is_left_over (name))
      (void)g_unlink (path); /* costs space only: it is tried again at the next start */
  }
  rehearsal_clean (state_dir);
}
