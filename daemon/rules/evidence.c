/* Tables; see the header file. */
#include "daemon/rules/evidence.h"
#include "daemon/rules/item.h"
#include <string.h>

/* ---- the proof scale ---- */

/* One bit each; also the order of the golden file. */
#define EVIDENCES(X)                                                                                                   \
  X (TRADEIN, tradein_says_reset)                                                                                      \
  X (ATTESTATION, attestation_holds)                                                                                   \
  X (LOCKED, frp_locked)                                                                                               \
  X (HARNESS, harness_returned)                                                                                        \
  X (KEY_ACCEPTED, key_accepted)                                                                                       \
  X (COMMAND, command_accepted)                                                                                        \
  X (LEFT, left_port)                                                                                                  \
  X (SAME_PORT, returned_same_port)                                                                                    \
  X (SAME_SERIAL, same_serial)                                                                                         \
  X (KEY_REFUSED, key_refused)                                                                                         \
  X (ADB_ABSENT, adb_absent)                                                                                           \
  X (ATTESTED, attested)
#define BIT_NUMBER(symbol, field) NUMBER_##symbol,
#define BIT_VALUE(symbol, field)  symbol = 1 << NUMBER_##symbol,
#define BIT_OF(symbol, field)     | (evidence->field ? symbol : 0)
enum { EVIDENCES (BIT_NUMBER) };
enum { EVIDENCES (BIT_VALUE) };

/* The whole story was seen from the host. */
#define STORY (COMMAND | LEFT | SAME_PORT | SAME_SERIAL)

/* The first row whose evidence is all there decides. */
static const struct {
  int needs;
  WipeVerdict verdict;
} scale[] = {
    {KEY_ACCEPTED, VERDICT_NOT_WIPED},
    {LOCKED, VERDICT_UNKNOWN},
    {TRADEIN | ATTESTATION | SAME_PORT | SAME_SERIAL, VERDICT_PROVEN},
    {HARNESS | STORY | KEY_REFUSED, VERDICT_PROVEN},
    {HARNESS | STORY | ADB_ABSENT, VERDICT_PROVEN},
    {STORY | KEY_REFUSED | ATTESTED, VERDICT_ATTESTED},
    {STORY | ADB_ABSENT | ATTESTED, VERDICT_ATTESTED},
    {STORY | KEY_REFUSED, VERDICT_CONSISTENT},
    {STORY | ADB_ABSENT, VERDICT_CONSISTENT},
    {0, VERDICT_UNKNOWN},
};

WipeVerdict
wipe_judge_evidence (const WipeEvidence *evidence)
{
  int seen = 0 EVIDENCES (BIT_OF);
  gsize row = 0;
  while ((seen & scale[row].needs) != scale[row].needs)
    row++; /* the last row needs nothing */
  return scale[row].verdict;
}

gboolean
wipe_verdict_certifies (WipeVerdict verdict)
{
  return verdict == VERDICT_PROVEN || verdict == VERDICT_ATTESTED;
}

/* ---- the words of the notes ---- */

