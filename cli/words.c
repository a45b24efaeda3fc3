/* One table of stable words. States are said as the daemon says them. */
#include "cli/words.h"

static const struct {
  const char *word;
  Text text;
} rows[] = {
    /* tablets and other things */
    {"new", {"neuve", "new"}},
    {"to_wipe", {"à effacer", "to be wiped"}},
    {"wiping", {"effacement en cours", "being wiped"}},
    {"ready", {"prête", "ready"}},
    {"lent", {"en prêt", "lent"}},
    {"blocked", {"bloquée", "blocked"}},
    {"repair", {"en réparation", "in repair"}},
    {"standing", {"en vigueur", "standing"}},
    {"purchase", {"achat", "purchase"}},
    {"regie", {"régie", "regie"}},
    {"advance", {"avance reçue", "advance received"}},
    {"expense", {"dépense", "expense"}},
    {"reconstitution", {"reconstitution reçue", "reconstitution received"}},
    {"repayment", {"reversement au comptable", "repayment to the accountant"}},
    {"cash", {"espèces", "cash"}},
    {"card", {"carte bancaire", "card"}},
    {"transfer", {"virement", "transfer"}},
    {"cheque", {"chèque", "cheque"}},
    {"debit", {"prélèvement", "direct debit"}},
    {"asked", {"demandée", "asked"}},
    {"received", {"reçue", "received"}},
    {"fund_report", {"bilan d'un fonds", "report of a fund"}},
    {"lost", {"perdue", "lost"}},
    {"stolen", {"volée", "stolen"}},
    {"retired", {"retirée du service", "retired"}},
    {"donated", {"donnée", "donated"}},
    {"waived", {"déclarée prête sans effacement", "declared ready without a wipe"}},
    {"tablet", {"tablette", "tablet"}},
    {"hotspot", {"borne wifi", "hotspot"}},
    {"laptop", {"ordinateur", "laptop"}},
    {"other", {"autre", "other"}},
    /* the move of the register */
    {"running", {"en cours", "under way"}},
    {"done", {"fait", "done"}},
    {"failed", {"pas fait", "not done"}},
    /* what ails the daemon */
    {"clock_backwards", {"l'horloge de la machine a reculé", "the machine's clock went back"}},
    /* lines, loans, pieces */
    {"stock", {"en stock", "in stock"}},
    {"active", {"active", "active"}},
    {"returned", {"rendue", "returned"}},
    {"suspended", {"suspendue", "suspended"}},
    {"expired", {"expirée", "expired"}},
    {"open", {"en cours", "open"}},
    {"overdue", {"en retard", "overdue"}},
    {"partly_returned", {"rendu en partie", "partly returned"}},
    {"closed", {"terminé", "closed"}},
    {"written_off", {"passé en perte", "written off"}},
    {"present", {"présent", "present"}},
    {"missing", {"manquant", "missing"}},
    {"broken", {"cassé", "broken"}},
    {"sleeve", {"housse", "sleeve"}},
    {"charger", {"chargeur", "charger"}},
    {"stylus", {"stylet", "stylus"}},
    {"cable", {"câble", "cable"}},
    {"keyboard", {"clavier", "keyboard"}},
    {"box", {"boîte", "box"}},
    {"headset", {"casque", "headset"}},
    {"bag", {"sacoche", "bag"}},
    /* arrivals */
    {"good", {"bonne", "good"}},
    {"overheat", {"surchauffe", "overheated"}},
    {"dead", {"morte", "dead"}},
    {"over_voltage", {"tension trop haute", "over voltage"}},
    {"failure", {"en panne", "failing"}},
    {"cold", {"trop froide", "cold"}},
    /* the SIM bench */
    {"one", {"un", "one"}},
    {"two",
     {"deux : l'ancien et le nouveau, la carte dira lequel", "two: the old and the new one, the card will tell"}},
    {"identify", {"lire la carte", "read the card"}},
    {"pin_enter", {"donner le PIN", "enter the PIN"}},
    {"pin_change", {"changer le PIN", "change the PIN"}},
    {"pin_enable", {"activer le PIN", "enable the PIN"}},
    {"pin_disable", {"désactiver le PIN", "disable the PIN"}},
    {"unblock", {"débloquer (PUK)", "unblock (PUK)"}},
    {"count", {"compter ce qu'elle garde", "count what it keeps"}},
    {"erase", {"vider la carte", "erase the card"}},
    {"opening", {"s'ouvre", "opening"}},
    {"sim_boot", {"la carte démarre", "the card is starting"}},
    {"sim_absent", {"sans carte", "no card"}},
    {"sim_bad", {"carte illisible", "card unreadable"}},
    {"pin_locked", {"attend le PIN", "waits for the PIN"}},
    {"puk_locked", {"bloquée : PUK", "blocked: PUK"}},
    {"registering", {"cherche le réseau", "registering"}},
    {"online", {"sur le réseau", "on the network"}},
    {"busy", {"travaille", "busy"}},
    {"faulted", {"en panne", "out of order"}},
    {"home", {"chez lui", "home"}},
    {"roaming", {"itinérance", "roaming"}},
    {"searching", {"cherche", "searching"}},
    {"denied", {"refusé", "denied"}},
    {"idle", {"non", "idle"}},
    /* checks and repairs */
    {"screen", {"écran", "screen"}},
    {"charge", {"charge", "charge"}},
    {"buttons", {"boutons", "buttons"}},
    {"camera", {"caméra", "camera"}},
    {"network", {"réseau", "network"}},
    {"works", {"marche", "works"}},
    {"ok", {"bon", "ok"}},
    {"check", {"contrôles à faire", "to be checked"}},
    {"opened", {"mise en réparation", "sent to repair"}},
    {"noted", {"noté", "noted"}},
    {"done", {"réparée", "repaired"}},
    {"yes", {"oui", "yes"}},
    {"no", {"non", "no"}},
    /* kinds of objects */
    {"person", {"personne", "person"}},
    {"sim", {"carte SIM", "SIM card"}},
    {"line", {"ligne", "line"}},
    {"fund", {"fonds", "fund"}},
    {"loan", {"prêt", "loan"}},
    {"recharge", {"recharge", "recharge"}},
    {"piece", {"accessoire", "piece"}},
    {"wipe", {"effacement", "wipe"}},
    {"account", {"compte", "account"}},
    {"site", {"lieu", "site"}},
    {"reader", {"lecteur", "reader"}},
    {"agent", {"agent", "agent"}},
    {"technician", {"technicien", "technician"}},
    {"admin", {"admin", "admin"}},
    {"equipment", {"équipement", "equipment"}},
    {"skills", {"compétences", "skills"}},
    {"connection", {"connexion", "connection"}},
    /* wipes: states, verdicts, evidence, strategies */
    {"seen", {"vue sur le banc", "seen on the bench"}},
    {"identified", {"reconnue", "identified"}},
    {"gated", {"vérifiée", "checked"}},
    {"armed", {"prête à effacer", "armed"}},
    {"started", {"ordre envoyé", "command sent"}},
    {"gone", {"partie du port", "left its port"}},
    {"recovery", {"efface", "wiping"}},
    {"wait_human", {"attend une personne", "waits for a person"}},
    {"verified", {"effacement vérifié", "wipe verified"}},
    {"not_wiped", {"NON effacée", "NOT wiped"}},
    {"unknown", {"on ne sait pas", "unknown"}},
    {"aborted", {"abandonné", "aborted"}},
    {"none", {"aucun", "none"}},
    {"proven", {"prouvé", "proven"}},
    {"consistent", {"concordant", "consistent"}},
    {"attested", {"attesté", "attested"}},
    {"state", {"étape", "step"}},
    {"said", {"demandé", "said"}},
    {"answered", {"réponse", "answer"}},
    {"human", {"personne", "person"}},
    {"owner", {"par notre application de gestion", "by our management application"}},
    {"recovery-wipe", {"par un ordre d'Android sur le câble", "by an order of Android over the cable"}},
    {"helper", {"par une application d'aide", "by a helper application"}},
    {"fastboot", {"par le chargeur de démarrage", "by the boot loader"}},
    {"fastbootd", {"par fastbootd", "by fastbootd"}},
    {"recovery-keys", {"par le menu de récupération, avec les touches", "by the recovery menu, with the keys"}},
    {"test-harness", {"par le mode de test, puis une vraie réinitialisation", "by the test mode, then a real reset"}},
    {"guided", {"guidée : une personne efface à la main", "guided: a person resets it by hand"}},
    /* typed as well, never shown: the first row of a word is the one that is shown */
    {"lent", {"prêtée", "on loan"}},
    {"retired", {"réformée", "out of service"}},
    {"returned", {"revenue", "back"}},
    {"repair", {"réparation", "repair"}},
    {"card", {"carte", "bank card"}},
    /* recharges, vouchers, clocks, notices */
    {"prepared", {"préparée", "prepared"}},
    {"sent", {"envoyée", "sent"}},
    {"confirmed", {"confirmée", "confirmed"}},
    {"rejected", {"refusée", "rejected"}},
    {"ambiguous", {"sans réponse", "no answer"}},
    {"cancelled", {"annulée", "cancelled"}},
    {"reserved", {"réservé", "reserved"}},
    {"used", {"utilisé", "used"}},
    {"hand", {"à la main", "by hand"}},
    {"bench", {"banc de cartes SIM", "SIM bench"}},
    {"voucher", {"bon", "voucher"}},
    {"balance", {"solde", "balance"}},
    {"operator", {"opérateur", "operator"}},
    {"typed", {"saisie", "typed"}},
    {"rule", {"règle de l'offre", "the offer's rule"}},
    {"guess", {"à vérifier", "to be checked"}},
    {"likely", {"probable", "likely"}},
    {"certain", {"sûr", "certain"}},
    {"credit_end", {"la fin du crédit", "the end of the credit"}},
    {"waiting", {"à dire", "to tell"}},
    {"claimed", {"en cours d'envoi", "being told"}},
    {"void", {"périmée", "void"}},
    {"product", {"produit", "product"}},
    {"offer", {"offre", "offer"}},
    {"key", {"clé", "key"}},
    {"topup", {"recharger", "recharge"}},
    {"free", {"gratuit", "free"}},
    {"paid", {"payant", "paid"}},
    {"ussd", {"USSD", "USSD"}},
    {"sms", {"SMS", "SMS"}},
    {"voice", {"appel", "call"}},
    {"web", {"page web", "web page"}},
    /* imports */
    {"staging", {"vérification", "being checked"}},
    {"sealed", {"accepté, enregistrement en cours", "accepted, being written"}},
    {"over", {"fini, nettoyage", "done, being cleared"}},
    {"tablets", {"tablettes", "tablets"}},
    {"sims", {"cartes SIM", "SIM cards"}},
    {"persons", {"personnes", "people"}},
    {"make", {"à créer", "to make"}},
    {"known", {"déjà connue", "known"}},
    {"error", {"à corriger", "to correct"}},
    /* what moved a fund's ledger */
    {"item.add", {"chose achetée", "thing bought"}},
    {"purchase.add", {"facture", "invoice"}},
    {"purchase.cancel", {"facture annulée", "invoice cancelled"}},
    {"recharge.add", {"recharge", "recharge"}},
    {"recharge.rejected", {"recharge refusée", "recharge rejected"}},
    {"recharge.cancel", {"recharge annulée", "recharge cancelled"}},
    {"item.repair", {"réparation", "repair"}},
    {"item.repaired", {"réparation", "repair"}},
};

const char *
words_text (const char *word, Language language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].word, word))
      return text_in (rows[i].text, language);
  return word;
}

/* Without accents, in small letters. */
static char *
folded (const char *text)
{
  g_autofree char *plain = g_str_to_ascii (text, "fr");
  return g_ascii_strdown (plain, -1);
}

const char *
words_read (const char *typed)
{
  g_autofree char *wanted = folded (typed);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *fr = folded (rows[i].text.fr);
    g_autofree char *en = folded (rows[i].text.en);
    if (g_str_equal (rows[i].word, typed) || g_str_equal (wanted, fr) || g_str_equal (wanted, en))
      return rows[i].word;
  }
  return typed;
}
