/* The shadow folder. Each file of the live one has a durable twin ".durable-N" in the shadow, and under its own name a link to that
 * twin, made when the folder is flushed. A file is known by its inode until its last name goes. */
#include "tests/powercut/shadow.h"
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX    64
#define SECTOR_BYTES 512
#define COPY_BYTES   65536
#define NAME_BYTES   4096

typedef struct {
  off_t offset;
  size_t count;
} Range;

typedef struct {
  ino_t inode; /* 0: a free place */
  int serial;  /* N of the twin's name */
  int twin;    /* descriptor */
  Range *dirty;
  size_t dirty_n, dirty_size;
} File;

static struct {
  pthread_mutex_t lock;
  char live[NAME_BYTES], folder[NAME_BYTES]; /* "": not open */
  struct stat live_status;
  unsigned leak_permille, random;
  int serials;
  File files[FILES_MAX];
} shadow = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* What cannot go on would make the test say something false. */
static void
must (int is_good, const char *what)
{
  if (is_good)
    return;
  perror (what);
  abort ();
}

static void
join (char *path, const char *folder, const char *name)
{
  must (snprintf (path, NAME_BYTES, "%s/%s", folder, name) < NAME_BYTES, "path");
}

static void
twin_path (char *path, const File *file)
{
  char name[32];
  snprintf (name, sizeof name, ".durable-%d", file->serial);
  join (path, shadow.folder, name);
}

/* ---- files ---- */

static File *
find (ino_t inode)
{
  for (size_t i = 0; i < FILES_MAX; i++)
    if (shadow.files[i].inode == inode)
      return &shadow.files[i];
  return NULL;
}

/* known: the path in the shadow of a file that was there before, or NULL. */
static File *
add (ino_t inode, const char *known)
{
  char path[NAME_BYTES];
  File *file = find (0);
  must (file != NULL, "too many files");
  *file = (File){.inode = inode, .serial = shadow.serials++};
  twin_path (path, file);
  if (known != NULL)
    must (link (known, path) == 0, path);
  file->twin = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  must (file->twin >= 0, path);
  return file;
}

static void
forget (const char *path)
{
  struct stat status;
  File *file = lstat (path, &status) == 0 ? find (status.st_ino) : NULL;
  if (file == NULL || status.st_nlink > 1)
    return;
  char twin[NAME_BYTES];
  twin_path (twin, file);
  close (file->twin);
  unlink (twin);
  free (file->dirty);
  *file = (File){0};
}

/* The file behind a descriptor; made when it is new. */
static File *
file_of (int fd)
{
  struct stat status;
  must (fstat (fd, &status) == 0, "fstat");
  File *file = find (status.st_ino);
  return file != NULL ? file : add (status.st_ino, NULL);
}

static void
add_dirty (File *file, off_t offset, size_t count)
{
  if (file->dirty_n == file->dirty_size) {
    file->dirty_size = file->dirty_size * 2 + 64;
    file->dirty = realloc (file->dirty, file->dirty_size * sizeof *file->dirty);
    must (file->dirty != NULL, "realloc");
  }
  file->dirty[file->dirty_n++] = (Range){offset, count};
}

static void
copy_range (int from, int to, Range range)
{
  static char bytes[COPY_BYTES]; /* under the lock */
  while (range.count > 0) {
    size_t wanted = range.count < sizeof bytes ? range.count : sizeof bytes;
    ssize_t got = pread (from, bytes, wanted, range.offset);
    must (got >= 0, "what is flushed must be opened for reading too");
    if (got == 0)
      return; /* cut off since it was written */
    must (pwrite (to, bytes, (size_t)got, range.offset) == got, "shadow");
    range.offset += got;
    range.count -= (size_t)got;
  }
}

static void
flush_file (int fd)
{
  struct stat live, twin;
  File *file = file_of (fd);
  must (fstat (fd, &live) == 0 && fstat (file->twin, &twin) == 0, "fstat");
  for (size_t i = 0; i < file->dirty_n; i++)
    copy_range (fd, file->twin, file->dirty[i]);
  file->dirty_n = 0;
  if (live.st_size != twin.st_size)
    must (ftruncate (file->twin, live.st_size) == 0, "shadow");
}

/* ---- names ---- */

/* In one step: a cut between two would leave what no disk leaves. */
static void
name_twin (const File *file, const char *name)
{
  char twin[NAME_BYTES], incoming[NAME_BYTES], path[NAME_BYTES];
  struct stat there, ours;
  twin_path (twin, file);
  join (incoming, shadow.folder, ".incoming");
  join (path, shadow.folder, name);
  must (stat (twin, &ours) == 0, twin);
  if (stat (path, &there) == 0 && there.st_ino == ours.st_ino)
    return;
  must (link (twin, incoming) == 0 && rename (incoming, path) == 0, path);
}

typedef void (*Each) (const char *name, const char *path, const struct stat *status);

