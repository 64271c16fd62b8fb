/* SPDX-License-Identifier: MIT
 * The loop of a Lua state: transport, turns and waiting. */
#include "run/loop.h"

#include <errno.h>
#include <lauxlib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "value/error.h"

/* A signal that lands just before the poll is seen after this long. */
#define SLICE 0.2

/* Waits in place may stand on each other, as what one of them resumes may do
 * the same, and each takes some of the 200 calls that Lua allows C. A task has
 * no turn there unless it has this many for itself. */
#define ROOM 100

typedef struct Loop {
  dk_Transport *transport;
  ldk_TaskList tasks;
  ldk_Task *current;
  int depth;   /* waits in place that are under way */
  int crowded; /* in the uppermost one tasks have no turn */
  int told;    /* somebody knows already that lua.c's hook is set */
  unsigned long long number;
} Loop;

static const char loop_key = 0; /* its address is the key in the registry */

static Loop *loop_of(lua_State *L) {
  Loop *loop;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key);
  loop = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return loop;
}

dk_Transport *ldk_transport(lua_State *L) {
  Loop *loop = loop_of(L);
  if (loop->transport == NULL) /* a finalizer that runs after ours? */
    ldk_fail_with(L, "closed", "the Lua state is being closed");
  return loop->transport;
}

dk_Transport *ldk_transport_left(lua_State *L) {
  return loop_of(L)->transport;
}

ldk_Task *ldk_current(lua_State *L) {
  return loop_of(L)->current;
}

ldk_TaskList *ldk_tasks(lua_State *L) {
  return &loop_of(L)->tasks;
}

unsigned long long ldk_next_number(lua_State *L) {
  return ++loop_of(L)->number;
}

/* ---- Ctrl-C ---- */

static lua_State *main_thread(lua_State *L) {
  lua_State *main;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  main = lua_tothread(L, -1);
  lua_pop(L, 1);
  return main;
}

/* Whether the hook is the one that lua.c sets when it has caught Ctrl-C. */
static int is_interrupt(lua_State *L) {
  static const int everything =
      LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
  return lua_gethookmask(L) == everything && lua_gethookcount(L) == 1;
}

void ldk_clear_interrupt(lua_State *L) {
  if (is_interrupt(L))
    lua_sethook(L, NULL, 0, 0);
}

static int nothing(lua_State *L) {
  (void)L;
  return 0;
}

typedef enum { NO_ERROR, ERROR_ON_TOP, INTERRUPTED, CANCELLED, GONE } Trouble;

/* lua.c turns Ctrl-C into a hook of the main thread, which runs at the next
 * call there: so make one. In a coroutine that hook never runs; that it is set
 * must be sign enough, and is told once. Cannot raise. */
static Trouble interrupted(lua_State *L, Loop *loop, lua_State *main) {
  if (lua_gethookmask(L)) {
    lua_pushcfunction(L, nothing);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK)
      return ERROR_ON_TOP;
  }
  if (!is_interrupt(main)) {
    loop->told = 0;
    return NO_ERROR;
  }
  if (loop->told)
    return NO_ERROR;
  loop->told = 1;
  return INTERRUPTED;
}

/* Pushes the error that a trouble stands for. [-0, +1] */
static void push_trouble(lua_State *L, Trouble trouble) {
  ldk_Failure f = {.kind = "cancelled", .message = "the task was cancelled"};
  if (trouble == INTERRUPTED)
    lua_pushliteral(L, "interrupted!");
  if (trouble == GONE) {
    f.kind = "closed";
    f.message = "the Lua state is being closed";
  }
  if (trouble == CANCELLED || trouble == GONE)
    ldk_push_failure(L, &f);
}

/* ---- turns ---- */

static int wait_over(const ldk_Wait *w, double now) {
  return w->ready(w->subject) || (w->deadline > 0 && now >= w->deadline);
}

/* Whether a task is to have a turn. Somebody else may have closed the
 * coroutine that it waits in: what it waits for may be gone then, and its turn
 * tells. */
