"""The text of a PDF as typst writes it, read back by way of each font's table of characters (ToUnicode).

Enough for our own files and for nothing else: whether words stand on a page, in which order of lines they were drawn.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)
RANGE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
PAIR = re.compile(rb"^<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*$", re.MULTILINE)
FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
FONT_SET = re.compile(rb"/(f\d+) [\d.]+ Tf")
DRAW = re.compile(rb"\b(TJ|Tj)\b")
HEX = re.compile(rb"<[0-9a-fA-F]+>")
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, a space between pieces that were drawn apart."""
    objects = {int(number): content for number, content in OBJECT.findall(pdf)}
    pages = [
        content
        for _number, content in sorted(objects.items())
        if b"/Type/Page/" in content or b"/Type/Page " in content
    ]
    return [_page(objects, page) for page in pages]


def _page(objects: dict[int, bytes], page: bytes) -> str:
    resources = objects[_reference(page, b"Resources")]
    fonts = {name: _characters(objects, int(number)) for name, number in FONT.findall(resources)}
    found, font, codes = [], b"", b""
    for part in _parts(_stream(objects[_reference(page, b"Contents")])):
        if part.startswith((b"(", b"<")):
            codes += _bytes(part)
        elif part.startswith(b"f"):
            font = part
        else:
            numbers = [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]
            found.append("".join(fonts[font].get(number, "\ufffd") for number in numbers))
            codes = b""
    return " ".join(found)


def _parts(drawing: bytes) -> Iterator[bytes]:
    """Names of fonts, strings with their brackets, and the words that draw them. Strings hold brackets in pairs."""
    at = 0
    while at < len(drawing):
        if drawing[at : at + 1] == b"(":
            end = _end_of_string(drawing, at)
            yield drawing[at:end]
            at = end
        elif found := FONT_SET.match(drawing, at) or DRAW.match(drawing, at) or HEX.match(drawing, at):
            yield found[1] if found.lastindex else found[0]
            at = found.end()
        else:
            at += 1


def _end_of_string(drawing: bytes, at: int) -> int:
    depth = 0
    while True:
        one = drawing[at : at + 1]
        at += 2 if one == b"\\" else 1
        depth += (one == b"(") - (one == b")")
        if depth == 0:
            return at


def _characters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    table = _stream(objects[_reference(objects[font], b"ToUnicode")])
    characters = {}
    for section in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in PAIR.findall(section):
            characters[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for section in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in RANGE.findall(section):
            start = bytes.fromhex(text.decode()).decode("utf-16-be")
            for step in range(int(last, 16) - int(first, 16) + 1):
                characters[int(first, 16) + step] = start[:-1] + chr(ord(start[-1]) + step)
    return characters


def _bytes(text: bytes) -> bytes:
    if text.startswith(b"<"):
        return bytes.fromhex(text[1:-1].decode())
    return ESCAPE.sub(
        lambda found: bytes([int(found[1], 8) & 255]) if found[1].isdigit() else SHORT.get(found[1], found[1]),
        text[1:-1],
    )


def _reference(content: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", content)
    assert found is not None, name
    return int(found[1])


def _stream(content: bytes) -> bytes:
    found = STREAM.search(content)
    assert found is not None
    return zlib.decompress(found[1])
