"""PostgreSQL and Redis as child processes, for the demo and the tests: nothing to install, nothing left running."""
