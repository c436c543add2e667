"""What cannot be read in a file, in words: what is there, which rule it breaks, what to do."""

from ledger.refusals import RefusalCode
from web.schemas.faults import ShapeCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    ShapeCode.FILE_NOT_FOUND: (
        "没有找到文件 {file}。要读取的文件必须存在。请核对文件名和所在的文件夹。",
        "There is no file {file}. The file to be read must exist. "
        "Check its name and the folder it is in.",
    ),
    ShapeCode.FILE_NOT_READABLE: (
        "文件 {file} 打不开（{reason}）。要读取的必须是一个有读取权限的文件。"
        "请核对它是不是文件夹，以及权限。",
        "The file {file} cannot be opened ({reason}). "
        "What is read must be a file that may be read. "
        "Check that it is not a folder, and its permissions.",
    ),
    ShapeCode.TEXT_NOT_UTF8: (
        "第 {position} 个字节不是 UTF-8 文字。文件必须是 UTF-8 编码。请另存为 UTF-8 后重试。",
        "Byte {position} is not UTF-8 text. Files are encoded in UTF-8. "
        "Save the file as UTF-8 and try again.",
    ),
    ShapeCode.TEXT_NOT_JSON: (
        "第 {line} 行第 {column} 列不是 JSON。文件必须是一个完整的 JSON 文档。请改正这一处。",
        "Line {line}, column {column} is not JSON. The file must be one whole JSON document. "
        "Correct this place.",
    ),
    ShapeCode.NESTED_TOO_DEEPLY: (
        "这里的嵌套超过 {maximum} 层。文档的嵌套有上限。请减少括号的层数。",
        "This is nested more than {maximum} levels deep. The depth of a document is limited. "
        "Use fewer levels of brackets.",
    ),
    ShapeCode.NUMBER_NOT_JSON: (
        "{value} 不是 JSON 里的数。数必须是 JSON 能写的数。请写出数值，没有数值时按格式写 null。",
        "{value} is not a number in JSON. Numbers must be those that JSON can write. "
        "Write the figure, or null where the format has it for no figure.",
    ),
    ShapeCode.KEY_REPEATED: (
        "键 {key} 在同一个对象里写了不止一次。一个对象的每个键只能写一次。请只留下一个。",
        "The key {key} is written more than once in one object. "
        "Each key of an object is written once. Keep one of them.",
    ),
    ShapeCode.KEY_UNKNOWN: (
        "键 {key} 不在格式里。只接受格式写明的键。请删去它，或改正拼写。",
        "The key {key} is not in the format. Only the keys of the format are accepted. "
        "Remove it or correct its spelling.",
    ),
    ShapeCode.KEY_MISSING: (
        "缺少键 {key}。格式要求写出它。请补上。",
        "The key {key} is missing. The format requires it. Add it.",
    ),
    ShapeCode.VALUE_NOT_AN_OBJECT: (
        "这里是 {value}，不是对象。格式在这里要求一个 JSON 对象。请用花括号写出它的键。",
        "Here is {value}, not an object. The format asks for a JSON object here. "
        "Write its keys in braces.",
    ),
    ShapeCode.VALUE_NOT_A_LIST: (
        "这里是 {value}，不是列表。格式在这里要求一个 JSON 列表。请用方括号写出各项。",
        "Here is {value}, not a list. The format asks for a JSON list here. "
        "Write its items in square brackets.",
    ),
    ShapeCode.VALUE_NOT_A_WHOLE_NUMBER: (
        "这里是 {value}，不是整数。格式在这里要求一个 JSON 整数，不带引号、小数点和指数。"
        "请写成整数。",
        "Here is {value}, not a whole number. The format asks for a JSON whole number here, "
        "without quotes, decimal point or exponent. Write a whole number.",
    ),
    ShapeCode.NUMBER_OUT_OF_RANGE: (
        "这里是 {value}，超出范围。这个数必须在 {minimum} 到 {maximum} 之间，两端都可以。"
        "请核对数值。",
        "Here is {value}, which is out of range. This number must be from {minimum} to {maximum}, "
        "both allowed. Check the figure.",
    ),
    ShapeCode.VALUE_NOT_ONE_OF: (
        "这里是 {value}，不是可以选用的值。可以选用的是：{known}。请改用其中之一。",
        "Here is {value}, which is not one of the values to choose from. They are: {known}. "
        "Use one of them.",
    ),
}
