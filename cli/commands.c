/* The table of commands. To add one: add a row, and a line in docs/man/temoin.1 (a test compares the two). */
#include "cli/commands.h"
#include "cli/act.h"
#include "cli/ask.h"
#include "cli/certify.h"
#include "cli/backup.h"
#include "cli/codes.h"
#include "cli/erase.h"
#include "cli/help.h"
#include "cli/intake.h"
#include "cli/migrate.h"
#include "cli/prepare.h"
#include "cli/record.h"
#include "cli/transfer.h"
#include "cli/watch.h"

/* Values as the help shows them. */
#define DAY                                                                                                            \
  {                                                                                                                    \
    "JOUR", "DAY"                                                                                                      \
  }
#define EUROS                                                                                                          \
  {                                                                                                                    \
    "EUROS", "EUROS"                                                                                                   \
  }
#define FILE_                                                                                                          \
  {                                                                                                                    \
    "FICHIER", "FILE"                                                                                                  \
  }
#define FUND                                                                                                           \
  {                                                                                                                    \
    "FONDS", "FUND"                                                                                                    \
  }
#define ID                                                                                                             \
  {                                                                                                                    \
    "CODE", "ID"                                                                                                       \
  }
#define NAME                                                                                                           \
  {                                                                                                                    \
    "NOM", "NAME"                                                                                                      \
  }
#define NUMBER                                                                                                         \
  {                                                                                                                    \
    "N", "N"                                                                                                           \
  }
#define SITE                                                                                                           \
  {                                                                                                                    \
    "LIEU", "SITE"                                                                                                     \
  }
#define TEXT                                                                                                           \
  {                                                                                                                    \
    "TEXTE", "TEXT"                                                                                                    \
  }
#define NOTHING                                                                                                        \
  {                                                                                                                    \
    "", ""                                                                                                             \
  }

/* clang-format off */
const Parameter commands_common[] = {
  {"--socket", FILE_, NULL, PARAMETER_TEXT, 0, {"socket du service (sinon $TEMOIN_SOCKET, sinon /run/temoin/admin.sock)", "socket of the daemon (else $TEMOIN_SOCKET, else /run/temoin/admin.sock)"}},
  {"--json", NOTHING, NULL, PARAMETER_FLAG, 0, {"montrer la réponse JSON telle quelle", "show the JSON answer unchanged"}},
  {"--lang", {"fr|en", "fr|en"}, NULL, PARAMETER_TEXT, 0, {"langue (sinon $TEMOIN_LANG, sinon celle du système)", "language (else $TEMOIN_LANG, else the system's)"}},
  {"--help", NOTHING, NULL, PARAMETER_FLAG, 0, {"l'aide de cette commande", "the help of this command"}},
  {"--version", NOTHING, NULL, PARAMETER_FLAG, 0, {"la version", "the version"}},
  {.name = NULL},
};

const Parameter commands_writing[] = {
  {"--preview", NOTHING, "preview", PARAMETER_FLAG, 0, {"dire ce qui se passerait, sans rien changer", "say what would happen, change nothing"}},
  {"--override", {"DROIT", "RIGHT"}, "overrides", PARAMETER_LIST, 0, {"passer outre, avec ce droit (demande --comment)", "override, with this right (needs --comment)"}},
  {"--comment", TEXT, "comment", PARAMETER_TEXT, 0, {"pourquoi : gardé dans le journal", "why: kept in the journal"}},
  {.name = NULL},
};

#define LIMIT {"--limit", NUMBER, "limit", PARAMETER_NUMBER, 0, {"au plus N lignes", "at most N rows"}}
#define AFTER {"--after", {"CURSEUR", "CURSOR"}, "after", PARAMETER_TEXT, 0, {"après cette ligne (« next » de la page d'avant)", "after this row (\"next\" of the page before)"}}
#define OUTPUT {"-o", FILE_, NULL, PARAMETER_TEXT, PARAMETER_REQUIRED, {"où écrire (- : sortie standard)", "where to write (-: standard output)"}}
#define FORCE {"--force", NOTHING, NULL, PARAMETER_FLAG, 0, {"remplacer le fichier s'il existe", "replace the file when it exists"}}
#define KEY_FILE {"--key-file", FILE_, NULL, PARAMETER_TEXT, 0, {"clé faite par « temoin backup key » : chiffre ou déchiffre (sinon celle du service, s'il en a reçu une)", "key made by \"temoin backup key\": encrypts or decrypts (else the service's, when it was given one)"}}
#define YES {"--yes", NOTHING, NULL, PARAMETER_FLAG, 0, {"ne pas demander de confirmation", "do not ask for a confirmation"}}

#define CONDITIONS \
  {"--conditions", TEXT, "conditions", PARAMETER_TEXT, 0, {"ce que demande le donateur, dans ses mots", "what the donor asks for, in the donor's words"}}, \
  {"--also", {"VOLET", "STRAND"}, "strands", PARAMETER_WORDS, 0, {"autres volets qu'il peut payer (aucun : plus un seul)", "further strands that it may pay (none: no more)"}}, \
  {"--only-for", {"tablette,recharge", "tablet,recharge"}, "expenses", PARAMETER_WORDS, 0, {"seules dépenses permises : tablette, borne wifi, ordinateur, autre, recharge, réparation (aucun : toutes)", "only expenses allowed: tablet, hotspot, laptop, other, recharge, repair (none: all of them)"}}, \
  {"--firm-end", {"oui|non", "yes|no"}, "firm_end", PARAMETER_WORD, 0, {"après le dernier jour, plus aucune dépense, même avec un accord", "after the last day no expense at all, not even with an approval"}}
#define REGIE {"--regie", {"RÉGIE", "REGIE"}, "regie", PARAMETER_TEXT, 0, {"code de la régie (sinon la seule)", "code of the regie (else the only one)"}}
#define AMOUNT {"AMOUNT", EUROS, "amount", PARAMETER_TEXT, PARAMETER_REQUIRED, {"somme", "amount"}}
#define ON {"--on", DAY, "on", PARAMETER_TEXT, 0, {"jour (sinon aujourd'hui)", "day (else today)"}}
#define CSV {"--csv", NOTHING, NULL, PARAMETER_FLAG, 0, {"en CSV, pour le tableur (aussi quand le fichier finit par .csv)", "as CSV, for the spreadsheet (also when the file ends in .csv)"}}
#define TILL {"{code}  {name}  en caisse : {balance_cents}", "{code}  {name}  in the till: {balance_cents}"}
#define PAPER {"--paper", FILE_, "paper_hash", PARAMETER_PAPER, 0, {"fichier de la pièce : son empreinte est gardée, pas le fichier", "file of the paper: its hash is kept, not the file"}}

