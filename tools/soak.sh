#!/bin/sh
# SPDX-License-Identifier: MIT
# Streams, sessions and tasks at random on a private engine, for long:
#   soak.sh [MINUTES [SEED [TASKS [ACTION...]]]]    30 minutes, 12 tasks
# under ASan, which tells at the end what was lost; SANITIZE= runs it without,
# and then the memory of the process must stay flat as well. The seed is
# printed. It fails when anything was wrong; see soak.lua.
set -eu
. "$(dirname "$0")/common.sh"
SANITIZE=${SANITIZE-1}
minutes=${1:-30}
[ $# = 0 ] || shift

# shellcheck disable=SC2086
need $BUILD_PACKAGES $ENGINE_PACKAGES lua-filesystem
BUILD=build${SANITIZE:+-san}
say "building moonsail into $BUILD"
build ${SANITIZE:+SANITIZE=1}
cd "$ROOT"
make_work
forget_engine
use_tree "$BUILD"
say "starting a private engine"
NETNS=soak$$ sh "$TOOLS/engine.sh" up "$WORK/engine" >/dev/null
if [ -n "$SANITIZE" ]; then
  export SANITIZE
  sanitized_lua
else
  unset SANITIZE
fi
seconds=$(awk "BEGIN { print $minutes * 60 }")
lua5.4 tools/soak.lua "unix://$WORK/engine/docker.sock" "$seconds" "$@"