static int is_due(const ldk_Task *t, double now) {
  if (t->state == LDK_FRESH || t->state == LDK_DUE)
    return 1;
  if (t->state != LDK_WAITING)
    return 0;
  return t->cancelled || lua_status(t->thread) != LUA_YIELD ||
         wait_over(&t->wait, now);
}

/* A task has yielded on its own account: whoever called run may know what the
 * values are for; else it was only polite. */
static void hand_out(ldk_Task *t, int values) {
  if (t->scope != NULL && t->scope->passes) {
    t->state = LDK_YIELDED;
    t->values = values;
    t->scope->yielded++;
  } else {
    lua_pop(t->thread, values);
    t->state = LDK_DUE;
  }
}

/* Whether the coroutine of a task is where we have left it. One that somebody
 * else has resumed runs there; one that was closed has ended. */
static int is_ours(lua_State *L, Loop *loop, ldk_Task *t) {
  lua_Debug top;
  if (lua_status(t->thread) == (t->state == LDK_FRESH ? LUA_OK : LUA_YIELD))
    return 1;
  if (lua_getstack(t->thread, 0, &top)) {
    t->state = LDK_RUNNING;
  } else {
    t->values = 0;
    ldk_task_conclude(L, &loop->tasks, t, LDK_FAILED);
  }
  return 0;
}

/* A resumption that Lua has refused, as too much of C is under way, leaves a
 * message on the stack, and all as it was. */
static int was_refused(ldk_Task *t, int status) {
  if (status <= LUA_YIELD || lua_status(t->thread) != LUA_YIELD)
    return 0;
  lua_pop(t->thread, 1);
  return 1;
}

/* Gives a task its turn. Cannot raise; it may end here, and then nobody but
 * its holders keeps it. */
static void give_turn(lua_State *L, Loop *loop, ldk_Task *t) {
  ldk_Task *outer = loop->current;
  ldk_TaskState state = t->state;
  int status, values = ldk_task_values(t);
  t->turn = ++loop->number;
  if (!is_ours(L, loop, t))
    return;
  t->state = LDK_RUNNING;
  t->values = 0;
  loop->current = t;
  status = lua_resume(t->thread, L, values, &values);
  loop->current = outer;
  if (status == LUA_YIELD) {
    ldk_task_remove(&loop->tasks, t); /* behind all who wait already */
    ldk_task_append(&loop->tasks, t);
    if (t->state == LDK_RUNNING)
      hand_out(t, values);
    return;
  }
  if (was_refused(t, status)) {
    t->state = state;
    return;
  }
  t->values = status == LUA_OK ? values : 1;
  if (status != LUA_OK)
    t->state = LDK_FAILED;
  ldk_task_conclude(L, &loop->tasks, t,
                    t->state == LDK_RUNNING ? LDK_ENDED : t->state);
}

/* Gives a turn to each task that is due, to none twice, and to none that is
 * made meanwhile. Within a wait in place it ends as soon as that is over, for
 * else those would be late that wait below. */
static void give_turns(lua_State *L, Loop *loop, const ldk_Wait *w) {
  unsigned long long start = ++loop->number;
  double now = dk_now();
  ldk_Walk walk = {loop->tasks.first, loop->tasks.walk};
  loop->tasks.walk = &walk;
  while (walk.next != NULL) {
    ldk_Task *t = walk.next;
    walk.next = t->next;
    if (t->turn >= start || !is_due(t, now))
      continue;
    give_turn(L, loop, t);
    if (loop->depth > 1 && wait_over(w, now))
      break;
  }
  loop->tasks.walk = walk.outer;
}

/* ---- waiting ---- */

/* Lua: makes as many calls from C, one within the other, as are asked for. */
static int nest(lua_State *L) {
  lua_Integer n = lua_tointeger(L, 1);
  if (n > 1) {
    lua_pushcfunction(L, nest);
    lua_pushinteger(L, n - 1);
    lua_call(L, 1, 0);
  }
  return 0;
}

static int has_room(lua_State *L) {
  int ok;
  lua_pushcfunction(L, nest);
  lua_pushinteger(L, ROOM);
  ok = lua_pcall(L, 1, 0, 0) == LUA_OK;
  if (!ok)
    lua_pop(L, 1);
  return ok;
}

