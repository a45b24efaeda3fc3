/* Exit codes and the errors that carry them. */
#include "cli/fault.h"

G_DEFINE_QUARK (temoin - cli - fault, fault)

void
fault_set (GError **error, Leave leave, Language language, const char *fr, const char *en, ...)
{
  va_list arguments;
  va_start (arguments, en);
  g_autofree char *text =
      language == LANGUAGE_ENGLISH ? g_strdup_vprintf (en, arguments) : g_strdup_vprintf (fr, arguments);
  va_end (arguments);
  g_set_error_literal (error, FAULT_ERROR, (int)leave, text);
}

const char *
fault_code (Leave leave)
{
  static const char *const codes[] = {
      [LEAVE_DONE] = "done",           [LEAVE_REFUSED] = "refused",
      [LEAVE_USAGE] = "usage",         [LEAVE_UNREACHABLE] = "unreachable",
      [LEAVE_NOT_FOUND] = "not_found", [LEAVE_DEVICE] = "device",
  };
  return codes[leave];
}

Leave
fault_leave_of_status (long status)
{
  static const struct {
    long from, to;
    Leave leave;
  } rows[] = {
      {200, 299, LEAVE_DONE},    {401, 401, LEAVE_REFUSED}, {403, 403, LEAVE_REFUSED}, {404, 404, LEAVE_NOT_FOUND},
      {409, 409, LEAVE_REFUSED}, {400, 499, LEAVE_USAGE},   {502, 502, LEAVE_DEVICE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (status >= rows[i].from && status <= rows[i].to)
      return rows[i].leave;
  return LEAVE_UNREACHABLE;
}
