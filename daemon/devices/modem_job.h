/* One order on one modem, as requests to its temoin-modem one after the other; ends in exactly one result. Private to this folder. */
#pragma once
#include "daemon/devices/modem_child.h"

typedef struct _ModemTask ModemTask;

typedef struct {
  /* Sends it; the id it got. */
  gint64 (*ask) (ModemRequest *request, gpointer user);
  /* Asks temoin-modem to end the request that runs: its DONE still comes. */
  void (*stop) (gpointer user);
  /* The last thing that a task does: it must not be touched afterwards but by modem_task_free. */
  void (*over) (ModemTask *task, gpointer user);
} ModemTaskFuncs;

/* MODEM_CODE_NONE: the order may be carried out on that card. Else why not (nothing was sent). */
ModemCode modem_task_check (const ModemOrder *order, const ModemCard *card);
/* Starts at once. Copies all of order but its dialogue. funcs are not called inside, except ask. */
ModemTask *modem_task_new (guint64 number, const ModemOrder *order, ModemJobFunc func, gpointer func_user,
                           const ModemTaskFuncs *funcs, gpointer user);
/* Wipes its secrets. Accepts NULL. */
void modem_task_free (ModemTask *task);
guint64 modem_task_number (const ModemTask *task);
/* A report of the modem that may concern it. */
void modem_task_report (ModemTask *task, const ModemReport *report);
/* The process or the modem is gone, or somebody stops it for good. */
void modem_task_lost (ModemTask *task, ModemCode code, const char *detail);
/* The same, but what it said last may not have been read: a step that was asked and not answered is taken as sent. */
void modem_task_cut (ModemTask *task, ModemCode code, const char *detail);
/* Sends what is held; no effect when nothing is. */
void modem_task_go (ModemTask *task);
/* Ends it as soon as temoin-modem says how it ended. */
void modem_task_cancel (ModemTask *task);
/* Tells the result to whoever ordered it; once, from over. card: as it is now. */
void modem_task_tell (ModemTask *task, const ModemCard *card);
