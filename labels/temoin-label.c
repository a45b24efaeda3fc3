/* temoin-label: lines of text in, a sheet of labels out. The command line of labels/, nothing more: it asks no daemon. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "labels/labels.h"
#include "labels/sheet.h"

#define EXIT_REFUSED 1
#define EXIT_USAGE   2
#define INPUT_MAX    (32 * 1024 * 1024) /* bytes */
#define DPI_DEFAULT  300

typedef enum {
  SUMMARY,
  HELP_FORMAT,
  HELP_START,
  HELP_OUTPUT,
  HELP_DPI,
  HELP_SINGLE,
  HELP_LIST,
  ARGUMENTS,
  NAME,
  LINE,
  COLON,
  DONE,
  NO_OUTPUT,
  BAD_SUFFIX,
  SINGLE_NEEDS_PNG,
  ONE_FILE,
  BAD_NUMBER,
  CANNOT_READ,
  TOO_LARGE,
  CANNOT_WRITE,
  NOT_A_FILE,
  TOO_MANY_LINES,
  UNKNOWN_FORMAT,
  BAD_START,
  N_TEXTS,
} TextId;

typedef struct {
  const char *fr, *en;
} Text;

static const Text TEXTS[N_TEXTS] = {
    [SUMMARY] = {"Dessine des étiquettes. Chaque ligne lue : TEXTE-QR, puis 1 à 4 lignes de texte, séparées par des "
                 "tabulations.\nSans FICHIER, lit l'entrée standard.",
                 "Draws labels. Each line read: QR-TEXT, then 1 to 4 lines of text, separated by tabs.\nWithout FILE, "
                 "reads the standard input."},
    [HELP_FORMAT] = {"format des étiquettes (avery-l7160 sinon)", "label format (avery-l7160 otherwise)"},
    [HELP_START] = {"première étiquette libre de la feuille, à partir de 1", "first free label of the sheet, from 1"},
    [HELP_OUTPUT] = {"fichier à écrire : .pdf, ou .png (une seule page)",
                     "file to write: .pdf, or .png (one page only)"},
    [HELP_DPI] = {"points par pouce du PNG (300 sinon)", "dots per inch of the PNG (300 otherwise)"},
    [HELP_SINGLE] = {"PNG d'une étiquette seule, à sa taille", "PNG of one label alone, at its own size"},
    [HELP_LIST] = {"liste les formats d'étiquettes", "list the label formats"},
    [NAME] = {"FICHIER", "FILE"},
    [ARGUMENTS] = {"[FICHIER]", "[FILE]"},
    [LINE] = {"ligne", "line"},
    [COLON] = {" :", ":"},
    [DONE] = {"étiquettes :", "labels:"},
    [NO_OUTPUT] = {"dites où écrire : -o FICHIER.pdf ou -o FICHIER.png",
                   "say where to write: -o FILE.pdf or -o FILE.png"},
    [BAD_SUFFIX] = {"le nom du fichier à écrire doit finir par .pdf ou .png",
                    "the name of the file to write must end in .pdf or .png"},
    [SINGLE_NEEDS_PNG] = {"--single demande un fichier .png", "--single needs a .png file"},
    [ONE_FILE] = {"donnez un seul fichier à lire", "give one file to read only"},
    [BAD_NUMBER] = {"--start et --dpi sont des nombres d'au moins 1", "--start and --dpi are numbers from 1 up"},
    [CANNOT_READ] = {"lecture impossible", "cannot read"},
    [TOO_LARGE] = {"le texte à lire dépasse 32 Mo", "the text to read is over 32 MB"},
    [CANNOT_WRITE] = {"écriture impossible, rien n'a été changé", "cannot write, nothing was changed"},
    [NOT_A_FILE] = {"existe déjà et n'est pas un fichier ordinaire", "is there already and is not an ordinary file"},
    [TOO_MANY_LINES] = {"plus de 4 lignes de texte pour une étiquette", "more than 4 lines of text for one label"},
    [UNKNOWN_FORMAT] = {"format d'étiquettes inconnu. Formats connus :", "unknown label format. Known formats:"},
    [BAD_START] = {"la feuille n'a pas cette étiquette. Étiquettes :", "the sheet has no such label. Labels:"},
};