/* Which of them count as evidence, and how a person reads each. */
#define NO_EVIDENCE      (-1)
#define COUNTS_AS(field) ((gssize)G_STRUCT_OFFSET (WipeEvidence, field))
static const struct {
  const char *word;
  gssize counts_as;
  const char *text[2]; /* by Language; {1} is the argument */
} words[] = {
    {"identity",
     NO_EVIDENCE,
     {"Numéro de série lu par le câble, égal à celui du registre : {1}",
      "Serial number read over the cable, equal to the register's: {1}"}},
    {"facts", NO_EVIDENCE, {"Lu sur la tablette : {1}", "Read from the tablet: {1}"}},
    {"removed",
     NO_EVIDENCE,
     {"Carte SIM et carte mémoire retirées, dit {1}", "SIM and memory card taken out, says {1}"}},
    {"override", NO_EVIDENCE, {"Accord donné : {1}", "Approval given: {1}"}},
    {"failed", NO_EVIDENCE, {"Échec : {1}", "Failed: {1}"}},
    {"command-accepted",
     COUNTS_AS (command_accepted),
     {"L'ordre d'effacement est accepté : {1}", "The order to wipe is accepted: {1}"}},
    {"left-port", COUNTS_AS (left_port), {"La tablette a quitté le port {1}", "The tablet left port {1}"}},
    {"face", NO_EVIDENCE, {"Elle se montre sur le port, en mode {1}", "It shows on the port, in mode {1}"}},
    {"left-again", NO_EVIDENCE, {"Elle a encore quitté le port (mode {1})", "It left the port again (mode {1})"}},
    {"foreign", NO_EVIDENCE, {"Une autre tablette est sur le port {1}", "Another tablet is on port {1}"}},
    {"same-port",
     COUNTS_AS (returned_same_port),
     {"Elle est revenue sur le même port, {1}", "It came back to the same port, {1}"}},
    {"same-serial",
     COUNTS_AS (same_serial),
     {"C'est bien la même : numéro de série {1}", "It is the same one: serial number {1}"}},
    {"key-accepted",
     COUNTS_AS (key_accepted),
     {"Notre clé ouvre encore la tablette : elle n'est pas effacée",
      "Our key still opens the tablet: it was not wiped"}},
    {"key-refused",
     COUNTS_AS (key_refused),
     {"La tablette ne connaît plus notre clé", "The tablet does not know our key any more"}},
    {"key-unknown",
     NO_EVIDENCE,
     {"La tablette ne connaît pas notre clé, mais ne l'avait jamais acceptée : cela ne prouve rien",
      "The tablet does not know our key, but never took it before: this proves nothing"}},
    {"trade-in",
     COUNTS_AS (key_refused),
     {"Elle s'ouvre à tous comme après une remise à zéro (mode reprise)",
      "It opens to anybody, as after a reset (trade-in mode)"}},
    {"open-to-all",
     NO_EVIDENCE,
     {"Elle s'ouvre à tous : cela ne prouve rien", "It opens to anybody: this proves nothing"}},
    {"adb-absent",
     COUNTS_AS (adb_absent),
     {"Le débogage USB est coupé, comme sur une tablette neuve", "USB debugging is off, as on a new tablet"}},
    {"trade-in-challenge",
     NO_EVIDENCE,
     {"Défi tiré au hasard, gardé avant d'être envoyé : {1}", "Random challenge, kept before it was sent: {1}"}},
    {"trade-in-reset",
     COUNTS_AS (tradein_says_reset),
     {"Elle se dit remise à zéro et sans verrou Google (mode reprise)",
      "It says that it is reset and without Google's lock (trade-in mode)"}},
    {"trade-in-unread",
     NO_EVIDENCE,
     {"Son état (mode reprise) n'a pas pu être lu : {1}", "Its state (trade-in mode) could not be read: {1}"}},
    {"frp-locked",
     COUNTS_AS (frp_locked),
     {"Elle demande l'ancien compte Google (verrou FRP) : {1}",
      "It asks for the former Google account (FRP lock): {1}"}},
    {"attestation-holds",
     COUNTS_AS (attestation_holds),
     {"Sa puce de sécurité a signé notre défi ({1})", "Its security chip signed our challenge ({1})"}},
    {"attestation-fails", NO_EVIDENCE, {"Sa signature ne prouve rien : {1}", "Its signature proves nothing: {1}"}},
    {"attestation-missing", NO_EVIDENCE, {"Elle n'a pas signé notre défi : {1}", "It did not sign our challenge: {1}"}},
    {"verified", NO_EVIDENCE, {"Vérifié : {1}", "Verified: {1}"}},
    {"not-verified", NO_EVIDENCE, {"Non vérifié : {1}", "Not verified: {1}"}},
    {"test-harness",
     COUNTS_AS (harness_returned),
     {"Elle est revenue effacée en mode de test : {1}", "It came back erased in test harness mode: {1}"}},
    {"unplugged",
     NO_EVIDENCE,
     {"Débranchée du port {1} : les preuves sont complètes, il reste à regarder son écran",
      "Unplugged from port {1}: the evidence is complete, its screen is still to be looked at"}},
    {"unlocked", NO_EVIDENCE, {"Le verrou est levé : {1}", "The lock was lifted: {1}"}},
    {"attested", COUNTS_AS (attested), {"Vu à l'écran : {1}", "Seen on the screen: {1}"}},
    {"cancelled", NO_EVIDENCE, {"Annulé par {1}", "Cancelled by {1}"}},
};

