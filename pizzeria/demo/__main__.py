"""`make demo`."""

import sys

from pizzeria.demo import opening

if __name__ == "__main__":
    sys.exit(opening.main())
