#!/usr/bin/env python3
"""Write files that must be refused, or handled without harm, and expected.tsv, which says which.

    python3 make.py

`refuse`: opening or decoding must give an error, with the default limits and without leniency for truncated
files.  `lenient`: it may decode or be refused.  In both cases: no crash, no hang, no memory out of
proportion, and no change to anything but the result.  Run with Python 3.11 and Pillow 13.0.0.
"""
import io
import os
import random
import struct
import zlib

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
SIG = b"\x89PNG\r\n\x1a\n"
rows = []


def put(name, data, expected, why):
    assert len(data) < 65536, (name, len(data))
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)
    rows.append((name, expected, why))


# ---- PNG ----

def chunk(kind, data, crc=None, length=None):
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(
        ">I", zlib.crc32(kind + data) if crc is None else crc)


def ihdr(w=16, h=16, bits=8, colour=2, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, bits, colour, 0, 0, interlace))


def pngs():
    lines = b"".join(b"\0" + bytes((x * 16, y * 16, 128)[c] for x in range(16) for c in range(3)) for y in range(16))
    idat, end = chunk(b"IDAT", zlib.compress(lines, 9)), chunk(b"IEND", b"")
    good = SIG + ihdr() + idat + end
    put("png-signature-only.png", SIG, "refuse", "nothing after the signature")
    put("png-length-past-end.png", SIG + ihdr() + chunk(b"IDAT", zlib.compress(lines, 9), length=0x00ffffff) + end, "refuse",
        "an IDAT chunk longer than the file")
    put("png-length-over-31-bits.png", SIG + ihdr() + chunk(b"IDAT", zlib.compress(lines), length=0xfffffff0) + end,
        "refuse", "a chunk length over 2^31-1")
    put("png-huge-size.png", SIG + ihdr(0x7fffffff, 0x7fffffff) + idat + end, "refuse", "2147483647 x 2147483647 pixels")
    put("png-huge-width.png", SIG + ihdr(0x7fffffff, 1) + idat + end, "refuse", "2147483647 x 1 pixels")
    put("png-huge-height.png", SIG + ihdr(1, 0x7fffffff) + idat + end, "refuse", "1 x 2147483647 pixels")
    put("png-size-over-31-bits.png", SIG + ihdr(0x80000010, 16) + idat + end, "refuse", "a width over 2^31-1")
    put("png-giant-ancillary-57-bytes.png", (SIG + ihdr() + struct.pack(">I", 0x40000000) + b"iCCP" + bytes(16))[:57],
        "refuse", "57 bytes; an ancillary chunk says it holds 1 GiB")
    bomb = zlib.compress(bytes(48 << 20), 9)
    put("png-iccp-bomb.png", SIG + ihdr() + chunk(b"iCCP", b"bomb\0\0" + bomb) + idat + end, "lenient",
        "48 kB of profile that inflate to 48 MiB")
    put("png-ztxt-bomb.png", SIG + ihdr() + chunk(b"zTXt", b"Comment\0\0" + bomb) + idat + end, "lenient",
        "48 kB of text that inflate to 48 MiB")
    put("png-itxt-bomb.png", SIG + ihdr() + chunk(b"iTXt", b"Comment\0\1\0en\0\0" + bomb) + idat + end, "lenient",
        "48 kB of international text that inflate to 48 MiB")
    put("png-many-texts.png", SIG + ihdr() + chunk(b"tEXt", b"k\0v") * 4000 + idat + end, "lenient", "4000 text chunks")
    put("png-400-megapixels.png", SIG + ihdr(20000, 20000, 1, 0) + chunk(b"IDAT", zlib.compress(bytes(2501 * 20000), 9)) + end,
        "refuse", "a well-formed picture of 20000 x 20000, over the limit on pixels")
    put("png-idat-too-long.png", SIG + ihdr() + chunk(b"IDAT", zlib.compress(lines + bytes(40 << 20), 9)) + end, "lenient",
        "IDAT inflates to 40 MiB more than the picture needs")
    put("png-idat-too-short.png", SIG + ihdr() + chunk(b"IDAT", zlib.compress(lines[:300])) + end, "refuse",
        "the zlib stream ends after six of 16 rows")
    put("png-truncated-idat.png", good[:8 + 25 + 30], "refuse", "the file ends inside IDAT")
    put("png-crc-idat.png", SIG + ihdr() + chunk(b"IDAT", zlib.compress(lines), crc=0x12345678) + end, "refuse",
        "wrong CRC of IDAT")
    put("png-crc-ihdr.png", SIG + ihdr()[:-4] + b"\1\2\3\4" + idat + end, "refuse", "wrong CRC of IHDR")
    put("png-crc-text.png", SIG + ihdr() + chunk(b"tEXt", b"Title\0x", crc=1) + idat + end, "lenient",
        "wrong CRC of an ancillary chunk")
    broken = bytearray(zlib.compress(lines))
    broken[-1] ^= 0x55
    put("png-adler.png", SIG + ihdr() + chunk(b"IDAT", bytes(broken)) + end, "lenient", "wrong Adler-32 of the zlib stream")
    put("png-no-iend.png", SIG + ihdr() + idat, "refuse", "IEND is missing")
    put("png-no-idat.png", SIG + ihdr() + end, "refuse", "no IDAT")
    put("png-zero-width.png", SIG + ihdr(0, 16) + idat + end, "refuse", "width 0")
    put("png-zero-height.png", SIG + ihdr(16, 0) + idat + end, "refuse", "height 0")
    put("png-ihdr-not-first.png", SIG + chunk(b"tEXt", b"Title\0x") + ihdr() + idat + end, "refuse", "a chunk before IHDR")
    put("png-two-ihdr.png", SIG + ihdr() + ihdr(4096, 4096) + idat + end, "refuse", "two IHDR chunks")
    put("png-no-ihdr.png", SIG + idat + end, "refuse", "no IHDR")
    put("png-ihdr-short.png", SIG + chunk(b"IHDR", struct.pack(">II", 16, 16)) + idat + end, "refuse", "IHDR of 8 bytes")
    flat = zlib.compress((b"\0" + bytes(16)) * 16)
    put("png-plte-too-long.png", SIG + ihdr(colour=3) + chunk(b"PLTE", bytes(257 * 3)) + chunk(b"IDAT", flat) + end, "refuse",
        "a palette of 257 colours")
    put("png-plte-not-thirds.png", SIG + ihdr(colour=3) + chunk(b"PLTE", bytes(10)) + chunk(b"IDAT", flat) + end, "refuse",
        "a palette of 10 bytes")
    put("png-plte-missing.png", SIG + ihdr(colour=3) + chunk(b"IDAT", flat) + end, "refuse", "palette colour without a palette")
    over = zlib.compress((b"\0" + b"\xff" * 16) * 16)
    put("png-index-past-palette.png", SIG + ihdr(colour=3) + chunk(b"PLTE", bytes(6)) + chunk(b"IDAT", over) + end, "lenient",
        "index 255 with a palette of two colours")
    put("png-trns-too-long.png", SIG + ihdr(colour=3) + chunk(b"PLTE", bytes(6)) + chunk(b"tRNS", bytes(300)) + chunk(
        b"IDAT", flat) + end, "lenient", "more transparency entries than colours")
    put("png-bad-depth.png", SIG + ihdr(bits=7) + idat + end, "refuse", "7 bits a sample")
    put("png-bad-colour.png", SIG + ihdr(colour=5) + idat + end, "refuse", "colour type 5")
    put("png-bad-filter.png", SIG + ihdr() + chunk(b"IDAT", zlib.compress(b"\x09" + lines[1:])) + end, "refuse",
        "filter type 9")
    put("png-bad-interlace.png", SIG + ihdr(interlace=7) + idat + end, "refuse", "interlace method 7")
    put("png-unknown-critical.png", SIG + ihdr() + chunk(b"ABCD", b"abcd") + idat + end, "refuse", "an unknown critical chunk")
    put("png-trailing-bytes.png", good + b"<?php echo 1; ?>" * 50, "lenient", "bytes after IEND")
    put("png-newlines-changed.png", good.replace(b"\r\n", b"\n", 1), "refuse", "a signature that a text transfer damaged")
    put("png-many-empty-idat.png", SIG + ihdr() + idat + chunk(b"IDAT", b"") * 5000 + end, "lenient", "5000 empty IDAT chunks")