/* Arguments that are words of the program: how a person reads them. Others are printed as they are. */
static const struct {
  const char *word;
  const char *text[2]; /* by Language */
} arguments[] = {
    {"plain", {"ordinaire", "ordinary"}}, /* the face of a tablet that shows neither adb nor fastboot */
    {"said_by_trade_in", {"elle le dit elle-même (mode reprise)", "it says so itself (trade-in mode)"}},
    {"no lock", {"aucun verrou", "no lock"}},
    /* who signed */
    {"trusted_environment", {"zone sécurisée du processeur", "trusted execution environment"}},
    {"strongbox", {"puce de sécurité à part", "separate security chip"}},
    /* what was verified of an attestation, and what was not */
    {"chain_signatures", {"chaque certificat est signé par le suivant", "each certificate is signed by the next"}},
    {"challenge", {"le défi signé est le nôtre", "the challenge signed is ours"}},
    {"boot_state",
     {"démarrage verrouillé, système signé par le fabricant", "locked boot loader, system signed by the maker"}},
    {"chip_serial", {"numéro de série dit par la puce", "serial number said by the chip"}},
    {"root_pinned", {"la racine est une de celles que nous acceptons", "the root is one that we trust"}},
    {"root_not_pinned", {"la racine : aucune n'est indiquée dans la configuration", "the root: none is configured"}},
    {"revocation",
     {"la révocation des certificats (il faudrait Internet)",
      "revocation of the certificates (it needs the Internet)"}},
    {"dates",
     {"les dates des certificats (une tablette remise à zéro ignore la date)",
      "dates of the certificates (a reset tablet does not know the day)"}},
    /* why an attestation proves nothing */
    {"chain_unreadable", {"les certificats sont illisibles", "the certificates cannot be read"}},
    {"chain_broken", {"les certificats ne se signent pas l'un l'autre", "the certificates do not sign each other"}},
    {"no_extension", {"le certificat ne dit rien de la clé", "the certificate says nothing of the key"}},
    {"extension_twice",
     {"deux certificats parlent de la clé : un seul le peut", "two certificates speak of the key: only one may"}},
    {"extension_unreadable", {"ce que dit le certificat est illisible", "what the certificate says cannot be read"}},
    {"challenge_differs", {"ce n'est pas notre défi qui est signé", "it is not our challenge that is signed"}},
    {"not_hardware", {"la clé n'est pas dans une puce de sécurité", "the key is not in a security chip"}},
    {"no_boot_state",
     {"la puce ne dit pas comment la tablette a démarré", "the chip does not say how the tablet started"}},
    {"boot_unverified", {"démarrage déverrouillé ou système modifié", "unlocked boot loader or changed system"}},
    {"serial_differs", {"la puce dit un autre numéro de série", "the chip says another serial number"}},
    {"root_differs", {"la racine n'est pas une de celles que nous acceptons", "the root is none that we trust"}},
};

static int
row_of (const char *note, const char **argument)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    gsize length = strlen (words[i].word);
    if (strncmp (note, words[i].word, length) == 0 && note[length] == ':') {
      *argument = note + length + strspn (note + length, ": ");
      return (int)i;
    }
  }
  return -1;
}

const char *
evidence_word (const char *note, const char **argument)
{
  int row = row_of (note, argument);
  return row >= 0 ? words[row].word : NULL;
}

void
evidence_count (WipeEvidence *evidence, const WipeEvent *event)
{
  const char *argument;
  if (!g_str_equal (event->kind, "usb") && !g_str_equal (event->kind, "human"))
    return;
  int row = row_of (event->text, &argument);
  if (row >= 0 && words[row].counts_as != NO_EVIDENCE)
    G_STRUCT_MEMBER (gboolean, evidence, words[row].counts_as) = TRUE;
}

/* ---- sentences ---- */

/* "seen -> identified: serial_matches": where it is now, and the sentence when the reason is one. */
static char *
state_line_text (const char *line, Language language)
{
  WipeState state;
  g_auto (GStrv) parts = g_strsplit (line, ": ", 2);
  if (g_str_equal (parts[0], EVIDENCE_TO_KNOW) && parts[1] != NULL) {
    char *note = reason_text (parts[1], language);
    return note != NULL ? note : g_strdup (line);
  }
  const char *arrow = strstr (parts[0], "-> ");
  if (arrow == NULL || !wipe_state_parse (arrow + strlen ("-> "), &state))
    return g_strdup (line);
  g_autofree char *why = reason_text (parts[1], language);
  const char *name = wipe_state_text (state, language);
  return why != NULL ? g_strdup_printf ("%s. %s", name, why) : g_strdup (name);
}

static const char *
argument_text (const char *argument, Language language)
{
  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    if (g_str_equal (argument, arguments[i].word))
      return arguments[i].text[language];
  return argument;
}

char *
wipe_event_text (const WipeEvent *event, Language language)
{
  const char *argument;
  if (g_str_equal (event->kind, "state"))
    return state_line_text (event->text, language);
  int row = row_of (event->text, &argument);
  if (row < 0)
    return g_strdup (event->text);
  g_auto (GStrv) around = g_strsplit (words[row].text[language], "{1}", 2);
  return g_strconcat (around[0], around[1] != NULL ? argument_text (argument, language) : "", around[1], NULL);
}
