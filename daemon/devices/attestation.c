/* Android's key attestation, read and checked offline: a chain of X.509 certificates whose first one carries, in an extension, what the
 * security chip says of the key, of our challenge and of the way the tablet started.
 * Schema: source.android.com/docs/security/features/keystore/attestation (KeyDescription, AuthorizationList, RootOfTrust);
 * hardware/interfaces keymint/Tag.aidl for the tag numbers. */
#include "daemon/devices/device.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#define EXTENSION_OID      "1.3.6.1.4.1.11129.2.1.17"
#define CHAIN_MAX          10          /* certificates; real ones have 3 to 5 */
#define CHAIN_MAX_BYTES    (64 * 1024) /* real ones are below 8 KiB */
#define TAG_ROOT_OF_TRUST  704
#define TAG_SERIAL         713
#define ASN1_BAD           0x80 /* of ASN1_get_object */
#define ASN1_NO_END        0x01 /* indefinite length: never in DER */
#define FINGERPRINT_LETTER 64   /* SHA-256 in hex */

/* Members of KeyDescription, in their order. */
enum { VERSION, LEVEL, KEYMASTER_VERSION, KEYMASTER_LEVEL, CHALLENGE, UNIQUE_ID, SOFTWARE, HARDWARE, MEMBERS_N };
/* Members of RootOfTrust that are looked at. */
enum { DEVICE_LOCKED = 1, BOOT_STATE = 2, ROOT_MEMBERS_MIN = 3 };
enum { LEVEL_TRUSTED_ENVIRONMENT = 1, LEVEL_STRONGBOX = 2, BOOT_VERIFIED = 0 };

typedef STACK_OF (ASN1_TYPE) Sequence;

static void
sequence_free (Sequence *sequence)
{
  sk_ASN1_TYPE_pop_free (sequence, ASN1_TYPE_free);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sequence, sequence_free)

static void
certificate_free (gpointer certificate)
{
  X509_free (certificate);
}

/* The whole of the bytes as one SEQUENCE with at least `members`; NULL when they are not. */
static Sequence *
sequence_read (const guint8 *bytes, gsize length, int members)
{
  const guint8 *cursor = bytes;
  g_autoptr (Sequence) sequence = d2i_ASN1_SEQUENCE_ANY (NULL, &cursor, (long)length);
  if (sequence == NULL || cursor != bytes + length || sk_ASN1_TYPE_num (sequence) < members)
    return NULL;
  return g_steal_pointer (&sequence);
}

/* ---- the chain ---- */

/* Certificates in DER, one after the other. NULL when they are not, or too many. */
static GPtrArray *
chain_read (GBytes *bytes)
{
  gsize length;
  const guint8 *cursor = g_bytes_get_data (bytes, &length);
  if (length == 0 || length > CHAIN_MAX_BYTES)
    return NULL;
  const guint8 *end = cursor + length;
  g_autoptr (GPtrArray) chain = g_ptr_array_new_with_free_func (certificate_free);
  while (cursor < end) {
    X509 *certificate = chain->len < CHAIN_MAX ? d2i_X509 (NULL, &cursor, end - cursor) : NULL;
    if (certificate == NULL)
      return NULL;
    g_ptr_array_add (chain, certificate);
  }
  return g_steal_pointer (&chain);
}

/* Each is issued and signed by the next; the last one by itself. Dates are not looked at: a reset tablet does not know the day. */
static gboolean
chain_is_signed (const GPtrArray *chain)
{
  for (guint i = 0; i < chain->len; i++) {
    X509 *subject = g_ptr_array_index (chain, i);
    X509 *issuer = g_ptr_array_index (chain, MIN (i + 1, chain->len - 1));
    EVP_PKEY *key = X509_get0_pubkey (issuer);
    if (X509_NAME_cmp (X509_get_issuer_name (subject), X509_get_subject_name (issuer)) != 0 || key == NULL ||
        X509_verify (subject, key) != 1)
      return FALSE;
  }
  return chain->len > 1; /* a certificate that only vouches for itself says nothing */
}

