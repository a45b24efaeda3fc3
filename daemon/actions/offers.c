/* Offer files and the catalogue. */
#include "daemon/actions/offers.h"
#include "daemon/actions/field.h"
#include "db/product.h"

#define FILE_MAX (64 * 1024) /* bytes */
#define PAGE     500         /* products read at a time */

struct _Offers {
  GPtrArray *all, *problems;
};

static void
offer_destroy (gpointer offer)
{
  offer_free (offer);
}

static void
finding_destroy (gpointer finding)
{
  finding_free (finding);
}

static gboolean
has_sale (const Offer *offer, const char *id)
{
  for (guint i = 0; i < offer->sales->len; i++)
    if (g_str_equal (g_array_index (offer->sales, Sale, i).id, id))
      return TRUE;
  return FALSE;
}

/* What this offer says that another one said before; NULL: nothing. */
static const char *
said_twice (const Offers *offers, const Offer *offer)
{
  for (guint i = 0; i < offers->all->len; i++) {
    const Offer *before = g_ptr_array_index (offers->all, i);
    if (g_str_equal (before->id, offer->id))
      return offer->id;
    for (guint s = 0; s < offer->sales->len; s++)
      if (has_sale (before, g_array_index (offer->sales, Sale, s).id))
        return g_array_index (offer->sales, Sale, s).id;
  }
  return NULL;
}

static gboolean
read_file (Offers *offers, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  gsize length;
  if (!g_file_get_contents (path, &text, &length, &problem) || length > FILE_MAX) {
    rule_error_set (error, M_OFFER_SYNTAX, problem != NULL ? problem->message : "> 64 KiB", NULL);
    return FALSE;
  }
  g_autoptr (Offer) offer = offer_read (text, length, error);
  const char *twice = offer != NULL ? said_twice (offers, offer) : NULL;
  if (twice != NULL)
    rule_error_set (error, M_OFFER_TWICE, twice, NULL);
  if (offer == NULL || twice != NULL)
    return FALSE;
  g_ptr_array_add (offers->all, g_steal_pointer (&offer));
  return TRUE;
}

static void
take_file (Offers *offers, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) problem = NULL;
  if (read_file (offers, path, &problem))
    return;
  Finding *finding = finding_around (finding_copy (rule_error_finding (problem)), M_OFFER_FILE, path, NULL);
  g_autofree char *sentence = finding_text (finding, LANGUAGE_EN);
  g_warning ("offer left out: %s", sentence);
  g_ptr_array_add (offers->problems, finding);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *)a, *(const char *const *)b);
}

Offers *
offers_load (const char *folder)
{
  Offers *offers = g_new (Offers, 1);
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  offers->all = g_ptr_array_new_with_free_func (offer_destroy);
  offers->problems = g_ptr_array_new_with_free_func (finding_destroy);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".conf"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names); /* of two that say the same, always the same one is refused */
  for (guint i = 0; i < names->len; i++)
    take_file (offers, folder, g_ptr_array_index (names, i));
  return offers;
}

void
offers_free (Offers *offers)
{
  if (offers == NULL)
    return;
  g_ptr_array_unref (offers->all);
  g_ptr_array_unref (offers->problems);
  g_free (offers);
}

const GPtrArray *
offers_all (const Offers *offers)
{
  return offers->all;
}

const GPtrArray *
offers_problems (const Offers *offers)
{
  return offers->problems;
}

/* ---- finding ---- */

/* Is it that name, or one of the others (which may be NULL)? */
static gboolean
is_one_of (const char *name, char **others, const char *said)
{
  if (field_same_word (name, said))
    return TRUE;
  for (char **other = others; other != NULL && *other != NULL; other++)
    if (field_same_word (*other, said))
      return TRUE;
  return FALSE;
}

static gboolean
is_of_operator (const Offer *offer, const char *said)
{
  return is_one_of (offer->operator_name, offer->operators, said);
}

