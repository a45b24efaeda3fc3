/* label_render as its callers see it: what it refuses, that its bytes can be reproduced, threads, no font. */
#include "labels/labels.h"

#include <glib/gstdio.h>

#include "page.h"

#define QR_TEXT    "HTTPS://PRET.EXEMPLE.FR/TBCDFGHK"
#define MAX_LABELS 66

static const Label GOOD = {.qr = QR_TEXT, .lines = {"TBCD-FGHK", "Tablette prêtée"}};
static const LabelSheet A_PDF = {.format = "avery-l7651", .start = 1, .output = LABEL_PDF, .created_at = 1795000000};

typedef struct {
  const char *name;
  LabelSheet sheet;
  Label label;
  gsize n_labels;
  int code;
  guint faulty; /* the label said to be at fault, from 1; 0 none */
} Refusal;

#define SHEET(f, s, o, d)                                                                                              \
  {                                                                                                                    \
    .format = (f), .start = (s), .output = (o), .dpi = (d)                                                             \
  }
#define SIXTY_THREE "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0"

static const Refusal REFUSALS[] = {
    {"unknown-format", SHEET ("avery-l9999", 1, LABEL_PDF, 0), {.qr = "T"}, 1, LABEL_ERROR_UNKNOWN_FORMAT, 0},
    {"no-format", SHEET (NULL, 1, LABEL_PDF, 0), {.qr = "T"}, 1, LABEL_ERROR_UNKNOWN_FORMAT, 0},
    {"start-0", SHEET ("avery-l7651", 0, LABEL_PDF, 0), {.qr = "T"}, 1, LABEL_ERROR_START, 0},
    {"start-beyond-the-sheet", SHEET ("avery-l7651", 66, LABEL_PDF, 0), {.qr = "T"}, 1, LABEL_ERROR_START, 0},
    {"no-label", SHEET ("avery-l7651", 1, LABEL_PDF, 0), {.qr = "T"}, 0, LABEL_ERROR_EMPTY, 0},
    {"no-qr-text", SHEET ("avery-l7651", 1, LABEL_PDF, 0), {.lines = {"T"}}, 2, LABEL_ERROR_EMPTY, 2},
    {"too-long-for-small-labels",
     SHEET ("avery-l4732", 1, LABEL_PDF, 0),
     {.qr = SIXTY_THREE},
     3,
     LABEL_ERROR_TOO_LONG,
     3},
    {"too-long-for-any-label",
     SHEET ("avery-l7160", 1, LABEL_PDF, 0),
     {.qr = SIXTY_THREE SIXTY_THREE SIXTY_THREE SIXTY_THREE SIXTY_THREE},
     1,
     LABEL_ERROR_TOO_LONG,
     1},
    {"too-many-for-a-png", SHEET ("avery-l7651", 1, LABEL_PNG, 300), {.qr = "T"}, 66, LABEL_ERROR_TOO_MANY, 0},
    {"too-many-after-start", SHEET ("avery-l7651", 65, LABEL_PNG, 300), {.qr = "T"}, 2, LABEL_ERROR_TOO_MANY, 0},
    {"two-for-a-single-label", SHEET ("avery-l7651", 1, LABEL_PNG_LABEL, 300), {.qr = "T"}, 2, LABEL_ERROR_TOO_MANY, 0},
    {"latin-1-text", SHEET ("avery-l7651", 1, LABEL_PDF, 0), {.qr = "T", .lines = {"pr\xeat"}}, 1, LABEL_ERROR_TEXT, 1},
    {"cut-utf-8", SHEET ("avery-l7651", 1, LABEL_PDF, 0), {.qr = "T", .lines = {"A", "\xc3"}}, 1, LABEL_ERROR_TEXT, 1},
    {"a-line-feed", SHEET ("avery-l7651", 1, LABEL_PDF, 0), {.qr = "T", .lines = {"A\nB"}}, 1, LABEL_ERROR_TEXT, 1},
    {"dpi-0", SHEET ("avery-l7651", 1, LABEL_PNG, 0), {.qr = "T"}, 1, LABEL_ERROR_DPI, 0},
    {"dpi-10000", SHEET ("avery-l7651", 1, LABEL_PNG, 10000), {.qr = "T"}, 1, LABEL_ERROR_DPI, 0},
    {"dpi-too-coarse-for-the-modules", SHEET ("avery-l7651", 1, LABEL_PNG, 100), {.qr = "T"}, 1, LABEL_ERROR_DPI, 0},
};

static void
refuses (gconstpointer data)
{
  const Refusal *r = data;
  Label labels[MAX_LABELS];
  for (gsize i = 0; i < r->n_labels; i++)
    labels[i] = GOOD;
  if (r->n_labels > 0)
    labels[r->n_labels - 1] = r->label;
  g_autoptr (GError) error = NULL;
  g_assert_null (label_render (&r->sheet, labels, r->n_labels, &error));
  g_assert_error (error, LABEL_ERROR, r->code);
  g_assert_cmpuint (label_error_get_label (error), ==, r->faulty);
  g_assert_null (label_render (&r->sheet, labels, r->n_labels, NULL));
}

