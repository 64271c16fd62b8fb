/* SPDX-License-Identifier: MIT
 * Files of this machine into a tar archive, a step at a time. */
#include "value/pack.h"

#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "bytes/memory.h"

/* Bytes of a file that are read at once, and of a hole that are told of. */
#define PIECE_BYTES ((size_t)64 * 1024)

/* A file in more pieces than that is read as if it had no holes. */
#define MOST_HOLES 10000

/* What may be done by who runs a file: the one attribute that docker's own
 * archives have. */
#define CAPABILITY "security.capability"

enum { NOTHING, NEXT, LOOK, ADD, ENTER, FILE_DATA, TEXT_DATA };

/* ---- what calls come to ---- */

static dk_Packed unread(dk_Pack *p) {
  p->number = errno;
  return DK_PACK_UNREAD;
}

/* Of a call of the tree. */
static dk_Packed tree_failed(dk_Pack *p, int result) {
  return result == DK_MALFORMED ? unread(p) : DK_PACK_NONE;
}

/* Of a call of libarchive's. Its warnings do no harm. */
static dk_Packed written(dk_Pack *p, long result) {
  if (result >= ARCHIVE_WARN)
    return DK_PACK_ON;
  p->number = archive_errno(p->out);
  return p->number == ENOMEM ? DK_PACK_NONE : DK_PACK_UNWRITTEN;
}

static la_ssize_t append(struct archive *a, void *pack, const void *bytes,
                         size_t length) {
  dk_Pack *p = pack;
  if (dk_buffer_append(&p->bytes, bytes, length) == DK_OK)
    return (la_ssize_t)length;
  archive_set_error(a, ENOMEM, "no memory");
  return -1;
}

/* ---- begin and end ---- */

static int set_format(dk_Pack *p) {
  int result = archive_write_set_format_pax_restricted(p->out);
  if (result == ARCHIVE_OK)
    result = archive_write_set_format_option(p->out, "pax", "xattrheader",
                                             "SCHILY");
  if (result == ARCHIVE_OK && p->gzip)
    result = archive_write_add_filter_gzip(p->out);
  return result;
}

dk_Packed dk_pack_open(dk_Pack *p) {
  int result;
  p->opened = 1;
  p->file = -1;
  p->now = time(NULL);
  p->out = archive_write_new();
  p->entry = archive_entry_new();
  p->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (p->out == NULL || p->entry == NULL || p->plain == (locale_t)0)
    return DK_PACK_NONE;
  result = set_format(p);
  archive_write_set_bytes_per_block(p->out, 0); /* as it comes */
  if (result >= ARCHIVE_WARN)
    result = archive_write_open(p->out, p, NULL, append, NULL);
  return written(p, result);
}

dk_Packed dk_pack_finish(dk_Pack *p) {
  return written(p, archive_write_close(p->out));
}

static void close_file(dk_Pack *p) {
  if (p->file >= 0)
    close(p->file);
  p->file = -1;
}

/* What is written is freed before the buffer that it may still write into.
 * Where a header could not be written, to free it would not close it. */
void dk_pack_close(dk_Pack *p) {
  if (!p->opened)
    return;
  p->opened = 0;
  if (p->out != NULL)
    archive_write_close(p->out);
  archive_write_free(p->out);
  archive_entry_free(p->entry);
  if (p->plain != (locale_t)0)
    freelocale(p->plain);
  p->plain = (locale_t)0;
  p->out = NULL;
  p->entry = NULL;
  close_file(p);
  dk_tree_free(&p->tree);
  dk_links_free(&p->links);
  dk_buffer_free(&p->bytes);
  dk_buffer_free(&p->target);
}

/* ---- headers ---- */

static void set_owner(dk_Pack *p) {
  if (p->uid >= 0)
    archive_entry_set_uid(p->entry, p->uid);
  if (p->gid >= 0)
    archive_entry_set_gid(p->entry, p->gid);
}

/* Times are whole seconds, as docker's own archives have them. Times that
 * nobody sets, and where it lay on this disk, are left out. */
static void describe(dk_Pack *p) {
  struct archive_entry *e = archive_entry_clear(p->entry);
  archive_entry_copy_pathname(e, p->tree.name.data);
  archive_entry_copy_stat(e, &p->thing);
  archive_entry_set_mtime(e, p->thing.st_mtime, 0);
  archive_entry_unset_atime(e);
  archive_entry_unset_ctime(e);
  archive_entry_unset_birthtime(e);
  archive_entry_set_nlink(e, 0);
  archive_entry_set_ino64(e, 0);
  archive_entry_set_dev(e, 0);
  set_owner(p);
}

