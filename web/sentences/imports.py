"""Importing a registry extract in words: what is wrong with a row, why an import stops, oddities.

Years come as text, so that they are not grouped; rows and columns are named beside the sentence.
"""

from ledger.imports.comparing import Oddity
from ledger.imports.faults import ExtractCode
from ledger.refusals import RefusalCode
from ledger.reports.reconciliation import ReconciliationCode

_FILES: dict[RefusalCode, tuple[str, str]] = {
    ExtractCode.EXTRACT_FOLDER_NOT_FOUND: (
        "没有找到文件夹 {folder}。规则：摘录是一个文件夹，里面有账户和账户年度两个文件。"
        "请核对路径。",
        "There is no folder {folder}. Rule: an extract is a folder with two files, accounts and "
        "account-years. Check the path.",
    ),
    ExtractCode.EXTRACT_FILE_NOT_FOUND: (
        "文件夹 {folder} 里没有 {file}，也没有 {file}.gz。规则：两个文件都必须有。"
        "请补上缺少的文件。",
        "The folder {folder} has neither {file} nor {file}.gz. Rule: both files of an extract are "
        "needed. Add the one that is missing.",
    ),
    ExtractCode.EXTRACT_FILE_TWICE: (
        "文件夹 {folder} 里同时有 {file} 和 {file}.gz。规则：只能有其中一个，否则不知道以哪个为准。"
        "请移走一个。",
        "The folder {folder} has both {file} and {file}.gz. Rule: only one of them, or nobody "
        "knows which one counts. Take one away.",
    ),
    ExtractCode.EXTRACT_FILE_NOT_READABLE: (
        "文件 {file} 打不开（{reason}）。规则：要读取的必须是有读取权限的文件。"
        "请核对它是不是文件夹，以及权限。",
        "The file {file} cannot be opened ({reason}). Rule: what is read must be a file that may "
        "be read. Check that it is not a folder, and its permissions.",
    ),
    ExtractCode.EXTRACT_FILE_EMPTY: (
        "文件 {file} 是空的。规则：第一行是标题行。请换成完整的文件。",
        "The file {file} is empty. Rule: its first row is the heading. Put the whole file there.",
    ),
    ExtractCode.EXTRACT_FILE_BROKEN_OFF: (
        "文件 {file} 的压缩内容不完整或已损坏。规则：gzip 文件必须能完整解开。"
        "请重新下载或复制这个文件。",
        "The compressed content of {file} is incomplete or damaged. Rule: a gzip file must unpack "
        "to its end. Fetch or copy the file again.",
    ),
    ExtractCode.ROW_NOT_UTF8: (
        "这一行第 {position} 个字节 {byte} 不是 UTF-8 文字。规则：文件须为 UTF-8 编码。"
        "请另存为 UTF-8 后重试。",
        "Byte {position} of this row, {byte}, is not UTF-8 text. Rule: files are encoded in UTF-8. "
        "Save the file as UTF-8 and try again.",
    ),
    ExtractCode.ROW_QUOTED_WRONGLY: (
        "从这一行起引号不成对，或一格过长，或行尾符号不对。"
        "规则：引号成对写在格的两端，格内的引号写两次。请改正这一行。",
        "From this row on a quotation mark has no partner, a cell is far too long, or a line ends "
        "oddly. Rule: quotes stand in pairs around a cell and are doubled inside it. "
        "Correct this row.",
    ),
    ExtractCode.ROW_TOO_LONG: (
        "这一行超过 {limit} 个字节。规则：表格的一行不会这么长，后面的内容不再读取。"
        "请核对这是不是要导入的文件。",
        "This row has more than {limit} bytes. Rule: no row of a table is so long, and nothing "
        "after it is read. Check that this is the right file.",
    ),
    ExtractCode.ROW_HAS_WRONG_NUMBER_OF_CELLS: (
        "这一行有 {cells} 格，标题行有 {columns} 格。规则：每行的格数与标题行相同。"
        "请补上或删去格子。",
        "This row has {cells} cells, the heading has {columns}. Rule: every row has as many cells "
        "as the heading. Add or remove cells.",
    ),
    ExtractCode.COLUMN_UNKNOWN: (
        "不认识标题 {column}。规则：只接受说明里列出的列。请删去这一列，或改正它的标题。",
        "The heading {column} is not known. Rule: only the documented columns are accepted. "
        "Remove the column or correct its heading.",
    ),
    ExtractCode.COLUMN_MISSING: (
        "缺少标题 {column}。规则：说明里的每一列都要有。请补上这一列。",
        "The heading {column} is missing. Rule: every documented column is needed. Add the column.",
    ),
    ExtractCode.COLUMN_REPEATED: (
        "标题 {column} 出现了不止一次。规则：每列只能有一个。请删去多余的一列。",
        "The heading {column} is there more than once. Rule: each column comes once. "
        "Remove the other one.",
    ),
}

