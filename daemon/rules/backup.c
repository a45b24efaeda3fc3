#include "daemon/rules/backup.h"

#define OLD_S ((gint64)BACKUP_OLD_DAYS * 24 * 3600)

Finding *
backup_judge (const BackupAge *age, gint64 now, const char *day)
{
  if (age->verified_at == 0 && age->began_at == 0)
    return finding_new (M_BACKUP_NOTHING_YET, NULL);
  if (age->verified_at == 0)
    return finding_new (now - age->began_at > OLD_S ? M_BACKUP_NEVER : M_BACKUP_SOON, NULL);
  if (age->missing_since != 0 && now - age->missing_since > OLD_S)
    return finding_new (M_BACKUP_OLD, day, NULL);
  return finding_new (M_BACKUP_GOOD, day, NULL);
}