/* Names are bytes, which libarchive takes for text of the thread's locale: in
 * the plain one, what is not ASCII goes into the archive as it is. */
static dk_Packed write_header(dk_Pack *p) {
  locale_t before = uselocale(p->plain);
  int result = archive_write_header(p->out, p->entry);
  uselocale(before);
  return written(p, result);
}

static void add_capability(dk_Pack *p) {
  char value[64]; /* of 24 bytes at most, today */
  ssize_t length = fgetxattr(p->file, CAPABILITY, value, sizeof value);
  if (length > 0)
    archive_entry_xattr_add_entry(p->entry, CAPABILITY, value, (size_t)length);
}

/* ---- holes ---- */

/* Tells the header of the data of the file; 0: it has too many pieces. */
static int add_data(dk_Pack *p) {
  off_t end = 0, start;
  int n = 0;
  while ((start = lseek(p->file, end, SEEK_DATA)) >= 0) {
    end = lseek(p->file, start, SEEK_HOLE);
    if (end < 0 || ++n > MOST_HOLES)
      return 0;
    archive_entry_sparse_add_entry(p->entry, start, end - start);
  }
  if (errno != ENXIO)
    return 0;
  if (n == 0)
    archive_entry_sparse_add_entry(p->entry, 0, 0);
  return 1;
}

static void add_holes(dk_Pack *p) {
  const struct stat *s = &p->thing;
  p->sparse = s->st_blocks < s->st_size / 512 && add_data(p);
  if (!p->sparse)
    archive_entry_sparse_clear(p->entry);
}

/* How many bytes from where it is on are a hole. */
static int64_t hole(const dk_Pack *p) {
  off_t data;
  if (!p->sparse)
    return 0;
  data = lseek(p->file, p->at, SEEK_DATA);
  if (data < 0)
    data = errno == ENXIO ? p->thing.st_size : p->at;
  return data - p->at;
}

/* ---- data ---- */

/* Whether it is all written: a file that has grown since it was looked at is
 * cut off. */
static dk_Packed write_data(dk_Pack *p, const char *bytes, size_t length,
                            int *whole) {
  *whole = 1;
  while (length > 0) {
    la_ssize_t n = archive_write_data(p->out, bytes, length);
    if (n < 0)
      return written(p, n);
    *whole = n > 0;
    if (n == 0)
      return DK_PACK_ON;
    bytes += n;
    length -= (size_t)n;
  }
  return DK_PACK_ON;
}

static dk_Packed end_entry(dk_Pack *p) {
  close_file(p);
  p->state = p->walks ? NEXT : NOTHING;
  return written(p, archive_write_finish_entry(p->out));
}

static dk_Packed write_hole(dk_Pack *p, int64_t length) {
  static const char zeros[PIECE_BYTES];
  dk_Packed result = DK_PACK_ON;
  int whole = 1;
  while (length > 0 && whole && result == DK_PACK_ON) {
    size_t n = length < (int64_t)sizeof zeros ? (size_t)length : sizeof zeros;
    result = write_data(p, zeros, n, &whole);
    length -= (int64_t)n;
    p->at += (int64_t)n;
  }
  return result;
}

/* A file that has become shorter is filled up with zeros, by libarchive. */
static dk_Packed write_file(dk_Pack *p) {
  char piece[PIECE_BYTES];
  int64_t length = hole(p);
  dk_Packed result;
  ssize_t n;
  int whole;
  if (length > 0)
    return write_hole(p, length);
  n = pread(p->file, piece, sizeof piece, p->at);
  if (n < 0)
    return errno == EINTR ? DK_PACK_ON : unread(p);
  result = write_data(p, piece, (size_t)n, &whole);
  p->at += n;
  if (result == DK_PACK_ON && (n == 0 || !whole))
    return end_entry(p);
  return result;
}

static dk_Packed write_text(dk_Pack *p) {
  size_t n = p->left < PIECE_BYTES ? p->left : PIECE_BYTES;
  int whole;
  dk_Packed result = write_data(p, p->text, n, &whole);
  p->text += n;
  p->left -= n;
  return result == DK_PACK_ON && p->left == 0 ? end_entry(p) : result;
}

/* ---- one thing ---- */

static dk_Packed pass(dk_Pack *p) {
  p->state = NEXT;
  return DK_PACK_ON;
}

