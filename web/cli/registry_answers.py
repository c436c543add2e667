"""What comes of each block of the registry's worked cases, in the shape the block is written in.

Every decision is made by ``ledger.registry.rules``; here its results are put where the cases put
theirs.  A refusal is written as the number that the cases give the rule, or else as its code, and
noted, so that it can be said in words.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from ledger.check_digits import (
    ACCOUNT_NUMBER_RULE,
    CheckDigitCode,
    account_check_digits,
    parse_account_number,
)
from ledger.refusals import Refused
from ledger.registry.rules import approvals, caps, holds, quantities, returns, reversals, states
from ledger.registry.rules.check_numbers import check_number
from ledger.registry.rules.kinds import Kind, row_of
from ledger.registry.rules.limits import TransferLimits, refuse_above_limit, transfer_limit
from web.cli.registry_scheme_answers import california, china, compliance
from web.cli.registry_time_answers import execution_time, trusted_account_effective
from web.schemas.faults import WrittenNumber
from web.schemas.registry_blocks import AFTER_RETURN
from web.schemas.registry_play import Block

Filled = dict[str, Any]
Notes = list[Refused]

OK = "ok"
_DASHES_BEFORE_DIGITS = 3
_ONLY_DIGITS_WRONG = CheckDigitCode.ACCOUNT_NUMBER_CHECK_DIGITS_WRONG
_DIGITS = re.compile(r"[0-9]{1,2}")
_LIMITS = ("system", "unit", "zone", "account")
_ANY_DAY = date(2000, 1, 1)
_ANY_YEAR = 2000


def answer(block: Block, notes: Notes) -> Filled:
    """Fill a block in; what was refused on the way is added to ``notes``."""
    return {**block.written, **dict(_ANSWERS)[block.fn](block, notes)}


def _second_approval_needed(block: Block, notes: Notes) -> Filled:
    rows = []
    for written, read in zip(block.written["rows"], block.read["rows"], strict=True):
        asked = approvals.Circumstances(
            by_administrator=read["proposer"] in ("admin", "authority"),
            receiver_is_government=read["receiver"] == "government",
            receiver_is_trusted=read["trusted"],
            account_wants_second_person=read["two_ar_rule"],
            account_wants_second_for_surrender=read["account_requires_second_for_surrender"],
        )
        rule = row_of(read["type"]).second_person
        rows.append({**written, "needed": approvals.second_person_needed(rule, asked)})
    return {"rows": rows}


def _transfer_limit(block: Block, notes: Notes) -> Filled:
    common = {key: block.read[key] for key in _LIMITS}
    rows: list[Any] = []
    for written, read in zip(block.written["rows"], block.read["rows"], strict=True):
        if isinstance(read, tuple):
            limit = transfer_limit(TransferLimits(**common), is_limited=True, trusted=False)
            refused = _noted(refuse_above_limit(read[0], limit), notes)
            rows.append([read[0], refused is None])
            continue
        own = {key: read[key] for key in _LIMITS if read[key] is not None}
        is_limited = row_of(read["type"]).is_limited
        limits = TransferLimits(**{**common, **own})
        limit = transfer_limit(limits, is_limited=is_limited, trusted=read["trusted"])
        refused = _noted(refuse_above_limit(read["quantity"], limit), notes)
        rows.append({**written, "limit": limit, "allowed": refused is None})
    return {"rows": rows}


def _validate_quantity(block: Block, notes: Notes) -> Filled:
    rows: list[Any] = []
    for written, read in zip(block.written["rows"], block.read["rows"], strict=True):
        if isinstance(read, tuple):
            refused = _noted(_refuse_written(read[0], block.read["available"]), notes)
            rows.append([read[0], _number(refused)])
            continue
        available = block.read["available"] if read["available"] is None else read["available"]
        refused = _noted(_refuse_written(read["quantity"], available), notes)
        rows.append({**written, "outcome": _number(refused)})
    return {"rows": rows}


def _refuse_written(value: object, available: int | None) -> Refused | None:
    """Look at a quantity as it is written: a number, a text, or a list of these."""
    amounts: list[int] = []
    for one in value if isinstance(value, list) else [value]:
        read = _whole(one)
        if isinstance(read, Refused):
            return read
        amounts.append(read)
    return quantities.refuse_quantities(amounts, available)


def _whole(value: object) -> int | Refused:
    if type(value) is int:
        return value
    text = value.text if isinstance(value, WrittenNumber) else value
    # Neither true, null nor an object is a quantity; they are shown as what they are.
    return quantities.read_quantity(text if isinstance(text, str) else repr(value))


def _check_digits(block: Block, notes: Notes) -> Filled:
    filled: Filled = {}
    if "rows" in block.written:
        filled["rows"] = [
            {**row, "digits": _digits_of(row["full"])} for row in block.written["rows"]
        ]
    if "bad" in block.written:
        bad = [number for number in block.read["bad"] if _is_bad(number, notes)]
        filled["bad"] = bad
    return filled


def _digits_of(full: str) -> int | None:
    """Give the digits that a number should have, whichever it has; None for what is no number."""
    head, _, digits = full.rpartition("-")
    if head.count("-") == _DASHES_BEFORE_DIGITS - 1:
        head = full
    elif _DIGITS.fullmatch(digits) is None:
        return None
    # 00 is never right: this asks only whether the rest is well formed.
    probe = parse_account_number(f"{head}-00")
    if probe != Refused(_ONLY_DIGITS_WRONG, {"text": f"{head}-00"}, ACCOUNT_NUMBER_RULE):
        return None
    letters, type_code, identifier, period = head.split("-")
    return account_check_digits(letters, int(type_code), int(identifier), int(period))


def _is_bad(number: str, notes: Notes) -> bool:
    read = parse_account_number(number)
    return _noted(read if isinstance(read, Refused) else None, notes) is not None


def _cap(block: Block, notes: Notes) -> Filled:
    total = sum(block.read.get("year_caps", {}).values())
    limit = total if block.read["phase_cap"] is None else block.read["phase_cap"]
    acts: dict[str, Callable[[caps.Cap, int], caps.Cap | Refused]] = {
        "propose": caps.reserve,
        "approve": caps.consume,
        "reject": caps.release,
        "withdraw": caps.release,
        "expire": caps.release,
    }
    cap = caps.Cap(limit)
    steps = []
    for action, quantity in block.read["steps"]:
        outcome = quantities.refuse_quantities((quantity,), None) or acts[action](cap, quantity)
        if isinstance(outcome, Refused):
            notes.append(outcome)
            steps.append([action, quantity, _number(outcome), cap.remaining])
        else:
            cap = outcome
            steps.append([action, quantity, OK, cap.remaining])
    return {"total": total, "steps": steps} if "year_caps" in block.read else {"steps": steps}


_AFTER = ("after_propose", "after_approve", "after_reject")
_AFTER_TOO = ("after_withdraw", "after_expire")


def _proposal_flow(block: Block, notes: Notes) -> Filled:
    runs = []
    for written, read in zip(block.written["runs"], block.read["runs"], strict=True):
        asked = [key for key in (*_AFTER, *_AFTER_TOO) if key in written] or list(_AFTER)
        sender, receiver = read["start"]
        start = holds.Holding(sender, 0, receiver)
        held = holds.hold(start, read["qty"])
        if isinstance(held, Refused):
            notes.append(held)
            after = {key: _figures(start) for key in asked}
            runs.append({**written, "outcome": _number(held), **after})
            continue
        done = {"after_propose": held, "after_approve": holds.deliver(held, read["qty"])}
        freed = holds.give_back(held, read["qty"])
        runs.append({**written, **{key: _figures(done.get(key, freed)) for key in asked}})
    return {"runs": runs}


def _figures(holding: holds.Holding) -> dict[str, int]:
    return {
        "available": holding.available,
        "reserved": holding.reserved,
        "receiver": holding.receiver,
    }


def _reverse(block: Block, notes: Notes) -> Filled:
    rows = []
    for written, read in zip(block.written["rows"], block.read["rows"], strict=True):
        done_on = _ANY_DAY if read["completed"] else None
        original = reversals.Original(read["type"], done_on, read["reversed"])
        today = _ANY_DAY + timedelta(days=read["days_ago"])
        outcome = reversals.reversal_of(original, today, read["window_days"])
        after = read.get("start")
        if after is not None and not isinstance(outcome, Refused):
            # The units come back from where the original brought them.
            sender, receiver = after
            held = holds.hold(holds.Holding(receiver, 0, sender), read["qty"])
            if isinstance(held, Refused):
                outcome = held
            else:
                moved = holds.deliver(held, read["qty"])
                after = (moved.receiver, moved.available)
        refused = _noted(outcome if isinstance(outcome, Refused) else None, notes)
        filled: Filled = {
            "outcome": OK if refused is None else _number(refused),
            "by": None if isinstance(outcome, Refused) else outcome.value,
        }
        rows.append({**written, **filled, **({} if after is None else {"after": list(after)})})
    return {"rows": rows}


def _return_excess(block: Block, notes: Notes) -> Filled:
    row = _allocation_row(block.read)
    most = row.most_returnable
    filled: Filled = {"max": most}
    if "rows" in block.written:
        filled["rows"] = [
            [quantity, _number(_noted(returns.refuse_return(row, quantity, pending=False), notes))]
            for (quantity,) in block.read["rows"]
        ]
    again = returns.refuse_return(row, max(1, most), pending=True)
    filled["pending_same_year_and_table"] = _number(_noted(again, notes))
    after = [key for key in block.written if AFTER_RETURN.fullmatch(key)]
    for key in after or ([f"after_{most}"] if most else []):
        filled[key] = _after_return(row, int(key.partition("_")[2]), block, key)
    return filled


def _after_return(row: returns.AllocationRow, quantity: int, block: Block, key: str) -> Filled:
    """Tell what is left, and both accounts before and after; a refused return changes nothing."""
    moved = 0 if returns.refuse_return(row, quantity, pending=False) else quantity
    read = block.read.get(key) or {}
    filled: Filled = {**(block.written.get(key) or {}), "remaining": row.remaining + moved}
    for name, change in (("account", -moved), ("allocation_account", moved)):
        if name in read:
            (before,) = read[name]
            filled[name] = [before, before + change]
    return filled


def _allocation_class(block: Block, notes: Notes) -> Filled:
    rows: list[Any] = []
    for written, read in zip(block.written["rows"], block.read["rows"], strict=True):
        if isinstance(read, tuple):
            entitlement, allocated = read
            row = returns.AllocationRow(_ANY_YEAR, entitlement, allocated)
            rows.append([*read, returns.allocation_class((row,), None)])
            continue
        tables = [_allocation_row(table) for table in read.get("tables", [read])]
        counted = returns.rows_up_to(tables, read["current_year"])
        filled = {
            "remaining": sum(row.remaining for row in counted),
            "class": returns.allocation_class(counted, None),
        }
        rows.append({**written, **filled})
    return {"rows": rows}


def _allocation_row(read: dict[str, Any]) -> returns.AllocationRow:
    return returns.AllocationRow(
        year=read.get("year") or _ANY_YEAR,
        entitlement=read["entitlement"],
        allocated=read["allocated"],
        returned=read["returned"],
        reversed_=read["reversed"],
        excluded=read["excluded"],
    )


def _account_state(block: Block, notes: Notes) -> Filled:
    filled: Filled = {}
    if "rows" in block.written:
        filled["rows"] = [_rights_in(states.Standing[name]) for (name,) in block.read["rows"]]
    named = block.written.get("moves") or [
        standing.name for standing in states.Standing if states.moves_from(standing)
    ]
    filled["moves"] = {
        name: [wanted.name for wanted in states.moves_from(states.Standing[name])] for name in named
    }
    return filled


def _rights_in(standing: states.Standing) -> list[str]:
    """Say what a state permits to representatives, to staff, and to receive."""
    by_representative = {
        kind: states.refuse_sending(standing, kind, by_staff=False, account="") for kind in Kind
    }
    by_staff = {
        kind: states.refuse_sending(standing, kind, by_staff=True, account="") for kind in Kind
    }
    receiving = states.refuse_receiving(standing, account="")
    staff, deletion = by_staff[Kind.TRANSFER], by_staff[Kind.DELETE]
    said_of_staff = _said(staff)
    if staff is None and deletion is not None:
        said_of_staff = f"yes, but not deletion ({_number(deletion)})"
    allowed = [kind for kind, refused in by_representative.items() if refused is None]
    partly = 0 < len(allowed) < len(by_representative)
    said_of_representative = "PART" if partly else _said(by_representative[Kind.TRANSFER])
    return [standing.name, said_of_representative, said_of_staff, _said(receiving)]


def _said(refused: Refused | None) -> str:
    return "yes" if refused is None else f"no {_number(refused)}"


def _number(refused: Refused | None) -> int | str | None:
    """Write a refusal as the cases do: the rule's number there, or our code; None for none."""
    if refused is None:
        return None
    return check_number(refused.code) or str(refused.code)


def _noted(refused: Refused | None, notes: Notes) -> Refused | None:
    if refused is not None:
        notes.append(refused)
    return refused


_ANSWERS: tuple[tuple[str, Callable[[Block, Notes], Filled]], ...] = (
    ("compliance_status", compliance),
    ("execution_time", execution_time),
    ("trusted_account_effective", trusted_account_effective),
    ("second_approval_needed", _second_approval_needed),
    ("transfer_limit", _transfer_limit),
    ("validate_quantity", _validate_quantity),
    ("check_digits", _check_digits),
    ("cap", _cap),
    ("proposal_flow", _proposal_flow),
    ("reverse", _reverse),
    ("return_excess", _return_excess),
    ("allocation_class", _allocation_class),
    ("account_state", _account_state),
    ("california", california),
    ("china", china),
)
