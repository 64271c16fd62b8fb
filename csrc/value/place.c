/* SPDX-License-Identifier: MIT
 * Things out of an archive into a folder of this machine. */
#include "value/place.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "bytes/memory.h"

#define FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define FILE_FLAGS (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

/* Folders that only names speak of, of which there may otherwise be as many as
 * there may be entries. */
#define FREE_FOLDERS 1000

/* What a folder is to have at the end. */
typedef struct dk_Folder {
  size_t name; /* where it is among the names */
  size_t number;
  mode_t mode;
  int64_t uid, gid;
  struct timespec mtime;
} dk_Folder;

/* ---- what goes wrong ---- */

static int no_memory(dk_Place *p) {
  p->problem.kind = NULL;
  return -1;
}

__attribute__((format(printf, 3, 4))) static int
fail(dk_Place *p, const char *kind, const char *format, ...) {
  va_list arguments;
  char *text;
  p->problem.kind = kind;
  va_start(arguments, format);
  vsnprintf(p->problem.text, sizeof p->problem.text, format, arguments);
  va_end(arguments);
  for (text = p->problem.text; *text != '\0'; text++)
    if (iscntrl((unsigned char)*text)) /* it may be shown on a terminal */
      *text = '?';
  return -1;
}

/* What errno says of a name. */
static int refused(dk_Place *p, const char *name) {
  return fail(p, "argument", "%s: %s", name, strerror(errno));
}

/* One name may lead through many folders. */
static int check_implied(dk_Place *p) {
  if (++p->implied - FREE_FOLDERS <= p->wishes.entries)
    return 0;
  return fail(p, "limit",
              "the names in the archive lead through more than %lld folders",
              (long long)p->wishes.entries);
}

/* ---- begin and end ---- */

int dk_place_open(dk_Place *p, const char *path) {
  p->opened = 1;
  p->parent = p->file = -1;
  p->target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return p->target >= 0 ? 0 : refused(p, path);
}

static void forget_parent(dk_Place *p) {
  if (p->parent >= 0)
    close(p->parent);
  p->parent = -1;
  dk_buffer_clear(&p->reached);
}

/* ---- the way to a folder ---- */

