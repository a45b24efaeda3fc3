/* The fastboot host side: synchronous on the wire, a queue of commands towards its users. */
#include "daemon/devices/fastboot.h"
#include "daemon/devices/deadline.h"

#include "daemon/devices/device.h"
#include "daemon/devices/fastboot_reply.h"

#include <string.h>

#define WRITE_TIMEOUT_MS 5000
#define SILENCE_MS       30000
#define COMMAND_CAP_MS   (10 * 60 * 1000)

typedef struct {
  char *text;
  gboolean is_written;
  GCancellable *cancellable;
  GSource *cancel;
  FastbootFunc func;
  gpointer user;
} Command;

struct _Fastboot {
  grefcount refs;
  Wire *wire;      /* NULL once lost */
  GQueue commands; /* of Command; the first is under way */
  Deadline cap;
  FastbootLostFunc lost; /* NULL once freed */
  gpointer user;
};

static void start_first (Fastboot *fastboot);

static void
fastboot_unref (Fastboot *fastboot)
{
  if (g_ref_count_dec (&fastboot->refs))
    g_free (fastboot);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fastboot, fastboot_unref)

static Fastboot *
hold (Fastboot *fastboot)
{
  g_ref_count_inc (&fastboot->refs);
  return fastboot;
}

static void
command_end (Command *command, const char *value, const GError *error)
{
  if (command->cancel != NULL) {
    g_source_destroy (command->cancel);
    g_source_unref (command->cancel);
  }
  command->func (value, command->is_written, error, command->user);
  g_clear_object (&command->cancellable);
  g_free (command->text);
  g_free (command);
}

static void
stop_cap (Fastboot *fastboot)
{
  deadline_clear (&fastboot->cap);
}

/* The wire is closed and all commands end with that error. */
static void
fail (Fastboot *fastboot, const GError *error)
{
  g_autoptr (GError) copy = g_error_copy (error);
  (void)hold (fastboot); /* until the end of this function */
  stop_cap (fastboot);
  wire_free (g_steal_pointer (&fastboot->wire));
  Command *command;
  while ((command = g_queue_pop_head (&fastboot->commands)) != NULL)
    command_end (command, NULL, copy);
  FastbootLostFunc lost = g_steal_pointer (&fastboot->lost);
  if (lost != NULL)
    lost (copy, fastboot->user);
  fastboot_unref (fastboot);
}

static void
answer_first (Fastboot *fastboot, const char *value, const GError *error)
{
  stop_cap (fastboot);
  Command *answered = g_queue_pop_head (&fastboot->commands);
  if (fastboot->commands.length > 0)
    start_first (fastboot);
  command_end (answered, value, error);
}

static void on_reply (const guint8 *data, gsize n, const GError *error, gpointer user);

static void
take_reply (Fastboot *fastboot, FastbootReplyKind kind, const char *text)
{
  g_autoptr (GError) error = NULL;
  switch (kind) {
  case FASTBOOT_INFO:
  case FASTBOOT_TEXT:
    wire_read (fastboot->wire, FASTBOOT_REPLY_MAX, SILENCE_MS, on_reply, fastboot);
    break;
  case FASTBOOT_OKAY:
    answer_first (fastboot, text, NULL);
    break;
  case FASTBOOT_FAIL:
    error = g_error_new (DEVICE_ERROR, DEVICE_ERROR_REFUSED, "the bootloader refused: %s", text);
    answer_first (fastboot, text, error);
    break;
  case FASTBOOT_DATA:
    error = g_error_new (DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "the bootloader asks for data we did not offer");
    fail (fastboot, error);
    break;
  }
}

static void
on_reply (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  g_autoptr (Fastboot) fastboot = hold (user);
  FastbootReplyKind kind;
  g_autofree char *text = NULL;
  g_autoptr (GError) nonsense = NULL;
  if (error != NULL)
    fail (fastboot, error);
  else if (n == 0) /* a stray zero-length packet */
    wire_read (fastboot->wire, FASTBOOT_REPLY_MAX, SILENCE_MS, on_reply, fastboot);
  else if (fastboot_reply_parse (data, n, &kind, &text))
    take_reply (fastboot, kind, text);
  else {
    nonsense = g_error_new (DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "%zu bytes that are no fastboot reply", n);
    fail (fastboot, nonsense);
  }
}

