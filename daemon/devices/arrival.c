/* What a tablet tells at its arrival beyond the facts of a probe: a table of questions, each of which it may refuse. */
#include "daemon/devices/arrival.h"

#include "daemon/devices/bench.h"
#include "daemon/devices/shell.h"

#include <string.h>

#define QUESTION_TIMEOUT_MS 15000
#define IMEI_DIGITS         15
#define KIB                 1024

/* ---- reading ---- */

gint64
arrival_storage (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3); /* a header, then the file system */
  guint64 kib;
  if (g_strv_length (lines) < 2)
    return -1;
  g_auto (GStrv) words = g_strsplit_set (lines[1], " \t", -1);
  guint column = 0;
  for (guint i = 0; words[i] != NULL; i++) {
    if (*words[i] == '\0')
      continue;
    if (column++ == 1) /* device, blocks of 1 KiB, ... */
      return g_ascii_string_to_unsigned (words[i], 10, 1, G_MAXINT64 / KIB, &kib, NULL) ? (gint64)kib * KIB : -1;
  }
  return -1;
}

const char *
arrival_battery (const char *text)
{
  static const char *const words[] = {
      [2] = "good", [3] = "overheat", [4] = "dead", [5] = "over_voltage", [6] = "failure", [7] = "cold"};
  const char *label = strstr (text, "health: ");
  if (label == NULL)
    return NULL;
  guint64 number = g_ascii_strtoull (label + strlen ("health: "), NULL, 10);
  return number < G_N_ELEMENTS (words) ? words[number] : NULL;
}

/* What stands between quotation marks, which end with their line, one after the other. Caller frees. */
static char *
quoted_letters (const char *text)
{
  GString *letters = g_string_new (NULL);
  gboolean is_quoted = FALSE;
  for (; *text != '\0'; text++)
    if (*text == '\'' || *text == '\n')
      is_quoted = *text == '\'' && !is_quoted;
    else if (is_quoted)
      g_string_append_c (letters, *text);
  return g_string_free (letters, FALSE);
}

char *
arrival_imei (const char *text)
{
  g_autofree char *letters = quoted_letters (text);
  g_autoptr (GString) digits = g_string_new (NULL);
  if (strspn (letters, "0123456789. ") != strlen (letters))
    return NULL; /* words: an error */
  for (const char *letter = letters; *letter != '\0'; letter++)
    if (g_ascii_isdigit (*letter))
      g_string_append_c (digits, *letter);
  return digits->len == IMEI_DIGITS ? g_strdup (digits->str) : NULL;
}

/* ---- asking ---- */

static void
take_storage (ArrivalFacts *facts, const char *answer)
{
  facts->storage_bytes = arrival_storage (answer);
}

static void
take_battery (ArrivalFacts *facts, const char *answer)
{
  facts->battery_health = arrival_battery (answer);
}

static void
take_imei (ArrivalFacts *facts, const char *answer)
{
  facts->imei = arrival_imei (answer);
}

static const struct {
  const char *command;
  void (*take) (ArrivalFacts *facts, const char *answer);
} questions[] = {
    {"df -k /data", take_storage},
    {"dumpsys battery", take_battery},
    {"service call iphonesubinfo 1 s16 com.android.shell",
     take_imei}, /* number and arguments differ per release: may fail */
};

typedef struct {
  Bench *bench; /* ends us when it goes */
  guint64 session;
  gsize step;
  ArrivalFacts facts;
  GCancellable *cancellable;
  ArrivalFunc func;
  gpointer user;
} Reading;

static void
finish (Reading *reading, const GError *error)
{
  reading->func (error == NULL ? &reading->facts : NULL, error, reading->user);
  g_free (reading->facts.imei);
  g_clear_object (&reading->cancellable);
  g_free (reading);
}

static void ask (Reading *reading);

static void
on_answer (const ShellResult *result, const GError *error, gpointer user)
{
  Reading *reading = user;
  gboolean is_refused = g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_REFUSED) ||
                        g_error_matches (error, DEVICE_ERROR, DEVICE_ERROR_TIMEOUT);
  if (error != NULL && !is_refused) {
    finish (reading, error);
    return;
  }
  if (error == NULL)
    questions[reading->step].take (&reading->facts, result->out);
  reading->step++;
  ask (reading);
}

static void
ask (Reading *reading)
{
  g_autoptr (GError) error = NULL;
  Adb *adb = reading->step < G_N_ELEMENTS (questions) ? bench_adb (reading->bench, reading->session, &error) : NULL;
  if (adb == NULL) {
    finish (reading, error);
    return;
  }
  ShellRequest request = {.command = questions[reading->step].command, .timeout_ms = QUESTION_TIMEOUT_MS};
  shell_run (adb, &request, reading->cancellable, on_answer, reading);
}

void
bench_read_arrival (Bench *bench, guint64 session, GCancellable *cancellable, ArrivalFunc func, gpointer user)
{
  Reading *reading = g_new0 (Reading, 1);
  reading->bench = bench;
  reading->session = session;
  reading->facts.storage_bytes = -1;
  reading->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  reading->func = func;
  reading->user = user;
  ask (reading);
}
