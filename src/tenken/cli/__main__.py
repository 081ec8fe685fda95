"""``python -m tenken.cli``."""

import sys

from tenken.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
