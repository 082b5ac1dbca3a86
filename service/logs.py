"""How a process of Kept logs: one event a line on standard error. Nothing that was sent, nobody's name."""

import sys

import structlog

UNLOGGED = {"unlogged": True}  # `opt` of a route whose visits must not be known


def configure_logs() -> None:
    """Write one event a line to standard error, as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("INFO"),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
