/* Keeping and opening sealed codes; rotating keys. Showing one: secret_reveal.c. */
#include "daemon/actions/secret.h"
#include "daemon/actions/field.h"
#include "daemon/rules/field.h"
#include "db/secret.h"
#include <string.h>

char *
secret_clean (SecretKind kind, const char *typed, GError **error)
{
  if (field_is_absent (typed)) {
    rule_error_set (error, M_FIELD_MISSING, kind == SECRET_VOUCHER ? "code" : secret_kind_name (kind), NULL);
    return NULL;
  }
  char *text = vault_text_new (strlen (typed));
  gsize length = 0;
  for (const char *letter = typed; *letter != '\0'; letter++)
    if (*letter != ' ' && *letter != '-')
      text[length++] = *letter;
  if (secret_check (kind, text, error))
    return text;
  vault_text_free (text);
  return NULL;
}

/* A daemon without a vault (tests of other verbs) is one without keys. */
static gboolean
has_vault (const ActionContext *context, GError **error)
{
  if (context->vault != NULL)
    return TRUE;
  rule_error_set (error, M_SECRET_NO_KEY, NULL);
  return FALSE;
}

gboolean
secret_may_keep (const ActionContext *context, GError **error)
{
  if (!has_vault (context, error))
    return FALSE;
  g_autofree char *id = vault_key_id (context->vault);
  if (id[0] != '\0')
    return TRUE;
  if (vault_problem (context->vault) != NULL)
    rule_error_take (error, finding_copy (vault_problem (context->vault)));
  else
    rule_error_set (error, M_SECRET_NO_KEY, NULL);
  return FALSE;
}

