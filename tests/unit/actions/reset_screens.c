/* The data files that are shipped, all of them; and what is refused of files that somebody wrote. */
#include "daemon/actions/reset_screens.h"

#include <glib/gstdio.h>
#include <string.h>

#define SHIPPED "daemon/system/reset-screens"
#define WHOLE                                                                                                          \
  "[brand]\ntitle = A\nmatch = *\n[settings]\n1[fr] = a\n1[en] = b\n[keys]\n1[fr] = c\n1[en] = d\n2[fr] = e\n2[en] = " \
  "f\n"

static void
every_brand_has_its_steps (void)
{
  static const struct {
    const char *maker, *brand;
  } rows[] = {{"Samsung", "Samsung"},     {"LENOVO", "Lenovo"}, {"TCL", "TCL"},       {"HUAWEI", "Huawei, Honor"},
              {"HONOR", "Huawei, Honor"}, {"Xiaomi", "Xiaomi"}, {"Google ", "Pixel"}, {"Acme", "Android"},
              {NULL, "Android"},          {"", "Android"}};
  g_autoptr (GError) error = NULL;
  g_autoptr (ResetScreens) screens = reset_screens_load (SHIPPED, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (StrategyHand hand = STRATEGY_HAND_SETTINGS; hand <= STRATEGY_HAND_KEYS; hand++) {
      ResetSteps steps;
      g_assert_true (reset_screens_find (screens, rows[i].maker, hand, &steps));
      g_assert_cmpstr (steps.brand, ==, rows[i].brand);
      g_assert_cmpuint (g_strv_length ((GStrv)steps.steps[LANGUAGE_FR]), >=, 4);
      for (gsize step = 0; steps.steps[LANGUAGE_FR][step] != NULL; step++)
        g_assert_cmpstr (steps.steps[LANGUAGE_FR][step], !=, steps.steps[LANGUAGE_EN][step]);
    }
}

static void
what_no_person_does_has_no_steps (void)
{
  ResetSteps steps;
  g_autoptr (ResetScreens) screens = reset_screens_load (SHIPPED, NULL);
  g_assert_false (reset_screens_find (screens, "samsung", STRATEGY_HAND_NONE, &steps));
  g_assert_false (reset_screens_find (NULL, "samsung", STRATEGY_HAND_KEYS, &steps));
}

static void
assert_load (const char *text, const char *fault)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("temoin-screens.XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.conf", NULL);
  if (text != NULL)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_autoptr (ResetScreens) screens = reset_screens_load (folder, &error);
  if (fault == NULL)
    g_assert_no_error (error);
  else
    g_assert_true (error != NULL && strstr (error->message, fault) != NULL);
  g_assert_true ((screens == NULL) == (fault != NULL));
  g_remove (path);
  g_rmdir (folder);
}

static void
half_a_file_is_refused_by_name (void)
{
  assert_load (WHOLE, NULL);
  assert_load (NULL, "every maker");
  assert_load ("[brand]\ntitle = A\nmatch = b\n[settings]\n1[fr] = a\n1[en] = b\n[keys]\n1[fr] = c\n1[en] = d\n",
               "every maker");
  assert_load ("[brand]\nmatch = *\n", "a.conf");
  assert_load ("[brand]\ntitle = A\nmatch = *\n[settings]\n1[fr] = a\n", "1[en]");
  assert_load ("[brand]\ntitle = A\nmatch = *\n[settings]\n1[fr] = a\n1[en] = b\n", "keys");
  assert_load (WHOLE "3[fr] = g\n", "both languages");
  assert_load ("no key file", "a.conf");
  g_autoptr (GError) error = NULL;
  g_assert_null (reset_screens_load ("/nowhere/at/all", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/reset-screens/every-brand-has-its-steps", every_brand_has_its_steps);
  g_test_add_func ("/actions/reset-screens/what-no-person-does-has-no-steps", what_no_person_does_has_no_steps);
  g_test_add_func ("/actions/reset-screens/half-a-file-is-refused-by-name", half_a_file_is_refused_by_name);
  return g_test_run ();
}