_CELLS: dict[RefusalCode, tuple[str, str]] = {
    ExtractCode.CELL_BLANK: (
        "这一格是空的。规则：没有它就不知道这一行说的是什么，所以必须填写。请补上。",
        "This cell is empty. Rule: without it nobody knows what the row is about, so it must be "
        "given. Fill it in.",
    ),
    ExtractCode.CELL_HAS_CONTROL_SIGN: (
        "“{text}”含有看不见的符号，或前后有空格。规则：文字里不能有控制符，编号前后不能有空格。"
        "请删去这些符号。",
        '"{text}" has invisible signs, or blanks at its ends. Rule: text has no control signs, '
        "and identifiers no blanks around them. Remove those signs.",
    ),
    ExtractCode.CELL_TOO_LONG: (
        "这一格有 {length} 个字符。规则：这一列最多 {limit} 个。请核对内容是否放错了列。",
        "This cell has {length} characters. Rule: this column takes at most {limit}. "
        "Check that the content stands in its column.",
    ),
    ExtractCode.CELL_HAS_UNKNOWN_TEXT: (
        "列 {column} 里写着“{text}”。规则：这一列是整数，或者空着；还接受的文字：{words}。"
        "请改为整数，没有数值时留空。",
        'The column {column} says "{text}". Rule: it takes whole numbers or nothing; words that '
        "it takes as well: {words}. Write a whole number, or leave the cell empty.",
    ),
    ExtractCode.CELL_ABOVE_LIMIT: (
        "{text} 太大。规则：这一列最多 {limit}，这是账册一次能记的量。请核对数值和单位。",
        "{text} is too large. Rule: this column takes at most {limit}, which is what the ledger "
        "can hold. Check the figure and its unit.",
    ),
    ExtractCode.COMPLIANCE_CODE_UNREADABLE: (
        "履约代码“{text}”读不懂。规则：履约代码是一个大写字母或 -，后面可以有星号，也可以空着。"
        "请改正。",
        'The compliance code "{text}" cannot be read. Rule: a code is one capital letter or -, '
        "with or without a star, or nothing. Correct it.",
    ),
    ExtractCode.ACCOUNT_REPEATED: (
        "账户 {account} 在前面已经出现过。规则：每个账户一行。请删去重复的一行。",
        "The account {account} stands further up already. Rule: one row for each account. "
        "Remove the second one.",
    ),
    ExtractCode.ACCOUNT_NOT_PUBLISHED: (
        "账户文件里没有账户 {account}。规则：账户年度只能属于账户文件里的账户。"
        "请补上账户，或改正编号。",
        "The file of accounts has no account {account}. Rule: an account-year belongs to an "
        "account of that file. Add the account or correct its number.",
    ),
    ExtractCode.ACCOUNT_YEAR_REPEATED: (
        "账户 {account} 的 {year} 年在前面已经出现过。规则：一个账户一年一行。请删去重复的一行。",
        "The year {year} of account {account} stands further up already. Rule: one row for each "
        "account and year. Remove the second one.",
    ),
    ExtractCode.ACCOUNT_IN_ANOTHER_COUNTRY: (
        "账户 {account} 在账册里属于 {here}，这里写的是 {there}。"
        "规则：账户的国家决定它的单位记在哪里，导入不能改动。请核对，或由登记人员办理迁移。",
        "In the ledger the account {account} is in {here}, here it says {there}. Rule: its "
        "country decides where its units are counted, and an import does not change that. "
        "Check it, or have a clerk move the account.",
    ),
}

