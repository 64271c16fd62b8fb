/* SPDX-License-Identifier: MIT
 * Terminals in raw mode, which come out of it whatever happens.
 *
 * A terminal that is left raw is of no use to its owner: nothing is echoed,
 * Ctrl-C does nothing. So while there is one, the signals that end or stop a
 * process are ours: they give the terminal back, and then do what they would
 * have done. A process that exits by itself gives it back as well. What the
 * program does itself about those signals goes on as before; signals that it
 * ignores are left alone. The window's own signal is listened to for as long,
 * and no longer.
 *
 * Nothing here knows Lua. A child that was forked leaves the terminal alone.
 */
#ifndef DK_RAWMODE_H
#define DK_RAWMODE_H

/* Puts the terminal at `fd` into raw mode. `bell` is an eventfd, or -1: it is
 * written to when the size of the window has changed, or the process goes on
 * after it was stopped. Both must stay open until dk_rawmode_end. A number to
 * end it with; -1, with errno: it is no terminal, or too many are raw. */
int dk_rawmode_begin(int fd, int bell);

/* Back to how it was before. */
void dk_rawmode_end(int number);

#endif
