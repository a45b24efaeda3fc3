/* One key file a brand: [brand] match, title; [settings] and [keys] with steps 1, 2, 3 ... in French and English. */
#include "daemon/actions/reset_screens.h"

#include <string.h>

#define EVERY_MAKER "*"

static const char *const groups[] = {
    [STRATEGY_HAND_NONE] = NULL, [STRATEGY_HAND_SETTINGS] = "settings", [STRATEGY_HAND_KEYS] = "keys"};
static const char *const locales[] = {[LANGUAGE_FR] = "fr", [LANGUAGE_EN] = "en"};

typedef struct {
  char *title;
  GStrv makers; /* small letters */
  GStrv steps[G_N_ELEMENTS (groups)][G_N_ELEMENTS (locales)];
} Brand;

struct _ResetScreens {
  GPtrArray *brands; /* of Brand */
};

static void
brand_free (gpointer data)
{
  Brand *brand = data;
  g_free (brand->title);
  g_strfreev (brand->makers);
  for (gsize hand = 0; hand < G_N_ELEMENTS (groups); hand++)
    for (gsize language = 0; language < G_N_ELEMENTS (locales); language++)
      g_strfreev (brand->steps[hand][language]);
  g_free (brand);
}

/* Steps 1, 2, 3 ... of one group in one language. NULL with error when there is none. */
static GStrv
read_steps (GKeyFile *file, const char *group, const char *locale, GError **error)
{
  g_autoptr (GStrvBuilder) steps = g_strv_builder_new ();
  for (int i = 1;; i++) {
    g_autofree char *key = g_strdup_printf ("%d[%s]", i, locale);
    g_autoptr (GError) none = NULL;
    g_autofree char *step = g_key_file_get_string (file, group, key, &none);
    if (step != NULL)
      g_strv_builder_add (steps, step);
    else if (i > 1)
      return g_strv_builder_end (steps);
    else {
      g_propagate_error (error, g_steal_pointer (&none));
      return NULL;
    }
  }
}

static gboolean
read_hand (Brand *brand, GKeyFile *file, StrategyHand hand, GError **error)
{
  for (gsize language = 0; language < G_N_ELEMENTS (locales); language++) {
    brand->steps[hand][language] = read_steps (file, groups[hand], locales[language], error);
    if (brand->steps[hand][language] == NULL)
      return FALSE;
  }
  if (g_strv_length (brand->steps[hand][LANGUAGE_FR]) == g_strv_length (brand->steps[hand][LANGUAGE_EN]))
    return TRUE;
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "[%s] has not the same steps in both languages",
               groups[hand]);
  return FALSE;
}

static gboolean
read_brand (ResetScreens *screens, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  Brand *brand = g_new0 (Brand, 1);
  g_ptr_array_add (screens->brands, brand);
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_TRANSLATIONS, error))
    return FALSE;
  brand->title = g_key_file_get_string (file, "brand", "title", error);
  brand->makers = brand->title != NULL ? g_key_file_get_string_list (file, "brand", "match", NULL, error) : NULL;
  return brand->makers != NULL && read_hand (brand, file, STRATEGY_HAND_SETTINGS, error) &&
         read_hand (brand, file, STRATEGY_HAND_KEYS, error);
}

static const Brand *
brand_of (const ResetScreens *screens, const char *maker)
{
  for (guint i = 0; i < screens->brands->len; i++) {
    const Brand *brand = g_ptr_array_index (screens->brands, i);
    if (g_strv_contains ((const char *const *)brand->makers, maker))
      return brand;
  }
  return NULL;
}

ResetScreens *
reset_screens_load (const char *directory, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (directory, 0, error);
  if (folder == NULL)
    return NULL;
  g_autoptr (ResetScreens) screens = g_new0 (ResetScreens, 1);
  screens->brands = g_ptr_array_new_with_free_func (brand_free);
  const char *name;
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path = g_build_filename (directory, name, NULL);
    if (g_str_has_suffix (name, ".conf") && !read_brand (screens, path, error)) {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  }
  if (brand_of (screens, EVERY_MAKER) != NULL)
    return g_steal_pointer (&screens);
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND, "%s: no file is for every maker (match = *)",
               directory);
  return NULL;
}

void
reset_screens_free (ResetScreens *screens)
{
  if (screens == NULL)
    return;
  g_ptr_array_unref (screens->brands);
  g_free (screens);
}

gboolean
reset_screens_find (const ResetScreens *screens, const char *maker, StrategyHand hand, ResetSteps *steps)
{
  if (screens == NULL || hand == STRATEGY_HAND_NONE)
    return FALSE;
  g_autofree char *small = g_ascii_strdown (maker != NULL ? maker : EVERY_MAKER, -1);
  const Brand *brand = brand_of (screens, g_strstrip (small));
  if (brand == NULL)
    brand = brand_of (screens, EVERY_MAKER); /* there is one */
  steps->brand = brand->title;
  for (gsize language = 0; language < G_N_ELEMENTS (locales); language++)
    steps->steps[language] = (const char *const *)brand->steps[hand][language];
  return TRUE;
}
