"""How each operation on the territory is tried."""

from __future__ import annotations

from tests.api.world import Call, Row, World, csv

BOX = {
    "type": "Polygon",
    "coordinates": [[[120.0, 30.0], [120.05, 30.0], [120.05, 30.05], [120.0, 30.05], [120.0, 30.0]]],
}
LINE = {"type": "LineString", "coordinates": [[120.0, 30.0], [120.1, 30.1]]}


def area(key: str, /, **body: object):  # type: ignore[no-untyped-def]
    """A call about an area."""
    return lambda w: Call({"code": w.area(key)}, body)


def new_area(w: World) -> Call:
    body = {"code": "99010000100103", "name": "锦澜 03 网格", "rank": "grid", "parent": w.area("community")}
    return Call({}, body)


def divisions(w: World) -> Call:
    table = csv("code,name,level,parent_code", "990100001003,新社区,community,990100001")
    return Call(form={"file": table, "dry_run": "false"})


def new_place(w: World) -> Call:
    return Call({}, {"name": "锦澜小学", "lat": 30.03, "lon": 120.03, "aliases": ["锦小"]})


PLACES = ("名称,区域编码", "锦澜菜场,99010000100101")

ROWS: dict[str, Row] = {
    "GET /areas": Row(
        "officer", outsider="hidden", secret=lambda w: w.area("grid1"), check=lambda w, out: len(out) == 2
    ),
    "GET /areas.geojson": Row(
        "head",
        outsider="hidden",
        secret=lambda w: w.area("grid1"),
        check=lambda w, out: len(out["features"]) == 10,
    ),
    "GET /features.geojson": Row("officer", outsider="open"),
    "GET /areas/{code}": Row("officer", area("grid1")),
    "GET /locate": Row(
        "volunteer",
        lambda w: Call(query={"lat": 30.02, "lon": 120.02}),
        outsider="open",
        check=lambda w, out: (out["grid"]["code"], out["beat"]) == (w.area("grid1"), "BEAT1"),
    ),
    "POST /areas": Row("head", new_area, 201),
    "POST /area-imports": Row(
        "head", divisions, check=lambda w, out: (out["done"], out["added"]) == (True, 1)
    ),
    "POST /areas/{code}/rename-area": Row("head", area("grid1", name="锦澜一网格")),
    "POST /areas/{code}/move-area": Row(
        "head", lambda w: Call({"code": w.area("grid2")}, {"parent": w.area("village")})
    ),
    "POST /areas/{code}/end-area": Row(
        "head", area("grid2", reason="并网格"), check=lambda w, out: out["valid_to"] == "2026-03-11"
    ),
    "POST /areas/{code}/set-boundary": Row("head", area("grid1", geometry=BOX, source="勘界")),
    "GET /beats": Row(
        "officer", outsider="hidden", secret=lambda w: "BEAT1", check=lambda w, out: len(out[0]["grids"]) == 2
    ),
    "POST /beats": Row(
        "head",
        lambda w: Call(
            {}, {"code": "B9", "name": "第 9 警务区", "area": w.area("street"), "grids": [w.area("grid3")]}
        ),
        201,
    ),
    "GET /beats.geojson": Row("officer", outsider="hidden", secret=lambda w: "BEAT1"),
    "GET /beats/{code}": Row("officer", lambda w: Call({"code": "BEAT1"})),
    "POST /beats/{code}/rename-beat": Row("head", lambda w: Call({"code": "BEAT1"}, {"name": "一区"})),
    "POST /beats/{code}/cover-grid": Row(
        "head",
        lambda w: Call({"code": "BEAT1"}, {"grid": w.area("grid3")}),
        check=lambda w, out: len(out["grids"]) == 3,
    ),
    "POST /beats/{code}/uncover-grid": Row(
        "head", lambda w: Call({"code": "BEAT1"}, {"grid": w.area("grid1")})
    ),
    "GET /places": Row(
        "officer",
        lambda w: Call(query={"q": "锦澜"}),
        outsider="hidden",
        secret=lambda w: "锦澜",
        check=lambda w, out: len(out["rows"]) == 1,
    ),
    "POST /places": Row("head", new_place, 201, check=lambda w, out: out["area"]["code"] == w.area("grid1")),
    "GET /places.geojson": Row("officer", outsider="hidden", secret=lambda w: "锦澜"),
    "GET /places/{id}": Row("officer", lambda w: Call({"id": w.cast.places["jinlan"].pk})),
    "POST /place-imports": Row(
        "head",
        lambda w: Call(form={"file": csv(*PLACES), "dry_run": "false"}),
        outsider="hidden",
        secret=lambda w: '"done":true',
        check=lambda w, out: out["added"] == 1,
    ),
    "POST /places/{id}/change-place": Row(
        "head", lambda w: Call({"id": w.cast.places["jinlan"].pk}, {"name": "锦澜苑", "area": w.area()})
    ),
    "POST /features": Row(
        "head", lambda w: Call({}, {"features": [{"kind": "road", "name": "望河路", "geometry": LINE}]}), 201
    ),
}
