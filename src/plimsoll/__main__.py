"""`plimsoll` and `python -m plimsoll`: the command line, which Ctrl-C may end while it is still loading."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from plimsoll.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.stderr.write("plimsoll: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
