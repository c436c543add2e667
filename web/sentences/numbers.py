"""Numbers, units, account numbers and credit codes in words: what is wrong with a typed figure."""

from ledger.apportionment import ApportionmentCode
from ledger.check_digits import CheckDigitCode
from ledger.numerals import NumberCode
from ledger.refusals import RefusalCode
from ledger.units import UnitCode

_NUMBERS: dict[RefusalCode, tuple[str, str]] = {
    NumberCode.NUMBER_EMPTY: (
        "这里没有填写数字。规则：数字不能为空；没有数量时写 0。请填写数字。",
        "No number is given here. Rule: a number may not be empty; write 0 for none. "
        "Enter the number.",
    ),
    NumberCode.NUMBER_FULL_WIDTH: (
        "“{text}”含有全角字符。规则：数字须为半角。请改为 {suggestion}。",
        '"{text}" has full-width signs. Rule: plain digits only. Write {suggestion}.',
    ),
    NumberCode.NUMBER_OTHER_DIGITS: (
        "“{text}”含有 0–9 以外的数字。规则：数字只用 0–9 书写，不用汉字或其他文字的数字。"
        "请用 0–9 重写，例如 {example}。",
        '"{text}" has numerals other than 0–9. Rule: numbers are written with 0–9 only, not with '
        "Chinese or other numerals. Write it with 0–9, such as {example}.",
    ),
    NumberCode.NUMBER_NOT_FINITE: (
        "“{text}”不是一个确定的数。规则：数字须是有限的数。请填写实际数字，例如 {example}。",
        '"{text}" is not a definite number. Rule: a number must be finite. '
        "Enter the actual number, such as {example}.",
    ),
    NumberCode.NUMBER_EXPONENT: (
        "“{text}”使用了指数写法。规则：数字须逐位写出，不用 e 表示 10 的次方。"
        "请写出全部数字，例如 {example}。",
        '"{text}" is written with an exponent. Rule: all digits are written out, without e for '
        "powers of ten. Write out all digits, such as {example}.",
    ),
    NumberCode.NUMBER_UNDERSCORE: (
        "“{text}”含有下划线。规则：数字里不用下划线。请去掉下划线，例如 {example}。",
        '"{text}" has an underscore. Rule: numbers have no underscores. '
        "Take it out, as in {example}.",
    ),
    NumberCode.NUMBER_NEGATIVE: (
        "“{text}”带有负号。规则：数量和金额都不为负，增减由业务种类表示。"
        "请去掉负号，减少时请选用相应的业务。",
        '"{text}" has a minus sign. Rule: amounts are never negative; the kind of entry says '
        "whether they add or take away. Take the sign out, and choose the kind that reduces.",
    ),
    NumberCode.NUMBER_PLUS_SIGN: (
        "“{text}”带有加号。规则：数字不带符号。请去掉加号，例如 {example}。",
        '"{text}" has a plus sign. Rule: numbers carry no sign. Take it out, as in {example}.',
    ),
    NumberCode.NUMBER_HAS_LETTERS: (
        "“{text}”含有文字。规则：数字栏只写数字，单位已印在栏旁。请只留数字，例如 {example}。",
        '"{text}" has letters. Rule: a number field takes digits only; its unit is printed '
        "beside it. Leave only the number, as in {example}.",
    ),
    NumberCode.NUMBER_HAS_BLANKS: (
        "“{text}”含有空格。规则：数字里不能有空格。请去掉空格，例如 {example}。",
        '"{text}" has blanks. Rule: there are no blanks in a number. '
        "Take them out, as in {example}.",
    ),
    NumberCode.NUMBER_HAS_OTHER_SIGNS: (
        "“{text}”含有数字以外的符号。规则：只用数字、小数点和分组号。请只留数字，例如 {example}。",
        '"{text}" has signs that do not belong to a number. Rule: digits, the decimal sign and '
        "grouping only. Leave only the number, as in {example}.",
    ),
    NumberCode.NUMBER_MISGROUPED: (
        "“{text}”的分组位置不对。规则：写成 {example} 的样子，或者完全不分组。"
        "请核对是否把小数点写成了分组号，再改正。",
        '"{text}" is grouped wrongly. Rule: write it as in {example}, or with no grouping '
        "at all. Check whether a decimal sign was meant, and correct it.",
    ),
    NumberCode.NUMBER_DECIMAL_SIGN_MISPLACED: (
        "“{text}”的小数点不对。规则：至多一个小数点，前后都有数字，例如 {example}。请改正小数点。",
        'The decimal sign of "{text}" is wrong. Rule: at most one, with digits on both sides, '
        "as in {example}. Correct the decimal sign.",
    ),
    NumberCode.NUMBER_TOO_MANY_DECIMALS: (
        "“{text}”有 {written} 位小数。规则：这里最多 {decimals} 位，末尾的零也算，不作舍入。"
        "请改为不超过 {decimals} 位小数。",
        '"{text}" has this many decimals: {written}. Rule: at most {decimals} here, trailing '
        "zeros counted, and nothing is rounded. Write at most {decimals}.",
    ),
    NumberCode.NUMBER_NOT_WHOLE_IN_SMALLEST_UNIT: (
        "“{text}”（单位：{unit:unit}）折合最小单位后不是整数。规则：登记只用最小单位的整数，不作舍入。"
        "请改用最小单位填写，或调整数字。",
        '"{text}" ({unit:unit}) is not a whole number of the smallest unit. Rule: only whole '
        "smallest units are registered, and nothing is rounded. "
        "Give it in the smallest unit, or change the number.",
    ),
    NumberCode.NUMBER_TOO_LARGE: (
        "“{text}”过大。规则：这里最大为 {largest}。请核对位数和单位。",
        '"{text}" is too large. Rule: at most {largest} here. Check the digits and the unit.',
    ),
    NumberCode.NUMBER_TOO_LONG: (
        "“{text}”共 {length} 个字符。规则：一个数字最多 {longest} 个字符。请核对是否贴错了内容。",
        '"{text}" is {length} signs long. Rule: a number has at most {longest} signs. '
        "Check whether something else was pasted.",
    ),
}

