#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the tests on a Debian 12, from a clean clone: installs what is missing,
# builds, starts a private engine and a registry, and takes them down again.
#   test.sh         all
#   test.sh unit    those that need no engine: spec/unit, spec/c
#   test.sh engine  those that do: spec/engine, spec/regress
# The last line is the sum, "N passed, N failed"; a test that is not for this
# engine is pending.
#
# SANITIZE=1 runs them under ASan and UBSan, AGGRESSIVE_GC=1 with Lua's
# collector at its most active. What is about the package, and the comparison
# of a hundred copies with those of the docker command, are not repeated there.
#
# `MOONSAIL_ENGINE=unix:///… test.sh engine` tests with that engine, in place
# of a private one, and without the tests that start engines of their own. It
# is lent the images that the tests expect, and loses what it did not have.
#   MOONSAIL_SWARM       an engine that may be put into swarm mode
#   MOONSAIL_SWARM_PAIR  two that reach each other: "HOST ADDRESS HOST ADDRESS"
#   MOONSAIL_SWARM_RESTART  a command that ends MOONSAIL_SWARM and starts it
#                      again
#   REGISTRY_PORT      where the registry begins to look for a free port
#   MOONSAIL_COVERAGE  the file to which is added what the engines answered
set -eu
. "$(dirname "$0")/common.sh"

part=${1:-all}
case $part in
all | unit | engine) ;;
*) die "usage: test.sh [unit|engine]" ;;
esac
passed=0
failed=0

# count NAME PASSED FAILED [PENDING]
count() {
  say "$1: $2 passed, $3 failed${4:+, $4 pending}"
  passed=$((passed + $2))
  failed=$((failed + $3))
}

