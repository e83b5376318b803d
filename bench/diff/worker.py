"""Workers: processes that answer requests, a line of JSON each, within a time limit."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
from collections.abc import Mapping, Sequence
from threading import Thread
from typing import IO, Any


class LateError(Exception):
    """No answer came within the limit; the worker was ended and starts anew when asked again."""


class FailedError(Exception):
    """The worker gave an error for an answer, or ended without one."""


class Worker:
    """A process that is started when it is first asked."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """
        Args:
            command: the program and its arguments.
            environment: variables on top of our own.
        """
        self._command = command
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def ask(self, request: Mapping[str, object], limit: float) -> dict[str, Any]:
        """The answer to a request.

        Args:
            request: what can be said in JSON.
            limit: seconds.

        Raises:
            LateError: it took longer than `limit`.
            FailedError: the worker could not answer.
        """
        process = self._started()
        assert process.stdin
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = self._lines.get(timeout=limit)
        except queue.Empty:
            self.close()
            raise LateError from None
        except OSError as error:
            self.close()
            raise FailedError(str(error)) from error
        if not line:
            self.close()
            raise FailedError("the process ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise FailedError(answer["error"])
        return answer

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env=self._environment,
                start_new_session=True,
            )
            self._lines = queue.SimpleQueue()
            assert self._process.stdout
            Thread(target=_pass, args=(self._process.stdout, self._lines), daemon=True).start()
        return self._process

    def close(self) -> None:
        """Ends the process, and those that it started."""
        process, self._process = self._process, None
        if process:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _pass(lines: IO[str], to: queue.SimpleQueue[str]) -> None:
    """Hands on line by line; an empty line says that there are no more."""
    for line in lines:
        to.put(line)
    to.put("")
