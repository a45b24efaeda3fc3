/* The seam between what a bench of USB tablets can do and what the program decides to do with it (actions/wipe).
 * Everything here runs in the main loop's thread and returns at once; answers come by callback, in that same thread.
 * Nothing is ever sent to a device that nobody asked to connect to: what is unknown is shown and left alone. */
#pragma once
#include <gio/gio.h>

#define DEVICE_ERROR (device_error_quark ())
GQuark device_error_quark (void);
typedef enum {
  DEVICE_ERROR_GONE,        /* unplugged, or another plug-in than the one asked for */
  DEVICE_ERROR_TIMEOUT,     /* silent */
  DEVICE_ERROR_BUSY,        /* another program (an adb server?) holds the interface */
  DEVICE_ERROR_PERMISSION,  /* the udev rule is missing */
  DEVICE_ERROR_PROTOCOL,    /* it answered nonsense */
  DEVICE_ERROR_REFUSED,     /* it understood and said no */
  DEVICE_ERROR_SERIAL,      /* the serial read over the link is not the one expected */
  DEVICE_ERROR_UNSUPPORTED, /* this strategy cannot work on this device */
  DEVICE_ERROR_SETUP,       /* libusb or the key file cannot be used */
  DEVICE_ERROR_NO_ROOM,     /* its USB controller has too many devices or endpoints already (xHCI: often 96) */
} DeviceError;

/* Which face the device shows now (by interface, never by device class; AOSP adb/protocol.txt, fastboot/README.md). */
typedef enum {
  DEVICE_ADB,      /* an interface ff/42/01 */
  DEVICE_FASTBOOT, /* an interface ff/42/03 */
  DEVICE_PLAIN,    /* on the bus, with neither */
} DeviceMode;
const char *device_mode_name (DeviceMode mode); /* "adb" "fastboot" "plain" */

/* How far we are in talking to it. */
typedef enum {
  DEVICE_LINK_NONE,      /* never asked to connect, or closed */
  DEVICE_LINK_OPENING,   /* opening, claiming, greeting */
  DEVICE_LINK_NEEDS_TAP, /* adb: our public key was offered; somebody must tap "Allow" on the tablet */
  DEVICE_LINK_UNTRUSTED, /* adb: it refused our signature and we did not offer the key (connect without offer) */
  DEVICE_LINK_READY,     /* adb: CNXN received, our key is trusted; fastboot: it answers getvar */
  DEVICE_LINK_BUSY,
  DEVICE_LINK_NO_PERMISSION,
  DEVICE_LINK_NO_ROOM,
  DEVICE_LINK_BROKEN /* failed: see the error of the callback; connect may be tried again */
} DeviceLink;
/* "none" "opening" "needs_tap" "untrusted" "ready" "busy" "no_permission" "no_room" "broken" */
const char *device_link_name (DeviceLink link);

/* One plug-in of one device. Borrowed from the bench: valid inside the callback, or until the main loop runs again. */
typedef struct {
  guint64 session;       /* a new number at each arrival, never reused: the same session is the same plug-in */
  const char *port;      /* "1-1.2": bus and port numbers; survives mode switches. The identity is port + serial */
  const char *serial;    /* NULL when there is none, or one of the known placeholders (0123456789ABCDEF ...) */
  gboolean is_duplicate; /* another device on the bench now shows the same serial */
  DeviceMode mode;
  DeviceLink link;
  gboolean
      has_asked; /* READY over adb: it asked who we are and took our key. FALSE = it lets anybody in (trade-in mode of a
                          * freshly reset Android 16, test build): being let in is then no proof of a former trust */
  guint16 vendor, product;
  const char *holder;       /* link BUSY: the program that holds it ("adb"); NULL: it cannot be seen */
  int holder_pid;           /* its process; 0 likewise */
  gboolean is_silent;       /* link BROKEN: it never answered, rather than nonsense */
  const char *maker, *name; /* USB strings, or NULL; name: the model, once its modem's port said it (bench_identify) */
} Device;

/* Does it show the USB product number of Android's recovery (AOSP bootable/recovery, etc/init.rc: D001)? It is not back yet then. */
gboolean device_is_recovery (const Device *device);
/* Is it one of the serial numbers that cheap tablets ship with by the thousand ("0123456789ABCDEF", zeros, nothing)? It is no identity. */
gboolean device_serial_is_dummy (const char *serial);