# ---- JPEG ----

def seg(marker, data):
    return struct.pack(">BBH", 0xff, marker, len(data) + 2) + data


def segments(data):
    """Offsets of the markers up to the first scan: [(marker, offset)]."""
    out, at = [], 2
    while data[at + 1] != 0xda:
        out.append((data[at + 1], at))
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    return out + [(0xda, at)]


def exif_ifd(entries, after=0, order="<"):
    body = struct.pack(order + "H", len(entries)) + b"".join(struct.pack(order + "HHII", *e) for e in entries)
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8) + body + struct.pack(order + "I", after)


def jpegs():
    im = Image.new("RGB", (64, 48))
    im.putdata([((x * 4) & 255, (y * 5) & 255, ((x ^ y) * 3) & 255) for y in range(48) for x in range(64)])
    buf = io.BytesIO()
    im.save(buf, "JPEG", quality=75, subsampling="4:2:0")
    good = buf.getvalue()
    at = dict(segments(good))
    sof, sos, dht, dqt = at[0xc0], at[0xda], at[0xc4], at[0xdb]

    def with_size(w, h):
        d = bytearray(good)
        d[sof + 5:sof + 9] = struct.pack(">HH", h, w)
        return bytes(d)
    put("jpeg-soi-only.jpg", good[:2], "refuse", "nothing after SOI")
    put("jpeg-truncated-header.jpg", good[:sof + 6], "refuse", "the file ends inside the frame header")
    put("jpeg-truncated.jpg", good[:sos + (len(good) - sos) // 2], "refuse", "the file ends inside the scan")
    put("jpeg-no-eoi.jpg", good[:-2], "refuse", "all data, but no EOI")
    put("jpeg-65500-no-data.jpg", with_size(65500, 65500)[:sos] + good[-2:], "refuse", "65500 x 65500 pixels and no scan")
    put("jpeg-65500-small-scan.jpg", with_size(65500, 65500), "refuse", "65500 x 65500 pixels and the scan of 64 x 48")
    put("jpeg-zero-width.jpg", with_size(0, 48), "refuse", "width 0")
    put("jpeg-zero-height.jpg", with_size(64, 0), "refuse", "height 0 and no DNL")
    put("jpeg-sof-twice.jpg", good[:sof] + good[sof:sof + 19] + good[sof:], "refuse", "two frame headers")
    put("jpeg-no-sof.jpg", good[:sof] + good[sof + 19:], "refuse", "no frame header")
    d = bytearray(good)
    d[dht + 5:dht + 21] = b"\xff" * 16
    put("jpeg-dht-broken.jpg", bytes(d), "refuse", "a Huffman table with 4080 codes")
    d = bytearray(good)
    d[dht + 5:dht + 21] = b"\3" + bytes(15)
    put("jpeg-dht-oversubscribed.jpg", bytes(d), "refuse", "three Huffman codes of one bit")
    d = bytearray(good)
    d[dht + 2:dht + 4] = b"\xff\xff"
    put("jpeg-segment-past-end.jpg", bytes(d), "refuse", "a segment longer than the file")
    d = bytearray(good)
    d[dqt + 2:dqt + 4] = b"\0\0"
    put("jpeg-segment-length-0.jpg", bytes(d), "refuse", "a segment of length 0")
    put("jpeg-no-dqt.jpg", good[:dqt] + good[sof:], "refuse", "no quantisation table")
    d = bytearray(good)
    d[sof + 4] = 12
    put("jpeg-12-bit.jpg", bytes(d), "refuse", "says 12 bits a sample in a baseline frame")
    d = bytearray(good)
    d[sof + 9] = 9
    put("jpeg-nine-components.jpg", bytes(d), "refuse", "nine components announced in a header for three")
    d = bytearray(good)
    d[sof + 11] = 0
    put("jpeg-sampling-0.jpg", bytes(d), "refuse", "sampling factor 0")
    d = bytearray(good)
    d[sof + 11] = 0xff
    put("jpeg-sampling-15.jpg", bytes(d), "refuse", "sampling factor 15")
    d = bytearray(good)
    d[sos + 20:sos + 120] = b"\xff\xd3" * 50
    put("jpeg-stray-restarts.jpg", bytes(d), "lenient", "restart markers where none are due")
    rng = random.Random(4)
    put("jpeg-noise-scan.jpg", good[:sos + 14] + bytes(rng.randrange(255) for _ in range(900)) + b"\xff\xd9", "lenient",
        "a scan of random bytes")
    put("jpeg-trailing-bytes.jpg", good + b"\0" * 3000, "lenient", "bytes after EOI")
    put("jpeg-fill-bytes.jpg", good[:2] + b"\xff" * 20000 + good[2:], "lenient", "20000 fill bytes before a marker")
    put("jpeg-many-comments.jpg", good[:2] + seg(0xfe, b"comment") * 4000 + good[2:], "lenient", "4000 comments")

    # A progressive picture of 2000 x 2000, one DC scan and 200 scans that hold only end-of-band runs.
    head = b"\xff\xd8" + seg(0xdb, b"\0" + b"\1" * 64) + seg(0xc2, struct.pack(">BHHB", 8, 2000, 2000, 1) + b"\1\x11\0")
    head += seg(0xc4, b"\x00\1" + bytes(15) + b"\0") + seg(0xc4, b"\x10\1\1" + bytes(14) + b"\xe0\0")
    first = seg(0xda, b"\1\1\0\0\0\0") + bytes(62500 // 8) + b"\x0f"
    bits = "0" + "1" * 14 + "0" + format(62500 - 32767 - 16384, "014b") + "11"
    empty = seg(0xda, b"\1\1\0\1\x3f\0") + bytes(int(bits[i:i + 8], 2) for i in range(0, 32, 8))
    put("jpeg-200-scans.jpg", head + first + empty * 200 + b"\xff\xd9", "refuse", "progressive, 200 scans that change nothing")

    def with_exif(tiff):
        return good[:2] + seg(0xe1, b"Exif\0\0" + tiff) + good[2:]
    turn = (0x0112, 3, 1, 6)
    put("exif-ifd-loop.jpg", with_exif(exif_ifd([turn], after=8)), "lenient", "the next directory is the same one")
    put("exif-sub-ifd-loop.jpg", with_exif(exif_ifd([turn, (0x8769, 4, 1, 8)])), "lenient",
        "the Exif directory points at the first one")
    put("exif-ifd-past-end.jpg", with_exif(b"II*\0" + struct.pack("<I", 0xfffffff0) + bytes(20)), "lenient",
        "the first directory lies past the end")
    put("exif-offset-overflow.jpg", with_exif(exif_ifd([(0x010f, 2, 0x7fffffff, 0xfffffffe), turn])), "lenient",
        "offset and length overflow 32 bits")
    put("exif-count-overflow.jpg", with_exif(exif_ifd([(0x010f, 12, 0x20000001, 8), turn])), "lenient",
        "count times size overflows 32 bits")
    put("exif-65535-entries.jpg", with_exif(b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", *turn)), "lenient",
        "65535 entries announced, one there")
    put("exif-orientation-9.jpg", with_exif(exif_ifd([(0x0112, 3, 1, 9)])), "lenient", "orientation 9: to be taken as 1")
    put("exif-orientation-ascii.jpg", with_exif(exif_ifd([(0x0112, 2, 2, 0x36)])), "lenient",
        "the orientation is the text '6'")
    put("exif-two-orientations.jpg", with_exif(exif_ifd([turn, (0x0112, 3, 1, 3)])), "lenient", "two orientations: 6 and 3")
    put("exif-short.jpg", good[:2] + seg(0xe1, b"Exif\0\0II*") + good[2:], "lenient", "an Exif segment of nine bytes")
    put("icc-chunk-missing.jpg", good[:2] + seg(0xe2, b"ICC_PROFILE\0\1\3" + bytes(200)) + good[2:], "lenient",
        "part one of three of a profile")
    put("icc-not-a-profile.jpg", good[:2] + seg(0xe2, b"ICC_PROFILE\0\1\1" + b"\xff" * 400) + good[2:], "lenient",
        "a profile that is none")
    return good


# ---- the other formats ----

def others(jpeg):
    gif = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    put("gif-giant-screen.gif", b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + frame + b";", "refuse",
        "a logical screen of 65535 x 65535 around one pixel")
    put("gif-frame-outside.gif", gif + b"," + struct.pack("<HHHHB", 60000, 60000, 1, 1, 0) + b"\x02\x02\x44\x01\x00;", "lenient",
        "a frame outside the screen")
    put("gif-giant-frame.gif", gif + b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x02\x02\x44\x01\x00;", "lenient",
        "a frame of 65535 x 65535 on a screen of one pixel")
    put("gif-truncated.gif", gif + frame[:12], "refuse", "the file ends inside the frame")
    put("gif-no-frame.gif", gif + b";", "refuse", "no frame")
    put("gif-lzw-code-size.gif", gif + frame[:10] + b"\x0e\x02\x44\x01\x00;", "lenient", "LZW code size 14")
    put("gif-4000-frames.gif", gif + frame * 4000 + b";", "lenient", "4000 frames; only the first counts")

    def tiff(entries, after=0, tail=b""):
        return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(
            struct.pack("<HHII", *e) for e in entries) + struct.pack("<I", after) + tail

    def page(w=4, h=4, offset=None, count=16, bits=8, samples=1, rows=None):
        n = 9
        return [(256, 4, 1, w), (257, 4, 1, h), (258, 3, 1, bits), (259, 3, 1, 1), (262, 3, 1, 1),
                (273, 4, 1, offset if offset is not None else 8 + 2 + 12 * n + 4), (277, 3, 1, samples),
                (278, 4, 1, rows or h), (279, 4, 1, count)]
    pixels = bytes(range(0, 256, 16))
    put("tiff-ifd-loop.tif", tiff(page(), 8, pixels), "lenient", "the next directory is the same one")
    put("tiff-ifd-past-end.tif", b"II*\0\xf0\xff\xff\xff" + bytes(40), "refuse", "the first directory lies past the end")
    put("tiff-strip-past-end.tif", tiff(page(offset=0x7ffffff0), 0, pixels), "refuse", "the strip lies past the end")
    put("tiff-huge-size.tif", tiff(page(0x7fffffff, 0x7fffffff), 0, pixels), "refuse", "2147483647 x 2147483647 pixels")
    put("tiff-zero-size.tif", tiff(page(0, 0, rows=1), 0, pixels), "refuse", "0 x 0 pixels")
    put("tiff-65535-samples.tif", tiff(page(samples=65535), 0, pixels), "refuse", "65535 samples a pixel")
    put("tiff-entry-count.tif", b"II*\0\x08\0\0\0\xff\xff" + bytes(30), "refuse", "65535 entries announced, two there")
    put("tiff-deflate-bomb.tif", tiff([(256, 4, 1, 4), (257, 4, 1, 4), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
        (273, 4, 1, 122), (277, 3, 1, 1), (278, 4, 1, 4), (279, 4, 1, len(zlib.compress(bytes(40 << 20), 9)))], 0,
        zlib.compress(bytes(40 << 20), 9)), "lenient", "a strip of 16 pixels that inflates to 40 MiB")

    def bmp(w=4, h=4, bits=24, compression=0, offset=54, colours=0, size=40, data=bytes(48)):
        return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, offset) + struct.pack(
            "<IiiHHIIiiII", size, w, h, 1, bits, compression, len(data), 2835, 2835, colours, 0) + data
    put("bmp-negative-width.bmp", bmp(w=-4), "refuse", "width -4")
    put("bmp-height-minimum.bmp", bmp(h=-2147483648), "refuse", "height -2147483648, whose negative does not exist")
    put("bmp-huge-size.bmp", bmp(w=0x7fffffff, h=0x7fffffff), "refuse", "2147483647 x 2147483647 pixels")
    put("bmp-size-overflow.bmp", bmp(w=0x40000001, h=4, bits=32), "refuse", "row bytes overflow 32 bits")
    put("bmp-zero-width.bmp", bmp(w=0), "refuse", "width 0")
    put("bmp-offset-past-end.bmp", bmp(offset=0xfffffff0), "refuse", "the pixels lie past the end")
    put("bmp-too-many-colours.bmp", bmp(bits=8, colours=0x7fffffff), "refuse", "2147483647 colours in the palette")
    put("bmp-rle-runs-out.bmp", bmp(bits=8, compression=1, offset=54 + 1024, data=bytes(1024) + b"\xff\1" * 40), "lenient",
        "run lengths past the end of the rows")
    put("bmp-truncated.bmp", bmp(w=100, h=100), "refuse", "48 bytes of 30000")
    put("bmp-bad-depth.bmp", bmp(bits=13), "refuse", "13 bits a pixel")

    buf = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 40, 30)).save(buf, "WEBP", lossless=True)
    webp = buf.getvalue()
    put("webp-riff-too-long.webp", webp[:4] + struct.pack("<I", 0x7ffffff0) + webp[8:], "lenient",
        "the RIFF size is 2 GiB")
    put("webp-riff-too-short.webp", webp[:4] + struct.pack("<I", 4) + webp[8:], "lenient", "the RIFF size ends before the data")
    put("webp-truncated.webp", webp[:-8], "refuse", "the file ends inside the data")
    put("webp-chunk-past-end.webp", webp[:16] + struct.pack("<I", 0xfffffff0) + webp[20:], "refuse",
        "a chunk longer than the file")
    put("webp-giant-canvas.webp", b"RIFF" + struct.pack("<I", 22 + len(webp) - 12) + b"WEBPVP8X" + struct.pack("<II", 10, 0) +
        b"\xff" * 6 + webp[12:], "refuse", "a canvas of 16777216 x 16777216 around 16 x 16 pixels")
    put("webp-header-only.webp", b"RIFF\4\0\0\0WEBP", "refuse", "nothing after the header")
    put("heif-header-only.heic", struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic", "refuse", "a file type box and nothing else")
    put("heif-box-past-end.avif", struct.pack(">I", 24) + b"ftypavif\0\0\0\0mif1avif" + struct.pack(">I", 0x7fffffff) + b"meta" +
        bytes(12), "refuse", "a box longer than the file")

    # ---- what is no picture, or none that is read without asking ----
    card = lambda s: s.ljust(80).encode()
    fits = card("SIMPLE  =                    T") + card("BITPIX  =                    8") + card("NAXIS   =                    2")
    for n in range(200):
        body = fits + bytes(random.Random(n + 1).randrange(256) for _ in range(60))
        z = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = z.compress(body) + z.flush()
        data = b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + packed + struct.pack("<II", zlib.crc32(body), len(body))
        if len(data) >= 155:
            break
    while len(data) != 155:                            # lengthen or shorten the random tail until it fits
        body = body[:-1] if len(data) > 155 else body + b"\xa7"
        z = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = z.compress(body) + z.flush()
        data = b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + packed + struct.pack("<II", zlib.crc32(body), len(body))
    put("gzip-155-bytes.gz", data, "refuse", "155 bytes of gzip: sniffing such a file has hung image libraries")
    put("gzip-named.png", data, "refuse", "the same bytes under a picture's name")
    z = zlib.compressobj(9, zlib.DEFLATED, 31)
    put("gzip-bomb.gz", z.compress(bytes(50 << 20)) + z.flush(), "refuse", "gzip of 50 MiB of zeros")
    put("svg.svg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000">'
        b'<rect width="100000" height="100000" fill="red"/></svg>\n', "refuse", "SVG is read only by explicit choice")
    put("svg-entities.svg", b'<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)) +
        b']>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&j;</text></svg>\n', "refuse",
        "SVG with entities that expand to 10 GB")
    put("svg-external.svg", b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="9" '
        b'height="9"><image x:href="file:///etc/passwd" width="9" height="9"/></svg>\n', "refuse", "SVG that names another file")
    put("pdf.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n", "refuse",
        "PDF is read only by explicit choice")
    put("postscript.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "refuse", "PostScript is never read")
    put("magick-msl.msl", b'<?xml version="1.0"?>\n<image><read filename="x.png"/></image>\n', "refuse",
        "a script for another image library")
    put("ppm.ppm", b"P6\n4 4\n255\n" + bytes(48), "refuse", "PPM is not on the list of formats")
    put("text.txt", b"This is a text, not a picture.\n", "refuse", "plain text")
    put("text-named.png", b"This is a text, not a picture.\n", "refuse", "plain text under a picture's name")
    put("html.html", b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n", "refuse",
        "what a server sends in place of a picture")
    put("jpeg-named.png", jpeg, "lenient", "a good JPEG under a wrong name: the bytes decide")
    put("empty.png", b"", "refuse", "no bytes")
    put("one-byte.png", b"\x89", "refuse", "one byte")
    put("zeros.png", bytes(4096), "refuse", "4096 zero bytes")
    put("random.jpg", bytes(random.Random(8).randrange(256) for _ in range(4096)), "refuse", "random bytes")
    put("zip.zip", b"PK\5\6" + bytes(18), "refuse", "an empty zip archive")


def main():
    pngs()
    others(jpegs())
    listed = {r[0] for r in rows}
    assert len(listed) == len(rows)
    extra = set(os.listdir(HERE)) - listed - {"make.py", "expected.tsv"}
    assert not extra, extra
    with open(os.path.join(HERE, "expected.tsv"), "w", encoding="utf-8") as f:
        f.write("file\texpected\twhy\n")
        for r in rows:
            f.write("\t".join(r) + "\n")
    print("%d files, %d refuse" % (len(rows), sum(r[1] == "refuse" for r in rows)))


if __name__ == "__main__":
    main()
