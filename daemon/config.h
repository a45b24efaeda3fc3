/* What the daemon is told by its configuration file and its options: the body's name, its calendar, where things are, how long the
 * bench waits. Read once at start. */
#pragma once
#include "daemon/actions/conductor.h"
#include "daemon/rules/dates.h"

typedef struct {
  char *state_dir;  /* the register, our adb key, uploads under way */
  char *database;   /* "sqlite:PATH" or "postgresql://..." */
  char *socket;     /* admin socket */
  char *copy_to;    /* folder on another disk that follows the register; NULL: none */
  char *site;       /* code of the site that this daemon is, as typed; NULL: the one without a name */
  char *owner_line; /* last line of a label: the body's name and phone number */
  char *label_host; /* what a QR code says before the code */
  Calendar calendar;
  Day *closed_days;    /* behind calendar.closed_days */
  gboolean samsung_at; /* may plain Samsung tablets be asked who they are? */
  gboolean modems;     /* is the SIM bench watched? */
  guint operator_ms;   /* how long an operator's answer is waited for */
  char *
      modem_socket; /* where systemd starts temoin-modem; when it is not there, the program beside this one is started */
  char *reset_screens; /* directory of the steps shown for a reset by hand */
  ConductorTimeouts timeouts;
  StrategySettings strategies; /* applications that wipe */
  GStrv attestation_roots;     /* SHA-256 in hex of the public keys of trusted roots (device.h); NULL: none */
  char *key_file;              /* keys of sealed codes; NULL: "secret.key" in state_dir */
  char *dialogues_dir;         /* files of dialogues with operators */
  char *offers_dir;            /* files of operators' offers */
  guint check_ms;              /* between two daily checks */
  RechargeLimits recharge;     /* what one person may have */
  guint statement_deadline_ms; /* of the register */
} Config;

/* The defaults, then the file at path (NULL: none). G_KEY_FILE_ERROR or RULE_ERROR, naming the group and the key; an unknown group or
 * key is an error too, so that a typing mistake is seen. Caller frees. */
Config *config_load (const char *path, GError **error);
/* Accepts NULL. */
void config_free (Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Config, config_free)
