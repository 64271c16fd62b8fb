# SPDX-License-Identifier: MIT
"""What python3-docker (and Python's json) needs for the same.

    peer.py json FILE REPEATS ROUNDS    decode a file, so often a round
    peer.py ping HOST COUNT             one call after another
    peer.py list HOST COUNT             the list of containers, as plain data
    peer.py logs HOST CONTAINER         a followed log to its end, by chunks

One line for each measurement: seconds, cpu, bytes, peak (kB of memory).
"""

import json
import resource
import sys
import time

WARM_UP = 50


def measure(work):
    start, cpu = time.monotonic(), time.process_time()
    size = work()
    print(
        "seconds=%.6f cpu=%.6f bytes=%d peak=%d"
        % (
            time.monotonic() - start,
            time.process_time() - cpu,
            size,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        )
    )


def repeat(function, count):
    for _ in range(count):
        function()
    return 0


def client(host):
    import docker

    return docker.DockerClient(base_url=host, version="1.41", timeout=600)


def run_json(path, repeats, rounds):
    with open(path, "rb") as file:
        text = file.read()
    for _ in range(int(rounds)):
        measure(lambda: repeat(lambda: json.loads(text), int(repeats)))


def run_calls(function, count):
    repeat(function, WARM_UP)
    measure(lambda: repeat(function, count))


def run_logs(host, name):
    container = client(host).containers.get(name)
    measure(
        lambda: sum(
            len(chunk) for chunk in container.logs(stream=True, follow=True)
        )
    )


def main(what, *arguments):
    if what == "json":
        run_json(*arguments)
    elif what == "logs":
        run_logs(*arguments)
    else:
        host, count = arguments
        docker = client(host)
        calls = {
            "ping": docker.ping,
            "list": lambda: docker.api.containers(all=True),
        }
        run_calls(calls[what], int(count))


main(*sys.argv[1:])
