/* Printers of arguments, one row a letter. Not for whole sentences. */
#include "daemon/rules/argument.h"
#include "daemon/rules/code.h"
#include "daemon/rules/dates.h"
#include "daemon/rules/fund.h"
#include "daemon/rules/item.h"
#include "daemon/rules/piece.h"
#include "daemon/rules/regie.h"
#include "daemon/rules/right.h"
#include "daemon/rules/voucher.h"
#include "daemon/rules/wipe.h"

#define NARROW_SPACE   "\u202f"
#define NO_BREAK_SPACE "\u00a0"

/* A printer gives NULL for a text it cannot read. */
typedef char *(*Printer) (const char *text, Language language);

static char *
print_day (const char *text, Language language)
{
  (void)language; /* both write 21/11/2026 */
  Day day;
  if (!day_parse (text, &day, NULL))
    return NULL;
  return g_strdup_printf ("%.2s/%.2s/%.4s", day.text + 8, day.text + 5, day.text);
}

static char *
print_money (const char *text, Language language)
{
  gint64 cents;
  if (!g_ascii_string_to_signed (text, 10, G_MININT64 + 1, G_MAXINT64, &cents, NULL))
    return NULL;
  const char *sign = cents < 0 ? "-" : "";
  gint64 size = ABS (cents);
  g_autofree char *units = g_strdup_printf ("%" G_GINT64_FORMAT, size / 100);
  GString *grouped = g_string_new (NULL);
  for (gsize i = 0, n = strlen (units); i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0)
      g_string_append (grouped, language == LANGUAGE_FR ? NARROW_SPACE : ",");
    g_string_append_c (grouped, units[i]);
  }
  g_autofree char *whole = g_string_free (grouped, FALSE);
  int rest = (int)(size % 100);
  return language == LANGUAGE_FR ? g_strdup_printf ("%s%s,%02d" NO_BREAK_SPACE "€", sign, whole, rest)
                                 : g_strdup_printf ("%s€%s.%02d", sign, whole, rest);
}

/* One code, or several separated by ", ". */
static char *
print_code (const char *text, Language language)
{
  g_auto (GStrv) codes = g_strsplit (text, ", ", -1);
  GString *joined = g_string_new (NULL);
  for (char **code = codes; *code != NULL; code++) {
    g_autofree char *shown = code_display (*code);
    const char *last = language == LANGUAGE_FR ? " ou " : " or ";
    g_string_append (joined, code == codes ? "" : code[1] == NULL ? last : ", ");
    g_string_append (joined, shown);
  }
  return g_string_free (joined, FALSE);
}

static char *
print_kinds (const char *text, Language language)
{
  GString *joined = g_string_new (NULL);
  for (const char *letter = text; *letter != '\0'; letter++) {
    const char *kind = code_kind_text (*letter, language);
    const char *last = language == LANGUAGE_FR ? " ou " : " or ";
    if (joined->len > 0)
      g_string_append (joined, letter[1] == '\0' ? last : ", ");
    g_string_append (joined, kind != NULL ? kind : "?");
  }
  return g_string_free (joined, FALSE);
}

/* The printers of stored words differ by their list only. One word, or several separated by ", ". */
#define WORD_PRINTER(name, Type, parse, words)                                                                         \
  static char *name (const char *text, Language language)                                                              \
  {                                                                                                                    \
    g_auto (GStrv) parts = g_strsplit (text, ", ", -1);                                                                \
    for (char **part = parts; *part != NULL; part++) {                                                                 \
      Type value;                                                                                                      \
      if (!parse (*part, &value))                                                                                      \
        return NULL;                                                                                                   \
      g_free (*part);                                                                                                  \
      *part = g_strdup (words (value, language));                                                                      \
    }                                                                                                                  \
    return g_strjoinv (", ", parts);                                                                                   \
  }
WORD_PRINTER (print_item_state, ItemState, item_state_parse, item_state_text)
WORD_PRINTER (print_line_state, LineState, line_state_parse, line_state_text)
WORD_PRINTER (print_loan_state, LoanState, loan_state_parse, loan_state_text)
WORD_PRINTER (print_wipe_state, WipeState, wipe_state_parse, wipe_state_text)
WORD_PRINTER (print_verdict, WipeVerdict, wipe_verdict_parse, wipe_verdict_text)
WORD_PRINTER (print_recharge_state, RechargeState, recharge_state_parse, recharge_state_text)
WORD_PRINTER (print_voucher_state, VoucherState, voucher_state_parse, voucher_state_text)
WORD_PRINTER (print_strand, Strand, strand_parse, strand_text)
WORD_PRINTER (print_expense, Expense, expense_parse, expense_text)
WORD_PRINTER (print_means, PayMeans, pay_means_parse, pay_means_text)
WORD_PRINTER (print_role, Role, role_parse, role_text)

static char *
print_closed (const char *text, Language language)
{
  return g_strdup (calendar_closed_text (text, language));
}

static char *
print_objection (const char *text, Language language)
{
  return g_strdup (wipe_objection_text (text, language));
}

/* ---- names that the interface writes in English ---- */

typedef struct {
  const char *en, *fr;
} Name;

