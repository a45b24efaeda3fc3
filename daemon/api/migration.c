/* Moving the register to another database, in HTTP: asking for it, and how far it is. */
#include "daemon/actions/migration.h"
#include "daemon/api/problem.h"
#include "daemon/api/resources.h"

static const Field fields[] = {{"to", FIELD_TEXT, G_STRUCT_OFFSET (MigrationRequest, to), TRUE, 0}};
const Form api_migration_form = {sizeof (MigrationRequest), fields, G_N_ELEMENTS (fields)};

/* What the errors of a move mean to a person. */
static const struct {
  int code;
  MessageId id;
} meanings[] = {
    {DB_ERROR_UNIQUE, M_MOVE_NOT_EMPTY},
    {DB_ERROR_LOST, M_MOVE_UNREACHABLE},
    {DB_ERROR_CORRUPT, M_MOVE_DIFFERS},
    {DB_ERROR_STOPPING, M_STOPPING},
};

static MessageId
meaning_of (const GError *error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_error_matches (error, DB_ERROR, meanings[i].code))
      return meanings[i].id;
  return M_MOVE_FAILED;
}

static const struct {
  const char *name;
  gsize offset;
} figures[] = {
    {"tables", G_STRUCT_OFFSET (MoveReport, tables)},
    {"rows", G_STRUCT_OFFSET (MoveReport, rows)},
    {"journal_lines", G_STRUCT_OFFSET (MoveReport, journal_lines)},
    {"chains", G_STRUCT_OFFSET (MoveReport, chains)},
    {"funds", G_STRUCT_OFFSET (MoveReport, funds)},
    {"granted_cents", G_STRUCT_OFFSET (MoveReport, granted_cents)},
    {"spent_cents", G_STRUCT_OFFSET (MoveReport, spent_cents)},
    {"recharges", G_STRUCT_OFFSET (MoveReport, recharges)},
    {"searches", G_STRUCT_OFFSET (MoveReport, searches)},
};

static void
write_problem (Writer *out, const GError *error)
{
  if (error == NULL)
    return;
  g_autoptr (Finding) finding = finding_new (meaning_of (error), error->message, NULL);
  g_autofree char *french = finding_text (finding, LANGUAGE_FR);
  g_autofree char *english = finding_text (finding, LANGUAGE_EN);
  writer_text (out, "code", message_code (finding->id));
  writer_text (out, "fr", french);
  writer_text (out, "en", english);
}

gboolean
api_migration_show (Request *request, Store *store, GError **error)
{
  (void)store; /* the job knows */
  (void)error;
  MigrationStatus status;
  migration_status (request->world->migration, &status);
  g_auto (Writer) out;
  writer_init (&out);
  writer_open_object (&out, NULL);
  writer_text (&out, "state", migration_state_name (status.state));
  writer_int (&out, "done", status.done);
  writer_int (&out, "total", status.total);
  for (gsize i = 0; status.state == MIGRATION_DONE && i < G_N_ELEMENTS (figures); i++)
    writer_int (&out, figures[i].name, G_STRUCT_MEMBER (gint64, &status.report, figures[i].offset));
  write_problem (&out, status.error);
  writer_close (&out);
  g_clear_error (&status.error);
  request_answer_json (request, 200, &out);
  return TRUE;
}

gboolean
api_migration_start (Request *request, Store *store, GError **error)
{
  return migration_start (request->world->migration, store, &request->context, form_data_input (request->form),
                          &request->outcome, error);
}