gboolean
offers_same_operator (const Offers *offers, const char *a, const char *b)
{
  if (field_same_word (a, b))
    return TRUE;
  for (guint i = 0; offers != NULL && i < offers->all->len; i++) {
    const Offer *offer = g_ptr_array_index (offers->all, i);
    if (is_of_operator (offer, a) && is_of_operator (offer, b))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_named (const Offer *offer, const char *said)
{
  return is_one_of (offer->id, offer->names, said);
}

const Offer *
offers_find (const Offers *offers, const char *operator_name, const char *offer)
{
  if (offers == NULL || operator_name == NULL || offer == NULL)
    return NULL;
  for (guint i = 0; i < offers->all->len; i++) {
    const Offer *known = g_ptr_array_index (offers->all, i);
    if (is_of_operator (known, operator_name) && is_named (known, offer))
      return known;
  }
  return NULL;
}

/* ---- the catalogue ---- */

gboolean
catalogue_init (Catalogue *catalogue, Store *store, const Offers *offers, GError **error)
{
  *catalogue = (Catalogue){.offers = offers, .products = g_ptr_array_new_with_free_func ((GDestroyNotify)product_free)};
  g_autofree char *after = g_strdup ("");
  for (gboolean has_more = TRUE; has_more;) {
    g_autoptr (GPtrArray) page = product_list (store, after, PAGE, error);
    if (page == NULL)
      return FALSE;
    has_more = page->len == PAGE;
    g_free (after);
    after = page->len > 0 ? g_strdup (((const Product *)g_ptr_array_index (page, page->len - 1))->id) : NULL;
    g_ptr_array_extend_and_steal (catalogue->products, g_steal_pointer (&page));
  }
  return TRUE;
}

void
catalogue_clear (Catalogue *catalogue)
{
  g_clear_pointer (&catalogue->products, g_ptr_array_unref);
}

static gboolean
is_of_line (const Catalogue *catalogue, const Product *product, const Offer *known, const char *operator_name,
            const char *offer)
{
  if (operator_name == NULL || !offers_same_operator (catalogue->offers, product->operator_name, operator_name))
    return FALSE;
  return product->offer == NULL || (offer != NULL && field_same_word (product->offer, offer)) ||
         (known != NULL && is_named (known, product->offer));
}

static const Product *
product_of_id (const Catalogue *catalogue, const char *id)
{
  for (guint i = 0; i < catalogue->products->len; i++) {
    const Product *product = g_ptr_array_index (catalogue->products, i);
    if (g_str_equal (product->id, id))
      return product;
  }
  return NULL;
}

static Sale
sale_of_product (const Product *product)
{
  Sale sale = {.id = product->id,
               .name = product->name,
               .price = product->price,
               .confidence = CONFIDENCE_LIKELY,
               .is_registered = TRUE};
  (void)span_parse (product->credit_valid, &sale.credit_valid); /* NULL: the offer's rule tells */
  (void)span_parse (product->line_valid, &sale.line_valid);
  return sale;
}

GArray *
catalogue_sales (const Catalogue *catalogue, const char *operator_name, const char *offer)
{
  GArray *sales = g_array_new (FALSE, FALSE, sizeof (Sale));
  const Offer *known = offers_find (catalogue->offers, operator_name, offer);
  for (guint i = 0; known != NULL && i < known->sales->len; i++) {
    const Sale *sale = &g_array_index (known->sales, Sale, i);
    if (product_of_id (catalogue, sale->id) == NULL)
      g_array_append_vals (sales, sale, 1);
  }
  for (guint i = 0; i < catalogue->products->len; i++) {
    const Product *product = g_ptr_array_index (catalogue->products, i);
    if (!product->is_active || !is_of_line (catalogue, product, known, operator_name, offer))
      continue;
    Sale sale = sale_of_product (product);
    g_array_append_val (sales, sale);
  }
  return sales;
}

const Sale *
catalogue_find (const GArray *sales, const char *id_or_name)
{
  for (guint i = 0; id_or_name != NULL && i < sales->len; i++) {
    const Sale *sale = &g_array_index (sales, Sale, i);
    if (field_same_word (sale->id, id_or_name) || field_same_word (sale->name, id_or_name))
      return sale;
  }
  return NULL;
}

const Sale *
catalogue_find_anywhere (Catalogue *catalogue, const char *id)
{
  const Product *product = product_of_id (catalogue, id);
  if (product != NULL) {
    catalogue->found = sale_of_product (product);
    return &catalogue->found;
  }
  for (guint i = 0; catalogue->offers != NULL && i < catalogue->offers->all->len; i++) {
    const Offer *offer = g_ptr_array_index (catalogue->offers->all, i);
    const Sale *sale = catalogue_find (offer->sales, id);
    if (sale != NULL)
      return sale;
  }
  return NULL;
}
