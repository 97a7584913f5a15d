"""A small invented country of villages for tests: two counties in one city, one in another province."""

from __future__ import annotations

from pathlib import Path

from fengqiao.algorithms.villagefile import write_villages

DIVISIONS = {
    "99": "云川省", "9901": "柳溪市", "990100": "柳溪区", "990100001": "望河街道", "990100002": "临溪镇",
    "990122": "白石县", "990122100": "青坪镇", "990122101": "三桥乡",
    "98": "海东省", "9802": "南湾市", "980203": "长乐县", "980203100": "望河镇",
}  # fmt: skip
VILLAGES = {
    "990100001001": "锦澜社区居委会", "990100001201": "上柳村村民委员会", "990100001202": "和平村委会",
    "990100002201": "杨湾村委会", "990100002202": "和平村村民委员会",
    "990122100200": "和平村委会", "990122100201": "石门坎村村民委员会", "990122100202": "上刘村委会",
    "990122101200": "杨湾村民委员会", "990122101201": "丁村委会", "990122101202": "张家坳村民委员会",
    "980203100200": "和平村委会", "980203100201": "上柳村委会", "980203100002": "和平社区居民委员会",
    "980203100202": "末溪村委会", "980203100203": "臧家坳村委会",
}  # fmt: skip


def write_country(folder: Path) -> Path:
    """The file of the small country."""
    path = folder / "villages.index"
    write_villages(path, DIVISIONS | VILLAGES)
    return path
