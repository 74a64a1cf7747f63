#!/usr/bin/env python3
"""Write one picture in every format that the library reads.

    python3 make.py            write everything beside this file, then check it

The picture is computed here: a lake with hills, a boat and a sign.  `scene*` are photographs of it at
640x480 (all JPEG); `small*` are the same picture reduced 4:1 by averaging, 160x120, in every other format.
expected.tsv says for each file what a decoder must find: the size after orientation, bands, bits, and the
largest mean difference per 8-bit sample allowed against small-rgb8.png (scene files are first averaged
4:1; files with alpha are compared where it is full; files with a profile are first converted to sRGB).
Run with Python 3.11, Pillow 13.0.0 and numpy 2.4.6.
"""
import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms

HERE = os.path.dirname(os.path.abspath(__file__))
W, H = 640, 480
rows = []


def noise(w, h, cell, seed):
    """Smooth noise in 0..1, made of random values every `cell` pixels."""
    rng = np.random.default_rng(seed)
    g = rng.random((h // cell + 2, w // cell + 2))
    y, x = np.mgrid[0:h, 0:w] / cell
    yi, xi = y.astype(int), x.astype(int)
    u, v = x - xi, y - yi
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    return ((g[yi, xi] * (1 - u) + g[yi, xi + 1] * u) * (1 - v) + (g[yi + 1, xi] * (1 - u) + g[yi + 1, xi + 1] * u) * v)


def mix(a, b, t):
    t = t[..., None]
    return a * (1 - t) + np.asarray(b, float) * t


def disc(x, y, cx, cy, rx, ry):
    return np.clip((1 - np.hypot((x - cx) / rx, (y - cy) / ry)) * min(rx, ry) / 1.5 + .5, 0, 1)


def scene():
    y, x = np.mgrid[0:H, 0:W].astype(float)
    n = sum(noise(W, H, c, i) / 2 ** i for i, c in enumerate((128, 64, 32, 16))) / 1.875
    f = noise(W, H, 4, 9)
    im = mix(np.ones((H, W, 3)) * [.36, .58, .86], [.96, .86, .72], np.clip(y / 260, 0, 1))
    im = mix(im, [1, 1, 1], np.clip((n - .52) * 3.2, 0, .85) * (y < 260))
    im = mix(im, [1, .96, .78], disc(x, y, 500, 92, 38, 38))
    for base, height, colour, seed in ((255, 110, [.42, .50, .62], 21), (272, 80, [.28, .42, .40], 22),
                                       (286, 55, [.18, .34, .20], 23)):
        ridge = base - height * noise(W, 2, 96, seed)[0] - 14 * noise(W, 2, 18, seed + 40)[0]
        im = mix(im, np.asarray(colour) * (.82 + .3 * f[..., None]), np.clip(y - ridge, 0, 1))
    water = np.clip((y - 284) / 3, 0, 1)
    waves = .5 + .5 * np.sin(y * .55 + 6 * noise(W, H, 48, 31) + x * .012)
    im = mix(im, np.stack([.16 + .18 * waves, .33 + .19 * waves, .46 + .17 * waves], -1) * (.9 + .16 * f[..., None]), water)
    shore = 404 + 26 * noise(W, 2, 120, 33)[0]
    im = mix(im, np.stack([.58 + .2 * f, .50 + .17 * f, .34 + .12 * f], -1), np.clip((y - shore) / 4, 0, 1))
    hull = ((y > 352) & (y < 378) & (np.abs(x - 190) < 62 - (y - 352) * .7)).astype(float)
    im = mix(im, [.70, .12, .10], hull)
    im = mix(im, [.97, .95, .90], ((y > 236) & (y < 350) & (x > 194) & (x < 194 + (y - 236) * .55)).astype(float))
    im = mix(im, [.30, .20, .12], ((y > 228) & (y < 354) & (np.abs(x - 190) < 2.2)).astype(float))
    im = mix(im, [.36, .25, .15], ((np.abs(x - 470) < 5) & (y > 330) & (y < 450)).astype(float))
    im = mix(im, [.95, .93, .85], ((np.abs(x - 470) < 62) & (np.abs(y - 318) < 26)).astype(float))
    glyphs = {"N": "10001 11001 10101 10011 10001", "O": "01110 10001 10001 10001 01110", "7": "11111 00010 00100 01000 01000",
              " ": "00000 00000 00000 00000 00000"}
    for i, ch in enumerate("NO 7"):                   # the sign reads NO 7
        for r, bits in enumerate(glyphs[ch].split()):
            for c, bit in enumerate(bits):
                if bit == "1":
                    x0, y0 = 416 + i * 28 + c * 4, 304 + r * 6
                    im[y0:y0 + 6, x0:x0 + 4] = [.10, .12, .30]
    return np.clip(im, 0, 1)


def small(a):
    return a.reshape(H // 4, 4, W // 4, 4, -1).mean((1, 3))


def to8(a):
    return np.floor(a * 255 + .5).astype(np.uint8)


# ---- PNG by hand, because 16-bit colour and interlace are wanted ----

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def scanlines(a):
    """Filter each line by Paeth, which suits a photograph; a is h x bytes, with its pixel size."""
    lines, bpp = a
    out = bytearray()
    up = np.zeros(lines.shape[1], np.int16)
    for line in lines.astype(np.int16):
        left = np.concatenate([np.zeros(bpp, np.int16), line[:-bpp]])
        diag = np.concatenate([np.zeros(bpp, np.int16), up[:-bpp]])
        p = left + up - diag
        pa, pb, pc = abs(p - left), abs(p - up), abs(p - diag)
        pred = np.where((pa <= pb) & (pa <= pc), left, np.where(pb <= pc, up, diag))
        out += b"\4" + ((line - pred) & 255).astype(np.uint8).tobytes()
        up = line
    return bytes(out)


def png(name, a, colour, bits=8, interlace=0, before=b"", filtered=True):
    h, w = a.shape[:2]
    a = a.reshape(h, w, -1)
    raw = a.astype(">u2") if bits == 16 else a.astype(np.uint8)

    def pack(part):
        lines = np.frombuffer(np.ascontiguousarray(part).tobytes(), np.uint8).reshape(part.shape[0], -1)
        if not filtered:
            return b"".join(b"\0" + line.tobytes() for line in lines)
        return scanlines((lines, part.shape[2] * bits // 8))
    if interlace:
        passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
        data = b"".join(pack(raw[y0::dy, x0::dx]) for x0, y0, dx, dy in passes)
    else:
        data = pack(raw)
    body = chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, bits, colour, 0, 0, interlace)) + before + \
        chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    put(name, b"\x89PNG\r\n\x1a\n" + body)


def wide_profile():
    """An ICC v2 matrix profile with Adobe-RGB-like primaries and gamma 2.2, adapted to D50."""
    def xyz(*v):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(f * 65536)) for f in v)
    text = b"Wide test RGB"
    desc = b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(4 + 4 + 2 + 1 + 67)
    tags = {b"desc": desc, b"cprt": b"text\0\0\0\0Public domain\0", b"wtpt": xyz(.9642, 1, .82491),
            b"rXYZ": xyz(.60974, .31111, .01947), b"gXYZ": xyz(.20528, .62567, .06087),
            b"bXYZ": xyz(.14919, .06322, .74457)}
    for c in (b"rTRC", b"gTRC", b"bTRC"):
        tags[c] = b"curv\0\0\0\0" + struct.pack(">IH", 1, 563)
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for key, data in tags.items():
        data += bytes(-len(data) % 4)
        table += key + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s6H4s4sIIIIIiii", at + len(body), b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ",
                       2024, 1, 1, 0, 0, 0, b"acsp", b"\0\0\0\0", 0, 0, 0, 0, 0, 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


def put(name, data):
    assert len(data) < 150000, (name, len(data))
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)


