"""Files as somebody would make them who wants to end or hold whoever opens them: sound ones, changed by a fixed seed."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable

Parts = list[tuple[str, bytes]]
NUMBERS = [
    "NaN",
    "1e999",
    "-0",
    "1_000",
    "9" * 400,
    "0x10",
    "",
    " 5 ",
    "１２",
    "1e-999",
    "44926.999999999",
    "2958466",
    "-1",
    "1" * 60 + "x",
    "∞",
]
TEXTS = ["=1+1", "_x0000_", "_xD800__xDFFF_", "\u202egnp.exe", "a" * 40_000, "e\u0301\u0327" * 400, "1" * 50 + "x", "令和99年13月", "]]>", "🗾" * 300,
         "1," * 500, "約" * 99, "FY0001", "FY9999-Q4", "9999-12", "0000-00"]  # fmt: skip
ADDRESSES = [
    "XFD1048576",
    "xfd1",
    " A1 ",
    "",
    "ZZZZZZZZZZ1",
    "A0",
    "A99999999999",
    "1A",
    "$A$1",
    "R1C1",
    "A1:B2",
    "Ａ１",
    "AAAA1",
    "A1048577",
    "\u0661",
]
FORMULAS = [
    "WEBSERVICE(A1)",
    "cmd|'/C calc'!A0",
    "[1]S!A1",
    "'" * 999,
    '"' * 999,
    "(" * 5_000,
    "A(" * 2_000,
    "[" * 5_000,
    "'[",
    "x" * 30_000,
]
FORMATS = [
    "[>1.2.3]0",
    "0" * 2_000,
    '"' * 99,
    "[$" * 50,
    "\\",
    "[h",
    "0%" * 60,
    "yyyy" * 60,
    "[>=1E999]0;0",
    "_",
    "*",
    "@" * 300,
    ";;;;;;",
    "# ?/?",
]
ENCODINGS = ["utf-7", "utf-16", "utf-16-be", "utf-32", "cp037", "shift_jis", "euc_jp", "latin-1"]
TOKENS = re.compile(rb"<[^<>]*>|[^<>]+")


def pick(chance: random.Random, texts: list[str]) -> bytes:
    return chance.choice(texts).encode(errors="surrogatepass")


def escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b'"', b"&quot;")


# Bytes -----------------------------------------------------------------------------------------------------------------


def of_bytes(content: bytes, chance: random.Random) -> bytes:
    """Change, drop, double or cut some bytes."""
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 8, 64])):
        if not data:
            break
        at, length = chance.randrange(len(data)), chance.choice([1, 2, 4, 64, 1024])
        match chance.randrange(6):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at : at + length] = chance.randbytes(length)
            case 4:
                data[at:at] = chance.choice([b"\x00" * 9, b"\xff" * 9, b"<", b'"', b"PK\x05\x06", b"\r\n", b"\xef\xbb\xbf"])
            case _:
                del data[at + len(data) // 2 :]
    return bytes(data)


# Archives --------------------------------------------------------------------------------------------------------------


def unpacked(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def packed(parts: Parts, chance: random.Random | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED if chance is None or chance.random() < 0.9 else zipfile.ZIP_STORED
            if chance is not None and chance.random() < 0.05:
                info.external_attr = 0o120777 << 16  # a symbolic link
            archive.writestr(info, data)
    return out.getvalue()


def of_archive(content: bytes, chance: random.Random) -> bytes:
    """Change what an archive says of its parts: names, sizes, places, flags; double, drop and nest parts."""
    parts = unpacked(content)
    at = chance.randrange(len(parts))
    name, data = parts[at]
    match chance.randrange(9):
        case 0:
            del parts[at]
        case 1:
            parts.append((name, data[: len(data) // 2]))
        case 2:
            odd = [
                "/etc/passwd",
                "../" + name,
                name.upper(),
                name.replace("/", "\\"),
                "C:" + name,
                name + "\u202e",
                "x" * 60_000,
                "",
                " ",
                "a/" * 500,
            ]
            parts[at] = (chance.choice(odd), data)
        case 3:
            parts.append((f"xl/nested{chance.randrange(9)}.zip", content))
        case 4:
            parts += [(f"xl/worksheets/more{i}.xml", b"<x/>") for i in range(chance.choice([50, 150, 2500]))]
        case 5:
            parts[at] = (name, bytes(chance.choice([10**6, 3 * 10**7])))
        case 6:
            chance.shuffle(parts)
        case 7:
            other = chance.randrange(len(parts))
            parts[at], parts[other] = (name, parts[other][1]), (parts[other][0], data)
        case _:
            parts[at] = (name, b"")
    made = bytearray(packed(parts, chance))
    if chance.random() < 0.5:  # the list at its end says something else than the parts themselves
        places = [m.start() for m in re.finditer(b"PK\x01\x02", bytes(made))]
        if places:
            place, field = chance.choice(places), chance.choice([8, 10, 16, 20, 24, 28, 30, 32, 34, 42])
            struct.pack_into("<H", made, place + field, chance.choice([0, 1, 8, 12, 99, 0xFFFF]))
    return bytes(made) if chance.random() < 0.9 else b"PK\x03\x04" + bytes(made)


# XML -------------------------------------------------------------------------------------------------------------------


def of_xml(content: bytes, chance: random.Random) -> bytes:
    """Change the structure of some parts of a workbook."""
    parts = unpacked(content)
    likely = [i for i, (name, _) in enumerate(parts) if "sheet" in name or "haredStrings" in name or "styles" in name]
    for _ in range(chance.choice([1, 1, 2])):
        at = chance.choice(likely) if likely and chance.random() < 0.8 else chance.randrange(len(parts))
        name, xml = parts[at]
        parts[at] = (name, chance.choice(XML)(xml, chance))
    return packed(parts)


def _tokens(xml: bytes, chance: random.Random) -> bytes:
    tokens = TOKENS.findall(xml)
    for _ in range(chance.choice([1, 2, 5])):
        if not tokens:
            break
        at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        match chance.randrange(5):
            case 0:
                del tokens[at]
            case 1:
                tokens[at:at] = [tokens[at]] * chance.choice([1, 2, 5_000])
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at:at] = tokens[min(at, other) : max(at, other)][:500]
            case _:
                tokens[at] = chance.choice(
                    [b"<!--", b"<![CDATA[", b"<?x", b"]]>", b"&#0;", b"&lt;", b"<c" * 40_000, b"<c>" * 20_000]
                )
    return b"".join(tokens)


def _attributes(xml: bytes, chance: random.Random) -> bytes:
    told = list(re.finditer(rb'(\w+)="([^"]*)"', xml))
    if not told:
        return xml
    one = chance.choice(told)
    new = chance.choice(
        [
            b"%b='%b'" % (one[1], one[2]), b" %b = \"%b\"" % (one[1], one[2]), b"", b'%b="%b"' % (one[1], one[2] * 20_000),
            b'%b="%b"' % (one[1], escaped(pick(chance, ADDRESSES + NUMBERS + TEXTS + FORMATS))), b"%b %b" % (one[0], one[0]),
            b" ".join(b'a%d="%d"' % (i, i) for i in range(20_000)), b'%b="%b"' % (one[1], chance.choice(told)[2]),
        ]
    )  # fmt: skip
    return xml[: one.start()] + new + xml[one.end() :]


def _cells(xml: bytes, chance: random.Random) -> bytes:
    address = escaped(pick(chance, ADDRESSES))
    value, text, formula = (escaped(pick(chance, several)) for several in (NUMBERS, TEXTS, FORMULAS))
    kind = chance.choice([b"n", b"s", b"str", b"inlineStr", b"b", b"d", b"e", b"?"])
    cell = chance.choice(
        [
            b"<c r='%b'><v>%b</v></c>" % (address, value), b'<c t="%b"><v>%b</v></c>' % (kind, chance.choice([value, text])),
            b'<c t="inlineStr"><is><t>%b</t></is></c>' % text, b'<c r="%b"><f>%b</f><v>%b</v></c>' % (address, formula, value),
            b"<c><f>A1</f></c>" * chance.choice([1, 5_000]), b'<c s="%b"><v>%b</v></c>' % (value, value),
        ]
    )  # fmt: skip
    row = b'<row r="%b">%b</row>' % (chance.choice([b"5", b"7", b"0", b"1048577", b"99999999999", b" 8 ", b"x"]), cell)
    places = [m.end() for m in re.finditer(rb"<row[^>]*>|<sheetData>", xml)]
    place = chance.choice(places) if places else len(xml) // 2
    more = chance.choice(
        [cell, row, b'<mergeCell ref="%b"/>' % address, b'<numFmt numFmtId="0" formatCode="%b"/>' % escaped(pick(chance, FORMATS))]
    )
    return xml[:place] + more + xml[place:]


def _values(xml: bytes, chance: random.Random) -> bytes:
    values = list(re.finditer(rb"<(v|t|f)>([^<]*)<", xml))
    if not values:
        return xml
    for one in sorted(chance.sample(values, min(len(values), chance.choice([1, 3, 20]))), key=lambda m: -m.start()):
        xml = xml[: one.start(2)] + escaped(pick(chance, NUMBERS + TEXTS + FORMULAS)) + xml[one.end(2) :]
    return xml


def _whole(xml: bytes, chance: random.Random) -> bytes:
    match chance.randrange(5):
        case 0:
            return b"<a>" * chance.choice([300, 100_000]) + xml
        case 1:
            laughs = (
                b'<!DOCTYPE a [<!ENTITY a "ha">'
                + b"".join(b'<!ENTITY a%d "%b">' % (i, b"&a%d;" % (i - 1) * 9) for i in range(1, 20))
                + b"]>"
            )
            return laughs + xml
        case 2:
            name = chance.choice(ENCODINGS)
            body = re.sub(rb"^\s*<\?xml[^>]*>", b"", xml).decode("utf-8", "replace")
            return f'<?xml version="1.0" encoding="{name}"?>{body}'.encode(name, "replace")
        case 3:
            return re.sub(rb'\sr="[A-Z]+\d+"', b"", xml)
        case _:
            return xml.replace(b"schemas.openxmlformats.org", chance.choice([b"x", b"purl.oclc.org/ooxml", b""]))


XML: list[Callable[[bytes, random.Random], bytes]] = [_tokens, _attributes, _cells, _values, _values, _cells, _whole]


# Texts -----------------------------------------------------------------------------------------------------------------


def of_text(content: bytes, chance: random.Random) -> bytes:
    """Change the cells of a CSV, its lines, quotation marks or letters."""
    rows = [line.split(b",") for line in content.split(b"\n")]
    for _ in range(chance.choice([1, 2, 9])):
        row = chance.choice(rows)
        at = chance.randrange(len(row))
        match chance.randrange(8):
            case 0:
                row[at] = pick(chance, NUMBERS + TEXTS)
            case 1:
                row[at] = b'"' + row[at]
            case 2:
                row += [b""] * chance.choice([1, 1_000, 300_000])
            case 3:
                del row[at:]
                row.append(b"")
            case 4:
                row[at] = row[at] + b"\x00"
            case 5:
                row[at] = b"x" * chance.choice([200, 140_000])
            case 6:
                rows.insert(chance.randrange(len(rows)), chance.choice(rows))
            case _:
                row[at] = chance.choice(rows)[0]
    made = b"\n".join(b",".join(row) for row in rows)
    if chance.random() < 0.1:
        return made.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")
    return made


def mutant(content: bytes, chance: random.Random) -> bytes:
    """Return a file changed in one of the ways that fit it."""
    if not content.startswith(b"PK"):
        return chance.choice([of_text, of_text, of_text, of_bytes])(content, chance)
    return chance.choice([of_xml, of_xml, of_xml, of_xml, of_archive, of_archive, of_bytes])(content, chance)
