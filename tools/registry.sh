#!/bin/sh
# SPDX-License-Identifier: MIT
# A private registry on the loopback interface, where an engine takes plain
# HTTP, with two images pushed to it from the engine at DOCKER_HOST:
#   ADDRESS/busybox  the same layer as the engine's own busybox
#   ADDRESS/fresh    a layer of 16 MB that the engine does not keep
#   registry.sh up DIR [PORT]  prints REGISTRY=ADDRESS; the port is the first
#                              free one, from PORT on
#   registry.sh down DIR
set -eu
. "$(dirname "$0")/common.sh"
unset REGISTRY_AUTH_FILE # docker-registry would take it for a setting

[ $# -ge 2 ] || die "usage: registry.sh up DIR [PORT] | down DIR"
mkdir -p "$2"
DIR=$(cd "$2" && pwd)

# Whether ours answers, and not another registry that has the port.
answers() {
  curl -fsSI "http://127.0.0.1:$1/v2/" 2>/dev/null |
    grep -q "^X-Registry: $DIR"
}

# Serves at the port; fails when the port is taken.
serve() {
  cat >"$DIR/config.yml" <<YML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $DIR/data}}
http:
  addr: '127.0.0.1:$1'
  secret: moonsail
  headers: {X-Registry: [$DIR]}
YML
  docker-registry serve "$DIR/config.yml" >"$DIR/log" 2>&1 </dev/null &
  echo $! >"$DIR/pid"
  until answers "$1"; do
    sleep 0.05
    kill -0 "$(cat "$DIR/pid")" 2>/dev/null || return 1
  done
}

push() {
  docker tag "$1" "$2"
  docker push -q "$2" >/dev/null
  docker rmi "$2" >/dev/null
}

push_images() {
  push busybox:latest "$1/busybox:latest"
  head -c 16777216 /dev/urandom >"$DIR/noise"
  tar -C "$DIR" -cf - noise | docker import - fresh:latest >/dev/null
  push fresh:latest "$1/fresh:latest"
  docker rmi fresh:latest >/dev/null
  rm "$DIR/noise"
}

case $1 in
up)
  [ -n "${DOCKER_HOST:-}" ] || die "DOCKER_HOST must name an engine"
  port=${3:-15055}
  last=$((port + 40))
  until serve "$port"; do
    port=$((port + 1))
    [ $port -lt $last ] || die "no free port, or: $(tail -n 1 "$DIR/log")"
  done
  push_images "127.0.0.1:$port"
  echo "REGISTRY=127.0.0.1:$port"
  ;;
down)
  [ ! -s "$DIR/pid" ] || kill "$(cat "$DIR/pid")" 2>/dev/null || :
  rm -rf "$DIR"
  ;;
*) die "usage: registry.sh up DIR [PORT] | down DIR" ;;
esac