static const Text ERRORS[] = {
    [LABEL_ERROR_UNKNOWN_FORMAT] = {"format d'étiquettes inconnu", "unknown label format"},
    [LABEL_ERROR_START] = {"la feuille n'a pas cette étiquette", "the sheet has no such label"},
    [LABEL_ERROR_EMPTY] = {"il n'y a pas de texte à mettre dans le code QR", "there is no text to put in the QR code"},
    [LABEL_ERROR_TOO_LONG] = {"le texte du code QR est trop long : à cette taille, il serait illisible",
                              "the QR text is too long: at this size it could not be read"},
    [LABEL_ERROR_TOO_MANY] = {"un PNG ne contient qu'une page (ou une étiquette) : demandez un PDF",
                              "a PNG holds one page (or one label) only: ask for a PDF"},
    [LABEL_ERROR_TEXT] = {"le texte n'est pas de l'UTF-8, ou contient un caractère de commande",
                          "the text is not UTF-8, or holds a control character"},
    [LABEL_ERROR_DPI] = {"le nombre de points par pouce ne convient pas (100 à 1200)",
                         "the number of dots per inch does not fit (100 to 1200)"},
    [LABEL_ERROR_NO_FONT] = {"aucune police de caractères : installez le paquet fonts-dejavu-core",
                             "no font on this machine: install the package fonts-dejavu-core"},
    [LABEL_ERROR_DRAWING] = {"le dessin a échoué (mémoire insuffisante ?)", "drawing failed (not enough memory?)"},
};

typedef struct {
  char *format;
  int start;
  char *output;
  int dpi;
  gboolean single;
  gboolean list;
  char **files;
} Options;

/* French, unless the first of these that is set says English. */
static gboolean
is_english (void)
{
  static const char *const NAMES[] = {"TEMOIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++) {
    const char *value = g_getenv (NAMES[i]);
    if (value != NULL && *value)
      return g_str_has_prefix (value, "en");
  }
  return FALSE;
}

static const char *
in_language (const Text *text)
{
  return is_english () ? text->en : text->fr;
}

static const char *
say (TextId id)
{
  return in_language (&TEXTS[id]);
}

static int
fail (int status, const char *what, const char *detail)
{
  g_printerr ("temoin-label: %s%s%s\n", what, detail ? " " : "", detail ? detail : "");
  return status;
}

static void
options_clear (Options *options)
{
  g_free (options->format);
  g_free (options->output);
  g_strfreev (options->files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse_options (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
      {"format", 'f', 0, G_OPTION_ARG_STRING, &options->format, say (HELP_FORMAT), "FORMAT"},
      {"start", 's', 0, G_OPTION_ARG_INT, &options->start, say (HELP_START), "N"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, say (HELP_OUTPUT), say (NAME)},
      {"dpi", 0, 0, G_OPTION_ARG_INT, &options->dpi, say (HELP_DPI), "N"},
      {"single", 0, 0, G_OPTION_ARG_NONE, &options->single, say (HELP_SINGLE), NULL},
      {"list", 0, 0, G_OPTION_ARG_NONE, &options->list, say (HELP_LIST), NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files, NULL, say (ARGUMENTS)},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_set_summary (context, say (SUMMARY));
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static int
list_stocks (void)
{
  gsize n;
  const LabelStock *stocks = label_stock_list (&n);
  for (gsize i = 0; i < n; i++)
    g_print ("%-12s  %3u  %s\n", stocks[i].name, sheet_capacity (&stocks[i]), stocks[i].title);
  return 0;
}

/* The output that the name of the file and --single ask for; FALSE when they ask for none. */
static gboolean
choose_output (const Options *options, LabelOutput *output)
{
  gboolean png = g_str_has_suffix (options->output, ".png");
  if (!png && !g_str_has_suffix (options->output, ".pdf"))
    return FALSE;
  *output = !png ? LABEL_PDF : options->single ? LABEL_PNG_LABEL : LABEL_PNG;
  return TRUE;
}

/* The words of a usage error, or NULL when OPTIONS make sense; OUTPUT is set on success only. */
static const char *
check_options (const Options *options, LabelOutput *output)
{
  if (options->output == NULL)
    return say (NO_OUTPUT);
  if (options->start < 1 || options->dpi < 1)
    return say (BAD_NUMBER);
  if (options->files != NULL && g_strv_length (options->files) > 1)
    return say (ONE_FILE);
  if (options->single && !g_str_has_suffix (options->output, ".png"))
    return say (SINGLE_NEEDS_PNG);
  if (!choose_output (options, output))
    return say (BAD_SUFFIX);
  return NULL;
}

/* All of FILE, or of the standard input when NULL, as one string owned by the caller. */
static char *
read_input (const char *file, GError **error)
{
  g_autoptr (GFile) path = g_file_new_for_path (file ? file : "/dev/stdin");
  g_autoptr (GFileInputStream) stream = g_file_read (path, NULL, error);
  if (stream == NULL)
    return NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  char chunk[65536];
  gssize n;
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), chunk, sizeof chunk, NULL, error)) > 0) {
    g_string_append_len (text, chunk, n);
    if (text->len > INPUT_MAX) {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, say (TOO_LARGE));
      return NULL;
    }
  }
  if (n < 0)
    return NULL;
  if (strlen (text->str) != text->len) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, in_language (&ERRORS[LABEL_ERROR_TEXT]));
    return NULL;
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Cuts LINE in place into LABEL; FALSE when it has too many parts. */
static gboolean
parse_line (char *line, Label *label)
{
  *label = (Label){.qr = line};
  guint n = 0;
  for (char *tab = strchr (line, '\t'); tab != NULL; tab = strchr (tab + 1, '\t')) {
    *tab = '\0';
    if (n == LABEL_LINES)
      return FALSE;
    label->lines[n++] = tab + 1;
  }
  return TRUE;
}

