#!/usr/bin/env python3
"""Draws icon.png, 128 x 128: a row of memory pages, torn along a fault line. Usage: make-icon.py > icon.png"""
import struct
import sys
import zlib

SIZE = 128
GROUND, PAGE, TOUCHED, FAULT = (27, 31, 42), (72, 84, 110), (240, 160, 60), (230, 70, 60)


def fault_at(y):
    """Where the fault line crosses a row: three straight pieces."""
    for y0, x0, y1, x1 in ((0, 74, 48, 56), (48, 56, 72, 76), (72, 76, 128, 52)):
        if y0 <= y < y1:
            return x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    return SIZE


def pixel(x, y):
    distance = x - fault_at(y)
    if abs(distance) < 3:
        return FAULT
    # The right side has slipped by half a page.
    row = y + (14 if distance > 0 else 0)
    inside = 5 <= x % 32 < 29 and 5 <= row % 28 < 25 and 8 <= x < 120 and 8 <= y < 120
    if not inside:
        return GROUND
    return TOUCHED if (x // 32 + row // 28) % 3 == 0 else PAGE


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + bytes(v for x in range(SIZE) for v in pixel(x, y)) for y in range(SIZE))
sys.stdout.buffer.write(
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows, 9))
    + chunk(b"IEND", b""))