_YEARS: dict[RefusalCode, tuple[str, str]] = {
    ExtractCode.YEAR_OUTSIDE_SCHEME: (
        "{year} 年不在制度之内。规则：制度的履约年度是 {first} 至 {last}。请核对年份。",
        "The year {year} is outside the scheme. Rule: its compliance years run from {first} to "
        "{last}. Check the year.",
    ),
    ExtractCode.YEAR_NOT_BEGUN: (
        "{year} 年从 {date} 才开始，今天是 {today}。规则：还没有开始的年份没有核证排放量。"
        "请核对年份。",
        "The year {year} begins on {date}, today is {today}. Rule: a year that has not begun has "
        "no verified emissions. Check the year.",
    ),
    ExtractCode.ALLOCATION_DAY_IN_FUTURE: (
        "{year} 年的发放日是 {date}，今天是 {today}。规则：账册不记将来的事，到了那一天才能记。"
        "请把这一格留空，到期后再导入。",
        "The allocation day of {year} is {date}, today is {today}. Rule: the ledger records "
        "nothing before its day. Leave the cell empty and import it when the day has come.",
    ),
    ExtractCode.SURRENDER_DAY_IN_FUTURE: (
        "{year} 年的清缴日是 {date}，今天是 {today}。规则：账册不记将来的事，到了那一天才能记。"
        "请把这一格留空，到期后再导入。",
        "The surrender day of {year} is {date}, today is {today}. Rule: the ledger records "
        "nothing before its day. Leave the cell empty and import it when the day has come.",
    ),
    ExtractCode.BOOK_CLOSED_FOR_YEAR: (
        "{year} 年的这一项要记在 {date}，而账册已结到 {closed_through}。"
        "规则：已结账的月份不能再记，也不能冲回。请保留原来的数值，差额另作当期凭证。",
        "What the year {year} says would be dated {date}, and the book is closed through "
        "{closed_through}. Rule: nothing is posted into a closed month, nor reversed in it. "
        "Keep the earlier figure and post the difference as an entry of today.",
    ),
    ExtractCode.PHASE_SUM_TOO_LARGE: (
        "到这一行，{phase} 阶段的合计超过 {limit}。规则：这是账册能累计的最大数。"
        "请核对数值和单位。",
        "With this row the sum of phase {phase} passes {limit}. Rule: the ledger cannot add up "
        "more. Check the figures and their unit.",
    ),
}