/* Makers publish a root again with new dates: its public key is what stays. */
static gboolean
root_is_pinned (X509 *root, const char *const *roots)
{
  guint8 *key = NULL;
  int length = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (root), &key);
  if (length <= 0)
    return FALSE;
  g_autofree char *fingerprint = g_compute_checksum_for_data (G_CHECKSUM_SHA256, key, (gsize)length);
  OPENSSL_free (key);
  for (; *roots != NULL; roots++)
    if (strlen (*roots) == FINGERPRINT_LETTER && g_ascii_strcasecmp (*roots, fingerprint) == 0)
      return TRUE;
  return FALSE;
}

/* ---- the extension ---- */

/* Its bytes; borrowed from the certificate. NULL: none. */
static const ASN1_OCTET_STRING *
extension_of (X509 *certificate)
{
  ASN1_OBJECT *oid = OBJ_txt2obj (EXTENSION_OID, 1);
  int place = X509_get_ext_by_OBJ (certificate, oid, -1);
  ASN1_OBJECT_free (oid);
  return place >= 0 ? X509_EXTENSION_get_data (X509_get_ext (certificate, place)) : NULL;
}

/* A key that was attested may sign a certificate with an extension of its own making: only one may be in the chain, in the first. */
static gboolean
extension_is_elsewhere (const GPtrArray *chain)
{
  for (guint i = 1; i < chain->len; i++)
    if (extension_of (g_ptr_array_index (chain, i)) != NULL)
      return TRUE;
  return FALSE;
}

static gint64
enumerated_of (const Sequence *sequence, int member)
{
  const ASN1_TYPE *type = sk_ASN1_TYPE_value (sequence, member);
  gint64 value;
  if (type->type != V_ASN1_ENUMERATED || ASN1_ENUMERATED_get_int64 (&value, type->value.enumerated) != 1)
    return -1;
  return value;
}

/* The content of the field [tag] EXPLICIT of an AuthorizationList. FALSE when there is none, or the list cannot be read. */
static gboolean
field_of (const Sequence *description, int member, int wanted, const guint8 **content, gsize *content_length)
{
  const ASN1_TYPE *type = sk_ASN1_TYPE_value (description, member);
  long length;
  int tag, class;
  if (type->type != V_ASN1_SEQUENCE)
    return FALSE;
  const guint8 *cursor = ASN1_STRING_get0_data (type->value.sequence);
  const guint8 *end = cursor + ASN1_STRING_length (type->value.sequence);
  if (ASN1_get_object (&cursor, &length, &tag, &class, end - cursor) & (ASN1_BAD | ASN1_NO_END))
    return FALSE;
  while (cursor < end) {
    if (ASN1_get_object (&cursor, &length, &tag, &class, end - cursor) & (ASN1_BAD | ASN1_NO_END))
      return FALSE;
    if (class == V_ASN1_CONTEXT_SPECIFIC && tag == wanted) {
      *content = cursor;
      *content_length = (gsize)length;
      return TRUE;
    }
    cursor += length;
  }
  return FALSE;
}

/* Locked boot loader, and a system that the maker signed. NULL, or why not. */
static const char *
boot_failure (const Sequence *description)
{
  const guint8 *content;
  gsize length;
  if (!field_of (description, HARDWARE, TAG_ROOT_OF_TRUST, &content, &length))
    return "no_boot_state";
  g_autoptr (Sequence) root = sequence_read (content, length, ROOT_MEMBERS_MIN);
  if (root == NULL)
    return "no_boot_state";
  const ASN1_TYPE *locked = sk_ASN1_TYPE_value (root, DEVICE_LOCKED);
  gboolean is_locked = locked->type == V_ASN1_BOOLEAN && locked->value.boolean != 0;
  return is_locked && enumerated_of (root, BOOT_STATE) == BOOT_VERIFIED ? NULL : "boot_unverified";
}