def save(name, im, **kw):
    buf = io.BytesIO()
    im.save(buf, **kw)
    put(name, buf.getvalue())


def ycck(cmyk):
    """A YCCK JPEG: the four planes are written as if they were CMYK, then the markers are set right."""
    c, m, y, k = (np.asarray(b).astype(float) for b in cmyk.split())
    planes = [.299 * c + .587 * m + .114 * y, 128 - .168736 * c - .331264 * m + .5 * y,
              128 + .5 * c - .418688 * m - .081312 * y, 255 - k]
    inverted = [Image.fromarray(255 - np.clip(np.floor(p + .5), 0, 255).astype(np.uint8)) for p in planes]
    buf = io.BytesIO()
    Image.merge("CMYK", inverted).save(buf, "JPEG", quality=88)
    d = bytearray(buf.getvalue())
    at = d.index(b"Adobe")
    d[at + 11] = 2
    sof = d.index(b"\xff\xc0")
    sos = d.index(b"\xff\xda")
    for i in range(4):
        d[sof + 10 + 3 * i] = i + 1
        d[sos + 5 + 2 * i] = i + 1
    return bytes(d)


def main():
    a = scene()
    s = small(a)
    photo = Image.fromarray(to8(a))
    grey = photo.convert("L")
    thumb = Image.fromarray(to8(s))
    icc = wide_profile()
    wide = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    srgb = ImageCms.createProfile("sRGB")

    def convert(im):
        return ImageCms.profileToProfile(im, srgb, wide, renderingIntent=1, outputMode="RGB")

    # name, width, height, bands, bits, tolerance, note
    def row(*r):
        rows.append(r)

    for tag, sub in (("", "4:2:0"), ("-422", "4:2:2"), ("-444", "4:4:4")):
        save("scene%s.jpg" % tag, photo, format="JPEG", quality=85, subsampling=sub)
        row("scene%s.jpg" % tag, W, H, 3, 8, 2, "baseline " + sub)
    save("scene-progressive.jpg", photo, format="JPEG", quality=85, subsampling="4:2:0", progressive=True)
    row("scene-progressive.jpg", W, H, 3, 8, 2, "progressive 4:2:0")
    save("scene-restart.jpg", photo, format="JPEG", quality=80, subsampling="4:2:0", restart_marker_rows=1)
    row("scene-restart.jpg", W, H, 3, 8, 2, "baseline, a restart marker after each row of blocks")
    save("scene-grey.jpg", grey, format="JPEG", quality=85)
    row("scene-grey.jpg", W, H, 1, 8, 2, "one component; compare with the luma of the picture")
    # grey component replacement, so that all four inks are used
    rgb = to8(a).astype(int)
    k = ((255 - rgb.max(2)) * 3) // 4
    ink = [np.clip(((255 - rgb[..., i] - k) * 255 + (255 - k) // 2) // (255 - k), 0, 255) for i in range(3)] + [k]
    cmyk = Image.merge("CMYK", [Image.fromarray(p.astype(np.uint8)) for p in ink])
    save("scene-cmyk.jpg", cmyk, format="JPEG", quality=80)
    row("scene-cmyk.jpg", W, H, 4, 8, 3, "CMYK, Adobe marker, inverted; (1-C)(1-K) is red, and so on")
    put("scene-ycck.jpg", ycck(cmyk))
    row("scene-ycck.jpg", W, H, 4, 8, 3, "YCCK, Adobe marker, inverted")
    save("scene-wide.jpg", convert(photo), format="JPEG", quality=90, subsampling="4:4:4", icc_profile=icc)
    row("scene-wide.jpg", W, H, 3, 8, 3, "ICC profile of a wide RGB space, gamma 2.2")
    exif = Image.Exif()
    exif[0x0112] = 6
    save("scene-orient6.jpg", photo.transpose(Image.ROTATE_90), format="JPEG", quality=85, subsampling="4:2:0", exif=exif)
    row("scene-orient6.jpg", W, H, 3, 8, 2, "stored 480x640, EXIF orientation 6: upright after a quarter turn clockwise")

    y, x = np.mgrid[0:H // 4, 0:W // 4]
    alpha = np.clip((1.25 - np.hypot((x - 79.5) / 80, (y - 59.5) / 60)) / .35, 0, 1)
    luma = s @ [.299, .587, .114]

    def to16(v):
        return np.floor(v * 65535 + .5).astype(np.uint16)
    w, h = W // 4, H // 4
    png("small-rgb8.png", to8(s), 2)
    row("small-rgb8.png", w, h, 3, 8, 0, "the picture to compare with")
    png("small-rgb16.png", to16(s), 2, 16)
    row("small-rgb16.png", w, h, 3, 16, .6, "")
    png("small-grey8.png", to8(luma), 0)
    row("small-grey8.png", w, h, 1, 8, .6, "luma of the picture")
    png("small-grey16.png", to16(luma), 0, 16)
    row("small-grey16.png", w, h, 1, 16, .6, "luma of the picture")
    png("small-greyalpha8.png", np.dstack([to8(luma), to8(alpha)]), 4)
    row("small-greyalpha8.png", w, h, 2, 8, .6, "alpha falls off towards the corners")
    png("small-rgba8.png", np.dstack([to8(s), to8(alpha)]), 6)
    row("small-rgba8.png", w, h, 4, 8, 0, "alpha falls off towards the corners")
    png("small-rgba16.png", np.dstack([to16(s), to16(alpha)]), 6, 16)
    row("small-rgba16.png", w, h, 4, 16, .6, "alpha falls off towards the corners")
    png("small-interlaced.png", to8(s), 2, interlace=1)
    row("small-interlaced.png", w, h, 3, 8, 0, "Adam7")
    pal = thumb.quantize(63, method=Image.MEDIANCUT, dither=Image.NONE)
    index = np.asarray(pal).copy()
    index[alpha < .5] = 63
    colours = (pal.getpalette() + [0] * 192)[:189] + [255, 0, 255]
    png("small-palette.png", index, 3, before=chunk(b"PLTE", bytes(colours)) + chunk(b"tRNS", b"\xff" * 63 + b"\0"),
        filtered=False)
    row("small-palette.png", w, h, 4, 8, 6, "64 colours, tRNS: the last one is transparent")
    png("small-wide.png", np.asarray(convert(thumb)), 2, before=chunk(b"iCCP", b"wide\0\0" + zlib.compress(icc, 9)))
    row("small-wide.png", w, h, 3, 8, 2, "iCCP profile of a wide RGB space")
    save("small-lossless.webp", thumb, format="WEBP", lossless=True, method=6)
    row("small-lossless.webp", w, h, 3, 8, 0, "VP8L")
    save("small-lossy.webp", thumb, format="WEBP", quality=85, method=6)
    row("small-lossy.webp", w, h, 3, 8, 4, "VP8")
    rgba = Image.fromarray(np.dstack([to8(s), to8(alpha)]))
    save("small-alpha.webp", rgba, format="WEBP", lossless=True, exact=True, method=6)
    row("small-alpha.webp", w, h, 4, 8, 0, "VP8L with alpha")
    gif = thumb.quantize(256, method=Image.MEDIANCUT, dither=Image.NONE)
    save("small.gif", gif, format="GIF")
    row("small.gif", w, h, 3, 8, 4, "256 colours")
    save("small-frames.gif", gif, format="GIF", save_all=True, append_images=[gif.transpose(Image.ROTATE_180)], duration=200,
         loop=0)
    row("small-frames.gif", w, h, 3, 8, 4, "two frames, the second upside down; only the first counts")
    save("small.bmp", thumb, format="BMP")
    row("small.bmp", w, h, 3, 8, 0, "24 bits, bottom-up")
    save("small-palette.bmp", gif, format="BMP")
    row("small-palette.bmp", w, h, 3, 8, 4, "8 bits with a palette")
    save("small.tif", thumb, format="TIFF")
    row("small.tif", w, h, 3, 8, 0, "uncompressed strips")
    save("small-lzw.tif", thumb, format="TIFF", compression="tiff_lzw")
    row("small-lzw.tif", w, h, 3, 8, 0, "LZW")
    save("small-grey16.tif", Image.fromarray(to16(luma)), format="TIFF", compression="tiff_adobe_deflate")
    row("small-grey16.tif", w, h, 1, 16, .6, "deflate, 16 bits; luma of the picture")
    save("small.avif", thumb, format="AVIF", quality=85, subsampling="4:4:4", max_threads=1)
    row("small.avif", w, h, 3, 8, 3, "AV1; read only where the decoder is built in")

    with open(os.path.join(HERE, "expected.tsv"), "w", encoding="utf-8") as f:
        f.write("file\twidth\theight\tbands\tbits\ttolerance\tnote\n")
        for r in rows:
            f.write("\t".join(str(v) for v in r) + "\n")
    check(to8(s).astype(float), wide, srgb)


def check(base, wide, srgb):
    for name, w, h, bands, bits, tolerance, _ in rows:
        with Image.open(os.path.join(HERE, name)) as im:
            im.load()
            keep = np.ones((H // 4, W // 4), bool)
            orient = im.getexif().get(0x0112, 1)
            if im.info.get("icc_profile"):
                im = ImageCms.profileToProfile(im, wide, srgb, renderingIntent=1, outputMode="RGB")
            if orient == 6:
                im = im.transpose(Image.ROTATE_270)
            assert im.size == (w, h), name
            # Pillow cuts 16-bit colour to its high byte, so such files may differ by one
            more = .5 if bits == 16 and bands > 1 else 0
            if im.mode == "CMYK":
                v = np.asarray(im).astype(float)
                got = (255 - v[..., :3]) * (255 - v[..., 3:]) / 255
            elif im.mode in ("I;16", "I"):
                got = np.asarray(im)[..., None] / 257.0
            elif im.mode in ("LA", "RGBA", "P") and bands in (2, 4):
                v = np.asarray(im.convert("RGBA")).astype(float)
                got, keep = v[..., :3] if bands == 4 else v[..., :1], v[..., 3] == 255
            else:
                got = np.asarray(im if bands == 1 else im.convert("RGB")).astype(float).reshape(h, w, -1)
            if w == W:
                got = small(got)
            want = base if got.shape[2] == 3 else (base @ [.299, .587, .114])[..., None]
            diff = np.abs(got - want)[keep].mean()
            assert diff <= tolerance + more, (name, diff, tolerance)
            print("%-24s %6d bytes, mean difference %.2f of %g" % (name, os.path.getsize(os.path.join(HERE, name)), diff,
                                                                  tolerance))


if __name__ == "__main__":
    main()
