"""Random bytes for tests of seals: they look it, and are the same each time."""

import hashlib


class Counted:
    """Draws the next bytes of a fixed stream."""

    def __init__(self, start: int = 0) -> None:
        self.drawn = start

    def __call__(self, length: int) -> bytes:
        """Give so many bytes."""
        self.drawn += 1
        return hashlib.shake_256(self.drawn.to_bytes(8, "big")).digest(length)
