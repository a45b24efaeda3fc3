/* The table of fields, and the way from a JSON value to a text. */
#include "cli/fields.h"
#include "cli/display.h"
#include "cli/words.h"
#include <string.h>

typedef enum {
  FIELD_PLAIN,
  FIELD_CODE,
  FIELD_CODES, /* separated by spaces */
  FIELD_DAY,
  FIELD_INSTANT,
  FIELD_CLOCK,
  FIELD_MONEY,
  FIELD_NUMBER,
  FIELD_WORD,
  FIELD_PHONE,
  FIELD_TAIL, /* the last letters of a long identifier */
} FieldFormat;

typedef struct {
  const char *name;
  FieldFormat format;
  Text title;
} Field;

static const Field fields[] = {
    {"code", FIELD_CODE, {"Étiquette", "Label"}},
    {"kind", FIELD_WORD, {"Sorte", "Kind"}},
    {"name", FIELD_PLAIN, {"Nom", "Name"}},
    {"piece", FIELD_WORD, {"Accessoire", "Piece"}},
    {"phone", FIELD_PHONE, {"Téléphone", "Phone"}},
    {"email", FIELD_PLAIN, {"Courriel", "E-mail"}},
    {"town", FIELD_PLAIN, {"Commune", "Town"}},
    {"serial", FIELD_PLAIN, {"N° de série", "Serial"}},
    {"serial_end", FIELD_TAIL, {"Fin du n° de série", "Serial end"}},
    {"model", FIELD_PLAIN, {"Modèle", "Model"}},
    {"imei", FIELD_PLAIN, {"IMEI", "IMEI"}},
    {"inventory_no", FIELD_PLAIN, {"N° d'inventaire", "Inventory no"}},
    {"price_cents", FIELD_MONEY, {"Prix", "Price"}},
    {"currency", FIELD_PLAIN, {"Monnaie", "Currency"}},
    {"fund", FIELD_CODE, {"Fonds", "Fund"}},
    {"state", FIELD_WORD, {"État", "State"}},
    {"state_reason", FIELD_WORD, {"Pourquoi", "Why"}},
    {"holder.name", FIELD_PLAIN, {"Chez", "Held by"}},
    {"holder.person", FIELD_CODE, {"Emprunteur", "Borrower"}},
    {"holder.since", FIELD_DAY, {"Depuis", "Since"}},
    {"holder.due_on", FIELD_DAY, {"À rendre le", "Due on"}},
    {"holder.loan", FIELD_CODE, {"Prêt", "Loan"}},
    {"wipe", FIELD_CODE, {"Effacement", "Wipe"}},
    {"sim", FIELD_CODE, {"Carte SIM", "SIM card"}},
    {"job", FIELD_WORD, {"Quoi", "What"}},
    {"recharge", FIELD_CODE, {"Recharge", "Recharge"}},
    {"registration", FIELD_WORD, {"Réseau", "Network"}},
    {"network", FIELD_PLAIN, {"Chez", "Network name"}},
    {"home", FIELD_PLAIN, {"Opérateur de la carte", "Card's operator"}},
    {"signal_percent", FIELD_NUMBER, {"Signal %", "Signal %"}},
    {"numbers", FIELD_PHONE, {"Numéros dits par la carte", "Numbers on the card"}},
    {"pin_on", FIELD_PLAIN, {"Demande un PIN", "Asks for a PIN"}},
    {"pin_left", FIELD_NUMBER, {"Essais PIN", "PIN attempts"}},
    {"pin_kept", FIELD_WORD, {"PIN au registre", "PIN in the register"}},
    {"puk_left", FIELD_NUMBER, {"Essais PUK", "PUK attempts"}},
    {"attempts_left", FIELD_NUMBER, {"Essais restants", "Attempts left"}},
    {"answer", FIELD_PLAIN, {"Réponse de l'opérateur", "Operator's answer"}},
    {"balance_mb", FIELD_NUMBER, {"Reste (Mo)", "Left (MB)"}},
    {"balance_at", FIELD_INSTANT, {"Solde lu le", "Balance read"}},
    {"messages", FIELD_NUMBER, {"Messages", "Messages"}},
    {"contacts", FIELD_NUMBER, {"Contacts", "Contacts"}},
    {"to_erase", FIELD_PLAIN, {"À vider", "To be erased"}},
    {"seen_at", FIELD_INSTANT, {"Lue le", "Read"}},
    {"iccid", FIELD_PLAIN, {"N° de carte (ICCID)", "Card (ICCID)"}},
    {"line", FIELD_CODE, {"Ligne", "Line"}},
    {"card", FIELD_PLAIN, {"N° de carte (ICCID)", "Card (ICCID)"}},
    {"msisdn", FIELD_PHONE, {"Numéro", "Number"}},
    {"operator", FIELD_PLAIN, {"Opérateur", "Operator"}},
    {"offer", FIELD_PLAIN, {"Offre", "Offer"}},
    {"credit_until", FIELD_DAY, {"Crédit jusqu'au", "Credit until"}},
    {"line_until", FIELD_DAY, {"Ligne jusqu'au", "Line until"}},
    {"created_at", FIELD_INSTANT, {"Créé le", "Created"}},
    {"line_origin", FIELD_WORD, {"Fin de ligne : d'où", "Line's end: from"}},
    {"line_confidence", FIELD_WORD, {"Sûreté", "Confidence"}},
    {"credit_origin", FIELD_WORD, {"Fin de crédit : d'où", "Credit's end: from"}},
    {"credit_confidence", FIELD_WORD, {"Fin de crédit : sûreté", "Credit's end: confidence"}},
    {"days_left", FIELD_NUMBER, {"Jours", "Days"}},
    {"saved_by.name", FIELD_PLAIN, {"Sauvée par", "Saved by"}},
    {"saved_by.price_cents", FIELD_MONEY, {"Pour", "For"}},
    {"saved_by.until", FIELD_DAY, {"Alors jusqu'au", "Then until"}},
    {"days_before", FIELD_NUMBER, {"Jours avant", "Days before"}},
    {"id", FIELD_PLAIN, {"Nom court", "Short name"}},
    {"credit_valid", FIELD_PLAIN, {"Crédit", "Credit"}},
    {"line_valid", FIELD_PLAIN, {"Ligne", "Line"}},
    {"line_from", FIELD_WORD, {"À partir de", "From"}},
    {"confidence", FIELD_WORD, {"Sûreté", "Confidence"}},
    {"verified_on", FIELD_DAY, {"Vérifié le", "Verified"}},
    {"source", FIELD_PLAIN, {"Source", "Source"}},
    {"active", FIELD_PLAIN, {"Proposé", "Proposed"}},
    {"expires_on", FIELD_DAY, {"Expire le", "Expires"}},
    {"voucher", FIELD_CODE, {"Bon", "Voucher"}},
    {"channel", FIELD_WORD, {"Moyen", "Channel"}},
    {"keep_alive", FIELD_PLAIN, {"Sauve la ligne", "Keep-alive"}},
    {"sent_at", FIELD_INSTANT, {"Envoyée le", "Sent"}},
    {"settled_at", FIELD_INSTANT, {"Réglée le", "Settled"}},
    {"evidence", FIELD_WORD, {"Preuve", "Evidence"}},
    {"dialogue", FIELD_PLAIN, {"Dialogue", "Dialogue"}},
    {"purpose", FIELD_WORD, {"Pour", "For"}},
    {"cost", FIELD_WORD, {"Coût", "Cost"}},
    {"sourced", FIELD_PLAIN, {"Source publiée", "Published source"}},
    {"signed", FIELD_PLAIN, {"Signé", "Signed"}},
    {"signed_by", FIELD_CODE, {"Par", "By"}},
    {"key", FIELD_PLAIN, {"Clé", "Key"}},
    {"secrets", FIELD_NUMBER, {"Codes scellés", "Sealed codes"}},
    {"is_newest", FIELD_PLAIN, {"Sert maintenant", "In use"}},
    {"is_there", FIELD_PLAIN, {"Présente", "There"}},
    {"ledger_ok", FIELD_PLAIN, {"Comptes justes", "Accounts add up"}},
    {"checked_at", FIELD_INSTANT, {"Vérifiés le", "Checked"}},
    {"ambiguous_recharges", FIELD_NUMBER, {"Recharges sans réponse", "Recharges without answer"}},
    {"purchase", FIELD_CODE, {"Achat", "Purchase"}},
    {"supplier", FIELD_PLAIN, {"Fournisseur", "Supplier"}},
    {"invoice", FIELD_PLAIN, {"Facture", "Invoice"}},
    {"paper_hash", FIELD_PLAIN, {"Empreinte de la pièce", "Hash of the paper"}},
    {"total_cents", FIELD_MONEY, {"Total", "Total"}},
    {"count", FIELD_NUMBER, {"Nombre", "Count"}},
    {"cancelled_at", FIELD_INSTANT, {"Annulé le", "Cancelled"}},
    {"conditions", FIELD_PLAIN, {"Conditions du donateur", "Donor's conditions"}},
    {"also_strands", FIELD_WORD, {"Autres volets", "Further strands"}},
    {"expenses", FIELD_WORD, {"Seulement pour", "Only for"}},
    {"firm_end", FIELD_PLAIN, {"Fin ferme", "Firm end"}},
    {"month", FIELD_PLAIN, {"Mois", "Month"}},
    {"expected_cents", FIELD_MONEY, {"Prévu", "Expected"}},
    {"left_cents", FIELD_MONEY, {"Reste alors", "Left then"}},
    {"committed_cents", FIELD_MONEY, {"Engagé (lignes en prêt)", "Committed (lines on loan)"}},
    {"keep_alive_cents", FIELD_MONEY, {"Pour garder les autres lignes", "To keep the other lines"}},
    {"free_cents", FIELD_MONEY, {"Libre", "Free"}},
    {"act", FIELD_PLAIN, {"Acte", "Act"}},
    {"act_on", FIELD_DAY, {"Du", "Of"}},
    {"ceiling_cents", FIELD_MONEY, {"Avance au plus", "Advance at most"}},
    {"natures", FIELD_WORD, {"Dépenses permises", "Expenses allowed"}},
    {"means", FIELD_WORD, {"Paiement", "Payment"}},
    {"holder", FIELD_CODE, {"Régisseur", "Holder"}},
    {"holder_name", FIELD_PLAIN, {"Nom du régisseur", "Holder's name"}},
    {"deputy", FIELD_CODE, {"Suppléant", "Deputy"}},
    {"deputy_name", FIELD_PLAIN, {"Nom du suppléant", "Deputy's name"}},
    {"advance_cents", FIELD_MONEY, {"Avance du comptable", "Accountant's advance"}},
    {"pending_cents", FIELD_MONEY, {"Dépensé, pas encore rendu", "Spent, not given back yet"}},
    {"entries_total", FIELD_NUMBER, {"Écritures", "Lines"}},
    {"closed_month", FIELD_PLAIN, {"Dernier mois clos", "Last month closed"}},
    {"closed_year", FIELD_PLAIN, {"Dernière année close", "Last year closed"}},
    {"nature", FIELD_PLAIN, {"Nature", "Nature"}},
    {"object", FIELD_PLAIN, {"Pour", "For"}},
    {"paper", FIELD_PLAIN, {"Pièce", "Paper"}},
    {"received_cents", FIELD_MONEY, {"Encaissé", "Received"}},
    {"paid_cents", FIELD_MONEY, {"Payé", "Paid"}},
    {"reverses", FIELD_NUMBER, {"Corrige", "Corrects"}},
    {"year", FIELD_PLAIN, {"Exercice", "Year"}},
    {"first", FIELD_NUMBER, {"De", "From"}},
    {"last", FIELD_NUMBER, {"À", "To"}},
    {"entry", FIELD_NUMBER, {"Écriture", "Line"}},
    {"item", FIELD_CODE, {"Chose prêtée", "Thing"}},
    {"item_kind", FIELD_WORD, {"Sorte", "Kind"}},
    {"item_model", FIELD_PHONE, {"Modèle", "Model"}},
    {"item_state", FIELD_WORD, {"État", "State"}},
    {"person", FIELD_CODE, {"Personne", "Person"}},
    {"person_name", FIELD_PLAIN, {"Chez", "Held by"}},
    {"started_on", FIELD_DAY, {"Depuis le", "Since"}},
    {"due_on", FIELD_DAY, {"À rendre le", "Due on"}},
    {"due_reason", FIELD_PLAIN, {"Pourquoi ce jour", "Why that day"}},
    {"closed_on", FIELD_DAY, {"Terminé le", "Closed on"}},
    {"renewals", FIELD_NUMBER, {"Prolongations", "Renewals"}},
    {"out_state", FIELD_WORD, {"Au départ", "Out"}},
    {"in_state", FIELD_WORD, {"Au retour", "In"}},
    {"condition", FIELD_PLAIN, {"État constaté", "Condition"}},
    {"strand", FIELD_WORD, {"Volet", "Strand"}},
    {"from", FIELD_DAY, {"Du", "From"}},
    {"to", FIELD_DAY, {"Au", "To"}},
    {"granted_cents", FIELD_MONEY, {"Accordé", "Granted"}},
    {"spent_cents", FIELD_MONEY, {"Dépensé", "Spent"}},
    {"reserved_cents", FIELD_MONEY, {"Réservé par un import", "Reserved by an import"}},
    {"balance_cents", FIELD_MONEY, {"Reste", "Left"}},
    {"number", FIELD_NUMBER, {"N°", "No"}},
    {"at", FIELD_INSTANT, {"Le", "At"}},
    {"clock", FIELD_CLOCK, {"Heure", "Time"}},
    {"debit_cents", FIELD_MONEY, {"Débit", "Debit"}},
    {"credit_cents", FIELD_MONEY, {"Crédit", "Credit"}},
    {"subject", FIELD_CODE, {"Objet", "Subject"}},
    {"reason", FIELD_PLAIN, {"Motif", "Reason"}},
    {"entry_reason", FIELD_WORD, {"Motif", "Reason"}},
    {"product", FIELD_PLAIN, {"Recharge", "Product"}},
    {"amount_cents", FIELD_MONEY, {"Montant", "Amount"}},
    {"day", FIELD_DAY, {"Jour", "Day"}},
    {"on", FIELD_DAY, {"Jour", "Day"}},
    {"port", FIELD_PLAIN, {"Port", "Port"}},
    {"port_name", FIELD_PLAIN, {"Nom du port", "Name of the port"}},
    {"strategy", FIELD_WORD, {"Méthode", "Way"}},
    {"verdict", FIELD_WORD, {"Verdict", "Verdict"}},
    {"todo", FIELD_PLAIN, {"À faire maintenant", "To do now"}},
    {"started_at", FIELD_INSTANT, {"Commencé", "Started"}},
    {"ended_at", FIELD_INSTANT, {"Terminé", "Ended"}},
    {"asked_by", FIELD_PLAIN, {"Demandé par", "Asked by"}},
    {"attested_by", FIELD_PLAIN, {"Attesté par", "Attested by"}},
    {"attestation", FIELD_PLAIN, {"Attestation", "Attestation"}},
    {"text", FIELD_PLAIN, {"Fait", "Fact"}},
    {"maker", FIELD_PLAIN, {"Marque", "Maker"}},
    {"mode", FIELD_PLAIN, {"Liaison", "Link"}},
    {"step", FIELD_WORD, {"Étape", "Step"}},
    {"seq", FIELD_NUMBER, {"N°", "No"}},
    {"account", FIELD_CODE, {"Par", "By"}},
    {"role", FIELD_WORD, {"Rôle", "Role"}},
    {"uid", FIELD_PLAIN, {"Utilisateur", "User"}},
    {"verb", FIELD_PLAIN, {"Acte", "Act"}},
    {"subjects", FIELD_CODES, {"Objets", "Subjects"}},
    {"before", FIELD_PLAIN, {"Avant", "Before"}},
    {"after", FIELD_PLAIN, {"Après", "After"}},
    {"hash", FIELD_PLAIN, {"Empreinte", "Hash"}},
    {"ok", FIELD_PLAIN, {"En bonne santé", "Well"}},
    {"version", FIELD_PLAIN, {"Version", "Version"}},
    {"last_error", FIELD_WORD, {"Dernier ennui", "Last trouble"}},
    {"last_contact_at", FIELD_INSTANT, {"Dernier contact", "Last contact"}},
    {"done", FIELD_NUMBER, {"Fait", "Done"}},
    {"total", FIELD_NUMBER, {"Sur", "Of"}},
    {"tables", FIELD_NUMBER, {"Tables", "Tables"}},
    {"rows", FIELD_NUMBER, {"Lignes", "Rows"}},
    {"journal_lines", FIELD_NUMBER, {"Lignes du journal", "Journal lines"}},
    {"chains", FIELD_NUMBER, {"Chaînes du journal", "Journal chains"}},
    {"funds", FIELD_NUMBER, {"Fonds", "Funds"}},
    {"recharges", FIELD_NUMBER, {"Recharges", "Recharges"}},
    {"searches", FIELD_NUMBER, {"Recherches", "Searches"}},
    {"site", FIELD_CODE, {"Lieu", "Site"}},
    {"is_here", FIELD_PLAIN, {"C'est ici", "Is here"}},
    {"check", FIELD_WORD, {"Contrôle", "Check"}},
    {"checks", FIELD_WORD, {"Contrôles", "Checks"}},
    {"required", FIELD_WORD, {"Obligatoires", "Required"}},
    {"result", FIELD_WORD, {"Résultat", "Result"}},
    {"cost_cents", FIELD_MONEY, {"Coût", "Cost"}},
    {"note", FIELD_PLAIN, {"Note", "Note"}},
    {"android", FIELD_PLAIN, {"Android", "Android"}},
    {"security_patch", FIELD_PLAIN, {"Correctif de sécurité", "Security patch"}},
    {"fingerprint", FIELD_PLAIN, {"Version du système", "Build"}},
    {"encryption", FIELD_PLAIN, {"Chiffrement", "Encryption"}},
    {"storage_bytes", FIELD_PLAIN, {"Stockage (octets)", "Storage (bytes)"}},
    {"battery_percent", FIELD_PLAIN, {"Batterie (%)", "Battery (%)"}},
    {"battery_health", FIELD_PLAIN, {"Santé de la batterie", "Battery health"}},
    {"value", FIELD_WORD, {"Valeur", "Value"}},
    {"title", FIELD_PLAIN, {"Quoi", "What"}},
    {"of", FIELD_WORD, {"Liste de", "List of"}},
    {"lines", FIELD_NUMBER, {"Lignes lues", "Lines read"}},
    {"made", FIELD_NUMBER, {"À créer", "To make"}},
    {"known", FIELD_NUMBER, {"Connues", "Known"}},
    {"errors", FIELD_NUMBER, {"À corriger", "To correct"}},
    {"applied", FIELD_NUMBER, {"Créées", "Made"}},
};