# A program of C tests may end with its own sum; else it counts as one test.
run_c_test() {
  name=$(basename "$1")
  status=0
  timeout 300 "$1" >"$WORK/output" 2>&1 || status=$?
  sum=$(tail -n 1 "$WORK/output" | grep -xE '[0-9]+ passed, [0-9]+ failed') ||
    sum="$((status == 0)) passed, $((status != 0)) failed"
  good=${sum%% *}
  bad=${sum#*, }
  bad=${bad%% *}
  [ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
  [ "$bad" = 0 ] || sed "s/^/$name: /" "$WORK/output"
  count "$name" "$good" "$bad"
}

# number WORD: how many there were by busted's last line
number() {
  grep -oE '[0-9]+ success.* pending : .* seconds' "$WORK/output" |
    tail -n 1 | grep -oE "[0-9]+ $1" | cut -d' ' -f1 | grep . || echo 0
}

# run_busted FOLDER OPTIONS: what hangs is interrupted, and its test fails.
run_busted() {
  # shellcheck disable=SC2086
  timeout -s INT -k 20 1200 lua5.4 -e 'io.stdout:setvbuf "no"' \
    "$(command -v busted)" $2 "$1"
}

# run_specs FOLDER OPTIONS: a run that fails without a failed test broke off.
run_specs() {
  [ -n "$(find "$1" -name '*_spec.lua' 2>/dev/null)" ] || return 0
  say "running $1"
  { run_busted "$1" "$2" 2>&1 || echo "exit status $?"; } | tee "$WORK/output"
  bad=$(($(number failure) + $(number error)))
  if [ $bad = 0 ] && tail -n 1 "$WORK/output" | grep -q '^exit status'; then
    bad=1
  fi
  count "$1" "$(number success)" $bad "$(number pending)"
}

# lend NAME: an image of ours, under a name that the engine does not have; it
# is taken back at the end.
lend() {
  ! docker -H "$MOONSAIL_ENGINE" image inspect "$1" >/dev/null 2>&1 || return 0
  import_image "$MOONSAIL_ENGINE" "$WORK" "$1"
  echo "docker -H $MOONSAIL_ENGINE rmi -f $1" >>"$WORK/at_exit"
}

# Whether this run reached all that docs/coverage.md says of the engine.
check_coverage() {
  say "checking docs/coverage.md"
  if lua5.4 tools/coverage.lua --check "$WORK/coverage"; then
    count coverage 1 0
  else
    count coverage 0 1
  fi
}

packages="$BUILD_PACKAGES $TEST_PACKAGES"
[ "$part" = unit ] || packages="$packages $ENGINE_PACKAGES"
# shellcheck disable=SC2086
need $packages

BUILD=build${SANITIZE:+-san}
say "building moonsail into $BUILD"
build ${SANITIZE:+SANITIZE=1} tests
cd "$ROOT"
make_work
forget_engine
mkdir "$WORK/config" # not that of the user
export DOCKER_CONFIG="$WORK/config"
use_tree "$BUILD"
[ -n "${API_SPEC:-}" ] || unset API_SPEC
export MOONSAIL_BUILD="$BUILD" MOONSAIL_WORK="$WORK"
export SCRIPTED="$ROOT/$BUILD/support/scripted"
OPTIONS="--output=plainTerminal --shuffle-files"
[ -z "${SANITIZE:-}" ] || OPTIONS="$OPTIONS --exclude-tags=package,once"
UNIT_OPTIONS=$OPTIONS
[ -z "${AGGRESSIVE_GC:-}" ] ||
  UNIT_OPTIONS="$OPTIONS --helper=spec/support/aggressive_gc.lua"

GIVEN=
[ "$part" != engine ] || GIVEN=${MOONSAIL_ENGINE:-}
if [ "$part" != unit ]; then
  if [ -n "$GIVEN" ]; then
    # a pair of engines, or how to start one again, may be lent as well
    tags=private
    [ -n "${MOONSAIL_SWARM_PAIR:-}" ] || tags=$tags,pair
    [ -n "${MOONSAIL_SWARM_RESTART:-}" ] || tags=$tags,restart
    OPTIONS="$OPTIONS --exclude-tags=$tags"
    lend busybox:latest
    lend hello:latest
  else
    say "starting a private engine, and one for swarms"
    unset MOONSAIL_SWARM_PAIR MOONSAIL_SWARM_RESTART
    sh "$TOOLS/engine.sh" up "$WORK/engine" >/dev/null
    NETNS=moonsail$$ sh "$TOOLS/engine.sh" up "$WORK/swarm" >/dev/null
    export MOONSAIL_ENGINE="unix://$WORK/engine/docker.sock"
    export MOONSAIL_SWARM="unix://$WORK/swarm/docker.sock"
  fi
  say "starting a registry"
  # shellcheck disable=SC2086
  eval "export MOONSAIL_$(DOCKER_HOST=$MOONSAIL_ENGINE \
    sh "$TOOLS/registry.sh" up "$WORK/registry" ${REGISTRY_PORT:-})"
  coverage=${MOONSAIL_COVERAGE:-/dev/null}
  export MOONSAIL_COVERAGE="$WORK/coverage"
  OPTIONS="$OPTIONS --helper=spec/support/coverage.lua"
fi
[ -z "${SANITIZE:-}" ] || sanitized_lua
mkdir "$WORK/tmp" # nothing of others is in it when a test looks
export TMPDIR="$WORK/tmp"

if [ "$part" != engine ]; then
  for program in "$BUILD"/spec/c/*_test; do
    # there is no collector in these
    [ -n "${AGGRESSIVE_GC:-}" ] || [ ! -x "$program" ] || run_c_test "$program"
  done
  run_specs spec/unit "$UNIT_OPTIONS"
fi
if [ "$part" != unit ]; then
  run_specs spec/engine "$OPTIONS"
  run_specs spec/regress "$OPTIONS"
  [ -n "$GIVEN" ] || check_coverage
  [ ! -e "$WORK/coverage" ] || cat "$WORK/coverage" >>"$coverage"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
