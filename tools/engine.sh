#!/bin/sh
# SPDX-License-Identifier: MIT
# A private, throw-away dockerd, all of it in one folder: socket, data, log.
#   engine.sh up DIR     starts it, with the images busybox and hello
#   engine.sh kill DIR   kill -9, as a crash would
#   engine.sh start DIR  starts it again with what it had
#   engine.sh down DIR   ends it, and leaves nothing of it
#
# It has a bridge, an address range and a cgroup of its own, writes no
# firewall rule, and lives in a mount namespace of its own, so that whatever
# it has mounted goes with it. Any number of them may run at a time.
set -eu
. "$(dirname "$0")/common.sh"
unset DOCKER_HOST DOCKER_CONTEXT DOCKER_API_VERSION DOCKER_TLS_VERIFY

[ $# = 2 ] || die "usage: engine.sh up|kill|start|down DIR"
[ -z "$SUDO" ] || exec sudo sh "$0" "$@"
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

# The number, or "none" where the bridge has become another engine's (after
# the machine was started again, say).
number() {
  number=$(cat "$DIR/number")
  owner=$(cat "/sys/class/net/moonsail$number/ifalias" 2>/dev/null) || :
  [ "$owner" = "$DIR" ] || number=none
  echo "$number"
}

dockerd_flags() {
  number=$(number)
  echo '{}' >"$DIR/daemon.json"
  echo "--config-file $DIR/daemon.json --host unix://$SOCKET" \
    "--group ${SUDO_GID:-0} --pidfile $DIR/docker.pid" \
    "--data-root $DIR/data --exec-root $DIR/exec" \
    "--exec-opt native.cgroupdriver=cgroupfs" \
    "--cgroup-parent /moonsail$number --bridge moonsail$number" \
    "--iptables=false --ip6tables=false --ip-forward=false"
}

# dockerd, in a mount namespace of its own: what it keeps in /run is private,
# and the mount on exec marks all processes that belong to it.
start() {
  mkdir -p "$DIR/exec"
  # shellcheck disable=SC2016,SC2046
  setsid unshare --mount --propagation private sh -euc '
    for folder in /run/docker /run/containerd "$1"; do
      mkdir -p "$folder"
      mount -t tmpfs -o mode=711 moonsail "$folder"
    done
    shift
    exec dockerd "$@"' sh "$DIR/exec" $(dockerd_flags) \
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
    find "$top/moonsail$(number)" -depth -type d 2>/dev/null || :
  done
}

# Ends all processes: those of the containers, then our own. None is asked to
# end in good order, as all that they keep goes with them.
sweep() {
  for folder in $(cgroups); do
    xargs -r kill -9 <"$folder/cgroup.procs" 2>/dev/null || :
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

# A root file system with nothing but Debian's static busybox.
import_images() {
  root=$DIR/busybox
  mkdir -p "$root/bin" "$root/etc" "$root/root" "$root/var" "$root/tmp"
  chmod 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/busybox"
  for applet in $(/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  tar -C "$root" --owner=0 --group=0 --numeric-owner -cf "$root.tar" .
  path='ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  docker -H "unix://$SOCKET" import -c "$path" -c 'CMD ["sh"]' \
    "$root.tar" busybox:latest >/dev/null
  docker -H "unix://$SOCKET" import -c "$path" \
    -c 'CMD ["echo", "Hello from a container"]' \
    "$root.tar" hello:latest >/dev/null
  rm -rf "$root" "$root.tar"
}

# The bridges of the networks that were made with it, too: dockerd leaves
# them when it ends, and its books say which they are.
remove_bridges() {
  books=$DIR/data/network/files/local-kv.db
  if [ -e "$books" ]; then
    grep -aoE 'br-[0-9a-f]{12}' "$books" | sort -u |
      xargs -rn 1 ip link delete 2>/dev/null || :
  fi
  ip link delete "moonsail$(number)" 2>/dev/null || :
}

case $1 in
up)
  [ ! -e "$DIR/number" ] || die "$DIR: in use; take it down first"
  claim_bridge
  start
  import_images
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
  rm -rf "$DIR/data" "$DIR/daemon.json" "$DIR/log" "$DIR/busybox" \
    "$DIR/busybox.tar" "$DIR/number"
  rmdir "$DIR" 2>/dev/null || :
  ;;
*) die "usage: engine.sh up|kill|start|down DIR" ;;
esac
