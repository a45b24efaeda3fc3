/* The picture of the bench keeps to its columns, whatever the names. */
#include "cli/bench_view.h"
#include "cli/display.h"
#include <string.h>

static json_t *
bench_of (const char *port_name, const char *model, const char *todo)
{
  return json_pack ("{s:[{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:i,s:s}]}", "items", "port", "1-1.2", "port_name", port_name,
                    "item", "TBCDFGHK", "model", model, "step_en", "waits for somebody", "need", "hand", "rank", 1,
                    "percent", 95, "elapsed_s", 59, "todo_en", todo);
}

static void
no_line_is_wider_than_the_terminal (void)
{
  static const char *const names[] = {"slot 3", "槽位三号槽位三号槽位三号", "Emplacement n° 3 (éàü) ⇒", "1"};
  for (gsize name = 0; name < G_N_ELEMENTS (names); name++)
    for (gsize width = 1; width < 200; width++) {
      json_t *bench =
          bench_of (names[name], "Galaxy Tab A9+ 平板电脑", "Look at the screen 屏幕: is it the first welcome page?");
      g_autofree char *text = bench_view_draw (bench, LANGUAGE_ENGLISH, FALSE, width, 10, 0);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
      g_assert_cmpuint (g_strv_length (lines), <=, 10);
      for (char **line = lines; *line != NULL; line++)
        g_assert_cmpuint (display_width (*line), <=, width);
      json_decref (bench);
    }
}

static void
columns_are_aligned_by_what_is_seen (void)
{
  json_t *bench = bench_of ("槽位三号", "Tab", "Go");
  g_autofree char *text = bench_view_draw (bench, LANGUAGE_ENGLISH, FALSE, 120, 10, 1);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpstr (lines[0], ==, "1 on the bench · 1 need you");
  g_assert_cmpstr (lines[1], ==,
                   "Port      Label      Model  Step                Progress            Since  To do now");
  g_assert_cmpstr (lines[2], ==, "槽位三号  TBCD-FGHK  Tab    waits for somebody  [#########-]  95 %  1:00   Go");
  json_decref (bench);
}

static void
control_characters_of_a_device_are_not_obeyed (void)
{
  json_t *bench = bench_of ("slot 3", "Tab\x1b[2J", "Go\x07");
  g_autofree char *text = bench_view_draw (bench, LANGUAGE_ENGLISH, FALSE, 120, 10, 0);
  g_assert_null (strpbrk (text, "\x1b\x07"));
  json_decref (bench);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/bench-view/no-line-is-wider-than-the-terminal", no_line_is_wider_than_the_terminal);
  g_test_add_func ("/cli/bench-view/columns-are-aligned-by-what-is-seen", columns_are_aligned_by_what_is_seen);
  g_test_add_func ("/cli/bench-view/control-characters-of-a-device-are-not-obeyed",
                   control_characters_of_a_device_are_not_obeyed);
  return g_test_run ();
}
