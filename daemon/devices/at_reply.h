/* What a Samsung tablet answers to AT+DEVCONINFO: a line of KEY(value) between semicolons, then OK. The form is nowhere documented by its maker; it is as
 * programs of others publish it (ElXreno/cscctl, internal/device/device_test.go; yanuino/nanosamfw; apeppels/galaxy-at-tool, README):
 *   +DEVCONINFO: MN(SM-X110);BASE(...);VER(.../...);...;SN(R9...);IMEI(...);UN(...);PN();CON(AT,MTP);LOCK(NONE);...
 * No I/O. */
#pragma once
#include <glib.h>

#define AT_REPLY_MAX 4096 /* bytes: those that were published have less than 700 */
#define AT_WORD_MAX  32   /* letters of a value; a longer one is left out */
#define AT_IMEI_MAX  15

/* "": it did not say, or said what is none ("UNKNOWN", zeros, letters that belong in no such number). */
typedef struct {
  char model[AT_WORD_MAX + 1];  /* MN */
  char serial[AT_WORD_MAX + 1]; /* SN: on the box */
  char unique[AT_WORD_MAX + 1]; /* UN: what older tablets show on the cable instead */
  char imei[AT_IMEI_MAX + 1];   /* 15 digits: the first one of two */
} AtReply;

typedef enum {
  AT_PARTIAL,  /* more must come */
  AT_ANSWERED, /* the line, then OK */
  AT_REFUSED,  /* ERROR */
} AtReplyKind;

/* Reads all that has come since the command: its echo, other lines and bytes that make no sense are passed over. n: at most AT_REPLY_MAX. reply: written
 * with AT_ANSWERED only. */
AtReplyKind at_reply_parse (const guint8 *data, gsize n, AtReply *reply);
