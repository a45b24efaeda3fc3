/* The wish not to be scaled: read back with poppler; a file that is not cairo's is left alone. */
#include "labels/actual_size.h"

#include "page.h"

static const Label GOOD = {.qr = "HTTPS://PRET.EXEMPLE.FR/TBCDFGHK", .lines = {"TBCD-FGHK"}};

static GBytes *
sheet_of_labels (void)
{
  const LabelSheet sheet = {.format = "avery-l7160", .start = 1, .output = LABEL_PDF};
  GBytes *pdf = label_render (&sheet, &GOOD, 1, NULL);
  g_assert_nonnull (pdf);
  return pdf;
}

static void
a_sheet_asks_not_to_be_scaled (void)
{
  g_autoptr (GBytes) pdf = sheet_of_labels ();
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  g_assert_cmpint (poppler_document_get_print_scaling (document), ==, POPPLER_PRINT_SCALING_NONE);
  g_assert_cmpint (poppler_document_get_n_pages (document), ==, 1);
  g_autofree char *creator = poppler_document_get_creator (document);
  g_assert_cmpstr (creator, ==, "Témoin");
}

static void
asking_twice_changes_nothing (void)
{
  g_autoptr (GBytes) pdf = sheet_of_labels ();
  g_autoptr (GBytes) again = actual_size_pdf (g_bytes_ref (pdf));
  g_assert_true (g_bytes_equal (pdf, again));
}

/* Cut anywhere, a file has no trailer at its end: it comes back as it was. */
static void
a_cut_file_is_left_alone (void)
{
  g_autoptr (GBytes) pdf = sheet_of_labels ();
  gsize size = g_bytes_get_size (pdf);
  for (gsize length = 0; length + 50 < size; length += 97) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (pdf, 0, length);
    g_autoptr (GBytes) after = actual_size_pdf (g_bytes_ref (cut));
    if (g_bytes_get_size (after) != length)
      g_assert_cmpuint (length, >, size - 1024); /* the file before the update was whole */
  }
}

static void
lies_in_the_trailer_are_harmless (void)
{
  static const char *const TEXTS[] = {
      "",
      "trailer\n<<",
      "trailer\n<< /Root 1 0 R >>\nstartxref\n99999999999999999999\n%%EOF\n",
      "xref\n0 2\n0000000000 65535 f \ntrailer\n<< /Root 4294967295 0 R >>\nstartxref\n0\n%%EOF\n",
      "trailer\n<< /Root x 0 R >>\nstartxref\n0\n",
      "trailer\n<< /Root 1 0 R startxref\n0\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (TEXTS); i++) {
    g_autoptr (GBytes) text = g_bytes_new_static (TEXTS[i], strlen (TEXTS[i]));
    g_autoptr (GBytes) after = actual_size_pdf (g_bytes_ref (text));
    g_assert_true (g_bytes_equal (text, after));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/actual-size/a-sheet-asks-not-to-be-scaled", a_sheet_asks_not_to_be_scaled);
  g_test_add_func ("/labels/actual-size/asking-twice-changes-nothing", asking_twice_changes_nothing);
  g_test_add_func ("/labels/actual-size/a-cut-file-is-left-alone", a_cut_file_is_left_alone);
  g_test_add_func ("/labels/actual-size/lies-in-the-trailer-are-harmless", lies_in_the_trailer_are_harmless);
  return g_test_run ();
}
