"""What the environment sets: which database, which language.

Knows the names of the variables and what they may hold.  Whether there is a database at the
address is found out by whoever opens it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from ledger.refusals import RefusalCode, Refused
from web.i18n import DEFAULT_LANGUAGE, LANGUAGES

DATABASE_URL = "ECORIGHTS_DATABASE_URL"
LANGUAGE = "ECORIGHTS_LANGUAGE"


class SettingCode(RefusalCode):
    """Why a variable of the environment cannot be used."""

    LANGUAGE_NOT_SPOKEN = "language_not_spoken"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run of the program."""

    database_url: str
    """A SQLAlchemy URL."""
    database_file: Path | None
    """The SQLite file in the user's data folder, where no URL was set."""
    language: str
    """``zh`` or ``en``."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings | Refused":
        """Read the settings; a variable that is absent or empty leaves the default."""
        language = environ.get(LANGUAGE) or DEFAULT_LANGUAGE
        if language not in LANGUAGES:
            values = {"variable": LANGUAGE, "value": language, "known": LANGUAGES}
            return Refused(SettingCode.LANGUAGE_NOT_SPOKEN, values)
        url = environ.get(DATABASE_URL)
        if url:
            return cls(url, None, language)
        file = default_database_file()
        return cls(f"sqlite:///{file}", file, language)


def default_database_file() -> Path:
    """Give the place of the SQLite file that is used where no address is set."""
    return user_data_path("ecorights", appauthor=False) / "ecorights.sqlite"
