"""Pages made for tests: every part that the frame offers, on invented figures.

``python -m tests.web.specimen`` serves them at http://127.0.0.1:8765/specimen to look at.
"""

from flask import Blueprint, render_template_string, request

from ledger.units import unit_of
from web import app as application
from web.access import Role, who_may_enter
from web.reading import snapshot

pages = Blueprint("specimen", __name__)

PAGE = """
{% extends "base.html" %}
{% from "macros.html" import as_of, bar, crumbs, empty, export_links, legend, link, pagination,
   quantity, row, state, table, tabs, tile, tiles with context %}
{% block title %}{{ heading }}{% endblock %}
{% block crumbs %}{{ crumbs([("通辽市", "/specimen")], "奈曼旗") }}{% endblock %}
{% block content %}
{{ as_of(translator().moment(instant())) }}
{{ tabs("权利", [("排污权", "/specimen", true), ("水权", "/specimen?right=water", false)]) }}
{% call tiles() %}
{{ tile("下达总量", quantity(12000 * 10000, wan), "2026 年") }}
{{ tile("已核发", quantity(11950 * 10000, wan)) }}
{{ tile("余量", quantity(50 * 10000, wan)) }}
{{ tile("使用率", translator().share(9400, 12000)) }}
{% endcall %}
{{ legend([("held", "持有"), ("frozen", "冻结"), ("used", "已使用"), ("track", "余量")]) }}
{% set columns = [Column("区域"), Column("下达总量（吨）", "number"),
   Column("已核发（吨）", "number"),
   Column("余量（吨）", "number"), Column("使用率", "bar"), Column("状态")] %}
{% call table("区域总量", columns) %}
{% for zone, depth, whole, held, frozen, used, words, look in zones %}
{{ row(columns, [
     link(zone, "/specimen"),
     quantity(whole, ton, href="/specimen", with_unit=false),
     quantity(held + frozen + used, ton, with_unit=false),
     quantity(whole - held - frozen - used, ton, with_unit=false),
     bar([("held", held), ("frozen", frozen), ("used", used)], whole,
         translator().share(held, whole), figure=translator().share(held + frozen + used, whole)),
     state(words, look)], depth=depth, sum=depth == 0) }}
{% endfor %}
{% endcall %}
{{ pagination("共 128 行", previous="/specimen?before=4", next="/specimen?after=9") }}
{{ export_links([("CSV", "/specimen.csv"), ("JSON", "/specimen.json")]) }}
{{ empty("本区域尚未下达总量。") }}
{% endblock %}
"""

MILLION = 10**6
ZONES = [
    ("奈曼旗", 0, 12000 * MILLION, 9400 * MILLION, 150 * MILLION, 1300 * MILLION, "正常", "good"),
    ("大沁他拉镇（示例）", 1, 500 * MILLION, 480 * MILLION, 10 * MILLION, 0, "接近上限", "near"),
    ("八仙筒镇（示例）", 1, 100 * MILLION, 60 * MILLION, 0, 40 * MILLION, "已满", "full"),
    ("青龙山镇（示例）", 2, 300 * MILLION, 0, 0, 0, "限批", "off"),
]


@pages.get("/specimen")
@who_may_enter(Role.PUBLIC)
def show() -> str:
    return render_template_string(
        PAGE,
        heading=request.args.get("heading", "总量管理"),
        zones=ZONES,
        ton=unit_of("t"),
        wan=unit_of("wan_m3"),
    )


@pages.post("/specimen/sent")
@who_may_enter(Role.PUBLIC)
def take() -> str:
    return render_template_string(
        "{% extends 'base.html' %}{% block title %}{{ note }}{% endblock %}",
        note=request.form.get("note", ""),
    )


@pages.get("/specimen/staff")
@who_may_enter(Role.CLERK, Role.REGULATOR)
def show_to_staff() -> str:
    return "staff"


@pages.post("/specimen/staff/act")
@who_may_enter(Role.CLERK)
def act_as_staff() -> str:
    return "acted"


@pages.get("/specimen/broken")
@who_may_enter(Role.PUBLIC)
def break_down() -> str:
    raise RuntimeError("a secret of the inside")


@pages.get("/specimen/snapshot")
@who_may_enter(Role.PUBLIC)
def read_twice() -> str:
    # Kept beyond the request, so that nothing is given back merely because it was forgotten.
    request.environ["specimen.kept"].append(snapshot())
    return "one" if snapshot() is snapshot() else "two"


def main() -> None:
    """Serve the specimen for somebody to look at."""
    from ledger.core.database import make_engine

    application.AREAS = (*application.AREAS, pages)  # type: ignore[assignment]
    application.create_app(make_engine("sqlite://"), demonstration=True).run(port=8765)


if __name__ == "__main__":
    main()
