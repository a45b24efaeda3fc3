/* Encrypted files, with libsodium's secretstream (XChaCha20-Poly1305): what was cut, put in another order or changed is refused as a whole.
 * The key stays with whoever runs this program: the daemon never sees it.
 *
 * A sealed file: 16 bytes "TEMOIN-SEALED-1\n", 16 bytes naming the key (a hash of it), the stream's header, then pieces of 64 KiB, each
 * with its tag; the last one says that it is. The first 32 bytes are authenticated with the first piece.
 * A key file: one line, "temoin-key-1 " and 64 hexadecimal digits. */
#pragma once
#include "cli/files.h"
#include <sodium.h>

typedef struct {
  guint8 bytes[crypto_secretstream_xchacha20poly1305_KEYBYTES];
} SealKey;

/* Writes a new key into a new file that only its owner may read. FALSE with LEAVE_USAGE. */
gboolean seal_key_make (const Session *session, const char *path, GError **error);
/* Reads a key. path NULL: the systemd credential "backup-key" when this service was given one, else no key: *has_key tells. A file
 * that others may read is refused. FALSE with LEAVE_USAGE. */
gboolean seal_key_read (const Session *session, const char *path, SealKey *key, gboolean *has_key, GError **error);

/* A stream that seals what is written to it into below (borrowed, stays open). fclose writes the last piece: its result counts. */
FILE *seal_writer (FILE *below, const SealKey *key);
/* Does the file (seekable; left at its start) begin as a sealed one does? */
gboolean seal_is_sealed (FILE *file);
/* The whole content of a sealed file, in an unnamed temporary file; nothing of it is given before all of it was found right. key NULL:
 * none was given. name: for the sentence. NULL with LEAVE_USAGE. */
FILE *seal_open (const Session *session, FILE *sealed, const SealKey *key, const char *name, GError **error);
