// The small services: the phonebook of the card (MBIM 1.0, 10.6), Microsoft's extensions as far as the version, and QMI inside of
// MBIM as far as the unlocking of the radio.
#include "tests/fleet/modem.h"

#include <string.h>

// ---- phonebook ----

enum { PHONEBOOK_CONFIGURATION = 1, PHONEBOOK_READ = 2, PHONEBOOK_DELETE = 3 };

#define CONTACTS_MAX 250
#define NUMBER_MAX   20
#define CONTACT_NAME 14

static void
act_phonebook (Modem *modem, struct ModemRequest *request)
{
  gboolean is_ready = modem_ready (modem) == READY_INITIALIZED;
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, is_ready ? 1 : 0);
  mbim_put_u32 (out, is_ready ? CONTACTS_MAX : 0);
  mbim_put_u32 (out, is_ready ? (guint32)modem->sim->settings.contacts : 0);
  mbim_put_u32 (out, NUMBER_MAX);
  mbim_put_u32 (out, CONTACT_NAME);
  modem_answer (modem, request, MBIM_OK, out);
}

static struct MbimWriter *
contact_info (guint index)
{
  g_autofree char *number = g_strdup_printf ("06399800%02u", index % 100);
  g_autofree char *name = g_strdup_printf ("Contact %u", index);
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, index);
  mbim_put_text (out, number);
  mbim_put_text (out, name);
  return out;
}

enum { FLAG_ALL = 0, FLAG_INDEX = 1 };

// All contacts, or one; MBIM_OK when they are there.
static enum MbimStatus
contacts_status (const Modem *modem, struct MbimReader *in, guint32 *flag, guint32 *index)
{
  *flag = mbim_get_u32 (in);
  *index = mbim_get_u32 (in);
  if (modem_ready (modem) != READY_INITIALIZED)
    return MBIM_NOT_INITIALIZED;
  if (in->is_bad || *flag > FLAG_INDEX)
    return MBIM_INVALID_PARAMETERS;
  gboolean is_there = *index >= 1 && *index <= (guint32)modem->sim->settings.contacts;
  return *flag == FLAG_ALL || is_there ? MBIM_OK : MBIM_INVALID_MEMORY_INDEX;
}

static void
act_contacts (Modem *modem, struct ModemRequest *request)
{
  guint32 flag, index;
  enum MbimStatus status = contacts_status (modem, &request->in, &flag, &index);
  if (status != MBIM_OK) {
    modem_answer (modem, request, status, NULL);
    return;
  }
  guint32 first = flag == FLAG_ALL ? 1 : index;
  guint32 last = flag == FLAG_ALL ? (guint32)modem->sim->settings.contacts : index;
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, last + 1 - first);
  for (guint32 i = first; i <= last; i++)
    mbim_put_struct (out, contact_info (i));
  modem_answer (modem, request, MBIM_OK, out);
}

// Contacts have no life of their own: after the removal of one the others are counted from 1 again.
static void
act_delete_contacts (Modem *modem, struct ModemRequest *request)
{
  guint32 flag, index;
  enum MbimStatus status = contacts_status (modem, &request->in, &flag, &index);
  if (status == MBIM_OK) {
    modem->sim->settings.contacts = flag == FLAG_ALL ? 0 : modem->sim->settings.contacts - 1;
    sim_touch (modem->sim);
  }
  modem_answer (modem, request, status, NULL);
}

static const struct ModemCommand phonebook_commands[] = {
    {"phonebook", PHONEBOOK_CONFIGURATION, TRUE, FALSE, act_phonebook},
    {"phonebook-read", PHONEBOOK_READ, TRUE, FALSE, act_contacts},
    {"phonebook-delete", PHONEBOOK_DELETE, FALSE, TRUE, act_delete_contacts},
};

const struct ModemService modem_phonebook = {
    "phonebook",
    {0x4b, 0xf3, 0x84, 0x76, 0x1e, 0x6a, 0x41, 0xdb, 0xb1, 0xd8, 0xbe, 0xd2, 0x89, 0xc2, 0x5b, 0xdb},
    TRUE,
    phonebook_commands,
    G_N_ELEMENTS (phonebook_commands),
};

