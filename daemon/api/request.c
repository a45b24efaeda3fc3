#include "daemon/api/request.h"
#include "daemon/api/routes.h"
#include "daemon/rules/code.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE_LIMIT_DEFAULT 100
#define PAGE_LIMIT_MAX     500

void
request_init (Request *request, const ApiWorld *world)
{
  *request = (Request){.world = world, .uid = -1, .answer = {.fd = -1}};
  request->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  request->body = g_byte_array_new ();
  outcome_init (&request->outcome);
}

static void
answer_clear (Answer *answer)
{
  if (answer->is_secret && answer->bytes != NULL)
    explicit_bzero ((gpointer)g_bytes_get_data (answer->bytes, NULL), g_bytes_get_size (answer->bytes));
  g_clear_pointer (&answer->bytes, g_bytes_unref);
  g_clear_pointer (&answer->backup, g_free);
  if (answer->fd >= 0)
    (void)close (answer->fd); /* opened for reading: nothing can be lost */
  answer->fd = -1;
}

void
request_clear (Request *request)
{
  if (request->upload != NULL)
    (void)g_unlink (request->upload); /* a restore has renamed it away */
  if (request->drawing != NULL)
    request->drawing_free (request->drawing);
  answer_clear (&request->answer);
  outcome_clear (&request->outcome);
  account_free (request->account);
  form_data_free (request->form);
  if (request->body->len > 0)
    explicit_bzero (request->body->data, request->body->len); /* it may hold codes */
  g_byte_array_unref (request->body);
  g_hash_table_unref (request->query);
  g_clear_pointer (&request->near, g_ptr_array_unref);
  g_clear_pointer (&request->orders, g_ptr_array_unref);
  g_free (request->upload);
  g_free (request->complaint);
  g_free (request->arriving_port);
  g_free (request->arriving_serial);
  g_free (request->recorded_port);
  g_free (request->kept_as);
  g_free (request->key);
  g_free (request->subject);
  g_free (request->path);
}

const char *
request_query (const Request *request, const char *name)
{
  return g_hash_table_lookup (request->query, name);
}

gboolean
request_query_int (const Request *request, const char *name, gint64 least, gint64 most, gint64 fallback, gint64 *number,
                   GError **error)
{
  const char *text = request_query (request, name);
  if (text == NULL) {
    *number = fallback;
    return TRUE;
  }
  g_autoptr (GError) refused = NULL;
  if (g_ascii_string_to_signed (text, 10, least, most, number, &refused))
    return TRUE;
  if (!g_error_matches (refused, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS)) {
    rule_error_set (error, M_FIELD_TYPE, name, "12345", NULL);
    return FALSE;
  }
  g_autofree char *from = g_strdup_printf ("%" G_GINT64_FORMAT, least);
  g_autofree char *to = g_strdup_printf ("%" G_GINT64_FORMAT, most);
  rule_error_set (error, M_FIELD_RANGE, name, from, to, NULL);
  return FALSE;
}

gboolean
request_query_code (const Request *request, const char *name, const char *kinds, Code code, GError **error)
{
  const char *text = request_query (request, name);
  if (text != NULL)
    return code_parse_kind (text, kinds, code, error);
  code[0] = '\0';
  return TRUE;
}

char *
request_target (const Request *request)
{
  g_autoptr (GString) target = g_string_new (request->path);
  g_auto (GStrv) names = g_strsplit (request->route->query, " ", -1);
  for (gsize i = 0; names[i] != NULL; i++) {
    const char *value = request_query (request, names[i]);
    if (value != NULL)
      g_string_append_printf (target, "&%s=%s", names[i], value);
  }
  return g_strdup (target->str);
}

void
request_answer_json (Request *request, guint status, Writer *writer)
{
  request_answer_bytes (request, "application/json", writer_take (writer));
  request->answer.status = status;
}

void
request_answer_bytes (Request *request, const char *type, GBytes *bytes)
{
  answer_clear (&request->answer);
  request->answer.status = 200;
  request->answer.type = type;
  request->answer.bytes = bytes;
}

void
request_answer_file (Request *request, const char *type, int fd)
{
  answer_clear (&request->answer);
  request->answer.status = 200;
  request->answer.type = type;
  request->answer.fd = fd;
}

Day
request_today (const Request *request)
{
  return day_of_instant (request->world->calendar, clock_now (request->world->clock));
}

gboolean
request_page (const Request *request, Page *page, GError **error)
{
  gint64 limit;
  if (!request_query_int (request, "limit", 1, PAGE_LIMIT_MAX, PAGE_LIMIT_DEFAULT, &limit, error))
    return FALSE;
  *page = (Page){.limit = (guint)limit, .after = request_query (request, "after")};
  return TRUE;
}

gboolean
request_page_by_code (const Request *request, char kind, Page *page, GError **error)
{
  Page asked;
  if (!request_page (request, &asked, error))
    return FALSE;
  Code code;
  if (asked.after != NULL && (!code_parse (asked.after, code, NULL) || code[0] != kind)) {
    rule_error_set (error, M_CURSOR_UNKNOWN, NULL);
    return FALSE;
  }
  *page = asked;
  return TRUE;
}
