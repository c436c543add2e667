"""An import that cannot go on says so plainly: what happened, what stands, what to do.

Broken infrastructure (a full disk, a lost connection) is told as a refusal with a code; a broken
rule of the database itself is a bug and passes through.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ledger.core.database import OutcomeUnknown
from ledger.imports.faults import ExtractCode
from ledger.refusals import Refused

_REASON_LENGTH = 200
_DISK_FULL_STATE = "53100"
_TOLD = ("OperationalError", "InterfaceError", "InternalError", "NotSupportedError")


class ImportStopped(Exception):
    """The import cannot go on; ``refused`` says why.  What was committed before stands, and
    running the import again goes on from there."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(str(refused.code))
        self.refused = refused


@contextmanager
def told_plainly(engine: Engine) -> Iterator[None]:
    """Turn trouble of database and disk into ImportStopped."""
    driver_error = engine.dialect.loaded_dbapi.Error
    try:
        yield
    except OutcomeUnknown as fault:
        values = {"reason": _reason(fault)}
        raise ImportStopped(Refused(ExtractCode.OUTCOME_IS_UNKNOWN, values)) from fault
    except (DBAPIError, sqlite3.Error, driver_error) as fault:
        original = fault.orig if isinstance(fault, DBAPIError) else fault
        refused = _refusal(original)
        if refused is None:
            raise
        raise ImportStopped(refused) from fault
    except OSError as fault:
        full = fault.errno in (errno.ENOSPC, errno.EDQUOT)
        code = ExtractCode.STORAGE_IS_FULL if full else ExtractCode.DATABASE_FAILED
        raise ImportStopped(Refused(code, {"reason": _reason(fault)})) from fault


def _refusal(fault: BaseException | None) -> Refused | None:
    kinds = {kind.__name__ for kind in type(fault).__mro__}
    if fault is None or kinds.isdisjoint(_TOLD):
        return None
    values = {"reason": _reason(fault)}
    is_full = "disk is full" in str(fault) or getattr(fault, "sqlstate", "") == _DISK_FULL_STATE
    code = ExtractCode.STORAGE_IS_FULL if is_full else ExtractCode.DATABASE_FAILED
    return Refused(code, values)


def _reason(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:_REASON_LENGTH] or type(fault).__name__
