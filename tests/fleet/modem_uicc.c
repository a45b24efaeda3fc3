// Microsoft's UICC Low Level Access: the files of the card that tell whose it is. Layouts as in mb-uicc-application-and-file-
// system-access.md of the Windows driver documents; contents of the files as in 3GPP TS 31.102 and ETSI TS 102 221.
#include "tests/fleet/modem.h"

#include <string.h>

enum { APPLICATION_LIST = 7, FILE_STATUS = 8, READ_BINARY = 9, READ_RECORD = 10 };

#define VERSION    1
#define PATH_BYTES 4

// A USIM, as every card has it: RID of 3GPP and the application's code.
static const guint8 usim_id[] = {0xa0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02};

// ---- files ----

// Digits in swapped nibbles, the rest of `count` octets filled with F.
static void
put_digits (GByteArray *out, const char *digits, gsize count)
{
  gsize length = strlen (digits);
  for (gsize i = 0; i < count * 2; i += 2) {
    guint low = i < length ? (guint)g_ascii_xdigit_value (digits[i]) : 0xf;
    guint high = i + 1 < length ? (guint)g_ascii_xdigit_value (digits[i + 1]) : 0xf;
    g_byte_array_append (out, (const guint8[]){(guint8)(high << 4 | low)}, 1);
  }
}

static void
put_padded (GByteArray *out, const char *text, gsize count)
{
  gsize length = strlen (text);
  for (gsize i = 0; i < count; i++)
    g_byte_array_append (out, i < length ? (const guint8 *)text + i : (const guint8[]){0xff}, 1);
}

static void
iccid_file (GByteArray *out, const struct Sim *sim)
{
  enum { ICCID_BYTES = 10 };
  put_digits (out, sim->settings.iccid, ICCID_BYTES);
}

static void
imsi_file (GByteArray *out, const struct Sim *sim)
{
  enum { IMSI_BYTES = 8 };
  g_autofree char *digits = g_strconcat ("9", sim->settings.imsi, NULL); // the nibble of the type, "odd"
  g_byte_array_append (out, (const guint8[]){IMSI_BYTES}, 1);
  put_digits (out, digits, IMSI_BYTES);
}

static void
spn_file (GByteArray *out, const struct Sim *sim)
{
  enum { NAME_BYTES = 16 };
  g_byte_array_append (out, (const guint8[]){1}, 1); // to be shown with the network's name
  put_padded (out, sim->settings.spn, NAME_BYTES);
}

static void
gid1_file (GByteArray *out, const struct Sim *sim)
{
  const char *hex = sim->settings.gid1;
  for (gsize i = 0; hex[i] != '\0' && hex[i + 1] != '\0'; i += 2) {
    guint octet = (guint)(g_ascii_xdigit_value (hex[i]) << 4 | g_ascii_xdigit_value (hex[i + 1]));
    g_byte_array_append (out, (const guint8[]){(guint8)octet}, 1);
  }
}

// One record: no name, then the first number of the card.
static void
msisdn_file (GByteArray *out, const struct Sim *sim)
{
  enum { NAME_BYTES = 14, NUMBER_BYTES = 10, INTERNATIONAL = 0x91 };
  g_auto (GStrv) numbers = g_strsplit (sim->settings.numbers, ",", -1);
  const char *number = numbers[0] != NULL ? numbers[0] : "";
  const char *digits = *number == '+' ? number + 1 : number;
  guint8 octets = (guint8)(*digits != '\0' ? 1 + (strlen (digits) + 1) / 2 : 0xff);
  put_padded (out, "", NAME_BYTES);
  g_byte_array_append (out, (const guint8[]){octets, *digits != '\0' ? INTERNATIONAL : 0xff}, 2);
  put_digits (out, digits, NUMBER_BYTES);
  put_padded (out, "", 2); // no capability, no extension
}

static const struct UiccFile {
  guint8 path[PATH_BYTES];
  gboolean is_record, needs_pin;
  void (*fill) (GByteArray *out, const struct Sim *sim);
} files[] = {
    {{0x3f, 0x00, 0x2f, 0xe2}, FALSE, FALSE, iccid_file}, {{0x7f, 0xff, 0x6f, 0x07}, FALSE, TRUE, imsi_file},
    {{0x7f, 0xff, 0x6f, 0x46}, FALSE, FALSE, spn_file},   {{0x7f, 0xff, 0x6f, 0x3e}, FALSE, TRUE, gid1_file},
    {{0x7f, 0xff, 0x6f, 0x40}, TRUE, TRUE, msisdn_file},
};

// ---- commands ----

enum Word {
  WORD_DONE = 0x9000,
  WORD_NOT_FOUND = 0x6a82,
  WORD_REFUSED = 0x6982,
  WORD_NO_RECORD = 0x6a83,
  WORD_WRONG = 0x6b00
};

static void
put_word (struct MbimWriter *out, enum Word word)
{
  mbim_put_u32 (out, VERSION);
  mbim_put_u32 (out, word >> 8);
  mbim_put_u32 (out, word & 0xff);
}

static void
answer_data (Modem *modem, struct ModemRequest *request, enum Word word, const guint8 *bytes, gsize length)
{
  struct MbimWriter *out = mbim_writer_new ();
  put_word (out, word);
  mbim_put_bytes (out, bytes, length);
  modem_answer (modem, request, MBIM_OK, out);
}