typedef enum {
  BENCH_ARRIVED, /* plugged in (or came back): descriptors and serial are read, nothing was sent */
  BENCH_CHANGED, /* link, serial or is_duplicate changed */
  BENCH_LEFT,    /* unplugged; the device is still readable during this call */
} BenchEvent;
typedef void (*BenchFunc) (const Device *device, BenchEvent event, gpointer user);

typedef struct _Bench Bench;

/* Starts watching USB in the default main context, and reports what is plugged in already as BENCH_ARRIVED from the loop.
 * key_path: PEM file of our RSA-2048 adb key, made (mode 0600) when absent. NULL with DEVICE_ERROR_SETUP on failure. */
Bench *bench_new (const char *key_path, BenchFunc func, gpointer user, GError **error);
/* Cancels what is under way (their callbacks get DEVICE_ERROR_GONE), closes all, frees. Accepts NULL. */
void bench_free (Bench *bench);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)
/* All devices with an Android-like or portable-device face, by port. Array of borrowed `const Device *`; caller unrefs it. */
GPtrArray *bench_list (Bench *bench);
/* TRUE while the strings of a device that is plugged in there are still being read: it has not been announced yet. port: NULL for any. */
gboolean bench_is_reading (Bench *bench, const char *port);
/* NULL when that plug-in is over. */
const Device *bench_find (Bench *bench, guint64 session);
const Device *bench_find_port (Bench *bench, const char *port);

typedef enum {
  BENCH_CONNECT_OFFER_KEY =
      1, /* adb: after our signature is refused, offer the public key (the tablet asks its user) */
} BenchConnectFlags;
/* Opens, claims and greets. Progress is reported by BENCH_CHANGED. No effect when already opening or ready. FALSE when the
 * session is over or the device is DEVICE_PLAIN. A failure shows as link BUSY, NO_PERMISSION, NO_ROOM or BROKEN; the sentence is in
 * bench_link_error(). NEEDS_TAP has no time-out here: the caller owns one. */
gboolean bench_connect (Bench *bench, guint64 session, BenchConnectFlags flags, GError **error);
/* Why the last connect of that session failed; NULL when it did not. Borrowed. */
const char *bench_link_error (Bench *bench, guint64 session);
/* Closes the link; the interface is free for other programs. One that failed keeps showing why, until it is tried again. */
void bench_disconnect (Bench *bench, guint64 session);

/* ---- a recording of one port, without personal data, for who cannot be at this bench (record.c; docs/decisions/0025-recordings.md) ---- */

#define RECORDS_MAX 4 /* at once */
typedef struct _Record Record;
/* line: one line of it, without its end; NULL after the last one. Called in the main loop, also from inside of calls to the bench; must not free the
 * record. */
typedef void (*RecordFunc) (const char *line, gpointer user);
/* Records what comes and goes on that port and what is said over links that are opened from now on. Nothing is sent, and nothing else is done, because of
 * it. settle_ms: how long a tablet must stay before it is believed to be back, for the reader. NULL: there are too many, or one of that port. */
Record *bench_record (Bench *bench, const char *port, guint settle_ms, RecordFunc func, gpointer user);
/* A wipe of its tablet came to that state. All words are stable; strategy may be NULL. */
void record_wipe (Record *record, const char *state, const char *strategy, const char *verdict);
/* Its last line, which says why. No effect when it is over. */
void record_end (Record *record, const char *because);
/* func is not called any more. Before bench_free. Accepts NULL. */
void record_free (Record *record);

/* What a connected device says of itself. -1 / NULL = it did not say. Account names are never kept, only counts. */
typedef struct {
  DeviceMode mode;
  char *serial; /* ro.serialno, or fastboot serialno */
  char *imei;   /* of bench_identify: 15 digits (their check digit is not looked at). Over adb it is an ArrivalFacts' */
  char *maker, *model, *android_version, *security_patch, *fingerprint;
  int sdk;
  int battery_percent;     /* 0..100 */
  int is_charging;         /* 0, 1 or -1 */
  int battery_is_low;      /* fastboot: the boot loader's own judgement (battery-soc-ok) */
  int google_accounts;     /* of all users; -1 = unreadable, likewise the two below */
  int maker_accounts;      /* of makers whose lock may survive a reset: Samsung, Xiaomi, Huawei, Honor */
  int other_accounts;      /* of applications: they lock nothing */
  int users;               /* how many people's spaces are on it */
  int has_recovery_wipe;   /* `cmd recovery` knows the verb "wipe" */
  int has_persistent_data; /* it names a persistent data partition (ro.frp.pst), where Google's lock lives */
  int lock_is_active;      /* that partition says that Google's lock is active now */
  int oem_unlock_allowed;  /* the developer option "OEM unlocking" is on */
  int in_test_mode;        /* test harness mode (persist.sys.test_harness) */
  int has_device_owner;
  char *owner;       /* component of the device-owner application, when there is one */
  int merge_pending; /* an unfinished system update (snapshot) */
  int is_unlocked;   /* fastboot unlocked=yes; adb: ro.boot.verifiedbootstate orange */
  int is_userspace;  /* fastboot: it is fastbootd, not a bootloader */
  char *encryption;  /* "file", "block", "none", NULL */
} DeviceFacts;
/* Nothing is known. */
DeviceFacts *device_facts_new (DeviceMode mode);
void device_facts_free (DeviceFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DeviceFacts, device_facts_free)

