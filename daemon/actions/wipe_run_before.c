/* A wipe before its command: look at the port, read the tablet, judge the gate, arm. Nothing here can erase. */
#include "daemon/actions/device_trouble.h"
#include "daemon/actions/wipe_run_parts.h"

#define RESUME_MAX_S (60 * 60) /* a wipe asked before that is not begun by a daemon that starts now */
#define BACK_MAX_MS  3000      /* a tablet whose debugging is switched off shows itself again within that */

static void
append_number (GString *text, const char *name, int value)
{
  if (value >= 0)
    g_string_append_printf (text, "%s=%d\n", name, value);
}

static char *
facts_text (const DeviceFacts *facts, gboolean asked_for_key)
{
  GString *text = g_string_new (asked_for_key ? ASKED_FOR_KEY : NULL);
  const struct {
    const char *name, *value;
  } words[] = {{"maker", facts->maker},
               {"model", facts->model},
               {"android", facts->android_version},
               {"security_patch", facts->security_patch},
               {"fingerprint", facts->fingerprint},
               {"encryption", facts->encryption},
               {"owner", facts->owner}};
  const struct {
    const char *name;
    int value;
  } numbers[] = {{"sdk", facts->sdk},
                 {"battery_percent", facts->battery_percent},
                 {"is_charging", facts->is_charging},
                 {"google_accounts", facts->google_accounts},
                 {"maker_accounts", facts->maker_accounts},
                 {"users", facts->users},
                 {"lock_is_active", facts->lock_is_active},
                 {"oem_unlock_allowed", facts->oem_unlock_allowed},
                 {"is_unlocked", facts->is_unlocked}};
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i].value != NULL)
      g_string_append_printf (text, "%s=%s\n", words[i].name, words[i].value);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    append_number (text, numbers[i].name, numbers[i].value);
  if (facts->maker_accounts >= 0) /* all that are not Google's, as the certificate counts them */
    append_number (text, "other_accounts", facts->maker_accounts + facts->other_accounts);
  return g_string_free (text, FALSE);
}

/* What was not read is unknown, not zero. */
static void
fill_gate (const DeviceFacts *read, const StrategySettings *settings, WipeGateFacts *facts)
{
  facts->link_ready = TRUE;
  facts->battery_percent = read->battery_percent;
  facts->is_charging = read->is_charging;
  facts->battery_is_low = read->battery_is_low;
  facts->google_accounts = read->google_accounts;
  facts->maker_accounts = read->maker_accounts;
  facts->other_accounts = read->other_accounts;
  facts->has_foreign_owner = read->has_device_owner > 0 && !strategy_owner_is_ours (read, settings);
  facts->merge_pending = read->merge_pending;
  facts->lock_is_active = read->lock_is_active;
  facts->users = read->users;
  facts->oem_unlock_allowed = read->oem_unlock_allowed;
  facts->is_unlocked = read->mode == DEVICE_ADB ? read->is_unlocked : -1; /* in fastboot that is why it is there */
}

static void
write_gate (WipeRun *run)
{
  const Device *device = bench_find (run->world->bench, run->session);
  WipeStep *step = run_step (run);
  run->strategy = choice_of (run).strategy;
  WipeGateFacts facts = {
      /* equal to what was read (advance), and lives as long as the step */
      .identity = {.read_serial = run->wipe->serial, .is_duplicate = device->is_duplicate},
      .strategy_needs_link = run->strategy->link == STRATEGY_LINK_NEEDED,
      .strategy_clears_google_lock = strategy_clears_google_lock (run->strategy, run->world->settings),
      .strategy_objection = choice_objection (run, run->strategy),
      .strategy = run->strategy->name,
      .probed_strategy = choice_by_probe (run).strategy->name,
      .battery_percent = -1,
      .is_charging = -1,
      .battery_is_low = -1,
      .google_accounts = -1,
      .maker_accounts = -1,
      .other_accounts = -1,
      .merge_pending = -1,
  };
  if (run->facts != NULL)
    fill_gate (run->facts, run->world->settings, &facts);
  wipe_step_gate (step, &facts);
  run_write (run, step);
}

/* Without a link the USB strings are all it says of itself. */
static char *
usb_facts_text (const Device *device)
{
  return device->maker != NULL ? g_strdup_printf ("maker=%s\n", device->maker) : NULL;
}