_IMPORT: dict[RefusalCode, tuple[str, str]] = {
    ExtractCode.SCHEME_TAKES_NO_EXTRACTS: (
        "制度 {scheme} 不接受登记簿摘录。规则：制度须有交易阶段、每个阶段的品种，以及发放日和清缴日。"
        "请改用有这些内容的制度。",
        "The scheme {scheme} takes no registry extracts. Rule: a scheme needs trading phases, an "
        "asset for each of them, and days of allocation and surrender. Name a scheme that has.",
    ),
    ExtractCode.ANOTHER_IMPORT_IS_RUNNING: (
        "同一制度有另一个导入同时在写。规则：一个制度一次只能有一个导入，这一个因此停下。"
        "请等另一个结束后再运行一次。",
        "Another import of the same scheme is writing at the same time. Rule: one import of a "
        "scheme at a time, so this one stopped. Run it again when the other has ended.",
    ),
    ExtractCode.UNITS_HAVE_MOVED_ON: (
        "账户 {account} 在 {phase} 阶段的更正还差 {missing}，这些单位已经转走。"
        "规则：冲回需要当初的单位还在。请先把单位转回，再运行一次导入。",
        "The correction of account {account} in phase {phase} lacks {missing}, which has moved "
        "on. Rule: a reversal needs the units that came. Bring them back and run the import again.",
    ),
    ExtractCode.ENTRY_REVERSED_BY_HAND: (
        "账户 {account} 在 {phase} 阶段 {year} 年起的凭证有的已被人工冲回。"
        "规则：导入不改动登记人员处理过的凭证。请由登记人员核对后手工更正。",
        "Some entries of account {account} in phase {phase} from {year} on were reversed by "
        "hand. Rule: an import leaves alone what a clerk has dealt with. "
        "Have a clerk check and correct it.",
    ),
    ExtractCode.STORAGE_IS_FULL: (
        "存储空间已满（{reason}）。规则：没有写完的一批整批退回，已提交的保持有效。"
        "请腾出空间后再运行一次，结果与一次完成相同。",
        "The storage is full ({reason}). Rule: a batch that was not finished is taken back whole, "
        "what was committed stands. Make room and run the import again; the result is the same "
        "as in one go.",
    ),
    ExtractCode.DATABASE_FAILED: (
        "数据库或文件出错（{reason}）。规则：没有写完的一批整批退回，已提交的保持有效。"
        "请排除故障后再运行一次，结果与一次完成相同。",
        "The database or a file failed ({reason}). Rule: a batch that was not finished is taken "
        "back whole, what was committed stands. Mend it and run the import again; the result is "
        "the same as in one go.",
    ),
    ExtractCode.OUTCOME_IS_UNKNOWN: (
        "提交时连接中断（{reason}），最后一批是否写入还不知道。规则：再次导入只补记缺少的部分。"
        "请再运行一次。",
        "The connection broke while committing ({reason}), so whether the last batch stands is "
        "not known. Rule: importing again posts only what is missing. Run it again.",
    ),
    ReconciliationCode.SCHEME_NOT_OPENED: (
        "数据库里还没有制度 {scheme}。规则：先导入，后核对。请先运行 import registry-extract。",
        "The database does not have the scheme {scheme} yet. Rule: import first, compare later. "
        "Run import registry-extract.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {**_FILES, **_CELLS, **_YEARS, **_IMPORT}

ODDITIES: dict[Oddity, tuple[str, str]] = {
    Oddity.LAST_YEAR_BEFORE_FIRST: (
        "排放末年早于首年",
        "last year of emissions before the first",
    ),
    Oddity.POSTINGS_ON_CLOSED_ACCOUNT: (
        "账户已注销但有发放或清缴",
        "closed accounts with allocations or surrenders",
    ),
    Oddity.POSTINGS_OUTSIDE_YEARS_OF_EMISSIONS: (
        "发放或清缴在排放首年至末年之外",
        "allocations or surrenders outside the years of emissions",
    ),
    Oddity.HOLDER_NAME_BLANK: (
        "没有持有人名称，以账户编号代替",
        "holder without a name, the account's number stands for it",
    ),
    Oddity.NAME_WRITTEN_DIFFERENTLY: (
        "名称含多余空格或换行，登记时理成一行（原文另存）",
        "name with odd blanks or line ends, registered on one line (kept as published too)",
    ),
    Oddity.ACCOUNT_WITHOUT_YEARS: ("账户没有任何年度", "accounts without any year"),
    Oddity.CELL_SAYS_EXCLUDED: ("写明 Excluded，不作数值", "cells that say Excluded, no number"),
    Oddity.CELL_SAYS_NOT_REPORTED: (
        "写明 Not Reported，不作数值",
        "cells that say Not Reported, no number",
    ),
    Oddity.CELL_SAYS_NOT_CALCULATED: (
        "写明 Not Calculated，不作数值",
        "cells that say Not Calculated, no number",
    ),
    Oddity.COMPLIANCE_CODE_OPAQUE: (
        "履约代码 D、E 或 -，来源未作解释",
        "compliance code D, E or -, which the source does not explain",
    ),
    Oddity.COMPLIANCE_CODE_NEW: (
        "来源没有提到的履约代码，照原样保存",
        "compliance codes that the source does not mention, kept as they are",
    ),
    Oddity.ACCOUNT_NO_LONGER_PUBLISHED: (
        "账户不再公布，账册保留",
        "accounts no longer published, kept in the ledger",
    ),
    Oddity.ACCOUNT_YEAR_NO_LONGER_PUBLISHED: (
        "账户年度不再公布，账册保留",
        "account-years no longer published, kept in the ledger",
    ),
}
"""Warnings: what is strange about published rows, in Chinese and English."""
