/* The daemon's HTTP interface on the admin Unix socket (docs/openapi.yaml). It reads the register and calls verbs; it never
 * writes a row, and decides nothing that a rule decides. */
#pragma once
#include "daemon/actions/clock.h"
#include "daemon/actions/conductor.h"
#include "daemon/actions/migration.h"
#include "daemon/actions/modems.h"
#include "daemon/actions/dialogues.h"
#include "daemon/actions/importer.h"
#include "daemon/actions/offers.h"
#include "daemon/actions/reset_screens.h"
#include "daemon/actions/upkeep.h"
#include "daemon/actions/vault.h"
#include <stdio.h>

/* What the interface works with. Everything is borrowed and must outlive the Api. */
typedef struct {
  Register *reg;
  Conductor *conductor; /* NULL: this machine has no bench; wipes then answer M_BENCH_MISSING */
  Modems *modems;       /* NULL: no SIM bench here; what needs one answers M_MODEMS_OFF */
  Events *events;
  Importer *importer;
  Clock *clock;
  Migration *migration;
  const Calendar *calendar;
  const ResetScreens *screens;  /* NULL: none could be read */
  Vault *vault;                 /* NULL: no keys, codes are refused */
  const Offers *offers;         /* NULL: none are known */
  const RechargeLimits *limits; /* NULL: no limit */
  const Dialogues *dialogues;   /* NULL: none are known */
  Upkeep *upkeep;               /* NULL: no daily check */
  const char *state_dir;        /* uploads and backups under way are kept here; nothing stays */
  const char *label_host;       /* "TEMOIN.EXAMPLE.ORG": what a QR code says before the code */
  const char *owner_line;       /* last line of a label and sanitizer on a certificate: the body's name */
} ApiWorld;

typedef struct _Api Api;

/* Serves on admin_listen_fd: a listening Unix socket, whose peers are known by their uid (SO_PEERCRED). The Api owns the
 * descriptor from then on; after a failure it is not to be used again. Starts its thread. NULL with G_IO_ERROR when the server cannot start. */
Api *api_new (const ApiWorld *world, int admin_listen_fd, GError **error);
/* Stops listening, ends event streams, lets requests that are with the register end, joins the thread. Accepts NULL. Call it
 * before register_close, conductor_free and modems_free. */
void api_free (Api *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Api, api_free)

/* The slot of that key (bench_slot_key) as a JSON object; NULL when there is none any more. Any thread. Caller frees. */
char *api_bench_news (const ApiWorld *world, const char *key);

/* ImporterWorld.print: an import's answer, as JSON. */
char *api_import_print (const ImportReport *report, int *status);

/* `temoind --routes`: one line a route, "METHOD PATH ROLES QUERY SUMMARY" with single tabs between, in the order of the table. */
void api_print_routes (FILE *out);
