/* Where the ink of one label goes, and what text ends in the file. */
#include "labels/layout.h"

#include "page.h"

#define DPI 600
#define LONG_LINE                                                                                                      \
  "ÉTABLISSEMENT INTERCOMMUNAL D'ACTION SOCIALE DES VALLÉES RÉUNIES À ŒUVRER ENSEMBLE, PORTE DU FOND, SECRETDEFIN"
#define ONE_WORD "ÀÉÈÊËÎÏÔÖÛÜÇŒÀÉÈÊËÎÏÔÖÛÜÇŒÀÉÈÊËÎÏÔÖÛÜÇŒÀÉÈÊËÎÏÔÖÛÜÇŒÀÉÈÊËÎÏÔÖÛÜÇŒ"
#define QR_TEXT  "HTTPS://PRET.EXEMPLE.FR/TBCDFGHK"

static GBytes *
render (const char *format, LabelOutput output, const Label *label)
{
  g_autoptr (GError) error = NULL;
  const LabelSheet sheet = {.format = format, .start = 1, .output = output, .dpi = DPI};
  GBytes *bytes = label_render (&sheet, label, 1, &error);
  g_assert_no_error (error);
  return bytes;
}

/* A letter may lean out of its box by a hair (À at the start of a line): less than this is not running over. */
#define HAIR_MM 0.1

static LayoutBox
widened (LayoutBox box)
{
  return (LayoutBox){box.x_mm - HAIR_MM, box.y_mm - HAIR_MM, box.width_mm + 2 * HAIR_MM, box.height_mm + 2 * HAIR_MM};
}

/* The QR square without its quiet zone, for a code of version 2. */
static LayoutBox
without_quiet_zone (LayoutBox box)
{
  double quiet = box.width_mm * 4 / 33 - HAIR_MM;
  return (LayoutBox){box.x_mm + quiet, box.y_mm + quiet, box.width_mm - 2 * quiet, box.height_mm - 2 * quiet};
}

static guint
ink_in_box (const Page *page, LayoutBox box)
{
  return page_ink (page, page_area (DPI, box.x_mm, box.y_mm, box.width_mm, box.height_mm));
}

/* All ink of LABEL is in the QR box or in the text box, on every stock. */
static void
check_boxes (const Label *label)
{
  gsize n;
  const LabelStock *stocks = label_stock_list (&n);
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GBytes) png = render (stocks[i].name, LABEL_PNG_LABEL, label);
    g_auto (Page) page = page_of_png (png);
    guint text = ink_in_box (&page, widened (layout_text_box (&stocks[i])));
    guint qr = ink_in_box (&page, without_quiet_zone (layout_qr_box (&stocks[i])));
    g_assert_cmpuint (text, >, 0);
    g_assert_cmpuint (qr, >, 0);
    g_assert_cmpuint (page_ink (&page, (Area){0, 0, page.width, page.height}), ==, text + qr);
  }
}

static void
long_lines_stay_in_their_box (void)
{
  check_boxes (&(Label){.qr = QR_TEXT, .lines = {LONG_LINE, LONG_LINE, LONG_LINE, LONG_LINE}});
}

static void
a_long_word_stays_in_its_box (void)
{
  check_boxes (&(Label){.qr = QR_TEXT, .lines = {ONE_WORD, ONE_WORD, ONE_WORD, ONE_WORD}});
}

static void
short_lines_stay_in_their_box (void)
{
  check_boxes (&(Label){.qr = QR_TEXT, .lines = {"TMMM-MMMM", "À", "ÇŒ", "jpqg"}});
}

static char *
text_of (const char *format, const Label *label)
{
  g_autoptr (GBytes) pdf = render (format, LABEL_PDF, label);
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  g_autoptr (PopplerPage) page = poppler_document_get_page (document, 0);
  return poppler_page_get_text (page);
}

/* A hidden end could be copied out of the PDF by anyone who is given it. */
static void
what_is_cut_is_not_in_the_file (void)
{
  g_autofree char *text = text_of ("avery-l7651", &(Label){.qr = QR_TEXT, .lines = {LONG_LINE, "Tablette", LONG_LINE}});
  g_assert_nonnull (strstr (text, "…"));
  g_assert_nonnull (strstr (text, "ÉTABLISSEMENT"));
  g_assert_null (strstr (text, "SECRET"));
  g_assert_null (strstr (text, "PORTE"));
}

