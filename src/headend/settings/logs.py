"""What log lines look like: for people on a terminal, or one JSON object a line for a log store."""

import json
import logging
import os
from datetime import UTC, datetime
from typing import Any


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (ISO 8601, UTC), level, role, logger, message and, after an error, trace."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "role": os.environ.get("HEADEND_ROLE", ""),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class Refusals(logging.Filter):
    """A refused request (403, 404) is one line: nothing broke that a traceback could tell of."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True


def logging_config(log_format: str, log_level: str) -> dict[str, Any]:
    """The dictConfig for every role: all to standard error, nothing twice."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "console": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"},
            "json": {"()": JsonFormatter},
        },
        "filters": {"refusals": {"()": Refusals}},
        "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": log_format}},
        "root": {"level": log_level.upper(), "handlers": ["standard_error"]},
        "loggers": {
            # httpx logs each request with its whole address, which may hold a source's password.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            # They tell of every start and login at length; what goes wrong is said as a warning or an error.
            "uvicorn": {"level": "WARNING"},
            "huey": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            "django.request": {"filters": ["refusals"]},
        },
    }
