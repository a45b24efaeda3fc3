/* Which roles may override what. The admin answers for money and for what is declared without proof; the desk decides on people. */
#include "daemon/rules/right.h"

static const char *const role_words[ROLES_N][2] = {
    [ROLE_READER] = {"lecteur", "reader"},
    [ROLE_AGENT] = {"agent", "agent"},
    [ROLE_TECHNICIAN] = {"technicien", "technician"},
    [ROLE_ADMIN] = {"administrateur", "admin"},
};

const char *
role_text (Role role, Language language)
{
  return role_words[role][language];
}

#define ROLE_BIT(role) (1u << ROLE_##role)

static const struct {
  const char *right;
  guint roles;
} grants[] = {
    {"lend-second", ROLE_BIT (AGENT) | ROLE_BIT (ADMIN)},
    {"lend-overdue", ROLE_BIT (AGENT) | ROLE_BIT (ADMIN)},
    {"renew-more", ROLE_BIT (AGENT) | ROLE_BIT (ADMIN)},
    {"renew-overdue", ROLE_BIT (AGENT) | ROLE_BIT (ADMIN)},
    {"recharge-overdue", ROLE_BIT (ADMIN)},
    {"recharge-suspended", ROLE_BIT (ADMIN)},
    {"recharge-correct", ROLE_BIT (ADMIN)},
    {"recharge-cap", ROLE_BIT (ADMIN)},
    {"recharge-window", ROLE_BIT (ADMIN)},
    {"sim-erase-lent", ROLE_BIT (AGENT) | ROLE_BIT (TECHNICIAN) | ROLE_BIT (ADMIN)},
    {"fund-period", ROLE_BIT (ADMIN)},
    {"regie-paper-twice", ROLE_BIT (AGENT) | ROLE_BIT (ADMIN)},
    {"wipe-accounts-unseen", ROLE_BIT (TECHNICIAN) | ROLE_BIT (ADMIN)},
    {"wipe-strategy", ROLE_BIT (TECHNICIAN) | ROLE_BIT (ADMIN)},
    {"wipe-waive", ROLE_BIT (ADMIN)},
    {"restore", ROLE_BIT (ADMIN)},
};

gboolean
right_is_granted (const char *right, Role role)
{
  for (gsize i = 0; i < G_N_ELEMENTS (grants); i++)
    if (g_str_equal (grants[i].right, right))
      return (grants[i].roles & 1u << role) != 0;
  return FALSE;
}
