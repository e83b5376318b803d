"""The program, both as `publisher` and as `python -m publisher`."""

import sys

from publisher import pipe


def main() -> None:
    """Loads the command line and runs it.

    Loading it may fail too: where `receive` is asked for, the mail server is told to try again.
    """
    words = sys.argv[1:]
    shield = pipe.Shield() if pipe.COMMAND in words else None
    try:
        from publisher.cli import main as command_line
        from publisher.console import take_over
    except BaseException as error:
        if shield is None:
            raise
        sys.exit(pipe.failed(error))
    if shield and not pipe.meant(words, command_line.commands):
        shield.lift()
    take_over()
    command_line()


if __name__ == "__main__":
    main()
