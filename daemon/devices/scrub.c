/* Placeholders, words, and the matching of lines. What is let through is in scrub_table.c. */
#include "daemon/devices/scrub.h"

#include "daemon/devices/device.h"
#include "daemon/devices/dumpsys.h"

#include <string.h>

#define FIELDS_MAX     8
#define LINE_MAX_BYTES 300 /* no pattern is for a longer one; and a name is looked for from every place */
#define NUMBER_MAX     9   /* digits that a number may have: an IMEI has 15, a card 19, a phone number 10 */
#define HEX_MAX        8
#define KNOWN_MAX      10000 /* values; further ones are masked: a tablet may not fill our memory */
#define AGAIN_LEAST    5     /* bytes: shorter values would be found in the middle of words */
#define AGAIN_MOST     64    /* values that are looked for everywhere */
#define LETTERS_HEAD   4

typedef struct {
  ScrubKind kind;
  guint number;
  GBytes *value;
} Known;

struct _Scrub {
  GHashTable *known; /* kind and value -> Known, owned */
  GPtrArray *again;  /* of Known, not owned: the first ones */
  guint counts[SCRUB_COMPONENT + 1];
};

static void
known_free (gpointer data)
{
  Known *known = data;
  g_bytes_unref (known->value);
  g_free (known);
}

static void
unref_bytes (gpointer data)
{
  g_bytes_unref (data);
}

Scrub *
scrub_new (void)
{
  Scrub *scrub = g_new0 (Scrub, 1);
  scrub->known = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, unref_bytes, known_free);
  scrub->again = g_ptr_array_new ();
  return scrub;
}

void
scrub_free (Scrub *scrub)
{
  if (scrub == NULL)
    return;
  g_ptr_array_unref (scrub->again);
  g_hash_table_unref (scrub->known);
  g_free (scrub);
}

/* ---- placeholders ---- */

/* In as many digits as there is room for; the last ones when there is too little. */
static void
write_number (char *text, gsize n, guint number)
{
  for (gsize i = n; i > 0; i--, number /= 10)
    text[i - 1] = (char)('0' + number % 10);
}

static void
write_serial (char *text, gsize n, guint number)
{
  text[0] = 'S';
  write_number (text + 1, n - 1, number);
}

static void
write_letters (char *text, gsize n, guint number, const char *head)
{
  if (n <= LETTERS_HEAD) {
    write_number (text, n, number);
    return;
  }
  memset (text, SCRUB_MASK, n);
  g_autofree char *digits = g_strdup_printf ("%u", number);
  memcpy (text, head, LETTERS_HEAD);
  memcpy (text + LETTERS_HEAD, digits, MIN (strlen (digits), n - LETTERS_HEAD));
}

static void
write_name (char *text, gsize n, guint number)
{
  write_letters (text, n, number, "name");
}

static void
write_type (char *text, gsize n, guint number)
{
  write_letters (text, n, number, "type");
}

/* The dots and the slash stay: what compares components takes them apart. */
static void
write_component (char *text, gsize n, guint number)
{
  gsize package = 0, digits = 0;
  for (gsize i = 0; i < n; i++)
    text[i] = strchr ("./$", text[i]) != NULL && text[i] != '\0' ? text[i] : 'a';
  while (package < n && text[package] != '/')
    package++;
  for (guint rest = number; rest > 0 && digits < package && text[package - 1 - digits] == 'a'; rest /= 10)
    digits++;
  write_number (text + package - digits, digits, number);
}

static void
write_placeholder (const Known *known, char *text)
{
  static void (*const writers[]) (char *text, gsize n, guint number) = {
      [SCRUB_SERIAL] = write_serial, [SCRUB_DIGITS] = write_number,       [SCRUB_NAME] = write_name,
      [SCRUB_TYPE] = write_type,     [SCRUB_COMPONENT] = write_component,
  };
  writers[known->kind](text, g_bytes_get_size (known->value), known->number);
}

