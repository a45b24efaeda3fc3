/* Our adb identity: one RSA-2048 key in a PEM file.
 * Not for the conversation that uses it: adb.c. */
#pragma once
#include <gio/gio.h>

#define ADB_TOKEN_SIZE     20  /* bytes */
#define ADB_SIGNATURE_SIZE 256 /* bytes */

typedef struct _AdbKey AdbKey;

/* Reads the key of that file; makes it (mode 0600, written whole or not at all) when the file is absent.
 * NULL with DEVICE_ERROR_SETUP when it cannot be read, is not an RSA-2048 key, or cannot be written. */
AdbKey *adb_key_load (const char *path, GError **error);
/* Accepts NULL. */
void adb_key_free (AdbKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdbKey, adb_key_free)
/* PKCS#1 v1.5 with the SHA-1 DigestInfo, the token being used as the digest (AOSP adb client/auth.cpp). */
gboolean adb_key_sign (const AdbKey *key, const guint8 token[ADB_TOKEN_SIZE], guint8 signature[ADB_SIGNATURE_SIZE],
                       GError **error);
/* The payload of AUTH(3): base64 of adbd's 524-byte public key, " temoin@HOST" and the closing NUL, which counts.
 * Borrowed from the key. */
GBytes *adb_key_public (const AdbKey *key);
