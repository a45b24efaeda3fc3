/* One request on its way through the daemon: what was asked, by whom, and the answer as it grows. Knows nothing of sockets (server.h)
 * and of where work runs (work.h). */
#pragma once
#include "daemon/actions/account.h"
#include "daemon/api/api.h"
#include "daemon/api/form.h"
#include "daemon/api/writer.h"

typedef struct _Route Route; /* routes.h */

/* Exactly one of bytes and fd is set once it is ready. */
typedef struct {
  guint status;
  const char *type; /* media type; static */
  GBytes *bytes;
  int fd;               /* -1, or an open file to send whole */
  gboolean is_replayed; /* the stored answer of the same Idempotency-Key */
  gboolean is_secret;   /* bytes are wiped once they are sent */
  char *backup;         /* value of X-Temoin-Backup, or NULL */
} Answer;

typedef struct {
  const ApiWorld *world; /* borrowed */
  const Route *route;    /* static */
  /* as it came */
  char *path;
  char *subject;     /* what stood for {code} in the path, or NULL */
  GHashTable *query; /* name -> value, both owned */
  char *key;         /* Idempotency-Key, or NULL */
  gint64 uid;        /* of the peer */
  GByteArray *body;
  char *upload;   /* path of the file that holds the body; removed by request_clear */
  FormData *form; /* of a route with a form */
  /* as it is worked on: by one thread at a time */
  Account *account;
  gboolean is_stranger; /* the readers know no account for uid: ask the writer once, which may make it */
  ActionContext context;
  Outcome outcome;        /* of a verb */
  gboolean prepares;      /* its items are to be prepared on the bench once it is committed */
  gboolean touches_bench; /* what the bench shows is another once it is committed */
  gpointer drawing;       /* what the drawing of a ROUTE_DRAW works from */
  GDestroyNotify drawing_free;
  GPtrArray *near;                       /* codes that a mistyped one may have meant, at least one; or NULL */
  char *complaint;                       /* JSON array for the member "rows" of a problem, or NULL */
  char *arriving_port, *arriving_serial; /* a tablet to be read once the request is durable; or NULL */
  char *kept_as; /* what its answer may be kept under (answers.h), as one of that version of the register; or NULL */
  guint64 version;
  char *recorded_port; /* ROUTE_STREAM: the port that is to be recorded; NULL: the news are asked */
  RecordingUntil recorded_until;
  GPtrArray *orders; /* of SimOrder: to be started once the request is durable; or NULL */
  Answer answer;
} Request;

/* world is borrowed. The rest is filled by the server. */
void request_init (Request *request, const ApiWorld *world);
/* Frees what it owns and removes its files. */
void request_clear (Request *request);

/* NULL when absent. Borrowed. */
const char *request_query (const Request *request, const char *name);
/* An integer of the query within [least, most], or fallback when absent. RULE_ERROR: M_FIELD_TYPE, M_FIELD_RANGE. number is untouched on
 * error. */
gboolean request_query_int (const Request *request, const char *name, gint64 least, gint64 most, gint64 fallback,
                            gint64 *number, GError **error);
/* A query word that must be a code of one of those kinds; "" when absent. RULE_ERROR: M_CODE_*. */
gboolean request_query_code (const Request *request, const char *name, const char *kinds, Code code, GError **error);
/* Path and known query words, in the order of the route: equal for equal requests. Caller frees. */
char *request_target (const Request *request);

/* Ready answers. Each replaces the one before. writer is emptied; bytes is taken. */
void request_answer_json (Request *request, guint status, Writer *writer);
void request_answer_bytes (Request *request, const char *type, GBytes *bytes);
void request_answer_file (Request *request, const char *type, int fd);

/* Today in the body's zone, by the register's clock. */
Day request_today (const Request *request);

/* Which part of a list is asked: `limit` (1..500, 100 when absent) and `after`, NULL for the first page. */
typedef struct {
  guint limit;
  const char *after; /* borrowed */
} Page;
gboolean request_page (const Request *request, Page *page, GError **error);
/* The same for lists in the order of codes: `after` must be a code of that kind letter. RULE_ERROR: M_CURSOR_UNKNOWN. */
gboolean request_page_by_code (const Request *request, char kind, Page *page, GError **error);