/* Seconds until a task is due by itself: 0, one is; INFINITY: none will be. */
static double until_due(const Loop *loop, double now) {
  double nearest = INFINITY;
  const ldk_Task *t;
  for (t = loop->tasks.first; t != NULL; t = t->next) {
    if (is_due(t, now))
      return 0;
    if (t->state == LDK_WAITING && t->wait.deadline > 0 &&
        t->wait.deadline < nearest)
      nearest = t->wait.deadline;
  }
  return nearest - now;
}

/* For how long it is fine to see and hear nothing. */
static double pause_of(const Loop *loop, const ldk_Wait *w) {
  double now = dk_now(), left = SLICE;
  if (wait_over(w, now))
    return 0;
  if (w->deadline > 0)
    left = fmin(left, w->deadline - now);
  if (!loop->crowded)
    left = fmin(left, until_due(loop, now));
  return left;
}

/* Lets bytes flow and tasks go on, once. Cannot raise, so that the depth is
 * always right. */
static Trouble go_round(lua_State *L, Loop *loop, const ldk_Wait *w,
                        lua_State *main) {
  if (loop->transport == NULL)
    return GONE;
  dk_transport_pump(loop->transport, pause_of(loop, w));
  if (!loop->crowded)
    give_turns(L, loop, w);
  return interrupted(L, loop, main);
}

/* One more wait in place begins, which gives what is to be handed back to
 * `leave`, and ends. Neither can raise. */
static int enter(lua_State *L, Loop *loop) {
  int outer = loop->crowded;
  loop->crowded = loop->depth++ > 0 && !has_room(L);
  return outer;
}

static void leave(Loop *loop, int outer) {
  loop->crowded = outer;
  loop->depth--;
}

/* Waits in place. */
static int drive(lua_State *L, Loop *loop, const ldk_Wait *w) {
  lua_State *main = main_thread(L);
  ldk_Task *waiter = loop->current;
  Trouble trouble;
  int outer = enter(L, loop);
  do {
    trouble = go_round(L, loop, w, main);
    if (trouble != NO_ERROR || wait_over(w, dk_now()))
      break;
    if (waiter != NULL && waiter->cancelled) {
      waiter->cancelled = 0;
      trouble = CANCELLED;
    }
  } while (trouble == NO_ERROR);
  leave(loop, outer);
  push_trouble(L, trouble);
  return trouble != NO_ERROR;
}

/* Somebody else may have found the coroutine of a task and resume it: that is
 * no reason to go on, and what it brings is not for us. */
static int wake_k(lua_State *L, int status, lua_KContext context) {
  ldk_Task *t = (ldk_Task *)context;
  lua_settop(L, t->top);
  if (t->state == LDK_WAITING)
    return lua_yieldk(L, 0, context, wake_k);
  return t->k(L, status, t->context);
}

int ldk_would_yield(lua_State *L) {
  const ldk_Task *t = ldk_current(L);
  return t != NULL && t->thread == L && lua_isyieldable(L);
}

int ldk_wait(lua_State *L, const ldk_Wait *w, lua_KContext context,
             lua_KFunction k) {
  Loop *loop = loop_of(L);
  ldk_Task *t = loop->current;
  luaL_checkstack(L, 8, NULL);
  if (t != NULL && t->cancelled) {
    t->cancelled = 0;
    push_trouble(L, CANCELLED);
    return 1;
  }
  if (!ldk_would_yield(L))
    return drive(L, loop, w);
  t->wait = *w;
  t->k = k;
  t->context = context;
  t->top = lua_gettop(L);
  t->state = LDK_WAITING;
  return lua_yieldk(L, 0, (lua_KContext)t, wake_k);
}

int ldk_yield(lua_State *L, int n, lua_KContext context, lua_KFunction k) {
  return lua_yieldk(L, n, context, k);
}

static int never(const void *subject) {
  (void)subject;
  return 0;
}

