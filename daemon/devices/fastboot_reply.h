/* One reply of the fastboot protocol (AOSP system/core fastboot/README.md): four letters, then text. No I/O. */
#pragma once
#include <glib.h>

#define FASTBOOT_REPLY_MAX 256 /* bytes */

typedef enum { FASTBOOT_OKAY, FASTBOOT_FAIL, FASTBOOT_INFO, FASTBOOT_TEXT, FASTBOOT_DATA } FastbootReplyKind;

/* FALSE, outputs untouched, when the bytes are no reply. text: to be freed; printable, without white space around; "" when
 * the device said nothing more. */
gboolean fastboot_reply_parse (const guint8 *data, gsize n, FastbootReplyKind *kind, char **text);
