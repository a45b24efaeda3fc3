/* What a power cut would leave of one folder. A second folder, the shadow, receives a file's bytes when the file is flushed, and its
 * name when the folder is. Not for folders inside, hard links, or writes that do not go through shim.c. Any thread. */
#pragma once
#include <sys/types.h>

/* live, shadow: existing folders; files already in both are taken as flushed. leak_permille: how many sectors of 512 bytes out of
 * 1000 reach the shadow before anybody flushed them, as a disk may do; 0: none does. */
void shadow_open (const char *live, const char *shadow, unsigned leak_permille);
/* Is it a file of the live folder (by descriptor, by path)? */
int shadow_has_fd (int fd);
int shadow_has_path (const char *path);
/* So many bytes were written there; the file now has this length; it was flushed; flushing failed, so that what was not yet
 * flushed never will be. */
void shadow_written (int fd, const void *bytes, size_t count, off_t offset);
void shadow_truncated (int fd, off_t length);
void shadow_flushed (int fd);
void shadow_flush_failed (int fd);
/* Before the name goes away, or another file takes it. Removals are durable at once (a real disk may delay them until the folder
 * is flushed). */
void shadow_unlinked (const char *path);
void shadow_renamed (const char *from, const char *to);
