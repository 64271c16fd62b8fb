/* SPDX-License-Identifier: MIT
 * The files that have several names. */
#include "value/links.h"

#include <stdint.h>
#include <string.h>

#include "bytes/memory.h"

#define FEWEST_PLACES 64

typedef struct dk_Link {
  dev_t device;
  ino_t inode;
  size_t name; /* where it is among the names, from 1 on; 0: a free place */
} dk_Link;

/* Where a file is, or would be: there is a free place. */
static dk_Link *place_of(const dk_Links *l, dev_t device, ino_t inode) {
  uint64_t hash = ((uint64_t)inode ^ (uint64_t)device << 32) *
                  UINT64_C(0x9E3779B97F4A7C15);
  size_t i = (size_t)(hash >> 32);
  for (;; i++) {
    dk_Link *place = &l->places[i & (l->n_places - 1)];
    if (place->name == 0 || (place->device == device && place->inode == inode))
      return place;
  }
}

static int grow(dk_Links *l) {
  dk_Links larger = *l;
  size_t i;
  larger.n_places = l->n_places > 0 ? l->n_places * 2 : FEWEST_PLACES;
  larger.places = dk_zeroed(larger.n_places * sizeof *larger.places);
  if (larger.places == NULL)
    return DK_NO_MEMORY;
  for (i = 0; i < l->n_places; i++) {
    const dk_Link *old = &l->places[i];
    if (old->name != 0)
      *place_of(&larger, old->device, old->inode) = *old;
  }
  dk_release(l->places);
  *l = larger;
  return DK_OK;
}

static int add(dk_Links *l, dk_Link *place, const struct stat *s,
               const char *name) {
  size_t offset = l->names.length;
  int result = dk_buffer_append(&l->names, name, strlen(name) + 1);
  if (result != DK_OK)
    return result;
  place->device = s->st_dev;
  place->inode = s->st_ino;
  place->name = offset + 1;
  l->n++;
  return DK_OK;
}

const char *dk_links_find(dk_Links *l, const struct stat *s, const char *name,
                          int *result) {
  dk_Link *place;
  *result = l->n * 2 >= l->n_places ? grow(l) : DK_OK;
  if (*result != DK_OK)
    return NULL;
  place = place_of(l, s->st_dev, s->st_ino);
  if (place->name != 0)
    return l->names.data + place->name - 1;
  *result = add(l, place, s, name);
  return NULL;
}

void dk_links_free(dk_Links *l) {
  dk_release(l->places);
  dk_buffer_free(&l->names);
  memset(l, 0, sizeof *l);
}
