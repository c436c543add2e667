"""``ecorights serve`` and ``ecorights demo``: the pages, over a ledger or over an invented year.

Knows how a server is started; the pages are ``web.app``'s.
"""

import gc
import signal
import socket
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
from platformdirs import user_data_path
from sqlalchemy import Engine
from waitress.server import create_server

from ledger.core.clock import clock
from ledger.core.migration import upgrade
from ledger.core.opening import engine_for
from ledger.demonstration.loading import load_demonstration
from market.auctions.desk import other_markets
from market.demonstration import load_market_demonstration
from market.serving import Service, ServiceThread
from web.app import create_app
from web.cli.problems import worded
from web.cli.runner import tell
from web.cli.session import granted, open_engine, read_settings
from web.settings import Settings

_FIRST_PORT = 8000
_PORTS_TRIED = 20
_THREADS = 8

_SERVING = (
    "网页已启动：{address}　（按 Ctrl+C 停止）",
    "Serving at {address} (stop with Ctrl+C)",
)
_DEMONSTRATION = (
    "演示账册（数字均为虚构）：{file}",
    "Demonstration ledger (all figures are invented): {file}",
)
_PORT_TAKEN = (
    "端口 {port} 已被占用。规则：每个端口只能由一个程序使用。请用 --port 换一个端口。",
    "Port {port} is in use. Rule: one program to a port. Choose another with --port.",
)


@click.command(name="serve", help="启动网页 | Serve the pages")
@click.option("--host", default="127.0.0.1", show_default=True, help="地址 | address")
@click.option("--port", type=click.IntRange(1, 65535), help="端口 | port")
def serve(host: str, port: int | None) -> None:
    """Serve the pages over the ledger that the environment names."""
    settings = read_settings()
    _serve(open_engine(settings), settings, host, port, demonstration=False)


@click.command(
    name="demo", help="建立虚构的示例账册并启动网页 | Make an invented year and serve it"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="地址 | address")
@click.option("--port", type=click.IntRange(1, 65535), help="端口 | port")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="SQLite 文件 | SQLite file of the demonstration",
)
@click.option("--load-only", is_flag=True, help="只建立，不启动 | make it, do not serve")
def demo(host: str, port: int | None, file: Path | None, load_only: bool) -> None:
    """Make the demonstration ledger, a database of its own, and serve it."""
    settings = read_settings()
    path = (file or user_data_path("ecorights", appauthor=False) / "demonstration.sqlite").resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    click.echo(worded(_DEMONSTRATION, settings.language).format(file=path))
    engine = granted(engine_for(f"sqlite:///{path}"), settings)
    granted(upgrade(engine), settings)
    load_demonstration(engine)
    load_market_demonstration(engine)
    if not load_only:
        _serve(engine, settings, host, port, demonstration=True)


def _serve(
    engine: Engine, settings: Settings, host: str, port: int | None, *, demonstration: bool
) -> None:
    app = create_app(engine, demonstration=demonstration, default_language=settings.language)
    listening = _listen(host, port)
    if listening is None:
        taken = worded(_PORT_TAKEN, settings.language).format(port=port or _FIRST_PORT)
        raise click.ClickException(taken)
    server = create_server(app, sockets=[listening], threads=_THREADS, ident=None)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    click.echo(worded(_SERVING, settings.language).format(address=address))
    # What is loaded by now stays: the collector need not look at it again.
    gc.freeze()
    market = _market(engine, settings)
    # Asked to end, it ends as if by hand: the market's lease is given up for whoever is next.
    signal.signal(signal.SIGTERM, _end)
    try:
        server.run()
    finally:
        server.close()
        if market is not None:
            market.stop()
        engine.dispose()


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _market(engine: Engine, settings: Settings) -> ServiceThread | None:
    """Let the markets of a SQLite ledger run in this process; others have ``ecorights runner``."""
    if engine.dialect.name != "sqlite":
        return None
    service = Service(
        engine,
        clock,
        lambda notice: tell(notice, settings.language),
        others=other_markets(),
        waits_for_market=True,
    )
    thread = ServiceThread(service)
    thread.start()
    return thread


def _listen(host: str, port: int | None) -> socket.socket | None:
    """Take the port asked for, or the first free one from 8000 on."""
    ports = [port] if port else range(_FIRST_PORT, _FIRST_PORT + _PORTS_TRIED)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in ports:
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
            return listening
        except OSError:
            listening.close()
    return None
