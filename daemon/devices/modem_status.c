/* The table of MBIM statuses (USB-IF MBIM 1.0, table 9-15; the numbers are those of libmbim's MbimStatusError). */
#include "daemon/devices/modem_status.h"

#include <libmbim-glib.h>

G_DEFINE_QUARK (temoin - modem - code - error, modem_code_error)

typedef struct {
  int number;
  ModemCode code;
} Row;

static const Row statuses[] = {
    {MBIM_STATUS_ERROR_BUSY, MODEM_CODE_BUSY},
    {MBIM_STATUS_ERROR_FAILURE, MODEM_CODE_FAILURE},
    {MBIM_STATUS_ERROR_SIM_NOT_INSERTED, MODEM_CODE_SIM_ABSENT},
    {MBIM_STATUS_ERROR_BAD_SIM, MODEM_CODE_SIM_BAD},
    {MBIM_STATUS_ERROR_PIN_REQUIRED, MODEM_CODE_SIM_PIN_REQUIRED},
    {MBIM_STATUS_ERROR_PIN_DISABLED, MODEM_CODE_SIM_PIN_OFF},
    {MBIM_STATUS_ERROR_NOT_REGISTERED, MODEM_CODE_NET_NONE},
    {MBIM_STATUS_ERROR_PROVIDERS_NOT_FOUND, MODEM_CODE_NET_NONE},
    {MBIM_STATUS_ERROR_NO_DEVICE_SUPPORT, MODEM_CODE_UNSUPPORTED},
    {MBIM_STATUS_ERROR_PROVIDER_NOT_VISIBLE, MODEM_CODE_NET_NONE},
    {MBIM_STATUS_ERROR_DATA_CLASS_NOT_AVAILABLE, MODEM_CODE_NET_NONE},
    {MBIM_STATUS_ERROR_PACKET_SERVICE_DETACHED, MODEM_CODE_NET_NONE},
    {MBIM_STATUS_ERROR_NOT_INITIALIZED, MODEM_CODE_SIM_BOOTING},
    {MBIM_STATUS_ERROR_SERVICE_NOT_ACTIVATED, MODEM_CODE_LINE_REFUSED},
    {MBIM_STATUS_ERROR_RADIO_POWER_OFF, MODEM_CODE_RADIO_OFF},
    {MBIM_STATUS_ERROR_READ_FAILURE, MODEM_CODE_SMS_STORE},
    {MBIM_STATUS_ERROR_WRITE_FAILURE, MODEM_CODE_SMS_STORE},
    {MBIM_STATUS_ERROR_NO_PHONEBOOK, MODEM_CODE_UNSUPPORTED},
    {MBIM_STATUS_ERROR_STK_BUSY, MODEM_CODE_BUSY},
    {MBIM_STATUS_ERROR_OPERATION_NOT_ALLOWED, MODEM_CODE_LINE_REFUSED},
    {MBIM_STATUS_ERROR_MEMORY_FAILURE, MODEM_CODE_SMS_STORE},
    {MBIM_STATUS_ERROR_INVALID_MEMORY_INDEX, MODEM_CODE_SMS_STORE},
    {MBIM_STATUS_ERROR_MEMORY_FULL, MODEM_CODE_SMS_STORE},
    {MBIM_STATUS_ERROR_INVALID_DEVICE_SERVICE_OPERATION, MODEM_CODE_UNSUPPORTED},
    {MBIM_STATUS_ERROR_SMS_UNKNOWN_SMSC_ADDRESS, MODEM_CODE_SMS_CENTRE},
    {MBIM_STATUS_ERROR_SMS_NETWORK_TIMEOUT, MODEM_CODE_SMS_NETWORK},
    {MBIM_STATUS_ERROR_SMS_LANG_NOT_SUPPORTED, MODEM_CODE_SMS_ENCODING},
    {MBIM_STATUS_ERROR_SMS_ENCODING_NOT_SUPPORTED, MODEM_CODE_SMS_ENCODING},
    {MBIM_STATUS_ERROR_SMS_FORMAT_NOT_SUPPORTED, MODEM_CODE_SMS_ENCODING},
};
static const Row protocol[] = {
    {MBIM_PROTOCOL_ERROR_TIMEOUT_FRAGMENT, MODEM_CODE_TIMEOUT},
    {MBIM_PROTOCOL_ERROR_NOT_OPENED, MODEM_CODE_LOST_SESSION},
    {MBIM_PROTOCOL_ERROR_CANCEL, MODEM_CODE_CANCELLED},
    {MBIM_PROTOCOL_ERROR_MAX_TRANSFER, MODEM_CODE_UNSUPPORTED},
};
static const Row core[] = {
    {MBIM_CORE_ERROR_TIMEOUT, MODEM_CODE_TIMEOUT},         {MBIM_CORE_ERROR_WRONG_STATE, MODEM_CODE_GONE},
    {MBIM_CORE_ERROR_UNSUPPORTED, MODEM_CODE_UNSUPPORTED}, {MBIM_CORE_ERROR_ABORTED, MODEM_CODE_CANCELLED},
    {MBIM_CORE_ERROR_FAILED, MODEM_CODE_FAILURE},
};
static const Row io[] = {
    {G_IO_ERROR_NOT_FOUND, MODEM_CODE_GONE},
    {G_IO_ERROR_CANCELLED, MODEM_CODE_CANCELLED},
    {G_IO_ERROR_PERMISSION_DENIED, MODEM_CODE_HOST_PERMISSION},
};

static ModemCode
find (const Row *rows, gsize n, int number, ModemCode otherwise)
{
  for (gsize i = 0; i < n; i++)
    if (rows[i].number == number)
      return rows[i].code;
  return otherwise;
}

ModemCode
modem_status_code (const GError *error)
{
  if (error->domain == MBIM_STATUS_ERROR)
    return find (statuses, G_N_ELEMENTS (statuses), error->code, MODEM_CODE_STATUS);
  if (error->domain == MBIM_PROTOCOL_ERROR)
    return find (protocol, G_N_ELEMENTS (protocol), error->code, MODEM_CODE_PROTOCOL);
  if (error->domain == MBIM_CORE_ERROR)
    return find (core, G_N_ELEMENTS (core), error->code, MODEM_CODE_PROTOCOL);
  if (error->domain == G_IO_ERROR)
    return find (io, G_N_ELEMENTS (io), error->code, MODEM_CODE_FAILURE);
  return MODEM_CODE_FAILURE;
}

/* The message of a status is the library's name for it, never what was sent; the one of a vendor's status is NULL inside the library
 * (mbim_status_error_get_string), so only the number is told. */
void
modem_status_take (GError **error, GError *original)
{
  gboolean is_status = original->domain == MBIM_STATUS_ERROR;
  g_set_error (error, MODEM_CODE_ERROR, modem_status_code (original), "%s %d",
               is_status ? "MBIM status" : g_quark_to_string (original->domain), original->code);
  g_error_free (original);
}

gboolean
modem_code_fail (GError **error, ModemCode code, const char *detail)
{
  g_set_error_literal (error, MODEM_CODE_ERROR, code, detail);
  return FALSE;
}

ModemCode
modem_code_of (const GError *error)
{
  if (error == NULL)
    return MODEM_CODE_NONE;
  return error->domain == MODEM_CODE_ERROR ? (ModemCode)error->code : MODEM_CODE_FAILURE;
}
