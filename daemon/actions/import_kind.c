/* The table of kinds. A new kind or heading is a row here, nowhere else. */
#include "daemon/actions/import_kind.h"
#include "daemon/actions/field.h"
#include "daemon/actions/item.h"
#include "daemon/actions/person.h"
#include "daemon/actions/sim.h"
#include "daemon/actions/voucher.h"
#include <string.h>

enum {
  TABLET_SERIAL,
  TABLET_MODEL,
  TABLET_IMEI,
  TABLET_INVENTORY_NO,
  TABLET_PRICE,
  TABLET_FUND,
  TABLET_PIECES,
  TABLET_KIND
};
static const ImportColumn tablet_columns[] = {
    [TABLET_SERIAL] = {"serial", "serie numerodeserie ndeserie nodeserie nserie serialnumber serialno sn", FALSE},
    [TABLET_MODEL] = {"model", "modele designation", FALSE},
    [TABLET_IMEI] = {"imei", "numeroimei", FALSE},
    [TABLET_INVENTORY_NO] = {"inventory_no",
                             "inventory inventaire numerodinventaire ndinventaire ninventaire inventorynumber", FALSE},
    [TABLET_PRICE] = {"price", "prix prixttc prixunitaire montant priceeur prixeur", FALSE},
    [TABLET_FUND] = {"fund", "fonds", FALSE},
    [TABLET_PIECES] = {"pieces", "accessoires accessories", FALSE},
    [TABLET_KIND] = {"kind", "sorte type", FALSE},
};

enum { SIM_ICCID, SIM_MSISDN, SIM_OPERATOR, SIM_OFFER, SIM_PIN, SIM_PUK };
static const ImportColumn sim_columns[] = {
    [SIM_ICCID] = {"iccid", "numerodecarte ndecarte carte sim numerosim numerodesim cartesim", FALSE},
    [SIM_MSISDN] = {"msisdn", "numero numerodetelephone numerodappel ligne telephone phone phonenumber number", FALSE},
    [SIM_OPERATOR] = {"operator", "operateur", FALSE},
    [SIM_OFFER] = {"offer", "offre forfait plan", FALSE},
    [SIM_PIN] = {"pin", "codepin pin1", TRUE},
    [SIM_PUK] = {"puk", "codepuk puk1", TRUE},
};

enum { VOUCHER_NUMBER, VOUCHER_CODE, VOUCHER_OPERATOR, VOUCHER_PRODUCT, VOUCHER_PRICE, VOUCHER_EXPIRES_ON };
static const ImportColumn voucher_columns[] = {
    [VOUCHER_NUMBER] = {"voucher_number", "numerodubon ndubon numerodebon bon numeroduticket voucher serialofvoucher",
                        FALSE},
    [VOUCHER_CODE] = {"code", "codederecharge coderecharge rechargecode", TRUE},
    [VOUCHER_OPERATOR] = {"operator", "operateur", FALSE},
    [VOUCHER_PRODUCT] = {"product", "produit recharge", FALSE},
    [VOUCHER_PRICE] = {"price", "prix montant valeur", FALSE},
    [VOUCHER_EXPIRES_ON] = {"expires_on", "expire expiration datelimite validite valablejusquau expires", FALSE},
};

enum { PERSON_NAME, PERSON_PHONE, PERSON_EMAIL, PERSON_TOWN };
static const ImportColumn person_columns[] = {
    [PERSON_NAME] = {"name", "nom nometprenom nomprenom prenometnom", FALSE},
    [PERSON_PHONE] = {"phone", "telephone numerodetelephone tel portable mobile", FALSE},
    [PERSON_EMAIL] = {"email", "courriel mail mel adressemail", FALSE},
    [PERSON_TOWN] = {"town", "commune ville", FALSE},
};

/* "housse;chargeur", "housse + chargeur", "sleeve, charger", "sleeve|charger": the cell was quoted when the file's own separator is in it. */
static char **
split_pieces (const char *cell)
{
  return g_strsplit_set (cell != NULL ? cell : "", ";,|+/", -1);
}

static ItemRequest
tablet_request (const ImportLine *line, char *const *pieces)
{
  const char *fund = line->cells[TABLET_FUND];
  return (ItemRequest){.kind = line->cells[TABLET_KIND],
                       .serial = line->cells[TABLET_SERIAL],
                       .model = line->cells[TABLET_MODEL],
                       .imei = line->cells[TABLET_IMEI],
                       .inventory_no = line->cells[TABLET_INVENTORY_NO],
                       .price = line->cells[TABLET_PRICE],
                       .fund = field_is_absent (fund) ? line->fund : fund,
                       .pieces = (const char *const *)pieces};
}

static gboolean
tablet_known (Store *store, const ImportLine *line, Code code, const char **differs, GError **error)
{
  const ItemRequest request = tablet_request (line, NULL);
  return item_known (store, &request, code, differs, error);
}

static gboolean
tablet_claims (Store *store, const ImportLine *line, Claims *claims, GError **error)
{
  const ItemRequest request = tablet_request (line, NULL);
  return item_claims (store, &request, claims, error);
}

static gboolean
tablet_add (Store *store, const ActionContext *context, const ImportLine *line, Outcome *outcome, GError **error)
{
  g_auto (GStrv) pieces = split_pieces (line->cells[TABLET_PIECES]);
  const ItemRequest request = tablet_request (line, pieces);
  return item_add (store, context, &request, outcome, error);
}

