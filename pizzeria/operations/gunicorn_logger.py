from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from pizzeria.operations.logs import LineFormatter


class GunicornLogger(Logger):  # type: ignore[misc]
    """
    gunicorn's logger, changed to write lines as the shop does, so without the tokens of guests' links.

    Its access log, if it is turned on, has no query strings: staff search for people by name and phone number.
    """

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(LineFormatter(human=False))

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """Return the values of an access log's line: addresses, also the referrer, without their queries."""
        without_queries = {
            **environ,
            "RAW_URI": str(environ.get("RAW_URI", "")).partition("?")[0],
            "QUERY_STRING": "",
            "HTTP_REFERER": str(environ.get("HTTP_REFERER", "-")).partition("?")[0],
        }
        atoms: dict[str, Any] = super().atoms(resp, req, without_queries, request_time)
        return atoms
