/* Waits end in their order, each once; what is cleared never ends. */
#include "daemon/devices/deadline.h"

typedef struct {
  Deadline deadline;
  GString *story;
  char name;
  Deadline *clears; /* or NULL */
  gboolean again;   /* sets itself once more, at once */
} Wait;

static void
on_due (gpointer user)
{
  Wait *wait = user;
  g_assert_false (deadline_is_set (&wait->deadline));
  g_string_append_c (wait->story, wait->name);
  if (wait->clears != NULL)
    deadline_clear (wait->clears);
  if (wait->again) {
    wait->again = FALSE;
    deadline_set (&wait->deadline, 0, on_due, wait);
  }
}

static void
set (Wait *wait, guint ms)
{
  deadline_set (&wait->deadline, ms, on_due, wait);
}

static void
run_until_quiet (Wait *waits, gsize n)
{
  for (gsize i = 0; i < n; i++)
    while (deadline_is_set (&waits[i].deadline))
      g_main_context_iteration (NULL, TRUE);
  g_assert_false (g_main_context_pending (NULL));
}

static void
the_next_one_comes_first (void)
{
  g_autoptr (GString) story = g_string_new (NULL);
  Wait waits[] = {{.name = 'c', .story = story}, {.name = 'a', .story = story}, {.name = 'b', .story = story}};
  set (&waits[0], 9);
  set (&waits[1], 1);
  set (&waits[2], 1000);
  set (&waits[2], 5); /* replaces the wait before */
  run_until_quiet (waits, G_N_ELEMENTS (waits));
  g_assert_cmpstr (story->str, ==, "abc");
}

static void
one_that_ends_may_end_another (void)
{
  g_autoptr (GString) story = g_string_new (NULL);
  Wait waits[] = {{.name = 'a', .story = story}, {.name = 'b', .story = story}, {.name = 'c', .story = story}};
  waits[0].clears = &waits[1].deadline;
  for (gsize i = 0; i < G_N_ELEMENTS (waits); i++)
    set (&waits[i], 2);
  run_until_quiet (waits, G_N_ELEMENTS (waits));
  g_assert_cmpstr (story->str, ==, "ac");
}

static void
the_last_one_may_begin_again (void)
{
  g_autoptr (GString) story = g_string_new (NULL);
  Wait wait = {.name = 'a', .story = story, .again = TRUE};
  wait.clears = &wait.deadline; /* not set within: nothing happens */
  set (&wait, 1);
  run_until_quiet (&wait, 1);
  g_assert_cmpstr (story->str, ==, "aa");
}

static void
many_are_one_source (void)
{
  enum { MANY = 500 };
  g_autoptr (GString) story = g_string_new (NULL);
  g_autofree Wait *waits = g_new0 (Wait, MANY);
  for (int i = 0; i < MANY; i++) {
    waits[i] = (Wait){.name = '.', .story = story};
    set (&waits[i], (guint)(i * 7 % 13));
  }
  run_until_quiet (waits, MANY);
  g_assert_cmpuint (story->len, ==, MANY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/deadline/the-next-one-comes-first", the_next_one_comes_first);
  g_test_add_func ("/devices/deadline/one-that-ends-may-end-another", one_that_ends_may_end_another);
  g_test_add_func ("/devices/deadline/the-last-one-may-begin-again", the_last_one_may_begin_again);
  g_test_add_func ("/devices/deadline/many-are-one-source", many_are_one_source);
  return g_test_run ();
}
