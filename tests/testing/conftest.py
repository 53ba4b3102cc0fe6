"""Let plugins that are made for these tests be imported by name, here and in fresh processes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "mutants"))
