"""Running MkDocs: a build, or a preview that is built again on every save."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException

from publisher.edges.mkdocs.order import Order, ordered
from publisher.errors import PublisherError, RenderError, ServeError

MOST_WARNINGS = 5
"""Limit on the warnings that an error repeats."""


def run_mkdocs(config: Path, folder: Path, order: Order) -> tuple[str, ...]:
    """Builds the site into a folder.

    Args:
        config: MkDocs' configuration.
        folder: where the site goes; what is there is removed.
        order: what the plugin is to build.

    Returns:
        What MkDocs warned of, for a person to see.

    Raises:
        RenderError: MkDocs failed.
        PublisherError: the pages could not be generated.
    """
    with ordered(order), _heard() as warnings:
        try:
            found = load_config(config_file=str(config), site_dir=str(folder))
            found.plugins.on_startup(command="build", dirty=False)
            build(found)
        except (MkDocsException, SystemExit) as error:
            raise _failure(error, config, warnings) from error
    return tuple(warnings)


def preview_mkdocs(config: Path, host: str, port: int, listening: Callable[[], None]) -> None:
    """Serves the site with the drafts, and again on every save, until it is stopped.

    Args:
        config: MkDocs' configuration.
        host, port: where to serve it.
        listening: told once connections are accepted.

    Raises:
        RenderError: MkDocs failed.
        ServeError: the address cannot be served on.
        PublisherError: the pages could not be generated.
    """
    logger = logging.getLogger("mkdocs")
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.StreamHandler())
    from mkdocs.commands.serve import serve  # a build has no use for what watches files

    number = _free_address(host, port)
    with ordered(Order(draft=True, listening=listening)):
        try:
            serve(config_file=str(config), dev_addr=f"{number}:{port}")
        except OSError as error:
            raise ServeError.at(host, port, error) from error
        except (MkDocsException, SystemExit) as error:
            raise _failure(error, config) from error


def _free_address(host: str, port: int) -> str:
    """The number of a host, as MkDocs wants it, where nothing listens on the port yet.

    MkDocs itself would only find out after it has built the site.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as free:
            return str(free.getsockname()[0])
    except (OSError, TypeError) as error:
        raise ServeError.at(host, port, error) from None


def _failure(error: BaseException, config: Path, warnings: Sequence[str] = ()) -> PublisherError:
    found: BaseException | None = error
    while found:  # MkDocs may raise an error of its own in place of ours
        if isinstance(found, PublisherError):
            return found
        found = found.__cause__ or found.__context__
    left = len(warnings) - MOST_WARNINGS
    more = f" (and {left} more)" if left > 0 else ""
    reasons = "; ".join(warnings[:MOST_WARNINGS]) + more if warnings else str(error)
    return RenderError(
        f"MkDocs failed: {reasons}",
        where=config.name,
        remedy="correct what it names, then build again",
    )


class _Ear(logging.Handler):
    """Keeps what MkDocs says: with its strict mode on, its warnings would reach nobody."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    heard: list[str] = []
    ear, logger = _Ear(heard), logging.getLogger("mkdocs")
    logger.addHandler(ear)
    try:
        yield heard
    finally:
        logger.removeHandler(ear)