static SimRequest
sim_request (const ImportLine *line)
{
  return (SimRequest){.iccid = line->cells[SIM_ICCID],
                      .msisdn = line->cells[SIM_MSISDN],
                      .operator_name = line->cells[SIM_OPERATOR],
                      .offer = line->cells[SIM_OFFER],
                      .pin = line->cells[SIM_PIN],
                      .puk = line->cells[SIM_PUK]};
}

static gboolean
sim_line_known (Store *store, const ImportLine *line, Code code, const char **differs, GError **error)
{
  const SimRequest request = sim_request (line);
  return sim_known (store, line->context, &request, code, differs, error);
}

static gboolean
sim_line_claims (G_GNUC_UNUSED Store *store, const ImportLine *line, Claims *claims, GError **error)
{
  const SimRequest request = sim_request (line);
  return sim_claims (&request, claims, error);
}

static gboolean
sim_line_add (Store *store, const ActionContext *context, const ImportLine *line, Outcome *outcome, GError **error)
{
  const SimRequest request = sim_request (line);
  return sim_add (store, context, &request, outcome, error);
}

static PersonRequest
person_request (const ImportLine *line)
{
  return (PersonRequest){.name = line->cells[PERSON_NAME],
                         .phone = line->cells[PERSON_PHONE],
                         .email = line->cells[PERSON_EMAIL],
                         .town = line->cells[PERSON_TOWN]};
}

static gboolean
person_line_known (Store *store, const ImportLine *line, Code code, const char **differs, GError **error)
{
  const PersonRequest request = person_request (line);
  if (!person_known (store, &request, code, error))
    return FALSE;
  *differs = NULL;
  return TRUE;
}

static gboolean
person_line_claims (G_GNUC_UNUSED Store *store, const ImportLine *line, Claims *claims, GError **error)
{
  const PersonRequest request = person_request (line);
  return person_claims (&request, claims, error);
}

static gboolean
person_line_add (Store *store, const ActionContext *context, const ImportLine *line, Outcome *outcome, GError **error)
{
  const PersonRequest request = person_request (line);
  return person_add (store, context, &request, outcome, error);
}

static VoucherRequest
voucher_request (const ImportLine *line)
{
  return (VoucherRequest){.number = line->cells[VOUCHER_NUMBER],
                          .code = line->cells[VOUCHER_CODE],
                          .operator_name = line->cells[VOUCHER_OPERATOR],
                          .product = line->cells[VOUCHER_PRODUCT],
                          .price = line->cells[VOUCHER_PRICE],
                          .expires_on = line->cells[VOUCHER_EXPIRES_ON]};
}

static gboolean
voucher_line_known (Store *store, const ImportLine *line, Code code, const char **differs, GError **error)
{
  const VoucherRequest request = voucher_request (line);
  return voucher_known (store, line->context, &request, code, differs, error);
}

static gboolean
voucher_line_claims (G_GNUC_UNUSED Store *store, const ImportLine *line, Claims *claims, GError **error)
{
  const VoucherRequest request = voucher_request (line);
  return voucher_claims (line->context, &request, claims, error);
}

static gboolean
voucher_line_add (Store *store, const ActionContext *context, const ImportLine *line, Outcome *outcome, GError **error)
{
  const VoucherRequest request = voucher_request (line);
  return voucher_add (store, context, &request, outcome, error);
}

static const ImportKind kinds[] = {
    {"tablets", tablet_columns, G_N_ELEMENTS (tablet_columns), TABLET_SERIAL, TABLET_SERIAL, TABLET_SERIAL,
     tablet_known, tablet_claims, tablet_add},
    {"sims", sim_columns, G_N_ELEMENTS (sim_columns), SIM_ICCID, SIM_ICCID, SIM_ICCID, sim_line_known, sim_line_claims,
     sim_line_add},
    {"persons", person_columns, G_N_ELEMENTS (person_columns), PERSON_NAME, PERSON_NAME, PERSON_PHONE,
     person_line_known, person_line_claims, person_line_add},
    {"vouchers", voucher_columns, G_N_ELEMENTS (voucher_columns), VOUCHER_NUMBER, VOUCHER_NUMBER, VOUCHER_NUMBER,
     voucher_line_known, voucher_line_claims, voucher_line_add},
};

const ImportKind *
import_kind_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].name, name))
      return &kinds[i];
  return NULL;
}

static gboolean
is_heading_of (const ImportColumn *column, const char *folded)
{
  g_autofree char *own = field_fold (column->name);
  if (g_str_equal (own, folded))
    return TRUE;
  g_auto (GStrv) synonyms = g_strsplit (column->synonyms, " ", -1);
  return g_strv_contains ((const char *const *)synonyms, folded);
}

gboolean
import_kind_column (const ImportKind *kind, const char *heading, gsize *column)
{
  g_autofree char *folded = field_fold (heading);
  for (gsize i = 0; i < kind->n_columns; i++)
    if (is_heading_of (&kind->columns[i], folded)) {
      *column = i;
      return TRUE;
    }
  return FALSE;
}

const ImportKind *
import_kind_of_headings (char *const *headings, guint n)
{
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < n; i++) {
      gsize column;
      if (import_kind_column (&kinds[k], headings[i], &column) && column == kinds[k].key)
        return &kinds[k];
    }
  return NULL;
}

char *
import_kind_column_names (const ImportKind *kind)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (gsize i = 0; i < kind->n_columns; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", kind->columns[i].name);
  return g_strdup (names->str);
}