static const Field *
field_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_str_equal (fields[i].name, name))
      return &fields[i];
  return NULL;
}

char *
fields_title (const char *name, Language language)
{
  const Field *field = field_find (name);
  return field == NULL ? display_clean (name) : g_strdup (text_in (field->title, language));
}

gboolean
fields_is_number (const char *name)
{
  const Field *field = field_find (name);
  return field != NULL && (field->format == FIELD_MONEY || field->format == FIELD_NUMBER);
}

/* What is shown differs from what is stored: where the value of some fields is found. */
static const char *
stored_name (const char *name)
{
  static const struct {
    const char *shown, *stored;
  } aliases[] = {{"serial_end", "serial"}, {"clock", "at"}, {"piece", "name"}, {"entry_reason", "reason"}};
  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_str_equal (aliases[i].shown, name))
      return aliases[i].stored;
  return name;
}

/* What people gave a name is said by that name. */
static const json_t *
named_value (const json_t *object, const char *name)
{
  const json_t *given = g_str_equal (name, "port") ? json_object_get (object, "port_name") : NULL;
  return json_is_string (given) ? given : json_object_get (object, stored_name (name));
}

static const json_t *
value_of (const json_t *object, const char *name, Language language)
{
  const char *dot = strchr (name, '.');
  if (dot != NULL) {
    g_autofree char *head = g_strndup (name, (gsize)(dot - name));
    return value_of (json_object_get (object, head), dot + 1, language);
  }
  g_autofree char *told = g_strdup_printf ("%s_%s", name, language == LANGUAGE_ENGLISH ? "en" : "fr");
  const json_t *sentence = json_object_get (object, told);
  return json_is_string (sentence) ? sentence : named_value (object, name);
}

