/* The table of routes: one row is everything about one request that the daemon answers. What is not in it is refused. */
#pragma once
#include "daemon/api/request.h"

#define BODY_MAX_JSON    (1024 * 1024)                   /* bytes */
#define BODY_MAX_IMPORT  (256 * 1024 * 1024)             /* bytes: a million lines; goes to a file as it comes */
#define BODY_MAX_RESTORE (G_GUINT64_CONSTANT (64) << 30) /* bytes; goes to a file as it comes */

/* Where a request is worked on. */
typedef enum {
  ROUTE_NOW,    /* at once, in the HTTP thread, by anyone: handler must not block */
  ROUTE_STREAM, /* an answer without a known end; handler, or NULL, runs in a reader and says what is told */
  ROUTE_READ,   /* in a reader of the register */
  ROUTE_DRAW,   /* in a reader, then draw in the drawing pool */
  ROUTE_WRITE,  /* in the writer, once per Idempotency-Key; what the verb made is answered and published */
  ROUTE_UPLOAD, /* the body goes to a file; then, once the account is known, draw in the pool */
  ROUTE_IMPORT, /* the same, but draw takes minutes: one after the other in a thread of their own */
} RouteKind;

/* Runs where the kind says. store is NULL for ROUTE_NOW. A reader's handler makes request->answer; a writer's fills
 * request->outcome. */
typedef gboolean (*RouteHandler) (Request *request, Store *store, GError **error);
/* Runs in the pool and makes request->answer. */
typedef gboolean (*RouteDraw) (Request *request, GError **error);
/* Writes the answer of a verb in place of the common one {code, items, lists}. Runs in the writer. */
typedef gboolean (*RouteReply) (Request *request, Store *store, GError **error);

struct _Route {
  const char *method, *path; /* {code} at the end stands for any one segment */
  guint roles;               /* bits 1 << Role; 0 with ROUTE_NOW: anyone */
  RouteKind kind;
  RouteHandler handler;
  const char *query; /* the words it takes in the query, separated by one space */
  const char *summary;
  const Form *form;  /* of a JSON body, or NULL */
  guint64 body_max;  /* bytes; 0: takes no body */
  guint made_status; /* ROUTE_WRITE: 201 when it makes something new, else 200 */
  RouteDraw draw;
  RouteReply reply;
  gboolean takes_codes; /* ROUTE_WRITE: its body may hold PINs, PUKs or recharge codes */
  gboolean gives_codes; /* ROUTE_WRITE: so may its answer, which is then kept for no Idempotency-Key, and wiped */
  gboolean is_kept; /* ROUTE_READ: nothing but the register, the day and who asks decides what it answers (answers.h) */
  gboolean any_time; /* ROUTE_WRITE: acts even when the clock went back (clock_check) */
};

const Route *api_routes (gsize *n);
/* The row of that request. *subject (caller frees) is what stands for {code}, or NULL. RULE_ERROR: M_ROUTE_NOT_FOUND,
 * M_METHOD_NOT_ALLOWED. */
const Route *route_find (const char *method, const char *path, char **subject, GError **error);
/* "GET, POST": what that path takes; "" for a path that is in no row. Caller frees. */
char *route_methods (const char *path);
/* Does its body go to a file (request->upload)? */
gboolean route_takes_file (const Route *route);
/* Is that one of its query words? */
gboolean route_takes_query (const Route *route, const char *name);
gboolean route_allows (const Route *route, Role role);
/* "agent, admin" or "anyone". Caller frees. */
char *route_roles (const Route *route);
