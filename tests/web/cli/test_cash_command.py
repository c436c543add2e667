"""``ecorights cash`` and ``report bank-reconciliation``: asked and answered as clerks would."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from tests.support.cash_record import CLERK, SECOND, CashRecord, make_cash_record
from web.cli.main import main

STATEMENT = """日期,凭证号,收付,金额
2026-01-05,B-1,收,"1,000.00"
2026-01-06,B-9,付,12.00
"""


@pytest.fixture
def record(sqlite_engine: Engine) -> CashRecord:
    return make_cash_record(sqlite_engine)


def asked(record: CashRecord, *arguments: str, language: str = "zh") -> Result:
    environment = {
        "ECORIGHTS_DATABASE_URL": record.engine.url.render_as_string(hide_password=False),
        "ECORIGHTS_LANGUAGE": language,
    }
    return CliRunner().invoke(main, arguments, env=environment)


def answered(record: CashRecord, *arguments: str, code: int = 0) -> Any:
    result = asked(record, *arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def proposed(record: CashRecord, what: str, amount: str, document: str) -> Any:
    return answered(
        record,
        "cash",
        what,
        *("--account", record.numbers[0], "--amount", amount, "--document", document),
        *("--day", "2026-01-05", "--actor", CLERK),
    )


def test_money_comes_in_and_goes_out_by_two_persons(record: CashRecord) -> None:
    waiting = proposed(record, "deposit", "1,000.00", "B-1")
    assert (waiting["proposal"], waiting["amount"], waiting["outcome"]) == (1, "1000.00", None)
    approved = answered(record, "cash", "approve", "1", "--actor", SECOND)
    assert (approved["outcome"], approved["decided_by"]) == ("approved", SECOND)
    proposed(record, "withdraw", "300.50", "B-2")
    assert (record.cash(0), record.held(0, 2)) == (69_950, 30_050)
    rejected = answered(record, "cash", "reject", "2", "--actor", SECOND, "--reason", "凭证不符")
    assert (rejected["outcome"], rejected["reason"]) == ("rejected", "凭证不符")
    assert record.cash(0) == 100_000


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "出金申请 2：{number} 示例化工有限公司，¥300.50，银行凭证 B-2，待审批。\n"),
        (
            "en",
            "Proposal 2, withdrawal: {number} 示例化工有限公司, CN¥300.50, bank document B-2, "
            "waiting.\n",
        ),
    ],
)
def test_a_proposal_is_told_in_one_line(record: CashRecord, language: str, said: str) -> None:
    proposed(record, "deposit", "1,000.00", "B-1")
    answered(record, "cash", "approve", "1", "--actor", SECOND)
    result = asked(
        record,
        *("cash", "withdraw", "--account", record.numbers[0], "--amount", "300.50"),
        *("--document", "B-2", "--actor", CLERK),
        language=language,
    )
    assert (result.exit_code, result.stdout) == (0, said.format(number=record.numbers[0]))


def test_what_a_rule_refuses_ends_with_1(record: CashRecord) -> None:
    proposed(record, "deposit", "1,000.00", "B-1")
    refused = answered(record, "cash", "approve", "1", "--actor", CLERK, code=1)
    assert refused["refused"]["code"] == "cash_approver_proposed_it"
    result = asked(record, "cash", "approve", "1", "--actor", CLERK, language="en")
    assert (result.exit_code, result.stdout) == (1, refused_words(record))


def refused_words(record: CashRecord) -> str:
    return (
        f"Proposal 1 was made by {CLERK}. Money is let in or out by a second person. "
        "Have somebody else approve it.\n"
    )


def test_an_amount_that_cannot_be_read_is_a_problem(record: CashRecord) -> None:
    problem = answered(
        record,
        *("cash", "deposit", "--account", record.numbers[0], "--amount", "1.234"),
        *("--document", "B-1", "--actor", CLERK),
        code=2,
    )
    assert problem["errors"][0]["code"] == "number_too_many_decimals"


def test_an_account_is_opened_for_a_party_by_its_number(record: CashRecord) -> None:
    assert answered(record, "cash", "open", "--party", "P00000002")["account"] == record.numbers[1]
    refused = answered(record, "cash", "open", "--party", "P9", code=1)
    assert refused["refused"]["code"] == "cash_account_party_unknown"


def test_proposals_are_listed(record: CashRecord) -> None:
    proposed(record, "deposit", "1,000.00", "B-1")
    proposed(record, "deposit", "2.00", "B-2")
    answered(record, "cash", "approve", "1", "--actor", SECOND)
    rows = answered(record, "cash", "list", "--waiting", "--account", record.numbers[0])
    assert [row["proposal"] for row in rows["proposals"]] == [2]
    text = asked(record, "cash", "list").stdout
    assert "1,000.00" in text
    assert "已批准" in text


def test_a_statement_is_imported_once_and_reconciled(record: CashRecord, tmp_path: Path) -> None:
    proposed(record, "deposit", "1,000.00", "B-1")
    answered(record, "cash", "approve", "1", "--actor", SECOND)
    path = tmp_path / "bank.csv"
    path.write_text(STATEMENT, "utf-8")
    imported = ("cash", "import-bank-lines", str(path), "--actor", CLERK)
    assert answered(record, *imported)["new"] == 2
    assert answered(record, *imported)["again"] is True
    report = answered(record, "report", "bank-reconciliation")
    assert report == {
        "matched": 1,
        "differences": [
            {
                "kind": "bank_only",
                "document": "B-9",
                "ledger_day": None,
                "ledger": None,
                "bank_day": "2026-01-06",
                "bank": "-12.00",
                "difference": "12.00",
                "entries": [],
                "note": "",
            }
        ],
        "ledger_balance": "1000.00",
        "bank_balance": "988.00",
        "difference": "12.00",
        "explained": True,
    }
    text = asked(record, "report", "bank-reconciliation", language="en").stdout
    assert "at the bank only" in text
    assert "\N{MINUS SIGN}12.00" in text


def test_a_statement_with_faults_is_a_problem_that_lists_them_all(
    record: CashRecord, tmp_path: Path
) -> None:
    path = tmp_path / "bank.csv"
    path.write_text(STATEMENT + "5.1.2026,B-3,收,1\n2026-01-07,B-4,借,1\n", "utf-8")
    problem = answered(record, "cash", "import-bank-lines", str(path), "--actor", CLERK, code=2)
    assert [(one["row"], one["column"], one["code"]) for one in problem["errors"]] == [
        (4, "日期", "bank_line_day_unreadable"),
        (5, "收付", "bank_line_direction_unknown"),
    ]
    assert all(one["message_zh"] and one["message_en"] for one in problem["errors"])
    assert answered(record, "report", "bank-reconciliation")["bank_balance"] == "0.00"


def test_the_statement_of_a_cash_account_shows_every_movement(record: CashRecord) -> None:
    proposed(record, "deposit", "1,000.00", "B-1")
    answered(record, "cash", "approve", "1", "--actor", SECOND)
    proposed(record, "withdraw", "300.50", "B-2")
    answered(record, "cash", "approve", "2", "--actor", SECOND)
    document = answered(record, "report", "statement", "--account", record.numbers[0])
    lines = {
        one["kind"]: [(line["kind"], line["balance"]) for line in one["lines"]]
        for one in document["positions"]
    }
    assert lines == {
        "cash": [("deposit", "1000.00"), ("hold", "699.50")],
        "frozen": [("hold", "300.50"), ("withdraw", "0.00")],
    }
