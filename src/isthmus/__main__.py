"""Run the command line with ``python -m isthmus``."""

import sys

from isthmus.cli.root import entry

if __name__ == "__main__":
    sys.exit(entry())