static char *
tail_of (const char *text)
{
  enum { TAIL = 4 }; /* letters */
  g_autofree char *clean = display_clean (text);
  glong length = g_utf8_strlen (clean, -1);
  return length <= TAIL ? g_strdup (clean) : g_strdup_printf ("…%s", g_utf8_offset_to_pointer (clean, length - TAIL));
}

static char *
codes_text (const char *text)
{
  g_auto (GStrv) codes = g_strsplit (text, " ", -1);
  for (char **code = codes; *code != NULL; code++) {
    char *shown = display_code (*code);
    g_free (*code);
    *code = shown;
  }
  return g_strjoinv (" ", codes);
}

static char *
string_text (const char *text, FieldFormat format, Language language)
{
  switch (format) {
  case FIELD_CODE:
    return display_code (text);
  case FIELD_CODES:
    return codes_text (text);
  case FIELD_DAY:
    return display_day (text, language);
  case FIELD_INSTANT:
    return display_instant (text, language);
  case FIELD_CLOCK:
    return display_clock (text);
  case FIELD_PHONE:
    return display_phone (text);
  case FIELD_TAIL:
    return tail_of (text);
  case FIELD_WORD:
    return display_clean (words_text (text, language));
  case FIELD_PLAIN:
  case FIELD_MONEY:
  case FIELD_NUMBER:
    break;
  }
  return display_clean (text);
}

