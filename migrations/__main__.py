"""Begins the next migration: ``python -m migrations "what it changes"`` in a checkout.

Writes an empty numbered file and names it in HEAD; what it does is then written by hand.
"""

import re
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

HERE = Path(__file__).parent
LONGEST_NAME = 32  # what the version table holds


def main(change: str) -> str:
    """Write the next migration's file; give its name."""
    head = HERE / "HEAD"
    number = int(head.read_text("utf-8").partition("_")[0]) + 1
    words = re.sub(r"[^a-z0-9]+", "_", change.lower()).strip("_")
    name = f"{number:04d}_{words}"
    if not words or len(name) > LONGEST_NAME:
        raise SystemExit(f"{name}: a name has words and at most {LONGEST_NAME} characters")
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s")
    command.revision(config, message=change, rev_id=name)
    head.write_text(f"{name}\n", "utf-8")
    return name


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
