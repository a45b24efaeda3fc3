/* What every engine shares of the store: the error domain. */
#include "db/store.h"

GQuark
db_error_quark (void)
{
  return g_quark_from_static_string ("temoin-db-error-quark");
}