static void
write_identity (WipeRun *run, const Device *device)
{
  WipeStep *step = run_step (run);
  if (run->facts != NULL) {
    step->facts = facts_text (run->facts, device->has_asked);
    step->serial = g_strdup (run->facts->serial);
    wipe_step_note (step, "answered", "facts: Android %s, Google %d, %d %%",
                    run->facts->android_version != NULL ? run->facts->android_version : "?",
                    run->facts->google_accounts, run->facts->battery_percent);
  } else {
    step->facts = usb_facts_text (device);
    step->serial = g_strdup (run->wipe->serial);
  }
  wipe_step_note (step, "usb", "identity: %s (%s)", run->wipe->serial, device_mode_name (device->mode));
  wipe_step_event (step, WIPE_ON_SERIAL_MATCHES, NULL);
  run_write (run, step);
}

static void
write_choice (WipeRun *run)
{
  Choice choice = choice_of (run);
  g_autofree char *reason = choice_reason (choice);
  WipeStep *step = run_step (run);
  run->strategy = choice.strategy;
  step->strategy = g_strdup (choice.strategy->name);
  wipe_step_event (step, WIPE_ON_STRATEGY, reason);
  run_write (run, step);
}

/* What is known of the device is enough to take the next step before the command. */
static void
advance (WipeRun *run, const Device *device)
{
  const char *read_serial = run->facts != NULL ? run->facts->serial : device->serial;
  if (g_strcmp0 (read_serial, run->wipe->serial) != 0)
    run_write_event (run, WIPE_ON_FOREIGN, "wipe_swapped");
  else if (run->wipe->state == WIPE_SEEN)
    write_identity (run, device);
  else if (run->wipe->state == WIPE_IDENTIFIED)
    write_gate (run);
  else if (run->wipe->state == WIPE_GATED)
    write_choice (run);
  else
    run_write_event (run, WIPE_ON_COMMAND, NULL);
}

static void
write_foreign (WipeRun *run, const Device *there)
{
  g_autofree char *duplicate = g_strdup_printf ("wipe_duplicate|%s", run->wipe->serial);
  run_write_event (run, WIPE_ON_FOREIGN, there->is_duplicate ? duplicate : "wipe_swapped");
}

static StrategyLink
link_wanted (const WipeRun *run)
{
  const Strategy *asked = strategy_find (run->wipe->strategy);
  return asked != NULL ? asked->link : STRATEGY_LINK_NEEDED;
}

static void
connect_or_close (WipeRun *run, const Device *device)
{
  g_autoptr (GError) error = NULL;
  BenchConnectFlags flags = link_wanted (run) == STRATEGY_LINK_IF_TRUSTED ? 0 : BENCH_CONNECT_OFFER_KEY;
  if (device->link == DEVICE_LINK_READY) {
    run_start_probe (run);
    return;
  }
  if (bench_connect (run->world->bench, run->session, flags, &error))
    return;
  g_autofree char *reason = device_failure (error, device, M_WIPE_CABLE);
  run_write_event (run, WIPE_ON_GATE_CLOSED, reason);
}

/* A person does it by hand: nothing needs to be sent. */
static gboolean
needs_no_link (const WipeRun *run)
{
  return run->goes_without_link || link_wanted (run) == STRATEGY_LINK_NONE;
}

/* A person can do it although the tablet cannot be read. FALSE: it must be read. */
static gboolean
go_without_link (WipeRun *run)
{
  if (run->goes_without_link || link_wanted (run) != STRATEGY_LINK_IF_TRUSTED)
    return FALSE;
  run->goes_without_link = TRUE;
  bench_disconnect (run->world->bench, run->session);
  before_look (run, NULL);
  return TRUE;
}

/* Whoever asked has gone home since: the daemon was down for long, or a backup was restored. */
static gboolean
is_too_old (const WipeRun *run)
{
  return run->has_gap && run->world->now (run->world->now_data) - run->wipe->created_at > RESUME_MAX_S;
}

static void
wait_for_it (WipeRun *run)
{
  run_start_settling (run, MIN (run->world->timeouts->settle_ms, BACK_MAX_MS));
}

/* Its plug-in is over, or its link was cut. A tablet whose debugging is switched off leaves the bus and comes back without adb: that is no
 * pulled cable, so it is given a moment to show itself. */
static void
lose (WipeRun *run)
{
  const Device *there = bench_find_port (run->world->bench, run->wipe->port);
  const Device *device = run_our_device (run);
  gboolean is_known = there != NULL && there->serial != NULL;
  if (is_known && device == NULL)
    write_foreign (run, there);
  else if (!is_known || device->session == run->session)
    wait_for_it (run);
  else {
    gboolean is_adb_off = device->mode == DEVICE_PLAIN && run->mode != DEVICE_PLAIN;
    run_write_event (run, WIPE_ON_CABLE, message_code (is_adb_off ? M_WIPE_ADB_OFF : M_WIPE_CABLE));
  }
}