const Command commands[] = {
  {.words = "person add", .method = "POST", .path = "/v1/persons", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name} est au registre", "{code}  {name} is in the register"},
   .summary = {"ajouter une personne", "add a person"},
   .parameters = {
     {"NAME", NAME, "name", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom et prénom", "full name"}},
     {"--phone", NUMBER, "phone", PARAMETER_TEXT, 0, {"téléphone", "phone number"}},
     {"--email", TEXT, "email", PARAMETER_TEXT, 0, {"courriel", "e-mail"}},
     {"--town", NAME, "town", PARAMETER_TEXT, 0, {"commune", "town"}}}},
  {.words = "person list", .method = "GET", .path = "/v1/persons", .columns = "code name phone email town", .run = ask_list,
   .summary = {"les personnes", "the people"}, .parameters = {LIMIT, AFTER}},
  {.words = "tablet add", .method = "POST", .path = "/v1/items", .fixed = "kind=tablet", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {model}  {serial}  {state}", "{code}  {model}  {serial}  {state}"},
   .summary = {"ajouter une tablette", "add a tablet"},
   .parameters = {
     {"--serial", NUMBER, "serial", PARAMETER_TEXT, PARAMETER_REQUIRED, {"numéro de série (au dos, ou dans les réglages)", "serial number (on the back, or in the settings)"}},
     {"--model", NAME, "model", PARAMETER_TEXT, PARAMETER_REQUIRED, {"modèle", "model"}},
     {"--imei", NUMBER, "imei", PARAMETER_TEXT, 0, {"numéro IMEI", "IMEI number"}},
     {"--inventory-no", NUMBER, "inventory_no", PARAMETER_TEXT, 0, {"numéro d'inventaire comptable", "accounting inventory number"}},
     {"--price", EUROS, "price", PARAMETER_TEXT, 0, {"prix, par exemple 526,67", "price, for example 526.67"}},
     {"--fund", FUND, "fund", PARAMETER_TEXT, 0, {"fonds qui paie le prix", "fund that pays the price"}},
     {"--pieces", {"housse,chargeur", "sleeve,charger"}, "pieces", PARAMETER_WORDS, 0, {"accessoires", "pieces of the kit"}}}},
  {.words = "tablet list", .method = "GET", .path = "/v1/items", .columns = "code model serial inventory_no state holder.name holder.due_on", .run = ask_list,
   .summary = {"les tablettes", "the tablets"},
   .parameters = {
     {"--state", {"ÉTAT", "STATE"}, "state", PARAMETER_WORD, 0, {"seulement celles-là : « à effacer », prête, prêtée ...", "only those: \"to be wiped\", ready, lent ..."}},
     LIMIT, AFTER}},
  {.words = "sim add", .method = "POST", .path = "/v1/sims", .asked = "pin puk", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  carte {iccid}  ligne {line}", "{code}  card {iccid}  line {line}"},
   .summary = {"ajouter une carte SIM et sa ligne", "add a SIM card and its line"},
   .parameters = {
     {"--iccid", NUMBER, "iccid", PARAMETER_TEXT, PARAMETER_REQUIRED, {"numéro imprimé sur la carte", "number printed on the card"}},
     {"--msisdn", NUMBER, "msisdn", PARAMETER_TEXT, 0, {"numéro de téléphone", "phone number"}},
     {"--operator", NAME, "operator", PARAMETER_TEXT, PARAMETER_REQUIRED, {"opérateur", "operator"}},
     {"--offer", NAME, "offer", PARAMETER_TEXT, PARAMETER_REQUIRED, {"offre", "offer"}},
     {"--pin", NOTHING, NULL, PARAMETER_FLAG, 0, {"demander le code PIN, qui sera scellé", "ask for the PIN, which will be sealed"}},
     {"--puk", NOTHING, NULL, PARAMETER_FLAG, 0, {"demander le code PUK, qui sera scellé", "ask for the PUK, which will be sealed"}}}},
  {.words = "sim reveal", .method = "POST", .path = "/v1/reveals", .is_write = TRUE, .run = codes_reveal,
   .done = {"{code}  {secret}", "{code}  {secret}"},
   .summary = {"montrer un code PIN ou PUK (c'est écrit au journal)", "show a PIN or a PUK (it is written in the journal)"},
   .parameters = {
     {"ID", ID, "thing", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la carte SIM ou de sa ligne", "code of the SIM card or of its line"}},
     {"WHAT", {"pin|puk", "pin|puk"}, "what", PARAMETER_TEXT, PARAMETER_REQUIRED, {"pin ou puk", "pin or puk"}}}},
  {.words = "sim identify", .method = "POST", .path = "/v1/modems/identify", .is_write = TRUE, .run = act_run,
   .done = {"{port}", "{port}"},
   .summary = {"lire les cartes des modems : connue, nouvelle ou en conflit ; donner sa ligne à une nouvelle", "read the cards in the modems: known, new or in conflict; give a new one its line"},
   .parameters = {
     {"PORT", {"PORT", "PORT"}, "port", PARAMETER_TEXT, 0, {"port du modem (sinon tous)", "port of the modem (else all)"}},
     {"--line", {"LIGNE", "LINE"}, "line", PARAMETER_TEXT, 0, {"cette nouvelle carte remplace celle de cette ligne", "this new card replaces that of the line"}},
     {"--operator", NAME, "operator", PARAMETER_TEXT, 0, {"cette nouvelle carte a une nouvelle ligne de cet opérateur", "this new card has a new line of that operator"}},
     {"--offer", NAME, "offer", PARAMETER_TEXT, 0, {"et de cette offre", "and of that offer"}},
     {"--msisdn", NUMBER, "msisdn", PARAMETER_TEXT, 0, {"numéro de téléphone de la nouvelle ligne", "phone number of the new line"}}}},
  {.words = "sim pin enter", .method = "POST", .path = "/v1/sims/pin", .fixed = "act=enter", .asked = "pin", .is_write = TRUE, .run = act_run,
   .done = {"{sim}", "{sim}"},
   .summary = {"donner son code PIN à la carte d'un modem : le code gardé, ou un code tapé", "give the card in a modem its PIN: the kept one, or a typed one"},
   .parameters = {
     {"ID", ID, "sim", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la carte SIM ou de sa ligne", "code of the SIM card or of its line"}},
     {"--pin", NOTHING, NULL, PARAMETER_FLAG, 0, {"demander le code PIN au lieu du code gardé", "ask for the PIN instead of the kept one"}},
     {"--which", {"new|old", "new|old"}, "which", PARAMETER_TEXT, 0, {"lequel, quand le registre en garde deux : le nouveau ou l'ancien", "which one, when the register keeps two: the new or the old one"}},
     {"--attempts", NUMBER, "attempts", PARAMETER_NUMBER, 0, {"confirmer le nombre d'essais restants (-1 : inconnu)", "confirm the number of attempts left (-1: not known)"}}}},
  {.words = "sim pin change", .method = "POST", .path = "/v1/sims/pin", .fixed = "act=change", .asked = "pin new_pin", .is_write = TRUE, .run = act_run,
   .done = {"{sim}", "{sim}"},
   .summary = {"changer le code PIN de la carte d'un modem ; le nouveau est d'abord scellé", "change the PIN of the card in a modem; the new one is sealed first"},
   .parameters = {
     {"ID", ID, "sim", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la carte SIM ou de sa ligne", "code of the SIM card or of its line"}},
     {"--pin", NOTHING, NULL, PARAMETER_FLAG, 0, {"demander l'ancien code PIN au lieu du code gardé", "ask for the old PIN instead of the kept one"}},
     {"--attempts", NUMBER, "attempts", PARAMETER_NUMBER, 0, {"confirmer le nombre d'essais restants (-1 : inconnu)", "confirm the number of attempts left (-1: not known)"}}}},
  {.words = "sim pin enable", .method = "POST", .path = "/v1/sims/pin", .fixed = "act=enable", .asked = "pin", .is_write = TRUE, .run = act_run,
   .done = {"{sim}", "{sim}"},
   .summary = {"que la carte demande son code PIN", "make the card ask for its PIN"},
   .parameters = {
     {"ID", ID, "sim", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la carte SIM ou de sa ligne", "code of the SIM card or of its line"}},
     {"--pin", NOTHING, NULL, PARAMETER_FLAG, 0, {"demander le code PIN au lieu du code gardé", "ask for the PIN instead of the kept one"}},
     {"--attempts", NUMBER, "attempts", PARAMETER_NUMBER, 0, {"confirmer le nombre d'essais restants (-1 : inconnu)", "confirm the number of attempts left (-1: not known)"}}}},
  {.words = "sim pin disable", .method = "POST", .path = "/v1/sims/pin", .fixed = "act=disable", .asked = "pin", .is_write = TRUE, .run = act_run,
   .done = {"{sim}", "{sim}"},
   .summary = {"que la carte ne demande plus de code PIN", "make the card ask for no PIN"},
   .parameters = {
     {"ID", ID, "sim", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la carte SIM ou de sa ligne", "code of the SIM card or of its line"}},
     {"--pin", NOTHING, NULL, PARAMETER_FLAG, 0, {"demander le code PIN au lieu du code gardé", "ask for the PIN instead of the kept one"}},
     {"--attempts", NUMBER, "attempts", PARAMETER_NUMBER, 0, {"confirmer le nombre d'essais restants (-1 : inconnu)", "confirm the number of attempts left (-1: not known)"}}}},
  {.words = "sim pin unblock", .method = "POST", .path = "/v1/sims/pin", .fixed = "act=unblock", .asked = "puk new_pin", .is_write = TRUE, .run = act_run,
   .done = {"{sim}", "{sim}"},
   .summary = {"débloquer une carte avec son code PUK, tapé par une personne", "unblock a card with its PUK, typed by a person"},
   .parameters = {
     {"ID", ID, "sim", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la carte SIM ou de sa ligne", "code of the SIM card or of its line"}},
     {"--attempts", NUMBER, "attempts", PARAMETER_NUMBER, 0, {"confirmer le nombre d'essais restants (-1 : inconnu)", "confirm the number of attempts left (-1: not known)"}},
     {"--sure", NOTHING, "sure", PARAMETER_FLAG, 0, {"confirmer une deuxième fois", "confirm a second time"}}}},
  {.words = "sim erase-sms", .method = "POST", .path = "/v1/sims/erasures", .is_write = TRUE, .run = act_erase,
   .done = {"{sim}", "{sim}"},
   .summary = {"effacer les messages et les contacts de la carte d'un modem, sans les lire", "erase the messages and contacts of the card in a modem, without reading them"},
   .parameters = {{"ID", ID, "sim", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la carte SIM ou de sa ligne", "code of the SIM card or of its line"}}, YES}},
  {.words = "modem list", .method = "GET", .path = "/v1/modems", .columns = "port name state iccid numbers sim line home network signal_percent pin_left puk_left todo", .run = ask_list,
   .summary = {"les modems du banc de cartes SIM, et leurs cartes", "the modems of the SIM bench, and their cards"}},
  {.words = "modem acts", .method = "GET", .path = "/v1/acts", .columns = "number at job port sim line recharge state verdict answer account todo", .run = ask_list,
   .summary = {"ce qui a été demandé aux modems, le plus récent d'abord", "what was asked of the modems, the newest first"}, .parameters = {LIMIT, AFTER}},
  {.words = "sim list", .method = "GET", .path = "/v1/sims", .columns = "code iccid line to_erase created_at", .run = ask_list,
   .summary = {"les cartes SIM", "the SIM cards"}, .parameters = {LIMIT, AFTER}},
  {.words = "line list", .method = "GET", .path = "/v1/lines", .columns = "code msisdn operator offer state credit_until line_until holder.name", .run = ask_list,
   .summary = {"les lignes de téléphone et leurs dates de fin", "the phone lines and the days they end"},
   .parameters = {{"--state", {"ÉTAT", "STATE"}, "state", PARAMETER_WORD, 0, {"seulement celles-là", "only those"}}, LIMIT, AFTER}},
  {.words = "line due", .method = "GET", .path = "/v1/lines/due", .columns = "code msisdn operator offer line_until line_confidence days_left saved_by.name saved_by.price_cents saved_by.until holder.name", .run = ask_list,
   .summary = {"les lignes qui vont mourir, ce qui les sauve, ce que demande le mois", "the lines about to die, what saves them, what the month needs"},
   .parameters = {
     {"--days", NUMBER, "days", PARAMETER_NUMBER, 0, {"dans les N jours (sinon 60)", "within N days (else 60)"}},
     {"--unknown", NOTHING, "unknown", PARAMETER_FLAG, 0, {"celles dont personne ne connaît la fin", "those of which nobody knows the end"}}, LIMIT, AFTER}},
  {.words = "line set", .method = "POST", .path = "/v1/lines/clocks", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  crédit jusqu'au {credit_until}, ligne jusqu'au {line_until}", "{code}  credit until {credit_until}, line until {line_until}"},
   .summary = {"dire quand finissent le crédit et la ligne", "say when the credit and the line end"},
   .parameters = {
     {"LINE", {"LIGNE", "LINE"}, "line", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la ligne ou de sa carte SIM", "code of the line or of its SIM card"}},
     {"--credit-until", DAY, "credit_until", PARAMETER_TEXT, 0, {"dernier jour du crédit", "last day of the credit"}},
     {"--line-until", DAY, "line_until", PARAMETER_TEXT, 0, {"dernier jour de la ligne", "last day of the line"}},
     {"--origin", {"typed|operator", "typed|operator"}, "origin", PARAMETER_WORD, 0, {"d'où vient cette date : saisie (sinon) ou opérateur", "where that day comes from: typed (default) or operator"}}}},
  {.words = "line balance", .method = "POST", .path = "/v1/lines/balance", .is_write = TRUE, .run = act_run,
   .done = {"{line}", "{line}"},
   .summary = {"demander son solde à l'opérateur, par la carte d'un modem", "ask the operator for the balance, through the card in a modem"},
   .parameters = {
     {"LINE", {"LIGNE", "LINE"}, "line", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la ligne ou de sa carte SIM", "code of the line or of its SIM card"}},
     {"--dialogue", {"DIALOGUE", "DIALOGUE"}, "dialogue", PARAMETER_TEXT, 0, {"dialogue à tenir (sinon celui de la carte)", "dialogue to hold (else the card's)"}}}},
  {.words = "line heard", .method = "POST", .path = "/v1/lines/answers", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  reste {balance_cents}  crédit jusqu'au {credit_until}", "{code}  left {balance_cents}  credit until {credit_until}"},
   .summary = {"noter ce que l'opérateur a dit d'une ligne, au téléphone ou sur son site", "record what the operator told of a line, on the phone or on its page"},
   .parameters = {
     {"LINE", {"LIGNE", "LINE"}, "line", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la ligne ou de sa carte SIM", "code of the line or of its SIM card"}},
     {"TEXT", TEXT, "text", PARAMETER_TEXT, PARAMETER_REQUIRED, {"ce qui a été dit : « 4,20 euros jusqu'au 30/11/2026 »", "what was said: \"4,20 euros jusqu'au 30/11/2026\""}},
     {"--dialogue", {"DIALOGUE", "DIALOGUE"}, "dialogue", PARAMETER_TEXT, 0, {"dialogue qui le comprend (sinon celui de la carte)", "dialogue that understands it (else the card's)"}}}},
  {.words = "line notices", .method = "GET", .path = "/v1/lines/notices", .columns = "line msisdn line_until days_before state holder.name", .run = ask_list,
   .summary = {"qui prévenir que sa ligne va mourir", "whom to tell that their line is about to die"},
   .parameters = {{"--state", {"ÉTAT", "STATE"}, "state", PARAMETER_WORD, 0, {"à dire (sinon), dite ou périmée", "to tell (default), told or void"}}, LIMIT, AFTER}},
  {.words = "line told", .method = "POST", .path = "/v1/lines/notices", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  la personne est prévenue", "{code}  the person was told"},
   .summary = {"noter que la personne est prévenue", "record that the person was told"},
   .parameters = {{"LINE", {"LIGNE", "LINE"}, "line", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la ligne ou de sa carte SIM", "code of the line or of its SIM card"}}}},
  {.words = "offer list", .method = "GET", .path = "/v1/offers", .columns = "id operator line_valid line_from confidence verified_on source", .run = ask_list,
   .summary = {"les offres d'opérateurs que Témoin connaît", "the operators' offers that Témoin knows"}},
  {.words = "dialogue list", .method = "GET", .path = "/v1/dialogues", .columns = "id operator purpose channel cost sourced verified_on signed signed_by", .run = ask_list,
   .summary = {"les dialogues avec les opérateurs, et ceux qui sont signés", "the dialogues with operators, and those that are signed"}},
  {.words = "dialogue dry-run", .method = "GET", .path = "/v1/dialogues/rehearsal", .run = act_rehearse,
   .summary = {"ce que dirait un dialogue, sans rien envoyer", "what a dialogue would say, sending nothing"},
   .parameters = {
     {"DIALOGUE", {"DIALOGUE", "DIALOGUE"}, "dialogue", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom du dialogue", "name of the dialogue"}},
     {"--line", {"LIGNE", "LINE"}, "line", PARAMETER_TEXT, 0, {"avec la carte de cette ligne, qui est dans un modem", "with the card of that line, which is in a modem"}},
     {"--run", NOTHING, NULL, PARAMETER_FLAG, 0, {"tenir vraiment un dialogue de solde qui est gratuit", "really hold a balance dialogue that is free"}}}},
  {.words = "dialogue sign", .method = "POST", .path = "/v1/dialogues/signatures", .is_write = TRUE, .run = ask_act,
   .done = {"{dialogue}  est signé : il peut dépenser", "{dialogue}  is signed: it may spend"},
   .summary = {"signer un dialogue après l'avoir lu et essayé", "sign a dialogue after reading and trying it"},
   .parameters = {{"DIALOGUE", {"DIALOGUE", "DIALOGUE"}, "dialogue", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom du dialogue", "name of the dialogue"}}}},
  {.words = "product add", .method = "POST", .path = "/v1/products", .is_write = TRUE, .run = ask_act,
   .done = {"{id}  {name}  est au registre", "{id}  {name}  is in the register"},
   .summary = {"ajouter une recharge que vous achetez, ou la remplacer", "add a recharge that you buy, or replace it"},
   .parameters = {
     {"PRODUCT", {"orange-5", "orange-5"}, "id", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom court du produit", "short name of the product"}},
     {"--operator", NAME, "operator", PARAMETER_TEXT, PARAMETER_REQUIRED, {"opérateur", "operator"}},
     {"--offer", NAME, "offer", PARAMETER_TEXT, 0, {"pour cette offre seulement", "for that offer only"}},
     {"--name", NAME, "name", PARAMETER_TEXT, PARAMETER_REQUIRED, {"ce qui est acheté", "what is bought"}},
     {"--price", EUROS, "price", PARAMETER_TEXT, PARAMETER_REQUIRED, {"prix", "price"}},
     {"--credit-valid", {"DURÉE", "TIME"}, "credit_valid", PARAMETER_TEXT, 0, {"durée du crédit : 7 jours, 1 mois", "how long the credit lasts: 7 days, 1 month"}},
     {"--line-valid", {"DURÉE", "TIME"}, "line_valid", PARAMETER_TEXT, 0, {"durée de la ligne après elle : 6 mois", "how long the line lasts after it: 6 months"}},
     {"--retired", NOTHING, "retired", PARAMETER_FLAG, 0, {"ne plus le proposer", "propose it no more"}}}},
  {.words = "product list", .method = "GET", .path = "/v1/products", .columns = "id operator offer name price_cents credit_valid line_valid active", .run = ask_list,
   .summary = {"les recharges que vous achetez", "the recharges that you buy"}, .parameters = {LIMIT, AFTER}},
  {.words = "voucher add", .method = "POST", .path = "/v1/vouchers", .asked = "code", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  bon {number}  {product}  {price_cents}", "{code}  voucher {number}  {product}  {price_cents}"},
   .summary = {"ajouter un bon de recharge ; son code est demandé, et scellé", "add a voucher; its code is asked for, and sealed"},
   .parameters = {
     {"NUMBER", NUMBER, "number", PARAMETER_TEXT, PARAMETER_REQUIRED, {"numéro imprimé à côté du code", "number printed beside the code"}},
     {"--operator", NAME, "operator", PARAMETER_TEXT, PARAMETER_REQUIRED, {"opérateur", "operator"}},
     {"--product", {"PRODUIT", "PRODUCT"}, "product", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom court du produit", "short name of the product"}},
     {"--price", EUROS, "price", PARAMETER_TEXT, 0, {"prix (sinon celui du produit)", "price (else the product's)"}},
     {"--expires", DAY, "expires_on", PARAMETER_TEXT, 0, {"dernier jour où il sert", "last day it can be used"}}}},
  {.words = "voucher list", .method = "GET", .path = "/v1/vouchers", .columns = "code number operator product price_cents expires_on state", .run = ask_list,
   .summary = {"les bons de recharge, sans leurs codes", "the vouchers, without their codes"},
   .parameters = {{"--state", {"ÉTAT", "STATE"}, "state", PARAMETER_WORD, 0, {"seulement ceux-là : en stock, réservé, utilisé ...", "only those: in stock, reserved, used ..."}}, LIMIT, AFTER}},
  {.words = "voucher reveal", .method = "POST", .path = "/v1/reveals", .is_write = TRUE, .run = codes_reveal,
   .done = {"{code}  {secret}", "{code}  {secret}"},
   .summary = {"montrer le code d'un bon en stock (c'est écrit au journal)", "show the code of a voucher in stock (it is written in the journal)"},
   .parameters = {{"ID", ID, "thing", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code du bon", "code of the voucher"}}}},
  {.words = "fund add", .method = "POST", .path = "/v1/funds", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name}  {granted_cents} du {from} au {to} ({strand})", "{code}  {name}  {granted_cents} from {from} to {to} ({strand})"},
   .summary = {"ajouter un fonds", "add a fund"},
   .parameters = {
     {"NAME", NAME, "name", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom du fonds", "name of the fund"}},
     {"--amount", EUROS, "amount", PARAMETER_TEXT, PARAMETER_REQUIRED, {"somme accordée, par exemple 7900,00", "amount granted, for example 7900.00"}},
     {"--from", DAY, "from", PARAMETER_TEXT, PARAMETER_REQUIRED, {"premier jour", "first day"}},
     {"--to", DAY, "to", PARAMETER_TEXT, PARAMETER_REQUIRED, {"dernier jour", "last day"}},
     {"--strand", {"VOLET", "STRAND"}, "strand", PARAMETER_WORD, PARAMETER_REQUIRED, {"équipement, compétences ou connexion", "equipment, skills or connection"}},
     CONDITIONS}},
  {.words = "fund change", .method = "POST", .path = "/v1/funds/changes", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name}  {granted_cents} du {from} au {to} ({strand})", "{code}  {name}  {granted_cents} from {from} to {to} ({strand})"},
   .summary = {"changer un fonds : le journal garde l'ancienne valeur et la raison", "change a fund: the journal keeps the old value and the reason"},
   .parameters = {
     {"FUND", FUND, "fund", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code du fonds", "code of the fund"}},
     {"--name", NAME, "name", PARAMETER_TEXT, 0, {"nouveau nom", "new name"}},
     {"--amount", EUROS, "amount", PARAMETER_TEXT, 0, {"somme accordée en tout", "amount granted in all"}},
     {"--from", DAY, "from", PARAMETER_TEXT, 0, {"premier jour", "first day"}},
     {"--to", DAY, "to", PARAMETER_TEXT, 0, {"dernier jour", "last day"}},
     CONDITIONS}},
  {.words = "fund show", .method = "GET", .path = "/v1/objects/{id}?kind=F", .run = ask_record,
   .summary = {"un fonds et ses écritures", "a fund and its entries"},
   .parameters = {{"FUND", FUND, "id", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code du fonds", "code of the fund"}}}},
  {.words = "fund list", .method = "GET", .path = "/v1/funds", .columns = "code name strand from to granted_cents spent_cents balance_cents", .run = ask_list,
   .summary = {"les fonds et ce qu'il en reste", "the funds and what is left"}, .parameters = {LIMIT, AFTER}},
  {.words = "fund report", .method = "GET", .path = "/v1/funds/report", .run = ask_record,
   .summary = {"ce qui est dépensé mois par mois, et ce que les lignes demanderont encore", "what was spent month by month, and what the lines will still need"},
   .parameters = {{"FUND", FUND, "fund", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code du fonds", "code of the fund"}}}},
  {.words = "purchase add", .method = "POST", .path = "/v1/purchases", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {supplier}  facture {invoice}  {total_cents}", "{code}  {supplier}  invoice {invoice}  {total_cents}"},
   .summary = {"entrer une facture, et partager son prix entre les appareils, au centime", "enter an invoice, and share its price out over the devices, to the cent"},
   .parameters = {
     {"SUPPLIER", {"FOURNISSEUR", "SUPPLIER"}, "supplier", PARAMETER_TEXT, PARAMETER_REQUIRED, {"qui a vendu", "who sold"}},
     {"ID", ID, "items", PARAMETER_LIST, PARAMETER_MANY, {"codes des appareils achetés, qui n'ont pas encore de prix", "codes of the devices bought, which have no price yet"}},
     {"--invoice", {"RÉFÉRENCE", "REFERENCE"}, "invoice", PARAMETER_TEXT, PARAMETER_REQUIRED, {"numéro de la facture", "number of the invoice"}},
     PAPER,
     {"--on", DAY, "on", PARAMETER_TEXT, 0, {"jour de la facture (sinon aujourd'hui)", "day of the invoice (else today)"}},
     {"--fund", FUND, "fund", PARAMETER_TEXT, PARAMETER_REQUIRED, {"fonds qui paie", "fund that pays"}},
     {"--total", EUROS, "total", PARAMETER_TEXT, PARAMETER_REQUIRED, {"ce qui a été payé en tout", "what was paid in all"}},
     {"--count", NUMBER, "count", PARAMETER_NUMBER, 0, {"combien d'appareils, s'ils ne sont pas au registre", "how many devices, when they are not in the register"}},
     {"--kind", {"SORTE", "KIND"}, "kind", PARAMETER_WORD, 0, {"avec --count : tablette (sinon), borne wifi, ordinateur ou autre", "with --count: tablet (default), hotspot, laptop or other"}}}},
  {.words = "purchase list", .method = "GET", .path = "/v1/purchases", .columns = "code on supplier invoice total_cents count fund state", .run = ask_list,
   .summary = {"les achats", "the purchases"},
   .parameters = {{"--fund", FUND, "fund", PARAMETER_TEXT, 0, {"d'un fonds", "of a fund"}}, LIMIT, AFTER}},
  {.words = "purchase assign", .method = "POST", .path = "/v1/purchases/items", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {supplier}  facture {invoice}  {total_cents}", "{code}  {supplier}  invoice {invoice}  {total_cents}"},
   .summary = {"dire quels appareils sont les parts d'un achat qui étaient seulement comptées", "say which devices the shares of a purchase are, that were only counted"},
   .parameters = {
     {"PURCHASE", {"ACHAT", "PURCHASE"}, "purchase", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de l'achat", "code of the purchase"}},
     {"ID", ID, "items", PARAMETER_LIST, PARAMETER_REQUIRED | PARAMETER_MANY, {"codes des appareils, qui n'ont pas encore de prix", "codes of the devices, which have no price yet"}}}},
  {.words = "purchase cancel", .method = "POST", .path = "/v1/purchases/cancellations", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {supplier}  facture {invoice}  {total_cents}  {state}", "{code}  {supplier}  invoice {invoice}  {total_cents}  {state}"},
   .summary = {"annuler un achat par une écriture contraire", "cancel a purchase by a counter-entry"},
   .parameters = {{"PURCHASE", {"ACHAT", "PURCHASE"}, "purchase", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de l'achat", "code of the purchase"}}}},
  {.words = "fund reconcile", .method = "GET", .path = "/v1/funds/reconcile", .run = ask_reconcile,
   .summary = {"vérifier que soldes, recharges et écritures concordent", "check that balances, recharges and entries agree"}},
  {.words = "regie add", .method = "POST", .path = "/v1/regies", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name}  acte {act} du {act_on}  avance au plus {ceiling_cents}", "{code}  {name}  act {act} of {act_on}  advance at most {ceiling_cents}"},
   .summary = {"ouvrir une régie d'avances, par un acte", "open a regie d'avances (imprest), by an act"},
   .parameters = {
     {"NAME", NAME, "name", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom de la régie", "name of the regie"}},
     {"--act", {"RÉFÉRENCE", "REFERENCE"}, "act", PARAMETER_TEXT, PARAMETER_REQUIRED, {"acte constitutif", "the act that opens it"}},
     {"--act-on", DAY, "act_on", PARAMETER_TEXT, PARAMETER_REQUIRED, {"jour de l'acte", "day of the act"}},
     {"--ceiling", EUROS, "ceiling", PARAMETER_TEXT, PARAMETER_REQUIRED, {"montant maximum de l'avance", "the most that is advanced"}},
     {"--natures", {"recharges,petit matériel", "recharges,small items"}, "natures", PARAMETER_LIST, PARAMETER_REQUIRED, {"natures de dépense que l'acte autorise", "natures of expense that the act allows"}},
     {"--means", {"espèces,carte", "cash,card"}, "means", PARAMETER_WORDS, PARAMETER_REQUIRED, {"moyens de paiement : espèces, carte, virement, chèque, prélèvement", "means of payment: cash, card, transfer, cheque, debit"}},
     {"--holder", {"COMPTE", "ACCOUNT"}, "holder", PARAMETER_TEXT, PARAMETER_REQUIRED, {"régisseur : code ou nom de son compte", "holder: code or name of the account"}},
     {"--deputy", {"COMPTE", "ACCOUNT"}, "deputy", PARAMETER_TEXT, 0, {"mandataire suppléant", "deputy of the holder"}}}},
  {.words = "regie change", .method = "POST", .path = "/v1/regies/changes", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name}  acte {act} du {act_on}  avance au plus {ceiling_cents}", "{code}  {name}  act {act} of {act_on}  advance at most {ceiling_cents}"},
   .summary = {"changer une régie, par un nouvel acte : ce qui n'est pas dit reste", "change a regie, by another act: what is not said stays"},
   .parameters = {
     REGIE,
     {"--act", {"RÉFÉRENCE", "REFERENCE"}, "act", PARAMETER_TEXT, PARAMETER_REQUIRED, {"l'acte qui la change", "the act that changes it"}},
     {"--act-on", DAY, "act_on", PARAMETER_TEXT, PARAMETER_REQUIRED, {"jour de l'acte", "day of the act"}},
     {"--name", NAME, "name", PARAMETER_TEXT, 0, {"nouveau nom", "new name"}},
     {"--ceiling", EUROS, "ceiling", PARAMETER_TEXT, 0, {"montant maximum de l'avance", "the most that is advanced"}},
     {"--natures", {"recharges,petit matériel", "recharges,small items"}, "natures", PARAMETER_LIST, 0, {"toutes les natures de dépense", "all natures of expense"}},
     {"--means", {"espèces,carte", "cash,card"}, "means", PARAMETER_WORDS, 0, {"tous les moyens de paiement", "all means of payment"}},
     {"--holder", {"COMPTE", "ACCOUNT"}, "holder", PARAMETER_TEXT, 0, {"nouveau régisseur", "new holder"}},
     {"--deputy", {"COMPTE|none", "ACCOUNT|none"}, "deputy", PARAMETER_TEXT, 0, {"nouveau suppléant (none : plus personne)", "new deputy (none: nobody any more)"}}}},
  {.words = "regie list", .method = "GET", .path = "/v1/regies", .columns = "code name act holder_name deputy_name ceiling_cents advance_cents balance_cents closed_month", .run = ask_list,
   .summary = {"les régies et ce qu'il y a en caisse", "the regies and what is in their tills"}, .parameters = {LIMIT, AFTER}},
  {.words = "regie show", .method = "GET", .path = "/v1/objects/{id}?kind=G", .run = ask_record,
   .summary = {"une régie, son journal et ses demandes", "a regie, its journal and its requests"},
   .parameters = {{"REGIE", {"RÉGIE", "REGIE"}, "id", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la régie", "code of the regie"}}}},
  {.words = "regie advance", .method = "POST", .path = "/v1/regies/entries", .fixed = "kind=advance", .is_write = TRUE, .run = ask_act, .done = TILL,
   .summary = {"noter une avance reçue du comptable", "record an advance received from the accountant"},
   .parameters = {
     AMOUNT, REGIE, ON,
     {"--ref", {"RÉFÉRENCE", "REFERENCE"}, "paper", PARAMETER_TEXT, 0, {"référence de la pièce", "reference of the paper"}}, PAPER}},
  {.words = "regie spend", .method = "POST", .path = "/v1/regies/entries", .fixed = "kind=expense", .is_write = TRUE, .run = ask_act, .done = TILL,
   .summary = {"noter une dépense de la régie et sa pièce", "record an expense of the regie and its paper"},
   .parameters = {
     AMOUNT, REGIE,
     {"--nature", NAME, "nature", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nature de la dépense, comme dans l'acte", "nature of the expense, as in the act"}},
     {"--means", {"MOYEN", "MEANS"}, "means", PARAMETER_WORD, PARAMETER_REQUIRED, {"espèces, carte, virement, chèque ou prélèvement", "cash, card, transfer, cheque or debit"}},
     {"--for", TEXT, "object", PARAMETER_TEXT, PARAMETER_REQUIRED, {"ce qui a été acheté", "what was bought"}},
     {"--ref", {"RÉFÉRENCE", "REFERENCE"}, "paper", PARAMETER_TEXT, PARAMETER_REQUIRED, {"référence de la pièce", "reference of the paper"}}, PAPER, ON}},
  {.words = "regie repay", .method = "POST", .path = "/v1/regies/entries", .fixed = "kind=repayment", .is_write = TRUE, .run = ask_act, .done = TILL,
   .summary = {"noter un reversement au comptable", "record money paid back to the accountant"},
   .parameters = {
     AMOUNT, REGIE, ON,
     {"--ref", {"RÉFÉRENCE", "REFERENCE"}, "paper", PARAMETER_TEXT, 0, {"référence de la pièce", "reference of the paper"}}, PAPER}},
  {.words = "regie correct", .method = "POST", .path = "/v1/regies/corrections", .is_write = TRUE, .run = ask_act, .done = TILL,
   .summary = {"reprendre une écriture par une écriture contraire", "take a line back by a counter-entry"},
   .parameters = {{"ENTRY", NUMBER, "entry", PARAMETER_NUMBER, PARAMETER_REQUIRED, {"numéro de l'écriture", "number of the line"}}, REGIE}},
  {.words = "regie entries", .method = "GET", .path = "/v1/regies/entries", .columns = "number on kind nature means object paper received_cents paid_cents balance_cents reverses", .run = ask_list,
   .summary = {"le journal de la régie", "the journal of the regie"}, .parameters = {REGIE, LIMIT, AFTER}},
  {.words = "regie ask", .method = "POST", .path = "/v1/regies/requests", .is_write = TRUE, .run = ask_act, .done = TILL,
   .summary = {"demander au comptable de reconstituer l'avance", "ask the accountant to give back what was spent"}, .parameters = {REGIE}},
  {.words = "regie received", .method = "POST", .path = "/v1/regies/receipts", .is_write = TRUE, .run = ask_act, .done = TILL,
   .summary = {"noter que l'argent d'une demande est arrivé", "record that the money of a request came"},
   .parameters = {{"REQUEST", NUMBER, "request", PARAMETER_NUMBER, PARAMETER_REQUIRED, {"numéro de la demande", "number of the request"}}, REGIE, ON}},
  {.words = "regie requests", .method = "GET", .path = "/v1/regies/requests", .columns = "number year first last amount_cents state at entry", .run = ask_list,
   .summary = {"les demandes au comptable", "the requests to the accountant"}, .parameters = {REGIE, LIMIT, AFTER}},
  {.words = "regie close", .method = "POST", .path = "/v1/regies/closings", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name}  dernier mois clos : {closed_month}  dernière année : {closed_year}", "{code}  {name}  last month closed: {closed_month}  last year: {closed_year}"},
   .summary = {"clore un mois, ou l'année : plus rien n'y change", "close a month, or the year: nothing changes in it any more"},
   .parameters = {{"PERIOD", {"2026-11|2026", "2026-11|2026"}, "period", PARAMETER_TEXT, PARAMETER_REQUIRED, {"mois ou année", "month or year"}}, REGIE}},
  {.words = "report regie", .method = "GET", .path = "/v1/regies/report", .run = transfer_fetch,
   .summary = {"journal et pièces d'un mois ou d'une année, pour le comptable (PDF ou CSV)", "journal and papers of a month or a year, for the accountant (PDF or CSV)"},
   .parameters = {{"PERIOD", {"2026-11|2026", "2026-11|2026"}, "period", PARAMETER_TEXT, PARAMETER_REQUIRED, {"mois ou année", "month or year"}}, REGIE, CSV, OUTPUT, FORCE}},
  {.words = "report request", .method = "GET", .path = "/v1/regies/report", .run = transfer_fetch,
   .summary = {"une demande de reconstitution, pour le comptable (PDF ou CSV)", "a request to the accountant (PDF or CSV)"},
   .parameters = {{"REQUEST", NUMBER, "request", PARAMETER_NUMBER, PARAMETER_REQUIRED, {"numéro de la demande", "number of the request"}}, REGIE, CSV, OUTPUT, FORCE}},
  {.words = "lend", .method = "POST", .path = "/v1/loans", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {item} est prêtée à {person_name} jusqu'au {due_on}", "{code}  {item} is lent to {person_name} until {due_on}"},
   .summary = {"prêter à une personne", "lend to a person"},
   .parameters = {
     {"PERSON", {"PERSONNE", "PERSON"}, "person", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la personne", "code of the person"}},
     {"ID", ID, "things", PARAMETER_LIST, PARAMETER_REQUIRED | PARAMETER_MANY, {"codes des tablettes, cartes SIM ou lignes", "codes of tablets, SIM cards or lines"}},
     {"--until", DAY, "until", PARAMETER_TEXT, 0, {"à rendre ce jour-là (sinon un an)", "due that day (else one year)"}}}},
  {.words = "return", .method = "POST", .path = "/v1/returns", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {item} est revenue : prêt {state}", "{code}  {item} came back: loan {state}"},
   .summary = {"reprendre, accessoire par accessoire", "take back, piece by piece"},
   .parameters = {
     {"ID", ID, "thing", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la tablette, de la ligne ou du prêt", "code of the tablet, line or loan"}},
     {"--piece", {"housse=manquant", "sleeve=missing"}, "pieces", PARAMETER_PAIRS, 0, {"état d'un accessoire : présent, manquant, cassé ou later (plus tard)", "state of a piece: present, missing, broken or later"}},
     {"--condition", TEXT, "condition", PARAMETER_TEXT, 0, {"état constaté", "condition seen"}}}},
  {.words = "renew", .method = "POST", .path = "/v1/renewals", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {item} reste chez {person_name} jusqu'au {due_on}", "{code}  {item} stays with {person_name} until {due_on}"},
   .summary = {"prolonger un prêt", "renew a loan"},
   .parameters = {
     {"ID", ID, "thing", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la chose prêtée ou du prêt", "code of the thing or of the loan"}},
     {"--until", DAY, "until", PARAMETER_TEXT, 0, {"à rendre ce jour-là (sinon un an)", "due that day (else one year)"}}}},
  {.words = "recharge", .method = "POST", .path = "/v1/recharges", .is_write = TRUE, .run = act_run,
   .done = {"{code}  {line}  {product}  {amount_cents}  {state}", "{code}  {line}  {product}  {amount_cents}  {state}"},
   .summary = {"noter une recharge faite à la main, en préparer une avec un bon, ou la faire par un modem (--bench)", "record a recharge made by hand, prepare one with a voucher, or make it through a modem (--bench)"},
   .parameters = {
     {"LINE", {"LIGNE", "LINE"}, "line", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la ligne ou de sa carte SIM", "code of the line or of its SIM card"}},
     {"--amount", EUROS, "amount", PARAMETER_TEXT, 0, {"prix payé (sinon celui du produit)", "price paid (else the product's)"}},
     {"--product", NAME, "product", PARAMETER_TEXT, 0, {"ce qui a été acheté", "what was bought"}},
     {"--voucher", {"BON", "VOUCHER"}, "voucher", PARAMETER_TEXT, 0, {"bon qui la paie : prépare la recharge", "voucher that pays it: prepares the recharge"}},
     {"--from-stock", NOTHING, "from_stock", PARAMETER_FLAG, 0, {"prendre un bon du stock, le premier à expirer", "take a voucher from the stock, the first to expire"}},
     {"--fund", FUND, "fund", PARAMETER_TEXT, 0, {"fonds qui paie", "fund that pays"}},
     {"--on", DAY, "on", PARAMETER_TEXT, 0, {"jour de la recharge (sinon aujourd'hui)", "day of the recharge (else today)"}},
     {"--keep-alive", NOTHING, "keep_alive", PARAMETER_FLAG, 0, {"la plus petite recharge, qui sauve la ligne", "the smallest recharge, which saves the line"}},
     {"--bench", NOTHING, "bench", PARAMETER_FLAG, 0, {"l'envoyer à l'opérateur, par la carte qui est dans un modem", "send it to the operator, through the card that is in a modem"}},
     {"--dialogue", {"DIALOGUE", "DIALOGUE"}, "dialogue", PARAMETER_TEXT, 0, {"avec --bench : dialogue à tenir (sinon celui de la carte)", "with --bench: dialogue to hold (else the card's)"}}}},
  {.words = "recharge send", .method = "POST", .path = "/v1/recharges/sending", .is_write = TRUE, .run = act_run,
   .done = {"{recharge}", "{recharge}"},
   .summary = {"envoyer une recharge préparée avec --bench et qui n'est pas partie, ou toutes celles dont la carte est dans un modem", "send a recharge that was prepared with --bench and did not leave, or all those whose card is in a modem"},
   .parameters = {
     {"RECHARGE", {"RECHARGE", "RECHARGE"}, "recharge", PARAMETER_TEXT, 0, {"code de la recharge (sinon toutes)", "code of the recharge (else all)"}},
     {"--dialogue", {"DIALOGUE", "DIALOGUE"}, "dialogue", PARAMETER_TEXT, 0, {"dialogue à tenir (sinon celui de la carte)", "dialogue to hold (else the card's)"}}}},
  {.words = "recharge bulk", .method = "POST", .path = "/v1/recharges/bulk", .is_write = TRUE, .run = act_run,
   .done = {"{code}  {line}  {product}  {amount_cents}  {state}", "{code}  {line}  {product}  {amount_cents}  {state}"},
   .summary = {"recharger plusieurs lignes : toutes ou aucune (--preview dit le total)", "recharge several lines: all or none (--preview says the total)"},
   .parameters = {
     {"LINE", {"LIGNE", "LINE"}, "lines", PARAMETER_LIST, PARAMETER_REQUIRED | PARAMETER_MANY, {"codes des lignes ou de leurs cartes SIM", "codes of the lines or of their SIM cards"}},
     {"--amount", EUROS, "amount", PARAMETER_TEXT, 0, {"prix payé pour chacune (sinon celui du produit)", "price paid for each (else the product's)"}},
     {"--product", NAME, "product", PARAMETER_TEXT, 0, {"ce qui a été acheté", "what was bought"}},
     {"--from-stock", NOTHING, "from_stock", PARAMETER_FLAG, 0, {"avec des bons du stock, les premiers à expirer", "with vouchers from the stock, the first to expire"}},
     {"--fund", FUND, "fund", PARAMETER_TEXT, 0, {"fonds qui paie", "fund that pays"}},
     {"--on", DAY, "on", PARAMETER_TEXT, 0, {"jour des recharges (sinon aujourd'hui)", "day of the recharges (else today)"}},
     {"--keep-alive", NOTHING, "keep_alive", PARAMETER_FLAG, 0, {"la plus petite recharge, qui sauve la ligne", "the smallest recharge, which saves the line"}},
     {"--bench", NOTHING, "bench", PARAMETER_FLAG, 0, {"les envoyer à l'opérateur, chacune par sa carte ; celles dont la carte n'est dans aucun modem attendent", "send them to the operator, each through its card; those whose card is in no modem wait"}},
     {"--dialogue", {"DIALOGUE", "DIALOGUE"}, "dialogue", PARAMETER_TEXT, 0, {"avec --bench : dialogue à tenir (sinon celui de chaque carte)", "with --bench: dialogue to hold (else each card's)"}},
     YES}},
  {.words = "recharge list", .method = "GET", .path = "/v1/recharges", .columns = "code line product amount_cents on state voucher person", .run = ask_list,
   .summary = {"les recharges", "the recharges"},
   .parameters = {
     {"--state", {"ÉTAT", "STATE"}, "state", PARAMETER_WORD, 0, {"seulement celles-là : préparée, envoyée ou ambiguous (sans réponse)", "only those: prepared, sent or ambiguous (no answer)"}},
     {"--line", {"LIGNE", "LINE"}, "line", PARAMETER_TEXT, 0, {"d'une ligne", "of a line"}},
     {"--fund", FUND, "fund", PARAMETER_TEXT, 0, {"d'un fonds", "of a fund"}}, LIMIT, AFTER}},
  {.words = "recharge code", .method = "POST", .path = "/v1/reveals", .is_write = TRUE, .run = codes_reveal,
   .done = {"{code}  {secret}", "{code}  {secret}"},
   .summary = {"montrer le code à taper d'une recharge préparée : elle est alors envoyée", "show the code to type of a prepared recharge: from then on it is sent"},
   .parameters = {{"RECHARGE", {"RECHARGE", "RECHARGE"}, "thing", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la recharge", "code of the recharge"}}}},
  {.words = "recharge settle", .method = "POST", .path = "/v1/recharges/outcomes", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {line}  {amount_cents}  {state}", "{code}  {line}  {amount_cents}  {state}"},
   .summary = {"dire ce qu'une recharge envoyée est devenue", "tell what became of a recharge that was sent"},
   .parameters = {
     {"RECHARGE", {"RECHARGE", "RECHARGE"}, "recharge", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la recharge", "code of the recharge"}},
     {"OUTCOME", {"confirmée|refusée|ambiguous", "confirmed|rejected|ambiguous"}, "outcome", PARAMETER_WORD, PARAMETER_REQUIRED, {"confirmée, refusée, ou ambiguous : pas de réponse", "confirmed, rejected, or ambiguous: no answer"}},
     {"--evidence", {"operator|balance|person", "operator|balance|person"}, "evidence", PARAMETER_WORD, 0, {"sur quoi cela repose : opérateur, solde ou personne", "what it rests on: operator, balance or person"}}}},
  {.words = "recharge cancel", .method = "POST", .path = "/v1/recharges/cancellations", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {line}  {amount_cents}  {state}", "{code}  {line}  {amount_cents}  {state}"},
   .summary = {"annuler une recharge préparée, ou corriger une recharge notée par erreur", "cancel a prepared recharge, or correct one that was recorded by mistake"},
   .parameters = {{"RECHARGE", {"RECHARGE", "RECHARGE"}, "recharge", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la recharge", "code of the recharge"}}}},
  {.words = "due", .method = "GET", .path = "/v1/due", .columns = "due_on state item item_model person_name person", .run = ask_list,
   .summary = {"ce qui doit revenir", "what must come back"},
   .parameters = {{"--days", NUMBER, "days", PARAMETER_NUMBER, 0, {"dans les N jours (sinon 30)", "within N days (else 30)"}}, LIMIT, AFTER}},
  {.words = "find", .method = "GET", .path = "/v1/find", .columns = "code kind name model serial msisdn iccid state", .run = ask_list,
   .summary = {"chercher une personne ou une chose", "look for a person or a thing"},
   .parameters = {{"TEXT", TEXT, "q", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom, numéro, modèle ...", "name, number, model ..."}}, LIMIT}},
  {.words = "show", .method = "GET", .path = "/v1/objects/{id}", .run = ask_record,
   .summary = {"la fiche d'un code", "the record of a code"},
   .parameters = {{"ID", ID, "id", PARAMETER_TEXT, PARAMETER_REQUIRED, {"n'importe quel code", "any code"}}}},
  {.words = "bench", .method = "GET", .path = "/v1/bench", .run = watch_once,
   .summary = {"ce qui est branché en USB", "what is plugged in over USB"}},
  {.words = "bench list", .method = "GET", .path = "/v1/bench", .run = watch_once,
   .summary = {"la même chose", "the same"}},
  {.words = "bench watch", .method = "GET", .path = "/v1/bench", .run = watch_run,
   .summary = {"le banc, redessiné à chaque changement", "the bench, redrawn at each change"}},
  {.words = "bench name", .method = "POST", .path = "/v1/ports", .is_write = TRUE, .run = ask_act,
   .done = {"{port}  {name}", "{port}  {name}"},
   .summary = {"donner un nom à un port du banc : « place 3 »", "give a port of the bench a name: \"slot 3\""},
   .parameters = {
     {"PORT", {"PORT", "PORT"}, "port", PARAMETER_TEXT, PARAMETER_REQUIRED, {"le port (temoin bench), ou le nom qu'il a", "the port (temoin bench), or the name it has"}},
     {"NAME", NAME, "name", PARAMETER_TEXT, 0, {"ce qui est écrit sur le port", "what is written on the port"}},
     {"--remove", NOTHING, "remove", PARAMETER_FLAG, 0, {"lui enlever son nom", "take its name away"}}}},
  {.words = "bench names", .method = "GET", .path = "/v1/ports", .columns = "port name", .run = ask_list,
   .summary = {"les noms des ports", "the names of the ports"}, .parameters = {LIMIT}},
  {.words = "bench record", .method = "GET", .path = "/v1/recordings", .run = record_run,
   .summary = {"enregistrer ce qui se dit sur un port, sans donnée personnelle, pour l'envoyer", "record what is said on a port, without personal data, to be sent"},
   .parameters = {
     {"PORT", {"PORT|CODE", "PORT|ID"}, "port", PARAMETER_TEXT, PARAMETER_REQUIRED, {"le port (temoin bench), son nom, ou le code de la tablette qui y est", "the port (temoin bench), its name, or the code of the tablet on it"}},
     OUTPUT, FORCE,
     {"--until", {"FIN", "END"}, "until", PARAMETER_TEXT, 0, {"wiped : jusqu'à la fin de son effacement (sinon) ; unplugged : jusqu'à son départ ; stopped : jusqu'à Ctrl-C, qui l'arrête toujours", "wiped: until its wipe is over (the default); unplugged: until it leaves; stopped: until Ctrl-C, which always stops it"}}}},
  {.words = "wipe", .method = "POST", .path = "/v1/wipes", .is_write = TRUE, .run = erase_run,
   .done = {"{code}  effacement de {item} sur le port {port}", "{code}  wipe of {item} on port {port}"},
   .summary = {"effacer une tablette du banc, et le prouver", "wipe a tablet on the bench, and prove it"},
   .parameters = {
     {"ID", ID, "item", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la tablette, ou d'un effacement à suivre", "code of the tablet, or of a wipe to follow"}},
     {"--strategy", {"MÉTHODE", "WAY"}, "strategy", PARAMETER_WORD, 0, {"owner, recovery-wipe, helper, fastboot, fastbootd, guided, recovery-keys ou test-harness", "owner, recovery-wipe, helper, fastboot, fastbootd, guided, recovery-keys or test-harness"}},
     {"--removed", NOTHING, "removed", PARAMETER_FLAG, 0, {"la carte SIM et la carte mémoire sont retirées", "the SIM and the memory card are taken out"}},
     YES,
     {"--no-wait", NOTHING, NULL, PARAMETER_FLAG, 0, {"lancer sans suivre", "start without following"}},
     {"--attest", TEXT, NULL, PARAMETER_TEXT, 0, {"attester ce que montre l'écran", "attest what the screen shows"}},
     {"--frp", NOTHING, NULL, PARAMETER_FLAG, 0, {"après l'effacement, elle demande un ancien compte", "after the wipe it asks for a former account"}},
     {"--unlocked", TEXT, NULL, PARAMETER_TEXT, 0, {"comment le verrou d'un ancien compte a été levé", "how the lock of a former account was lifted"}},
     {"--cancel", NOTHING, NULL, PARAMETER_FLAG, 0, {"annuler", "cancel"}},
     {"--waive", {"RAISON", "REASON"}, NULL, PARAMETER_TEXT, 0, {"déclarer prête sans effacement (droit wipe-waive)", "declare ready without a wipe (right wipe-waive)"}}}},
  {.words = "prepare", .method = "POST", .path = "/v1/preparations", .is_write = TRUE, .run = prepare_run,
   .done = {"{code}  préparation de {model}", "{code}  preparation of {model}"},
   .summary = {"inscrire une tablette du banc auprès de notre application de gestion", "enrol a tablet on the bench with our management application"},
   .parameters = {{"ID", ID, "item", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la tablette", "code of the tablet"}}}},
  {.words = "certificate", .method = "GET", .path = "/v1/certificates/{id}", .run = transfer_fetch,
   .summary = {"le certificat d'effacement (PDF, ou JSON si le fichier finit par .json)", "the certificate of erasure (PDF, or JSON when the file ends in .json)"},
   .parameters = {{"ID", ID, "id", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la tablette ou de l'effacement", "code of the tablet or of the wipe"}}, OUTPUT, FORCE}},
  {.words = "certificate verify", .method = "GET", .path = "/v1/certificates/{id}", .run = certify_verify,
   .summary = {"comparer un certificat avec le registre", "compare a certificate with the register"},
   .parameters = {{"FILE", {"FICHIER|CODE", "FILE|CODE"}, NULL, PARAMETER_TEXT, PARAMETER_REQUIRED, {"le certificat en JSON (- : entrée standard), le texte de son code QR, ou le code de l'effacement", "the certificate in JSON (-: standard input), the text of its QR code, or the code of the wipe"}}}},
  {.words = "intake", .method = "POST", .path = "/v1/arrivals", .is_write = TRUE, .run = intake_run,
   .done = {"{code}", "{code}"},
   .summary = {"lire par le câble une tablette qui arrive, et comparer avec le registre", "read a tablet that comes in over the cable, and compare with the register"},
   .parameters = {
     {"PORT", {"PORT", "PORT"}, "port", PARAMETER_TEXT, 0, {"port du banc, ou son nom (sinon la seule tablette branchée)", "port of the bench, or its name (else the only tablet plugged in)"}},
     {"--accept", NOTHING, NULL, PARAMETER_FLAG, 0, {"prendre au registre ce que dit la tablette, sans demander", "take what the tablet says into the register, without asking"}}}},
  {.words = "check", .method = "POST", .path = "/v1/checks", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {model}  {state}", "{code}  {model}  {state}"},
   .summary = {"noter ce qui a été contrôlé avant un nouveau prêt", "note what was checked before a new loan"},
   .parameters = {
     {"ID", ID, "item", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la tablette", "code of the tablet"}},
     {"CHECK", {"écran=bon", "screen=ok"}, "checks", PARAMETER_PAIRS, PARAMETER_REQUIRED | PARAMETER_MANY, {"un contrôle et son résultat : bon, cassé ou manquant", "a check and its result: ok, broken or missing"}}}},
  {.words = "checklist", .method = "GET", .path = "/v1/checklists", .columns = "kind checks required", .run = ask_list,
   .summary = {"ce qui se contrôle, par sorte d'appareil", "what is checked, for each kind of device"}},
  {.words = "checklist set", .method = "POST", .path = "/v1/checklists", .is_write = TRUE, .run = ask_act,
   .done = {"{code}", "{code}"},
   .summary = {"changer ce qui se contrôle", "change what is checked"},
   .parameters = {
     {"KIND", {"SORTE", "KIND"}, "kind", PARAMETER_WORD, PARAMETER_REQUIRED, {"tablette, borne wifi, ordinateur ou autre", "tablet, hotspot, laptop or other"}},
     {"--checks", {"écran,charge", "screen,charge"}, "checks", PARAMETER_WORDS, 0, {"les contrôles, dans leur ordre", "the checks, in their order"}},
     {"--required", {"oui|non", "yes|no"}, "required", PARAMETER_WORD, 0, {"un appareil effacé n'est prêt que s'ils sont tous bons", "a wiped device is ready only when all are ok"}}}},
  {.words = "repair", .method = "POST", .path = "/v1/repairs", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {model}  {state}", "{code}  {model}  {state}"},
   .summary = {"mettre en réparation, ou noter ce que la réparation coûte", "send to repair, or note what the repair costs"},
   .parameters = {
     {"ID", ID, "item", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la tablette", "code of the tablet"}},
     {"--cost", EUROS, "cost", PARAMETER_TEXT, 0, {"ce qui a été payé, par exemple 45,00", "what was paid, for example 45.00"}},
     {"--fund", FUND, "fund", PARAMETER_TEXT, 0, {"fonds qui paie", "fund that pays"}},
     {"--note", TEXT, "note", PARAMETER_TEXT, 0, {"ce qui ne va pas, ou ce qui a été fait", "what is wrong, or what was done"}}}},
  {.words = "repair done", .method = "POST", .path = "/v1/repairs/done", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {model}  {state}", "{code}  {model}  {state}"},
   .summary = {"reprendre après réparation : à effacer de nouveau", "take back from repair: to be wiped again"},
   .parameters = {
     {"ID", ID, "item", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code de la tablette", "code of the tablet"}},
     {"--note", TEXT, "note", PARAMETER_TEXT, 0, {"ce qui a été fait", "what was done"}}}},
  {.words = "label", .method = "GET", .path = "/v1/labels", .run = transfer_fetch,
   .summary = {"une planche d'étiquettes (PDF ou PNG)", "a sheet of labels (PDF or PNG)"},
   .parameters = {
     {"ID", ID, "codes", PARAMETER_LIST, PARAMETER_REQUIRED | PARAMETER_MANY, {"codes à imprimer", "codes to print"}},
     {"--format", NAME, "format", PARAMETER_TEXT, 0, {"avery-l7160 (sinon), avery-l7651 ...", "avery-l7160 (default), avery-l7651 ..."}},
     {"--start", NUMBER, "start", PARAMETER_NUMBER, 0, {"première étiquette libre d'une planche entamée", "first free label of a used sheet"}},
     {"--dpi", NUMBER, "dpi", PARAMETER_NUMBER, 0, {"points par pouce d'une image", "dots per inch of an image"}},
     OUTPUT, FORCE}},
  {.words = "account add", .method = "POST", .path = "/v1/accounts", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name} ({role}, utilisateur {uid})", "{code}  {name} ({role}, user {uid})"},
   .summary = {"ouvrir un compte à un collègue", "open an account for a colleague"},
   .parameters = {
     {"NAME", NAME, "name", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom du collègue", "name of the colleague"}},
     {"--user", NAME, "user", PARAMETER_TEXT, 0, {"son nom d'utilisateur sur cette machine", "the user name on this machine"}},
     {"--uid", NUMBER, "uid", PARAMETER_NUMBER, 0, {"ou son numéro d'utilisateur", "or the user number"}},
     {"--all-sites", NOTHING, "all_sites", PARAMETER_FLAG, 0, {"ce numéro est cette personne sur les machines de tous les lieux", "that number is this person on the machines of all sites"}},
     {"--role", {"RÔLE", "ROLE"}, "role", PARAMETER_WORD, PARAMETER_REQUIRED, {"agent, technicien, admin ou lecteur", "agent, technician, admin or reader"}}}},
  {.words = "account list", .method = "GET", .path = "/v1/accounts", .columns = "code name role uid site", .run = ask_list,
   .summary = {"les comptes des collègues", "the accounts of the colleagues"}, .parameters = {LIMIT, AFTER}},
  {.words = "account move", .method = "POST", .path = "/v1/accounts/site", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name} ({role}, utilisateur {uid})  {site}", "{code}  {name} ({role}, user {uid})  {site}"},
   .summary = {"dire où un compte peut entrer", "say where an account may come in"},
   .parameters = {
     {"ID", ID, "account", PARAMETER_TEXT, PARAMETER_REQUIRED, {"code du compte", "code of the account"}},
     {"--site", SITE, "site", PARAMETER_TEXT, 0, {"ce lieu seulement (sinon tous les lieux)", "that site alone (else all sites)"}}}},
  {.words = "site add", .method = "POST", .path = "/v1/sites", .is_write = TRUE, .run = ask_act,
   .done = {"{code}  {name}", "{code}  {name}"},
   .summary = {"ajouter un lieu qui partage ce registre", "add a site that shares this register"},
   .parameters = {{"NAME", NAME, "name", PARAMETER_TEXT, PARAMETER_REQUIRED, {"nom du lieu", "name of the site"}}}},
  {.words = "site list", .method = "GET", .path = "/v1/sites", .columns = "code name is_here created_at", .run = ask_list,
   .summary = {"les lieux qui partagent ce registre", "the sites that share this register"}, .parameters = {LIMIT, AFTER}},
  {.words = "key status", .method = "GET", .path = "/v1/keys", .columns = "key secrets is_newest is_there", .run = ask_list,
   .summary = {"les clés qui scellent les codes", "the keys that seal codes"}},
  {.words = "key new", .method = "POST", .path = "/v1/keys", .is_write = TRUE, .run = ask_act,
   .done = {"La clé est faite : les codes PIN, PUK et de recharge peuvent être gardés", "The key is made: PINs, PUKs and recharge codes can be kept"},
   .summary = {"faire la première clé", "make the first key"}},
  {.words = "key rotate", .method = "POST", .path = "/v1/keys/rotation", .is_write = TRUE, .run = codes_rotate,
   .done = {"Tous les codes sont scellés avec la nouvelle clé", "All codes are sealed with the new key"},
   .summary = {"faire une nouvelle clé et sceller de nouveau tous les codes", "make a new key and seal all codes again"}},
  {.words = "import", .method = "POST", .path = "/v1/imports", .run = transfer_import,
   .summary = {"importer un fichier CSV : tout ou rien", "import a CSV file: all or nothing"},
   .parameters = {
     {"FILE", FILE_, NULL, PARAMETER_TEXT, PARAMETER_REQUIRED, {"fichier (- : entrée standard)", "file (-: standard input)"}},
     {"--dry-run", NOTHING, "dry_run", PARAMETER_FLAG, 0, {"essayer sans rien changer", "rehearse, change nothing"}},
     {"--kind", {"SORTE", "KIND"}, "kind", PARAMETER_TEXT, 0, {"tablets, sims, persons ou vouchers (sinon d'après les titres)", "tablets, sims, persons or vouchers (else told by the header)"}},
     {"--fund", FUND, "fund", PARAMETER_TEXT, 0, {"fonds qui paie les prix du fichier", "fund that pays the prices of the file"}}}},
  {.words = "import list", .method = "GET", .path = "/v1/imports", .columns = "of state lines made known errors applied started_at account", .run = ask_list,
   .summary = {"les imports en cours, et où ils en sont", "the imports under way, and how far they are"}},
  {.words = "journal", .method = "GET", .path = "/v1/journal", .columns = "number site at account verb subjects after reason", .run = ask_list,
   .summary = {"le journal de tous les actes", "the journal of every act"},
   .parameters = {{"--site", SITE, "site", PARAMETER_TEXT, 0, {"seulement ce lieu", "that site alone"}}, LIMIT, AFTER}},
  {.words = "journal verify", .method = "GET", .path = "/v1/journal/verify", .run = ask_verify,
   .summary = {"vérifier que le journal est entier", "check that the journal is whole"},
   .parameters = {{"--site", SITE, "site", PARAMETER_TEXT, 0, {"seulement ce lieu (sinon tous)", "that site alone (else all)"}}}},
  {.words = "backup", .method = "GET", .path = "/v1/backup", .run = backup_do_make,
   .summary = {"sauvegarder le registre, et vérifier la sauvegarde", "back the register up, and verify the backup"},
   .parameters = {
     {"FILE", FILE_, NULL, PARAMETER_TEXT, PARAMETER_REQUIRED, {"où écrire (- : sortie standard, sans vérifier)", "where to write (-: standard output, not verified)"}},
     KEY_FILE,
     {"--no-verify", NOTHING, NULL, PARAMETER_FLAG, 0, {"ne pas relire le fichier : la sauvegarde ne compte pas comme vérifiée", "do not read the file back: the backup does not count as verified"}},
     FORCE}},
  {.words = "backup verify", .method = "POST", .path = "/v1/backup/verify", .run = backup_do_verify,
   .summary = {"restaurer une sauvegarde à l'essai, à part, et dire si elle est entière", "restore a backup on trial, apart, and say whether it is whole"},
   .parameters = {{"FILE", FILE_, NULL, PARAMETER_TEXT, PARAMETER_REQUIRED, {"fichier de sauvegarde (- : entrée standard)", "backup file (-: standard input)"}}, KEY_FILE}},
  {.words = "backup key", .run = backup_do_key,
   .summary = {"faire une clé pour chiffrer les sauvegardes", "make a key to encrypt backups"},
   .parameters = {{"FILE", FILE_, NULL, PARAMETER_TEXT, PARAMETER_REQUIRED, {"où l'écrire", "where to write it"}}}},
  {.words = "restore", .method = "POST", .path = "/v1/restore?confirm=1", .run = backup_do_restore,
   .summary = {"remplacer le registre par une sauvegarde", "replace the register by a backup"},
   .parameters = {{"FILE", FILE_, NULL, PARAMETER_TEXT, PARAMETER_REQUIRED, {"fichier de sauvegarde (- : entrée standard)", "backup file (-: standard input)"}}, KEY_FILE, YES}},
  {.words = "migrate", .method = "POST", .path = "/v1/migrations", .is_write = TRUE, .run = migrate_run,
   .done = {"{to}", "{to}"},
   .summary = {"déplacer le registre vers une autre base, vide", "move the register to another database, an empty one"},
   .parameters = {
     {"--to", {"ADRESSE", "ADDRESS"}, "to", PARAMETER_TEXT, PARAMETER_REQUIRED, {"postgresql://UTILISATEUR@MACHINE/BASE, ou sqlite:/CHEMIN", "postgresql://USER@HOST/NAME, or sqlite:/PATH"}},
     YES}},
  {.words = "migrate status", .method = "GET", .path = "/v1/migrations", .run = ask_record,
   .summary = {"où en est ce déplacement", "how far that move is"}},
  {.words = "demo clock", .method = "POST", .path = "/v1/demo/clock", .is_write = TRUE, .run = ask_act,
   .done = {"Nous sommes le {day}", "Today is {day}"},
   .summary = {"avancer l'horloge d'un registre de démonstration", "move the clock of a demonstration register"},
   .parameters = {{"DAY", DAY, "day", PARAMETER_TEXT, PARAMETER_REQUIRED, {"le jour qu'il sera", "the day it shall be"}}}},
  {.words = "clock confirm", .method = "POST", .path = "/v1/clock/confirm", .is_write = TRUE, .run = ask_act,
   .done = {"L'heure de la machine est confirmée : le registre écrit de nouveau", "The machine's clock is confirmed: the register writes again"},
   .summary = {"confirmer l'heure de la machine après un recul", "confirm the machine's clock after it went back"}},
  {.words = "doctor", .method = "GET", .path = "/healthz", .run = ask_health,
   .summary = {"le service va-t-il bien ?", "is the daemon well?"}},
  {.words = "help", .run = help_run,
   .summary = {"cette aide, ou celle d'une commande", "this help, or that of a command"},
   .parameters = {{"COMMAND", {"COMMANDE", "COMMAND"}, NULL, PARAMETER_LIST, PARAMETER_MANY, {"ses mots", "its words"}}}},
};
/* clang-format on */

const gsize commands_n = G_N_ELEMENTS (commands);

const Command *
commands_find (const char *words)
{
  for (gsize i = 0; i < commands_n; i++)
    if (g_str_equal (commands[i].words, words))
      return &commands[i];
  return NULL;
}
