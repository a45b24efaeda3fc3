/* The choice of version and level, compared with what libqrencode finds by itself. */
#include "labels/qr.h"

#include <qrencode.h>
#include <string.h>

#include "labels/labels.h"

#define V4_SIDE  33
#define NO_LIMIT 1000

static int
side_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  cairo_surface_t *mask = qr_mask (text, NO_LIMIT, &error);
  g_assert_no_error (error);
  int side = cairo_image_surface_get_width (mask);
  g_assert_cmpint (cairo_image_surface_get_height (mask), ==, side);
  cairo_surface_destroy (mask);
  return side;
}

static void
check_refused (const char *text, guint max_modules, int code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (qr_mask (text, max_modules, &error));
  g_assert_error (error, LABEL_ERROR, code);
}

/* libqrencode's own smallest version at level M, for one segment of MODE. */
static void
check_smallest (char letter, QRencodeMode mode, guint longest)
{
  for (guint n = 1; n <= longest; n++) {
    g_autofree char *text = g_strnfill (n, letter);
    QRinput *input = QRinput_new2 (0, QR_ECLEVEL_M);
    g_assert_cmpint (QRinput_append (input, mode, (int)n, (const unsigned char *)text), ==, 0);
    QRcode *code = QRcode_encodeInput (input);
    g_assert_cmpint (side_of (text), ==, code->width);
    QRcode_free (code);
    QRinput_free (input);
  }
  g_autofree char *longer = g_strnfill (longest + 1, letter);
  check_refused (longer, NO_LIMIT, LABEL_ERROR_TOO_LONG);
}

static void
takes_the_smallest_version (void)
{
  check_smallest ('A', QR_MODE_AN, 262); /* ISO/IEC 18004 table 7: version 9-M holds 262 letters or 180 bytes */
  check_smallest ('a', QR_MODE_8, 180);
}

static void
a_code_of_the_house_is_version_2 (void)
{
  g_assert_cmpint (side_of ("HTTPS://PRET.EXEMPLE.FR/TBCDFGHK"), ==, 25);
  g_assert_cmpint (side_of ("https://pret.exemple.fr/TBCDFGHK"), ==, 29);
}

/* The 15 format bits beside the top left finder begin with the level: M is 00, L is 01, H is 10, Q is 11,
   masked with 10 (ISO/IEC 18004 section 7.9). */
static guint
level_bits (const char *text)
{
  cairo_surface_t *mask = qr_mask (text, NO_LIMIT, NULL);
  guint32 row = *(guint32 *)(void *)(cairo_image_surface_get_data (mask) + 8 * cairo_image_surface_get_stride (mask));
  cairo_surface_destroy (mask);
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return ((row & 1) << 1 | (row >> 1 & 1)) ^ 2;
  return (row >> 30) ^ 2;
}

static void
raises_the_level_when_it_is_free (void)
{
  g_assert_cmpuint (level_bits ("HTTPS://PRET.EXEMPLE.FR/TBCDFGHK"), ==, 0); /* M: 2-Q holds 29 letters */
  g_assert_cmpuint (level_bits ("HTTP://EXEMPLE.FR/TBCDFGHK"), ==, 3);       /* Q */
  g_assert_cmpuint (level_bits ("TBCDFGHK"), ==, 2);                         /* H */
}

static void
refuses_what_cannot_be_read (void)
{
  check_refused ("HTTPS://PRET.EXEMPLE.FR/TBCDFGHK", 32, LABEL_ERROR_TOO_LONG); /* 25 + 2 * 4 = 33 */
  cairo_surface_t *mask = qr_mask ("HTTPS://PRET.EXEMPLE.FR/TBCDFGHK", 33, NULL);
  g_assert_nonnull (mask);
  cairo_surface_destroy (mask);
  check_refused ("", NO_LIMIT, LABEL_ERROR_EMPTY);
  check_refused (NULL, NO_LIMIT, LABEL_ERROR_EMPTY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/qr/takes-the-smallest-version", takes_the_smallest_version);
  g_test_add_func ("/labels/qr/a-code-of-the-house-is-version-2", a_code_of_the_house_is_version_2);
  g_test_add_func ("/labels/qr/raises-the-level-when-it-is-free", raises_the_level_when_it_is_free);
  g_test_add_func ("/labels/qr/refuses-what-cannot-be-read", refuses_what_cannot_be_read);
  return g_test_run ();
}