/* A file that was packed under another name is a link to that. */
static dk_Packed add_file(dk_Pack *p) {
  const char *other = NULL;
  int result = DK_OK;
  if (p->thing.st_nlink > 1)
    other = dk_links_find(&p->links, &p->thing, p->tree.name.data, &result);
  if (result != DK_OK)
    return DK_PACK_NONE;
  describe(p);
  if (other != NULL) {
    archive_entry_copy_hardlink(p->entry, other);
    archive_entry_set_size(p->entry, 0);
    close_file(p);
    p->state = NEXT;
    return write_header(p);
  }
  add_holes(p);
  add_capability(p);
  p->at = 0;
  p->state = FILE_DATA;
  return write_header(p);
}

static dk_Packed open_file(dk_Pack *p) {
  int result = dk_tree_open(&p->tree, &p->thing, &p->file);
  if (result < 0)
    return tree_failed(p, result);
  return result > 0 ? add_file(p) : pass(p);
}

static dk_Packed add_link(dk_Pack *p) {
  int result = dk_tree_link(&p->tree, &p->target);
  if (result <= 0)
    return result < 0 ? tree_failed(p, result) : pass(p);
  describe(p);
  archive_entry_copy_symlink(p->entry, p->target.data);
  p->state = NEXT;
  return write_header(p);
}

/* Goes into the folder that the tree is at. */
static dk_Packed enter(dk_Pack *p) {
  int result = dk_tree_enter(&p->tree);
  return result < 0 ? tree_failed(p, result) : pass(p);
}

/* A folder without a name is only what is in it. */
static dk_Packed add_folder(dk_Pack *p) {
  dk_Packed result = DK_PACK_ON;
  describe(p);
  if (p->tree.name.length > 0)
    result = write_header(p);
  p->state = p->shallow ? NEXT : ENTER;
  return result;
}

static dk_Packed add_thing(dk_Pack *p) {
  mode_t mode = p->thing.st_mode;
  if (S_ISREG(mode))
    return open_file(p);
  if (S_ISLNK(mode))
    return add_link(p);
  if (S_ISDIR(mode))
    return add_folder(p);
  describe(p);
  p->state = NEXT;
  return write_header(p);
}

/* ---- steps ---- */

static dk_Packed look(dk_Pack *p) {
  int result = dk_tree_look(&p->tree, &p->thing);
  if (result < 0)
    return tree_failed(p, result);
  if (result == 0 || S_ISSOCK(p->thing.st_mode))
    return pass(p);
  p->state = ADD;
  p->shallow = 0;
  return p->asks && p->tree.depth > 0 ? DK_PACK_ASK : DK_PACK_ON;
}

static dk_Packed next(dk_Pack *p) {
  int result = dk_tree_next(&p->tree);
  if (result < 0)
    return tree_failed(p, result);
  p->walks = result;
  p->state = result ? LOOK : NOTHING;
  return DK_PACK_ON;
}

void dk_pack_answer(dk_Pack *p, int keep, int descend) {
  p->shallow = !descend;
  if (!keep)
    p->state = descend && S_ISDIR(p->thing.st_mode) ? ENTER : NEXT;
}

dk_Packed dk_pack_tree(dk_Pack *p, const char *path, const char *name,
                       int follow) {
  int result = dk_tree_begin(&p->tree, path, name, follow);
  p->walks = 1;
  p->state = LOOK;
  return result == DK_OK ? DK_PACK_ON : DK_PACK_NONE;
}

dk_Packed dk_pack_content(dk_Pack *p, const dk_Content *content) {
  struct archive_entry *e = archive_entry_clear(p->entry);
  archive_entry_copy_pathname(e, content->name);
  archive_entry_set_filetype(e, AE_IFREG);
  archive_entry_set_perm(e, (mode_t)content->mode);
  archive_entry_set_size(e, (la_int64_t)content->length);
  archive_entry_set_mtime(e, content->mtime >= 0 ? content->mtime : p->now, 0);
  set_owner(p);
  p->text = content->bytes;
  p->left = content->length;
  p->state = TEXT_DATA;
  return write_header(p);
}

dk_Packed dk_pack_step(dk_Pack *p) {
  switch (p->state) {
  case NEXT:
    return next(p);
  case LOOK:
    return look(p);
  case ADD:
    return add_thing(p);
  case ENTER:
    return enter(p);
  case FILE_DATA:
    return write_file(p);
  case TEXT_DATA:
    return write_text(p);
  default:
    return DK_PACK_IDLE;
  }
}
