/* What Android prints: as seen, cut, doubled, with other line ends, and with names that try to look like something else. */
#include "daemon/devices/dumpsys.h"
#include "daemon/devices/props.h"

#include <string.h>

#define ACCOUNTS                                                                                                       \
  "User UserInfo{0:Prêt:4c13}:\n  Accounts: 3\n"                                                                      \
  "    Account {name=camille@exemple.test, type=com.google}\n"                                                         \
  "    Account {name=a, type=com.google}, type=com.osp.app.signin}\n"                                                  \
  "    Account {name=x, type=com.osp.app.signin, type=com.google}\n\n"                                                 \
  "  Accounts History\n  Account {name=old, type=com.google}\n  Active Sessions: 0\n"                                  \
  "    ServiceInfo: AuthenticatorDescription {type=com.google}\n"

#define ASSERT_ACCOUNTS(text, google_, maker_, other_)                                                                 \
  do {                                                                                                                 \
    DumpsysAccounts accounts = {-1, -1, -1};                                                                           \
    g_assert_true (dumpsys_accounts (text, &accounts));                                                                \
    g_assert_cmpint (accounts.google, ==, google_);                                                                    \
    g_assert_cmpint (accounts.maker, ==, maker_);                                                                      \
    g_assert_cmpint (accounts.other, ==, other_);                                                                      \
  } while (0)

static void
test_accounts (void)
{
  ASSERT_ACCOUNTS (ACCOUNTS, 2, 1, 0);
  ASSERT_ACCOUNTS (ACCOUNTS ACCOUNTS, 4, 2, 0); /* a second user */
  g_auto (GStrv) lines = g_strsplit (ACCOUNTS, "\n", -1);
  g_autofree char *crlf = g_strjoinv ("\r\n", lines);
  ASSERT_ACCOUNTS (crlf, 2, 1, 0);
  ASSERT_ACCOUNTS ("  Accounts: 0\n", 0, 0, 0);
  ASSERT_ACCOUNTS ("  Accounts: 3\n    Account {name=a, type=com.xiaomi}\n    Account {name=b, type=org.exemple.mail}\n"
                   "    Account {name=c}\n",
                   0, 1, 2);
}

/* Cut anywhere inside the list: unknown, never "none". */
static void
test_accounts_cut (void)
{
  const char *after = strstr (ACCOUNTS, "\n\n");
  for (gsize n = 0; n < (gsize)(after - (const char *)ACCOUNTS); n++) {
    DumpsysAccounts accounts = {77, 77, 77};
    g_autofree char *cut = g_strndup (ACCOUNTS, n);
    g_assert_false (dumpsys_accounts (cut, &accounts));
    g_assert_true (accounts.google == 77 && accounts.maker == 77 && accounts.other == 77); /* untouched */
  }
}

static void
test_accounts_refused (void)
{
  static const char *const texts[] = {"",
                                      "Permission Denial: can't dump AccountManagerService\n",
                                      "  Accounts: -1\n",
                                      "  Accounts: many\n",
                                      "  Accounts: 4000000000\n",
                                      "  Accounts: 1\n    Account (name=a, type=com.google)\n"};
  DumpsysAccounts accounts = {77, 77, 77};
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_false (dumpsys_accounts (texts[i], &accounts));
  g_assert_cmpint (accounts.google, ==, 77);
}

static void
test_battery (void)
{
  static const struct {
    const char *text;
    int percent, is_charging; /* percent -1: unreadable */
  } rows[] = {
      {"Current Battery Service state:\n  USB powered: true\n  status: 2\n  level: 85\n  scale: 100\n", 85, 1},
      {"  USB powered: true\r\n  status: 3\r\n  level: 85\r\n  scale: 100\r\n", 85, 0},
      {"  AC powered: false\n  USB powered: true\n  level: 100\n", 100, 1},
      {"  AC powered: false\n  USB powered: false\n  level: 1\n  scale: 200\n", 0, 0},
      {"  status: 5\n  level: 50\n  scale: 50\n", 100, 1},
      {"  level: 12\n", 12, -1},
      {"  scale: 100\n", -1, 0},
      {"  level: \n", -1, 0},
      {"  level: 101\n  scale: 100\n", -1, 0},
      {"  level: 0\n  scale: 0\n", -1, 0},
      {"  level: -5\n", -1, 0},
      {"", -1, 0},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    int percent = -1, is_charging = -2;
    g_assert_cmpint (dumpsys_battery (rows[i].text, &percent, &is_charging), ==, rows[i].percent >= 0);
    g_assert_cmpint (percent, ==, rows[i].percent);
    g_assert_cmpint (is_charging, ==, rows[i].percent >= 0 ? rows[i].is_charging : -2);
  }
}

