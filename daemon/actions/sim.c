/* sim.add: see sim.h. */
#include "daemon/actions/sim.h"
#include "daemon/actions/secret.h"
#include "daemon/actions/state.h"
#include "daemon/actions/field.h"
#include "daemon/actions/offers.h"
#include "daemon/rules/field.h"
#include "daemon/devices/iccid.h"
#include "db/sim.h"
#include <string.h>

/* The line without code and state, and the card's number. */
static Line *
line_of_request (const SimRequest *request, char **iccid, GError **error)
{
  g_autoptr (Line) line = g_new0 (Line, 1);
  g_autofree char *checked = iccid_check (request->iccid, error);
  if (checked == NULL || !field_checked (msisdn_check, request->msisdn, &line->msisdn, error) ||
      !field_text ("operator", request->operator_name, &line->operator_name, error) ||
      !field_text ("offer", request->offer, &line->offer, error))
    return NULL;
  *iccid = g_steal_pointer (&checked);
  return g_steal_pointer (&line);
}

/* Operators print a Luhn digit that some cards do not tell, or the other way round: the number with it, or without. NULL: there is no such
 * twin. Caller frees. */
static char *
iccid_twin (const char *iccid)
{
  gsize length = strlen (iccid);
  if (length == ICCID_MAX_DIGITS)
    return iccid_has_luhn (iccid) ? g_strndup (iccid, length - 1) : NULL;
  for (char digit = '0'; length == ICCID_MAX_DIGITS - 1 && digit <= '9'; digit++) {
    g_autofree char *longer = g_strdup_printf ("%s%c", iccid, digit);
    if (iccid_has_luhn (longer))
      return g_steal_pointer (&longer);
  }
  return NULL;
}

static Card *
card_of_iccid (Store *store, const char *iccid, GError **error)
{
  g_autoptr (GError) problem = NULL;
  Card *card = card_load_by_iccid (store, iccid, &problem);
  if (card == NULL && !g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&problem));
  return card;
}

Card *
sim_card_of_iccid (Store *store, const char *iccid, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *twin = iccid_twin (iccid);
  Card *card = card_of_iccid (store, iccid, &problem);
  if (card == NULL && problem == NULL && twin != NULL)
    card = card_of_iccid (store, twin, &problem);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return card;
}

static void
claim (const char *iccid, const Line *line, Claims *claims)
{
  claims_add (claims, "iccid", iccid);
  claims_add (claims, "msisdn", line->msisdn);
}

static gboolean
judge_new (Store *store, const char *iccid, const Line *line, Verdict *verdict, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_auto (Claims) claims = {0};
  claim (iccid, line, &claims);
  g_autoptr (Card) card = sim_card_of_iccid (store, iccid, &problem);
  if (card != NULL)
    verdict_add (verdict, M_ICCID_KNOWN, iccid, card->code, NULL);
  if (problem == NULL && line->msisdn != NULL) {
    g_autoptr (Line) other = line_load_by_msisdn (store, line->msisdn, &problem);
    if (other != NULL)
      verdict_add (verdict, M_PHONE_KNOWN, line->msisdn, other->code, NULL);
    else if (g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND))
      g_clear_error (&problem);
  }
  if (problem == NULL)
    return claims_judge (store, &claims, verdict, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
sim_insert (Store *store, const ActionContext *context, Line *line, Card *card, GError **error)
{
  line->state = LINE_STOCK;
  line->created_at = card->created_at = context->now;
  if (!action_new_code (store, 'L', line->code, error) || !action_new_code (store, 'S', card->code, error))
    return FALSE;
  g_strlcpy (card->line, line->code, sizeof card->line);
  return line_insert (store, line, error) && state_move_line (store, line->code, LINE_STOCK, LINE_ACTIVE, error) &&
         card_insert (store, card, error);
}

/* What is printed on the card's carrier; either may be absent. */
static const struct {
  SecretKind kind;
  gsize offset; /* in SimRequest */
} codes[] = {
    {SECRET_PIN, G_STRUCT_OFFSET (SimRequest, pin)},
    {SECRET_PUK, G_STRUCT_OFFSET (SimRequest, puk)},
};

/* For each code that was given: it is well formed, and kept for that card, unless card is "". */
static gboolean
take_codes (Store *store, const ActionContext *context, const SimRequest *request, const char *card, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++) {
    const char *typed = G_STRUCT_MEMBER (const char *, request, codes[i].offset);
    if (field_is_absent (typed))
      continue;
    char *code = secret_clean (codes[i].kind, typed, error);
    gboolean is_taken = code != NULL && (*card != '\0' ? secret_keep (store, context, codes[i].kind, card, code, error)
                                                       : secret_may_keep (context, error));
    vault_text_free (code);
    if (!is_taken)
      return FALSE;
  }
  return TRUE;
}

