/* A request sent twice acts once. */
#include "daemon/actions/once.h"
#include "tests/unit/actions/desk.h"

#define KEY "11111111-2222"

static OnceRequest
request_of (const char *key, const char *target, const char *body)
{
  return once_request (key, "POST", target, body, strlen (body));
}

static IdempotencyMatch
find (Desk *desk, const OnceRequest *request, char **body)
{
  g_auto (IdempotencyAnswer) answer = {0};
  g_assert_true (once_find (desk->store, &desk->context, request, &answer, &desk->error));
  if (body != NULL)
    *body = g_steal_pointer (&answer.body);
  return answer.match;
}

static void
second_time_gives_the_first_answer (void)
{
  g_auto (Desk) desk;
  g_autofree char *body = NULL;
  desk_init (&desk);
  const OnceRequest request = request_of (KEY, "/v1/loans", "{}");
  g_assert_true (find (&desk, &request, NULL) == IDEMPOTENCY_NEW);
  g_assert_true (once_put (desk.store, &desk.context, &request, 201, "{\"code\":\"N\"}", NULL));
  g_assert_true (find (&desk, &request, &body) == IDEMPOTENCY_SAME);
  g_assert_cmpstr (body, ==, "{\"code\":\"N\"}");
  desk.context.account = "COTHERAC";
  g_assert_true (find (&desk, &request, NULL) == IDEMPOTENCY_NEW);
}

static void
key_of_another_request_is_refused (void)
{
  g_auto (Desk) desk;
  g_auto (IdempotencyAnswer) answer = {0};
  desk_init (&desk);
  const OnceRequest request = request_of (KEY, "/v1/loans", "{}");
  const OnceRequest others[] = {request_of (KEY, "/v1/loans", "{ }"), request_of (KEY, "/v1/returns", "{}"),
                                request_of (KEY, "/v1/loan", "s{}")};
  g_assert_true (once_put (desk.store, &desk.context, &request, 201, "{}", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    g_assert_false (once_find (desk.store, &desk.context, &others[i], &answer, &desk.error));
    desk_assert_refused (&desk, M_KEY_REUSED);
    g_clear_error (&desk.error);
  }
}

static void
bad_keys_are_refused (void)
{
  static const char *const keys[] = {"", "short", "with space 1", "clé-accentuée",
                                     "12345678901234567890123456789012345678901234567890123456789012345"};
  g_auto (Desk) desk;
  g_auto (IdempotencyAnswer) answer = {0};
  desk_init (&desk);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    const OnceRequest request = request_of (keys[i], "/v1/loans", "{}");
    g_assert_false (once_find (desk.store, &desk.context, &request, &answer, &desk.error));
    desk_assert_refused (&desk, M_KEY_FORMAT);
    g_clear_error (&desk.error);
  }
}

static void
without_a_key_nothing_is_kept (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  const OnceRequest request = request_of (NULL, "/v1/loans", "{}");
  g_autofree char *before = desk_picture (&desk);
  g_assert_true (once_put (desk.store, &desk.context, &request, 201, "{}", NULL));
  g_assert_true (find (&desk, &request, NULL) == IDEMPOTENCY_NEW);
  g_autofree char *after = desk_picture (&desk);
  g_assert_cmpstr (before, ==, after);
}

static void
old_answers_are_dropped (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  const OnceRequest first = request_of (KEY, "/v1/loans", "{}");
  const OnceRequest later = request_of ("later-key", "/v1/loans", "{}");
  const OnceRequest last = request_of ("last-key", "/v1/loans", "{}");
  g_assert_true (once_put (desk.store, &desk.context, &first, 201, "{}", NULL));
  desk.context.now += IDEMPOTENCY_KEEP_S;
  g_assert_true (once_put (desk.store, &desk.context, &later, 201, "{}", NULL));
  g_assert_true (find (&desk, &first, NULL) == IDEMPOTENCY_SAME);
  desk.context.now += 60; /* they are looked for once a minute */
  g_assert_true (once_put (desk.store, &desk.context, &last, 201, "{}", NULL));
  g_assert_true (find (&desk, &first, NULL) == IDEMPOTENCY_NEW);
  g_assert_true (find (&desk, &later, NULL) == IDEMPOTENCY_SAME);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actions/once/second-time-gives-the-first-answer", second_time_gives_the_first_answer);
  g_test_add_func ("/actions/once/key-of-another-request-is-refused", key_of_another_request_is_refused);
  g_test_add_func ("/actions/once/bad-keys-are-refused", bad_keys_are_refused);
  g_test_add_func ("/actions/once/without-a-key-nothing-is-kept", without_a_key_nothing_is_kept);
  g_test_add_func ("/actions/once/old-answers-are-dropped", old_answers_are_dropped);
  return g_test_run ();
}
