#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks the sources, without running them: generated files are current (where
# API_SPEC names the folder of the definitions), the house, the package, lint
# and format. With --formatted it only lists the files of one format.
set -u
. "$(dirname "$0")/common.sh"
cd "$ROOT" || exit 1

formatted() {
  find csrc spec/c spec/support bench -name '*.[ch]' ! -path '*/gen/*' | sort
}

if [ "${1:-}" = --formatted ]; then
  formatted
  exit
fi

failed=
check() {
  say "checking $1"
  shift
  "$@" || failed=1
}

# Generates again, elsewhere, and compares.
generated() {
  again=$(mktemp -d)
  mkdir -p "$again/csrc/model/gen" "$again/docs/reference" \
    "$again/lua/moonsail"
  lua5.4 tools/generate.lua "$API_SPEC" "$again" >/dev/null &&
    diff -r -q csrc/model/gen "$again/csrc/model/gen" &&
    diff -q docs/model-conflicts.md "$again/docs/model-conflicts.md" &&
    diff -q lua/moonsail/manual.lua "$again/lua/moonsail/manual.lua" &&
    diff -q lua/moonsail/types.lua "$again/lua/moonsail/types.lua" &&
    diff -r -q docs/reference "$again/docs/reference"
  outcome=$?
  rm -rf "$again"
  return $outcome
}

format() {
  outcome=0
  for file in $(formatted); do
    clang-format --dry-run -Werror "$file" >/dev/null 2>&1 || {
      echo "$file: run make format"
      outcome=1
    }
  done
  return $outcome
}

# shellcheck disable=SC2086
need $BUILD_PACKAGES $TEST_PACKAGES $CHECK_PACKAGES
check "that gcc takes it" build all
check "that clang takes it" build CC=clang BUILD=build/clang all
if [ -n "${API_SPEC:-}" ]; then
  API_SPEC=$(cd "$API_SPEC" && pwd)
  check "that generated files are current" generated
fi
check "rooms and bans" lua5.4 tools/check_rooms.lua
check "the package" lua5.4 tools/check_package.lua build/moonsail/core.so
check "Lua" luacheck --quiet --no-color .
check "the format of C" format
[ -z "$failed" ]
