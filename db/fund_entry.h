/* The writing side of a fund's ledger. For db/fund.c only: a line without its balance would be a lie. */
#pragma once
#include "db/records.h"
#include "db/store.h"

/* Appends the line with the fund's next number; entry->number is ignored. */
gboolean fund_entry_append (Store *store, const FundEntry *entry, GError **error);