/* The context tells whether it has waited: others have a turn in any case. */
static int sleep_k(lua_State *L, int status, lua_KContext waited) {
  ldk_Wait w = {never, NULL, 0};
  (void)status;
  w.deadline = lua_tonumber(L, 2);
  for (; !waited || dk_now() < w.deadline; waited = 1)
    if (ldk_wait(L, &w, 1, sleep_k))
      return ldk_raise(L);
  return 0;
}

lua_Number ldk_check_moment(lua_State *L, int index, const char *method) {
  lua_Number seconds = lua_tonumber(L, index);
  if (lua_type(L, index) != LUA_TNUMBER || !(seconds >= 0))
    ldk_fail_argument(L, method, "seconds: expected 0 or more");
  return dk_now() + seconds;
}

int ldk_sleep(lua_State *L) {
  lua_Number until = ldk_check_moment(L, 1, "sleep");
  lua_settop(L, 1);
  lua_pushnumber(L, until);
  return sleep_k(L, LUA_OK, 0);
}

/* ---- for a loop that is not ours ---- */

int ldk_loop(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key);
  return 1;
}

/* loop:fd() → the descriptor that is readable when step should be called. */
static int loop_fd(lua_State *L) {
  ldk_cast(L, 1, &ldk_loop_class);
  lua_pushinteger(L, dk_transport_fd(ldk_transport(L)));
  return 1;
}

/* loop:events() → "r", what that descriptor is to be watched for. */
static int loop_events(lua_State *L) {
  ldk_cast(L, 1, &ldk_loop_class);
  lua_pushliteral(L, "r");
  return 1;
}

/* loop:timeout() → seconds after which step should be called in any case. */
static int loop_timeout(lua_State *L) {
  const Loop *loop = ldk_cast(L, 1, &ldk_loop_class);
  double left = dk_transport_timeout(ldk_transport(L));
  left = fmin(left < 0 ? INFINITY : left, until_due(loop, dk_now()));
  if (left < INFINITY)
    lua_pushnumber(L, fmax(left, 0));
  else
    lua_pushnil(L);
  return 1;
}

/* loop:step([seconds]) → how many tasks there are still. */
static int loop_step(lua_State *L) {
  Loop *loop = ldk_cast(L, 1, &ldk_loop_class);
  lua_Number seconds = luaL_optnumber(L, 2, 0);
  ldk_Wait w = {never, NULL, dk_now() + (seconds > 0 ? seconds : 0)};
  Trouble trouble;
  int outer;
  luaL_checkstack(L, 8, NULL);
  outer = enter(L, loop);
  trouble = go_round(L, loop, &w, main_thread(L));
  leave(loop, outer);
  push_trouble(L, trouble);
  if (trouble != NO_ERROR)
    return ldk_raise(L);
  lua_pushinteger(L, (lua_Integer)loop->tasks.length);
  return 1;
}

static int loop_tostring(lua_State *L) {
  const Loop *loop = ldk_cast(L, 1, &ldk_loop_class);
  lua_pushfstring(L, "loop (%I tasks)", (lua_Integer)loop->tasks.length);
  return 1;
}

static int loop_gc(lua_State *L) {
  Loop *loop = ldk_cast(L, 1, &ldk_loop_class);
  dk_transport_free(loop->transport);
  loop->transport = NULL;
  return 0;
}

static const luaL_Reg loop_methods[] = {
    {"events", loop_events}, {"fd", loop_fd},           {"pollfd", loop_fd},
    {"step", loop_step},     {"timeout", loop_timeout}, {NULL, NULL},
};

static const luaL_Reg loop_metamethods[] = {
    {"__gc", loop_gc},
    {"__tostring", loop_tostring},
    {NULL, NULL},
};

const ldk_Class ldk_loop_class = {"moonsail.loop", loop_methods,
                                  loop_metamethods};

void ldk_loop_open(lua_State *L) {
  Loop *loop;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key) == LUA_TNIL) {
    ldk_class_open(L, &ldk_loop_class);
    loop = ldk_new(L, &ldk_loop_class, sizeof *loop, 0);
    loop->transport = dk_transport_new();
    if (loop->transport == NULL)
      ldk_fail_with(L, "connection", "libcurl could not be started: %s",
                    strerror(errno));
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loop_key);
  }
  lua_pop(L, 1);
}
