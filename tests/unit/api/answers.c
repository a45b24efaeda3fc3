/* Answers are kept while nothing is written, for who asked, on that day. */
#include "daemon/api/answers.h"
#include "daemon/api/routes.h"
#include "db/person.h"
#include "tests/store/fixture.h"

enum { MANY = 100, SIZE = 1000 };

typedef struct {
  Place place;
  Calendar calendar;
  Clock *clock;
  ApiWorld world;
  Answers *answers;
} Scene;

static gboolean
make_clock (Store *store, gpointer data, GError **error)
{
  return (*(Clock **)data = clock_new (store, error)) != NULL;
}

static gboolean
write_something (Store *store, gpointer data, GError **error)
{
  (void)data;
  const Person person = {.code = "P0000001", .name = (char *)"Bo Petit"};
  return person_insert (store, &person, error);
}

static gboolean
fail_to_write (Store *store, gpointer data, GError **error)
{
  (void)store;
  (void)data;
  g_set_error (error, DB_ERROR, DB_ERROR_STALE, "refused");
  return FALSE;
}

static void
set_up (Scene *scene, gconstpointer bytes_max)
{
  place_init (&scene->place);
  scene->calendar.zone = g_time_zone_new_identifier ("Europe/Paris");
  g_autoptr (GError) error = NULL;
  Register *reg = register_open (scene->place.url, &error);
  g_assert_no_error (error);
  g_assert_true (register_read_wait (reg, make_clock, &scene->clock, &error));
  scene->world = (ApiWorld){.reg = reg, .clock = scene->clock, .calendar = &scene->calendar};
  scene->answers = answers_new (GPOINTER_TO_SIZE (bytes_max));
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  (void)data;
  answers_free (scene->answers);
  clock_free (scene->clock);
  register_close (scene->world.reg);
  g_time_zone_unref (scene->calendar.zone);
  place_clear (&scene->place);
}

static Request
ask (Scene *scene, gint64 uid, const char *path)
{
  Request request;
  request_init (&request, &scene->world);
  request.uid = uid;
  request.path = g_strdup (path);
  request.route = route_find ("GET", path, &request.subject, NULL);
  g_assert_nonnull (request.route);
  return request;
}

static gboolean
knows (Scene *scene, gint64 uid, const char *path, const char *text)
{
  Request request = ask (scene, uid, path);
  gboolean is_known = answers_find (scene->answers, &request);
  if (is_known) {
    g_assert_cmpmem (g_bytes_get_data (request.answer.bytes, NULL), g_bytes_get_size (request.answer.bytes), text,
                     strlen (text));
    g_assert_cmpuint (request.answer.status, ==, 200);
    g_assert_cmpstr (request.answer.type, ==, "application/json");
  }
  request_clear (&request);
  return is_known;
}

static void
answer (Request *request, guint status, const char *text)
{
  request_answer_bytes (request, "application/json", g_bytes_new (text, strlen (text)));
  request->answer.status = status;
}

/* Asks, and is answered by a reader. */
static void
read_once (Scene *scene, gint64 uid, const char *path, const char *text)
{
  Request request = ask (scene, uid, path);
  g_assert_false (answers_find (scene->answers, &request));
  answer (&request, 200, text);
  answers_keep (scene->answers, &request);
  request_clear (&request);
}

static void
same_question_is_answered_again (Scene *scene, gconstpointer data)
{
  (void)data;
  read_once (scene, 1000, "/v1/objects/T0000001", "{}");
  g_assert_true (knows (scene, 1000, "/v1/objects/T0000001", "{}"));
  g_assert_true (knows (scene, 1000, "/v1/objects/T0000001", "{}"));
  g_assert_false (knows (scene, 1001, "/v1/objects/T0000001", NULL)); /* who may have other rights */
  g_assert_false (knows (scene, 1000, "/v1/objects/T0000002", NULL));
}

static void
write_makes_all_of_it_old (Scene *scene, gconstpointer data)
{
  (void)data;
  read_once (scene, 1000, "/v1/objects/T0000001", "{}");
  MUST (register_write_wait (scene->world.reg, write_something, NULL, &error));
  g_assert_false (knows (scene, 1000, "/v1/objects/T0000001", NULL));
  read_once (scene, 1000, "/v1/objects/T0000001", "{new}");
  REFUSED (register_write_wait (scene->world.reg, fail_to_write, NULL, &error), DB_ERROR_STALE);
  g_assert_false (knows (scene, 1000, "/v1/objects/T0000001", NULL)); /* who knows what a failure left behind */
}

