"""Run the command as ``python -m dedup``."""

import sys

from dedup.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
