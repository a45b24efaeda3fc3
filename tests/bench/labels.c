/* Labels drawn per CPU second beside libqrencode alone on the same texts in the same run. */
#include <glib.h>
#include <qrencode.h>
#include <stdlib.h>
#include <time.h>

#include "labels/labels.h"

#define N_LABELS      1000
#define ROUNDS        5
#define START_OF_2027 1798761600 /* seconds since 1970 */

static const char ALPHABET[] = "BCDFGHJKLNPRSTVX";

static double
cpu_seconds (void)
{
  struct timespec now;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static char *
code_new (guint i)
{
  char code[9] = "TBBBBBBB";
  for (int k = 7; k > 0; k--, i = i * 2654435761u >> 3)
    code[k] = ALPHABET[i % 16];
  return g_strdup (code);
}

/* 1,000 tablets of 3 models: a code that never repeats, the model, the owner. */
static Label *
labels_new (void)
{
  static const char *const MODELS[] = {"Galaxy Tab A9+", "Lenovo Tab M10 (3e génération)", "Archos T101"};
  Label *labels = g_new0 (Label, N_LABELS);
  for (guint i = 0; i < N_LABELS; i++) {
    g_autofree char *code = code_new (i + 1);
    labels[i].qr = g_strdup_printf ("HTTPS://PRET.EXEMPLE.FR/%s", code);
    labels[i].lines[0] = g_strdup_printf ("%.4s-%s", code, code + 4);
    labels[i].lines[1] = MODELS[i % G_N_ELEMENTS (MODELS)];
    labels[i].lines[2] = "CIAS des Quatre Vallées, 06 39 98 12 34";
  }
  return labels;
}

static void
labels_free (Label *labels)
{
  for (guint i = 0; i < N_LABELS; i++) {
    g_free ((char *)labels[i].qr);
    g_free ((char *)labels[i].lines[0]);
  }
  g_free (labels);
}

static double
encode_all (const Label *labels)
{
  double before = cpu_seconds ();
  for (guint i = 0; i < N_LABELS; i++) {
    QRcode *code = QRcode_encodeString (labels[i].qr, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (code == NULL)
      g_error ("libqrencode failed");
    QRcode_free (code);
  }
  return cpu_seconds () - before;
}

static double
draw_all (const Label *labels)
{
  const LabelSheet sheet = {.format = "avery-l7651", .start = 1, .output = LABEL_PDF, .created_at = START_OF_2027};
  g_autoptr (GError) error = NULL;
  double before = cpu_seconds ();
  g_autoptr (GBytes) pdf = label_render (&sheet, labels, N_LABELS, &error);
  if (pdf == NULL)
    g_error ("%s", error->message);
  return cpu_seconds () - before;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

int
main (void)
{
  Label *labels = labels_new ();
  double encode[ROUNDS];
  double draw[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    encode[i] = encode_all (labels);
    draw[i] = draw_all (labels);
  }
  labels_free (labels);
  double bound = N_LABELS / median (encode);
  double value = N_LABELS / median (draw);
  g_print ("labels_per_cpu_second\t%.0f\tlibqrencode_alone_per_cpu_second\t%.0f\t%.2f\n", value, bound, bound / value);
  return 0;
}
