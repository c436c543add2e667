"""``python -m benchmarks.peak COMMAND ...``: run a command, print its seconds and peak memory.

A process of its own, because a child starts with the peak of the process that made it: the
benchmarks' own memory would be counted for the command's.  Prints one JSON document.
"""

import json
import os
import subprocess
import sys
import time


def main() -> int:
    """Run the command given as arguments; give its exit code."""
    start = time.perf_counter()
    # What the command says goes where its complaints go: our own output is one document.
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=sys.stderr)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    # Kibibytes everywhere except on macOS.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"seconds": seconds, "peak_bytes": peak}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
