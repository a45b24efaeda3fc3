/* The certificate read back with poppler: every word given is there, nothing is lost at a page break, the QR decodes. */
#include "daemon/documents/certificate.h"

#include "tests/unit/labels/page.h"

#define STEPS_MANY 400
#define QR_TEXT    "HTTPS://PRET.EXEMPLE.FR/XBCDFGHK"

static const CertificateField FIELDS[] = {
    {"model", "Appareil", "Device", "Galaxy Tab A9+"},
    {"serial", "Numéro de série", "Serial number", "R9TN30ABCDE"},
    {"method", "Méthode", "Method", "recovery-wipe, effacement cryptographique"},
    {"sanitizer", "Effectué par", "Operator", NULL},
};
static const CertificateLine STEPS[] = {
    {1795251672000, "21/11/2026 10:01:12", "state", "seen -> identified", "appareil reconnu", "device recognised"},
    {1795251723000, "21/11/2026 10:02:03", "state", "started -> gone", "la tablette a quitté le port",
     "it left the port"},
};
static const CertificateLine PROOFS[] = {{1795251724000, NULL, "usb", "key-refused: x",
                                          "Clé adb refusée après l'effacement", "adb key refused after the reset"}};

static Certificate
ordinary (void)
{
  return (Certificate){
      .title_fr = "Certificat d'effacement",
      .title_en = "Certificate of erasure",
      .statement_fr = "Les données ont été effacées.",
      .statement_en = "The data have been erased.",
      .fields = FIELDS,
      .n_fields = G_N_ELEMENTS (FIELDS),
      .timeline = STEPS,
      .n_timeline = G_N_ELEMENTS (STEPS),
      .evidence = PROOFS,
      .n_evidence = G_N_ELEMENTS (PROOFS),
      .qr = QR_TEXT,
      .footer = "CIAS des Quatre Vallées",
      .created_at = 1795000000,
  };
}

static GBytes *
render (const Certificate *certificate)
{
  g_autoptr (GError) error = NULL;
  GBytes *pdf = certificate_render (certificate, &error);
  g_assert_no_error (error);
  return pdf;
}

static char *
text_of_page (PopplerDocument *document, int number)
{
  g_autoptr (PopplerPage) page = poppler_document_get_page (document, number);
  return poppler_page_get_text (page);
}

static void
assert_says (const char *text, const char *words)
{
  if (strstr (text, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, text);
}

static void
says_all_it_was_given (void)
{
  static const char *const WORDS[] = {
      "Certificat d'effacement",
      "Certificate of erasure",
      "Les données ont été effacées.",
      "The data have been erased.",
      "Galaxy Tab A9+",
      "Numéro de série",
      "Serial number",
      "R9TN30ABCDE",
      "recovery-wipe",
      "appareil reconnu",
      "device recognised",
      "21/11/2026 10:01:12",
      "adb key refused",
      "la tablette a quitté le port",
      "Clé adb refusée",
      "HTTPS://PRET.EXEMPLE.FR/",
      "XBCDFGHK",
      "CIAS des Quatre Vallées",
      "page 1 / 1",
      "—",
      "Effacement effectué par",
      "Result verified by",
  };
  const Certificate certificate = ordinary ();
  g_autoptr (GBytes) pdf = render (&certificate);
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  g_assert_cmpint (poppler_document_get_n_pages (document), ==, 1);
  g_autofree char *text = text_of_page (document, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (WORDS); i++)
    assert_says (text, WORDS[i]);
}

static void
its_qr_code_decodes (void)
{
  const Certificate certificate = ordinary ();
  g_autoptr (GBytes) pdf = render (&certificate);
  g_auto (Page) page = page_of_pdf (pdf, 0, 203);
  g_autofree char *read = page_decode (&page, page_area (203, 150, 10, 50, 50));
  g_assert_cmpstr (read, ==, QR_TEXT);
}

/* Nothing may run out of the page: the margins are blank on every page. */
static void
check_margins (GBytes *pdf, int n_pages)
{
  for (int i = 0; i < n_pages; i++) {
    g_auto (Page) page = page_of_pdf (pdf, i, 60);
    g_assert_cmpuint (page_ink (&page, page_area (60, 0, 0, 18, 297)), ==, 0);
    g_assert_cmpuint (page_ink (&page, page_area (60, 192, 0, 18, 297)), ==, 0);
    g_assert_cmpuint (page_ink (&page, page_area (60, 0, 285, 210, 12)), ==, 0);
  }
}

static void
a_long_timeline_loses_no_line (void)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree CertificateLine *lines = g_new0 (CertificateLine, STEPS_MANY);
  for (int i = 0; i < STEPS_MANY; i++) {
    char *text = g_strdup_printf ("étape-%03d started -> gone%s", i,
                                  i % 7 ? ""
                                        : " très longue explication de ce qui s'est passé pendant cette étape, assez "
                                          "longue pour prendre deux rangs de la page");
    g_ptr_array_add (texts, text);
    lines[i] = (CertificateLine){.at = "21/11/2026 10:01:12", .fr = text, .en = "step"};
  }
  Certificate certificate = ordinary ();
  certificate.timeline = lines;
  certificate.n_timeline = STEPS_MANY;
  g_autoptr (GBytes) pdf = render (&certificate);
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  int n_pages = poppler_document_get_n_pages (document);
  g_assert_cmpint (n_pages, >, 4);
  g_autoptr (GString) all = g_string_new (NULL);
  for (int i = 0; i < n_pages; i++) {
    g_autofree char *text = text_of_page (document, i);
    g_autofree char *foot = g_strdup_printf ("page %d / %d", i + 1, n_pages);
    assert_says (text, foot);
    assert_says (text, "CIAS des Quatre Vallées");
    g_string_append (all, text);
  }
  for (int i = 0; i < STEPS_MANY; i++) {
    g_autofree char *step = g_strdup_printf ("étape-%03d", i);
    assert_says (all->str, step);
  }
  assert_says (all->str, "Résultat vérifié par");
  check_margins (pdf, n_pages);
}