// ---- Microsoft Basic Connect Extensions ----

#define VERSION_CID 15

static const guint16 extension_versions[] = {
    [MODEM_EX_1] = 0x0100, [MODEM_EX_2] = 0x0200, [MODEM_EX_3] = 0x0300}; // BCD

// Both sides say what they can; the lower one holds from then on, and changes layouts for whoever speaks to this modem.
static void
act_version (Modem *modem, struct ModemRequest *request)
{
  (void)mbim_get_u16 (&request->in); // of MBIM itself
  guint16 wanted = mbim_get_u16 (&request->in);
  if (request->in.is_bad) {
    modem_answer (modem, request, MBIM_INVALID_PARAMETERS, NULL);
    return;
  }
  enum ModemExtensions agreed = (enum ModemExtensions)modem->settings.extensions;
  while (agreed > MODEM_EX_1 && extension_versions[agreed] > wanted)
    agreed--;
  modem->spoken = agreed;
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u16 (out, 0x0100);
  mbim_put_u16 (out, extension_versions[modem->settings.extensions]);
  modem_answer (modem, request, MBIM_OK, out);
}

static const struct ModemCommand extension_commands[] = {{"version", VERSION_CID, TRUE, FALSE, act_version}};

const struct ModemService modem_extensions = {
    "extensions",
    {0x3d, 0x01, 0xdc, 0xc5, 0xfe, 0xf5, 0x4d, 0x05, 0x0d, 0x3a, 0xbe, 0xf7, 0x05, 0x8e, 0x9a, 0xaf},
    FALSE,
    extension_commands,
    G_N_ELEMENTS (extension_commands),
};

// ---- QMI ----

#define QMI_MESSAGE 1
#define QMI_BYTES   13 // of the only request known here: QMUX and QMI headers, no parameter

// Marker, length, flags, service DMS, client, kind, transaction, message 0x555f, no parameter.
static const guint8 fcc_request[QMI_BYTES] = {0x01, 0x0c, 0, 0, 0x02, 0x14, 0, 0x01, 0, 0x5f, 0x55, 0, 0};

enum { QMI_CLIENT = 5, QMI_TRANSACTION = 7 };

// "FCC authentication": a laptop's modem keeps its radio off until this has come.
static void
act_qmi (Modem *modem, struct ModemRequest *request)
{
  guint8 known[QMI_BYTES];
  const guint8 *asked = mbim_get_raw (&request->in, QMI_BYTES);
  memcpy (known, fcc_request, sizeof known);
  if (asked != NULL) { // these two are the host's to choose
    known[QMI_CLIENT] = asked[QMI_CLIENT];
    known[QMI_TRANSACTION] = asked[QMI_TRANSACTION];
  }
  if (asked == NULL || memcmp (asked, known, sizeof known) != 0) {
    modem_answer (modem, request, MBIM_INVALID_PARAMETERS, NULL);
    return;
  }
  modem->radio_unlocked = TRUE;
  const guint8 answer[] = {
      0x01, 0x13, 0, 0x80, 0x02, asked[QMI_CLIENT], 0x02, asked[QMI_TRANSACTION], 0, 0x5f, 0x55, 0x07, 0, 0x02, 0x04,
      0,    0,    0, 0,    0};
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_raw (out, answer, sizeof answer);
  modem_answer (modem, request, MBIM_OK, out);
}

static const struct ModemCommand qmi_commands[] = {{"qmi", QMI_MESSAGE, FALSE, TRUE, act_qmi}};

const struct ModemService modem_qmi = {
    "qmi",
    {0xd1, 0xa3, 0x0b, 0xc2, 0xf9, 0x7a, 0x6e, 0x43, 0xbf, 0x65, 0xc7, 0xe2, 0x4f, 0xb0, 0xf0, 0xd3},
    FALSE,
    qmi_commands,
    G_N_ELEMENTS (qmi_commands),
};
