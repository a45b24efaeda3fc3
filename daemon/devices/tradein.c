/* Android 16's trade-in mode: after a reset, before anybody has set the tablet up, adb is open to anybody for `tradeinmode` alone.
 * Sources: AOSP "Architecture of ADB Trade-In Mode"; packages DeviceDiagnostics, GetStatusContentProvider and DeviceReportJsonFormatter:
 * the challenge of the attestation is the UTF-8 text of the argument, the certificates are DER, one after the other, in base64 with line
 * breaks; a locked tablet says its lock and nothing else. */
#include "daemon/devices/tradein.h"

#include "daemon/devices/bench.h"
#include "daemon/devices/shell.h"

#include <jansson.h>
#include <string.h>

#define STATUS_TIMEOUT_MS 30000 /* the security chip makes and signs a key */
#define STATUS_MAX_BYTES  (256 * 1024)
#define CHALLENGE_MAX     128
#define ERROR_MAX         200 /* letters of the tablet's own words that are kept */

void
tradein_status_free (TradeinStatus *status)
{
  if (status == NULL)
    return;
  if (status->chain != NULL)
    g_bytes_unref (status->chain);
  g_free (status->no_chain_because);
  g_free (status);
}

gboolean
tradein_challenge_is_plain (const char *challenge)
{
  gsize length = strlen (challenge);
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (challenge[i]))
      return FALSE;
  return length > 0 && length <= CHALLENGE_MAX;
}

/* ---- reading ---- */

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, DEVICE_ERROR, DEVICE_ERROR_PROTOCOL, "the trade-in status is not what Android prints: %s", what);
  return FALSE;
}

/* A whole number 0..max, or -1 when it is absent. FALSE when it is something else. */
static gboolean
read_number (const json_t *object, const char *name, int max, int *number)
{
  const json_t *value = json_object_get (object, name);
  *number = -1;
  if (value == NULL)
    return TRUE;
  if (!json_is_integer (value) || json_integer_value (value) < 0 || json_integer_value (value) > max)
    return FALSE;
  *number = (int)json_integer_value (value);
  return TRUE;
}

/* A part is an object or absent. */
static gboolean
part_of (const json_t *root, const char *name, const json_t **part, GError **error)
{
  *part = json_object_get (root, name);
  return *part == NULL || json_is_object (*part) || refuse (error, name);
}

static gboolean
read_lock (TradeinStatus *status, const json_t *root, GError **error)
{
  const json_t *locks = json_object_get (root, "locks");
  const json_t *lock = json_object_get (locks, "factory_reset_protection");
  if (!json_is_boolean (lock))
    return refuse (error, "locks");
  status->is_locked = json_is_true (lock);
  return TRUE;
}

static gboolean
read_condition (TradeinStatus *status, const json_t *root, GError **error)
{
  const json_t *battery, *storage;
  if (!part_of (root, "battery", &battery, error) || !part_of (root, "storage", &storage, error))
    return FALSE;
  return (read_number (battery, "health", 100, &status->battery_health) &&
          read_number (battery, "cycle_count", G_MAXINT, &status->battery_cycles)) ||
         refuse (error, "battery");
}

/* base64 over several lines, and nothing else. */
static gboolean
read_chain (TradeinStatus *status, const char *text, GError **error)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\n\r";
  gsize length;
  if (strspn (text, letters) != strlen (text))
    return refuse (error, "attestation.certificates");
  guchar *bytes = g_base64_decode (text, &length);
  status->chain = g_bytes_new_take (bytes, length);
  return length > 0 || refuse (error, "attestation.certificates");
}

static gboolean
read_attestation (TradeinStatus *status, const json_t *root, GError **error)
{
  const json_t *attestation;
  if (!part_of (root, "attestation", &attestation, error))
    return FALSE;
  const json_t *certificates = json_object_get (attestation, "certificates");
  const json_t *failure = json_object_get (attestation, "error");
  if (certificates != NULL)
    return json_is_string (certificates) ? read_chain (status, json_string_value (certificates), error)
                                         : refuse (error, "attestation.certificates");
  if (failure != NULL && !json_is_string (failure))
    return refuse (error, "attestation.error");
  const char *said = failure != NULL ? json_string_value (failure) : "no certificates";
  g_autofree char *short_said = g_utf8_substring (said, 0, MIN (g_utf8_strlen (said, -1), ERROR_MAX));
  status->no_chain_because = g_strdelimit (g_steal_pointer (&short_said), "\n\r", ' ');
  return TRUE;
}

TradeinStatus *
tradein_parse (const char *text, GError **error)
{
  gsize length = strlen (text);
  if (length > STATUS_MAX_BYTES) {
    (void)refuse (error, "too long");
    return NULL;
  }
  json_t *root = json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object (root)) {
    json_decref (root);
    (void)refuse (error, "no JSON object");
    return NULL;
  }
  g_autoptr (TradeinStatus) status = g_new0 (TradeinStatus, 1);
  gboolean is_good =
      read_lock (status, root, error) && read_condition (status, root, error) && read_attestation (status, root, error);
  json_decref (root);
  return is_good ? g_steal_pointer (&status) : NULL;
}

/* ---- asking ---- */

typedef struct {
  TradeinFunc func;
  gpointer user;
  GError *early; /* could not even begin */
} Asking;

static void
answer (Asking *ended, const TradeinStatus *status, const GError *error)
{
  TradeinFunc func = ended->func;
  gpointer user = ended->user;
  func (status, error, user);
  g_clear_error (&ended->early);
  g_free (ended);
}

static void
on_status (const ShellResult *result, const GError *error, gpointer user)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (TradeinStatus) status = NULL;
  if (error == NULL && result->exit_code > 0) {
    g_autofree char *said = g_strstrip (g_strndup (result->err, ERROR_MAX));
    g_autofree char *valid = g_utf8_make_valid (*said != '\0' ? said : "it said nothing", -1);
    g_set_error (&failed, DEVICE_ERROR, DEVICE_ERROR_REFUSED, "the tablet does not tell its state: %s", valid);
  } else if (error == NULL)
    status = tradein_parse (result->out, &failed);
  answer (user, status, error != NULL ? error : failed);
}

static gboolean
on_early (gpointer user)
{
  Asking *asking = user;
  answer (asking, NULL, asking->early);
  return G_SOURCE_REMOVE;
}

void
bench_ask_tradein (Bench *bench, guint64 session, const char *challenge, GCancellable *cancellable, TradeinFunc func,
                   gpointer user)
{
  Asking *asking = g_new0 (Asking, 1);
  asking->func = func;
  asking->user = user;
  g_assert (tradein_challenge_is_plain (challenge)); /* it goes into a command line */
  Adb *adb = bench_adb (bench, session, &asking->early);
  if (adb == NULL) {
    g_idle_add (on_early, asking);
    return;
  }
  g_autofree char *command = g_strconcat ("tradeinmode getstatus -challenge ", challenge, NULL);
  ShellRequest request = {.command = command, .timeout_ms = STATUS_TIMEOUT_MS};
  shell_run (adb, &request, cancellable, on_status, asking);
}