static void
each_file (const char *folder, Each func)
{
  DIR *names = opendir (folder);
  must (names != NULL, folder);
  for (struct dirent *entry; (entry = readdir (names)) != NULL;) {
    char path[NAME_BYTES];
    struct stat status;
    join (path, folder, entry->d_name);
    if (entry->d_name[0] != '.' && lstat (path, &status) == 0 && S_ISREG (status.st_mode))
      func (entry->d_name, path, &status);
  }
  closedir (names);
}

static void
flush_name (const char *name, const char *path, const struct stat *status)
{
  (void)path;
  const File *file = find (status->st_ino);
  name_twin (file != NULL ? file : add (status->st_ino, NULL), name);
}

static void
take_known (const char *name, const char *path, const struct stat *status)
{
  (void)path;
  char known[NAME_BYTES];
  join (known, shadow.folder, name);
  if (access (known, F_OK) == 0)
    add (status->st_ino, known);
}

/* ---- the seam ---- */

void
shadow_open (const char *live, const char *folder, unsigned leak_permille)
{
  must (stat (live, &shadow.live_status) == 0, live);
  must (strlen (live) < NAME_BYTES && strlen (folder) < NAME_BYTES, "path");
  strcpy (shadow.live, live);
  strcpy (shadow.folder, folder);
  shadow.leak_permille = leak_permille;
  shadow.random = (unsigned)getpid ();
  each_file (live, take_known);
}

int
shadow_has_path (const char *path)
{
  size_t n = strlen (shadow.live);
  return n > 0 && strncmp (path, shadow.live, n) == 0 && path[n] == '/' && strchr (path + n + 1, '/') == NULL;
}

static int
is_folder (const struct stat *status)
{
  return S_ISDIR (status->st_mode) && status->st_ino == shadow.live_status.st_ino &&
         status->st_dev == shadow.live_status.st_dev;
}

int
shadow_has_fd (int fd)
{
  char link_name[32], path[NAME_BYTES];
  struct stat status;
  if (shadow.live[0] == '\0' || fstat (fd, &status) != 0 || status.st_dev != shadow.live_status.st_dev)
    return 0;
  if (is_folder (&status))
    return 1;
  snprintf (link_name, sizeof link_name, "/proc/self/fd/%d", fd);
  ssize_t n = S_ISREG (status.st_mode) && status.st_nlink > 0 ? readlink (link_name, path, sizeof path - 1) : -1;
  if (n < 0)
    return 0;
  path[n] = '\0';
  return shadow_has_path (path);
}

static int
leaks (void)
{
  return (unsigned)rand_r (&shadow.random) % 1000 < shadow.leak_permille;
}

void
shadow_written (int fd, const void *bytes, size_t count, off_t offset)
{
  pthread_mutex_lock (&shadow.lock);
  File *file = file_of (fd);
  add_dirty (file, offset, count);
  for (size_t done = 0; done < count;) {
    size_t to_edge = SECTOR_BYTES - (size_t)(offset + (off_t)done) % SECTOR_BYTES;
    size_t n = to_edge < count - done ? to_edge : count - done;
    if (leaks ())
      must (pwrite (file->twin, (const char *)bytes + done, n, offset + (off_t)done) == (ssize_t)n, "shadow");
    done += n;
  }
  pthread_mutex_unlock (&shadow.lock);
}

void
shadow_truncated (int fd, off_t length)
{
  pthread_mutex_lock (&shadow.lock);
  const File *file = file_of (fd);
  if (leaks ())
    must (ftruncate (file->twin, length) == 0, "shadow");
  pthread_mutex_unlock (&shadow.lock);
}

void
shadow_flushed (int fd)
{
  struct stat status;
  must (fstat (fd, &status) == 0, "fstat");
  pthread_mutex_lock (&shadow.lock);
  if (is_folder (&status))
    each_file (shadow.live, flush_name);
  else
    flush_file (fd);
  pthread_mutex_unlock (&shadow.lock);
}

void
shadow_flush_failed (int fd)
{
  struct stat status;
  must (fstat (fd, &status) == 0, "fstat");
  pthread_mutex_lock (&shadow.lock);
  if (!is_folder (&status))
    file_of (fd)->dirty_n = 0;
  pthread_mutex_unlock (&shadow.lock);
}

void
shadow_unlinked (const char *path)
{
  char there[NAME_BYTES];
  pthread_mutex_lock (&shadow.lock);
  forget (path);
  join (there, shadow.folder, strrchr (path, '/') + 1);
  unlink (there);
  pthread_mutex_unlock (&shadow.lock);
}

void
shadow_renamed (const char *from, const char *to)
{
  char old[NAME_BYTES], new[NAME_BYTES];
  pthread_mutex_lock (&shadow.lock);
  forget (to);
  join (old, shadow.folder, strrchr (from, '/') + 1);
  join (new, shadow.folder, strrchr (to, '/') + 1);
  (void)rename (old, new); /* not there yet: the folder was never flushed with it */
  pthread_mutex_unlock (&shadow.lock);
}