static void
test_owner (void)
{
  g_assert_cmpint (dumpsys_device_owner ("no owners\n"), ==, 0);
  g_assert_cmpint (dumpsys_device_owner ("1 owner:\nUser  0: admin=org.exemple/.Admin,DeviceOwner\n"), ==, 1);
  g_assert_cmpint (dumpsys_device_owner ("usage: dpm [subcommand]\n"), ==, -1);
}

static void
test_owner_component (void)
{
  static const struct {
    const char *text, *component;
  } rows[] = {
      {"no owners\n", NULL},
      {"1 owner:\nUser  0: admin=org.exemple/.Admin,DeviceOwner\n", "org.exemple/.Admin"},
      {"2 owners:\r\nUser 10: admin=org.autre/.P,ProfileOwner(User 10)\r\nUser  0: "
       "admin=org.exemple/.Admin,DeviceOwner,Affiliated\r\n",
       "org.exemple/.Admin"},
      {"User 10: admin=org.autre/.P,ProfileOwner(User 10)\n", NULL},
      {"User  0: admin=,DeviceOwner\n", NULL},
      {"User  0: admin=org.exemple/.Adm", NULL},
      {"", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *component = dumpsys_owner_component (rows[i].text);
    g_assert_cmpstr (component, ==, rows[i].component);
  }
}

static void
test_users (void)
{
  g_assert_cmpint (dumpsys_users ("Users:\n\tUserInfo{0:Prêt:4c13} running\n"), ==, 1);
  g_assert_cmpint (dumpsys_users ("Users:\n\tUserInfo{0:a:c13} running\n\tUserInfo{10:b:410}\n"), ==, 2);
  g_assert_cmpint (dumpsys_users ("Error: no permission\n"), ==, -1);
}

static void
test_lock (void)
{
  static const struct {
    const char *text;
    int active;
  } rows[] = {
      {"FRP state\n=========\nEnforcement enabled: true\nFRP state: true\nOEM unlock state: false\n", 1},
      {"mIsWritable: true\r\n  FRP state: false\r\nHas FRP credential handle: true\r\n", 0},
      {"mDataBlockFile: /dev/block/by-name/frp\nmIsWritable: true\n", -1}, /* before Android 15 */
      {"FRP state: perhaps\n", -1},
      {"FRP state: ", -1},
      {"Can't find service: persistent_data_block\n", -1},
      {"", -1},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (dumpsys_lock_is_active (rows[i].text), ==, rows[i].active);
}

static void
test_properties (void)
{
  const char *text = "[a.ro.serialno]: [WRONG]\n[ro.serialno]: [R52X]\r\n[ro.empty]: []\n[ro.model]: [Tab [A] 9]\n"
                     "[ro.number]: [35]\n[ro.word]: [35x]\n[ro.cut]: [abc";
  static const struct {
    const char *key, *value;
  } rows[] = {{"ro.serialno", "R52X"}, {"ro.empty", NULL}, {"ro.model", "Tab [A] 9"},
              {"ro.absent", NULL},     {"ro.cut", NULL},   {"serialno", NULL}};
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *value = props_get (text, rows[i].key);
    g_assert_cmpstr (value, ==, rows[i].value);
  }
  g_assert_cmpint (props_get_number (text, "ro.number"), ==, 35);
  g_assert_cmpint (props_get_number (text, "ro.word"), ==, -1);
  g_assert_cmpint (props_get_number (text, "ro.absent"), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/dumpsys/counts-accounts-by-their-type", test_accounts);
  g_test_add_func ("/devices/dumpsys/a-cut-list-is-unknown", test_accounts_cut);
  g_test_add_func ("/devices/dumpsys/no-list-is-unknown", test_accounts_refused);
  g_test_add_func ("/devices/dumpsys/reads-the-battery", test_battery);
  g_test_add_func ("/devices/dumpsys/sees-a-device-owner", test_owner);
  g_test_add_func ("/devices/dumpsys/names-the-device-owner", test_owner_component);
  g_test_add_func ("/devices/dumpsys/counts-users", test_users);
  g_test_add_func ("/devices/dumpsys/sees-an-active-lock", test_lock);
  g_test_add_func ("/devices/props/reads-values", test_properties);
  return g_test_run ();
}