static gboolean
challenge_is (const Sequence *description, const char *challenge)
{
  const ASN1_TYPE *type = sk_ASN1_TYPE_value (description, CHALLENGE);
  if (type->type != V_ASN1_OCTET_STRING)
    return FALSE;
  gsize length = (gsize)ASN1_STRING_length (type->value.octet_string);
  return length == strlen (challenge) &&
         memcmp (ASN1_STRING_get0_data (type->value.octet_string), challenge, length) == 0;
}

typedef enum { SERIAL_ABSENT, SERIAL_SAME, SERIAL_OTHER } SerialFinding;

static SerialFinding
serial_finding (const Sequence *description, const char *serial)
{
  const guint8 *content;
  gsize length;
  if (!field_of (description, HARDWARE, TAG_SERIAL, &content, &length))
    return SERIAL_ABSENT;
  ASN1_OCTET_STRING *text = d2i_ASN1_OCTET_STRING (NULL, &content, (long)length);
  gboolean is_same = text != NULL && (gsize)ASN1_STRING_length (text) == strlen (serial) &&
                     memcmp (ASN1_STRING_get0_data (text), serial, strlen (serial)) == 0;
  ASN1_OCTET_STRING_free (text);
  return is_same ? SERIAL_SAME : SERIAL_OTHER;
}

/* ---- the report ---- */

static void
add (const char **words, const char *word)
{
  while (*words != NULL)
    words++;
  *words = word;
}

static const char *
level_word (gint64 level)
{
  if (level == LEVEL_TRUSTED_ENVIRONMENT)
    return "trusted_environment";
  return level == LEVEL_STRONGBOX ? "strongbox" : NULL;
}

/* What the extension says. NULL, or why it proves nothing. */
static const char *
check_description (const Sequence *description, const AttestationExpected *expected, AttestationReport *report)
{
  if (!challenge_is (description, expected->challenge))
    return "challenge_differs";
  add (report->verified, "challenge");
  report->level = level_word (enumerated_of (description, LEVEL));
  if (report->level == NULL)
    return "not_hardware";
  const char *failure = boot_failure (description);
  if (failure != NULL)
    return failure;
  add (report->verified, "boot_state");
  SerialFinding serial = serial_finding (description, expected->serial);
  if (serial == SERIAL_OTHER)
    return "serial_differs";
  add (serial == SERIAL_SAME ? report->verified : report->unverified, "chip_serial");
  return NULL;
}

static const char *
check_root (X509 *root, const AttestationExpected *expected, AttestationReport *report)
{
  gboolean has_roots = expected->roots != NULL && expected->roots[0] != NULL;
  if (has_roots && !root_is_pinned (root, expected->roots))
    return "root_differs";
  add (has_roots ? report->verified : report->unverified, has_roots ? "root_pinned" : "root_not_pinned");
  return NULL;
}

static const char *
check (GBytes *bytes, const AttestationExpected *expected, AttestationReport *report)
{
  g_autoptr (GPtrArray) chain = chain_read (bytes);
  if (chain == NULL)
    return "chain_unreadable";
  if (!chain_is_signed (chain))
    return "chain_broken";
  add (report->verified, "chain_signatures");
  const ASN1_OCTET_STRING *extension = extension_of (g_ptr_array_index (chain, 0));
  if (extension == NULL)
    return "no_extension";
  if (extension_is_elsewhere (chain))
    return "extension_twice";
  g_autoptr (Sequence) description =
      sequence_read (ASN1_STRING_get0_data (extension), (gsize)ASN1_STRING_length (extension), MEMBERS_N);
  if (description == NULL)
    return "extension_unreadable";
  const char *failure = check_description (description, expected, report);
  return failure != NULL ? failure : check_root (g_ptr_array_index (chain, chain->len - 1), expected, report);
}

void
attestation_check (GBytes *chain, const AttestationExpected *expected, AttestationReport *report)
{
  *report = (AttestationReport){0};
  report->failure = check (chain, expected, report);
  add (report->unverified, "revocation");
  add (report->unverified, "dates");
  ERR_clear_error (); /* what OpenSSL could not read is in the report */
}