_UNITS: dict[RefusalCode, tuple[str, str]] = {
    UnitCode.UNIT_UNKNOWN: (
        "没有“{unit}”这个单位。规则：单位须在单位表中：{known}。请选用其中之一。",
        'There is no unit "{unit}". Rule: units are those of the table: {known}. '
        "Choose one of them.",
    ),
    UnitCode.DIMENSIONS_DIFFER: (
        "{from_unit:unit}不能换算为{to_unit:unit}。"
        "规则：只有同一种量的单位才能互相换算。"
        "请选用同一种量的单位。",
        "{from_unit:unit} cannot be converted to {to_unit:unit}. "
        "Rule: only units of the same quantity convert into each other. "
        "Choose a unit of the same quantity.",
    ),
    UnitCode.NOT_EXACT_IN_UNIT: (
        "{minor} 个最小单位无法用{unit:unit}准确写出。规则：换算须准确，不作舍入。"
        "请选用较小的单位。",
        "{minor} of the smallest unit cannot be written exactly in {unit:unit}. "
        "Rule: conversion is exact, nothing is rounded. Choose a smaller unit.",
    ),
    UnitCode.NOT_WHOLE_IN_UNIT: (
        "{minor} 个最小单位折合{unit:unit}后不是整数。规则：这里须为整数，不作舍入。"
        "请选用较小的单位，或调整数量。",
        "{minor} of the smallest unit is not a whole number of {unit:unit}. "
        "Rule: it must be whole here, nothing is rounded. "
        "Choose a smaller unit, or change the amount.",
    ),
    UnitCode.FINER_THAN_SMALLEST_UNIT: (
        "{amount} {unit:unit}比最小单位还细。规则：{unit:unit}最多 {decimals} 位小数，"
        "且须是最小单位的整数倍，不作舍入。请减少小数位数。",
        "{amount} {unit:unit} is finer than the smallest unit. Rule: {unit:unit} has at most "
        "{decimals} decimals and must be whole in the smallest unit; nothing is rounded. "
        "Give fewer decimals.",
    ),
    UnitCode.DECIMAL_NOT_FINITE: (
        "{amount} 不是一个确定的数。规则：数量须是有限的数。请填写实际数字。",
        "{amount} is not a definite number. Rule: an amount must be finite. "
        "Enter the actual number.",
    ),
    UnitCode.DECIMAL_NEGATIVE: (
        "{amount} 是负数。规则：数量和金额都不为负，增减由业务种类表示。"
        "请改为正数并选用相应的业务。",
        "{amount} is negative. Rule: amounts are never negative; the kind of entry says whether "
        "they add or take away. Make it positive and choose the kind that reduces.",
    ),
    UnitCode.DECIMAL_TOO_LARGE: (
        "{amount} {unit:unit}过大。规则：最大为 {largest} {unit:unit}。请核对位数和单位。",
        "{amount} {unit:unit} is too large. Rule: at most {largest} {unit:unit}. "
        "Check the digits and the unit.",
    ),
}

