#!/bin/sh
# SPDX-License-Identifier: MIT
# Records data/containers.json again, the list that decode makes its long ones
# of: what a private engine answers, one element to a line.
set -eu
. "$(dirname "$0")/../tools/common.sh"
BENCH=$ROOT/bench
TOOLS=$ROOT/tools

make_work
sh "$TOOLS/engine.sh" up "$WORK/engine" >/dev/null
socket=$WORK/engine/docker.sock
sh "$BENCH/containers.sh" "unix://$socket"
curl -sS --fail --unix-socket "$socket" \
  "http://engine/v1.41/containers/json?all=1" >"$WORK/list"
# an element is the only object that begins with its id
sed "s/,{\"Id\":\"/,\n{\"Id\":\"/g; s,$WORK/engine/data,/var/lib/docker,g" \
  "$WORK/list" >"$BENCH/data/containers.json"