/* NULL: there are too many. */
static const Known *
know (Scrub *scrub, ScrubKind kind, const char *text, gsize n)
{
  g_autofree char *key_text = g_malloc (n + 1);
  key_text[0] = (char)kind;
  memcpy (key_text + 1, text, n);
  g_autoptr (GBytes) key = g_bytes_new (key_text, n + 1);
  Known *known = g_hash_table_lookup (scrub->known, key);
  if (known != NULL || g_hash_table_size (scrub->known) >= KNOWN_MAX)
    return known;
  known = g_new (Known, 1);
  *known = (Known){kind, ++scrub->counts[kind], g_bytes_new (text, n)};
  g_hash_table_insert (scrub->known, g_steal_pointer (&key), known);
  if (n >= AGAIN_LEAST && scrub->again->len < AGAIN_MOST)
    g_ptr_array_add (scrub->again, known);
  return known;
}

static gboolean
is_dummy (ScrubKind kind, const char *text, gsize n)
{
  g_autofree char *serial = g_strndup (text, n);
  return kind == SCRUB_SERIAL && strlen (serial) == n && device_serial_is_dummy (serial); /* a NUL hides what follows */
}

void
scrub_value (Scrub *scrub, ScrubKind kind, char *text, gsize n)
{
  if (n == 0 || is_dummy (kind, text, n))
    return;
  const Known *known = know (scrub, kind, text, n);
  if (known != NULL)
    write_placeholder (known, text);
  else
    memset (text, SCRUB_MASK, n);
}

void
scrub_again (Scrub *scrub, char *text, gsize n)
{
  for (guint i = 0; n >= AGAIN_LEAST && i < scrub->again->len; i++) { /* an empty text may be NULL */
    const Known *known = g_ptr_array_index (scrub->again, i);
    gsize length;
    const char *value = g_bytes_get_data (known->value, &length);
    char *at = text;
    while ((at = memmem (at, n - (gsize)(at - text), value, length)) != NULL) {
      write_placeholder (known, at);
      at += length;
    }
  }
}

/* ---- letting through ---- */

void
scrub_plain (Scrub *scrub, char *text, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isprint (text[i]))
      text[i] = SCRUB_MASK;
  scrub_again (scrub, text, n);
}

static gboolean
is_letter (char letter)
{
  return g_ascii_isalpha (letter) || letter == '_';
}

