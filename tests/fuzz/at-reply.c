/* at_reply on any bytes: what it takes are letters and digits that end; nothing is touched without an answer; and more bytes do not change an answer. */
#include "daemon/devices/at_reply.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_word (const char *word, gsize room)
{
  g_assert_nonnull (memchr (word, '\0', room));
  for (; *word != '\0'; word++)
    g_assert_true (g_ascii_isalnum (*word) || strchr ("-_. ", *word) != NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  AtReply reply, early, untouched;
  memset (&reply, 0x55, sizeof reply);
  memset (&early, 0x55, sizeof early);
  memset (&untouched, 0x55, sizeof untouched);
  if (size > AT_REPLY_MAX)
    return 0;
  AtReplyKind kind = at_reply_parse (data, size, &reply);
  g_autofree uint8_t *half = g_memdup2 (data, MAX (size / 2, 1)); /* exactly as long, for the address sanitizer */
  AtReplyKind before = at_reply_parse (half, size / 2, &early);
  if (kind != AT_ANSWERED)
    g_assert_cmpmem (&reply, sizeof reply, &untouched, sizeof untouched);
  if (before != AT_PARTIAL)
    g_assert_cmpint (before, ==, kind);
  if (before == AT_ANSWERED)
    g_assert_cmpmem (&reply, sizeof reply, &early, sizeof early);
  if (kind != AT_ANSWERED)
    return 0;
  check_word (reply.model, sizeof reply.model);
  check_word (reply.serial, sizeof reply.serial);
  check_word (reply.unique, sizeof reply.unique);
  check_word (reply.imei, sizeof reply.imei);
  g_assert_true (strlen (reply.imei) == 0 || strlen (reply.imei) == AT_IMEI_MAX);
  return 0;
}
