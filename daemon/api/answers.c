#include "daemon/api/answers.h"
#include "daemon/api/routes.h"
#include <string.h>

struct _Answers {
  gsize bytes_max;
  GMutex lock;
  /* under the lock */
  GHashTable *kept; /* who, when and what was asked -> GBytes, both owned; all of one version */
  guint64 version;
  gsize bytes; /* of kept, keys included */
};

static void
forget (Answers *answers, guint64 version)
{
  g_hash_table_remove_all (answers->kept);
  answers->version = version;
  answers->bytes = 0;
}

Answers *
answers_new (gsize bytes_max)
{
  Answers *answers = g_new0 (Answers, 1);
  answers->bytes_max = bytes_max;
  g_mutex_init (&answers->lock);
  answers->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  return answers;
}

void
answers_free (Answers *answers)
{
  if (answers == NULL)
    return;
  g_hash_table_unref (answers->kept);
  g_mutex_clear (&answers->lock);
  g_free (answers);
}

/* The uid stands for the account: whoever is given another right is so by a write. The day is that of the question: an answer given after midnight to
 * one asked before is not that of the new day for certain. */
static char *
key_of (const Request *request)
{
  g_autofree char *target = request_target (request);
  Day today = request_today (request);
  return g_strdup_printf ("%" G_GINT64_FORMAT " %s %s", request->uid, today.text, target);
}

gboolean
answers_find (Answers *answers, Request *request)
{
  if (!request->route->is_kept || !register_version (request->world->reg, &request->version))
    return FALSE;
  request->kept_as = key_of (request);
  g_mutex_lock (&answers->lock);
  GBytes *found = answers->version == request->version ? g_hash_table_lookup (answers->kept, request->kept_as) : NULL;
  if (found != NULL)
    request_answer_bytes (request, "application/json", g_bytes_ref (found));
  g_mutex_unlock (&answers->lock);
  return found != NULL;
}

void
answers_keep (Answers *answers, const Request *request)
{
  if (request->kept_as == NULL || request->answer.status != 200)
    return;
  g_autofree char *key = g_strdup (request->kept_as);
  gsize size = strlen (key) + g_bytes_get_size (request->answer.bytes);
  g_mutex_lock (&answers->lock);
  if (request->version > answers->version)
    forget (answers, request->version);
  gboolean is_kept = request->version == answers->version && size <= answers->bytes_max;
  if (is_kept && answers->bytes + size > answers->bytes_max)
    forget (answers, answers->version); /* what is looked at is soon there again */
  if (is_kept && g_hash_table_insert (answers->kept, g_steal_pointer (&key), g_bytes_ref (request->answer.bytes)))
    answers->bytes += size;
  g_mutex_unlock (&answers->lock);
}
