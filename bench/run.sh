#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures moonsail beside its peers, on a private engine, and prints tables:
#   run.sh [decode] [calls] [logs]   those, or all three
#   run.sh soak [PINGS CYCLES]       how much is left over after many calls
#   run.sh parallel [CONTAINERS [STREAMS [CALLS]]]   many streams and calls at
#                                    once (200 200 2000)
#   run.sh archive [MIB [FILES]]     files out of an engine and into it (1024
#                                    20000)
# ROUNDS (5) is how often each is measured, in turns; PYTHON the interpreter
# that has python3-docker. Everything that it starts is taken down at the end.
set -eu
. "$(dirname "$0")/../tools/common.sh"
BENCH=$ROOT/bench
TOOLS=$ROOT/tools
ROUNDS_GIVEN=${ROUNDS:-}
ROUNDS=${ROUNDS:-5}
PYTHON=${PYTHON:-/usr/bin/python3}
LOG_BYTES=60000000

# record GROUP CASE WHO AMOUNT COMMAND...: one measurement more
record() {
  group=$1 case=$2 who=$3 amount=$4
  shift 4
  result=$("$@")
  printf '%s\t%s\t%s\t%s amount=%s\n' \
    "$group" "$case" "$who" "$result" "$amount" >>"$WORK/records"
}

compile() {
  mkdir -p "$ROOT/build/bench"
  for program in peer server; do
    "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror \
      -o "$ROOT/build/bench/$program" "$BENCH/$program.c" -lcurl
  done
  PEER=$ROOT/build/bench/peer
}

engine() {
  [ -z "${ENGINE:-}" ] || return 0
  say "starting a private engine"
  sh "$TOOLS/engine.sh" up "$WORK/engine" >/dev/null
  ENGINE=$WORK/engine/docker.sock
}

# serve DOCUMENT LOG: the scripted engine, at $WORK/server.sock
serve() {
  "$ROOT/build/bench/server" "$WORK/server.sock" "$1" "$2" &
  SERVER=$!
  wait_for 10 test -S "$WORK/server.sock"
}

stop_server() {
  [ -z "${SERVER:-}" ] || kill "$SERVER" 2>/dev/null || :
  SERVER=
  rm -f "$WORK/server.sock"
}

finish() {
  outcome=$?
  set +e
  stop_server
  (exit $outcome)
  clean_work
}

# ---- decode ----

decode() {
  for count in 1000 10000; do
    say "decoding $count containers"
    lua5.4 bench/lengthen.lua $count "$WORK/list"
    repeats=$((20000 / count))
    amount=$(($(wc -c <"$WORK/list") * repeats))
    case="$count containers, collector as usual"
    for _ in $(seq "$ROUNDS"); do
      lua5.4 bench/decode.lua "$WORK/list" $repeats 3 >>"$WORK/records"
      "$PYTHON" bench/peer.py json "$WORK/list" $repeats 3 |
        sed "s/\$/ amount=$amount/; s/peak=[0-9]*//
          s/^/decode\t$case\tPython's json\t/" >>"$WORK/records"
    done
  done
}

# ---- calls ----

# call_rounds WHERE SOCKET PINGS LISTS
call_rounds() {
  host=unix://$2
  list="/v1.41/containers/json?all=true"
  for _ in $(seq $((2 * ROUNDS))); do
    record calls "ping, $1" libcurl "$3" "$PEER" calls "$2" /_ping "$3"
    record calls "ping, $1" moonsail "$3" \
      lua5.4 bench/calls.lua ping "$host" "$3"
    record calls "ping, $1" python3-docker $(($3 / 5)) \
      "$PYTHON" bench/peer.py ping "$host" $(($3 / 5))
    record calls "list, $1" libcurl "$4" "$PEER" calls "$2" "$list" "$4"
    record calls "list, $1" moonsail "$4" \
      lua5.4 bench/calls.lua list "$host" "$4"
    record calls "list, $1" python3-docker $(($4 / 2)) \
      "$PYTHON" bench/peer.py list "$host" $(($4 / 2))
  done
}

