"""Schemes, settings and assets in words: what is not there, and what cannot be changed so."""

from ledger.refusals import RefusalCode
from ledger.rights.assets import AssetCode
from ledger.rights.definitions import SchemeCode
from ledger.rights.setting_keys import SettingCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    SchemeCode.SCHEME_UNKNOWN: (
        "没有名为 {scheme} 的制度。本程序自带的制度有：{known}。请改用其中之一。",
        "There is no scheme {scheme}. The schemes that come with this program are: {known}. "
        "Use one of them.",
    ),
    SettingCode.SETTING_UNKNOWN: (
        "没有名为 {key} 的参数。参数只有：{known}。请改用其中之一。",
        "There is no setting {key}. The settings are: {known}. Use one of them.",
    ),
    SettingCode.SETTING_NOT_SET: (
        "参数 {key} 在 {date} 没有值。规则按当日有效的参数执行。请先为该制度设定这个参数。",
        "The setting {key} has no value on {date}. A rule uses the settings of its day. "
        "Set it for this scheme first.",
    ),
    SettingCode.SETTING_VALUE_OF_WRONG_KIND: (
        "参数 {key} 的值是 {text}，无法采用。它应写成：{form}。请按此改写。",
        "The value {text} of the setting {key} cannot be used. It is written like this: {form}. "
        "Write it so.",
    ),
    SettingCode.SETTING_SOURCE_MISSING: (
        "参数 {key} 没有写明依据。每个参数都要有出处（文件名称和条款）。请补上依据。",
        "No source is given for the setting {key}. Every setting names where it is laid down "
        "(regulation and article). Add the source.",
    ),
    SettingCode.SETTING_TEXT_UNREADABLE: (
        "依据或操作人 {text} 无法采用。文字不超过 {limit} 个字，不含换行等控制符。请改写。",
        "The source or actor {text} cannot be used. Such text has at most {limit} signs and no "
        "line breaks or other control signs. Write it anew.",
    ),
    SettingCode.SETTING_CHANGE_NOT_IN_FUTURE: (
        "参数 {key} 不能从 {date} 起更改，今天是 {today}。参数只能从将来的日期起更改，"
        "已经适用的不追改。请选明天或以后的日期。",
        "The setting {key} cannot change from {date} on, because today is {today}. Settings change "
        "from a future day only; what has applied is not changed in hindsight. "
        "Choose tomorrow or a later day.",
    ),
    AssetCode.ASSET_TO_MOVE_UNKNOWN: (
        "没有编号为 {asset} 的品种。只有已开设的品种才能登记变动。请核对品种。",
        "There is no asset with the number {asset}. Only an asset that was opened can move. "
        "Check the asset.",
    ),
    AssetCode.ASSET_OF_OTHER_SCHEME: (
        "品种 {asset} 不属于该账户的制度。账户只能登记本制度的品种。请换用本制度的品种或账户。",
        "The asset {asset} is not of the account's scheme. An account takes only assets of its own "
        "scheme. Choose an asset or an account of one scheme.",
    ),
    AssetCode.ASSET_IS_NO_UNIT: (
        "{asset} 不是可以持有的权益。总量指标和资金不能作为权益变动。请选择权益品种。",
        "{asset} is not a right that can be held. Indexes of totals and money do not move as "
        "rights. Choose a right.",
    ),
}
