/* From a scanned code to the thing and its open loan: see thing.h. */
#include "daemon/actions/thing.h"
#include "daemon/actions/field.h"
#include "daemon/rules/code.h"
#include "db/item.h"
#include "db/loan.h"
#include "db/sim.h"
#include "db/wipe.h"

void
thing_clear (Thing *thing)
{
  g_clear_pointer (&thing->item, item_free);
  g_clear_pointer (&thing->line, line_free);
  g_clear_pointer (&thing->loan, loan_free);
}

const char *
thing_code (const Thing *thing)
{
  return thing->item != NULL ? thing->item->code : thing->line->code;
}

void
thing_expect (Store *store, const char *code)
{
  if (code[0] != 'T')
    return;
  item_expect (store, code);
  loan_expect_open_of (store, code);
  piece_expect_list (store, code);
  wipe_expect_list (store, code, 1);
}

static gboolean
read_code (const char *text, const char *kinds, Code code, GError **error)
{
  if (!field_is_absent (text))
    return code_parse_kind (text, kinds, code, error);
  rule_error_set (error, M_FIELD_MISSING, "thing", NULL);
  return FALSE;
}

static gboolean
load_item (Store *store, const char *code, Thing *thing, GError **error)
{
  thing->item = item_load (store, code, error);
  action_explain_missing (error, M_ITEM_NOT_FOUND, code);
  return thing->item != NULL;
}

static gboolean
load_line (Store *store, const char *code, Thing *thing, GError **error)
{
  thing->line = line_load (store, code, error);
  action_explain_missing (error, M_LINE_NOT_FOUND, code);
  return thing->line != NULL;
}

static gboolean
load_line_of_card (Store *store, const char *code, Thing *thing, GError **error)
{
  g_autoptr (Card) card = card_load (store, code, error);
  action_explain_missing (error, M_LINE_NOT_FOUND, code);
  return card != NULL && load_line (store, card->line, thing, error);
}

static gboolean
load_by_kind (Store *store, const char *code, Thing *thing, GError **error)
{
  if (code[0] == 'T')
    return load_item (store, code, thing, error);
  if (code[0] == 'S')
    return load_line_of_card (store, code, thing, error);
  return load_line (store, code, thing, error);
}

static gboolean
load_with_open_loan (Store *store, const char *code, Thing *thing, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (!load_by_kind (store, code, thing, error))
    return FALSE;
  thing->loan = loan_open_of (store, thing_code (thing), &problem);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
load_of_loan (Store *store, const char *code, Thing *thing, GError **error)
{
  thing->loan = loan_load (store, code, error);
  action_explain_missing (error, M_LOAN_NOT_FOUND, code);
  if (thing->loan == NULL)
    return FALSE;
  return thing->loan->item[0] != '\0' ? load_item (store, thing->loan->item, thing, error)
                                      : load_line (store, thing->loan->line, thing, error);
}

/* found's content goes to thing; found is left empty for its cleanup. */
static gboolean
hand_over (Thing *found, Thing *thing)
{
  *thing = *found;
  *found = (Thing){0};
  return TRUE;
}

gboolean
thing_find (Store *store, const char *text, Thing *thing, GError **error)
{
  Code code;
  g_auto (Thing) found = {0};
  return read_code (text, "TLS", code, error) && load_with_open_loan (store, code, &found, error) &&
         hand_over (&found, thing);
}

gboolean
thing_find_lent (Store *store, const char *text, Thing *thing, GError **error)
{
  Code code;
  g_auto (Thing) found = {0};
  if (!read_code (text, "TLSN", code, error))
    return FALSE;
  if (code[0] == 'N')
    return load_of_loan (store, code, &found, error) && hand_over (&found, thing);
  if (!load_with_open_loan (store, code, &found, error))
    return FALSE;
  if (found.loan != NULL)
    return hand_over (&found, thing);
  if (found.item != NULL)
    rule_error_set (error, M_NOT_LENT, found.item->code, item_state_name (found.item->state), NULL);
  else
    rule_error_set (error, M_LINE_NOT_LENT, found.line->code, line_state_name (found.line->state), NULL);
  return FALSE;
}