static gboolean
is_plain (char letter)
{
  return g_ascii_ispunct (letter) || letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

void
scrub_words (char *text, gsize n)
{
  for (gsize i = 0; i < n;) {
    gsize length = 0;
    while (i + length < n && is_letter (text[i + length]))
      length++;
    if (length > 0 && !scrub_word_is_known (text + i, length))
      memset (text + i, SCRUB_MASK, length);
    else if (length == 0 && !is_plain (text[i]))
      text[i] = SCRUB_MASK;
    i += MAX (length, 1);
  }
}

/* ---- lines ---- */

typedef struct {
  char kind, *at;
  gsize n;
} Field;

/* The letters of a pattern up to its next field. */
static gsize
chunk_length (const char *pattern)
{
  return strcspn (pattern, "@");
}

/* How many bytes of the text those letters take, a space standing for one or more; -1: they are not there. */
static gssize
chunk_match (const char *chunk, gsize length, const char *at, const char *end)
{
  const char *start = at;
  for (gsize i = 0; i < length; i++) {
    if (at == end || *at != chunk[i])
      return -1;
    at++;
    while (chunk[i] == ' ' && at < end && *at == ' ')
      at++;
  }
  return at - start;
}

static gboolean
is_number (const Field *field)
{
  gsize sign = field->n > 0 && field->at[0] == '-';
  gsize digits = 0;
  while (sign + digits < field->n && g_ascii_isdigit (field->at[sign + digits]))
    digits++;
  return digits > 0 && digits <= NUMBER_MAX && sign + digits == field->n;
}

static gboolean
is_hex (const Field *field)
{
  for (gsize i = 0; i < field->n; i++)
    if (!g_ascii_isxdigit (field->at[i]))
      return FALSE;
  return field->n > 0 && field->n <= HEX_MAX;
}

static gboolean
has_no_space (const Field *field)
{
  return field->n > 0 && memchr (field->at, ' ', field->n) == NULL;
}

static gboolean
field_is_good (const Field *field)
{
  switch (field->kind) {
  case 'n':
    return is_number (field);
  case 'h':
    return is_hex (field);
  case 'C':
  case 'S':
  case 'P':
    return has_no_space (field);
  default: /* words, names, types: anything */
    return TRUE;
  }
}

static void
scrub_type (Scrub *scrub, char *text, gsize n)
{
  g_autofree char *type = g_strndup (text, n);
  if (!dumpsys_type_is_known (type))
    scrub_value (scrub, SCRUB_TYPE, text, n);
}

static void
scrub_field (Scrub *scrub, const Field *field)
{
  static const struct {
    char kind;
    ScrubKind value;
  } values[] = {{'S', SCRUB_SERIAL}, {'N', SCRUB_NAME}, {'C', SCRUB_COMPONENT}};
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    if (values[i].kind == field->kind)
      scrub_value (scrub, values[i].value, field->at, field->n);
  if (field->kind == 'T')
    scrub_type (scrub, field->at, field->n);
  else if (field->kind == 'w')
    scrub_words (field->at, field->n);
  else if (field->kind == 'P')
    memset (field->at, SCRUB_MASK, field->n);
}

/* The fields of one line so far. */
typedef struct {
  Field fields[FIELDS_MAX];
  guint count;
} Match;

static gboolean match (const char *pattern, char *at, char *end, Match *matched);

/* The rest of the pattern, when the field ends at `stop`. */
static gboolean
match_field (const char *pattern, char *at, char *stop, char *end, Match *matched)
{
  Field *field = &matched->fields[matched->count];
  *field = (Field){pattern[1], at, (gsize)(stop - at)};
  if (!field_is_good (field))
    return FALSE;
  matched->count++;
  if (match (pattern + 2, stop, end, matched))
    return TRUE;
  matched->count--;
  return FALSE;
}

/* A field ends at the first place where the letters behind it stand; a name, which may hold anything, at the last where the rest fits too. */
static gboolean
match_somewhere (const char *pattern, char *at, char *end, Match *matched)
{
  const char *chunk = pattern + 2;
  gsize length = chunk_length (chunk);
  gboolean is_name = pattern[1] == 'N';
  if (length == 0)
    return match_field (pattern, at, end, end, matched);
  for (gsize i = 0, n = (gsize)(end - at); i < n; i++) {
    char *stop = is_name ? end - 1 - i : at + i;
    if (chunk_match (chunk, length, stop, end) < 0)
      continue;
    if (match_field (pattern, at, stop, end, matched))
      return TRUE;
    if (!is_name)
      return FALSE;
  }
  return FALSE;
}

/* FALSE: the line is not of this pattern. */
static gboolean
match (const char *pattern, char *at, char *end, Match *matched)
{
  gsize length = chunk_length (pattern);
  gssize taken = chunk_match (pattern, length, at, end);
  if (taken < 0)
    return FALSE;
  at += taken;
  return pattern[length] == '\0' ? at == end : match_somewhere (pattern + length, at, end, matched);
}

gboolean
scrub_line (Scrub *scrub, const char *const *patterns, char *line, gsize n)
{
  while (n > 0 && g_ascii_isspace (line[n - 1]))
    n--;
  while (n > 0 && g_ascii_isspace (*line)) {
    line++;
    n--;
  }
  for (; n <= LINE_MAX_BYTES && *patterns != NULL; patterns++) {
    Match matched = {.count = 0};
    if (!match (*patterns, line, line + n, &matched))
      continue;
    for (guint i = 0; i < matched.count; i++)
      scrub_field (scrub, &matched.fields[i]);
    return TRUE;
  }
  return FALSE;
}
