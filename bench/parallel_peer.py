# SPDX-License-Identifier: MIT
"""The same as `parallel.lua measure`, by python3-docker and threads.

    parallel_peer.py HOST CONTAINERS STREAMS CALLS
"""

import concurrent.futures
import gc
import sys
import threading
import time

import docker

PINGS, INSPECTED = 1000, 100
THREADS = 100  # more of them are no faster


def show(name, value):
    print("%s\t%.9g" % (name, value))


def resident():
    gc.collect()
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])


def show_pings(client, name, count):
    times = []
    for _ in range(count):
        before = time.monotonic()
        client.ping()
        times.append(time.monotonic() - before)
    times.sort()
    show(name + ", median", times[(count + 1) // 2 - 1])
    show(name + ", p99", times[-(-count * 99 // 100) - 1])


def both_ways(name, count, call):
    start = time.monotonic()
    for i in range(count):
        call(i)
    show(name + ", one after another", time.monotonic() - start)
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        start = time.monotonic()
        list(pool.map(call, range(count)))
        show(name + ", at once", time.monotonic() - start)


class Streams:
    """Streams that are read, each in a thread of its own."""

    def __init__(self, openers):
        self.lines = 0
        before = resident()
        for opener in openers:
            threading.Thread(
                target=self.read, args=(opener,), daemon=True
            ).start()
        time.sleep(2)  # until all are there
        self.grown = resident() - before

    def read(self, opener):
        for _ in opener():
            self.lines += 1


def main(host, containers, streams, calls):
    containers, streams, calls = int(containers), int(streams), int(calls)
    client = docker.APIClient(
        base_url=host, version="1.41", timeout=600, max_pool_size=500
    )
    client.ping()

    def name_of(i):
        return "ticker-%d" % (i % containers + 1)

    def follow(name):
        return lambda: client.logs(name, stream=True, follow=True, tail=0)

    idle = Streams([follow("quiet")] * streams)  # first
    show("memory of an idle stream", idle.grown / streams)
    both_ways("pings", PINGS, lambda i: client.ping())
    both_ways(
        "inspections",
        INSPECTED,
        lambda i: client.inspect_container(name_of(i)),
    )
    show_pings(client, "ping alone", calls)
    busy = Streams([follow(name_of(i)) for i in range(streams)])
    show_pings(client, "ping beside streams", calls)
    assert busy.lines >= streams, "the logs do not flow"


main(*sys.argv[1:])
