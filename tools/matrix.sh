#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the engine suite against several engines, one after the other:
#   matrix.sh [-w] [-o DIR] ENGINE...
# where an ENGINE is
#   NAME=ADDRESS          one that runs: "mine=unix:///run/docker.sock"
#   NAME=ADDRESS@NETNS    one that runs in that network namespace
#   dockerd-20.10, -26.1, -28.5, podman-4.3, -5.4, -5.8
#                         one that scripts in the folder ENGINES start, each in
#                         a namespace of its own: bookworm.sh, suite.sh and
#                         podman.sh, as `SCRIPT up|down [SUITE]`
#                         (STATE: the folder in which they keep them)
#   -o DIR  keeps logs and what was recorded: DIR/NAME.log, DIR/NAME.coverage
#   -w      writes docs/coverage.md from all that was recorded in DIR
# It ends with a line an engine. Tests that start engines of their own are left
# to tools/test.sh: they would test Debian 12's dockerd again.
set -eu
. "$(dirname "$0")/common.sh"
# The scripts have another use for that name.
SCRIPTS=${ENGINES:-}
unset ENGINES

usage="usage: matrix.sh [-w] [-o DIR] ENGINE..."
write=
out=
while getopts wo: option; do
  case $option in
  w) write=1 ;;
  o) out=$OPTARG ;;
  *) die "$usage" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || [ -n "$write" ] || die "$usage"

# command_for NAME up|down NETNS: the command line that does it
command_for() {
  case $1 in
  dockerd-20.10) file=bookworm.sh suite= ;;
  dockerd-26.1) file=suite.sh suite=trixie ;;
  dockerd-28.5) file=suite.sh suite=forky ;;
  podman-4.3) file=podman.sh suite= ;;
  podman-5.4) file=podman.sh suite=trixie ;;
  podman-5.8) file=podman.sh suite=forky ;;
  *) die "$1: no engine that I know" ;;
  esac
  [ -n "$SCRIPTS" ] || die "ENGINES must name the folder of $file"
  echo "env ${STATE:+ENGINES=$STATE} NETNS=$3 $SCRIPTS/$file $2 $suite"
}

# start COMMAND...: prints the address
start() {
  "$@" 2>"$WORK/problems" </dev/null |
    sed -n 's/^DOCKER_HOST=\(unix:[^ ]*\).*/\1/p' | grep . || {
    cat "$WORK/problems" >&2
    die "$1 does not start"
  }
}

# run NAME ADDRESS [NETNS [VARIABLES...]]: the suite, with that engine
run() {
  name=$1
  address=$2
  netns=${3:-}
  shift 2
  [ $# = 0 ] || shift
  log=$out/$name.log
  rm -f "$out/$name.coverage"
  status=0
  # shellcheck disable=SC2086
  ${netns:+nsenter --net=/run/netns/$netns} env MOONSAIL_ENGINE="$address" \
    REGISTRY_PORT=5055 MOONSAIL_COVERAGE="$out/$name.coverage" "$@" \
    sh "$TOOLS/test.sh" engine >"$log" 2>&1 || status=$?
  grep -xE '[0-9]+ passed, [0-9]+ failed' "$log" >/dev/null || status=1
  [ $status = 0 ] || failed=1
  echo "$name: $(sum "$log")" | tee -a "$WORK/sums"
}

# sum LOG: "N passed, N failed, N pending"
sum() {
  grep -E '^== .*: [0-9]+ passed, [0-9]+ failed' "$1" | sed 's/.*: //' |
    awk '{ passed += $1; failed += $3; pending += $5 }
      END { printf "%d passed, %d failed, %d pending", passed, failed,
        pending }'
  tail -n 1 "$1" | grep -qE '^[0-9]+ passed, ' || printf ', and broken off'
}

# stop COMMAND NETNS ADDRESS: ends an engine, and what it has left: processes,
# as Podman its name server, and a folder that belongs to the namespace
stop() {
  $1
  if [ -e "/run/netns/$2" ]; then
    ip netns pids "$2" | xargs -r kill -9
    ip netns delete "$2"
  fi
  folder=$(dirname "${3#unix://}")
  case $folder in *-"$2") rm -rf "$folder" ;; esac
}

# start_as NAME NETNS: starts an engine, sets up, down and address
start_as() {
  up=$(command_for "$1" up "$2")
  down=$(command_for "$1" down "$2")
  echo "$down" >>"$WORK/at_exit" # whatever happens
  # shellcheck disable=SC2086
  address=$(start $up)
  [ -e "/run/netns/$2" ] || die "$1 runs already, and not here"
}

# dockerd NAME: two of them, for swarms
dockerd() {
  first=mx$$-${1#*-}
  second=$first-peer
  start_as "$1" "$second"
  peer=$address
  peer_down=$down
  start_as "$1" "$first"
  ends=$(connect_namespaces "$first" "$second")
  run "$1" "$address" "$first" MOONSAIL_SWARM="$address" \
    MOONSAIL_SWARM_PAIR="$address ${ends% *} $peer ${ends#* }" \
    MOONSAIL_SWARM_RESTART="$down && $up"
  stop "$down" "$first" "$address"
  stop "$peer_down" "$second" "$peer"
}

podman() {
  start_as "$1" "mx$$-${1#*-}"
  run "$1" "$address" "mx$$-${1#*-}"
  stop "$down" "mx$$-${1#*-}" "$address"
}

# one ENGINE: starts it if need be, runs the suite, and takes it down again
one() {
  case $1 in
  *=*@*)
    address=${1#*=}
    run "${1%%=*}" "${address%@*}" "${1##*@}"
    ;;
  *=*) run "${1%%=*}" "${1#*=}" ;;
  dockerd-*) dockerd "$1" ;;
  *) podman "$1" ;;
  esac
}

failed=
make_work
out=${out:-$WORK}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$ROOT"
# shellcheck disable=SC2086
need $BUILD_PACKAGES $TEST_PACKAGES $ENGINE_PACKAGES
build tests
for engine in "$@"; do
  say "$engine"
  one "$engine"
done
if [ -n "$write" ]; then
  use_tree build
  lua5.4 tools/coverage.lua "$out"/*.coverage || failed=1
fi
[ ! -e "$WORK/sums" ] || cat "$WORK/sums"
[ -z "$failed" ]
