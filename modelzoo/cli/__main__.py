"""Let ``python -m modelzoo.cli`` be ``zoo``."""

from . import main

main()