#define PIECE_ROW(english, french) {english, french},
static const Name piece_names[] = {PIECES_USUAL (PIECE_ROW)};
static const Name field_names[] = {
    {"name", "nom"},
    {"phone", "téléphone"},
    {"email", "courriel"},
    {"town", "commune"},
    {"serial", "numéro de série"},
    {"model", "modèle"},
    {"inventory_no", "numéro d'inventaire"},
    {"price", "prix"},
    {"price_cents", "prix en centimes"},
    {"amount", "somme"},
    {"amount_cents", "somme en centimes"},
    {"fund", "fonds"},
    {"pieces", "accessoires"},
    {"kind", "sorte"},
    {"iccid", "numéro de carte SIM"},
    {"msisdn", "numéro de téléphone"},
    {"operator", "opérateur"},
    {"offer", "offre"},
    {"from", "premier jour"},
    {"to", "dernier jour"},
    {"strand", "volet"},
    {"person", "personne"},
    {"things", "codes à prêter"},
    {"thing", "code"},
    {"until", "date de retour"},
    {"condition", "état constaté"},
    {"line", "ligne"},
    {"product", "produit"},
    {"on", "jour de la recharge"},
    {"item", "appareil"},
    {"strategy", "méthode"},
    {"wipe", "effacement"},
    {"text", "texte"},
    {"comment", "raison"},
    {"overrides", "droits"},
    {"day", "jour"},
    {"codes", "codes"},
    {"start", "première étiquette libre"},
    {"dpi", "points par pouce"},
    {"output", "sorte de fichier"},
    {"limit", "nombre de lignes"},
    {"days", "nombre de jours"},
    {"state", "état"},
    {"role", "rôle"},
    {"user", "utilisateur"},
    {"uid", "numéro d'utilisateur"},
    {"pin", "code PIN"},
    {"puk", "code PUK"},
    {"number", "numéro du bon"},
    {"code", "code de recharge"},
    {"voucher", "bon de recharge"},
    {"expires_on", "date limite"},
    {"credit_valid", "durée du crédit"},
    {"line_valid", "durée de la ligne"},
    {"credit_until", "fin du crédit"},
    {"line_until", "fin de la ligne"},
    {"lines", "lignes"},
    {"recharge", "recharge"},
    {"outcome", "résultat"},
    {"origin", "origine"},
    {"evidence", "preuve"},
    {"what", "ce qui est demandé"},
    {"dialogue", "dialogue"},
    {"conditions", "conditions du donateur"},
    {"strands", "autres volets"},
    {"expenses", "sortes de dépenses"},
    {"firm_end", "fin ferme"},
    {"supplier", "fournisseur"},
    {"invoice", "référence de la facture"},
    {"paper_hash", "empreinte de la pièce"},
    {"total", "total"},
    {"items", "appareils"},
    {"count", "nombre d'appareils"},
    {"purchase", "achat"},
    {"regie", "régie"},
    {"act", "référence de l'acte"},
    {"act_on", "jour de l'acte"},
    {"ceiling", "montant maximum de l'avance"},
    {"natures", "natures de dépense"},
    {"nature", "nature de dépense"},
    {"means", "moyen de paiement"},
    {"holder", "régisseur"},
    {"deputy", "mandataire suppléant"},
    {"object", "objet"},
    {"paper", "référence de la pièce"},
    {"entry", "numéro d'écriture"},
    {"request", "numéro de demande"},
    {"period", "mois ou année"},
};

static const char *
french_name (const Name *names, gsize n, const char *english)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (names[i].en, english))
      return names[i].fr;
  return english;
}

static char *
print_field (const char *text, Language language)
{
  return g_strdup (language == LANGUAGE_FR ? french_name (field_names, G_N_ELEMENTS (field_names), text) : text);
}

static char *
print_pieces (const char *text, Language language)
{
  if (language != LANGUAGE_FR)
    return g_strdup (text);
  g_auto (GStrv) names = g_strsplit (text, ", ", -1);
  GString *joined = g_string_new (NULL);
  for (char **name = names; *name != NULL; name++)
    g_string_append_printf (joined, "%s%s", joined->len > 0 ? ", " : "",
                            french_name (piece_names, G_N_ELEMENTS (piece_names), *name));
  return g_string_free (joined, FALSE);
}

static const struct {
  char how;
  Printer print;
} printers[] = {
    {'d', print_day},        {'m', print_money},      {'c', print_code},           {'k', print_kinds},
    {'i', print_item_state}, {'l', print_line_state}, {'o', print_loan_state},     {'w', print_wipe_state},
    {'v', print_verdict},    {'s', print_strand},     {'e', print_expense},        {'y', print_means},
    {'u', print_role},       {'r', print_closed},     {'g', print_recharge_state}, {'q', print_voucher_state},
    {'b', print_objection},  {'f', print_field},      {'p', print_pieces},
};

char *
argument_text (char how, const char *text, Language language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (printers); i++)
    if (printers[i].how == how) {
      char *printed = printers[i].print (text, language);
      return printed != NULL ? printed : g_strdup (text);
    }
  return g_strdup (text);
}