/* facts: owned by the callee, NULL on error. */
typedef void (*ProbeFunc) (DeviceFacts *facts, const GError *error, gpointer user);
/* Reads the facts of a READY device (adb: getprop, dumpsys; fastboot: getvar). Read-only. The callback is always called once. */
void bench_probe (Bench *bench, guint64 session, GCancellable *cancellable, ProbeFunc func, gpointer user);

/* From here on bench_identify may ask. Before that no modem's port is ever opened (temoin.conf: samsung_at). */
void bench_allow_samsung_at (Bench *bench);
/* Asks a plain Samsung tablet who it is, over its modem's port, with the one command of at_port.h: its serial, its model, its IMEI, which are all that
 * facts has. For recognising it, never for wiping it, and no evidence of anything: no link is READY because of it, and it is closed again when the
 * callback is called. A failure shows as after bench_connect. TRUE: the callback is called once, from the loop, or when the link is closed
 * (DEVICE_ERROR_GONE). FALSE: it is not allowed, or that plug-in has no such port, or is spoken to already; nothing was opened. */
gboolean bench_identify (Bench *bench, guint64 session, ProbeFunc func, gpointer user);

/* What a tablet says at its arrival beyond DeviceFacts. */
typedef struct {
  gint64 storage_bytes;       /* of its user data; -1 = not said */
  const char *battery_health; /* "good" "overheat" "dead" "over_voltage" "failure" "cold", or NULL. Static */
  char *imei;                 /* 15 digits (their check digit is not looked at), or NULL */
} ArrivalFacts;
/* facts: borrowed, NULL on error. */
typedef void (*ArrivalFunc) (const ArrivalFacts *facts, const GError *error, gpointer user);
/* Asks a READY adb device. Read-only. The callback is always called once, maybe before this returns. */
void bench_read_arrival (Bench *bench, guint64 session, GCancellable *cancellable, ArrivalFunc func, gpointer user);

/* ---- what a reset tablet proves of itself: Android 16's trade-in mode (tradein.c) ---- */

typedef struct {
  gboolean is_locked;                 /* Google's lock (FRP): a former account is asked */
  int battery_health, battery_cycles; /* percent, cycles; -1 = not said */
  GBytes *chain;          /* attestation of our challenge: certificates in DER, one after the other; NULL = none */
  char *no_chain_because; /* the tablet's own words; NULL with a chain */
} TradeinStatus;
void tradein_status_free (TradeinStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TradeinStatus, tradein_status_free)
/* status: borrowed, NULL on error. */
typedef void (*TradeinFunc) (const TradeinStatus *status, const GError *error, gpointer user);
/* Asks a READY adb device for its trade-in status over a challenge of 1 to 128 letters and digits. Read-only. The callback is always called
 * once. DEVICE_ERROR_REFUSED: it is not in trade-in mode. */
void bench_ask_tradein (Bench *bench, guint64 session, const char *challenge, GCancellable *cancellable,
                        TradeinFunc func, gpointer user);

typedef struct {
  const char *challenge; /* what was sent */
  const char *serial;    /* as on the cable */
  const char *const *
      roots; /* SHA-256 of the public keys (SubjectPublicKeyInfo) of the roots that are trusted, in hex; NULL or empty: any */
} AttestationExpected;
#define ATTESTATION_WORDS 8
/* Stable words, static. */
typedef struct {
  const char
      *failure; /* why it proves nothing: "chain_broken" "challenge_differs" "boot_unverified" ...; NULL: it holds */
  const char *level;                                                       /* "trusted_environment" "strongbox" */
  const char *verified[ATTESTATION_WORDS], *unverified[ATTESTATION_WORDS]; /* "chain_signatures" ...; NULL-terminated */
} AttestationReport;
/* Checks the chain offline, as far as that goes: signatures, one extension, our challenge in it, hardware, a locked boot loader and a
 * system signed by the maker, the serial when the chip says it, the root when some are given. Never: revocation, dates. */
