/* A wipe before its command: look at the port, read the tablet, judge the gate, arm. Nothing here can erase. */
#include "daemon/actions/wipe_run_parts.h"

#define RESUME_MAX_S (60 * 60) /* a wipe asked before that is not begun by a daemon that starts now */

static const char *
reason_of_device_error (const GError *error)
{
  static const struct {
    DeviceError code;
    const char *reason;
  } reasons[] = {
      {DEVICE_ERROR_TIMEOUT, "device_timeout"},   {DEVICE_ERROR_BUSY, "device_busy"},
      {DEVICE_ERROR_PROTOCOL, "device_protocol"}, {DEVICE_ERROR_PERMISSION, "device_permission"},
      {DEVICE_ERROR_SERIAL, "device_serial"},     {DEVICE_ERROR_UNSUPPORTED, "device_unsupported"},
      {DEVICE_ERROR_GONE, "wipe_cable"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_error_matches (error, DEVICE_ERROR, (gint)reasons[i].code))
      return reasons[i].reason;
  return "device_protocol";
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
               {"encryption", facts->encryption}};
  const struct {
    const char *name;
    int value;
  } numbers[] = {{"sdk", facts->sdk},
                 {"battery_percent", facts->battery_percent},
                 {"is_charging", facts->is_charging},
                 {"google_accounts", facts->google_accounts},
                 {"other_accounts", facts->other_accounts},
                 {"is_unlocked", facts->is_unlocked}};
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i].value != NULL)
      g_string_append_printf (text, "%s=%s\n", words[i].name, words[i].value);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (numbers[i].value >= 0)
      g_string_append_printf (text, "%s=%d\n", numbers[i].name, numbers[i].value);
  return g_string_free (text, FALSE);
}

/* Why it cannot work on this device; NULL: nothing is known against it. */
static const char *
objection_of (const Strategy *strategy, const DeviceFacts *facts)
{
  return facts != NULL && strategy->objection != NULL ? strategy->objection (facts) : NULL;
}

/* The strategy asked for, or the first automatic one without objection, or the guided one. */
static const Strategy *
choose_strategy (const WipeRun *run)
{
  gsize n;
  const Strategy *const *strategies = strategy_list (&n);
  const Strategy *by_hand = NULL;
  if (run->wipe->strategy != NULL)
    return strategy_find (run->wipe->strategy);
  for (gsize i = 0; i < n; i++) {
    if (!strategies[i]->needs_link)
      by_hand = strategies[i];
    else if (run->facts != NULL && objection_of (strategies[i], run->facts) == NULL)
      return strategies[i];
  }
  return by_hand;
}

static void
write_gate (WipeRun *run)
{
  const Device *device = bench_find (run->world->bench, run->session);
  const DeviceFacts *read = run->facts;
  WipeStep *step = run_step (run);
  run->strategy = choose_strategy (run);
  WipeGateFacts facts = {
      /* equal to what was read (advance), and lives as long as the step */
      .identity = {.read_serial = run->wipe->serial, .is_duplicate = device->is_duplicate},
      .link_ready = read != NULL,
      .strategy_needs_link = run->strategy->needs_link,
      .battery_percent = read != NULL ? read->battery_percent : -1,
      .is_charging = read != NULL ? read->is_charging : -1,
      .google_accounts = read != NULL ? read->google_accounts : -1,
      .other_accounts = read != NULL ? read->other_accounts : -1,
      .strategy_clears_google_lock = run->strategy->clears_google_lock,
      .strategy_objection = objection_of (run->strategy, read),
      .strategy = run->strategy->name,
      .has_device_owner = read != NULL ? read->has_device_owner : -1,
      .merge_pending = read != NULL ? read->merge_pending : -1,
  };
  wipe_step_gate (step, &facts);
  run_write (run, step);
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
  }
  wipe_step_note (step, "usb", "identity: %s (%s)", run->wipe->serial, device_mode_name (device->mode));
  wipe_step_event (step, WIPE_ON_SERIAL_MATCHES, NULL);
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
  else if (run->wipe->state == WIPE_GATED) {
    WipeStep *step = run_step (run);
    run->strategy = choose_strategy (run);
    step->strategy = g_strdup (run->strategy->name);
    wipe_step_event (step, WIPE_ON_STRATEGY, NULL);
    run_write (run, step);
  } else
    run_write_event (run, WIPE_ON_COMMAND, NULL);
}