/* Why a part of a name is no folder to go into. */
static int no_way(dk_Place *p, int from, const char *part) {
  int number = errno;
  struct stat s;
  if (fstatat(from, part, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(s.st_mode))
    return fail(p, "protocol",
                "the archive has a name that leads through a link: '%s'",
                p->name.data);
  errno = number;
  return refused(p, p->name.data);
}

/* Opens a folder in another; it is made when it is not there. */
static int open_folder(dk_Place *p, int from, const char *part, int make) {
  int fd = openat(from, part, FOLDER_FLAGS);
  if (fd < 0 && errno == ENOENT && make) {
    if (check_implied(p) < 0)
      return -1;
    if (mkdirat(from, part, 0777) == 0 || errno == EEXIST)
      fd = openat(from, part, FOLDER_FLAGS);
  }
  return fd >= 0 ? fd : no_way(p, from, part);
}

/* Whether the folder that was reached last is on the way to `name`; it need
 * not be left then. */
static int is_below_reached(const dk_Place *p, const char *name,
                            size_t length) {
  size_t reached = p->reached.length;
  return p->parent >= 0 && reached <= length &&
         memcmp(name, p->reached.data, reached) == 0 &&
         (reached == length || name[reached] == '/');
}

/* Goes from the folder that was reached into one in it. */
static int go_into(dk_Place *p, const char *part, size_t length, int make) {
  char text[NAME_MAX + 1];
  int fd, result = DK_OK;
  if (length > NAME_MAX) {
    errno = ENAMETOOLONG;
    return refused(p, p->name.data);
  }
  memcpy(text, part, length);
  text[length] = '\0';
  fd = open_folder(p, p->parent >= 0 ? p->parent : p->target, text, make);
  if (fd < 0)
    return fd;
  if (p->parent >= 0) {
    close(p->parent);
    result = dk_buffer_byte(&p->reached, '/');
  }
  p->parent = fd;
  if (result == DK_OK)
    result = dk_buffer_append(&p->reached, text, length);
  return result == DK_OK ? 0 : no_memory(p);
}

/* Reaches the first `length` bytes of a name, a folder below the target; its
 * descriptor. */
static int reach(dk_Place *p, const char *name, size_t length, int make) {
  size_t at;
  if (!is_below_reached(p, name, length))
    forget_parent(p);
  at = p->reached.length;
  while (at < length) {
    size_t n;
    at += name[at] == '/';
    n = strcspn(name + at, "/");
    if (go_into(p, name + at, n, make) < 0) {
      forget_parent(p);
      return -1;
    }
    at += n;
  }
  return p->parent >= 0 ? p->parent : p->target;
}

/* Reaches the folder that a thing is in, and what it is called there. */
static int reach_parent(dk_Place *p, const char *name, const char **leaf,
                        int make) {
  const char *slash = strrchr(name, '/');
  *leaf = slash != NULL ? slash + 1 : name;
  return reach(p, name, slash != NULL ? (size_t)(slash - name) : 0, make);
}

/* ---- what is there ---- */

/* Makes room for a thing: what is there is taken away, but no folder. 1: there
 * is a folder already, and it is to be one. */
static int clear(dk_Place *p, int parent, const char *leaf,
                 const dk_Entry *e) {
  int is_folder = e->type == DK_ENTRY_FOLDER;
  struct stat s;
  if (fstatat(parent, leaf, &s, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? 0 : refused(p, p->name.data);
  if (S_ISDIR(s.st_mode) && is_folder)
    return 1;
  if (S_ISDIR(s.st_mode))
    return fail(p, "argument", "%s: what is no folder cannot replace one",
                p->name.data);
  if (is_folder)
    return fail(p, "argument", "%s: a folder cannot replace what is none",
                p->name.data);
  return unlinkat(parent, leaf, 0) == 0 ? 0 : refused(p, p->name.data);
}

/* ---- owners, modes and times ---- */

/* What only the owner may grant is kept where owners are. */
static mode_t mode_of(const dk_Place *p, mode_t mode) {
  mode_t bits = p->wishes.owner || p->wishes.setuid ? 07777 : 01777;
  return mode & bits;
}

static int set_owner(dk_Place *p, int parent, const char *leaf, int64_t uid,
                     int64_t gid) {
  if (!p->wishes.owner ||
      fchownat(parent, leaf, (uid_t)uid, (gid_t)gid, AT_SYMLINK_NOFOLLOW) == 0)
    return 0;
  return refused(p, p->name.data);
}

/* A file system that has no such times is none to complain of. */
static void set_time(int parent, const char *leaf, struct timespec mtime) {
  struct timespec times[2] = {{0, UTIME_OMIT}, mtime};
  utimensat(parent, leaf, times, AT_SYMLINK_NOFOLLOW);
}

static int set_mode(dk_Place *p, int parent, const char *leaf, mode_t mode,
                    int flags) {
  if (fchmodat(parent, leaf, mode_of(p, mode), flags) == 0)
    return 0;
  return refused(p, p->name.data);
}

/* ---- one thing ---- */

/* One that is there already gets what the archive says, as it does in moby. */
static int make_folder(dk_Place *p, int parent, const char *leaf,
                       const dk_Entry *e, int is_there) {
  dk_Folder f = {p->names.length, p->folders.length / sizeof f,
                 e->mode,         e->uid,
                 e->gid,          e->mtime};
  if (dk_buffer_append(&p->names, p->name.data, p->name.length + 1) != DK_OK ||
      dk_buffer_append(&p->folders, &f, sizeof f) != DK_OK)
    return no_memory(p);
  p->counts.folders++;
  if (is_there || mkdirat(parent, leaf, 0700) == 0)
    return 1;
  return refused(p, p->name.data);
}

static int make_file(dk_Place *p, int parent, const char *leaf,
                     const dk_Entry *e) {
  p->counts.files++;
  p->size = e->size;
  p->file = openat(parent, leaf, FILE_FLAGS, 0600);
  return p->file >= 0 ? 1 : refused(p, p->name.data);
}

static int make_link(dk_Place *p, int parent, const char *leaf,
                     const dk_Entry *e) {
  p->counts.links++;
  if (symlinkat(e->link != NULL ? e->link : "", parent, leaf) != 0)
    return refused(p, p->name.data);
  if (set_owner(p, parent, leaf, e->uid, e->gid) < 0)
    return -1;
  set_time(parent, leaf, e->mtime);
  return 1;
}

/* What has a name in the archive, as it is called below the target: 1, or 0
 * when it is left out. */
static int place_name(dk_Place *p, dk_Buffer *to, const char *name) {
  switch (dk_name_place(to, name, &p->wishes.renaming)) {
  case DK_OK:
    return to->length > 0;
  case DK_NAME_SHORT:
    p->counts.skipped++;
    return 0;
  case DK_NAME_OUTSIDE:
    return fail(p, "protocol",
                "the archive has a name that leads out of it: '%s'", name);
  default:
    return no_memory(p);
  }
}

/* Reaches the folder of what a hard link leads to, by a descriptor of its own,
 * and what that is called there. */
static int reach_other(dk_Place *p, const char *link, const char **leaf) {
  int parent, result = place_name(p, &p->other, link != NULL ? link : "");
  if (result < 0)
    return result;
  if (result == 0)
    return fail(p, "protocol", "a hard link leads to nothing: '%s'", link);
  parent = reach_parent(p, p->other.data, leaf, 0);
  if (parent < 0)
    return parent;
  parent = fcntl(parent, F_DUPFD_CLOEXEC, 0);
  return parent >= 0 ? parent : refused(p, p->other.data);
}

/* Gives what has a name in one folder another in one more. A link is linked to
 * itself. */
static int link_to(dk_Place *p, int from, const char *old, int parent,
                   const char *leaf, const dk_Entry *e) {
  struct stat a, b;
  if (fstatat(from, old, &a, AT_SYMLINK_NOFOLLOW) != 0)
    return refused(p, p->other.data);
  if (S_ISDIR(a.st_mode))
    return fail(p, "protocol", "a hard link leads to a folder: '%s'",
                p->other.data);
  if (fstatat(parent, leaf, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
      a.st_dev == b.st_dev && a.st_ino == b.st_ino)
    return 1; /* it has both names */
  if (clear(p, parent, leaf, e) < 0)
    return -1;
  return linkat(from, old, parent, leaf, 0) == 0 ? 1
                                                 : refused(p, p->name.data);
}

static int make_hard_link(dk_Place *p, const dk_Entry *e) {
  const char *old = NULL, *leaf;
  int parent, result = -1, from = reach_other(p, e->link, &old);
  if (from < 0)
    return from;
  p->counts.links++;
  parent = reach_parent(p, p->name.data, &leaf, 1);
  if (parent >= 0)
    result = link_to(p, from, old, parent, leaf, e);
  close(from);
  return result;
}

static int make_node(dk_Place *p, int parent, const char *leaf,
                     const dk_Entry *e) {
  mode_t type = e->type == DK_ENTRY_FIFO        ? S_IFIFO
                : e->type == DK_ENTRY_CHARACTER ? S_IFCHR
                                                : S_IFBLK;
  p->counts.others++;
  if (mknodat(parent, leaf, type | 0600, e->device) != 0)
    return refused(p, p->name.data);
  if (set_owner(p, parent, leaf, e->uid, e->gid) < 0 ||
      set_mode(p, parent, leaf, e->mode, AT_SYMLINK_NOFOLLOW) < 0)
    return -1;
  set_time(parent, leaf, e->mtime);
  return 1;
}

static int make(dk_Place *p, int parent, const char *leaf, const dk_Entry *e,
                int is_there) {
  switch (e->type) {
  case DK_ENTRY_FILE:
    return make_file(p, parent, leaf, e);
  case DK_ENTRY_FOLDER:
    return make_folder(p, parent, leaf, e, is_there);
  case DK_ENTRY_LINK:
    return make_link(p, parent, leaf, e);
  default:
    return make_node(p, parent, leaf, e);
  }
}

/* ---- an entry ---- */

static int check_limits(dk_Place *p, const dk_Entry *e) {
  const dk_Wishes *w = &p->wishes;
  dk_Counts *c = &p->counts;
  if (++c->entries > w->entries)
    return fail(p, "limit", "the archive has more than %lld entries",
                (long long)w->entries);
  if (e->type != DK_ENTRY_FILE)
    return 0;
  if (e->size < 0 || e->size > w->bytes - c->bytes)
    return fail(p, "limit",
                "the files of the archive have more than %lld "
                "bytes together",
                (long long)w->bytes);
  c->bytes += e->size;
  return 0;
}

/* Where owners are kept, numbers that nobody can have are none. */
static int check_owner(dk_Place *p, const dk_Entry *e) {
  const int64_t most = UINT32_MAX - 1;
  if (!p->wishes.owner ||
      (e->uid >= 0 && e->uid <= most && e->gid >= 0 && e->gid <= most))
    return 0;
  return fail(p, "protocol", "%s: its owner is no number of one",
              p->name.data);
}

static int is_wanted(const dk_Place *p, const dk_Entry *e) {
  if (e->type == DK_ENTRY_CHARACTER || e->type == DK_ENTRY_BLOCK)
    return p->wishes.devices;
  return e->type != DK_ENTRY_OTHER;
}

/* Makes a thing whose name is known. */
static int place(dk_Place *p, const dk_Entry *e) {
  const char *leaf;
  int result, parent;
  if (e->type == DK_ENTRY_HARD_LINK)
    return make_hard_link(p, e);
  parent = reach_parent(p, p->name.data, &leaf, 1);
  if (parent < 0)
    return -1;
  result = clear(p, parent, leaf, e);
  if (result < 0)
    return result;
  return make(p, parent, leaf, e, result);
}

int dk_place_begin(dk_Place *p, const dk_Entry *e) {
  int result = check_limits(p, e);
  if (result < 0)
    return result;
  result = place_name(p, &p->name, e->name != NULL ? e->name : "");
  if (result < 0)
    return result;
  if (result == 0)
    return 0;
  if (!is_wanted(p, e)) {
    p->counts.skipped++;
    return 0;
  }
  return check_owner(p, e) < 0 ? -1 : place(p, e);
}

/* Only what a file is said to have has counted. */
int dk_place_write(dk_Place *p, const void *bytes, size_t length,
                   int64_t offset) {
  if (offset < 0 || (int64_t)length > p->size - offset)
    return fail(p, "protocol", "%s: there is more of it than is said",
                p->name.data);
  while (length > 0) {
    ssize_t n = pwrite(p->file, bytes, length, offset);
    if (n < 0 && errno != EINTR)
      return refused(p, p->name.data);
    if (n > 0) {
      bytes = (const char *)bytes + n;
      length -= (size_t)n;
      offset += n;
    }
  }
  return 0;
}

/* What a file is to have, by its descriptor. */
static int complete(dk_Place *p, const dk_Entry *e) {
  struct timespec times[2] = {{0, UTIME_OMIT}, e->mtime};
  int fd = p->file, kept = p->wishes.owner;
  if (ftruncate(fd, e->size) != 0 ||
      (kept && fchown(fd, (uid_t)e->uid, (gid_t)e->gid) != 0) ||
      fchmod(fd, mode_of(p, e->mode)) != 0)
    return refused(p, p->name.data);
  if (kept && e->capability != NULL &&
      fsetxattr(fd, "security.capability", e->capability, e->capability_length,
                0) != 0)
    return refused(p, p->name.data);
  futimens(fd, times);
  return 0;
}

int dk_place_end(dk_Place *p, const dk_Entry *e) {
  int fd;
  if (p->file < 0)
    return 0;
  if (complete(p, e) < 0)
    return -1;
  fd = p->file;
  p->file = -1;
  return close(fd) == 0 ? 0 : refused(p, p->name.data);
}

/* ---- folders, at the end ---- */

/* What is in a folder before the folder, so that this can be closed to us;
 * what was said last of one, last. */
static int inner_first(const void *a, const void *b, void *names) {
  const dk_Folder *first = a, *second = b;
  int order =
      strcmp((char *)names + second->name, (char *)names + first->name);
  if (order != 0)
    return order;
  return first->number < second->number ? -1 : 1;
}

/* From within, so that it is the folder and nothing that took its place. */
static int finish_folder(dk_Place *p, const dk_Folder *f) {
  const char *name = p->names.data + f->name;
  int fd;
  dk_buffer_clear(&p->name);
  if (dk_buffer_text(&p->name, name) != DK_OK ||
      dk_buffer_terminate(&p->name) != DK_OK)
    return no_memory(p);
  fd = reach(p, name, p->name.length, 0);
  if (fd < 0 || set_owner(p, fd, ".", f->uid, f->gid) < 0)
    return -1;
  set_time(fd, ".", f->mtime); /* the mode may take that away from us */
  return set_mode(p, fd, ".", f->mode, 0);
}

int dk_place_finish(dk_Place *p) {
  int result = 0;
  size_t i, n = p->folders.length / sizeof(dk_Folder);
  dk_Folder *folders = (dk_Folder *)(void *)p->folders.data;
  if (n > 0)
    qsort_r(folders, n, sizeof *folders, inner_first, p->names.data);
  for (i = 0; i < n && result == 0; i++)
    result = finish_folder(p, &folders[i]);
  dk_buffer_clear(&p->folders);
  return result;
}

/* A file that was not written to its end is taken away. */
static void drop_file(dk_Place *p) {
  const char *leaf;
  int parent;
  if (p->file < 0)
    return;
  close(p->file);
  p->file = -1;
  parent = reach_parent(p, p->name.data, &leaf, 0);
  if (parent >= 0)
    unlinkat(parent, leaf, 0);
}

void dk_place_close(dk_Place *p) {
  if (!p->opened)
    return;
  p->opened = 0;
  drop_file(p);
  dk_place_finish(p); /* what there is, where it was given up */
  forget_parent(p);
  if (p->target >= 0)
    close(p->target);
  dk_buffer_free(&p->reached);
  dk_buffer_free(&p->name);
  dk_buffer_free(&p->other);
  dk_buffer_free(&p->folders);
  dk_buffer_free(&p->names);
}
