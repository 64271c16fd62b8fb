#!/bin/sh
# SPDX-License-Identifier: MIT
# A private, throw-away dockerd, all of it in one folder: socket, data, log.
#   engine.sh up DIR     starts it, with the images busybox and hello
#   engine.sh kill DIR   kill -9, as a crash would
#   engine.sh start DIR  starts it again with what it had
#   engine.sh down DIR   ends it, and leaves nothing of it
#   engine.sh connect DIR OTHER  lets two that have a NETNS reach each other,
#                        and prints their addresses
#
# It has a bridge, an address range and a cgroup of its own, writes no
# firewall rule, and lives in a mount namespace of its own, so that whatever
# it has mounted goes with it. Any number of them may run at a time.
#
# The environment of `up` may say more:
#   NETNS=name  it lives in that network namespace, which is made where it is
#               missing and then goes with it. There it has the usual bridges
#               and a firewall, so that it can be put into swarm mode.
#   FLAGS       further flags of dockerd
#   MOONSAIL_DOCKERD_ENV  "NAME=value …" for dockerd
set -eu
. "$(dirname "$0")/common.sh"
unset DOCKER_HOST DOCKER_CONTEXT DOCKER_API_VERSION DOCKER_TLS_VERIFY

usage="usage: engine.sh up|kill|start|down DIR | connect DIR OTHER"
case ${1:-} in
connect) [ $# = 3 ] ;;
*) [ $# = 2 ] ;;
esac || die "$usage"
[ -z "$SUDO" ] || exec sudo env NETNS="${NETNS:-}" FLAGS="${FLAGS:-}" \
  MOONSAIL_DOCKERD_ENV="${MOONSAIL_DOCKERD_ENV:-}" sh "$0" "$@"
DIR=$(mkdir -p "$2" && cd "$2" && pwd)
SOCKET=$DIR/docker.sock
case $DIR in *[!A-Za-z0-9_./-]*) die "$DIR: choose a plainer path" ;; esac
# containerd's sockets lie 40 characters deeper, and a socket has 108
[ ${#DIR} -le 60 ] || die "$DIR: choose a shorter path"

# Takes the first free number, and with it a bridge and 10.213.NUMBER.0/24:
# making the bridge is what decides between two who try at once.
claim_bridge() {
  number=0
  until ip link add "moonsail$number" type bridge 2>/dev/null; do
    number=$((number + 1))
    [ $number -lt 255 ] || die "no bridge can be made: ip link add fails"
  done
  echo $number >"$DIR/number"
  ip address add "10.213.$number.1/24" dev "moonsail$number"
  ip link set "moonsail$number" alias "$DIR" up
  # no packet leaves it for elsewhere
  echo 0 >"/proc/sys/net/ipv4/conf/moonsail$number/forwarding" || :
}

# The namespace tells by its loopback's alias whose it is.
claim_namespace() {
  origin=found
  if [ ! -e "/run/netns/$NETNS" ]; then
    ip netns add "$NETNS"
    origin=made
  fi
  owner=$(alias_of lo -n "$NETNS")
  [ -z "$owner" ] || die "the namespace $NETNS has an engine, $owner"
  echo none >"$DIR/number"
  echo "$NETNS $origin" >"$DIR/netns"
  ip -n "$NETNS" link set lo alias "$DIR" up
}

# alias_of DEVICE [-n NAMESPACE]: whose it is
alias_of() {
  device=$1
  shift
  ip "$@" -d link show "$device" 2>/dev/null | sed -n 's/^ *alias //p'
}

# The namespace, or nothing where it has none, or that is another engine's.
namespace() {
  [ -e "$DIR/netns" ] || return 0
  read -r name origin <"$DIR/netns"
  [ ! -e "/run/netns/$name" ] || [ "$(alias_of lo -n "$name")" != "$DIR" ] ||
    echo "$name"
}

# What to put before a command that is for the namespace, if there is one.
# (`ip netns exec` would hide the cgroups.)
enter() {
  name=$(namespace)
  [ -z "$name" ] || echo "nsenter --net=/run/netns/$name"
}

# The number, or "none" where the bridge has become another engine's (after
# the machine was started again, say).
number() {
  number=$(cat "$DIR/number")
  owner=$(alias_of "moonsail$number")
  [ "$owner" = "$DIR" ] || number=none
  echo "$number"
}

cgroup() {
  name=$(namespace)
  if [ -n "$name" ]; then
    echo "moonsail-$name"
  else
    echo "moonsail$(number)"
  fi
}

network_flags() {
  [ ! -e "$DIR/netns" ] || return 0
  echo "--bridge moonsail$(number)" \
    "--iptables=false --ip6tables=false --ip-forward=false"
}

dockerd_flags() {
  echo '{}' >"$DIR/daemon.json"
  echo "--config-file $DIR/daemon.json --host unix://$SOCKET" \
    "--group ${SUDO_GID:-0} --pidfile $DIR/docker.pid" \
    "--data-root $DIR/data --exec-root $DIR/exec" \
    "--exec-opt native.cgroupdriver=cgroupfs" \
    "--cgroup-parent /$(cgroup) $(network_flags)" "$(cat "$DIR/flags")"
}

# An engine has the disk write what it keeps before it goes on, which is a
# third of the time that tests take: it keeps it in memory, where it may.
keep_in_memory() {
  mkdir -p "$DIR/data"
  mount -t tmpfs -o mode=711 moonsail "$DIR/data" 2>/dev/null || :
}

# Other engines may have got that mount with their namespaces.
forget_memory() {
  rm -rf "$DIR/data"/*
  if mountpoint -q "$DIR/data"; then umount -l "$DIR/data"; fi
}

# dockerd, in a mount namespace of its own: what it keeps in /run is private,
# and the mount on exec marks all processes that belong to it.
start() {
  mkdir -p "$DIR/exec"
  # shellcheck disable=SC2016,SC2046
  $(enter) setsid unshare --mount --propagation private sh -euc '
    for folder in /run/docker /run/containerd "$1"; do
      mkdir -p "$folder"
      mount -t tmpfs -o mode=711 moonsail "$folder"
    done
    shift
    exec env "$@"' sh "$DIR/exec" $(cat "$DIR/environment") dockerd \
    $(dockerd_flags) \
    >>"$DIR/log" 2>&1 </dev/null &
  wait_for 60 docker -H "unix://$SOCKET" version || {
    tail -n 5 "$DIR/log" >&2
    die "dockerd does not answer"
  }
}

# The processes of the engine: dockerd, its containerd, and the shims that
# outlive both.
members() {
  grep -sl " $DIR/exec " /proc/[0-9]*/mountinfo | cut -d/ -f3 || :
}

dockerd_pid() {
  pid=$(cat "$DIR/docker.pid" 2>/dev/null) || return 1
  grep -sq " $DIR/exec " "/proc/$pid/mountinfo" || return 1
  echo "$pid"
}

# The folders of its containers' cgroup, in every hierarchy, deepest first.
cgroups() {
  for top in /sys/fs/cgroup /sys/fs/cgroup/*; do
    find "$top/$(cgroup)" -depth -type d 2>/dev/null || :
  done
}

# Ends all processes: those of the containers, then our own. None is asked to
# end in good order, as all that they keep goes with them.
sweep() {
  for folder in $(cgroups); do
    { xargs -r kill -9 <"$folder/cgroup.procs"; } 2>/dev/null || :
  done
  tries=100
  while pids=$(members) && [ -n "$pids" ] && [ $tries -gt 0 ]; do
    # shellcheck disable=SC2086
    kill -9 $pids 2>/dev/null || :
    tries=$((tries - 1))
    sleep 0.05
  done
  cgroups | xargs -r rmdir 2>/dev/null || :
  rm -rf "$DIR/exec" "$DIR/docker.pid" "$SOCKET"
}

# The bridges of the networks that were made with it, too: dockerd leaves
# them when it ends, and its books say which they are.
remove_bridges() {
  books=$DIR/data/network/files/local-kv.db
  if [ -e "$books" ]; then
    grep -aoE 'br-[0-9a-f]{12}' "$books" | sort -u | while read -r bridge; do
      $(enter) ip link delete "$bridge" 2>/dev/null || :
    done
  fi
  ip link delete "moonsail$(number)" 2>/dev/null || :
}

# What was made goes, with all its bridges; what was found stays.
leave_namespace() {
  name=$(namespace)
  [ -n "$name" ] || return 0
  read -r name origin <"$DIR/netns"
  if [ "$origin" = made ]; then
    ip netns delete "$name"
  else
    for bridge in docker0 docker_gwbridge; do
      ip -n "$name" link delete "$bridge" 2>/dev/null || :
    done
    ip -n "$name" link set lo alias ''
  fi
}

# connect OTHER
connect() {
  here=$(namespace)
  DIR=$1
  there=$(namespace)
  case ${here:+x}${there:+x} in
  xx) ;;
  *) die "connect: both need a NETNS" ;;
  esac
  connect_namespaces "$here" "$there"
}

case $1 in
up)
  [ ! -e "$DIR/number" ] || die "$DIR: in use; take it down first"
  if [ -n "${NETNS:-}" ]; then claim_namespace; else claim_bridge; fi
  echo "${FLAGS:-}" >"$DIR/flags"
  echo "${MOONSAIL_DOCKERD_ENV:-}" >"$DIR/environment"
  keep_in_memory
  start
  import_images "unix://$SOCKET" "$DIR"
  echo "DOCKER_HOST=unix://$SOCKET"
  ;;
start)
  [ -e "$DIR/number" ] || die "$DIR: no engine; bring it up first"
  sweep
  start
  echo "DOCKER_HOST=unix://$SOCKET"
  ;;
kill)
  pid=$(dockerd_pid) || die "$DIR: no engine runs there"
  kill -9 "$pid"
  ;;
down)
  [ -e "$DIR/number" ] || exit 0
  sweep
  remove_bridges
  leave_namespace
  forget_memory
  rm -rf "$DIR/data" "$DIR/daemon.json" "$DIR/log" "$DIR/busybox" \
    "$DIR/busybox.tar" "$DIR/flags" "$DIR/environment" "$DIR/netns" \
    "$DIR/number"
  rmdir "$DIR" 2>/dev/null || :
  ;;
connect) connect "$(cd "$3" && pwd)" ;;
*) die "$usage" ;;
esac
