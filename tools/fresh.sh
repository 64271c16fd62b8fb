#!/bin/sh
# SPDX-License-Identifier: MIT
# For maintainers: runs a command in a clean clone of HEAD on a fresh, minimal
# Debian 12, so that nothing of this machine helps. Needs root, debootstrap
# and the network.
#   fresh.sh                 runs tools/demo.sh, then tools/test.sh
#   fresh.sh COMMAND...      runs this instead, in the clone
#   FRESH=DIR                keeps the chroot in DIR, for the next time
set -eu
. "$(dirname "$0")/common.sh"
SUITE=bookworm

[ "$(id -u)" = 0 ] || die "run me as root"
need debootstrap git
WORK=${FRESH:-$(mktemp -d /var/tmp/fresh.XXXXXX)}
CHROOT=$WORK/root

clean() {
  status=$?
  [ -n "${FRESH:-}" ] || rm -rf --one-file-system "$WORK"
  exit $status
}
trap clean EXIT
trap 'exit 130' INT TERM HUP

# Where this machine has its own packages from.
mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' \
    'Created-By: Packages' | sed -n 's,^\(.*/debian/\) main$,\1,p' | head -n 1
}

if [ ! -e "$CHROOT/fresh" ]; then
  say "making a fresh $SUITE in $CHROOT"
  mkdir -p "$CHROOT"
  debootstrap --variant=minbase "$SUITE" "$CHROOT" "$(mirror)" \
    >"$WORK/log" || die "see $WORK/log"
  cp /etc/resolv.conf "$CHROOT/etc/resolv.conf"
  # what this machine needs to reach its mirror
  for file in /etc/apt/apt.conf.d/*; do
    grep -qE 'Proxy|CAInfo' "$file" || continue
    cp "$file" "$CHROOT/etc/apt/apt.conf.d"
  done
  touch "$CHROOT/fresh"
fi
rm -rf "$CHROOT/moonsail"
git clone -q "file://$ROOT" "$CHROOT/moonsail"

# In a mount namespace that goes when the command ends. pivot_root, and not
# chroot, because a container's own root must be a mount point below it.
say "running in it: ${*:-tools/demo.sh, tools/test.sh}"
[ $# -gt 0 ] || set -- sh -c 'sh tools/demo.sh && sh tools/test.sh'
# shellcheck disable=SC2016
unshare --mount --propagation private sh -euc '
  cd "$1"
  shift
  mount --bind . .
  cd "$PWD"
  for folder in proc sys dev; do mount --rbind "/$folder" "$folder"; done
  mount -t tmpfs tmpfs run
  mkdir -p var/tmp
  pivot_root . .
  umount -l .
  cd /moonsail
  exec env -i TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 HOME=/root \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
' sh "$CHROOT" "$@"
