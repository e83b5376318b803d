"""The program, both as `publisher` and as `python -m publisher`."""

import sys
from contextlib import redirect_stdout
from io import StringIO

from publisher import pipe


def main() -> None:
    """Loads the command line and runs it.

    Loading it may fail too: where `receive` is asked for, the mail server is told to try again.
    """
    words = sys.argv[1:]
    if pipe.COMMAND not in words:
        _run()
        return
    shield = pipe.Shield()
    try:
        with redirect_stdout(StringIO()):
            from publisher.cli import command_line
    except BaseException as error:  # noqa: BLE001 - as for `pipe.answer`
        pipe.leave(pipe.failed(error))
    if not pipe.meant(words, command_line.commands):
        shield.lift()
        _run()
        return
    try:
        _run()
    except SystemExit as ended:
        pipe.leave(ended.code)
    except BaseException as error:  # noqa: BLE001 - as for `pipe.answer`
        pipe.leave(pipe.failed(error))


def _run() -> None:
    from publisher.cli import command_line
    from publisher.cli.console import take_over

    take_over()
    command_line()


if __name__ == "__main__":
    main()
