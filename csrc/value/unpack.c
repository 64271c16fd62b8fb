/* SPDX-License-Identifier: MIT
 * A tar archive that is read while it comes. */
#include "value/unpack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bytes/memory.h"

/* What may be done by who runs a file. */
#define CAPABILITY "security.capability"

/* ---- on the strand: what goes wrong ---- */

static int failed(dk_Unpack *u, const char *kind, const char *text) {
  u->problem.kind = kind;
  snprintf(u->problem.text, sizeof u->problem.text, "%s", text);
  return -1;
}

/* Of libarchive. Its warnings do no harm; to try again would pass over what is
 * damaged. */
static int checked(dk_Unpack *u, int result) {
  const char *text;
  if (result >= ARCHIVE_WARN && result != ARCHIVE_RETRY)
    return 0;
  if (archive_errno(u->in) == ENOMEM)
    return failed(u, NULL, "");
  text = archive_error_string(u->in);
  return failed(u, "protocol",
                text != NULL ? text : "the archive is damaged or cut off");
}

static int placed(dk_Unpack *u, int result) {
  if (result < 0)
    u->problem = u->place->problem;
  return result;
}

/* ---- on the strand: pausing ---- */

/* Tells the owner what it has come to, and waits to be told to go on; 0: it
 * was ended. */
static int tell(dk_Unpack *u, dk_Unpacked state) {
  u->state = state;
  return dk_strand_pause(&u->strand);
}

static la_ssize_t take_bytes(struct archive *a, void *unpack,
                             const void **bytes) {
  dk_Unpack *u = unpack;
  size_t length;
  while (u->length == 0 && !u->complete)
    if (!tell(u, DK_UNPACK_BYTES)) {
      archive_set_error(a, ECANCELED, "it was given up");
      return -1;
    }
  *bytes = u->bytes;
  length = u->length;
  u->length = 0;
  u->exhausted = length == 0;
  return (la_ssize_t)length;
}

/* ---- on the strand: things ---- */

static dk_EntryType type_of(struct archive_entry *e) {
  if (archive_entry_hardlink(e) != NULL)
    return DK_ENTRY_HARD_LINK;
  switch (archive_entry_filetype(e)) {
  case AE_IFREG:
    return DK_ENTRY_FILE;
  case AE_IFDIR:
    return DK_ENTRY_FOLDER;
  case AE_IFLNK:
    return DK_ENTRY_LINK;
  case AE_IFIFO:
    return DK_ENTRY_FIFO;
  case AE_IFCHR:
    return DK_ENTRY_CHARACTER;
  case AE_IFBLK:
    return DK_ENTRY_BLOCK;
  default:
    return DK_ENTRY_OTHER;
  }
}

static void read_capability(dk_Entry *to, struct archive_entry *e) {
  const char *name;
  const void *value;
  size_t size;
  archive_entry_xattr_reset(e);
  while (archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK)
    if (strcmp(name, CAPABILITY) == 0) {
      to->capability = value;
      to->capability_length = size;
    }
}

static long nanoseconds(struct archive_entry *e) {
  long n = archive_entry_mtime_nsec(e);
  return n >= 0 && n < 1000000000 ? n : 0;
}

static void read_entry(dk_Unpack *u) {
  struct archive_entry *e = u->header;
  dk_Entry *to = &u->entry;
  memset(to, 0, sizeof *to);
  to->name = archive_entry_pathname(e);
  to->type = type_of(e);
  to->link = to->type == DK_ENTRY_HARD_LINK ? archive_entry_hardlink(e)
                                            : archive_entry_symlink(e);
  to->mode = archive_entry_perm(e);
  to->size = to->type == DK_ENTRY_FILE ? archive_entry_size(e) : 0;
  to->uid = archive_entry_uid(e);
  to->gid = archive_entry_gid(e);
  to->mtime.tv_sec = archive_entry_mtime(e);
  to->mtime.tv_nsec = nanoseconds(e);
  to->device = archive_entry_rdev(e);
  read_capability(to, e);
}

/* The next piece of the present thing: 1, or 0 at its end. */
static int next_data(dk_Unpack *u) {
  la_int64_t offset;
  int result =
      archive_read_data_block(u->in, &u->data, &u->data_length, &offset);
  u->offset = offset;
  if (result == ARCHIVE_EOF)
    return 0;
  return checked(u, result) < 0 ? -1 : 1;
}

