"""A cluster of OpenSearch nodes on this machine: `python -m tests.cluster`, and what tests need one for.

The distribution comes from Maven Central (fetched by Maven, once, and compared with a hash that stands here); it has neither
plugins nor modules, which the search does not need. Nodes and what they hold are gone afterwards.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.with_postgres import free_port

VERSION = "2.19.3"
ARTIFACT = f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip"
SHA256 = "760530e522de0a9f06380d4a4a43dfd83c31fa8911f41745513ce715ed5dfd03"
# Versions of Java that it runs on.
JAVA = range(11, 22)
CACHE = Path(__file__).parents[1] / "var" / "cache" / "opensearch"

# Small, and soon there rather than fast for long; or for measuring.
SMALL = ("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FAST = ("-Xms2g", "-Xmx2g", "-XX:+UseG1GC")
# As in the distribution's own jvm.options.
_JVM = (
    "-Xshare:auto",
    *("-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "-Djna.nosys=true", "-Djava.security.manager=allow"),
    *("-Dio.netty.noUnsafe=true", "-Dio.netty.noKeySetOptimization=true", "-Dio.netty.recycler.maxCapacityPerThread=0"),
    *("-Dlog4j.shutdownHookEnabled=false", "-Dlog4j2.disable.jmx=true", "-Dopensearch.distribution.type=zip"),
)


class Missing(Exception):
    """What this machine lacks."""


def java() -> Path:
    """A Java that the distribution runs on."""
    found = [os.environ.get("JAVA_HOME"), *sorted(map(str, Path("/usr/lib/jvm").glob("*")), reverse=True)]
    candidates = [Path(home) / "bin" / "java" for home in found if home] + [Path(shutil.which("java") or "")]
    for candidate in candidates:
        if candidate.is_file():
            told = subprocess.run([candidate, "-version"], capture_output=True, text=True, check=False).stderr
            if (version := re.search(r'version "(\d+)', told)) and int(version[1]) in JAVA:
                return candidate
    raise Missing(f"no Java {JAVA[0]} to {JAVA[-1]} is installed (Debian: apt-get install openjdk-17-jre-headless)")


def distribution() -> Path:
    """The archive of the distribution, fetched where it isn't there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    archive = CACHE / f"opensearch-{VERSION}.zip"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            if shutil.which("mvn") is None:
                raise Missing("Maven is not installed (Debian: apt-get install maven)")
            command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={CACHE}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CACHE, timeout=600)
            if done.returncode:
                raise Missing(f"Maven can't fetch {ARTIFACT}: {done.stdout[-500:]}")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
            archive.unlink()
            raise RuntimeError(f"{ARTIFACT} is not what it was: its SHA-256 differs")
    return archive


@dataclass
class Node:
    number: int
    http: int = field(default_factory=free_port)
    transport: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return f"node-{self.number}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "it does not run"
        return self.process.pid

    def ask(self, path: str) -> dict[str, object]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=5) as answer:
            return json.load(answer)