/* Is one of those given another one than the register's? NULL: no. */
static gboolean
compare_codes (Store *store, const ActionContext *context, const SimRequest *request, const char *card,
               const char **differs, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++) {
    const char *typed = G_STRUCT_MEMBER (const char *, request, codes[i].offset);
    gboolean is_same = TRUE;
    char *code = field_is_absent (typed) ? NULL : secret_clean (codes[i].kind, typed, error);
    gboolean is_read = field_is_absent (typed) ||
                       (code != NULL && secret_is (store, context, codes[i].kind, card, code, &is_same, error));
    vault_text_free (code);
    if (!is_read)
      return FALSE;
    if (!is_same)
      *differs = secret_kind_name (codes[i].kind);
  }
  return TRUE;
}

gboolean
sim_add (Store *store, const ActionContext *context, const SimRequest *request, Outcome *outcome, GError **error)
{
  g_autoptr (Card) card = g_new0 (Card, 1);
  g_autoptr (Line) line = line_of_request (request, &card->iccid, error);
  if (line == NULL || !take_codes (store, context, request, "", error) ||
      !judge_new (store, card->iccid, line, outcome->verdict, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!sim_insert (store, context, line, card, error)) {
    action_explain (error, M_ALREADY_KNOWN, M_STALE);
    return FALSE;
  }
  g_autofree char *subjects = g_strjoin (" ", card->code, line->code, NULL);
  if (!take_codes (store, context, request, card->code, error) ||
      !action_journal (store, context, "sim.add", subjects, "state=stock", "state=active", error))
    return FALSE;
  outcome_add_code (outcome, card->code);
  outcome_add_code (outcome, line->code);
  return TRUE;
}

gboolean
sim_claims (const SimRequest *request, Claims *claims, GError **error)
{
  g_autofree char *iccid = NULL;
  g_autoptr (Line) line = line_of_request (request, &iccid, error);
  if (line == NULL)
    return FALSE;
  claim (iccid, line, claims);
  return TRUE;
}

static const char *
difference (const Offers *offers, const Line *asked, const Line *kept)
{
  if (asked->msisdn != NULL && g_strcmp0 (asked->msisdn, kept->msisdn) != 0)
    return "msisdn";
  if (asked->operator_name != NULL &&
      (kept->operator_name == NULL || !offers_same_operator (offers, asked->operator_name, kept->operator_name)))
    return "operator";
  if (asked->offer != NULL && (kept->offer == NULL || !field_same_word (asked->offer, kept->offer)))
    return "offer";
  return NULL;
}

gboolean
sim_known (Store *store, const ActionContext *context, const SimRequest *request, Code code, const char **differs,
           GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *iccid = NULL;
  g_autoptr (Line) asked = line_of_request (request, &iccid, error);
  if (asked == NULL)
    return FALSE;
  g_autoptr (Card) card = sim_card_of_iccid (store, iccid, &problem);
  g_autoptr (Line) kept = card != NULL ? line_load (store, card->line, &problem) : NULL;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  g_strlcpy (code, card != NULL ? card->code : "", sizeof (Code));
  *differs = kept != NULL ? difference (context->offers, asked, kept) : NULL;
  return card == NULL || *differs != NULL || compare_codes (store, context, request, card->code, differs, error);
}
