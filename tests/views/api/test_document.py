"""The OpenAPI document holds: schemathesis asks whatever it allows, and what it does not, and compares the answers."""

import os
from collections import Counter

import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from archive.views.api.document import KEYS
from tests.seed import SeedTestCase

load_all_checks()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
]
# How many requests in all; `make fuzz` makes 10 000.
CASES = int(os.environ.get("ARCHIVE_FUZZ_CASES", "500"))


class TestDocument(SeedTestCase):
    def setUp(self) -> None:
        """The connection, and with it the test's transaction, outlives a request: as Django's own client sees to."""
        super().setUp()
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
            self.addCleanup(signal.connect, close_old_connections)

    def test_answers_are_as_described(self) -> None:
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) == 20
        statuses: Counter[int] = Counter()

        def ask(case: Case) -> None:
            # The client for WSGI does not unpack.
            response = case.call(headers={"Accept-Encoding": "identity"})
            statuses[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

        quiet = settings(
            # Of what takes no parameter there is one request only.
            max_examples=-(-CASES // (2 * sum(bool(one.query.items) for one in operations))),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        for operation in operations:
            kind = operation.definition.raw["operationId"].removeprefix("get-")
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if not operation.query.items:
                    mode = GenerationMode.POSITIVE
                strategy = operation.as_strategy(generation_mode=mode)
                if kind in KEYS:
                    # Half of the cases are of a record that there is.
                    strategy |= operation.as_strategy(generation_mode=mode, path_parameters={"key": KEYS[kind]})
                quiet(given(case=strategy)(ask))()
        print(dict(statuses))
        assert sum(statuses.values()) >= CASES
        assert set(statuses) <= {200, 301, 400, 404}
