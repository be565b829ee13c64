"""gunicorn as the site has it, but for the hook that belongs to the site's own views."""

import sys
from typing import Any

from scosite.gunicorn import *  # noqa: F403  # its settings are its names


def post_worker_init(worker: Any) -> None:
    sys.setswitchinterval(0.001)
