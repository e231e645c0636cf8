"""Facilities in the columns of 自治体標準オープンデータセット 公共施設一覧, the standard for municipal open data.

For the source of the names and order of columns see docs/publication.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import BinaryIO

from kpis.figures.facilities import ENDED
from kpis.government_files import PublisherFields
from kpis.moment import Moment
from kpis.store import tables
from kpis.store.tables.registers import values_in
from publishers.opendata.package import as_datum, write_csv


def public_facilities(moment: Moment, who: PublisherFields, codes: Mapping[str, str], file: BinaryIO) -> None:
    """Write the facilities in the columns of 自治体標準オープンデータセット 公共施設一覧; unknown values stay blank.

    Args:
        moment: an edition, as of its date; facilities ended by then are left out.
        codes: name of a municipality → its code of five digits.
    """
    ended = {f.code for f in moment.facilities if f.status == ENDED}
    units, sources = moment.organisation.by_code, moment.book.sources
    rows = []
    for row in moment.register(tables.Facility):
        if row.facility_code in ended or row.is_class:
            continue  # an aggregate row has no location
        place = row.municipality_ja
        one_cell = {(), (place.strip(),)}  # it must be unambiguous
        several = values_in("municipality_ja", place) not in one_cell
        filled = {
            "全国地方公共団体コード": who.code, "ID": row.facility_code, "地方公共団体名": who.name_ja, "名称": row.name_ja,
            "所在地_全国地方公共団体コード": with_check_digit(codes.get(place, "")),
            "所在地_連結表記": who.prefecture_ja + place if place else "", "所在地_都道府県": who.prefecture_ja if place else "",
            "所在地_市区町村": "" if several else place, "緯度": row.latitude, "経度": row.longitude,
            "団体名": row.organisation_ja or (units[row.bureau_code].name_ja if row.bureau_code else ""),
            "説明": "キャッシュレス決済対応" if row.cashless_status == "introduced" else "",
            "URL": sources[row.source_code].url if row.source_code in sources else "",
        }  # fmt: skip
        rows.append([as_datum(filled.get(column)) for column in FACILITY_COLUMNS])
    write_csv(file, FACILITY_COLUMNS, rows)


def with_check_digit(code: str) -> str:
    """Return a five-digit code (JIS X 0401, 0402) as 全国地方公共団体コード with its check digit; blank stays blank."""
    if not re.fullmatch(r"\d{5}", code):
        return ""
    rest = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True)) % 11
    return f"{code}{(11 - rest) % 10}"


# 自治体標準オープンデータセット(正式版)公共施設一覧, names and order; for the source see docs/publication.md.
FACILITY_COLUMNS = (
    "全国地方公共団体コード", "ID", "地方公共団体名", "名称", "名称_カナ", "名称_英字", "名称_通称", "POIコード", "外部識別子", "外部識別子の値",
    "所在地_全国地方公共団体コード", "町字ID", "所在地_連結表記", "所在地_都道府県", "所在地_市区町村", "所在地_町字", "所在地_番地以下",
    "建物名等（方書）", "緯度", "経度", "高度の種別", "高度の値", "電話番号", "内線番号", "連絡先メールアドレス", "連絡先FormURL",
    "連絡先備考（その他、SNSなど）", "郵便番号", "法人番号", "団体名", "利用可能曜日", "開始時間", "終了時間", "利用可能時間特記事項", "説明",
    "車椅子可", "車椅子貸出", "ツエ貸出", "多目的トイレ", "スロープ、エレベータ、エスカレータ", "点字ブロック等の移動支援", "点字や読上による支援",
    "盲導犬・介助犬・聴導犬同伴", "字幕", "筆談対応", "優先駐車場", "オストメイト対応トイレ", "授乳室", "おむつ替えコーナー", "飲食可否",
    "ベビーカー貸出", "ベビーカー利用", "URL", "画像", "画像ライセンス", "備考",
)  # fmt: skip
