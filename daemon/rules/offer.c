/* Spans of time, and the text of an offer's file. */
#include "daemon/rules/offer.h"
#include <string.h>

#define MONTHS_MAX (10 * 12)
#define DAYS_MAX   (10 * 366)
#define CENTS_MAX  100000 /* of one product */

/* ---- spans ---- */

static const struct {
  const char *words; /* separated by one space; the first is the one that is stored */
  int months, days;
} units[] = {
    {"d j day days jour jours", 0, 1},
    {"w week weeks semaine semaines", 0, 7},
    {"m month months mois", 1, 0},
    {"y a year years an ans", 12, 0},
};

gboolean
span_parse (const char *text, Span *span)
{
  char *end;
  gint64 number = text != NULL ? g_ascii_strtoll (text, &end, 10) : 0;
  if (number < 1 || number > DAYS_MAX || !g_ascii_isdigit (text[0]))
    return FALSE;
  g_autofree char *word = g_strstrip (g_ascii_strdown (end, -1));
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    g_auto (GStrv) words = g_strsplit (units[i].words, " ", -1);
    Span found = {(int)number * units[i].months, (int)number * units[i].days};
    if (!g_strv_contains ((const char *const *)words, word))
      continue;
    if (found.months > MONTHS_MAX || found.days > DAYS_MAX)
      return FALSE;
    *span = found;
    return TRUE;
  }
  return FALSE;
}

gboolean
span_is_set (const Span *span)
{
  return span->months > 0 || span->days > 0;
}

char *
span_text (const Span *span)
{
  if (!span_is_set (span))
    return NULL;
  return span->months > 0 ? g_strdup_printf ("%dm", span->months) : g_strdup_printf ("%dd", span->days);
}

char *
span_said (const Span *span, Language language)
{
  static const char *const words[][2][2] = {{{"jour", "jours"}, {"day", "days"}},
                                            {{"mois", "mois"}, {"month", "months"}}};
  if (!span_is_set (span))
    return g_strdup ("");
  int number = span->months > 0 ? span->months : span->days;
  return g_strdup_printf ("%d %s", number, words[span->months > 0][language][number > 1]);
}

Day
day_add_span (const Day *day, const Span *span)
{
  if (!span_is_set (span))
    return (Day){""};
  Day later = span->months > 0 ? day_add_months (day, span->months) : *day;
  return day_add (&later, span->days);
}

/* ---- a file ---- */

void
offer_free (Offer *offer)
{
  if (offer == NULL)
    return;
  for (guint i = 0; i < offer->sales->len; i++) {
    Sale *sale = &g_array_index (offer->sales, Sale, i);
    g_free ((char *)sale->id);
    g_free ((char *)sale->name);
  }
  g_array_unref (offer->sales);
  g_free (offer->id);
  g_free (offer->operator_name);
  g_strfreev (offer->operators);
  g_strfreev (offer->names);
  g_free (offer->source);
  g_free (offer);
}

typedef gboolean (*Setter) (gpointer record, gsize offset, const char *text);

static gboolean
set_text (gpointer record, gsize offset, const char *text)
{
  char **field = &G_STRUCT_MEMBER (char *, record, offset);
  if (*text == '\0')
    return FALSE;
  g_free (*field);
  *field = g_strdup (text);
  return TRUE;
}

/* Lower-case letters, digits and hyphens: a word that people type, and that stays. */
static gboolean
set_id (gpointer record, gsize offset, const char *text)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
  gsize length = strlen (text);
  return length <= 60 && strspn (text, allowed) == length && set_text (record, offset, text);
}

static gboolean
set_names (gpointer record, gsize offset, const char *text)
{
  char ***field = &G_STRUCT_MEMBER (char **, record, offset);
  g_strfreev (*field);
  *field = g_strsplit (text, ";", -1);
  for (char **name = *field; *name != NULL; name++)
    g_strstrip (*name);
  return TRUE;
}

static gboolean
set_span (gpointer record, gsize offset, const char *text)
{
  return span_parse (text, &G_STRUCT_MEMBER (Span, record, offset));
}

static gboolean
set_start (gpointer record, gsize offset, const char *text)
{
  static const char *const words[] = {[OFFER_FROM_RECHARGE] = "recharge", [OFFER_FROM_CREDIT_END] = "credit_end"};
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], text)) {
      G_STRUCT_MEMBER (OfferStart, record, offset) = (OfferStart)i;
      return TRUE;
    }
  return FALSE;
}

static gboolean
set_confidence (gpointer record, gsize offset, const char *text)
{
  Confidence confidence;
  if (*text == '\0' || !confidence_parse (text, &confidence))
    return FALSE;
  G_STRUCT_MEMBER (Confidence, record, offset) = confidence;
  return TRUE;
}

static gboolean
set_day (gpointer record, gsize offset, const char *text)
{
  return day_parse (text, &G_STRUCT_MEMBER (Day, record, offset), NULL);
}

static gboolean
set_cents (gpointer record, gsize offset, const char *text)
{
  gint64 cents;
  if (!g_ascii_string_to_signed (text, 10, 1, CENTS_MAX, &cents, NULL))
    return FALSE;
  G_STRUCT_MEMBER (Money, record, offset) = money_of_cents (cents);
  return TRUE;
}

/* One row a key: what it fills, and what is expected. */
typedef struct {
  const char *key;
  gboolean is_required;
  Setter set;
  gsize offset;
  const char *expected;
} Key;

