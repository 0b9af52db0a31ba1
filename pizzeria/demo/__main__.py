"""`make demo`: run the demo."""

import sys

from pizzeria.devtools import supervisor

if __name__ == "__main__":
    sys.exit(supervisor.main())
