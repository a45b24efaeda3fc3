/* How one value is shown: codes, days, instants, money, and how wide a text is on a terminal. Not for layout (table.h). */
#pragma once
#include "cli/language.h"

/* Each returns a new string; caller frees. What is not of the expected form is shown as it is. */
char *display_code (const char *text);                  /* "TBCDFGHK" -> "TBCD-FGHK" */
char *display_day (const char *day, Language language); /* "2026-11-21" -> "21/11/2026"; English keeps 2026-11-21 */
char *display_money (gint64 cents, Language language);  /* 790000 -> "7 900,00 €" or "€7,900.00" */
char *display_phone (const char *msisdn);               /* "+33639980012" -> "06 39 98 00 12" */
char *display_bytes (guint64 bytes, Language language); /* 1536 -> "1,5 Ko" or "1.5 KB" */
/* RFC 3339 instant in the zone of this machine: "21/11/2026 14:05:09". */
char *display_instant (const char *instant, Language language);
/* The time of day alone, "14:05:09". */
char *display_clock (const char *instant);
/* Valid UTF-8 without control characters (a USB string or a file may hold some): each becomes "?". NULL becomes "". */
char *display_clean (const char *text);
/* Columns that text takes on a terminal (valid UTF-8). */
gsize display_width (const char *text);
/* At most columns wide, ended by "…" when cut. Caller frees. */
char *display_cut (const char *text, gsize columns);
