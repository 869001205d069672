"""`python -m routeplan` is the `routeplan` command."""

from routeplan.cli import main

if __name__ == "__main__":
    main()