calls() {
  engine
  say "making twelve containers"
  sh "$BENCH/containers.sh" "unix://$ENGINE"
  say "calling the engine"
  call_rounds "the engine" "$ENGINE" 2000 300
  say "calling the scripted server"
  : >"$WORK/nothing"
  serve bench/data/containers.json "$WORK/nothing"
  call_rounds "scripted server" "$WORK/server.sock" 5000 1000
  stop_server
}

# ---- logs ----

make_log() {
  lua5.4 bench/lines.lua $LOG_BYTES "$WORK/lines"
  LOG_BYTES=$(wc -c <"$WORK/lines")
  docker -H "unix://$ENGINE" run --name log --network none \
    --log-driver json-file -v "$WORK/lines:/lines:ro" \
    busybox cat /lines >/dev/null
}

# log_rounds WHERE SOCKET PATH
log_rounds() {
  for _ in $(seq "$ROUNDS"); do
    record logs "$1" libcurl "$LOG_BYTES" "$PEER" read "$2" "$3"
    for kind in chunks lines; do
      record logs "$1" "moonsail $kind" "$LOG_BYTES" \
        lua5.4 bench/logs.lua $kind "unix://$2" log
    done
    record logs "$1" python3-docker "$LOG_BYTES" \
      "$PYTHON" bench/peer.py logs "unix://$2" log
  done
}

# What Lua itself needs for the same lines.
file_rounds() {
  for _ in $(seq "$ROUNDS"); do
    record logs "$1" "io.lines, a file" "$LOG_BYTES" \
      lua5.4 bench/logs.lua file "$WORK/lines"
  done
}

# Each byte of the log has reached each client, or the figures mean nothing.
check_bytes() {
  if grep -P '^logs\t.*\t(moonsail|python)' "$WORK/records" |
    grep -v "bytes=$LOG_BYTES "; then
    die "not all of the log's $LOG_BYTES bytes have come"
  fi
}

logs() {
  engine
  say "making a log of $LOG_BYTES bytes"
  make_log
  path="/v1.41/containers/log/logs?follow=1&stdout=1&stderr=1"
  say "following it"
  log_rounds "the engine" "$ENGINE" "$path"
  "$PEER" save "$ENGINE" "$path" "$WORK/frames" >/dev/null
  "$PEER" save "$ENGINE" /v1.41/containers/log/json "$WORK/inspect" >/dev/null
  say "following it on the scripted server"
  serve "$WORK/inspect" "$WORK/frames"
  log_rounds "scripted server" "$WORK/server.sock" "$path"
  file_rounds "scripted server"
  stop_server
  check_bytes
}

# ---- soak ----

soak() {
  engine
  say "$1 pings, $2 containers"
  lua5.4 bench/soak.lua "unix://$ENGINE" "$1" "$2"
}

# ---- parallel ----

# parallel CONTAINERS STREAMS CALLS
parallel() {
  engine
  say "starting $1 containers that write a line a second"
  lua5.4 bench/parallel.lua make "unix://$ENGINE" "$1"
  ours='' theirs=''
  for round in $(seq "$ROUNDS"); do
    say "measuring, $round of $ROUNDS"
    lua5.4 bench/parallel.lua measure "unix://$ENGINE" "$@" >"$WORK/a$round"
    "$PYTHON" bench/parallel_peer.py "unix://$ENGINE" "$@" >"$WORK/b$round"
    ours="$ours $WORK/a$round" theirs="$theirs $WORK/b$round"
  done
  printf '\n%s containers, %s streams, load %s\n\n' "$1" "$2" \
    "$(cut -d' ' -f1-3 /proc/loadavg)"
  # shellcheck disable=SC2086
  lua5.4 bench/parallel_table.lua $ours -- $theirs
}

# ---- archive ----

