/* Every right of the messages has its row; readers have none; what is not a right is refused. */
#include "daemon/rules/right.h"
#include "daemon/rules/message.h"

static void
every_right_is_granted_to_the_admin_and_never_to_a_reader (void)
{
  for (int id = 0; id < MESSAGES_N; id++) {
    const char *right = message_right ((MessageId)id);
    if (right == NULL)
      continue;
    g_test_message ("%s", right);
    g_assert_true (right_is_granted (right, ROLE_ADMIN));
    g_assert_false (right_is_granted (right, ROLE_READER));
  }
}

static void
money_and_missing_proof_are_the_admins (void)
{
  g_assert_false (right_is_granted ("wipe-waive", ROLE_TECHNICIAN));
  g_assert_false (right_is_granted ("wipe-waive", ROLE_AGENT));
  g_assert_false (right_is_granted ("fund-period", ROLE_AGENT));
  g_assert_true (right_is_granted ("lend-second", ROLE_AGENT));
  g_assert_true (right_is_granted ("wipe-accounts-unseen", ROLE_TECHNICIAN));
}

static void
an_unknown_right_is_nobodys (void)
{
  g_assert_false (right_is_granted ("everything", ROLE_ADMIN));
  g_assert_false (right_is_granted ("", ROLE_ADMIN));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/right/every-right-is-granted-to-the-admin-and-never-to-a-reader",
                   every_right_is_granted_to_the_admin_and_never_to_a_reader);
  g_test_add_func ("/rules/right/money-and-missing-proof-are-the-admins", money_and_missing_proof_are_the_admins);
  g_test_add_func ("/rules/right/an-unknown-right-is-nobodys", an_unknown_right_is_nobodys);
  return g_test_run ();
}
