#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes twelve containers of the kinds that one meets, on a private engine:
#   containers.sh DOCKER_HOST
set -eu
HOST=$1
# engines choose ports without asking each other: an address of our own
ADDRESS=127.$(($$ / 250 % 250 + 1)).$(($$ % 250 + 1)).1

d() { docker -H "$HOST" "$@" >/dev/null; }

# compose SERVICE NUMBER: the labels that docker compose gives
compose() {
  prefix=com.docker.compose
  echo "--label $prefix.project=shop --label $prefix.service=$1" \
    "--label $prefix.container-number=$2 --label $prefix.oneoff=False" \
    "--label $prefix.version=2.29.1" \
    "--label $prefix.project.working_dir=/srv/shop" \
    "--label $prefix.project.config_files=/srv/shop/compose.yaml" \
    "--label $prefix.config-hash=$(echo "$1" | sha256sum | cut -c1-64)"
}

d network create front
d network create back
d volume create shop-data
d tag busybox:latest registry.example.com:5000/shop/backend:2024.11.3
# shellcheck disable=SC2046
{
  d run -d --name shop-web-1 $(compose web 1) --network front \
    -p "$ADDRESS"::80 -p "$ADDRESS"::443 --restart unless-stopped \
    busybox httpd -f -p 80
  d network connect back shop-web-1
  d run -d --name shop-backend-1 $(compose backend 1) --network back \
    -e MODE=production registry.example.com:5000/shop/backend:2024.11.3 \
    sh -c 'trap "exit 0" TERM; while :; do sleep 1; done'
  d run -d --name shop-backend-2 $(compose backend 2) --network back \
    registry.example.com:5000/shop/backend:2024.11.3 sleep 86400
  d run -d --name shop-database-1 $(compose database 1) --network back \
    -v shop-data:/var/lib/data -v /etc/hostname:/etc/machine:ro \
    --tmpfs /run busybox sleep 86400
  d run -d --name shop-cache-1 $(compose cache 1) --network back \
    --expose 6379 --expose 16379 busybox sleep 86400
}
d run -d --name monitoring --network host --label role=monitoring \
  --label 'note={"team": "operations", "wichtig": "größer als 80 %"}' \
  busybox sleep 86400
d run -d --name sleeper --network none busybox sleep 86400
d pause sleeper
d run --name migrate --network none --label job=migrate \
  busybox sh -c 'echo "migrated" && exit 0'
d run --name backup --network none \
  --label job=backup --label 'when=0 3 * * *' \
  busybox sh -c 'echo "no space left" >&2; exit 28' 2>/dev/null || :
d create --name never-started -p "$ADDRESS"::5432 busybox sh
d create --name bare hello
d run -d --name many-ports --network front -p "$ADDRESS"::9000-9007 \
  -p "$ADDRESS"::53/udp busybox sleep 86400
