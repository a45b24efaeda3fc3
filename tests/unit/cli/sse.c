/* The event stream, cut at every byte. */
#include "cli/sse.h"
#include <string.h>

static void
collect (const char *topic, const char *data, gpointer user)
{
  g_string_append_printf (user, "%s=%s;", topic, data);
}

/* What comes out of bytes fed in pieces of that size. */
static char *
fed (const char *bytes, gsize length, gsize piece)
{
  GString *out = g_string_new (NULL);
  g_autoptr (Sse) sse = sse_new (collect, out);
  for (gsize at = 0; at < length; at += piece)
    sse_feed (sse, bytes + at, MIN (piece, length - at));
  return g_string_free (out, FALSE);
}

static const char stream[] =
    ": hello\n\nid: 1\nevent: wipe\ndata: {\"subject\":\"XBCDFGHK\"}\n\nevent: bench\ndata:1-1.2\n\n"
    "data: a\ndata: b\n\nevent: lonely\n\nretry: 5\n\n";
static const char expected[] = "wipe={\"subject\":\"XBCDFGHK\"};bench=1-1.2;message=a\nb;";

static void
test_cut (void)
{
  for (gsize piece = 1; piece <= strlen (stream); piece++) {
    g_autofree char *got = fed (stream, strlen (stream), piece);
    g_assert_cmpstr (got, ==, expected);
  }
}

static void
test_line_ends (void)
{
  const char *const ends[] = {"\r\n", "\r"};
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_auto (GStrv) lines = g_strsplit (stream, "\n", -1);
    g_autofree char *other = g_strjoinv (ends[i], lines);
    for (gsize piece = 1; piece < 8; piece++) {
      g_autofree char *got = fed (other, strlen (other), piece);
      g_assert_cmpstr (got, ==, expected);
    }
  }
}

static void
test_doubled (void)
{
  g_autofree char *twice = g_strconcat (stream, stream, NULL);
  g_autofree char *got = fed (twice, strlen (twice), 7);
  g_autofree char *both = g_strconcat (expected, expected, NULL);
  g_assert_cmpstr (got, ==, both);
}

static void
test_incomplete (void)
{
  for (gsize length = 0; length < strlen ("event: wipe\ndata: x\n"); length++) {
    g_autofree char *got = fed ("event: wipe\ndata: x\n", length, 3);
    g_assert_cmpstr (got, ==, "");
  }
}

static void
test_too_long (void)
{
  g_autoptr (GString) bytes = g_string_new ("data: ");
  for (guint i = 0; i < 70 * 1024; i++)
    g_string_append_c (bytes, 'x');
  g_string_append (bytes, "\n\ndata: after\n\n");
  g_autofree char *got = fed (bytes->str, bytes->len, 4096);
  g_assert_cmpstr (got, ==, "message=after;");
}

static void
test_many_data_lines (void)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  for (guint i = 0; i < 40 * 1024; i++)
    g_string_append (bytes, "data: xy\n");
  g_string_append (bytes, "\ndata: after\n\n");
  g_autofree char *got = fed (bytes->str, bytes->len, 4096);
  g_assert_cmpstr (got, ==, "message=after;");
}

static void
test_reset (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (Sse) sse = sse_new (collect, out);
  sse_feed (sse, "event: wipe\ndata: ol", strlen ("event: wipe\ndata: ol"));
  sse_reset (sse);
  sse_feed (sse, "data: new\n\n", strlen ("data: new\n\n"));
  g_assert_cmpstr (out->str, ==, "message=new;");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/sse/cut-anywhere", test_cut);
  g_test_add_func ("/cli/sse/every-line-end", test_line_ends);
  g_test_add_func ("/cli/sse/doubled", test_doubled);
  g_test_add_func ("/cli/sse/an-event-without-its-end-is-none", test_incomplete);
  g_test_add_func ("/cli/sse/a-line-too-long-is-dropped", test_too_long);
  g_test_add_func ("/cli/sse/an-event-too-long-is-dropped", test_many_data_lines);
  g_test_add_func ("/cli/sse/a-lost-stream-forgets-its-half-event", test_reset);
  return g_test_run ();
}
