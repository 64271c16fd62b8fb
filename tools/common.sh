# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034
# Sourced by the scripts beside it: what they share.
TOOLS=$(cd "$(dirname "$0")" && pwd)
ROOT=${TOOLS%/*}
SUDO=
[ "$(id -u)" = 0 ] || SUDO=sudo
PATH=$PATH:/usr/sbin:/sbin # which su leaves out

# Packages of Debian 12: to build and use moonsail; to run an engine of our
# own; to run the tests; to check the sources as well.
BUILD_PACKAGES="gcc libc6-dev make lua5.4 liblua5.4-dev lua-cjson
  libcurl4-openssl-dev"
ENGINE_PACKAGES="docker.io busybox-static iproute2 procps"
TEST_PACKAGES="binutils lua-busted lua-filesystem lua-socket luarocks
  lua-yaml docker-registry curl"
CHECK_PACKAGES="clang clang-format lua-check git"

say() { echo "== $*"; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

# need PACKAGES...: installs those that are missing. What comes with a service
# is wanted for its programs only: the service is neither started now nor at
# the next boot.
need() {
  missing=
  for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>&1) || :
    [ "$status" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "installing$missing"
  [ -z "$SUDO" ] || command -v sudo >/dev/null ||
    die "run me as root, or install sudo"
  # shellcheck disable=SC2086
  $SUDO sh "$TOOLS/install.sh" $missing || die "apt-get failed: see above"
}

# build [ARGUMENTS...]: make, on all processors
build() {
  make -C "$ROOT" --no-print-directory -s -j"$(nproc)" "$@"
}

# wait_for SECONDS COMMAND...: until the command succeeds
wait_for() {
  tries=$(($1 * 20))
  shift
  while ! "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.05
  done
}

# The tree as it is built is what `require "moonsail"` finds.
use_tree() {
  unset LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT LUA_INIT_5_4
  export LUA_PATH="$ROOT/lua/?.lua;$ROOT/lua/?/init.lua;;"
  export LUA_CPATH="$ROOT/${1:-build}/?.so;;"
}

# Forgets which engine the user works with.
forget_engine() {
  unset DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_API_VERSION
  unset DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH
}

# A folder for engines and their logs in $WORK; what lies in it is taken down
# when the script ends, however it ends.
make_work() {
  WORK=$(mktemp -d /tmp/moonsail.XXXXXX)
  trap clean_work EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

clean_work() {
  status=$?
  trap '' INT TERM HUP
  [ ! -e "$WORK/registry" ] || sh "$TOOLS/registry.sh" down "$WORK/registry"
  for engine in "$WORK"/*/number; do
    [ ! -e "$engine" ] || sh "$TOOLS/engine.sh" down "${engine%/number}"
  done
  rm -rf "$WORK"
  exit $status
}