static char *
integer_text (json_int_t value, FieldFormat format, Language language)
{
  return format == FIELD_MONEY ? display_money (value, language) : g_strdup_printf ("%" JSON_INTEGER_FORMAT, value);
}

static char *value_text (const json_t *value, FieldFormat format, Language language);

/* Words one after the other. */
static char *
words_list (const json_t *array, FieldFormat format, Language language)
{
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (array); i++) {
    g_autofree char *word = value_text (json_array_get (array, i), format, language);
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", word);
  }
  return g_string_free (text, FALSE);
}

static char *
value_text (const json_t *value, FieldFormat format, Language language)
{
  static const Text truth[] = {{"non", "no"}, {"oui", "yes"}};
  if (json_is_string (value))
    return string_text (json_string_value (value), format, language);
  if (json_is_integer (value))
    return integer_text (json_integer_value (value), format, language);
  if (json_is_boolean (value))
    return g_strdup (text_in (truth[json_is_true (value)], language));
  if (value == NULL || json_is_null (value))
    return g_strdup ("");
  if (json_is_array (value) && (format == FIELD_WORD || format == FIELD_PHONE))
    return words_list (value, format, language);
  char *dumped = json_dumps (value, JSON_COMPACT | JSON_ENCODE_ANY);
  char *text = display_clean (dumped);
  free (dumped);
  return text;
}

char *
fields_text (const json_t *object, const char *name, Language language)
{
  const Field *field = field_find (name);
  return value_text (value_of (object, name, language), field == NULL ? FIELD_PLAIN : field->format, language);
}

char *
fields_fill (const char *sentence, const json_t *object, Language language)
{
  GString *out = g_string_new (NULL);
  for (const char *at = sentence; *at != '\0';) {
    const char *end = *at == '{' ? strchr (at, '}') : NULL;
    if (end == NULL) {
      g_string_append_c (out, *at++);
      continue;
    }
    g_autofree char *name = g_strndup (at + 1, (gsize)(end - at - 1));
    g_autofree char *text = fields_text (object, name, language);
    g_string_append (out, text);
    at = end + 1;
  }
  return g_string_free (out, FALSE);
}