/* Whatever key it was sealed with. */
static gboolean
check_twins (Store *store, const Secret *secret, char *const *prints, GError **error)
{
  for (char *const *print = prints; *print != NULL; print++) {
    Code owner;
    if (!secret_owner_of_print (store, secret->kind, *print, owner, error))
      return FALSE;
    if (owner[0] != '\0' && !g_str_equal (owner, secret->owner)) {
      rule_error_set (error, M_VOUCHER_CODE_KNOWN, owner, NULL);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
secret_check_new (Store *store, const ActionContext *context, SecretKind kind, const char *text, GError **error)
{
  const Secret secret = {.kind = kind};
  if (!secret_may_keep (context, error))
    return FALSE;
  g_auto (GStrv) prints =
      kind == SECRET_VOUCHER ? vault_prints (context->vault, text, strlen (text)) : g_new0 (char *, 1);
  return check_twins (store, &secret, prints, error);
}

static gboolean
put (Store *store, const ActionContext *context, Secret *secret, const char *text, GError **error)
{
  g_auto (GStrv) prints = NULL;
  if (secret->kind == SECRET_VOUCHER) {
    prints = vault_prints (context->vault, text, strlen (text));
    if (!check_twins (store, secret, prints, error))
      return FALSE;
    secret->print = prints[0];
  }
  g_autofree char *key_id = NULL;
  g_autoptr (GBytes) box = vault_seal (context->vault, secret->kind, secret->owner, text, &key_id, error);
  if (box == NULL)
    return FALSE;
  secret->box = box;
  secret->key_id = key_id;
  secret->at = context->now;
  return secret_put (store, secret, error);
}

gboolean
secret_keep (Store *store, const ActionContext *context, SecretKind kind, const char *owner, const char *text,
             GError **error)
{
  Secret secret = {.kind = kind};
  g_strlcpy (secret.owner, owner, sizeof secret.owner);
  return has_vault (context, error) && put (store, context, &secret, text, error);
}

char *
secret_open (Store *store, const ActionContext *context, SecretKind kind, const char *owner, GError **error)
{
  if (!has_vault (context, error))
    return NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (Secret) secret = secret_load (store, kind, owner, &problem);
  if (secret != NULL)
    return vault_unseal (context->vault, secret, error);
  if (g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND))
    rule_error_set (error, M_SECRET_NONE, owner, secret_kind_name (kind), NULL);
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
secret_has (Store *store, SecretKind kind, const char *owner, gboolean *has, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Secret) secret = secret_load (store, kind, owner, &problem);
  if (secret == NULL && !g_error_matches (problem, DB_ERROR, DB_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  *has = secret != NULL;
  return TRUE;
}

gboolean
secret_promote_pin (Store *store, const ActionContext *context, const char *card, GError **error)
{
  char *text = secret_open (store, context, SECRET_PIN_NEXT, card, error);
  gboolean is_done = text != NULL && secret_keep (store, context, SECRET_PIN, card, text, error) &&
                     secret_delete (store, SECRET_PIN_NEXT, card, error);
  vault_text_free (text);
  return is_done;
}

gboolean
secret_is (Store *store, const ActionContext *context, SecretKind kind, const char *owner, const char *text,
           gboolean *is_same, GError **error)
{
  g_autoptr (GError) problem = NULL;
  char *kept = secret_open (store, context, kind, owner, &problem);
  if (kept == NULL && !g_error_matches (problem, RULE_ERROR, M_SECRET_NONE)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  *is_same = kept != NULL && g_str_equal (kept, text);
  vault_text_free (kept);
  return TRUE;
}

/* ---- keys ---- */

static gboolean
add_key (Store *store, const ActionContext *context, const char *verb, Outcome *outcome, GError **error)
{
  if (!vault_add_key (context->vault, error))
    return FALSE;
  g_autofree char *id = vault_key_id (context->vault);
  g_autofree char *after = g_strdup_printf ("key=%s", id);
  verdict_add (outcome->verdict, M_KEY_KEEP, vault_path (context->vault), NULL);
  return action_journal (store, context, verb, "", NULL, after, error);
}

gboolean
secret_key_new (Store *store, const ActionContext *context, Outcome *outcome, GError **error)
{
  if (!has_vault (context, error))
    return FALSE;
  g_autofree char *id = vault_key_id (context->vault);
  if (id[0] != '\0')
    verdict_add (outcome->verdict, M_KEY_EXISTS, NULL);
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  return add_key (store, context, "key.new", outcome, error);
}

static gboolean
seal_again (Store *store, const ActionContext *context, Secret *secret, GError **error)
{
  char *text = vault_unseal (context->vault, secret, error);
  if (text == NULL)
    return FALSE;
  Secret again = {.kind = secret->kind};
  g_strlcpy (again.owner, secret->owner, sizeof again.owner);
  gboolean is_done = put (store, context, &again, text, error);
  vault_text_free (text);
  return is_done;
}

static gboolean
seal_slice (Store *store, const ActionContext *context, guint *sealed, GError **error)
{
  g_autofree char *id = vault_key_id (context->vault);
  g_autoptr (GPtrArray) secrets = secret_list_under_others (store, id, SECRET_ROTATE_SLICE, error);
  if (secrets == NULL)
    return FALSE;
  for (guint i = 0; i < secrets->len; i++)
    if (!seal_again (store, context, g_ptr_array_index (secrets, i), error))
      return FALSE;
  *sealed = secrets->len;
  return TRUE;
}

/* Is something sealed with another key than the newest? */
static gboolean
is_unfinished (Store *store, const ActionContext *context, gboolean *is_so, GError **error)
{
  g_autofree char *id = vault_key_id (context->vault);
  g_autoptr (GPtrArray) others = secret_list_under_others (store, id, 1, error);
  if (others == NULL)
    return FALSE;
  *is_so = others->len > 0;
  return TRUE;
}

gboolean
secret_key_rotate (Store *store, const ActionContext *context, gboolean *left, Outcome *outcome, GError **error)
{
  gboolean is_under_way;
  guint sealed;
  *left = FALSE;
  if (!has_vault (context, error) || !is_unfinished (store, context, &is_under_way, error))
    return FALSE;
  if (!action_may_go_on (context, outcome->verdict, error))
    return action_is_previewed (context);
  if (!is_under_way && !add_key (store, context, "key.rotate", outcome, error))
    return FALSE;
  return seal_slice (store, context, &sealed, error) && is_unfinished (store, context, left, error);
}
