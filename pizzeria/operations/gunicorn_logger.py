from gunicorn.config import Config
from gunicorn.glogging import Logger

from pizzeria.operations.logs import LineFormatter


class GunicornLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger, changed to write lines as the shop does, so without the tokens of guests' links."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(LineFormatter(human=False))
