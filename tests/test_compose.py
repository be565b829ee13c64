"""The compose file: valid, whole with and without the profile `cluster`, and its scripts make a replica that follows."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import check_jsonschema
import jsonschema
import psycopg
import pytest
import yaml
from django.conf import settings

from archive.search.opensearch_client import Address
from tests import cluster, with_postgres
from tests.environment import required
from tests.with_postgres import Server, free_port

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "docs" / "deploy"
SCHEMA = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
NODES = ("search1", "search2", "search3")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


@pytest.fixture(scope="module")
def cluster_settings() -> dict[str, str]:
    lines = (DEPLOY / "cluster.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_it_is_what_the_specification_allows(compose: dict[str, Any]) -> None:
    jsonschema.validate(compose, json.loads(SCHEMA.read_text()))


def test_without_the_profile_there_are_site_and_database_and_nothing_else_is_waited_for(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert {name for name, one in services.items() if "profiles" not in one} == {"web", "db"}
    needed = {name for name, how in services["web"]["depends_on"].items() if how.get("required", True)}
    assert needed == {"db"}
    defaults = {name: services["web"]["environment"][name] for name in ("SEARCH_URL", "DATABASE_REPLICA_URL")}
    assert defaults == {"SEARCH_URL": "${SEARCH_URL:-whoosh://}", "DATABASE_REPLICA_URL": "${DATABASE_REPLICA_URL:-}"}


def test_the_cluster_has_three_nodes_that_know_each_other(
    compose: dict[str, Any], cluster_settings: dict[str, str]
) -> None:
    services = compose["services"]
    in_cluster = {name for name, one in services.items() if one.get("profiles") == ["cluster"]}
    assert in_cluster == {*NODES, "db-replica"}
    for name in NODES:
        node = services[name]
        assert node["environment"]["node.name"] == name
        assert node["environment"]["discovery.seed_hosts"] == ",".join(NODES)
        assert node["environment"]["cluster.initial_cluster_manager_nodes"] == ",".join(NODES)
        assert "ports" not in node
        assert node["image"].endswith(f":{cluster.VERSION}"), "not the version that is tested"
        assert node["networks"] == ["search"]
    assert compose["networks"]["search"]["internal"]
    assert len({one for name in NODES for one in services[name]["volumes"]}) == 3, "two nodes share a volume"
    address = Address.of(cluster_settings["SEARCH_URL"])
    assert address.hosts == tuple(f"{name}:9200" for name in NODES)
    assert "@db-replica:5432/" in cluster_settings["DATABASE_REPLICA_URL"]
    assert cluster_settings["COMPOSE_PROFILES"] == "cluster"


def test_every_service_is_bounded_and_tells_how_it_is(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["mem_limit"], name
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "unless-stopped", name


def test_what_it_names_is_there(compose: dict[str, Any], cluster_settings: dict[str, str]) -> None:
    volumes = [one for service in compose["services"].values() for one in service.get("volumes", ())]
    for source in (one.split(":")[0] for one in volumes):
        assert source in compose["volumes"] or (ROOT / source).is_file(), source
    text = (ROOT / "docker-compose.yml").read_text()
    told = "".join((ROOT / "docs" / f"{name}.md").read_text() for name in ("operations", "scaling"))
    variables = set(re.findall(r"\$\{(\w+)", text)) | set(cluster_settings)
    assert [name for name in sorted(variables) if name not in told] == [], "not documented"
    assert set(cluster_settings) - {"COMPOSE_PROFILES"} <= set(re.findall(r"\$\{(\w+)", text))
    for name in compose["services"]["web"]["build"]["args"]:
        assert f"ARG {name}=no\n" in (ROOT / "Dockerfile").read_text()


# Its scripts, without a container -------------------------------------------------------------------------------------


@pytest.fixture
def primary() -> Iterator[Server]:
    binaries = with_postgres.binaries()
    if binaries is None:
        if required("postgres"):
            raise AssertionError("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not on this machine")
    with with_postgres.primary(binaries) as server:
        yield server


def _run(script: str, of: Server, *arguments: str, **environment: str) -> None:
    """As in the container: by the server's user, whose programs are on the PATH."""
    command = ["bash", str(of.data.parent / script), *arguments]
    (of.data.parent / script).write_text((DEPLOY / script).read_text())
    environ = {"PATH": f"{of.binaries}:/usr/bin:/bin", "PGHOST": "127.0.0.1", "PGPORT": str(of.port), **environment}
    done = subprocess.run(
        command, user=with_postgres._server_user(), cwd="/", env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_replica_is_made_and_follows(primary: Server) -> None:
    given = {
        "POSTGRES_USER": "archive",
        "POSTGRES_DB": "postgres",
        "PGDATA": str(primary.data),
        "REPLICATION_PASSWORD": "it's secret",
    }
    for _ in range(2):
        # A second time changes nothing.
        _run("replication.sh", primary, **given)
    with psycopg.connect(primary.url, autocommit=True) as database:
        rules = "SELECT count(*), count(error) FROM pg_hba_file_rules WHERE user_name = '{replicator}'"
        assert database.execute(rules).fetchone() == (1, 0)
        database.execute("CREATE TABLE told AS SELECT 1 AS number")

    copy = Server(primary.binaries, primary.data.parent / "replica", free_port())
    told = {"PGUSER": "replicator", "PGPASSWORD": "it's secret", "PGDATA": str(copy.data)}
    for _ in range(2):
        # A second start begins with what is there.
        _run("replica.sh", primary, "test", "-e", f"{copy.data}/standby.signal", **told)
    with copy.running():
        with psycopg.connect(primary.url, autocommit=True) as database:
            database.execute("UPDATE told SET number = 2")
        with psycopg.connect(copy.url, autocommit=True) as database:
            assert database.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
            until = time.monotonic() + 30
            while database.execute("SELECT number FROM told").fetchone() != (2,):
                assert time.monotonic() < until, "it does not follow"
                time.sleep(0.1)


def test_nobody_may_follow_where_no_password_is_set(primary: Server) -> None:
    _run("replication.sh", primary, POSTGRES_USER="archive", POSTGRES_DB="postgres", PGDATA=str(primary.data))
    with psycopg.connect(primary.url) as database:
        assert database.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'replicator'").fetchone() == (0,)
