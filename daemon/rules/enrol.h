/* May our application become the device owner of this tablet? Android allows it on a tablet with one user, no account and no other owner. */
#pragma once
#include "daemon/rules/message.h"
#include "db/records.h"

/* Before the tablet is asked anything. holder: who has it on loan, or NULL. */
void enrol_judge_item (const Item *item, const char *holder, Verdict *verdict);

typedef struct {
  const char *item;
  int accounts; /* of any kind; -1 = unreadable, likewise users */
  int users;
  gboolean has_foreign_owner;
} EnrolFacts;
/* What the tablet says. */
void enrol_judge_tablet (const EnrolFacts *facts, Verdict *verdict);
