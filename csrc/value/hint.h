/* SPDX-License-Identifier: MIT
 * What to do about an error. */
#ifndef LDK_HINT_H
#define LDK_HINT_H

/* Advice for an error of a kind with a message (NUL-terminated) and an errno
 * (0: none); NULL where we know none. */
const char *ldk_hint(const char *kind, const char *message, int os_error);

#endif