/* One value longer than a page, and one without any space. */
static void
a_huge_value_stays_on_the_pages (void)
{
  g_autoptr (GString) words = g_string_new (NULL);
  for (int i = 0; i < 3000; i++)
    g_string_append_printf (words, "mot%04d ", i);
  g_autofree char *one_word = g_strnfill (9000, 'W');
  const CertificateField fields[] = {
      {"text", "Texte", "Text", words->str}, {"word", "Mot", "Word", one_word}, {"end", "Fin", "End", "voilà"}};
  Certificate certificate = ordinary ();
  certificate.fields = fields;
  certificate.n_fields = G_N_ELEMENTS (fields);
  g_autoptr (GBytes) pdf = render (&certificate);
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  int n_pages = poppler_document_get_n_pages (document);
  g_autoptr (GString) all = g_string_new (NULL);
  for (int i = 0; i < n_pages; i++) {
    g_autofree char *text = text_of_page (document, i);
    g_string_append (all, text);
  }
  assert_says (all->str, "mot0000");
  assert_says (all->str, "mot1500");
  assert_says (all->str, "mot2999");
  assert_says (all->str, "voilà");
  check_margins (pdf, n_pages);
}

static void
the_bare_minimum_is_drawn (void)
{
  const Certificate certificate = {.title_fr = "Certificat", .title_en = "Certificat", .statement_fr = "p\xe9ri"};
  g_autoptr (GBytes) pdf = render (&certificate);
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  g_autofree char *text = text_of_page (document, 0);
  assert_says (text, "p\uFFFDri");
  g_assert_null (strstr (text, "Timeline"));
}

static void
the_structure_is_tagged (void)
{
  const Certificate certificate = ordinary ();
  g_autoptr (GBytes) pdf = render (&certificate);
  g_autoptr (PopplerDocument) document = page_open_pdf (pdf);
  PopplerStructureElementIter *iter = poppler_structure_element_iter_new (document);
  g_assert_nonnull (iter);
  guint headings = 0;
  guint tables = 0;
  do {
    PopplerStructureElement *element = poppler_structure_element_iter_get_element (iter);
    PopplerStructureElementKind kind = poppler_structure_element_get_kind (element);
    headings += kind == POPPLER_STRUCTURE_ELEMENT_HEADING_1;
    tables += kind == POPPLER_STRUCTURE_ELEMENT_TABLE;
    g_object_unref (element);
  } while (poppler_structure_element_iter_next (iter));
  poppler_structure_element_iter_free (iter);
  g_assert_cmpuint (headings, ==, 1);
  g_assert_cmpuint (tables, ==, 1);
}

static void
the_same_facts_give_the_same_bytes (void)
{
  const Certificate certificate = ordinary ();
  g_autoptr (GBytes) first = render (&certificate);
  g_autoptr (GBytes) second = render (&certificate);
  g_assert_true (g_bytes_equal (first, second));
}

static void
a_qr_text_too_fine_is_refused (void)
{
  g_autofree char *long_text = g_strnfill (300, 'A');
  Certificate certificate = ordinary ();
  certificate.qr = long_text;
  g_autoptr (GError) error = NULL;
  g_assert_null (certificate_render (&certificate, &error));
  g_assert_error (error, LABEL_ERROR, LABEL_ERROR_TOO_LONG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/documents/certificate/says-all-it-was-given", says_all_it_was_given);
  g_test_add_func ("/documents/certificate/its-qr-code-decodes", its_qr_code_decodes);
  g_test_add_func ("/documents/certificate/a-long-timeline-loses-no-line", a_long_timeline_loses_no_line);
  g_test_add_func ("/documents/certificate/a-huge-value-stays-on-the-pages", a_huge_value_stays_on_the_pages);
  g_test_add_func ("/documents/certificate/the-bare-minimum-is-drawn", the_bare_minimum_is_drawn);
  g_test_add_func ("/documents/certificate/the-structure-is-tagged", the_structure_is_tagged);
  g_test_add_func ("/documents/certificate/the-same-facts-give-the-same-bytes", the_same_facts_give_the_same_bytes);
  g_test_add_func ("/documents/certificate/a-qr-text-too-fine-is-refused", a_qr_text_too_fine_is_refused);
  return g_test_run ();
}
