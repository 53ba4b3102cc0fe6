"""The ``zoo`` command line: one file a command, each imported when it is asked for."""

from __future__ import annotations

import gc
import os
import sys

# pydantic would read the entry points of every installed package a second time, for plugins of its own; that
# costs start-up time, and one unreadable entry_points.txt would end zoo before it could say so.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# Start-up makes many objects and no garbage: looked for as often as usual, it costs some 15 ms.
gc.set_threshold(200_000)

STOPPED = 130
"""The exit code after Ctrl-C."""
TERMINATED = 143
"""The exit code after SIGTERM, where it let something be saved."""


own_process = False
"""Whether this process runs ``zoo`` and nothing else."""


def main() -> None:
    """Run ``zoo`` with the process's arguments and exit."""
    global own_process
    own_process = True
    try:
        from .group import run
    except KeyboardInterrupt:  # so early that nothing can tell it better
        sys.exit(STOPPED)
    except Exception as error:  # something zoo rests on is missing or broken, which doctor can tell all the same
        from ..doctor.main import run_alone

        sys.exit(run_alone(sys.argv[1:], error))
    code = run(sys.argv[1:])
    if code in (STOPPED, TERMINATED):
        # At a proper exit, threads of TensorFlow in the middle of a step may find Python gone, and crash.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    gc.freeze()  # what is left is given back as a whole: to look for garbage in it takes another 30 ms
    sys.exit(code)
