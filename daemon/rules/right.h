/* Roles and rights: what a person may override, with a reason, and which roles have them. A right that is not in the table does not exist. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* "technicien" / "technician". Static. */
const char *role_text (Role role, Language language);
/* May that role claim that right? FALSE for a word that is no right. */
gboolean right_is_granted (const char *right, Role role);