static void
on_written (const guint8 *data, gsize n, const GError *error, gpointer user)
{
  g_autoptr (Fastboot) fastboot = hold (user);
  (void)data; /* a write brings none */
  (void)n;
  if (error != NULL) {
    fail (fastboot, error);
    return;
  }
  Command *command = g_queue_peek_head (&fastboot->commands);
  command->is_written = TRUE;
  wire_read (fastboot->wire, FASTBOOT_REPLY_MAX, SILENCE_MS, on_reply, fastboot);
}

static void
on_cap (gpointer user)
{
  Fastboot *fastboot = user;
  g_autoptr (GError) error = g_error_new (DEVICE_ERROR, DEVICE_ERROR_TIMEOUT, "the bootloader never ends this command");
  fail (fastboot, error);
}

static void
start_first (Fastboot *fastboot)
{
  const Command *command = g_queue_peek_head (&fastboot->commands);
  deadline_set (&fastboot->cap, COMMAND_CAP_MS, on_cap, fastboot);
  wire_write (fastboot->wire, (const guint8 *)command->text, strlen (command->text), WRITE_TIMEOUT_MS, on_written,
              fastboot);
}

/* A source is destroyed when its command ends, so the fastboot and the command are alive here. */
static gboolean
on_cancelled (GCancellable *cancellable, gpointer user)
{
  Fastboot *fastboot = user;
  g_autoptr (GError) error = NULL;
  (void)g_cancellable_set_error_if_cancelled (cancellable, &error); /* it is: we are its callback */
  const Command *first = g_queue_peek_head (&fastboot->commands);
  if (first->cancellable == cancellable) {
    fail (fastboot, error);
    return G_SOURCE_REMOVE;
  }
  for (GList *link = fastboot->commands.head; link != NULL; link = link->next) {
    Command *command = link->data;
    if (command->cancellable != cancellable)
      continue;
    g_queue_delete_link (&fastboot->commands, link);
    command_end (command, NULL, error);
    break;
  }
  return G_SOURCE_REMOVE;
}

Fastboot *
fastboot_new (Wire *wire, FastbootLostFunc lost, gpointer user)
{
  Fastboot *fastboot = g_new0 (Fastboot, 1);
  g_ref_count_init (&fastboot->refs);
  g_queue_init (&fastboot->commands);
  fastboot->wire = wire;
  fastboot->lost = lost;
  fastboot->user = user;
  return fastboot;
}

void
fastboot_free (Fastboot *fastboot)
{
  if (fastboot == NULL)
    return;
  g_autoptr (GError) gone = g_error_new (DEVICE_ERROR, DEVICE_ERROR_GONE, "the link was closed");
  fastboot->lost = NULL;
  fail (fastboot, gone);
  fastboot_unref (fastboot);
}

gboolean
fastboot_is_open (const Fastboot *fastboot)
{
  return fastboot->wire != NULL;
}

void
fastboot_run (Fastboot *fastboot, const char *text, GCancellable *cancellable, FastbootFunc func, gpointer user)
{
  g_assert (strlen (text) <= FASTBOOT_COMMAND_MAX);
  Command *command = g_new0 (Command, 1);
  command->text = g_strdup (text);
  command->func = func;
  command->user = user;
  if (cancellable != NULL) {
    command->cancellable = g_object_ref (cancellable);
    command->cancel = g_cancellable_source_new (cancellable);
    g_source_set_callback (command->cancel, G_SOURCE_FUNC (on_cancelled), fastboot, NULL);
    g_source_attach (command->cancel, NULL);
  }
  g_queue_push_tail (&fastboot->commands, command);
  if (fastboot->commands.length == 1)
    start_first (fastboot);
}
