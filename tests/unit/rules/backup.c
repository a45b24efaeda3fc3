/* When the doctor asks for a backup. */
#include "daemon/rules/backup.h"
#include <string.h>

#define DAY_S              86400
#define NOW                (1000 * (gint64)DAY_S)
#define AGO(days, seconds) (NOW - (days) * (gint64)DAY_S - (seconds))

static void
asks_when_acts_are_in_no_backup_for_a_week (void)
{
  static const struct {
    BackupAge age;
    MessageId expected;
  } rows[] = {
      {{0, 0, 0}, M_BACKUP_NOTHING_YET},
      {{AGO (7, 0), 0, AGO (7, 0)}, M_BACKUP_SOON},
      {{AGO (7, 1), 0, AGO (7, 1)}, M_BACKUP_NEVER},
      {{AGO (500, 0), AGO (400, 0), 0}, M_BACKUP_GOOD}, /* old, and nothing was done since */
      {{AGO (500, 0), AGO (400, 0), AGO (7, 0)}, M_BACKUP_GOOD},
      {{AGO (500, 0), AGO (8, 0), AGO (7, 1)}, M_BACKUP_OLD},
      {{AGO (500, 0), AGO (0, 0), AGO (30, 0)}, M_BACKUP_OLD}, /* tried today, made a month ago */
      {{AGO (-10, 0), 0, AGO (-10, 0)}, M_BACKUP_SOON},        /* a clock that went back */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Finding) finding = backup_judge (&rows[i].age, NOW, "2026-11-21");
    g_assert_cmpstr (message_code (finding->id), ==, message_code (rows[i].expected));
  }
}

static void
says_the_day (void)
{
  const BackupAge age = {AGO (500, 0), AGO (8, 0), AGO (8, 0)};
  g_autoptr (Finding) finding = backup_judge (&age, NOW, "2026-11-21");
  g_autofree char *text = finding_text (finding, LANGUAGE_FR);
  g_assert_nonnull (strstr (text, "21/11/2026"));
  g_assert_cmpint (message_kind (finding->id), ==, MESSAGE_TROUBLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/backup/asks-when-acts-are-in-no-backup-for-a-week",
                   asks_when_acts_are_in_no_backup_for_a_week);
  g_test_add_func ("/rules/backup/says-the-day", says_the_day);
  return g_test_run ();
}