static void
accents_are_in_the_file (void)
{
  g_autofree char *text =
      text_of ("avery-l7160", &(Label){.qr = QR_TEXT, .lines = {"TBCD-FGHK", "prêtée à Noël", "œuvre € Ÿ"}});
  g_assert_nonnull (strstr (text, "TBCD-FGHK"));
  g_assert_nonnull (strstr (text, "prêtée à Noël"));
  g_assert_nonnull (strstr (text, "œuvre € Ÿ"));
  g_assert_null (strstr (text, "…"));
}

/* A line that fits as a whole once set smaller is set smaller, not cut. */
static void
the_first_line_shrinks_before_it_is_cut (void)
{
  g_autofree char *text = text_of ("avery-l7651", &(Label){.qr = QR_TEXT, .lines = {"TBCD-FGHK NR"}});
  g_assert_nonnull (strstr (text, "TBCD-FGHK NR"));
}

static guint
first_run (const Page *page, Area area)
{
  for (int y = area.y; y < area.y + area.height; y++)
    for (int x = area.x; x < area.x + area.width; x++)
      if (page_is_dark (page, x, y)) {
        guint run = 0;
        while (page_is_dark (page, x + (int)run, y))
          run++;
        return run;
      }
  return 0;
}

/* The top of a finder pattern is 7 modules wide: a multiple of 7 dots means whole dots. */
static void
modules_are_whole_dots (void)
{
  static const guint DPIS[] = {203, 300, 600};
  const LabelStock *stock = label_stock_find ("avery-l7651");
  LayoutBox box = layout_qr_box (stock);
  for (gsize i = 0; i < G_N_ELEMENTS (DPIS); i++) {
    const LabelSheet sheet = {.format = stock->name, .output = LABEL_PNG_LABEL, .dpi = DPIS[i]};
    g_autoptr (GBytes) png = label_render (&sheet, &(Label){.qr = QR_TEXT}, 1, NULL);
    g_auto (Page) page = page_of_png (png);
    guint run = first_run (&page, page_area (DPIS[i], box.x_mm, box.y_mm, box.width_mm, box.height_mm));
    g_assert_cmpuint (run, ==, 7 * (guint)(box.width_mm / 25.4 * DPIS[i] / 33));
  }
}

/* Blank round the code: 4 modules at least, on every side. */
static void
the_quiet_zone_is_blank (void)
{
  const LabelStock *stock = label_stock_find ("avery-l7651");
  LayoutBox box = layout_qr_box (stock);
  g_autoptr (GBytes) png = render (stock->name, LABEL_PNG_LABEL, &(Label){.qr = QR_TEXT, .lines = {LONG_LINE}});
  g_auto (Page) page = page_of_png (png);
  guint outer = ink_in_box (&page, box);
  g_assert_cmpuint (outer, >, 0);
  g_assert_cmpuint (ink_in_box (&page, without_quiet_zone (box)), ==, outer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/layout/long-lines-stay-in-their-box", long_lines_stay_in_their_box);
  g_test_add_func ("/labels/layout/a-long-word-stays-in-its-box", a_long_word_stays_in_its_box);
  g_test_add_func ("/labels/layout/short-lines-stay-in-their-box", short_lines_stay_in_their_box);
  g_test_add_func ("/labels/layout/what-is-cut-is-not-in-the-file", what_is_cut_is_not_in_the_file);
  g_test_add_func ("/labels/layout/accents-are-in-the-file", accents_are_in_the_file);
  g_test_add_func ("/labels/layout/the-first-line-shrinks-before-it-is-cut", the_first_line_shrinks_before_it_is_cut);
  g_test_add_func ("/labels/layout/modules-are-whole-dots", modules_are_whole_dots);
  g_test_add_func ("/labels/layout/the-quiet-zone-is-blank", the_quiet_zone_is_blank);
  return g_test_run ();
}
