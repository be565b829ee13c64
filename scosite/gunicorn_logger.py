"""gunicorn's own lines go the way of all others: the same form, the same things taken out."""

import os
import sys
from typing import Any

from gunicorn import glogging

from archive.logs import JsonFormatter, PlainFormatter


class Logger(glogging.Logger):
    """As settings.LOGGING has it; there are no settings yet when gunicorn begins to speak."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        form = os.environ.get("LOG_FORMAT") or ("plain" if sys.stderr.isatty() else "json")
        for handler in self.error_log.handlers:
            handler.setFormatter(PlainFormatter() if form == "plain" else JsonFormatter())
