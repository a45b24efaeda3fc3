/* How objects of the register look in JSON, one after the other, and lists of them. One row a kind; the members are in the file of
 * each resource. */
#pragma once
#include "daemon/api/request.h"

typedef struct {
  Store *store;
  Writer *out;
  const Calendar *calendar;
  const ResetScreens *screens;
  Vault *vault;         /* NULL: no keys */
  const Offers *offers; /* NULL: none are known */
  Day today;
  gboolean is_full; /* with what only one object at a time shows: a person's loans, a ledger, evidence */
} View;
/* Writes one record as an object, at the top or in an array. */
typedef gboolean (*ViewWrite) (View *view, gconstpointer record, GError **error);

/* Any kind that the register holds, by its code (as made by code_parse). RULE_ERROR: M_*_NOT_FOUND. */
gboolean view_write_code (View *view, const char *code, GError **error);
/* What view_write_code will ask first for that code, sent ahead together with that of other codes (store_expect). */
void view_expect (Store *store, const char *code);
/* "loan" "item" "sim" ...: the topic of the news about that code; NULL when nobody is told. Static. */
const char *view_topic (const char *code);
View view_of (const Request *request, Store *store, Writer *out);

/* The members reason ("code|arg"), and todo_fr and todo_en, its sentence; all null without one. */
void view_write_reason (Writer *out, const char *reason);

/* The cursor after that record. Caller frees. */
typedef char *(*ViewCursor) (gconstpointer record);
/* For records whose first member is their Code. */
char *view_code_cursor (gconstpointer record);
/* Answers {"items", "next"} with at most page->limit of the records; one more in the array says that there is a next page. cursor NULL:
 * the list has one page. */
gboolean view_answer_list (Request *request, Store *store, const Page *page, const GPtrArray *records, ViewWrite write,
                           ViewCursor cursor, GError **error);