#define ID_FORM   "a-z 0-9 -"
#define SPAN_FORM "7d, 6m, 1y"
static const Key offer_keys[] = {
    {"id", TRUE, set_id, G_STRUCT_OFFSET (Offer, id), ID_FORM},
    {"operator", TRUE, set_text, G_STRUCT_OFFSET (Offer, operator_name), "text"},
    {"operators", FALSE, set_names, G_STRUCT_OFFSET (Offer, operators), "text;text"},
    {"names", FALSE, set_names, G_STRUCT_OFFSET (Offer, names), "text;text"},
    {"line_valid", FALSE, set_span, G_STRUCT_OFFSET (Offer, line_valid), SPAN_FORM},
    {"line_from", FALSE, set_start, G_STRUCT_OFFSET (Offer, line_from), "recharge, credit_end"},
    {"confidence", TRUE, set_confidence, G_STRUCT_OFFSET (Offer, confidence), "guess, likely, certain"},
    {"verified_on", FALSE, set_day, G_STRUCT_OFFSET (Offer, verified_on), "2026-11-21"},
    {"source", TRUE, set_text, G_STRUCT_OFFSET (Offer, source), "text"},
};
static const Key sale_keys[] = {
    {"name", TRUE, set_text, G_STRUCT_OFFSET (Sale, name), "text"},
    {"price_cents", TRUE, set_cents, G_STRUCT_OFFSET (Sale, price), "1 ... 100000"},
    {"credit_valid", FALSE, set_span, G_STRUCT_OFFSET (Sale, credit_valid), SPAN_FORM},
    {"line_valid", FALSE, set_span, G_STRUCT_OFFSET (Sale, line_valid), SPAN_FORM},
    {"confidence", FALSE, set_confidence, G_STRUCT_OFFSET (Sale, confidence), "guess, likely, certain"},
};

static const Key *
find_key (const Key *keys, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (keys[i].key, name))
      return &keys[i];
  return NULL;
}

static gboolean
read_key (GKeyFile *file, const char *group, const char *name, const Key *key, gpointer record, GError **error)
{
  g_autofree char *text = key != NULL ? g_key_file_get_string (file, group, name, NULL) : NULL;
  if (key == NULL)
    rule_error_set (error, M_OFFER_KEY_UNKNOWN, group, name, NULL);
  else if (text == NULL || !key->set (record, key->offset, text))
    rule_error_set (error, M_OFFER_VALUE, group, name, text != NULL ? text : "", key->expected, NULL);
  else
    return TRUE;
  return FALSE;
}

static gboolean
read_group (GKeyFile *file, const char *group, const Key *keys, gsize n, gpointer record, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, NULL);
  for (char **name = names; name != NULL && *name != NULL; name++)
    if (!read_key (file, group, *name, find_key (keys, n, *name), record, error))
      return FALSE;
  for (gsize i = 0; i < n; i++)
    if (keys[i].is_required && !g_key_file_has_key (file, group, keys[i].key, NULL)) {
      rule_error_set (error, M_OFFER_KEY_MISSING, group, keys[i].key, NULL);
      return FALSE;
    }
  return TRUE;
}

/* "product orange-5" -> "orange-5"; NULL for another group. */
static const char *
product_id (const char *group)
{
  return g_str_has_prefix (group, "product ") ? group + strlen ("product ") : NULL;
}

static gboolean
read_product (Offer *offer, GKeyFile *file, const char *group, GError **error)
{
  Sale sale = {.confidence = CONFIDENCE_NONE};
  const char *id = product_id (group);
  gboolean is_good = id != NULL && set_id (&sale, G_STRUCT_OFFSET (Sale, id), id);
  if (!is_good)
    rule_error_set (error, M_OFFER_GROUP_UNKNOWN, group, NULL);
  is_good = is_good && read_group (file, group, sale_keys, G_N_ELEMENTS (sale_keys), &sale, error);
  g_array_append_val (offer->sales, sale); /* a bad one too: freed with the offer */
  return is_good;
}

static gboolean
read_groups (Offer *offer, GKeyFile *file, GError **error)
{
  if (!g_key_file_has_group (file, "offer")) {
    rule_error_set (error, M_OFFER_KEY_MISSING, "offer", "id", NULL);
    return FALSE;
  }
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++)
    if (g_str_equal (*group, "offer") ? !read_group (file, *group, offer_keys, G_N_ELEMENTS (offer_keys), offer, error)
                                      : !read_product (offer, file, *group, error))
      return FALSE;
  for (guint i = 0; i < offer->sales->len; i++) {
    Sale *sale = &g_array_index (offer->sales, Sale, i);
    if (sale->confidence == CONFIDENCE_NONE)
      sale->confidence = offer->confidence;
  }
  return TRUE;
}

Offer *
offer_read (const char *bytes, gsize length, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) problem = NULL;
  g_autoptr (Offer) offer = g_new0 (Offer, 1);
  offer->sales = g_array_new (FALSE, FALSE, sizeof (Sale));
  if (!g_utf8_validate (bytes, (gssize)length, NULL) ||
      !g_key_file_load_from_data (file, bytes, length, G_KEY_FILE_NONE, &problem)) {
    rule_error_set (error, M_OFFER_SYNTAX, problem != NULL ? problem->message : "UTF-8", NULL);
    return NULL;
  }
  return read_groups (offer, file, error) ? g_steal_pointer (&offer) : NULL;
}
