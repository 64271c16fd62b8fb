# SPDX-License-Identifier: MIT
"""What python3-docker (and Python's json) needs for the same.

    peer.py json FILE REPEATS ROUNDS    decode a file, so often a round
    peer.py ping HOST COUNT             one call after another
    peer.py list HOST COUNT             the list of containers, as plain data
    peer.py logs HOST CONTAINER         a followed log to its end, by chunks
    peer.py export HOST CONTAINER       its files, thrown away
    peer.py put HOST CONTAINER TAR      a tar into its /tmp
    peer.py build HOST FOLDER           as the context of a build
    peer.py command COMMAND...          no Python: what a command needs

One line for each measurement: seconds, cpu, bytes, peak (kB of memory).
"""

import json
import resource
import subprocess
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


def run_export(host, name):
    container = client(host).containers.get(name)
    measure(lambda: sum(len(chunk) for chunk in container.export()))


def run_put(host, name, path):
    container = client(host).containers.get(name)

    def put():
        with open(path, "rb") as file:
            assert container.put_archive("/tmp", file)
            return file.tell()

    measure(put)


def run_build(host, folder):
    docker = client(host)

    def build():
        for _ in docker.api.build(folder, nocache=True, forcerm=True):
            pass
        return 0

    measure(build)


def run_command(*words):
    start = time.monotonic()
    done = subprocess.run(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    if done.returncode != 0:
        sys.exit(done.stderr.decode())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        "seconds=%.6f cpu=%.6f bytes=0 peak=%d"
        % (
            time.monotonic() - start,
            used.ru_utime + used.ru_stime,
            used.ru_maxrss,
        )
    )


ARCHIVES = {
    "export": run_export,
    "put": run_put,
    "build": run_build,
    "command": run_command,
}


def main(what, *arguments):
    if what == "json":
        run_json(*arguments)
    elif what in ARCHIVES:
        ARCHIVES[what](*arguments)
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
