/* The route table: complete rows, default deny, and how a path finds its row. */
#include "daemon/api/problem.h"
#include "daemon/api/routes.h"
#include <string.h>

/* What each kind of route must have, and must not. */
static void
check_row (const Route *route)
{
  gboolean reads = route->kind == ROUTE_NOW || route->kind == ROUTE_READ || route->kind == ROUTE_DRAW;
  gboolean draws = route->kind == ROUTE_DRAW || route_takes_file (route);
  g_assert_cmpuint (strlen (route->summary), >, 0);
  g_assert_nonnull (route->query);
  g_assert_true (route->roles != 0 || route->kind == ROUTE_NOW);
  g_assert_true (route->kind == ROUTE_STREAM || (route->handler != NULL) == (reads || route->kind == ROUTE_WRITE));
  g_assert_true ((route->draw != NULL) == draws);
  g_assert_true (g_str_equal (route->method, "POST") == (route->kind == ROUTE_WRITE || route_takes_file (route)));
  g_assert_true ((route->body_max > 0) == g_str_equal (route->method, "POST"));
  g_assert_true ((route->kind == ROUTE_WRITE) ==
                 (route->made_status == 200 || route->made_status == 201 || route->made_status == 202));
  g_assert_true ((route->form != NULL) == (route->kind == ROUTE_WRITE));
}

static void
test_rows (void)
{
  gsize n;
  const Route *routes = api_routes (&n);
  for (gsize i = 0; i < n; i++) {
    check_row (&routes[i]);
    for (gsize j = 0; j < i; j++)
      g_assert_false (g_str_equal (routes[i].path, routes[j].path) && g_str_equal (routes[i].method, routes[j].method));
  }
}

/* A reader reads: nobody but the roles named may change a thing, and money and files are the admin's. */
static void
test_roles (void)
{
  gsize n;
  const Route *routes = api_routes (&n);
  for (gsize i = 0; i < n; i++) {
    gboolean changes = g_str_equal (routes[i].method, "POST");
    if (changes)
      g_assert_false (route_allows (&routes[i], ROLE_READER));
    if (routes[i].kind != ROUTE_NOW)
      g_assert_true (route_allows (&routes[i], ROLE_ADMIN));
    if (g_str_equal (routes[i].path, "/v1/backup") || g_str_equal (routes[i].path, "/v1/restore") ||
        g_str_equal (routes[i].path, "/v1/waivers") || (changes && g_str_equal (routes[i].path, "/v1/funds"))) {
      g_assert_false (route_allows (&routes[i], ROLE_AGENT));
      g_assert_false (route_allows (&routes[i], ROLE_TECHNICIAN));
    }
  }
}

static void
test_find (void)
{
  g_autofree char *subject = NULL;
  const Route *route = route_find ("GET", "/v1/objects/tbcd-fghk", &subject, NULL);
  g_assert_nonnull (route);
  g_assert_cmpstr (route->path, ==, "/v1/objects/{code}");
  g_assert_cmpstr (subject, ==, "tbcd-fghk");
  g_autofree char *none = NULL;
  g_assert_nonnull (route_find ("POST", "/v1/loans", &none, NULL));
  g_assert_null (none);
}

static void
test_find_refuses (void)
{
  static const struct {
    const char *method, *path;
    MessageId id;
  } cases[] = {
      {"GET", "", M_ROUTE_NOT_FOUND},
      {"GET", "/", M_ROUTE_NOT_FOUND},
      {"GET", "/v1/objects", M_ROUTE_NOT_FOUND},
      {"GET", "/v1/objects/", M_ROUTE_NOT_FOUND},
      {"GET", "/v1/objects/a/b", M_ROUTE_NOT_FOUND},
      {"GET", "/v1/loans/", M_ROUTE_NOT_FOUND},
      {"GET", "/V1/loans", M_ROUTE_NOT_FOUND},
      {"get", "/v1/loans", M_METHOD_NOT_ALLOWED},
      {"HEAD", "/v1/loans", M_METHOD_NOT_ALLOWED},
      {"POST", "/v1/objects/a", M_METHOD_NOT_ALLOWED},
      {"GET", "/v1/returns", M_METHOD_NOT_ALLOWED},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    char *untouched = (char *)"untouched";
    g_assert_null (route_find (cases[i].method, cases[i].path, &untouched, &error));
    g_assert_error (error, RULE_ERROR, (int)cases[i].id);
    g_assert_cmpstr (untouched, ==, "untouched");
  }
}

/* Every message that the program has gets a status that HTTP knows. */
static void
test_statuses (void)
{
  for (int id = 0; id < MESSAGES_N; id++) {
    guint status = problem_status ((MessageId)id);
    g_assert_true (status == 200 || (status >= 400 && status <= 507));
  }
  g_assert_cmpuint (problem_status (M_ITEM_HELD), ==, 409);
  g_assert_cmpuint (problem_status (M_LEND_SECOND), ==, 409);
  g_assert_cmpuint (problem_status (M_FIELD_UNKNOWN), ==, 400);
  g_assert_cmpuint (problem_status (M_ITEM_NOT_FOUND), ==, 404);
  g_assert_cmpuint (problem_status (M_FORBIDDEN_ROLE), ==, 403);
  g_assert_cmpuint (problem_status (M_DEVICE_BUSY), ==, 502);
  g_assert_cmpuint (problem_status (M_STOPPING), ==, 503);
  g_assert_cmpuint (problem_status (M_DISK_FULL), ==, 507);
  g_assert_cmpuint (problem_status (M_INTERNAL), ==, 500);
  g_assert_cmpuint (problem_status (M_BODY_TOO_LARGE), ==, 413);
  g_assert_cmpuint (problem_status (M_METHOD_NOT_ALLOWED), ==, 405);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/api/routes/every-row-is-complete", test_rows);
  g_test_add_func ("/api/routes/readers-change-nothing", test_roles);
  g_test_add_func ("/api/routes/a-path-finds-its-row", test_find);
  g_test_add_func ("/api/routes/what-is-not-in-the-table-is-refused", test_find_refuses);
  g_test_add_func ("/api/routes/every-message-has-a-status", test_statuses);
  return g_test_run ();
}