static void
write_foreign (WipeRun *run, const Device *there)
{
  g_autofree char *duplicate = g_strdup_printf ("wipe_duplicate|%s", run->wipe->serial);
  run_write_event (run, WIPE_ON_FOREIGN, there->is_duplicate ? duplicate : "wipe_swapped");
}

static void
connect_or_close (WipeRun *run, const Device *device)
{
  g_autoptr (GError) error = NULL;
  if (device->link == DEVICE_LINK_READY)
    run_start_probe (run);
  else if (!bench_connect (run->world->bench, run->session, BENCH_CONNECT_OFFER_KEY, &error))
    run_write_event (run, WIPE_ON_GATE_CLOSED, reason_of_device_error (error));
}

/* A person does it by hand: nothing needs to be sent. */
static gboolean
needs_no_link (const WipeRun *run)
{
  const Strategy *asked = run->wipe->strategy != NULL ? strategy_find (run->wipe->strategy) : NULL;
  return asked != NULL && !asked->needs_link;
}

/* Whoever asked has gone home since: the daemon was down for long, or a backup was restored. */
static gboolean
is_too_old (const WipeRun *run)
{
  return run->has_gap && run->world->now (run->world->now_data) - run->wipe->created_at > RESUME_MAX_S;
}

/* Before the command: is our tablet there, and the same plug-in as before? */
void
before_look (WipeRun *run, const Happening *happening)
{
  const Device *there = bench_find_port (run->world->bench, run->wipe->port);
  const Device *device = run_our_device (run);
  (void)happening; /* the bench says how things are now */
  if (is_too_old (run)) {
    run_write_event (run, WIPE_ON_CANCEL, "wipe_old");
    return;
  }
  if (there == NULL || (device != NULL && run->session != 0 && device->session != run->session)) {
    run_write_event (run, WIPE_ON_CABLE, "wipe_cable");
    return;
  }
  if (device == NULL) {
    write_foreign (run, there);
    return;
  }
  run->session = device->session;
  if (device->mode == DEVICE_PLAIN || run->facts != NULL || needs_no_link (run)) {
    advance (run, device);
    return;
  }
  run_start_timer (run, run->world->timeouts->probe_ms);
  connect_or_close (run, device);
}

void
before_link (WipeRun *run, const Happening *happening)
{
  const Device *there = bench_find_port (run->world->bench, run->wipe->port);
  if (run_our_device (run) == NULL && there != NULL) {
    write_foreign (run, there);
    return;
  }
  switch (happening->link) {
  case DEVICE_LINK_READY:
    if (run->facts == NULL && run->session == happening->session)
      run_start_probe (run);
    return;
  case DEVICE_LINK_NEEDS_TAP:
    if (run->wipe->state == WIPE_SEEN)
      run_write_event (run, WIPE_ON_NEEDS_HUMAN, "tap");
    return;
  case DEVICE_LINK_BUSY:
    run_write_event (run, WIPE_ON_GATE_CLOSED, "device_busy");
    return;
  case DEVICE_LINK_NO_PERMISSION:
    run_write_event (run, WIPE_ON_GATE_CLOSED, "device_permission");
    return;
  case DEVICE_LINK_BROKEN:
    run_write_event (run, WIPE_ON_GATE_CLOSED, "device_protocol");
    return;
  case DEVICE_LINK_NONE:
  case DEVICE_LINK_OPENING:
  case DEVICE_LINK_UNTRUSTED:
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
  if (happening->error != NULL) {
    gboolean is_gone = g_error_matches (happening->error, DEVICE_ERROR, DEVICE_ERROR_GONE);
    run_write_event (run, is_gone ? WIPE_ON_CABLE : WIPE_ON_GATE_CLOSED, reason_of_device_error (happening->error));
    return;
  }
  device_facts_free (run->facts);
  run->facts = ((Happening *)happening)->facts; /* the happening's only use of it */
  ((Happening *)happening)->facts = NULL;
  before_look (run, happening);
}

void
before_left (WipeRun *run, const Happening *happening)
{
  if (happening->session == run->session)
    run_write_event (run, WIPE_ON_CABLE, "wipe_cable");
}

void
before_timer (WipeRun *run, const Happening *happening)
{
  (void)happening;
  run_write_event (run, WIPE_ON_GATE_CLOSED, "device_timeout");
}

void
tap_timer (WipeRun *run, const Happening *happening)
{
  (void)happening;
  run_write_event (run, WIPE_ON_CANCEL, "wipe_no_tap");
}
