"""Databases and settings in words: why a database cannot be opened, used or changed."""

from ledger.core.migration import MigrationCode
from ledger.core.opening import OpeningCode
from ledger.refusals import RefusalCode
from web.settings import SettingCode

SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    MigrationCode.DATABASE_NOT_CREATED: (
        "数据库 {database} 还没有建立。程序只在已建立的账册上工作。请先执行 ecorights db upgrade。",
        "The database {database} has not been created. The program works only on a ledger that "
        "exists. Run ecorights db upgrade first.",
    ),
    MigrationCode.DATABASE_OLDER_THAN_PROGRAM: (
        "数据库 {database} 停在 {found}，程序需要 {expected}。程序不在旧结构上工作。"
        "请先备份，再执行 ecorights db upgrade。",
        "The database {database} stands at {found}, the program needs {expected}. The program "
        "does not work on an older schema. Make a backup, then run ecorights db upgrade.",
    ),
    MigrationCode.DATABASE_NEWER_THAN_PROGRAM: (
        "数据库 {database} 停在 {found}，本程序只认得到 {expected} 为止。"
        "程序不在更新的结构上工作。请改用建立它的那个版本或更新的 ecorights。",
        "The database {database} stands at {found}, this program knows no further than "
        "{expected}. The program does not work on a newer schema. Use the ecorights that made it, "
        "or a newer one.",
    ),
    MigrationCode.DATABASE_IS_NOT_OURS: (
        "{database} 里有内容，但不是 ecorights 的账册。程序不动别人的数据库。"
        "请核对 ECORIGHTS_DATABASE_URL，改用空的数据库或自己的账册。",
        "{database} holds something, but no ledger of ecorights. The program does not touch other "
        "programs' databases. Check ECORIGHTS_DATABASE_URL; name an empty database or your "
        "own ledger.",
    ),
    MigrationCode.DATABASE_UNREACHABLE: (
        "数据库 {database} 连接不上（{reason}）。程序需要一个能连接的数据库。"
        "请核对 ECORIGHTS_DATABASE_URL，以及数据库是否在运行。",
        "The database {database} cannot be reached ({reason}). The program needs a database that "
        "answers. Check ECORIGHTS_DATABASE_URL and whether the database is running.",
    ),
    MigrationCode.DATABASE_BUSY: (
        "数据库 {database} 正被使用，没有等到锁。改变结构需要独占片刻。请等其他程序做完再试。",
        "The database {database} is in use, and its lock was not given in time. A change of the "
        "schema needs it alone for a moment. Try again when the other programs have finished.",
    ),
    MigrationCode.DATABASE_NOT_WRITABLE: (
        "数据库 {database} 写不进去（{reason}）。改变结构需要写入的权限和空间。"
        "请核对权限和磁盘空间。",
        "The database {database} cannot be written to ({reason}). A change of the schema needs "
        "permission and space to write. Check permissions and the space on the disk.",
    ),
    MigrationCode.MIGRATION_UNKNOWN: (
        "没有名为 {target} 的结构。可以选用的是：{known}。请改用其中之一。",
        "There is no schema named {target}. They are: {known}. Use one of them.",
    ),
    OpeningCode.DATABASE_ADDRESS_NOT_READABLE: (
        "ECORIGHTS_DATABASE_URL 的值读不懂。它必须是 SQLAlchemy 格式的地址。"
        "请写成 sqlite:////文件夹/文件 或 postgresql://用户:口令@主机/数据库。",
        "The value of ECORIGHTS_DATABASE_URL cannot be read. It must be an address as SQLAlchemy "
        "writes it. Write sqlite:////folder/file or postgresql://user:password@host/database.",
    ),
    OpeningCode.DATABASE_KIND_NOT_SUPPORTED: (
        "ECORIGHTS_DATABASE_URL 要求 {kind}。账册只用 SQLite 和 PostgreSQL（psycopg）。"
        "请改用 sqlite:// 或 postgresql:// 开头的地址。",
        "ECORIGHTS_DATABASE_URL asks for {kind}. The ledger runs on SQLite and on PostgreSQL "
        "(psycopg) only. Use an address that begins with sqlite:// or postgresql://.",
    ),
    OpeningCode.DATABASE_DRIVER_NOT_INSTALLED: (
        "没有安装 {kind} 的驱动 {driver}。连接 {kind} 需要它。"
        "请执行 pip install 'ecorights[postgres]'。",
        "The driver {driver} for {kind} is not installed. Connecting to {kind} needs it. "
        "Run pip install 'ecorights[postgres]'.",
    ),
    SettingCode.LANGUAGE_NOT_SPOKEN: (
        "{variable} 的值是 {value}。程序只说这些语言：{known}。请改用其中之一，或不设置它。",
        "{variable} is {value}. The program speaks only: {known}. Use one of them, or leave it "
        "unset.",
    ),
}