class Cluster:
    """Nodes that can be killed and started again; each keeps its ports and its data."""

    def __init__(self, folder: Path, nodes: int = 3, size: Sequence[str] = SMALL) -> None:
        self.folder = folder
        self._size = size
        self.nodes = [Node(number) for number in range(1, nodes + 1)]
        self._java = java()
        # OpenSearch refuses to run as root: then a user without privileges runs it.
        self._user = "nobody" if os.geteuid() == 0 else None
        with zipfile.ZipFile(distribution()) as archive:
            archive.extractall(folder)
        self._home = folder / f"opensearch-{VERSION}"

    @property
    def hosts(self) -> str:
        return ",".join(f"127.0.0.1:{node.http}" for node in self.nodes)

    def start(self) -> None:
        for node in self.nodes:
            self.start_node(node)
        self.wait(len(self.nodes))

    def start_node(self, node: Node) -> None:
        folder = self.folder / node.name
        if not folder.exists():
            self._lay_out(node, folder)
        command = [
            str(self._java),
            *self._size,
            *_JVM,
            f"-Djava.io.tmpdir={folder}/tmp",
            f"-Dopensearch.path.home={self._home}",
            f"-Dopensearch.path.conf={folder}/config",
            "-cp",
            f"{self._home}/lib/*",
            "org.opensearch.bootstrap.OpenSearch",
        ]
        with (folder / "out").open("ab") as out:
            node.process = subprocess.Popen(
                command,
                user=self._user,
                cwd=folder,
                env={"HOME": str(folder), "PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def _lay_out(self, node: Node, folder: Path) -> None:
        for name in ("config", "data", "logs", "tmp"):
            (folder / name).mkdir(parents=True)
        shutil.copy(self._home / "config" / "log4j2.properties", folder / "config")
        settings = {
            "cluster.name": f"archive-{os.getpid()}",
            "cluster.initial_cluster_manager_nodes": [each.name for each in self.nodes],
            "cluster.routing.allocation.disk.threshold_enabled": False,
            "discovery.seed_hosts": [f"127.0.0.1:{each.transport}" for each in self.nodes],
            "http.port": node.http,
            "network.host": "127.0.0.1",
            "node.name": node.name,
            "node.processors": 2,
            # Files are read, not mapped: the kernel's limit of maps is left as it is.
            "node.store.allow_mmap": False,
            # A time limit is looked at when it is over, not up to a fifth of a second later: tests set very short ones.
            "thread_pool.estimated_time_interval": "0ms",
            "path.data": f"{folder}/data",
            "path.logs": f"{folder}/logs",
            "transport.port": node.transport,
        }
        # JSON is YAML.
        (folder / "config" / "opensearch.yml").write_text(json.dumps(settings))
        if self._user:
            for path in (self.folder, folder, *folder.rglob("*")):
                shutil.chown(path, self._user)

    def wait(self, nodes: int, status: str = "yellow", seconds: float = 120) -> None:
        """Until so many nodes are one cluster, and all indexes have at least that status."""
        path = f"/_cluster/health?wait_for_nodes={nodes}&wait_for_status={status}&timeout=2s"
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for node in self.nodes:
                with contextlib.suppress(OSError):
                    if node.ask(path)["timed_out"] is False:
                        return
            time.sleep(0.2)
        outputs = "\n".join((self.folder / node.name / "out").read_text()[-3000:] for node in self.nodes)
        raise RuntimeError(f"the cluster did not come up:\n{outputs}")

    def kill(self, node: Node, how: signal.Signals = signal.SIGKILL) -> None:
        if node.process is not None:
            node.process.send_signal(how)
            node.process.wait(30)
            node.process = None

    def stop(self) -> None:
        for node in self.nodes:
            self.kill(node)


@contextlib.contextmanager
def running(nodes: int = 3, size: Sequence[str] = SMALL) -> Iterator[Cluster]:
    """A cluster of its own. Raises Missing where the machine lacks something."""
    with tempfile.TemporaryDirectory(prefix="archive-opensearch-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder), nodes, size)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


# Not forgotten while they run: Python would warn.
_started: list[subprocess.Popen[bytes]] = []


def shared(folder: Path, whose: int) -> str:
    """The hosts of a cluster for all who name this folder; it ends with the process `whose`."""
    told = folder / "cluster"
    with (folder / "cluster.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            java(), distribution()
            command = [sys.executable, "-m", "tests.cluster", "--until", str(whose), "--tell", str(told)]
            with (folder / "cluster.out").open("wb") as out:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
                )
            _started.append(process)
            while not told.exists():
                if process.poll() is not None:
                    raise RuntimeError((folder / "cluster.out").read_text())
                time.sleep(0.2)
    return told.read_text()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--until", type=int, help="end with the process of this number")
    parser.add_argument("--tell", type=Path, help="a file to write the hosts to")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        with running(options.nodes) as cluster:
            if options.tell:
                fresh = options.tell.with_suffix(".new")
                fresh.write_text(cluster.hosts)
                fresh.replace(options.tell)
            print(f"SEARCH_URL=opensearch://{cluster.hosts}/archive", flush=True)
            while options.until is None or _is_alive(options.until):
                time.sleep(0.5)
    except Missing as missing:
        sys.exit(f"No cluster: {missing}.")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
