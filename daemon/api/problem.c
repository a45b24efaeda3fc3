#include "daemon/api/problem.h"
#include "daemon/api/near.h"
#include "labels/labels.h"

/* The statuses of the kinds, and the few messages that HTTP has a word of its own for. */
static const guint status_of_kind[] = {
    [MESSAGE_INPUT] = 400,     [MESSAGE_REFUSED] = 409,   [MESSAGE_CONFIRM] = 409, [MESSAGE_NOTE] = 200,
    [MESSAGE_NOT_FOUND] = 404, [MESSAGE_FORBIDDEN] = 403, [MESSAGE_DEVICE] = 502,  [MESSAGE_TROUBLE] = 503,
};
static const struct {
  MessageId id;
  guint status;
} status_of_message[] = {
    {M_BODY_TOO_LARGE, 413}, {M_IMPORT_TOO_LARGE, 413}, {M_METHOD_NOT_ALLOWED, 405},
    {M_DISK_FULL, 507},      {M_INTERNAL, 500},
};
static const struct {
  guint status;
  const char *title;
} titles[] = {
    {400, "Bad request"},   {403, "Forbidden"}, {404, "Not found"},      {405, "Method not allowed"},
    {409, "Refused"},       {413, "Too large"}, {500, "Internal error"}, {502, "The device failed"},
    {503, "Not available"}, {507, "Disk full"},
};

/* What other errors mean to a person. */
static const struct {
  GQuark (*domain) (void);
  int code;
  MessageId id;
} meanings[] = {
    {db_error_quark, DB_ERROR_NOT_FOUND, M_THING_NOT_FOUND},
    {db_error_quark, DB_ERROR_UNIQUE, M_ALREADY_KNOWN},
    {db_error_quark, DB_ERROR_STALE, M_STALE},
    {db_error_quark, DB_ERROR_BUSY, M_BUSY},
    {db_error_quark, DB_ERROR_FULL, M_DISK_FULL},
    {db_error_quark, DB_ERROR_IO, M_DISK_BROKEN},
    {db_error_quark, DB_ERROR_CORRUPT, M_REGISTER_DAMAGED},
    {db_error_quark, DB_ERROR_NEWER, M_REGISTER_NEWER},
    {db_error_quark, DB_ERROR_STOPPING, M_STOPPING},
    {db_error_quark, DB_ERROR_MOVED, M_REGISTER_MOVED},
    {db_error_quark, DB_ERROR_LOST, M_DATABASE_LOST},
    {db_error_quark, DB_ERROR_HELD, M_REGISTER_HELD},
    {db_error_quark, DB_ERROR_UNSUPPORTED, M_BACKUP_ELSEWHERE},
    {db_error_quark, DB_ERROR_DEADLINE, M_STATEMENT_DEADLINE},
    {label_error_quark, LABEL_ERROR_TOO_MANY, M_LABEL_ONE_PAGE},
    {label_error_quark, LABEL_ERROR_DPI, M_LABEL_COARSE},
};

guint
problem_status (MessageId id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (status_of_message); i++)
    if (status_of_message[i].id == id)
      return status_of_message[i].status;
  return status_of_kind[message_kind (id)];
}

static const char *
title_of (guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (titles[i].status == status)
      return titles[i].title;
  return "Problem";
}

/* Never NULL. */
static Finding *
finding_of_error (const GError *error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_error_matches (error, meanings[i].domain (), meanings[i].code))
      return finding_new (meanings[i].id, NULL);
  return finding_new (M_INTERNAL, NULL);
}

void
problem_write_finding (Writer *writer, const Finding *finding)
{
  g_autofree char *french = finding_text (finding, LANGUAGE_FR);
  g_autofree char *english = finding_text (finding, LANGUAGE_EN);
  writer_open_object (writer, NULL);
  writer_text (writer, "code", message_code (finding->id));
  if (message_right (finding->id) != NULL)
    writer_text (writer, "right", message_right (finding->id));
  writer_text (writer, "fr", french);
  writer_text (writer, "en", english);
  writer_close (writer);
}

static void
write_list (Writer *writer, const char *name, const GPtrArray *findings)
{
  writer_open_array (writer, name);
  for (guint i = 0; i < findings->len; i++)
    problem_write_finding (writer, g_ptr_array_index (findings, i));
  writer_close (writer);
}

void
problem_write_note (Writer *writer, const Finding *finding)
{
  writer_open_array (writer, "to_know");
  problem_write_finding (writer, finding);
  writer_close (writer);
}

void
problem_write_lists (Writer *writer, const Verdict *verdict)
{
  write_list (writer, "impossible", verdict->impossible);
  write_list (writer, "needs_confirmation", verdict->needs_confirmation);
  write_list (writer, "to_know", verdict->to_know);
}

static void
write_problem (Writer *writer, const Request *request, const Finding *finding, guint status)
{
  const Verdict *verdict = request->outcome.verdict;
  g_autofree char *french = near_sentence (request, finding, LANGUAGE_FR);
  g_autofree char *english = near_sentence (request, finding, LANGUAGE_EN);
  writer_open_object (writer, NULL);
  writer_text (writer, "type", "about:blank");
  writer_text (writer, "title", title_of (status));
  writer_int (writer, "status", status);
  writer_text (writer, "code", message_code (finding->id));
  writer_text (writer, "detail", english);
  writer_text (writer, "fr", french);
  writer_text (writer, "en", english);
  if (verdict->impossible->len + verdict->needs_confirmation->len > 0)
    problem_write_lists (writer, verdict);
  near_write_codes (request, writer);
  if (request->complaint != NULL)
    writer_raw (writer, "rows", request->complaint);
  writer_close (writer);
}

void
problem_answer (Request *request, const GError *error)
{
  const Finding *said = rule_error_finding (error);
  g_autoptr (Finding) found = said == NULL ? finding_of_error (error) : NULL;
  const Finding *finding = said != NULL ? said : found;
  if (finding->id == M_INTERNAL)
    g_warning ("%s: %s", request->path, error->message);
  guint status = problem_status (finding->id);
  g_auto (Writer) writer;
  writer_init (&writer);
  write_problem (&writer, request, finding, status);
  request_answer_json (request, status, &writer);
  request->answer.type = "application/problem+json";
}
