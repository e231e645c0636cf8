"""The national census as the Digital Agency publishes it, rebuilt from the reference: what tests and the bench load."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

from kpis.settings import ROOT

REFERENCE = ROOT.parent / "shared" / "reference" / "national_procedures_2025.parquet"
PLACES = (REFERENCE, ROOT.parent.parent / "shared" / "reference" / REFERENCE.name)
CATALOGUE = ROOT / "data" / "examples" / "japan" / "catalogue"
OFFICIAL = ROOT / "data" / "examples" / "japan" / "official"
GROUPS = {"処理期間(オンライン)": ("処理期間", "オンライン"), "処理期間(非オンライン)": ("", "非オンライン"),
          "情報システム(申請)": ("情報システム", "申請"), "情報システム(事務処理)": ("", "事務処理")}  # fmt: skip


def reference() -> Path | None:
    """Return where the reference lies, or ``None``; it is too large for the project's own tree."""
    return next((path for path in PLACES if path.is_file()), None)


def published(path: Path) -> list[list[object]]:
    """Return the table as published: two rows of headings, 38 columns, ``ｰ`` for none."""
    frame = pd.read_parquet(path).drop(columns="オンライン化率")
    heads = [GROUPS.get(name, (name, "")) for name in frame.columns]
    body = frame.astype(object).where(frame.notna(), "ｰ")
    for name in ("総手続件数", "オンライン手続件数", "非オンライン手続件数"):
        body[name] = frame[name].astype(int).astype(object)
    return [[a for a, _ in heads], [b for _, b in heads], *body.values.tolist()]


def write_csv(table: list[list[object]], path: Path) -> None:
    """Write it as UTF-8 with BOM."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(table)


def write_xlsx(table: list[list[object]], path: Path) -> None:
    """Write it as a workbook of one sheet; by hand, since the usual writers take a minute for three million cells."""
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    package = "http://schemas.openxmlformats.org/package/2006/"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relation = '<Relationships xmlns="{p}relationships"><Relationship Id="rId1" Type="{o}/{t}" Target="{a}"/></Relationships>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}content-types"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{content}sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{content}worksheet+xml"/></Types>',
        "_rels/.rels": relation.format(p=package, o=office, t="officeDocument", a="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="手続一覧" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relation.format(p=package, o=office, t="worksheet", a="worksheets/sheet1.xml"),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f"<worksheet {main}><sheetData>".encode())
            for number, row in enumerate(table, start=1):
                cells = "".join(
                    f"<c><v>{cell}</v></c>"
                    if isinstance(cell, int)
                    else f'<c t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>'
                    for cell in row
                )
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
