/* Any bytes as the file of a recording: it is refused with a reason, or what came of it can be walked through. */
#include "tests/fleet/recording.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Each descriptor says its length, and they fill the whole. */
static void
check_descriptors (const GByteArray *bytes)
{
  guint at = 0;
  while (at < bytes->len) {
    g_assert_cmpuint (bytes->data[at], >=, 2);
    at += bytes->data[at];
  }
  g_assert_cmpuint (at, ==, bytes->len);
}

static void
check_link (const struct RecordedLink *link)
{
  gsize bytes = 0;
  GHashTableIter each;
  gpointer answer;
  for (guint i = 0; i < link->messages->len; i++) {
    const struct RecordedMessage *message = g_ptr_array_index (link->messages, i);
    bytes += message->bytes;
    g_assert_true (message->kind <= RECORDED_SILENCE && !message->was_played);
  }
  g_hash_table_iter_init (&each, link->answers);
  while (g_hash_table_iter_next (&each, NULL, &answer))
    bytes += ((const GByteArray *)answer)->len;
  g_assert_cmpuint (bytes, <, G_MAXSIZE / 2);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  struct Recording *recording = recording_read ((const char *)data, size, &error);
  g_assert_true ((recording == NULL) == (error != NULL));
  for (guint i = 0; recording != NULL && i < recording->plugs->len; i++) {
    const struct RecordedPlug *plug = g_ptr_array_index (recording->plugs, i);
    check_descriptors (plug->identity.descriptors);
    g_assert_true (plug->left || !plug->left_by_order);
    for (guint at = 0; at < plug->links->len; at++)
      check_link (g_ptr_array_index (plug->links, at));
  }
  g_assert_true (recording == NULL || recording->plugs->len > 0);
  recording_free (recording);
  return 0;
}