void
before_settled (WipeRun *run, const Happening *happening)
{
  (void)happening; /* the bench says how things are now */
  if (bench_is_reading (run->world->bench, run->wipe->port)) {
    wait_for_it (run); /* something is there again, and who it is comes in a moment */
    return;
  }
  gboolean is_there = bench_find_port (run->world->bench, run->wipe->port) != NULL;
  run_write_event (run, WIPE_ON_CABLE, message_code (is_there ? M_WIPE_NOT_SENT : M_WIPE_CABLE));
}

/* Before the command: is our tablet there, and the same plug-in as before? */
void
before_look (WipeRun *run, const Happening *happening)
{
  const Device *device = run_our_device (run);
  (void)happening; /* the bench says how things are now */
  if (is_too_old (run)) {
    run_write_event (run, WIPE_ON_CANCEL, "wipe_old");
    return;
  }
  if (device == NULL || (run->session != 0 && device->session != run->session)) {
    lose (run);
    return;
  }
  run_stop_settling (run);
  run->session = device->session;
  run->mode = device->mode;
  if (device->mode == DEVICE_PLAIN || run->facts != NULL || needs_no_link (run)) {
    advance (run, device);
    return;
  }
  run_start_timer (run, run->world->timeouts->probe_ms);
  connect_or_close (run, device);
}

/* It is back, or another one is there. */
void
before_arrived (WipeRun *run, const Happening *happening)
{
  if (happening->session != run->session)
    before_look (run, happening);
}

/* It cannot be read. */
static void
close_gate (WipeRun *run, const char *reason)
{
  if (!go_without_link (run))
    run_write_event (run, WIPE_ON_GATE_CLOSED, reason);
}

void
before_link (WipeRun *run, const Happening *happening)
{
  const Device *there = bench_find_port (run->world->bench, run->wipe->port);
  g_autofree char *trouble = there != NULL ? device_trouble (there) : NULL;
  if (run_our_device (run) == NULL && there != NULL) {
    write_foreign (run, there);
    return;
  }
  if (needs_no_link (run))
    return; /* its own closing is heard too */
  switch (happening->link) {
  case DEVICE_LINK_READY:
    if (run->facts == NULL && run->session == happening->session) {
      run_stop_settling (run); /* adb started over: the link is there again */
      run_start_probe (run);
    }
    return;
  case DEVICE_LINK_NEEDS_TAP:
    if (run->wipe->state == WIPE_SEEN)
      run_write_event (run, WIPE_ON_NEEDS_HUMAN, "tap");
    return;
  case DEVICE_LINK_BUSY:
  case DEVICE_LINK_NO_PERMISSION:
  case DEVICE_LINK_NO_ROOM:
  case DEVICE_LINK_BROKEN:
    close_gate (run, trouble != NULL ? trouble : message_code (M_DEVICE_PROTOCOL));
    return;
  case DEVICE_LINK_UNTRUSTED:
    (void)go_without_link (run); /* only whoever may go on without it connects so */
    return;
  case DEVICE_LINK_NONE:
  case DEVICE_LINK_OPENING:
    return;
  }
}

void
tap_link (WipeRun *run, const Happening *happening)
{
  if (happening->link != DEVICE_LINK_NEEDS_TAP && happening->link != DEVICE_LINK_OPENING)
    run_write_event (run, WIPE_ON_HUMAN_DONE, NULL);
}

void
before_probed (WipeRun *run, const Happening *happening)
{
  run->is_probing = FALSE;
  if (run->goes_without_link)
    return; /* it was silent for too long, and the link was closed: that is no pulled cable */
  if (g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_GONE)) {
    lose (run);
    return;
  }
  if (happening->error != NULL) {
    g_autofree char *reason =
        device_failure (happening->error, bench_find (run->world->bench, run->session), M_WIPE_CABLE);
    close_gate (run, reason);
    return;
  }
  run_take_facts (run, happening);
  before_look (run, happening);
}

void
before_left (WipeRun *run, const Happening *happening)
{
  if (happening->session != run->session)
    return;
  run_stop_timer (run); /* nobody is waited for any more */
  lose (run);
}

void
before_timer (WipeRun *run, const Happening *happening)
{
  (void)happening;
  close_gate (run, "device_timeout");
}

void
tap_timer (WipeRun *run, const Happening *happening)
{
  (void)happening;
  run_write_event (run, WIPE_ON_CANCEL, "wipe_no_tap");
}
