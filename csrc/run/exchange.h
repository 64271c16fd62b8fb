/* SPDX-License-Identifier: MIT
 * One call of the API as Lua sees it: from the arguments to the head of the
 * answer, with the ping before it when the version is not known yet, and the
 * second try when the engine has changed its mind about versions. */
#ifndef LDK_EXCHANGE_H
#define LDK_EXCHANGE_H

#include <lua.h>

#include "run/record.h"
#include "value/kit.h"

extern const ldk_Class ldk_exchange_class;

/* Pushes the exchange for the ldk_Call on top, which it takes, with the
 * client at an index, and sends it (or the ping). [-1, +1] */
ldk_Exchange *ldk_exchange_new(lua_State *L, int client,
                               const ldk_Settings *settings);

/* For a continuation: takes the exchange a step further. 1: the head of the
 * answer is there, or the exchange has failed; 0: wait with
 * ldk_exchange_wait, then ask again. Raises what is wrong with the arguments
 * for this engine. */
int ldk_exchange_headed(lua_State *L, int index);

/* Waits for the next thing: the head, or with `whole` the end of the body. */
void ldk_exchange_wait(lua_State *L, int index, int whole,
                       lua_KContext context, lua_KFunction k);

/* Waits for the head until a deadline on dk_now's clock; 0: there is none. */
void ldk_exchange_wait_until(lua_State *L, int index, double deadline,
                             lua_KContext context, lua_KFunction k);

/* Whether the answer, of which the head is there, is one of many pieces. */
int ldk_exchange_streams(const ldk_Exchange *x);

/* Whether all of the answer is there (or will never be). */
int ldk_exchange_complete(const ldk_Exchange *x);

/* Whether the engine answered that it does not speak our version, and the
 * call goes out again with another. Only when the body is complete. */
int ldk_exchange_again(lua_State *L, int index);

/* Ends it: the hook is called once, the transfer is given back. `error` is
 * the stack index of an error object, or 0. */
void ldk_exchange_end(lua_State *L, int index, int error);

/* Ends the exchange at an index with the error on top, and raises it. */
int ldk_exchange_fail(lua_State *L, int index);

/* Ends it with the error that its answer (status >= 300) or its transfer
 * (failed) stands for, and raises that. */
int ldk_exchange_raise(lua_State *L, int index);

/* Gives the transfer back without a word; idempotent, cannot raise. */
void ldk_exchange_release(ldk_Exchange *x);

/* While it is held, what ends it (a finalizer, say, that runs while Lua makes
 * a string) cancels the transfer, but leaves it and its bytes in place until
 * it is let go. */
void ldk_exchange_hold(ldk_Exchange *x);
void ldk_exchange_let_go(ldk_Exchange *x);

#endif