# A container with a file of so many MiB, the archive of that, and a folder of
# many small files with its archive.
make_archives() {
  mkdir "$WORK/large" "$WORK/many"
  head -c "$1"M /dev/urandom >"$WORK/large/file"
  tar -C "$WORK/large" -cf "$WORK/large.tar" file
  rm -r "$WORK/large"
  lua5.4 bench/archive.lua make "$WORK/many" "$2"
  tar -C "$WORK/many" -cf "$WORK/many.tar" .
  docker -H "unix://$ENGINE" create --name archives --network none \
    busybox true >/dev/null
  docker -H "unix://$ENGINE" cp - archives:/tmp <"$WORK/large.tar"
}

# in_docker COMMAND...: what the docker command needs for it
in_docker() {
  DOCKER_BUILDKIT=0 "$PYTHON" bench/peer.py command \
    docker -H "unix://$ENGINE" "$@"
}

in_shell() {
  "$PYTHON" bench/peer.py command sh -c "$1"
}

# archive_round CASE AMOUNT ARGUMENTS RUNNER DOCKER'S CURL'S: one of everybody
archive_round() {
  record archive "$1" curl "$2" in_shell "$6"
  # shellcheck disable=SC2086
  record archive "$1" moonsail "$2" lua5.4 bench/archive.lua $3
  # shellcheck disable=SC2086
  record archive "$1" python3-docker "$2" "$PYTHON" bench/peer.py $3
  # shellcheck disable=SC2086
  record archive "$1" "docker command" "$2" $4 $5
}

archive() {
  engine
  say "making a file of $1 MiB, and $2 small ones"
  make_archives "$1" "$2"
  large=$(wc -c <"$WORK/large.tar") many=$(wc -c <"$WORK/many.tar")
  host=unix://$ENGINE
  curl="curl -sSf -o /dev/null -H Expect: --unix-socket $ENGINE"
  at=http://engine/containers/archives
  for round in $(seq "$ROUNDS"); do
    say "measuring, $round of $ROUNDS"
    archive_round "export" "$large" "export $host archives" \
      in_docker "export archives" "$curl $at/export"
    archive_round "put_archive" "$large" \
      "put $host archives $WORK/large.tar" \
      in_shell_docker "$WORK/large.tar" \
      "$curl -T $WORK/large.tar '$at/archive?path=/tmp'"
    archive_round "build context" "$many" "build $host $WORK/many" \
      in_docker "build --no-cache -q $WORK/many" \
      "tar -C $WORK/many -c . | $curl -X POST -T - -H \
        'Content-Type: application/x-tar' \
        'http://engine/build?nocache=1&forcerm=1'"
  done
}

# in_shell_docker TAR: the docker command reads it from its standard input
in_shell_docker() {
  in_shell "docker -H unix://$ENGINE cp - archives:/tmp <$1"
}

# shellcheck disable=SC2086
need $BUILD_PACKAGES $ENGINE_PACKAGES python3-docker
say "building moonsail"
build
cd "$ROOT"
compile
make_work
trap finish EXIT
forget_engine
use_tree
export LUA_PATH="$BENCH/?.lua;$LUA_PATH"
if [ "${1:-}" = soak ]; then
  soak "${2:-10000}" "${3:-2000}"
  exit
fi
if [ "${1:-}" = parallel ]; then
  ROUNDS=${ROUNDS_GIVEN:-3}
  parallel "${2:-200}" "${3:-200}" "${4:-2000}"
  exit
fi
: >"$WORK/records"
if [ "${1:-}" = archive ]; then
  archive "${2:-1024}" "${3:-20000}"
  set --
else
  [ $# -gt 0 ] || set -- decode calls logs
fi
for group in "$@"; do
  case $group in
  decode | calls | logs) "$group" ;;
  *) die "$group: decode, calls, logs; alone soak, parallel, archive" ;;
  esac
done
echo
uname -mr
curl --version | head -n 1 | cut -d' ' -f1-2
echo "load: $(cut -d' ' -f1-3 /proc/loadavg)"
lua5.4 bench/table.lua <"$WORK/records"
