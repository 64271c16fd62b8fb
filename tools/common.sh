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
  libcurl4-openssl-dev libarchive-dev"
ENGINE_PACKAGES="docker.io busybox-static iproute2 procps"
TEST_PACKAGES="binutils lua-busted lua-filesystem lua-socket lua-luv
  lua-cqueues luarocks lua-yaml docker-registry curl tmux openssl
  openssh-client openssh-server libcap2-bin bzip2 xz-utils zstd"
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

# A root file system with nothing but Debian's static busybox, as a tar.
busybox_tar() {
  root=$1/busybox
  mkdir -p "$root/bin" "$root/etc" "$root/root" "$root/var" "$root/tmp"
  chmod 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/busybox"
  for applet in $(/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  tar -C "$root" --owner=0 --group=0 --numeric-owner -cf "$root.tar" .
  rm -rf "$root"
}

# import_image DOCKER_HOST FOLDER NAME: gives an engine one of the images that
# the tests expect, busybox:latest or hello:latest. The folder is for what is
# needed meanwhile.
import_image() {
  [ -e "$2/busybox.tar" ] || busybox_tar "$2"
  case $3 in
  hello:*) command='["echo", "Hello from a container"]' ;;
  *) command='["sh"]' ;;
  esac
  path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  docker -H "$1" import -c "ENV PATH=$path" -c "CMD $command" \
    "$2/busybox.tar" "$3" >/dev/null
}

import_images() {
  import_image "$1" "$2" busybox:latest
  import_image "$1" "$2" hello:latest
  rm "$2/busybox.tar"
}

# connect_namespaces A B: by a pair of devices, an end in each; no route leads
# to them from elsewhere. Prints the addresses of both ends.
connect_namespaces() {
  number=0
  until ip -n "$1" link add "peer$number" type veth \
    peer name "peer$number" netns "$2" 2>/dev/null; do
    number=$((number + 1))
    [ $number -lt 255 ] || die "no pair of devices can be made"
  done
  ip -n "$1" address add "10.214.$number.1/24" dev "peer$number"
  ip -n "$2" address add "10.214.$number.2/24" dev "peer$number"
  ip -n "$1" link set "peer$number" up
  ip -n "$2" link set "peer$number" up
  echo "10.214.$number.1 10.214.$number.2"
}

# The tree as it is built is what `require "moonsail"` finds.
use_tree() {
  unset LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT LUA_INIT_5_4
  export LUA_PATH="$ROOT/lua/?.lua;$ROOT/lua/?/init.lua;;"
  export LUA_CPATH="$ROOT/${1:-build}/?.so;;"
}

# Forgets which engine the user works with.
forget_engine() {
  unset DOCKER_HOST DOCKER_CONTEXT DOCKER_API_VERSION
  unset DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_AUTH_CONFIG
  # what the user has logged in to is nobody's business here
  export DOCKER_CONFIG=/nonexistent/docker
  export REGISTRY_AUTH_FILE=/nonexistent/auth.json
}

# A folder for engines and their logs in $WORK; what lies in it is taken down
# when the script ends, however it ends, and the commands in $WORK/at_exit run.
make_work() {
  WORK=$(mktemp -d /tmp/moonsail.XXXXXX)
  trap clean_work EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

clean_work() {
  status=$?
  trap '' INT TERM HUP
  [ ! -e "$WORK/at_exit" ] || sh "$WORK/at_exit" >/dev/null 2>&1 || :
  [ ! -e "$WORK/registry" ] || sh "$TOOLS/registry.sh" down "$WORK/registry"
  for engine in "$WORK"/*/number; do
    [ ! -e "$engine" ] || sh "$TOOLS/engine.sh" down "${engine%/number}"
  done
  rm -rf "$WORK"
  exit $status
}

# A lua5.4 that has the sanitizers in it, to be found before the other. What
# preloads them is forgotten at once: the programs that it starts have none.
# Memory that was freed is kept for a while, to tell of its use; not so much
# that it looks lost.
sanitized_lua() {
  : "${WORK:?}"
  mkdir "$WORK/bin"
  gcc -shared -fPIC -x c -o "$WORK/bin/forget.so" - <<C
#include <stdlib.h>
__attribute__((constructor)) static void forget(void) {
  unsetenv("LD_PRELOAD");
}
C
  cat >"$WORK/bin/lua5.4" <<SH
#!/bin/sh
LD_PRELOAD="$(gcc -print-file-name=libasan.so) $WORK/bin/forget.so" \\
  exec $(command -v lua5.4) "\$@"
SH
  chmod 755 "$WORK/bin/lua5.4"
  export PATH="$WORK/bin:$PATH"
  export ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16
  export UBSAN_OPTIONS=print_stacktrace=1
}