_CHECK_DIGITS: dict[RefusalCode, tuple[str, str]] = {
    CheckDigitCode.ACCOUNT_NUMBER_NOT_PLAIN: (
        "账号“{text}”含有全角、小写或多余的空格。规则：账号用半角大写书写。请改为 {suggestion}。",
        'The account number "{text}" has full-width signs, small letters or blanks around it. '
        "Rule: account numbers are in plain capitals. Write {suggestion}.",
    ),
    CheckDigitCode.ACCOUNT_NUMBER_SHAPE_WRONG: (
        "“{text}”不是账号的样子。规则：账号为“字母-类型-编号-期间-校验码”，例如 UK-100-1016-0-17。"
        "请对照回执或对账单重新填写。",
        '"{text}" does not look like an account number. Rule: letters-type-identifier-period-'
        "check digits, such as UK-100-1016-0-17. Copy it again from a receipt or statement.",
    ),
    CheckDigitCode.ACCOUNT_NUMBER_CHECK_DIGITS_WRONG: (
        "账号“{text}”的校验码不符。规则：末两位由前面各段按模 97 算出，抄错一位即不符。"
        "请对照回执或对账单逐位核对。",
        'The check digits of account number "{text}" do not fit. Rule: they follow from the rest '
        "modulo 97, so one wrong digit shows. Compare it digit by digit with a receipt.",
    ),
    CheckDigitCode.CREDIT_CODE_NOT_PLAIN: (
        "统一社会信用代码“{text}”含有全角、小写或多余的空格。规则：代码用半角大写书写"
        "（GB 32100-2015）。请改为 {suggestion}。",
        'The credit code "{text}" has full-width signs, small letters or blanks around it. '
        "Rule: credit codes are in plain capitals (GB 32100-2015). Write {suggestion}.",
    ),
    CheckDigitCode.CREDIT_CODE_LENGTH_WRONG: (
        "统一社会信用代码“{text}”有 {length} 位。规则：代码为 18 位（GB 32100-2015）。"
        "请对照营业执照补全或改正。",
        'The credit code "{text}" has this many signs: {length}. Rule: it has 18 '
        "(GB 32100-2015). Compare it with the business licence.",
    ),
    CheckDigitCode.CREDIT_CODE_SIGN_NOT_ALLOWED: (
        "统一社会信用代码“{text}”第 {place} 位是“{sign}”。规则：只用数字和大写字母，"
        "不用 I、O、S、V、Z（GB 32100-2015）。请对照营业执照改正，常见的是把 0、1、5 看成字母。",
        'Sign {place} of the credit code "{text}" is "{sign}". Rule: digits and capitals only, '
        "without I, O, S, V, Z (GB 32100-2015). Compare it with the business licence; 0, 1 and 5 "
        "are often taken for letters.",
    ),
    CheckDigitCode.CREDIT_CODE_CHECK_SIGN_WRONG: (
        "统一社会信用代码“{text}”的校验码不符。规则：第 18 位由前 17 位算出（GB 32100-2015）。"
        "请对照营业执照逐位核对。",
        'The check sign of the credit code "{text}" does not fit. Rule: sign 18 follows from the '
        "17 before it (GB 32100-2015). Compare it sign by sign with the business licence.",
    ),
}

_APPORTIONMENT: dict[RefusalCode, tuple[str, str]] = {
    ApportionmentCode.WEIGHTS_ALL_ZERO: (
        "{total} 无法分给 {receivers} 方，各方的权重都是 0。规则：至少一方的权重大于 0。"
        "请核对分配依据。",
        "{total} cannot be shared out (receivers: {receivers}), because all weights are 0. "
        "Rule: at least one weight must be above 0. Check what the shares are based on.",
    ),
    ApportionmentCode.CUT_PARTS_EXCEED_HOLDINGS: (
        "保留与暂扣共 {parts}，超过持有总数 {held}。规则：削减后的两部分之和不超过原持有。"
        "请调低其中一部分。",
        "The kept and withheld parts come to {parts}, more than the {held} held. "
        "Rule: the two parts of a cut do not exceed what was held. Lower one of them.",
    ),
    ApportionmentCode.CUT_FACTORS_EXCEED_WHOLE: (
        "保留系数 {kept_factor} 与暂扣系数 {withheld_factor} 之和大于 1。"
        "规则：两个系数之和不超过 1。请调低其中一个。",
        "The factors {kept_factor} (kept) and {withheld_factor} (withheld) add up to more than 1. "
        "Rule: their sum is at most 1. Lower one of them.",
    ),
}

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    **_NUMBERS,
    **_UNITS,
    **_CHECK_DIGITS,
    **_APPORTIONMENT,
}
