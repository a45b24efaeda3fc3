/* Fills a new register for the bench: items that may be lent at once, and as many people. Prints their codes.
 * Not the way a register is filled in real life: no journal, no account. */
#include "daemon/rules/code.h"
#include "daemon/rules/item.h"
#include "db/counter.h"
#include "db/item.h"
#include "db/person.h"
#include "db/register.h"
#include <stdlib.h>

#define BATCH         2000       /* rows in one transaction */
#define START_OF_2027 1798761600 /* seconds since 1970 */

typedef gboolean (*Insert) (Store *store, gint64 number, GError **error);

/* One batch of one noun. */
typedef struct {
  Insert insert;
  gint64 first, last;
} Batch;

static gboolean
new_code (Store *store, char kind, Code code, GError **error)
{
  gint64 counter;
  if (!counter_next (store, kind, &counter, error))
    return FALSE;
  g_assert_true (code_make (kind, counter, code));
  g_print ("%s\n", code);
  return TRUE;
}

static gboolean
insert_item (Store *store, gint64 number, GError **error)
{
  static const char *const models[] = {"Galaxy Tab A9+", "Lenovo Tab M10", "Archos T101"};
  g_autofree char *serial = g_strdup_printf ("R9BENCH%06" G_GINT64_FORMAT, number);
  Item item = {.kind = KIND_TABLET,
               .serial = serial,
               .model = (char *)models[number % (gint64)G_N_ELEMENTS (models)],
               .price = {.cents = 52667},
               .state = ITEM_READY,
               .state_reason = (char *)ITEM_WAIVED_REASON,
               .created_at = START_OF_2027};
  return new_code (store, 'T', item.code, error) && item_insert (store, &item, error);
}

static gboolean
insert_person (Store *store, gint64 number, GError **error)
{
  g_autofree char *name = g_strdup_printf ("Personne %" G_GINT64_FORMAT, number);
  g_autofree char *phone = g_strdup_printf ("+3363998%04" G_GINT64_FORMAT, number % 10000);
  Person person = {.name = name, .phone = phone, .created_at = START_OF_2027, .last_contact_at = START_OF_2027};
  return new_code (store, 'P', person.code, error) && person_insert (store, &person, error);
}

static gboolean
insert_batch (Store *store, gpointer data, GError **error)
{
  const Batch *batch = data;
  for (gint64 number = batch->first; number <= batch->last; number++)
    if (!batch->insert (store, number, error))
      return FALSE;
  return TRUE;
}

static gboolean
fill (Register *reg, Insert insert, gint64 count, GError **error)
{
  for (gint64 first = 1; first <= count; first += BATCH) {
    Batch batch = {insert, first, MIN (first + BATCH - 1, count)};
    if (!register_write_wait (reg, insert_batch, &batch, error))
      return FALSE;
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  gint64 items, people;
  if (argc != 4 || !g_ascii_string_to_signed (argv[2], 10, 0, CODE_COUNTER_MAX, &items, NULL) ||
      !g_ascii_string_to_signed (argv[3], 10, 0, CODE_COUNTER_MAX, &people, NULL)) {
    g_printerr ("usage: fill sqlite:PATH ITEMS PEOPLE\n");
    return EXIT_FAILURE;
  }
  g_autoptr (GError) error = NULL;
  g_autoptr (Register) reg = register_open (argv[1], &error);
  if (reg != NULL && fill (reg, insert_item, items, &error) && fill (reg, insert_person, people, &error))
    return EXIT_SUCCESS;
  g_printerr ("fill: %s\n", error->message);
  return EXIT_FAILURE;
}