/* The reader's snapshot may be from before. */
static void
what_was_asked_before_a_write_is_not_kept_after_it (Scene *scene, gconstpointer data)
{
  (void)data;
  Request request = ask (scene, 1000, "/v1/objects/T0000001");
  g_assert_false (answers_find (scene->answers, &request));
  MUST (register_write_wait (scene->world.reg, write_something, NULL, &error));
  read_once (scene, 1000, "/v1/objects/T0000002", "{new}");
  answer (&request, 200, "{old}");
  answers_keep (scene->answers, &request);
  request_clear (&request);
  g_assert_false (knows (scene, 1000, "/v1/objects/T0000001", NULL));
  g_assert_true (knows (scene, 1000, "/v1/objects/T0000002", "{new}"));
}

static void
another_day_is_another_question (Scene *scene, gconstpointer data)
{
  (void)data;
  static const char *const zones[] = {"-12:00", "+13:00"}; /* never on the same day */
  g_clear_pointer (&scene->calendar.zone, g_time_zone_unref);
  scene->calendar.zone = g_time_zone_new_identifier (zones[0]);
  read_once (scene, 1000, "/v1/objects/N0000001", "{}");
  g_time_zone_unref (scene->calendar.zone);
  scene->calendar.zone = g_time_zone_new_identifier (zones[1]);
  g_assert_false (knows (scene, 1000, "/v1/objects/N0000001", NULL));
}

static void
only_good_answers_of_such_routes_are_kept (Scene *scene, gconstpointer data)
{
  (void)data;
  Request request = ask (scene, 1000, "/v1/objects/T0000001");
  g_assert_false (answers_find (scene->answers, &request));
  answer (&request, 404, "{}");
  answers_keep (scene->answers, &request);
  request_clear (&request);
  g_assert_false (knows (scene, 1000, "/v1/objects/T0000001", NULL));
  read_once (scene, 1000, "/v1/bench", "{}"); /* the bench changes without a write */
  g_assert_false (knows (scene, 1000, "/v1/bench", NULL));
}

static void
what_is_kept_is_bounded (Scene *scene, gconstpointer data)
{
  (void)data;
  g_autofree char *text = g_strnfill (SIZE, 'a');
  g_autofree char *huge = g_strnfill (MANY * SIZE, 'a');
  guint known = 0;
  for (int i = 0; i < MANY; i++) {
    g_autofree char *path = g_strdup_printf ("/v1/objects/T%07d", i);
    read_once (scene, 1000, path, text);
    g_assert_true (knows (scene, 1000, path, text));
  }
  for (int i = 0; i < MANY; i++) {
    g_autofree char *path = g_strdup_printf ("/v1/objects/T%07d", i);
    known += (guint)knows (scene, 1000, path, text);
  }
  g_assert_cmpuint (known, <=, 10);
  read_once (scene, 1000, "/v1/objects/P0000001", huge);
  g_assert_false (knows (scene, 1000, "/v1/objects/P0000001", NULL));
}

#define ADD(name, bytes_max, test)                                                                                     \
  g_test_add ("/api/answers/" name, Scene, GSIZE_TO_POINTER (bytes_max), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("same-question-is-answered-again", ANSWERS_BYTES_MAX, same_question_is_answered_again);
  ADD ("write-makes-all-of-it-old", ANSWERS_BYTES_MAX, write_makes_all_of_it_old);
  ADD ("asked-before-a-write-not-kept-after", ANSWERS_BYTES_MAX, what_was_asked_before_a_write_is_not_kept_after_it);
  ADD ("another-day-is-another-question", ANSWERS_BYTES_MAX, another_day_is_another_question);
  ADD ("only-good-answers-of-such-routes", ANSWERS_BYTES_MAX, only_good_answers_of_such_routes_are_kept);
  ADD ("bounded", 10 * (SIZE + 40), what_is_kept_is_bounded);
  return g_test_run ();
}
