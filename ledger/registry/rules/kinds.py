"""The kinds of transaction of the UK register, each a row of what the rules ask about it.

A row says who must be second, whether a delay and a limit apply, whether a restricted account may
still send it, and what reverses it.  Knows no balance and no account; the rules take the answers of
a row, so that other catalogues of kinds can use the same rules.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.refusals import InvariantBroken

SOURCE = "UK Emissions Trading Registry, transaction types"


class SecondPerson(StrEnum):
    """What a kind of transaction says about a second person, before anything else is asked."""

    ALWAYS = "always"
    NEVER = "never"
    """The whole job was approved, or the system proposes it."""
    BY_ACCOUNT_FLAG = "by_account_flag"
    """The account's own setting for surrenders and returns decides."""
    BY_TRUST = "by_trust"
    """The receiver and the account's setting for transfers decide."""


class Kind(StrEnum):
    """A kind of transaction."""

    ISSUE = "issue"
    CENTRAL_TRANSFER = "central_transfer"
    ALLOCATE = "allocate"
    REVERSE_ALLOCATION = "reverse_allocation"
    RETURN_EXCESS_ALLOCATION = "return_excess_allocation"
    AUCTION_DELIVERY = "auction_delivery"
    RETURN_EXCESS_AUCTION = "return_excess_auction"
    TRANSFER = "transfer"
    SURRENDER = "surrender"
    REVERSE_SURRENDER = "reverse_surrender"
    DELETE = "delete"
    REVERSE_DELETION = "reverse_deletion"
    CLOSURE_TRANSFER = "closure_transfer"
    BALANCE_INSTALLATION_TRANSFER = "balance_installation_transfer"
    INBOUND_TRANSFER = "inbound_transfer"


@dataclass(frozen=True, slots=True)
class KindRow:
    """What the rules ask about a kind.

    ``is_relief``: a restricted account may still send it.  ``waits``: a delay applies to it.
    ``is_limited``: transfer limits apply.  ``reversed_by``: the kind that takes it back, if any.
    """

    kind: Kind
    second_person: SecondPerson
    is_relief: bool = False
    waits: bool = False
    is_limited: bool = False
    reversed_by: Kind | None = None


KINDS: tuple[KindRow, ...] = (
    KindRow(Kind.ISSUE, SecondPerson.ALWAYS),
    KindRow(Kind.CENTRAL_TRANSFER, SecondPerson.ALWAYS),
    KindRow(Kind.ALLOCATE, SecondPerson.NEVER, reversed_by=Kind.REVERSE_ALLOCATION),
    KindRow(Kind.REVERSE_ALLOCATION, SecondPerson.ALWAYS, is_relief=True),
    KindRow(Kind.RETURN_EXCESS_ALLOCATION, SecondPerson.BY_ACCOUNT_FLAG, is_relief=True),
    KindRow(Kind.AUCTION_DELIVERY, SecondPerson.ALWAYS),
    KindRow(Kind.RETURN_EXCESS_AUCTION, SecondPerson.ALWAYS, is_relief=True),
    KindRow(Kind.TRANSFER, SecondPerson.BY_TRUST, waits=True, is_limited=True),
    KindRow(
        Kind.SURRENDER,
        SecondPerson.BY_ACCOUNT_FLAG,
        is_relief=True,
        reversed_by=Kind.REVERSE_SURRENDER,
    ),
    KindRow(Kind.REVERSE_SURRENDER, SecondPerson.ALWAYS),
    KindRow(Kind.DELETE, SecondPerson.ALWAYS, reversed_by=Kind.REVERSE_DELETION),
    KindRow(Kind.REVERSE_DELETION, SecondPerson.ALWAYS),
    KindRow(Kind.CLOSURE_TRANSFER, SecondPerson.ALWAYS),
    KindRow(Kind.BALANCE_INSTALLATION_TRANSFER, SecondPerson.NEVER),
    KindRow(Kind.INBOUND_TRANSFER, SecondPerson.ALWAYS),
)


def row_of(kind: Kind) -> KindRow:
    """Give the row of a kind."""
    for row in KINDS:
        if row.kind is kind:
            return row
    raise InvariantBroken(f"{kind} has a row")
