#!/bin/sh
# SPDX-License-Identifier: MIT
# From a clean clone on Debian 12 to a container that was run from Lua:
# installs what is missing, builds, and runs examples/hello.lua.
#
# It runs on the engine that moonsail.client() finds, or, where none answers,
# on a private one that is gone afterwards.
set -eu
. "$(dirname "$0")/common.sh"

engine_answers() {
  timeout 20 lua5.4 -e 'require("moonsail").client():ping()' >/dev/null 2>&1
}

# shellcheck disable=SC2086
need $BUILD_PACKAGES
say "building moonsail"
build all
use_tree build

if engine_answers; then
  say "running examples/hello.lua on the engine that is here"
  lua5.4 "$ROOT/examples/hello.lua"
  exit
fi

# shellcheck disable=SC2086
need $ENGINE_PACKAGES
say "no engine answers: starting a private one, for now"
make_work
forget_engine
sh "$TOOLS/engine.sh" up "$WORK/engine" >/dev/null
export DOCKER_HOST="unix://$WORK/engine/docker.sock"
say "running examples/hello.lua on $DOCKER_HOST"
lua5.4 "$ROOT/examples/hello.lua" hello
say "taking the private engine down"
