// The names of ports. No transport in here.
#include "tests/fleet/usb.h"

gboolean
usb_port_is_valid (const char *port)
{
  return g_regex_match_simple ("^[1-9]-[1-9][0-9]?(\\.[1-9][0-9]?){0,5}$", port, 0, 0);
}
