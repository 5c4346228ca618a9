"""Run the command line with ``python -m isthmus``."""

import sys

from isthmus.cli import main

if __name__ == "__main__":
    sys.exit(main())