/* The labels of TEXT, which is cut in place and must outlive them; LINE_NUMBERS gets the line of each label.
   Returns 0, or the number of the line that is wrong. Empty lines are skipped. */
static guint
parse_labels (char *text, GArray *labels, GArray *line_numbers)
{
  guint number = 0;
  char *next;
  for (char *line = text; line != NULL; line = next) {
    number++;
    next = strchr (line, '\n');
    if (next != NULL)
      *next++ = '\0';
    gsize length = strlen (line);
    if (length > 0 && line[length - 1] == '\r')
      line[length - 1] = '\0';
    if (*line == '\0')
      continue;
    Label label;
    if (!parse_line (line, &label))
      return number;
    g_array_append_val (labels, label);
    g_array_append_val (line_numbers, number);
  }
  return 0;
}

static char *
at_line (guint number, const char *words)
{
  return g_strdup_printf ("%s %u%s %s", say (LINE), number, say (COLON), words);
}

/* What the user can do about a refusal of labels/, in the user's language; owned by the caller. */
static char *
explain (const GError *error, const char *format, const GArray *line_numbers)
{
  if (g_error_matches (error, LABEL_ERROR, LABEL_ERROR_UNKNOWN_FORMAT)) {
    g_autofree char *names = label_stock_names ();
    return g_strdup_printf ("%s %s", say (UNKNOWN_FORMAT), names);
  }
  if (g_error_matches (error, LABEL_ERROR, LABEL_ERROR_START))
    return g_strdup_printf ("%s 1-%u", say (BAD_START), sheet_capacity (label_stock_find (format)));
  const char *words = in_language (&ERRORS[error->code]);
  guint label = label_error_get_label (error);
  if (label == 0)
    return g_strdup (words);
  return at_line (g_array_index (line_numbers, guint, label - 1), words);
}

/* Either all of BYTES are in PATH, or PATH is as before: written aside, synchronised, then renamed. */
static int
write_output (const char *path, GBytes *bytes)
{
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return fail (EXIT_REFUSED, path, say (NOT_A_FILE));
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GError) error = NULL;
  if (!g_file_set_contents_full (path, data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &error)) {
    g_autofree char *what = g_strdup_printf ("%s: %s:", path, say (CANNOT_WRITE));
    return fail (EXIT_REFUSED, what, error->message);
  }
  return 0;
}

static int
draw (const Options *options, LabelOutput output)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = read_input (options->files ? options->files[0] : NULL, &error);
  if (text == NULL)
    return fail (EXIT_REFUSED, say (CANNOT_READ), error->message);
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (Label));
  g_autoptr (GArray) line_numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  guint wrong = parse_labels (text, labels, line_numbers);
  if (wrong != 0) {
    g_autofree char *what = at_line (wrong, say (TOO_MANY_LINES));
    return fail (EXIT_REFUSED, what, NULL);
  }
  const LabelSheet sheet = {
      .format = options->format ? options->format : "avery-l7160",
      .start = (guint)options->start,
      .output = output,
      .dpi = (guint)options->dpi,
      .created_at = g_get_real_time () / G_USEC_PER_SEC,
  };
  g_autoptr (GBytes) bytes = label_render (&sheet, (const Label *)(void *)labels->data, labels->len, &error);
  if (bytes == NULL) {
    g_autofree char *what = explain (error, sheet.format, line_numbers);
    return fail (EXIT_REFUSED, what, NULL);
  }
  int status = write_output (options->output, bytes);
  if (status == 0)
    g_print ("%s: %s %u\n", options->output, say (DONE), labels->len);
  return status;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_auto (Options) options = {.start = 1, .dpi = DPI_DEFAULT};
  g_autoptr (GError) error = NULL;
  if (!parse_options (&argc, &argv, &options, &error))
    return fail (EXIT_USAGE, error->message, NULL);
  if (options.list)
    return list_stocks ();
  LabelOutput output;
  const char *wrong = check_options (&options, &output);
  if (wrong != NULL)
    return fail (EXIT_USAGE, wrong, NULL);
  return draw (&options, output);
}
