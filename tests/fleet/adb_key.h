// RSA keys as adb hosts send them: checks a signature over a token. Trust is the tablet's business.
#pragma once

#include <glib.h>

#define ADB_TOKEN_BYTES     20
#define ADB_SIGNATURE_BYTES 256

// TRUE when `text` (base64 of Android's RSA-2048 structure, then a space and a comment) is a usable public key.
gboolean adb_key_is_valid (const char *text);

// TRUE when `signature` is that key's PKCS#1 v1.5 signature with the token taken as the SHA-1 digest.
gboolean adb_key_verifies (const char *text, const guint8 *token, const guint8 *signature, gsize length);