static int put_data(dk_Unpack *u) {
  int result;
  while ((result = next_data(u)) > 0) {
    result = placed(
        u, dk_place_write(u->place, u->data, u->data_length, u->offset));
    if (result < 0)
      return result;
  }
  return result;
}

/* Puts the present thing where it goes. */
static int put_entry(dk_Unpack *u) {
  int result = placed(u, dk_place_begin(u->place, &u->entry));
  if (result <= 0)
    return result;
  if (u->entry.type == DK_ENTRY_FILE && put_data(u) < 0)
    return -1;
  return placed(u, dk_place_end(u->place, &u->entry));
}

/* Gives the present thing to the owner, for as long as it wants it. */
static int give_entry(dk_Unpack *u) {
  int more = 0;
  if (!tell(u, DK_UNPACK_ENTRY))
    return -1;
  while (!u->skip && u->entry.type == DK_ENTRY_FILE &&
         (more = next_data(u)) > 0)
    if (!tell(u, DK_UNPACK_DATA))
      return -1;
  if (more < 0)
    return -1;
  return u->skip || tell(u, DK_UNPACK_DONE) ? 0 : -1;
}

/* ---- on the strand: the archive ---- */

/* An archive ends with two blocks of zeros. Where the bytes are over before
 * that, who made it has failed in between, and could not say so. What is
 * compressed is always read to its end, and tells itself when that is
 * missing. */
static int check_end(dk_Unpack *u) {
  if (!u->exhausted || archive_filter_code(u->in, 0) != ARCHIVE_FILTER_NONE)
    return 0;
  return failed(u, "protocol", "the archive was cut off: its end is missing");
}

static int read_all(dk_Unpack *u) {
  int result;
  while ((result = archive_read_next_header(u->in, &u->header)) !=
         ARCHIVE_EOF) {
    if (checked(u, result) < 0)
      return -1;
    read_entry(u);
    if ((u->place != NULL ? put_entry(u) : give_entry(u)) < 0)
      return -1;
  }
  if (check_end(u) < 0)
    return -1;
  return u->place != NULL ? placed(u, dk_place_finish(u->place)) : 0;
}

static void add_filters(struct archive *in) {
  archive_read_support_filter_gzip(in);
  archive_read_support_filter_bzip2(in);
  archive_read_support_filter_xz(in);
  archive_read_support_filter_zstd(in);
}

static int open_archive(dk_Unpack *u) {
  int result = archive_read_support_format_tar(u->in);
  if (u->compressed)
    add_filters(u->in);
  if (result >= ARCHIVE_WARN)
    result = archive_read_open(u->in, u, NULL, take_bytes, NULL);
  return checked(u, result);
}

static void read_archive(dk_Unpack *u) {
  int result = -1;
  u->in = archive_read_new();
  if (u->in == NULL)
    failed(u, NULL, "");
  else if (open_archive(u) == 0)
    result = read_all(u);
  archive_read_free(u->in);
  u->in = NULL;
  u->state = result < 0 ? DK_UNPACK_FAILED : DK_UNPACK_END;
}

/* The plain locale is the strand's own: libarchive has no letters in it for
 * what is not ASCII, and so leaves names the bytes that they are. */
static void run(void *unpack) {
  dk_Unpack *u = unpack;
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (plain == (locale_t)0) {
    failed(u, NULL, "");
    u->state = DK_UNPACK_FAILED;
    return;
  }
  uselocale(plain);
  read_archive(u);
  uselocale(LC_GLOBAL_LOCALE);
  freelocale(plain);
}

/* ---- for the owner ---- */

dk_Unpacked dk_unpack_go(dk_Unpack *u, int skip) {
  int result;
  if (u->state == DK_UNPACK_END || u->state == DK_UNPACK_FAILED)
    return u->state;
  u->skip = skip;
  u->strand.run = run;
  u->strand.subject = u;
  result = dk_strand_resume(&u->strand);
  if (result < 0) {
    u->problem.kind = "argument";
    snprintf(u->problem.text, sizeof u->problem.text,
             "no thread to unpack with: %s", strerror(-result));
    u->state = DK_UNPACK_FAILED;
  }
  return u->state;
}

void dk_unpack_feed(dk_Unpack *u, const char *bytes, size_t length) {
  u->bytes = bytes;
  u->length = length;
  u->complete = bytes == NULL;
}

void dk_unpack_close(dk_Unpack *u) {
  dk_strand_end(&u->strand);
  u->length = 0;
  u->state = DK_UNPACK_FAILED;
}
