/* What goes wrong inside temoin-modem: every error of libmbim becomes one of the stable words of modem.h. Private to temoin-modem. */
#pragma once
#include "daemon/devices/modem_card.h"

/* Errors of this domain have a ModemCode as their code and a technical English sentence without secrets. */
#define MODEM_CODE_ERROR (modem_code_error_quark ())
GQuark modem_code_error_quark (void);

/* error: of libmbim (MBIM_CORE_ERROR, MBIM_PROTOCOL_ERROR, MBIM_STATUS_ERROR) or G_IO_ERROR. */
ModemCode modem_status_code (const GError *error);
/* The same as an error of ours, with the number of the original. */
void modem_status_take (GError **error, GError *original);
/* Sets an error of ours; FALSE, for return. */
gboolean modem_code_fail (GError **error, ModemCode code, const char *detail);
/* MODEM_CODE_NONE for NULL. */
ModemCode modem_code_of (const GError *error);