// The file that a request names, NULL when there is none. Its version, application and path are read.
static const struct UiccFile *
find_file (struct MbimReader *in)
{
  gsize id_length, path_length;
  (void)mbim_get_u32 (in); // version
  const guint8 *id = mbim_get_bytes (in, &id_length);
  const guint8 *path = mbim_get_bytes (in, &path_length);
  if (in->is_bad || path_length != PATH_BYTES)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    gboolean is_of_usim = id_length == sizeof usim_id && memcmp (id, usim_id, sizeof usim_id) == 0;
    gboolean is_reachable = files[i].path[0] == 0x3f || is_of_usim;
    if (is_reachable && memcmp (files[i].path, path, PATH_BYTES) == 0)
      return &files[i];
  }
  return NULL;
}

// TRUE when the request was answered because the card cannot be read at all.
static gboolean
is_unreadable (Modem *modem, struct ModemRequest *request)
{
  enum MbimStatus status = modem_card_status (modem);
  if (status != MBIM_OK)
    modem_answer (modem, request, status, NULL);
  return status != MBIM_OK;
}

static void
act_applications (Modem *modem, struct ModemRequest *request)
{
  enum { USIM = 4 };
  if (is_unreadable (modem, request))
    return;
  static const char name[] = "USIM";
  static const guint8 pins[] = {0x01, 0x81};
  struct MbimWriter *application = mbim_writer_new ();
  mbim_put_u32 (application, USIM);
  mbim_put_bytes (application, usim_id, sizeof usim_id);
  mbim_put_bytes (application, name, strlen (name)); // UTF-8, unlike other texts
  mbim_put_u32 (application, sizeof pins);
  mbim_put_bytes (application, pins, sizeof pins);
  g_autoptr (GByteArray) bytes = mbim_writer_end (application);
  struct MbimWriter *out = mbim_writer_new ();
  mbim_put_u32 (out, VERSION);
  mbim_put_u32 (out, 1);          // one application
  mbim_put_u32 (out, 0);          // the active one
  mbim_put_u32 (out, bytes->len); // of the list
  mbim_put_bytes (out, bytes->data, bytes->len);
  modem_answer (modem, request, MBIM_OK, out);
}

static void
act_file_status (Modem *modem, struct ModemRequest *request)
{
  enum { SHAREABLE = 2, WORKING = 1, TRANSPARENT = 1, LINEAR = 3, NO_PIN = 0, PIN1 = 2, ADM = 19, WORDS = 9 };
  if (is_unreadable (modem, request))
    return;
  const struct UiccFile *file = find_file (&request->in);
  guint32 words[WORDS] = {0};
  if (file != NULL) {
    g_autoptr (GByteArray) content = g_byte_array_new ();
    file->fill (content, modem->sim);
    const guint32 known[WORDS] = {
        SHAREABLE,
        WORKING,
        file->is_record ? LINEAR : TRANSPARENT,
        1 /* item */,
        content->len,
        file->needs_pin ? PIN1 : NO_PIN,
        ADM,
        ADM /* to update and to activate */,
        ADM /* to deactivate */,
    };
    memcpy (words, known, sizeof words);
  }
  struct MbimWriter *out = mbim_writer_new ();
  put_word (out, file != NULL ? WORD_DONE : WORD_NOT_FOUND);
  for (gsize i = 0; i < WORDS; i++)
    mbim_put_u32 (out, words[i]);
  modem_answer (modem, request, MBIM_OK, out);
}

// What the card says before it gives a file out; WORD_DONE with its content.
static enum Word
open_file (const Modem *modem, const struct UiccFile *file, gboolean is_record, GByteArray *content)
{
  if (file != NULL)
    file->fill (content, modem->sim);
  if (file == NULL || content->len == 0 || file->is_record != is_record)
    return WORD_NOT_FOUND;
  return file->needs_pin && modem_ready (modem) == READY_LOCKED ? WORD_REFUSED : WORD_DONE;
}

static void
act_read_binary (Modem *modem, struct ModemRequest *request)
{
  if (is_unreadable (modem, request))
    return;
  const struct UiccFile *file = find_file (&request->in);
  guint32 offset = mbim_get_u32 (&request->in), size = mbim_get_u32 (&request->in);
  g_autoptr (GByteArray) content = g_byte_array_new ();
  enum Word word = open_file (modem, file, FALSE, content);
  if (word == WORD_DONE && (offset >= content->len || size > content->len - offset))
    word = WORD_WRONG;
  if (word == WORD_DONE)
    answer_data (modem, request, word, content->data + offset, size > 0 ? size : content->len - offset);
  else
    answer_data (modem, request, word, NULL, 0);
}

static void
act_read_record (Modem *modem, struct ModemRequest *request)
{
  if (is_unreadable (modem, request))
    return;
  const struct UiccFile *file = find_file (&request->in);
  guint32 number = mbim_get_u32 (&request->in);
  g_autoptr (GByteArray) content = g_byte_array_new ();
  enum Word word = open_file (modem, file, TRUE, content);
  if (word == WORD_DONE && number != 1)
    word = WORD_NO_RECORD;
  answer_data (modem, request, word, content->data, word == WORD_DONE ? content->len : 0);
}

static const struct ModemCommand commands[] = {
    {"uicc-applications", APPLICATION_LIST, TRUE, FALSE, act_applications},
    {"uicc-status", FILE_STATUS, TRUE, FALSE, act_file_status},
    {"uicc-binary", READ_BINARY, TRUE, FALSE, act_read_binary},
    {"uicc-record", READ_RECORD, TRUE, FALSE, act_read_record},
};

const struct ModemService modem_uicc = {
    "uicc",
    {0xc2, 0xf6, 0x58, 0x8e, 0xf0, 0x37, 0x4b, 0xc9, 0x86, 0x65, 0xf4, 0xd4, 0x4b, 0xd0, 0x93, 0x67},
    FALSE,
    commands,
    G_N_ELEMENTS (commands),
};
