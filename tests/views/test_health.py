"""What balancers are told."""

from pathlib import Path

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_machine_that_is_to_be_taken_out_says_so_and_goes_on_to_answer(
    client: Client, index: None, data_dir: Path
) -> None:
    assert client.get("/readyz").status_code == 200
    (data_dir / "draining").touch()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["machine"]) == (503, "draining")
    assert [client.get(path).status_code for path in ("/", "/healthz")] == [200, 200]
    (data_dir / "draining").unlink()
    assert client.get("/readyz").status_code == 200
