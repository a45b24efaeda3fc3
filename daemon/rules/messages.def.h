/* Every sentence of the program, one row each: symbol, stable code, kind, right (CONFIRM only), French, English. See message.h
 * for what {1} {1d} {1m} {1c} ... print. Append rows, never change a code: scripts and the desk rely on them. Not for labels or papers.
 * EVERY row ends with a backslash; the empty line at the end closes the macro. */
#pragma once

/* One row is one entry, however long. */
/* clang-format off */
#define MESSAGES(X) \
  /* codes, fields, words */ \
  X (CODE_LENGTH, "code_length", MESSAGE_INPUT, NULL, "« {1} » n'est pas un code : un code a 8 lettres. Scannez l'étiquette ou retapez le code.", "\"{1}\" is not a code: a code has 8 letters. Scan the label or type the code again.") \
  X (CODE_LETTER, "code_letter", MESSAGE_INPUT, NULL, "La lettre « {2} » n'existe pas dans un code (lu : {1}). Scannez l'étiquette ou retapez le code.", "The letter \"{2}\" is never in a code (read: {1}). Scan the label or type the code again.") \
  X (CODE_CHECK, "code_check", MESSAGE_INPUT, NULL, "Le code {1c} contient une faute de frappe. Scannez l'étiquette ou retapez le code.", "The code {1c} has a typing mistake. Scan the label or type the code again.") \
  X (CODE_NOT_A, "code_not_a", MESSAGE_INPUT, NULL, "{1c} désigne {2k} ; il faut ici {3k}.", "{1c} is {2k}; here {3k} is needed.") \
  X (FIELD_MISSING, "field_missing", MESSAGE_INPUT, NULL, "Il manque le champ « {1f} ».", "The field \"{1f}\" is missing.") \
  X (FIELD_UNKNOWN, "field_unknown", MESSAGE_INPUT, NULL, "Le champ « {1} » n'existe pas ici.", "There is no field \"{1}\" here.") \
  X (FIELD_TYPE, "field_type", MESSAGE_INPUT, NULL, "Le champ « {1f} » n'a pas la bonne forme (attendu : {2}).", "The field \"{1f}\" has the wrong form (expected: {2}).") \
  X (FIELD_LONG, "field_long", MESSAGE_INPUT, NULL, "Le champ « {1f} » est trop long : {2} caractères au plus.", "The field \"{1f}\" is too long: at most {2} characters.") \
  X (FIELD_RANGE, "field_range", MESSAGE_INPUT, NULL, "Le champ « {1f} » doit être entre {2} et {3}.", "The field \"{1f}\" must be between {2} and {3}.") \
  X (MONEY_NOT_A_NUMBER, "money_not_a_number", MESSAGE_INPUT, NULL, "« {1} » n'est pas une somme d'argent. Écrivez par exemple 7900,00.", "\"{1}\" is not an amount of money. Write for example 7900.00.") \
  X (MONEY_AMBIGUOUS, "money_ambiguous", MESSAGE_INPUT, NULL, "« {1} » peut se lire {2m} ou {3m}. Écrivez la somme sans séparateur de milliers, avec deux chiffres pour les centimes.", "\"{1}\" can be read as {2m} or as {3m}. Write the amount without a thousands separator, with two digits for the cents.") \
  X (MONEY_NEGATIVE, "money_negative", MESSAGE_INPUT, NULL, "« {1} » est une somme négative. Une correction s'écrit comme une écriture contraire.", "\"{1}\" is a negative amount. A correction is written as a counter-entry.") \
  X (MONEY_TOO_LARGE, "money_too_large", MESSAGE_INPUT, NULL, "« {1} » est trop grand. Vérifiez le nombre de zéros.", "\"{1}\" is too large. Check the number of zeros.") \
  X (MONEY_ZERO, "money_zero", MESSAGE_INPUT, NULL, "La somme doit être plus grande que zéro.", "The amount must be greater than zero.") \
  X (DAY_FORMAT, "day_format", MESSAGE_INPUT, NULL, "« {1} » n'est pas une date. Écrivez 21/11/2026 ou 2026-11-21.", "\"{1}\" is not a date. Write 2026-11-21 or 21/11/2026.") \
  X (DAY_NOT_REAL, "day_not_real", MESSAGE_INPUT, NULL, "La date « {1} » n'existe pas dans le calendrier.", "The date \"{1}\" is not in the calendar.") \
  X (DAY_RANGE, "day_range", MESSAGE_INPUT, NULL, "La date « {1} » est hors des années 2000 à 2199.", "The date \"{1}\" is outside the years 2000 to 2199.") \
  X (DAY_ORDER, "day_order", MESSAGE_INPUT, NULL, "La période finit le {2d}, avant de commencer le {1d}.", "The period ends on {2d}, before it starts on {1d}.") \
  X (ICCID_MISSING, "iccid_missing", MESSAGE_INPUT, NULL, "Il manque le numéro de la carte SIM (ICCID) : il est imprimé sur la carte.", "The number of the SIM card (ICCID) is missing: it is printed on the card.") \
  X (ICCID_LETTERS, "iccid_letters", MESSAGE_INPUT, NULL, "Le numéro de carte SIM « {1} » contient autre chose que des chiffres.", "The SIM card number \"{1}\" has something else than digits.") \
  X (ICCID_LENGTH, "iccid_length", MESSAGE_INPUT, NULL, "Le numéro de carte SIM « {1} » a {2} chiffres ; il en faut 19 ou 20.", "The SIM card number \"{1}\" has {2} digits; 19 or 20 are needed.") \
  X (ICCID_START, "iccid_start", MESSAGE_INPUT, NULL, "Le numéro de carte SIM « {1} » ne commence pas par 89.", "The SIM card number \"{1}\" does not start with 89.") \
  X (ICCID_LUHN, "iccid_luhn", MESSAGE_INPUT, NULL, "Le numéro de carte SIM « {1} » contient une faute de frappe (chiffre de contrôle).", "The SIM card number \"{1}\" has a typing mistake (check digit).") \
  X (IMEI_MISSING, "imei_missing", MESSAGE_INPUT, NULL, "Il manque le numéro IMEI.", "The IMEI number is missing.") \
  X (IMEI_LETTERS, "imei_letters", MESSAGE_INPUT, NULL, "Le numéro IMEI « {1} » contient autre chose que des chiffres.", "The IMEI number \"{1}\" has something else than digits.") \
  X (IMEI_LENGTH, "imei_length", MESSAGE_INPUT, NULL, "Le numéro IMEI « {1} » a {2} chiffres ; il en faut 15.", "The IMEI number \"{1}\" has {2} digits; 15 are needed.") \
  X (IMEI_LUHN, "imei_luhn", MESSAGE_INPUT, NULL, "Le numéro IMEI « {1} » contient une faute de frappe (chiffre de contrôle).", "The IMEI number \"{1}\" has a typing mistake (check digit).") \
  X (PHONE_MISSING, "phone_missing", MESSAGE_INPUT, NULL, "Il manque le numéro de téléphone.", "The phone number is missing.") \
  X (PHONE_FORMAT, "phone_format", MESSAGE_INPUT, NULL, "« {1} » n'est pas un numéro de téléphone. Écrivez 06 39 98 00 00 ou +33639980000.", "\"{1}\" is not a phone number. Write 06 39 98 00 00 or +33639980000.") \
  X (SERIAL_MISSING, "serial_missing", MESSAGE_INPUT, NULL, "Il manque le numéro de série : il est imprimé au dos ou affiché dans les réglages.", "The serial number is missing: it is printed on the back or shown in the settings.") \
  X (SERIAL_LETTERS, "serial_letters", MESSAGE_INPUT, NULL, "Le numéro de série « {1} » contient un caractère interdit. Sont permis : lettres sans accent, chiffres, - _ et le point.", "The serial number \"{1}\" has a forbidden character. Allowed: plain letters, digits, - _ and the dot.") \
  X (SERIAL_LENGTH, "serial_length", MESSAGE_INPUT, NULL, "Le numéro de série « {1} » doit avoir de 4 à 32 caractères.", "The serial number \"{1}\" must have 4 to 32 characters.") \
  X (SERIAL_PLACEHOLDER, "serial_placeholder", MESSAGE_INPUT, NULL, "« {1} » est un faux numéro de série, posé par le fabricant sur beaucoup d'appareils. Lisez celui qui est imprimé au dos.", "\"{1}\" is a dummy serial number that the maker puts on many devices. Read the one printed on the back.") \
  X (NAME_MISSING, "name_missing", MESSAGE_INPUT, NULL, "Il manque le nom.", "The name is missing.") \
  X (NAME_LONG, "name_long", MESSAGE_INPUT, NULL, "Le nom est trop long : {1} caractères au plus.", "The name is too long: at most {1} characters.") \
  X (NAME_LETTERS, "name_letters", MESSAGE_INPUT, NULL, "Le nom contient un caractère invisible ou illisible. Retapez-le.", "The name has an invisible or unreadable character. Type it again.") \
  X (INVENTORY_MISSING, "inventory_missing", MESSAGE_INPUT, NULL, "Il manque le numéro d'inventaire.", "The inventory number is missing.") \
  X (INVENTORY_LONG, "inventory_long", MESSAGE_INPUT, NULL, "Le numéro d'inventaire « {1} » est trop long : {2} caractères au plus.", "The inventory number \"{1}\" is too long: at most {2} characters.") \
  X (INVENTORY_LETTERS, "inventory_letters", MESSAGE_INPUT, NULL, "Le numéro d'inventaire contient un caractère invisible ou illisible. Retapez-le.", "The inventory number has an invisible or unreadable character. Type it again.") \
  X (STRAND_UNKNOWN, "strand_unknown", MESSAGE_INPUT, NULL, "« {1} » n'est pas un volet connu. Choisissez equipment (équipement), skills (compétences) ou connection (connexion).", "\"{1}\" is not a known strand. Choose equipment, skills or connection.") \
  X (ITEM_KIND_UNKNOWN, "item_kind_unknown", MESSAGE_INPUT, NULL, "« {1} » n'est pas une sorte d'appareil connue. Choisissez tablet, hotspot, laptop ou other.", "\"{1}\" is not a known kind of device. Choose tablet, hotspot, laptop or other.") \
  X (PIECE_STATE_UNKNOWN, "piece_state_unknown", MESSAGE_INPUT, NULL, "« {1} » n'est pas un état d'accessoire. Choisissez present (présent), missing (manquant) ou broken (cassé).", "\"{1}\" is not a state of a piece. Choose present, missing or broken.") \
  X (STRATEGY_UNKNOWN, "strategy_unknown", MESSAGE_INPUT, NULL, "« {1} » n'est pas une méthode d'effacement. Choisissez parmi : {2}.", "\"{1}\" is not a way to wipe. Choose one of: {2}.") \
  X (FORMAT_UNKNOWN, "format_unknown", MESSAGE_INPUT, NULL, "Le format « {1} » n'est pas connu. Choisissez parmi : {2}.", "The format \"{1}\" is not known. Choose one of: {2}.") \
  X (WORD_UNKNOWN, "word_unknown", MESSAGE_INPUT, NULL, "« {1} » n'est pas possible dans « {2f} ». Choisissez parmi : {3}.", "\"{1}\" is not possible in \"{2f}\". Choose one of: {3}.") \
  X (REASON_MISSING, "reason_missing", MESSAGE_INPUT, NULL, "Il faut écrire pourquoi : un passage outre porte un nom et une raison, et figure dans un rapport.", "Say why: an override carries a name and a reason, and is listed in a report.") \
  /* the request */ \
  X (BODY_NOT_JSON, "body_not_json", MESSAGE_INPUT, NULL, "La demande n'est pas du JSON lisible (ligne {1}, colonne {2}).", "The request is not readable JSON (line {1}, column {2}).") \
  X (BODY_NOT_OBJECT, "body_not_object", MESSAGE_INPUT, NULL, "La demande doit être un objet JSON.", "The request must be a JSON object.") \
  X (BODY_TOO_LARGE, "body_too_large", MESSAGE_INPUT, NULL, "La demande est trop grosse : {1} octets au plus.", "The request is too large: at most {1} bytes.") \
  X (KEY_FORMAT, "key_format", MESSAGE_INPUT, NULL, "L'en-tête Idempotency-Key doit avoir de 8 à 64 lettres, chiffres ou tirets.", "The header Idempotency-Key must have 8 to 64 letters, digits or hyphens.") \
  X (KEY_REUSED, "key_reused", MESSAGE_REFUSED, NULL, "Cette clé a déjà servi pour une autre demande. Recommencez avec une clé neuve.", "This key was already used for another request. Start again with a new key.") \
  X (CURSOR_UNKNOWN, "cursor_unknown", MESSAGE_INPUT, NULL, "Cette page de la liste n'existe pas. Reprenez au début.", "This page of the list does not exist. Start at the first one.") \
  X (QUERY_EMPTY, "query_empty", MESSAGE_INPUT, NULL, "Écrivez au moins un mot à chercher.", "Type at least one word to look for.") \
  /* imports; {*} is the sentence of what is wrong in that cell */ \
  X (IMPORT_EMPTY, "import_empty", MESSAGE_INPUT, NULL, "Le fichier est vide.", "The file is empty.") \
  X (IMPORT_NO_LINES, "import_no_lines", MESSAGE_INPUT, NULL, "Le fichier n'a qu'une ligne de titres : il n'y a rien à importer.", "The file has only a header line: there is nothing to import.") \
  X (IMPORT_NOT_TEXT, "import_not_text", MESSAGE_INPUT, NULL, "Ce fichier n'est pas un texte CSV. Dans le tableur, choisissez « Enregistrer sous », puis CSV.", "This file is not a CSV text. In the spreadsheet choose \"Save as\", then CSV.") \
  X (IMPORT_TOO_LARGE, "import_too_large", MESSAGE_INPUT, NULL, "Le fichier est trop gros : {1} octets au plus.", "The file is too large: at most {1} bytes.") \
  X (IMPORT_TOO_MANY, "import_too_many", MESSAGE_INPUT, NULL, "Le fichier a trop de lignes : {1} au plus. Coupez-le en plusieurs fichiers.", "The file has too many lines: at most {1}. Cut it into several files.") \
  X (IMPORT_KIND, "import_kind", MESSAGE_INPUT, NULL, "La première ligne doit dire ce que sont les colonnes. Il faut une colonne « serial » (tablettes), « iccid » (cartes SIM) ou « nom » (personnes).", "The first line must say what the columns are. A column \"serial\" (tablets), \"iccid\" (SIM cards) or \"name\" (people) is needed.") \
  X (IMPORT_COLUMN_MISSING, "import_column_missing", MESSAGE_INPUT, NULL, "Il manque la colonne « {1} ».", "The column \"{1}\" is missing.") \
  X (IMPORT_COLUMN_UNKNOWN, "import_column_unknown", MESSAGE_INPUT, NULL, "La colonne « {1} » n'est pas connue. Connues : {2}.", "The column \"{1}\" is not known. Known: {2}.") \
  X (IMPORT_COLUMN_TWICE, "import_column_twice", MESSAGE_INPUT, NULL, "La colonne « {1} » est là deux fois.", "The column \"{1}\" is there twice.") \
  X (IMPORT_SECOND_HEADER, "import_second_header", MESSAGE_INPUT, NULL, "La ligne {1} répète la ligne de titres. Retirez-la : deux fichiers ont sans doute été collés l'un après l'autre.", "Line {1} repeats the header line. Remove it: two files were probably pasted one after the other.") \
  X (IMPORT_QUOTE, "import_quote", MESSAGE_INPUT, NULL, "Ligne {1} : un guillemet n'est pas fermé ou est mal placé.", "Line {1}: a quotation mark is not closed or is misplaced.") \
  X (IMPORT_CELLS, "import_cells", MESSAGE_INPUT, NULL, "La ligne {1} a {2} cases ; il en faut {3}.", "Line {1} has {2} cells; {3} are needed.") \
  X (IMPORT_LINE, "import_line", MESSAGE_INPUT, NULL, "Ligne {1} : {*}", "Line {1}: {*}") \
  X (IMPORT_TWICE, "import_twice", MESSAGE_INPUT, NULL, "Ligne {1} : « {3} » est déjà à la ligne {4} (colonne {2}).", "Line {1}: \"{3}\" is already on line {4} (column {2}).") \
  X (IMPORT_DIFFERS, "import_differs", MESSAGE_REFUSED, NULL, "Ligne {1} : {2c} est déjà au registre, mais avec une autre valeur pour « {3} ». Corrigez le fichier ou la fiche.", "Line {1}: {2c} is already in the register, but with another value for \"{3}\". Correct the file or the record.") \
  X (IMPORT_WRONG, "import_wrong", MESSAGE_REFUSED, NULL, "Rien n'a été importé : {1} ligne(s) à corriger sur {2}.", "Nothing was imported: {1} line(s) to correct out of {2}.") \
  X (IMPORT_SAME, "import_same", MESSAGE_NOTE, NULL, "Ligne {1} : {2c} est déjà au registre, rien à changer.", "Line {1}: {2c} is already in the register, nothing to change.") \
  /* not found */ \
  X (PERSON_NOT_FOUND, "person_not_found", MESSAGE_NOT_FOUND, NULL, "La personne {1c} n'est pas au registre.", "There is no person {1c} in the register.") \
  X (ITEM_NOT_FOUND, "item_not_found", MESSAGE_NOT_FOUND, NULL, "L'appareil {1c} n'est pas au registre.", "There is no device {1c} in the register.") \
  X (LINE_NOT_FOUND, "line_not_found", MESSAGE_NOT_FOUND, NULL, "La carte SIM ou la ligne {1c} n'est pas au registre.", "There is no SIM card or line {1c} in the register.") \
  X (LOAN_NOT_FOUND, "loan_not_found", MESSAGE_NOT_FOUND, NULL, "Le prêt {1c} n'est pas au registre.", "There is no loan {1c} in the register.") \
  X (PIECE_NOT_FOUND, "piece_not_found", MESSAGE_NOT_FOUND, NULL, "L'accessoire {1c} n'est pas au registre.", "There is no piece {1c} in the register.") \
  X (FUND_NOT_FOUND, "fund_not_found", MESSAGE_NOT_FOUND, NULL, "Le fonds {1c} n'est pas au registre.", "There is no fund {1c} in the register.") \
  X (REGISTER_HELD, "register_held", MESSAGE_TROUBLE, NULL, "Le registre déménage vers une autre base, ou a déménagé : ici on peut lire, rien n'est enregistré. « temoin migrate status » dit où cela en est ; ensuite, temoind se relance avec la nouvelle adresse.", "The register is moving to another database, or has moved: here it can be read, nothing is recorded. \"temoin migrate status\" says how far it is; then temoind is started again with the new address.") \
  X (MOVE_ADDRESS, "move_address", MESSAGE_INPUT, NULL, "Ce n'est pas l'adresse d'une base. Écrivez postgresql://UTILISATEUR@MACHINE/BASE, ou sqlite:/CHEMIN.", "This is not the address of a database. Write postgresql://USER@HOST/NAME, or sqlite:/PATH.") \
  X (MOVE_RUNNING, "move_running", MESSAGE_REFUSED, NULL, "Le registre est déjà en train de déménager : « temoin migrate status ».", "The register is being moved already: \"temoin migrate status\".") \
  X (MOVE_WIPES, "move_wipes", MESSAGE_REFUSED, NULL, "Une tablette est en cours d'effacement ({1c}). Finissez ou annulez les effacements, puis recommencez.", "A tablet is being wiped ({1c}). Finish or cancel the wipes, then try again.") \
  X (MOVE_NOT_EMPTY, "move_not_empty", MESSAGE_REFUSED, NULL, "La base d'arrivée n'est pas vide : rien n'a été déplacé. Donnez une base neuve, qui ne sert qu'à Témoin.", "The database to move to is not empty: nothing was moved. Give a new one, for Témoin alone.") \
  X (MOVE_UNREACHABLE, "move_unreachable", MESSAGE_TROUBLE, NULL, "La base d'arrivée ne répond pas : rien n'a été déplacé ({1}).", "The database to move to does not answer: nothing was moved ({1}).") \
  X (MOVE_DIFFERS, "move_differs", MESSAGE_TROUBLE, NULL, "Le registre est abîmé, ou est mal arrivé : rien n'a été déplacé ({1}). Vérifiez avec « temoin journal verify ».", "The register is damaged, or arrived damaged: nothing was moved ({1}). Check with \"temoin journal verify\".") \
  X (MOVE_FAILED, "move_failed", MESSAGE_TROUBLE, NULL, "Rien n'a été déplacé : {1}.", "Nothing was moved: {1}.") \
  X (SITE_NOT_FOUND, "site_not_found", MESSAGE_NOT_FOUND, NULL, "Le lieu {1c} n'est pas au registre. « temoin site list » les montre.", "There is no site {1c} in the register. \"temoin site list\" shows them.") \
  X (SITE_KNOWN, "site_known", MESSAGE_REFUSED, NULL, "Un lieu porte déjà ce nom. « temoin site list » les montre.", "A site has that name already. \"temoin site list\" shows them.") \
  X (SITE_NEXT, "site_next", MESSAGE_NOTE, NULL, "Sur la machine de ce lieu, écrivez « site = {1} » sous [daemon] dans temoin.conf, puis relancez temoind. Un compte qui vaut pour tous les lieux y entre aussi : « temoin account move » le limite à un lieu.", "On the machine of that site write \"site = {1}\" below [daemon] in temoin.conf, then start temoind again. An account of all sites may come in there too: \"temoin account move\" limits it to one site.") \
  X (ACCOUNT_TAKEN, "account_taken", MESSAGE_REFUSED, NULL, "Un autre compte a déjà ce numéro d'utilisateur dans ce lieu. « temoin account list » les montre.", "Another account has that user number at that site already. \"temoin account list\" shows them.") \
  X (WIPE_ELSEWHERE, "wipe_elsewhere", MESSAGE_REFUSED, NULL, "L'effacement {1c} se fait sur le banc d'un autre lieu ({2c}) : cela se dit là-bas.", "The wipe {1c} is on the bench of another site ({2c}): say it there.") \
  X (ACCOUNT_NOT_FOUND, "account_not_found", MESSAGE_NOT_FOUND, NULL, "Le compte {1c} n'est pas au registre.", "There is no account {1c} in the register.") \
  X (RECHARGE_NOT_FOUND, "recharge_not_found", MESSAGE_NOT_FOUND, NULL, "La recharge {1c} n'est pas au registre.", "There is no recharge {1c} in the register.") \
  X (WIPE_NOT_FOUND, "wipe_not_found", MESSAGE_NOT_FOUND, NULL, "L'effacement {1c} n'est pas au registre.", "There is no wipe {1c} in the register.") \
  X (THING_NOT_FOUND, "thing_not_found", MESSAGE_NOT_FOUND, NULL, "{1c} n'est pas au registre.", "{1c} is not in the register.") \
  X (ROUTE_NOT_FOUND, "route_not_found", MESSAGE_NOT_FOUND, NULL, "Cette adresse n'existe pas.", "There is no such address.") \
  /* lending, taking back, renewing */ \
  X (ITEM_HELD, "item_held", MESSAGE_REFUSED, NULL, "{1c} est déjà en prêt : {2} l'a depuis le {3d}. Enregistrez d'abord son retour.", "{1c} is already lent: {2} has had it since {3d}. Record its return first.") \
  X (LINE_HELD, "line_held", MESSAGE_REFUSED, NULL, "La ligne {1c} est déjà en prêt : {2} l'a depuis le {3d}. Enregistrez d'abord son retour.", "Line {1c} is already lent: {2} has had it since {3d}. Record its return first.") \
  X (ITEM_NOT_READY, "item_not_ready", MESSAGE_REFUSED, NULL, "Impossible de prêter {1c} : état « {2i} ». Seul un appareil prêt se prête.", "{1c} cannot be lent: it is \"{2i}\". Only a device that is ready is lent.") \
  X (ITEM_NOT_PROVEN, "item_not_proven", MESSAGE_NOTE, NULL, "{1c} a été déclaré prêt sans effacement prouvé.", "{1c} was declared ready without a proven wipe.") \
  X (LINE_NOT_ACTIVE, "line_not_active", MESSAGE_REFUSED, NULL, "La ligne {1c} ne peut pas être prêtée : état « {2l} ». Seule une ligne active se prête.", "Line {1c} cannot be lent: it is \"{2l}\". Only an active line is lent.") \
  X (READY_LEFT, "ready_left", MESSAGE_NOTE, NULL, "Tablettes prêtes en ce moment : {1}. Prenez-en une autre.", "Tablets ready now: {1}. Take another one.") \
  X (NONE_READY, "none_ready", MESSAGE_NOTE, NULL, "Aucune tablette n'est prête en ce moment. Inscrivez la personne sur la liste d'attente.", "No tablet is ready now. Put the person on the waiting list.") \
  X (LEND_SECOND, "lend_second", MESSAGE_CONFIRM, "lend-second", "{1} a déjà {2} appareil(s) en prêt. En prêter un de plus demande un accord et une raison.", "{1} already has {2} device(s) on loan. Lending one more needs an approval and a reason.") \
  X (LEND_SECOND_LINE, "lend_second_line", MESSAGE_NOTE, NULL, "{1} a déjà {2} ligne(s) en prêt.", "{1} already has {2} line(s) on loan.") \
  X (LEND_OVERDUE, "lend_overdue", MESSAGE_CONFIRM, "lend-overdue", "{1} a {2} prêt(s) en retard. Prêter encore demande un accord et une raison.", "{1} has {2} overdue loan(s). Lending again needs an approval and a reason.") \
  X (DUE_PAST, "due_past", MESSAGE_REFUSED, NULL, "La date de retour {1d} est déjà passée.", "The due day {1d} is already past.") \
  X (DUE_FAR, "due_far", MESSAGE_REFUSED, NULL, "La date de retour {1d} est trop loin : deux ans au plus.", "The due day {1d} is too far ahead: at most two years.") \
  X (DUE_CLOSED, "due_closed", MESSAGE_NOTE, NULL, "Le {1d} est {2r} : l'accueil est fermé ce jour-là.", "{1d} is {2r}: the desk is closed on that day.") \
  X (NOT_LENT, "not_lent", MESSAGE_REFUSED, NULL, "{1c} n'est pas en prêt en ce moment (état « {2i} »). Vérifiez le code.", "{1c} is not on loan now (it is \"{2i}\"). Check the code.") \
  X (LINE_NOT_LENT, "line_not_lent", MESSAGE_REFUSED, NULL, "La ligne {1c} n'est pas en prêt en ce moment (état « {2l} »). Vérifiez le code.", "Line {1c} is not on loan now (it is \"{2l}\"). Check the code.") \
  X (LOAN_CLOSED, "loan_closed", MESSAGE_REFUSED, NULL, "Le prêt {1c} est terminé depuis le {2d}.", "Loan {1c} ended on {2d}.") \
  X (LOAN_WRITTEN_OFF, "loan_written_off", MESSAGE_REFUSED, NULL, "Le prêt {1c} a été passé en perte. Si l'appareil est retrouvé, enregistrez-le comme retrouvé.", "Loan {1c} was written off. If the device turns up, record it as found.") \
  X (PIECE_NOT_OF_LOAN, "piece_not_of_loan", MESSAGE_REFUSED, NULL, "L'accessoire {1c} n'est pas parti avec le prêt {2c}.", "Piece {1c} did not leave with loan {2c}.") \
  X (PIECE_BACK_ALREADY, "piece_back_already", MESSAGE_REFUSED, NULL, "L'accessoire « {1p} » est déjà revenu.", "The piece \"{1p}\" is already back.") \
  X (PIECE_TWICE, "piece_twice", MESSAGE_INPUT, NULL, "L'accessoire « {1p} » est nommé deux fois.", "The piece \"{1p}\" is named twice.") \
  X (PIECE_MISSING, "piece_missing", MESSAGE_NOTE, NULL, "Manquant : {1p}.", "Missing: {1p}.") \
  X (PIECE_BROKEN, "piece_broken", MESSAGE_NOTE, NULL, "Cassé : {1p}.", "Broken: {1p}.") \
  X (PIECE_NOT_BACK, "piece_not_back", MESSAGE_NOTE, NULL, "Pas encore revenu : {1p}. Le prêt reste ouvert pour cet accessoire.", "Not back yet: {1p}. The loan stays open for this piece.") \
  X (RENEW_NOT_OPEN, "renew_not_open", MESSAGE_REFUSED, NULL, "Le prêt {1c} ne peut pas être prolongé : il est « {2o} ».", "Loan {1c} cannot be renewed: it is \"{2o}\".") \
  X (RENEW_EARLIER, "renew_earlier", MESSAGE_REFUSED, NULL, "La nouvelle date de retour {1d} est avant l'ancienne, le {2d}.", "The new due day {1d} is before the old one, {2d}.") \
  X (RENEW_MORE, "renew_more", MESSAGE_CONFIRM, "renew-more", "Le prêt {1c} a déjà été prolongé {2} fois. Prolonger encore demande un accord et une raison.", "Loan {1c} was already renewed {2} times. Renewing again needs an approval and a reason.") \
  X (RENEW_OVERDUE, "renew_overdue", MESSAGE_CONFIRM, "renew-overdue", "Le prêt {1c} est en retard de {2} jours. Le prolonger demande un accord et une raison.", "Loan {1c} is {2} days overdue. Renewing it needs an approval and a reason.") \
  X (RENEW_WAITING, "renew_waiting", MESSAGE_NOTE, NULL, "Personnes en attente d'un tel appareil : {1}.", "People waiting for such a device: {1}.") \
  X (STALE, "stale", MESSAGE_REFUSED, NULL, "Quelqu'un d'autre vient de modifier {1c}. Relisez la fiche, puis recommencez.", "Somebody else has just changed {1c}. Look at it again, then start over.") \
  X (MOVE_NOT_ALLOWED, "move_not_allowed", MESSAGE_REFUSED, NULL, "{1c} ne peut pas passer de « {2i} » à « {3i} ».", "{1c} cannot go from \"{2i}\" to \"{3i}\".") \
  X (LINE_MOVE_NOT_ALLOWED, "line_move_not_allowed", MESSAGE_REFUSED, NULL, "La ligne {1c} ne peut pas passer de « {2l} » à « {3l} ».", "Line {1c} cannot go from \"{2l}\" to \"{3l}\".") \
  X (LOAN_MOVE_NOT_ALLOWED, "loan_move_not_allowed", MESSAGE_REFUSED, NULL, "Le prêt {1c} ne peut pas passer de « {2o} » à « {3o} ».", "Loan {1c} cannot go from \"{2o}\" to \"{3o}\".") \
  /* already in the register */ \
  X (SERIAL_KNOWN, "serial_known", MESSAGE_REFUSED, NULL, "Le numéro de série « {1} » est déjà celui de {2c}.", "The serial number \"{1}\" already belongs to {2c}.") \
  X (IMEI_KNOWN, "imei_known", MESSAGE_REFUSED, NULL, "Le numéro IMEI « {1} » est déjà celui de {2c}.", "The IMEI number \"{1}\" already belongs to {2c}.") \
  X (INVENTORY_KNOWN, "inventory_known", MESSAGE_REFUSED, NULL, "Le numéro d'inventaire « {1} » a déjà servi pour {2c} : il n'est jamais réutilisé.", "The inventory number \"{1}\" was already used for {2c}: it is never used again.") \
  X (ICCID_KNOWN, "iccid_known", MESSAGE_REFUSED, NULL, "La carte SIM « {1} » est déjà au registre : {2c}.", "The SIM card \"{1}\" is already in the register: {2c}.") \
  X (PHONE_KNOWN, "phone_known", MESSAGE_REFUSED, NULL, "Le numéro « {1} » est déjà celui de {2c}.", "The number \"{1}\" already belongs to {2c}.") \
  X (FUND_KNOWN, "fund_known", MESSAGE_REFUSED, NULL, "Un fonds nommé « {1} » existe déjà : {2c}.", "There is already a fund named \"{1}\": {2c}.") \
  X (ALREADY_KNOWN, "already_known", MESSAGE_REFUSED, NULL, "C'est déjà au registre.", "This is already in the register.") \
  X (SAME_NAME, "same_name", MESSAGE_NOTE, NULL, "Une personne porte déjà ce nom : {1c}. Vérifiez que ce n'est pas la même.", "Somebody already has this name: {1c}. Check that it is not the same person.") \
  /* money and lines */ \
  X (FUND_SHORT, "fund_short", MESSAGE_REFUSED, NULL, "Le fonds « {1} » n'a plus que {2m} : il manque {4m} pour payer {3m}.", "The fund \"{1}\" has only {2m} left: {4m} are missing to pay {3m}.") \
  X (FUND_STRAND, "fund_strand", MESSAGE_REFUSED, NULL, "Le fonds « {1} » est réservé au volet « {2s} » ; cette dépense est du volet « {3s} ».", "The fund \"{1}\" is reserved for \"{2s}\"; this expense is \"{3s}\".") \
  X (FUND_PERIOD, "fund_period", MESSAGE_CONFIRM, "fund-period", "Le fonds « {1} » sert du {2d} au {3d} ; nous sommes le {4d}. Dépenser hors période demande un accord et une raison.", "The fund \"{1}\" runs from {2d} to {3d}; today is {4d}. Spending outside the period needs an approval and a reason.") \
  X (RECHARGE_LINE_STATE, "recharge_line_state", MESSAGE_REFUSED, NULL, "La ligne {1c} ne peut pas être rechargée : état « {2l} ».", "Line {1c} cannot be recharged: it is \"{2l}\".") \
  X (RECHARGE_SUSPENDED, "recharge_suspended", MESSAGE_CONFIRM, "recharge-suspended", "La ligne {1c} est suspendue. La recharger demande un accord et une raison.", "Line {1c} is suspended. Recharging it needs an approval and a reason.") \
  X (RECHARGE_OVERDUE, "recharge_overdue", MESSAGE_CONFIRM, "recharge-overdue", "{1} a {2} prêt(s) en retard. Recharger demande un accord et une raison ; la plus petite recharge qui sauve la ligne reste possible.", "{1} has {2} overdue loan(s). Recharging needs an approval and a reason; the smallest recharge that saves the line stays possible.") \
  X (RECHARGE_NO_HOLDER, "recharge_no_holder", MESSAGE_NOTE, NULL, "Personne n'a la ligne {1c} en prêt en ce moment.", "Nobody has line {1c} on loan now.") \
  X (LINE_ENDS, "line_ends", MESSAGE_NOTE, NULL, "La ligne {1c} s'arrête le {2d} si elle n'est pas rechargée.", "Line {1c} ends on {2d} unless it is recharged.") \
  X (LINE_ENDED, "line_ended", MESSAGE_NOTE, NULL, "La ligne {1c} devait s'arrêter le {2d} : vérifiez qu'elle fonctionne encore avant de payer.", "Line {1c} was to end on {2d}: check that it still works before paying.") \
  /* wipes and certificates */ \
  X (WIPE_ITEM_STATE, "wipe_item_state", MESSAGE_REFUSED, NULL, "Impossible d'effacer {1c} : état « {2i} ». Seul un appareil à effacer s'efface.", "{1c} cannot be wiped: it is \"{2i}\". Only a device that is to be wiped is wiped.") \
  X (WIPE_ITEM_LENT, "wipe_item_lent", MESSAGE_REFUSED, NULL, "Impossible d'effacer {1c} : {2} l'a en prêt. Enregistrez d'abord son retour.", "{1c} cannot be wiped: {2} has it on loan. Record its return first.") \
  X (WIPE_NO_SERIAL, "wipe_no_serial", MESSAGE_REFUSED, NULL, "La fiche de {1c} n'a pas de numéro de série : impossible de vérifier que c'est le bon appareil. Complétez la fiche.", "The record of {1c} has no serial number: nothing can prove that this is the right device. Complete the record.") \
  X (WIPE_SERIAL_UNREAD, "wipe_serial_unread", MESSAGE_REFUSED, NULL, "Le numéro de série n'a pas pu être lu par le câble : impossible de vérifier que c'est {1c}.", "The serial number could not be read over the cable: nothing proves that this is {1c}.") \
  X (WIPE_SERIAL_DIFFERS, "wipe_serial_differs", MESSAGE_REFUSED, NULL, "Ce n'est pas {1c} : l'appareil branché a le numéro de série {2}, la fiche dit {3}.", "This is not {1c}: the device on the cable has serial number {2}, the record says {3}.") \
  X (WIPE_DUPLICATE, "wipe_duplicate", MESSAGE_REFUSED, NULL, "Le numéro de série {1} est visible sur deux ports. Débranchez l'autre appareil.", "The serial number {1} shows on two ports. Unplug the other device.") \
  X (WIPE_PORT_TAKEN, "wipe_port_taken", MESSAGE_REFUSED, NULL, "Ce port est réservé à un autre effacement en cours. Prenez un autre port.", "This port is reserved by another wipe under way. Use another port.") \
  X (WIPE_LINK, "wipe_link", MESSAGE_REFUSED, NULL, "L'appareil n'a pas encore répondu. Déverrouillez l'écran et appuyez sur « Autoriser », ou choisissez la méthode guidée.", "The device has not answered yet. Unlock the screen and tap \"Allow\", or choose the guided way.") \
  X (WIPE_GOOGLE, "wipe_google", MESSAGE_REFUSED, NULL, "Un compte Google est encore sur {1c} : effacé ainsi, il resterait verrouillé. Retirez le compte dans Réglages, Comptes, ou choisissez la méthode guidée.", "A Google account is still on {1c}: wiped this way it would stay locked. Remove the account in Settings, Accounts, or choose the guided way.") \
  X (WIPE_OTHER_ACCOUNT, "wipe_other_account", MESSAGE_REFUSED, NULL, "Un compte de fabricant (Samsung ou autre) est encore sur {1c} : effacé ainsi, il pourrait rester verrouillé. Retirez le compte dans Réglages, Comptes, ou choisissez la méthode guidée.", "A maker's account (Samsung or another) is still on {1c}: wiped this way it could stay locked. Remove the account in Settings, Accounts, or choose the guided way.") \
  X (WIPE_ACCOUNTS_UNSEEN, "wipe_accounts_unseen", MESSAGE_CONFIRM, "wipe-accounts-unseen", "Les comptes de {1c} n'ont pas pu être lus. Vérifiez dans Réglages, Comptes qu'il n'y en a plus, puis confirmez.", "The accounts on {1c} could not be read. Check in Settings, Accounts that there is none left, then confirm.") \
  X (WIPE_BATTERY, "wipe_battery", MESSAGE_REFUSED, NULL, "La batterie est à {1} % et ne charge pas. Branchez le chargeur, il faut au moins {2} %.", "The battery is at {1} % and not charging. Plug in the charger, at least {2} % is needed.") \
  X (WIPE_BATTERY_UNSEEN, "wipe_battery_unseen", MESSAGE_NOTE, NULL, "La charge de la batterie n'a pas pu être lue. Vérifiez-la à l'écran.", "The battery level could not be read. Check it on the screen.") \
  X (WIPE_OWNER, "wipe_owner", MESSAGE_REFUSED, NULL, "{1c} est géré par l'application d'un autre organisme. Il doit d'abord en être retiré par cet organisme.", "{1c} is managed by another organisation's application. That organisation must release it first.") \
  X (WIPE_MERGE, "wipe_merge", MESSAGE_REFUSED, NULL, "Une mise à jour du système n'est pas finie sur {1c}. Laissez-le allumé jusqu'à la fin, puis recommencez.", "A system update is not finished on {1c}. Leave it on until it ends, then start again.") \
  X (WIPE_OBJECTION, "wipe_objection", MESSAGE_REFUSED, NULL, "La méthode « {1} » ne peut pas marcher ici : {2b}. Choisissez-en une autre.", "The way \"{1}\" cannot work here: {2b}. Choose another one.") \
  X (WIPE_SD_SIM, "wipe_sd_sim", MESSAGE_NOTE, NULL, "Retirez la carte SIM et la carte mémoire : l'effacement ne les vide pas.", "Take out the SIM card and the memory card: the wipe does not empty them.") \
  X (WIPE_RUNNING, "wipe_running", MESSAGE_REFUSED, NULL, "Un effacement de {1c} est déjà en cours : {2c}.", "A wipe of {1c} is already under way: {2c}.") \
  X (WIPE_NOT_ON_BENCH, "wipe_not_on_bench", MESSAGE_REFUSED, NULL, "{1c} n'est pas sur le banc. Branchez-le avec un câble USB.", "{1c} is not on the bench. Plug it in with a USB cable.") \
  X (WIPE_MOVE, "wipe_move", MESSAGE_REFUSED, NULL, "L'effacement {1c} est « {2w} » : ce n'est plus possible.", "Wipe {1c} is \"{2w}\": this is not possible any more.") \
  X (WIPE_BEGUN, "wipe_begun", MESSAGE_REFUSED, NULL, "L'effacement {1c} a commencé : il ne peut plus être annulé.", "Wipe {1c} has begun: it cannot be cancelled any more.") \
  X (WIPE_LOCKED, "wipe_locked", MESSAGE_REFUSED, NULL, "{1c} est verrouillée par le compte de la personne qui l'avait. Faites lever le verrou, puis dites comment : temoin wipe {1c} --unlocked « comment ».", "{1c} is locked by the account of whoever had it. Have the lock lifted, then say how: temoin wipe {1c} --unlocked \"how\".") \
  X (WIPE_LOCK_LIFTED, "wipe_lock_lifted", MESSAGE_REFUSED, NULL, "{1c} a été verrouillée par un compte : elle doit être effacée de nouveau, une dispense ne suffit pas.", "{1c} was locked by an account: it must be wiped again, a waiver is not enough.") \
  X (WIPE_NOT_LOCKED, "wipe_not_locked", MESSAGE_REFUSED, NULL, "{1c} n'est pas verrouillée par un compte : il n'y a rien à lever.", "{1c} is not locked by an account: there is nothing to lift.") \
  X (WIPE_UNLOCK_HOW, "wipe_unlock_how", MESSAGE_INPUT, NULL, "Dites comment le verrou a été levé : qui a saisi son compte, ou quel service.", "Say how the lock was lifted: who entered the account, or which service.") \
  X (WIPE_WAIVE, "wipe_waive", MESSAGE_CONFIRM, "wipe-waive", "Déclarer {1c} prêt sans effacement prouvé demande un accord et une raison.", "Declaring {1c} ready without a proven wipe needs an approval and a reason.") \
  X (CERTIFICATE_NONE, "certificate_none", MESSAGE_REFUSED, NULL, "Pas de certificat pour l'effacement {1c} : le verdict est « {2v} ». Un certificat demande un effacement prouvé ou attesté.", "No certificate for wipe {1c}: the verdict is \"{2v}\". A certificate needs a wipe that is proven or attested.") \
  /* rights */ \
  X (FORBIDDEN_ROLE, "forbidden_role", MESSAGE_FORBIDDEN, NULL, "Votre compte ne permet pas cela. Il faut le rôle : {1u}.", "Your account does not allow this. The role needed is: {1u}.") \
  X (FORBIDDEN_ACCOUNT, "forbidden_account", MESSAGE_FORBIDDEN, NULL, "Aucun compte ne correspond à votre utilisateur sur cette machine.", "No account matches your user on this machine.") \
  X (FORBIDDEN_RIGHT, "forbidden_right", MESSAGE_FORBIDDEN, NULL, "Votre compte ne peut pas passer outre « {1} ».", "Your account may not override \"{1}\".") \
  X (DEMO_ONLY, "demo_only", MESSAGE_FORBIDDEN, NULL, "Cela n'existe que dans un registre de démonstration.", "This exists only in a demonstration register.") \
  /* devices */ \
  X (DEVICE_TIMEOUT, "device_timeout", MESSAGE_DEVICE, NULL, "L'appareil ne répond pas. Regardez son écran, puis rebranchez-le.", "The device does not answer. Look at its screen, then plug it in again.") \
  X (DEVICE_BUSY, "device_busy", MESSAGE_DEVICE, NULL, "Un autre programme (adb ?) occupe l'appareil. Arrêtez-le (adb kill-server), puis rebranchez.", "Another program (adb?) holds the device. Stop it (adb kill-server), then plug in again.") \
  X (DEVICE_PERMISSION, "device_permission", MESSAGE_DEVICE, NULL, "Témoin n'a pas le droit d'ouvrir l'appareil : la règle udev n'est pas installée.", "Témoin may not open the device: the udev rule is not installed.") \
  X (DEVICE_PROTOCOL, "device_protocol", MESSAGE_DEVICE, NULL, "L'appareil a donné une réponse incompréhensible. Changez de câble et rebranchez-le.", "The device gave an answer that makes no sense. Change the cable and plug it in again.") \
  X (DEVICE_REFUSED, "device_refused", MESSAGE_DEVICE, NULL, "L'appareil a refusé : {1}", "The device refused: {1}") \
  X (DEVICE_SERIAL, "device_serial", MESSAGE_DEVICE, NULL, "L'appareil branché n'est pas celui qui était attendu. Rien n'a été effacé.", "The device on the cable is not the expected one. Nothing was wiped.") \
  X (DEVICE_UNSUPPORTED, "device_unsupported", MESSAGE_DEVICE, NULL, "Cette méthode ne marche pas sur cet appareil.", "This way does not work on this device.") \
  /* our side */ \
  X (DISK_FULL, "disk_full", MESSAGE_TROUBLE, NULL, "Le disque est plein : rien n'a été enregistré. Libérez de la place, puis recommencez.", "The disk is full: nothing was recorded. Free some space, then start again.") \
  X (DISK_BROKEN, "disk_broken", MESSAGE_TROUBLE, NULL, "Le disque ne peut pas être lu ou écrit : rien n'a été enregistré. Prévenez le technicien.", "The disk cannot be read or written: nothing was recorded. Tell the technician.") \
  X (REGISTER_DAMAGED, "register_damaged", MESSAGE_TROUBLE, NULL, "Le registre est abîmé. Ne continuez pas : prévenez le technicien, qui restaurera une sauvegarde.", "The register is damaged. Do not go on: tell the technician, who will restore a backup.") \
  X (REGISTER_MOVED, "register_moved", MESSAGE_TROUBLE, NULL, "Le fichier du registre a été déplacé, remplacé ou modifié par un autre programme : rien n'a été enregistré. Ne touchez à rien et prévenez le technicien, qui remettra le fichier et relancera Témoin.", "The file of the register was moved, replaced or changed by another program: nothing was recorded. Touch nothing and tell the technician, who will put the file back and restart Témoin.") \
  X (CLOCK_BACKWARDS, "clock_backwards", MESSAGE_TROUBLE, NULL, "L'horloge a reculé : il serait {1}, mais le dernier acte du journal est de {2}. Rien n'a été enregistré. Réglez l'heure de la machine ; si elle est juste, un administrateur la confirme (temoin clock confirm).", "The clock went back: it says {1}, but the last act of the journal is of {2}. Nothing was recorded. Set the machine's clock; if it is right, an administrator confirms it (temoin clock confirm).") \
  X (CLOCK_NOT_BACK, "clock_not_back", MESSAGE_REFUSED, NULL, "L'horloge n'a pas reculé : il n'y a rien à confirmer.", "The clock did not go back: there is nothing to confirm.") \
  X (REGISTER_NEWER, "register_newer", MESSAGE_TROUBLE, NULL, "Le registre vient d'une version plus récente de Témoin. Mettez le programme à jour.", "The register was made by a newer version of Témoin. Update the program.") \
  X (BUSY, "busy", MESSAGE_TROUBLE, NULL, "Trop de demandes en même temps. Recommencez dans un instant.", "Too many requests at once. Try again in a moment.") \
  X (STATEMENT_DEADLINE, "statement_deadline", MESSAGE_TROUBLE, NULL, "Cette demande prenait trop de temps : elle a été arrêtée et rien n'a été changé. Recommencez ; si cela se répète, prévenez le technicien.", "This request took too long: it was stopped and nothing was changed. Try again; if it happens again, tell the technician.") \
  X (DATABASE_LOST, "database_lost", MESSAGE_TROUBLE, NULL, "Le serveur de base de données ne répond pas : rien n'est confirmé. Recommencez dans un instant ; si cela dure, prévenez le technicien.", "The database server does not answer: nothing is confirmed. Try again in a moment; if it lasts, tell the technician.") \
  X (BACKUP_ELSEWHERE, "backup_elsewhere", MESSAGE_REFUSED, NULL, "Ce registre est sur PostgreSQL : il se sauvegarde avec pg_dump et se restaure avec pg_restore, chez l'administrateur de la base.", "This register is on PostgreSQL: it is saved with pg_dump and restored with pg_restore, by whoever keeps the database.") \
  X (STOPPING, "stopping", MESSAGE_TROUBLE, NULL, "Témoin est en train de s'arrêter : rien n'a été enregistré.", "Témoin is stopping: nothing was recorded.") \
  X (INTERNAL, "internal", MESSAGE_TROUBLE, NULL, "Témoin s'est trompé et n'a rien enregistré. Prévenez le technicien : la cause est dans son journal.", "Témoin made a mistake and recorded nothing. Tell the technician: the cause is in its log.") \
  /* actions/wipe: what a person must do, and why a wipe ended so */ \
  X (TODO_TAP, "todo_tap", MESSAGE_NOTE, NULL, "Déverrouillez la tablette, cochez « Toujours autoriser » et appuyez sur « Autoriser ».", "Unlock the tablet, tick \"Always allow\" and tap \"Allow\".") \
  X (TODO_RESET_BY_HAND, "todo_reset_by_hand", MESSAGE_NOTE, NULL, "Sur la tablette : Réglages, Gestion globale, Réinitialisation, Rétablir les paramètres d'usine. Laissez le câble branché.", "On the tablet: Settings, General management, Reset, Factory data reset. Leave the cable in.") \
  X (TODO_ATTEST, "todo_attest", MESSAGE_NOTE, NULL, "Regardez l'écran : l'accueil de la première mise en route est-il affiché, sans demande d'un ancien compte ? Si oui, attestez-le. Sinon, annulez.", "Look at the screen: does it show the first welcome page, and ask for no former account? If so, attest it. If not, cancel.") \
  X (WIPE_KEY_ACCEPTED, "wipe_key_accepted", MESSAGE_DEVICE, NULL, "La tablette est revenue avec ses données : notre clé l'ouvre encore. Elle n'est pas effacée. Recommencez, ou prenez la méthode guidée.", "The tablet came back with its data: our key still opens it. It was not wiped. Start again, or use the guided way.") \
  X (WIPE_IGNORED, "wipe_ignored", MESSAGE_DEVICE, NULL, "La tablette a reçu l'ordre mais n'a pas redémarré. Elle n'est pas effacée. Recommencez, ou prenez la méthode guidée.", "The tablet took the order but did not restart. It was not wiped. Start again, or use the guided way.") \
  X (WIPE_LOST, "wipe_lost", MESSAGE_DEVICE, NULL, "On ne sait pas si la tablette est effacée : elle n'est pas revenue à temps sur son port. Regardez son écran, chargez-la, rebranchez-la et recommencez.", "Nobody knows whether the tablet was wiped: it did not come back to its port in time. Look at its screen, charge it, plug it in again and start again.") \
  X (WIPE_UNPROVEN, "wipe_unproven", MESSAGE_DEVICE, NULL, "On ne sait pas si la tablette est effacée : les preuves ne suffisent pas. Recommencez.", "Nobody knows whether the tablet was wiped: there is not enough evidence. Start again.") \
  X (WIPE_SWAPPED, "wipe_swapped", MESSAGE_DEVICE, NULL, "Une autre tablette est sur ce port. Rien ne lui a été envoyé. Remettez la bonne tablette et recommencez.", "Another tablet is on this port. Nothing was sent to it. Put the right tablet back and start again.") \
  X (WIPE_CABLE, "wipe_cable", MESSAGE_DEVICE, NULL, "Le câble a été retiré avant l'effacement. Rien n'a été effacé. Rebranchez et recommencez.", "The cable was pulled before the wipe. Nothing was wiped. Plug it in and start again.") \
  X (WIPE_NO_TAP, "wipe_no_tap", MESSAGE_DEVICE, NULL, "Personne n'a appuyé sur « Autoriser ». Rien n'a été effacé. Rebranchez la tablette pour revoir la question, ou prenez la méthode guidée.", "Nobody tapped \"Allow\". Nothing was wiped. Plug the tablet in again to see the question, or use the guided way.") \
  X (WIPE_OLD, "wipe_old", MESSAGE_DEVICE, NULL, "Cet effacement a été demandé il y a longtemps. Rien n'a été envoyé à la tablette. Demandez-le de nouveau.", "This wipe was asked long ago. Nothing was sent to the tablet. Ask for it again.") \
  X (WIPE_CANCELLED, "wipe_cancelled", MESSAGE_NOTE, NULL, "Effacement annulé. Rien n'a été envoyé à la tablette.", "Wipe cancelled. Nothing was sent to the tablet.") \
  X (WIPE_DENIED, "wipe_denied", MESSAGE_DEVICE, NULL, "Le technicien n'a pas vu l'accueil de première mise en route : la tablette n'est pas déclarée effacée.", "The technician did not see the welcome page: the tablet is not declared wiped.") \
  X (WIPE_BLOCKED_BEFORE, "wipe_blocked_before", MESSAGE_NOTE, NULL, "{1c} était bloquée. Elle repasse à effacer.", "{1c} was blocked. It goes back to be wiped.") \
  X (WIPE_ATTEST_WHEN, "wipe_attest_when", MESSAGE_REFUSED, NULL, "L'effacement {1c} n'attend pas d'attestation : il est « {2w} ».", "Wipe {1c} does not wait for an attestation: it is \"{2w}\".") \
  X (WIPE_NEEDS_TEXT, "wipe_needs_text", MESSAGE_INPUT, NULL, "Dites ce que vous avez vu à l'écran.", "Say what you saw on the screen.") \
  /* actions */ \
  X (IMPORT_NEW, "import_new", MESSAGE_NOTE, NULL, "Ligne {1} : « {2} » est nouveau et sera ajouté.", "Line {1}: \"{2}\" is new and will be added.") \
  X (IMPORT_MADE, "import_made", MESSAGE_NOTE, NULL, "Ligne {1} : « {2} » est ajouté, son code est {3c}.", "Line {1}: \"{2}\" was added, its code is {3c}.") \
  X (IMPORT_LINE_LONG, "import_line_long", MESSAGE_INPUT, NULL, "La ligne {1} est trop longue : {2} octets au plus. Ce fichier n'est sans doute pas un CSV.", "Line {1} is too long: at most {2} bytes. This file is probably not a CSV.") \
  X (AMOUNT_TWICE, "amount_twice", MESSAGE_INPUT, NULL, "Le champ « {1f} » est donné deux fois : en texte et en centimes. Gardez-en un.", "The field \"{1f}\" is given twice: as text and in cents. Keep one.") \
  X (EMAIL_FORMAT, "email_format", MESSAGE_INPUT, NULL, "« {1} » n'est pas une adresse de courriel. Écrivez par exemple nom@exemple.fr, ou laissez vide.", "\"{1}\" is not an e-mail address. Write for example name@example.org, or leave it empty.") \
  X (FUND_NONE, "fund_none", MESSAGE_REFUSED, NULL, "Aucun fonds du volet « {1s} » ne sert le {2d}. Créez un fonds, ou dites lequel paie.", "No fund for \"{1s}\" runs on {2d}. Add a fund, or say which one pays.") \
  X (FUND_CHOOSE, "fund_choose", MESSAGE_INPUT, NULL, "Plusieurs fonds du volet « {1s} » servent le {2d}. Dites lequel paie : {3}.", "Several funds for \"{1s}\" run on {2d}. Say which one pays: {3}.") \
  X (DAY_TO_COME, "day_to_come", MESSAGE_INPUT, NULL, "Le {1d} est à venir : on note ce qui a déjà été fait.", "{1d} is still to come: only what was done is written down.") \
  X (THING_TWICE, "thing_twice", MESSAGE_INPUT, NULL, "{1c} est demandé deux fois.", "{1c} is asked for twice.") \
  X (PIECE_UNKNOWN, "piece_unknown", MESSAGE_INPUT, NULL, "L'accessoire « {1p} » n'est pas parti avec ce prêt. Partis avec lui : {2p}.", "The piece \"{1p}\" did not leave with this loan. These did: {2p}.") \
  X (PIECES_NONE, "pieces_none", MESSAGE_INPUT, NULL, "L'accessoire « {1p} » n'est pas parti avec ce prêt : il n'avait pas d'accessoire.", "The piece \"{1p}\" did not leave with this loan: it had no pieces.") \
  X (PIECES_TAKEN_PRESENT, "pieces_taken_present", MESSAGE_NOTE, NULL, "Noté présent, puisque rien d'autre n'est dit : {1p}.", "Noted as present, as nothing else was said: {1p}.") \
  X (PIECES_LEFT_OUT, "pieces_left_out", MESSAGE_NOTE, NULL, "{1c} part sans : {2p}.", "{1c} leaves without: {2p}.") \
  X (ACCOUNT_KNOWN, "account_known", MESSAGE_REFUSED, NULL, "Cet utilisateur a déjà un compte : {1c}.", "This user already has an account: {1c}.") \
  X (USER_UNKNOWN, "user_unknown", MESSAGE_INPUT, NULL, "Il n'y a pas d'utilisateur « {1} » sur cette machine.", "There is no user \"{1}\" on this machine.") \
  X (USER_TWICE, "user_twice", MESSAGE_INPUT, NULL, "L'utilisateur est donné deux fois : par son nom et par son numéro. Gardez-en un.", "The user is given twice: by name and by number. Keep one.") \
  X (DEMO_CLOCK_BACK, "demo_clock_back", MESSAGE_REFUSED, NULL, "L'horloge de démonstration est au {1d} : elle ne recule pas.", "The demonstration clock is at {1d}: it does not go back.") \
  /* the SIM bench: the codes of daemon/devices/modem.h */ \
  X (MODEM_BUSY, "modem_busy", MESSAGE_DEVICE, NULL, "Le modem est occupé. Attendez une minute, puis recommencez.", "The modem is busy. Wait a minute, then try again.") \
  X (MODEM_FAILURE, "modem_failure", MESSAGE_DEVICE, NULL, "Le modem a refusé sans dire pourquoi. Débranchez-le, rebranchez-le, puis recommencez.", "The modem refused without saying why. Unplug it, plug it in again, then retry.") \
  X (MODEM_UNSUPPORTED, "modem_unsupported", MESSAGE_DEVICE, NULL, "Ce modem ne sait pas faire cela. Essayez avec un autre modem.", "This modem cannot do that. Try another modem.") \
  X (MODEM_TIMEOUT, "modem_timeout", MESSAGE_DEVICE, NULL, "Le modem ne répond pas. Débranchez-le, rebranchez-le, puis recommencez.", "The modem does not answer. Unplug it, plug it in again, then retry.") \
  X (MODEM_LOST_SESSION, "modem_lost_session", MESSAGE_DEVICE, NULL, "Le modem a redémarré tout seul. Attendez qu'il soit prêt, puis recommencez.", "The modem restarted by itself. Wait until it is ready, then try again.") \
  X (MODEM_GONE, "modem_gone", MESSAGE_DEVICE, NULL, "Le modem a été débranché. Rebranchez-le, puis recommencez.", "The modem was unplugged. Plug it in again, then retry.") \
  X (MODEM_CRASHED, "modem_crashed", MESSAGE_DEVICE, NULL, "Le programme qui parle au modem s'est arrêté ; il redémarre tout seul. Attendez une demi-minute, puis recommencez.", "The program that talks to the modem stopped; it starts again by itself. Wait half a minute, then try again.") \
  X (MODEM_STATUS, "modem_status", MESSAGE_DEVICE, NULL, "Le modem a répondu une erreur inconnue. Notez-la et essayez avec un autre modem.", "The modem answered an unknown error. Note it and try another modem.") \
  X (MODEM_HOST_PERMISSION, "modem_host_permission", MESSAGE_DEVICE, NULL, "Témoin n'a pas le droit d'ouvrir ce modem : la règle udev manque. Demandez à la personne qui a installé Témoin.", "Témoin may not open this modem: the udev rule is missing. Ask the person who installed Témoin.") \
  X (MODEM_HOST_BUSY, "modem_host_busy", MESSAGE_DEVICE, NULL, "Un autre programme tient ce modem. Arrêtez-le (souvent ModemManager), puis attendez une demi-minute.", "Another program holds this modem. Stop it (often ModemManager), then wait half a minute.") \
  X (MODEM_PROTOCOL, "modem_protocol", MESSAGE_DEVICE, NULL, "Le modem répond de travers. Débranchez-le, rebranchez-le ; si cela recommence, changez de modem.", "The modem answers nonsense. Unplug it and plug it in again; if it happens again, use another modem.") \
  X (SIM_ABSENT, "sim_absent", MESSAGE_DEVICE, NULL, "Il n'y a pas de carte SIM dans le modem. Mettez la carte, puis recommencez.", "There is no SIM card in the modem. Insert the card, then try again.") \
  X (SIM_BAD, "sim_bad", MESSAGE_DEVICE, NULL, "Le modem ne peut pas lire cette carte SIM. Retirez-la, remettez-la ; sinon, la carte est à remplacer.", "The modem cannot read this SIM card. Take it out and insert it again; else the card must be replaced.") \
  X (SIM_BOOTING, "sim_booting", MESSAGE_DEVICE, NULL, "La carte SIM démarre. Attendez une minute, puis recommencez.", "The SIM card is starting. Wait a minute, then try again.") \
  X (SIM_CHANGED, "sim_changed", MESSAGE_DEVICE, NULL, "La carte dans le modem n'est pas celle qui était demandée. Rien n'a été envoyé. Remettez la bonne carte.", "The card in the modem is not the one that was asked for. Nothing was sent. Insert the right card.") \
  X (SIM_PIN_REQUIRED, "sim_pin_required", MESSAGE_DEVICE, NULL, "La carte attend son code PIN. Donnez-le d'abord.", "The card waits for its PIN. Enter it first.") \
  X (SIM_PUK_REQUIRED, "sim_puk_required", MESSAGE_DEVICE, NULL, "La carte est bloquée : il faut le code PUK, écrit sur le support de la carte. Une personne doit le taper.", "The card is blocked: the PUK is needed, printed on the card's holder. A person must type it.") \
  X (SIM_PIN_OFF, "sim_pin_off", MESSAGE_DEVICE, NULL, "Cette carte ne demande pas de code PIN. Il n'y a rien à faire.", "This card does not ask for a PIN. There is nothing to do.") \
  X (SIM_PIN_WRONG, "sim_pin_wrong", MESSAGE_DEVICE, NULL, "Le code PIN est faux. Il n'est pas réessayé. Vérifiez-le sur le support de la carte avant de recommencer.", "The PIN is wrong. It is not tried again. Check it on the card's holder before you go on.") \
  X (SIM_PUK_WRONG, "sim_puk_wrong", MESSAGE_DEVICE, NULL, "Le code PUK est faux. Arrêtez-vous : après dix erreurs la carte est perdue. Demandez le code à l'opérateur.", "The PUK is wrong. Stop: after ten mistakes the card is lost. Ask the operator for the code.") \
  X (SIM_PIN_FORMAT, "sim_pin_format", MESSAGE_INPUT, NULL, "Un code PIN a de 4 à 8 chiffres, un code PUK 8 chiffres. Rien n'a été envoyé à la carte.", "A PIN has 4 to 8 digits, a PUK 8 digits. Nothing was sent to the card.") \
  X (SIM_PIN_UNCONFIRMED, "sim_pin_unconfirmed", MESSAGE_REFUSED, NULL, "Il reste peu d'essais sur cette carte, ou on ne sait pas combien. Une personne doit taper le code et confirmer.", "Few attempts are left on this card, or it is not known how many. A person must type the code and confirm.") \
  X (SIM_PIN_ATTEMPTS, "sim_pin_attempts", MESSAGE_REFUSED, NULL, "Le nombre d'essais restants a changé. Rien n'a été envoyé. Regardez la carte à nouveau, puis confirmez.", "The number of attempts left has changed. Nothing was sent. Look at the card again, then confirm.") \
  X (NET_NONE, "net_none", MESSAGE_DEVICE, NULL, "La carte n'est pas sur le réseau. Rapprochez le modem d'une fenêtre, attendez une minute, puis recommencez.", "The card is not on a network. Move the modem near a window, wait a minute, then try again.") \
  X (LINE_REFUSED, "line_refused", MESSAGE_DEVICE, NULL, "Le réseau refuse cette ligne. Elle est peut-être expirée ou suspendue : appelez l'opérateur.", "The network refuses this line. It may have expired or be suspended: call the operator.") \
  X (RADIO_OFF, "radio_off", MESSAGE_DEVICE, NULL, "La radio du modem est éteinte. Recommencez : Témoin l'allume.", "The modem's radio is off. Try again: Témoin switches it on.") \
  X (RADIO_LOCKED, "radio_locked", MESSAGE_DEVICE, NULL, "La radio du modem reste éteinte : interrupteur, ou verrou du fabricant. Voyez le guide du technicien.", "The modem's radio stays off: a switch, or the maker's lock. See the technician's guide.") \
  X (USSD_BUSY, "ussd_busy", MESSAGE_DEVICE, NULL, "Une autre conversation avec l'opérateur est en cours. Attendez une minute, puis recommencez.", "Another talk with the operator is under way. Wait a minute, then try again.") \
  X (USSD_ENDED, "ussd_ended", MESSAGE_DEVICE, NULL, "L'opérateur a coupé sans répondre. Regardez le solde avant de recommencer.", "The operator hung up without an answer. Check the balance before you try again.") \
  X (USSD_TIMEOUT, "ussd_timeout", MESSAGE_DEVICE, NULL, "L'opérateur n'a pas répondu à temps. Regardez le solde avant de recommencer.", "The operator did not answer in time. Check the balance before you try again.") \
  X (SMS_CENTRE, "sms_centre", MESSAGE_DEVICE, NULL, "La carte n'a pas le bon numéro de centre de messages. Demandez-le à l'opérateur.", "The card has no right message centre number. Ask the operator for it.") \
  X (SMS_NETWORK, "sms_network", MESSAGE_DEVICE, NULL, "Le réseau n'a pas pris le message à temps. Regardez le solde avant de recommencer.", "The network did not take the message in time. Check the balance before you try again.") \
  X (SMS_ENCODING, "sms_encoding", MESSAGE_DEVICE, NULL, "Le modem ne sait pas écrire ce message. Essayez avec un autre modem.", "The modem cannot write this message. Try another modem.") \
  X (SMS_STORE, "sms_store", MESSAGE_DEVICE, NULL, "La mémoire de messages de la carte est pleine ou abîmée. Effacez les messages de la carte, puis recommencez.", "The card's message store is full or broken. Erase the card's messages, then try again.") \
  X (SMS_SILENT, "sms_silent", MESSAGE_DEVICE, NULL, "Le message est parti, aucune réponse n'est venue. Regardez le solde avant de recommencer.", "The message was sent and no answer came. Check the balance before you try again.") \
  X (TOPUP_CODE_USED, "topup_code_used", MESSAGE_REFUSED, NULL, "L'opérateur dit que ce code de recharge a déjà servi. Mettez le ticket de côté et prévenez l'administrateur.", "The operator says that this recharge code was used already. Put the voucher aside and tell the administrator.") \
  X (TOPUP_REFUSED, "topup_refused", MESSAGE_REFUSED, NULL, "L'opérateur refuse ce code de recharge. Relisez-le sur le ticket.", "The operator refuses this recharge code. Read it again on the voucher.") \
  X (DIALOGUE_UNEXPECTED, "dialogue_unexpected", MESSAGE_DEVICE, NULL, "La réponse de l'opérateur n'est pas celle qui est prévue. Lisez-la ; si elle a changé, la fiche de dialogue est à corriger.", "The operator's answer is not the one that is expected. Read it; if it has changed, the dialogue file must be corrected.") \
  X (DIALOGUE_UNSIGNED, "dialogue_unsigned", MESSAGE_REFUSED, NULL, "Ce dialogue peut coûter de l'argent et personne ne l'a approuvé. Un administrateur doit d'abord l'approuver.", "This dialogue may cost money and nobody has signed it off. An administrator must sign it off first.") \
  X (TOPUP_CODE_FORMAT, "topup_code_format", MESSAGE_INPUT, NULL, "Ce code de recharge n'a pas la forme attendue par l'opérateur. Rien n'a été envoyé. Relisez le ticket.", "This recharge code does not have the form that the operator expects. Nothing was sent. Read the voucher again.") \
  X (MODEM_CANCELLED, "modem_cancelled", MESSAGE_DEVICE, NULL, "C'est arrêté, comme demandé.", "Stopped, as asked.") \
  /* api */ \
  X (METHOD_NOT_ALLOWED, "method_not_allowed", MESSAGE_INPUT, NULL, "Cette adresse ne prend pas {1}. Elle prend : {2}.", "This address does not take {1}. It takes: {2}.") \
  X (REQUEST_FRAMING, "request_framing", MESSAGE_INPUT, NULL, "L'en-tête « {1} » manque, est donné deux fois ou contredit un autre.", "The header \"{1}\" is missing, given twice or contradicts another one.") \
  X (BENCH_MISSING, "bench_missing", MESSAGE_TROUBLE, NULL, "Cette machine n'a pas de banc USB en service : rien ne peut être effacé ici.", "This machine has no USB bench at work: nothing can be wiped here.") \
  X (BACKUP_UNREADABLE, "backup_unreadable", MESSAGE_INPUT, NULL, "Ce fichier n'est pas une sauvegarde de Témoin, ou il est abîmé. Rien n'a été remplacé.", "This file is not a backup of Témoin, or it is damaged. Nothing was replaced.") \
  X (BACKUP_NEWER, "backup_newer", MESSAGE_INPUT, NULL, "Cette sauvegarde vient d'une version plus récente de Témoin. Mettez le programme à jour. Rien n'a été remplacé.", "This backup was made by a newer version of Témoin. Update the program. Nothing was replaced.") \
  /* backups */ \
  X (BACKUP_NOTHING_YET, "backup_nothing_yet", MESSAGE_NOTE, NULL, "Sauvegarde : le registre est encore vide.", "Backup: the register is still empty.") \
  X (BACKUP_SOON, "backup_soon", MESSAGE_NOTE, NULL, "Sauvegarde : aucune n'a encore été vérifiée. Faites la première : temoin backup FICHIER.", "Backup: none was verified yet. Make the first one: temoin backup FILE.") \
  X (BACKUP_NEVER, "backup_never", MESSAGE_TROUBLE, NULL, "Aucune sauvegarde vérifiée : une panne du disque ferait tout perdre. Faites-en une maintenant : temoin backup FICHIER.", "There is no verified backup: a broken disk would lose everything. Make one now: temoin backup FILE.") \
  X (BACKUP_OLD, "backup_old", MESSAGE_TROUBLE, NULL, "La dernière sauvegarde vérifiée est du {1d}. Ce qui a été fait depuis n'est dans aucune. Faites-en une maintenant : temoin backup FICHIER.", "The last verified backup is of {1d}. What was done since is in none. Make one now: temoin backup FILE.") \
  X (BACKUP_GOOD, "backup_good", MESSAGE_NOTE, NULL, "Dernière sauvegarde vérifiée : le {1d}.", "Last verified backup: {1d}.") \
  X (WIPE_NONE_OPEN, "wipe_none_open", MESSAGE_REFUSED, NULL, "Aucun effacement de {1c} n'est en cours.", "No wipe of {1c} is under way.") \
  X (CERTIFICATE_NO_WIPE, "certificate_no_wipe", MESSAGE_REFUSED, NULL, "{1c} n'a pas encore été effacé avec une preuve : il n'y a pas de certificat.", "{1c} was not wiped with a proof yet: there is no certificate.") \
  X (TODO_AWAY, "todo_away", MESSAGE_NOTE, NULL, "La tablette s'efface ou redémarre. Laissez-la branchée sur le port {1} ; si elle a été débranchée, rebranchez-la là.", "The tablet is resetting or restarting. Leave it on port {1}; if it was unplugged, plug it in there again.") \
  X (LABEL_ONE_PAGE, "label_one_page", MESSAGE_INPUT, NULL, "Ces étiquettes ne tiennent pas sur une seule image. Demandez un fichier PDF.", "These labels do not fit on a single image. Ask for a PDF file.") \
  X (LABEL_COARSE, "label_coarse", MESSAGE_INPUT, NULL, "Une image aussi grossière ne se lirait pas. Demandez au moins 203 points par pouce.", "So coarse an image could not be read. Ask for at least 203 dots per inch.") \
  X (ITEM_STATE_UNKNOWN, "item_state_unknown", MESSAGE_INPUT, NULL, "« {1} » n'est pas un état d'appareil. Choisissez parmi : {2i}.", "\"{1}\" is not a state of a device. Choose one of: {2i}.") \
  X (LINE_STATE_UNKNOWN, "line_state_unknown", MESSAGE_INPUT, NULL, "« {1} » n'est pas un état de ligne. Choisissez parmi : {2l}.", "\"{1}\" is not a state of a line. Choose one of: {2l}.") \
  /* proof */ \
  X (WIPE_FRP, "wipe_frp", MESSAGE_REFUSED, NULL, "La tablette demande l'ancien compte Google (verrou FRP) : elle reste bloquée. Faites saisir ce compte par la personne qui l'avait, ou faites lever le verrou par le service du fabricant ; dites-le (temoin wipe CODE --unlocked « comment »), puis effacez-la de nouveau.", "The tablet asks for the former Google account (FRP lock): it stays blocked. Have whoever had it enter that account, or have the maker's service lift the lock; say so (temoin wipe CODE --unlocked \"how\"), then wipe it again.") \
  X (CODE_NEAR, "code_near", MESSAGE_NOTE, NULL, "Vouliez-vous dire {1c} ?", "Did you mean {1c}?") \