static void
an_unknown_format_lists_the_known_ones (void)
{
  const LabelSheet sheet = {.format = "a4", .start = 1};
  g_autoptr (GError) error = NULL;
  g_assert_null (label_render (&sheet, &GOOD, 1, &error));
  g_assert_nonnull (strstr (error->message, "avery-l7160, avery-l7651"));
}

static void
the_longest_text_goes_on_the_larger_label (void)
{
  const LabelSheet sheet = {.format = "avery-l7160", .start = 1};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = label_render (&sheet, &(Label){.qr = SIXTY_THREE}, 1, &error);
  g_assert_no_error (error);
  g_assert_nonnull (pdf);
}

static void
the_same_request_gives_the_same_bytes (void)
{
  LabelSheet later = A_PDF;
  later.created_at++;
  g_autoptr (GBytes) first = label_render (&A_PDF, &GOOD, 1, NULL);
  g_autoptr (GBytes) second = label_render (&A_PDF, &GOOD, 1, NULL);
  g_autoptr (GBytes) third = label_render (&later, &GOOD, 1, NULL);
  g_assert_true (g_bytes_equal (first, second));
  g_assert_false (g_bytes_equal (first, third));
}

static void
a_png_has_one_bit_a_pixel (void)
{
  const LabelSheet sheet = {.format = "avery-l7160", .output = LABEL_PNG_LABEL, .dpi = 203};
  g_autoptr (GBytes) png = label_render (&sheet, &GOOD, 1, NULL);
  const guint8 *data = g_bytes_get_data (png, NULL);
  g_assert_cmpint (data[24], ==, 1); /* IHDR: bit depth */
  g_assert_cmpint (data[25], ==, 0); /* IHDR: grey */
  g_assert_cmpmem (data + 37, 4, "pHYs", 4);
  g_assert_cmpint (data[43] << 8 | data[44], ==, 7992); /* 203 / 0.0254 */
  g_auto (Page) page = page_of_png (png);
  g_assert_cmpint (page.width, ==, 508); /* 63.5 mm */
  g_assert_cmpint (page.height, ==, 305);
  for (int i = 0; i < page.width * page.height; i++)
    g_assert_true (page.grey[i] == 0 || page.grey[i] == 255);
}

static void
cyrillic_and_emoji_do_no_harm (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = label_render (
      &A_PDF, &(Label){.qr = "T", .lines = {"Привет", "😀 e\u0301e\u0301", "\u202b العربية", ""}}, 1, &error);
  g_assert_no_error (error);
  g_assert_nonnull (pdf);
}

static gpointer
render_in_thread (gpointer data)
{
  (void)data;
  Label labels[MAX_LABELS];
  for (gsize i = 0; i < MAX_LABELS; i++)
    labels[i] = GOOD;
  return label_render (&A_PDF, labels, MAX_LABELS, NULL);
}

static void
threads_do_not_disturb_each_other (void)
{
  GThread *threads[4];
  g_autoptr (GBytes) alone = render_in_thread (NULL);
  g_assert_nonnull (alone);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("labels", render_in_thread, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++) {
    g_autoptr (GBytes) bytes = g_thread_join (threads[i]);
    g_assert_true (g_bytes_equal (bytes, alone));
  }
}

static gboolean
warning_is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  (void)level;
  (void)message;
  (void)data;
  return g_strcmp0 (domain, "Pango") != 0; /* Pango complains that there is no font, which is the point */
}

static void
render_without_fonts (void)
{
  g_test_log_set_fatal_handler (warning_is_fatal, NULL);
  g_autoptr (GError) error = NULL;
  g_assert_null (label_render (&A_PDF, &GOOD, 1, &error));
  g_assert_error (error, LABEL_ERROR, LABEL_ERROR_NO_FONT);
  g_assert_cmpuint (label_error_get_label (error), ==, 0);
}

/* In a child process with an empty fontconfig file: the machine has fonts. */
static void
refuses_without_a_font (void)
{
  if (g_test_subprocess ()) {
    render_without_fonts ();
    return;
  }
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("temoin-fonts-XXXXXX.conf", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, "<fontconfig/>\n", -1, NULL));
  g_setenv ("FONTCONFIG_FILE", path, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_unsetenv ("FONTCONFIG_FILE");
  g_unlink (path);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (REFUSALS); i++) {
    g_autofree char *name = g_strconcat ("/labels/render/refuses/", REFUSALS[i].name, NULL);
    g_test_add_data_func (name, &REFUSALS[i], refuses);
  }
  g_test_add_func ("/labels/render/an-unknown-format-lists-the-known-ones", an_unknown_format_lists_the_known_ones);
  g_test_add_func ("/labels/render/the-longest-text-goes-on-the-larger-label",
                   the_longest_text_goes_on_the_larger_label);
  g_test_add_func ("/labels/render/the-same-request-gives-the-same-bytes", the_same_request_gives_the_same_bytes);
  g_test_add_func ("/labels/render/a-png-has-one-bit-a-pixel", a_png_has_one_bit_a_pixel);
  g_test_add_func ("/labels/render/cyrillic-and-emoji-do-no-harm", cyrillic_and_emoji_do_no_harm);
  g_test_add_func ("/labels/render/threads-do-not-disturb-each-other", threads_do_not_disturb_each_other);
  g_test_add_func ("/labels/render/refuses-without-a-font", refuses_without_a_font);
  return g_test_run ();
}