void attestation_check (GBytes *chain, const AttestationExpected *expected, AttestationReport *report);

/* An application of the fleet that can wipe, as the configuration says. */
typedef struct {
  char *component; /* "package/class"; NULL: there is none */
  char *command;   /* shell command that makes it wipe; STRATEGY_FLAGS_MARK in it stands for the flags */
  char *says;      /* what that command prints when the wipe was taken; NULL: exit code 0 */
  int flags;       /* DevicePolicyManager.wipeDevice: 1 external storage, STRATEGY_WIPES_LOCK, 4 eSIM */
  GBytes *apk;     /* the application itself, to be installed; or NULL */
} StrategyApp;
#define STRATEGY_FLAGS_MARK "{flags}"
#define STRATEGY_WIPES_LOCK 2 /* WIPE_RESET_PROTECTION_DATA, for a device owner only */
typedef struct {
  StrategyApp owner;  /* the device owner of enrolled tablets */
  StrategyApp helper; /* installed and made administrator just to wipe */
} StrategySettings;
/* Borrowed from here on until bench_free; before it is called nothing is configured. */
void bench_configure (Bench *bench, const StrategySettings *settings);
/* Is the device owner that was read our own application? */
gboolean strategy_owner_is_ours (const DeviceFacts *facts, const StrategySettings *settings);

typedef enum {
  STRATEGY_AUTOMATIC, /* chosen when nothing stands against it */
  STRATEGY_FALLBACK,  /* chosen when nothing automatic can work */
  STRATEGY_ON_DEMAND, /* only when somebody asks for it */
} StrategyChoice;
typedef enum {
  STRATEGY_LINK_NEEDED,
  STRATEGY_LINK_IF_TRUSTED, /* read the tablet when it knows our key, ask nobody to tap */
  STRATEGY_LINK_NONE,       /* a person does it and the host only watches the port */
} StrategyLink;
typedef enum {
  STRATEGY_HAND_NONE,     /* a command does it */
  STRATEGY_HAND_SETTINGS, /* a person resets it in its Settings */
  STRATEGY_HAND_KEYS,     /* a person resets it in its recovery menu */
} StrategyHand;

/* One way to reset a tablet: one row, one file (strategy_*.c). */
typedef enum {
  STRATEGY_SAID, /* text = a command just sent, or what a person was asked (stable English words, for the evidence) */
  STRATEGY_ANSWERED, /* text = what the device answered */
  STRATEGY_ACCEPTED, /* the device took the wipe; it must now leave its port. Last call */
  STRATEGY_FAILED,   /* error is set. was_sent tells whether the wipe command may have reached the device. Last call */
} StrategyEvent;
typedef void (*StrategyFunc) (StrategyEvent event, const char *text, gboolean was_sent, const GError *error,
                              gpointer user);
typedef struct _Strategy {
  const char *name; /* "recovery-wipe" "fastboot" "guided" ...: stored in the register, shown, accepted by --strategy */
  const char *title_fr, *title_en;
  const char
      *because; /* stable word: why it is chosen when nothing stands against it; NULL when it is never chosen so */
  StrategyChoice choice;
  StrategyLink link;
  StrategyHand by_hand;
  gboolean leaves_test_mode; /* what it leaves behind may not be lent: a real reset must follow */
  /* NULL: never. */
  gboolean (*clears_google_lock) (const StrategySettings *settings);
  /* May it work on this device? The slot may be NULL (it always may). NULL means yes, else a stable word: "needs_android_15" "needs_unlocked_bootloader" ... */
  const char *(*objection) (const DeviceFacts *facts, const StrategySettings *settings);
  /* Checks once more, over the same link, that the serial is expected_serial; then sends the wipe, exactly once. */
  void (*start) (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable,
                 StrategyFunc func, gpointer user);
} Strategy;
/* Makes our application (settings: owner) the device owner of a READY tablet, installing it when it is not there. The serial is checked first;
 * STRATEGY_ACCEPTED: the tablet says that it is so. Nothing is erased. */
void bench_enrol (Bench *bench, guint64 session, const char *expected_serial, GCancellable *cancellable,
                  StrategyFunc func, gpointer user);
gboolean strategy_clears_google_lock (const Strategy *strategy, const StrategySettings *settings);
/* In the order of preference; exactly one is the fallback. */
const Strategy *const *strategy_list (gsize *n);
/* NULL when there is none of that name. */
const Strategy *strategy_find (const char *name);
