/* People who borrow. Minimal data: a name and ways to reach them. Not staff (account.h). */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Frees the record and its strings. Accepts NULL. */
void person_free (Person *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Person, person_free)

/* Adds a person and makes them findable by store_search (name, phone, e-mail, town). phone, email and town may be NULL.
 * DB_ERROR_CHECK when the name is empty, DB_ERROR_UNIQUE when the code is taken. */
gboolean person_insert (Store *store, const Person *person, GError **error);
/* The person of that code; DB_ERROR_NOT_FOUND when there is none. Caller frees. */
Person *person_load (Store *store, const char *code, GError **error);
void person_expect (Store *store, const char *code); /* store_expect what person_load asks */
/* At most limit people in the order of their codes, those after after_code (NULL or "" = from the first). Array of Person
 * that frees them; caller unrefs. The next page's cursor is the last code. */
GPtrArray *person_list (Store *store, const char *after_code, guint limit, GError **error);
/* People with exactly that phone number (a household may share one), by code, at most limit. Array of Person, maybe empty; caller unrefs. */
GPtrArray *person_list_by_phone (Store *store, const char *phone, guint limit, GError **error);
/* Notes a contact at that instant (epoch seconds): the privacy clock counts from the latest. An earlier instant changes
 * nothing, nor does a person that is not there. */
gboolean person_touch (Store *store, const char *code, gint64 at, GError **error);
