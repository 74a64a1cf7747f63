"""The kinds of chart that draw.py draws, their truth in pixels, and an answer computed from it.
"""
import io
import math
import os

import matplotlib
matplotlib.use("Agg")
import matplotlib.font_manager as fm
import matplotlib.patches as mp
import matplotlib.patheffects as pe
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
DPI = 100
for root, _, names in os.walk("/usr/share/fonts/truetype/liberation"):
    for name in sorted(names):
        fm.fontManager.addfont(os.path.join(root, name))
SANS, SERIF, NARROW, DEJAVU = "Liberation Sans", "Liberation Serif", "Liberation Sans Narrow", "DejaVu Sans"

BLUE = ["#2876dd", "#0f283e", "#bababa", "#a60e0e", "#87bc24", "#e8a31e"]
OFFICE = ["#4472c4", "#ed7d31", "#a5a5a5", "#ffc000", "#5b9bd5", "#70ad47"]
WORLD = ["#b13507", "#286bbb", "#18470f", "#6d3e91", "#b16214", "#008291", "#d73c50"]
TAB = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"]
SURVEY = ["#436983", "#8fb3cc", "#bf3b27", "#e0a087", "#949d48", "#d1a730"]
CLUB = ["#037bc1", "#da2128", "#0f6e3c", "#f7941d", "#7b3f98", "#6b6b6b"]
MUTED = ["#4c72b0", "#dd8452", "#55a868", "#c44e52", "#8172b3", "#937860"]

STYLES = {
    "statista": dict(font=DEJAVU, size=9, colours=BLUE, grid="y", grid_style=(0, (1, 3)), grid_colour="#b0b0b0",
                     spines="b", spine="#808080", text="#404040", bold_values=True),
    "pew": dict(font=SANS, size=12, colours=SURVEY, grid="", spines="", spine="#000000", text="#000000"),
    "owid": dict(font=SANS, size=11, colours=WORLD, grid="y", grid_style=(0, (3, 3)), grid_colour="#dddddd",
                 spines="b", spine="#9a9a9a", text="#5b5b5b"),
    "oecd": dict(font=NARROW, size=12, colours=CLUB, grid="y", grid_style="-", grid_colour="#ffffff",
                 spines="b", spine="#606060", text="#202020", face="#e7eef3"),
    "mpl": dict(font=DEJAVU, size=11, colours=TAB, grid="", spines="lbtr", spine="#000000", text="#000000"),
    "excel": dict(font=SANS, size=11, colours=OFFICE, grid="y", grid_style="-", grid_colour="#d9d9d9",
                  spines="b", spine="#bfbfbf", text="#595959"),
    "ggplot": dict(font=SANS, size=11, colours=["#f8766d", "#00ba38", "#619cff", "#c77cff", "#cd9600", "#00bfc4"],
                   grid="xy", grid_style="-", grid_colour="#ffffff", spines="", spine="#444444", text="#333333",
                   face="#ebebeb"),
    "weekly": dict(font=NARROW, size=13, colours=["#01516c", "#3ebcd2", "#ed1c24", "#e0cf8c", "#7a2e36", "#9aa6ad"],
                   grid="y", grid_style="-", grid_colour="#b8c6cf", spines="b", spine="#303030", text="#303030",
                   paper="#eaf2f7"),
    "report": dict(font=SERIF, size=12, colours=MUTED, grid="y", grid_style="-", grid_colour="#e4e4e4",
                   spines="lb", spine="#333333", text="#222222"),
}

ALL = []


def pt(pixels):
    return pixels * 72 / DPI


def number(v):
    """A number as an answer is written: 12, 3.5, never 3.50 or 1,200."""
    return v if isinstance(v, str) else ("%.6f" % v).rstrip("0").rstrip(".") if v % 1 else str(int(v))


def spaced(v):
    return "{:,}".format(v).replace(",", " ")


def comma(v):
    return "{:,}".format(v)


def percent(v):
    return number(v) + "%"


class Chart:
    """One picture: the figure while it is drawn, its truth, its questions."""

    def __init__(self, name, kind, style, w, h, title="", sub="", note="", source="", turn=0, faint=0, jpeg=0, size=0,
                 font="", x_label="", y_label="", tint=0, brand=True):
        self.name, self.kind, self.style, self.w, self.h = name, kind, style, w, h
        self.turn, self.faint, self.jpeg, self.tint = turn, faint, jpeg, tint
        self.s = dict(STYLES[style])
        self.s["size"] = size or self.s["size"]
        self.s["font"] = font or self.s["font"]
        self.k = self.s["size"] / STYLES[style]["size"]
        self.title, self.sub, self.note, self.source, self.brand = title, sub, note, source, brand
        self.t = {"image": name + (".jpg" if jpeg else ".png"), "kind": kind, "style": style, "title": title}
        for key, text in (("subtitle", sub), ("note", note), ("source", source), ("x_label", x_label),
                          ("y_label", y_label)):
            if text:
                self.t[key] = text
        self.questions = []
        self.build = None
        ALL.append(self)

    def q(self, kind, question, *how):
        self.questions.append((kind, question, list(how)))
        return self

    # ---- the page around the plot ----
    def text(self, x, y, text, size=None, **kw):
        kw.setdefault("color", self.s["text"])
        kw.setdefault("family", [kw.pop("font", self.s["font"]), DEJAVU])
        kw.setdefault("va", "top")
        return self.fig.text(x / self.w, 1 - y / self.h, text, fontsize=pt(size or self.s["size"]), **kw)

    def box(self, x1, y1, x2, y2, **kw):
        r = mp.Rectangle((x1 / self.w, 1 - y2 / self.h), (x2 - x1) / self.w, (y2 - y1) / self.h,
                         transform=self.fig.transFigure, **kw)
        self.fig.add_artist(r)
        return r

    def extent(self, artist):
        b = artist.get_window_extent(self.fig.canvas.get_renderer())
        return [b.x0, self.h - b.y1, b.x1, self.h - b.y0]

    def wrapped(self, x, y, width, text, size, **kw):
        """Text broken at words to fit the width; returns the y under it."""
        line, lines = "", []
        for word in text.split():
            probe = self.text(x, y, (line + " " + word).strip(), size, **kw)
            e = self.extent(probe)
            probe.remove()
            if e[2] - e[0] > width and line:
                lines.append(line)
                line = word
            else:
                line = (line + " " + word).strip()
        lines.append(line)
        for i, part in enumerate(lines):
            self.text(x, y + i * size * 1.25, part, size, **kw)
        return y + len(lines) * size * 1.25

    def page(self):
        """Header and footer of the style; returns the plot's area [x1,y1,x2,y2]."""
        k, w, h = self.k, self.w, self.h
        m = 12 * k
        top, bottom, right = m, h - m, w - m
        if self.style == "statista":
            if self.brand:
                for i, glyph in enumerate("★⚑⚙↗❞✉"):
                    y = (16 + i * 31) * k
                    self.box(w - 38 * k, y, w - 12 * k, y + 25 * k, facecolor="#f8f9fb", edgecolor="#e9ecf0", lw=0.8)
                    self.text(w - 25 * k, y + 12.5 * k, glyph, 11 * k, ha="center", va="center", color="#7d8ba0",
                              font=DEJAVU)
                self.text(m, h - 22 * k, "ℹ Additional Information", 9.5 * k, color="#1b6fd1")
                self.text(w - m, h - 40 * k, "© Numerata 2024", 9.5 * k, ha="right")
                self.text(w - m, h - 22 * k, "Show source ℹ", 9.5 * k, ha="right", color="#1b6fd1")
                right, bottom = w - 56 * k, h - 48 * k
            if self.title:
                top = self.wrapped(m, m, right - m, self.title, 14 * k, weight="bold", color="#0f283e") + 10 * k
            top += 6 * k
        elif self.style == "pew":
            self.box(0, 0, w, 2 * k, facecolor="#000000")
            self.box(0, h - 3, w, h, facecolor="#000000")
            top = self.wrapped(4 * k, 10 * k, w - 12 * k, self.title, 16 * k, weight="bold") + 5 * k
            if self.sub:
                top = self.wrapped(4 * k, top, w - 12 * k, self.sub, 14 * k, style="italic", color="#555555",
                                   font=SERIF)
            bottom = h - 22 * k
            self.t["publisher"] = "HALVERTON SURVEY CENTER"
            self.text(4 * k, bottom, self.t["publisher"], 11.5 * k, weight="bold")
            for line in reversed([x for x in (self.note, self.source) if x]):
                bottom -= 17 * k
                self.text(4 * k, bottom, line, 11 * k, color="#777777")
            top, bottom, m, right = top + 10 * k, bottom - 8 * k, 8 * k, w - 14 * k
        elif self.style == "owid":
            if self.brand:
                self.box(w - 58 * k, 8 * k, w - 10 * k, 38 * k, facecolor="#12294d")
                self.box(w - 58 * k, 36 * k, w - 10 * k, 38 * k, facecolor="#ce261e")
                self.text(w - 34 * k, 22 * k, "The World\nCounted", 7.5 * k, color="#ffffff", ha="center",
                          va="center", weight="bold", linespacing=1.1)
            top = self.wrapped(m, m, w - 84 * k, self.title, 19 * k, font=SERIF, color="#444444") + 3 * k
            if self.sub:
                top = self.wrapped(m, top, w - 84 * k, self.sub, 11.5 * k, color="#6b6b6b")
            bottom = h - 22 * k
            self.text(m, bottom, "Source: " + (self.source or "National reports"), 10 * k, color="#7a7a7a")
            self.text(w - m, bottom, "worldcounted.example • CC BY", 10 * k, ha="right", color="#7a7a7a")
            top, bottom = top + 10 * k, bottom - 10 * k
        elif self.style == "oecd":
            self.box(0, 0, w, 4 * k, facecolor="#0f6e9c")
            top = self.wrapped(m, m + 2, w - 2 * m, self.title, 15 * k, weight="bold", color="#0f4c70")
            if self.sub:
                top = self.wrapped(m, top + 2, w - 2 * m, self.sub, 12 * k, color="#505050")
            if self.source:
                bottom = h - 20 * k
                self.text(m, bottom, "Source: " + self.source, 10.5 * k, color="#505050")
                bottom -= 8 * k
            top += 10 * k
        elif self.style == "weekly":
            self.box(0, 0, 14 * k, 34 * k, facecolor="#ed1c24")
            m = 22 * k
            top = self.wrapped(m, m / 2, w - 2 * m, self.title, 17 * k, weight="bold", font=SANS)
            if self.sub:
                top = self.wrapped(m, top + 2, w - 2 * m, self.sub, 13 * k)
            if self.source:
                bottom = h - 20 * k
                self.text(m, bottom, "Source: " + self.source, 11 * k, color="#707070")
                bottom -= 8 * k
            top, right = top + 8 * k, w - m
        else:
            if self.title:
                size = {"mpl": 14, "excel": 17, "ggplot": 15, "report": 15}[self.style] * k
                left = self.style == "ggplot"
                top = self.wrapped(m if left else w / 2, m, w - 2 * m, self.title, size, ha="left" if left else
                                   "center", weight="bold" if self.style == "report" else "normal") + 4 * k
            if self.sub:
                left = self.style == "ggplot"
                top = self.wrapped(m if left else w / 2, top, w - 2 * m, self.sub, 11.5 * k, ha="left" if left else
                                   "center", color="#606060") + 4 * k
            if self.source or self.note:
                bottom = h - 18 * k
                self.text(m, bottom, self.source and "Source: " + self.source or self.note, 10 * k, color="#707070")
                bottom -= 6 * k
            top += 4 * k
        return [m, top, right, bottom]

    def legend(self, area, names, colours, where, marker="square", pad=0):
        """A legend at the bottom, top or right of the area, which it makes smaller."""
        s, k = self.s, self.k
        fs = s["size"] * (1.08 if self.style == "statista" else 1)
        widths = []
        for n in names:
            probe = self.text(0, 0, n, fs, weight="bold" if s.get("bold_values") else "normal")
            e = self.extent(probe)
            widths.append(e[2] - e[0] + fs * 2.6)
            probe.remove()
        spots = []
        if where == "right":
            width = max(widths)
            x, y = area[2] - width, area[1] + 8 * k
            for i in range(len(names)):
                spots.append((x, y + i * fs * 1.7))
            area[2] -= width + 12 * k
        else:
            rows, row, used = [], [], 0
            for i, wd in enumerate(widths):
                if used + wd > area[2] - area[0] and row:
                    rows.append(row)
                    row, used = [], 0
                row.append(i)
                used += wd
            rows.append(row)
            tall = len(rows) * fs * 1.7
            y0 = area[3] - tall + fs * .4 if where == "bottom" else area[1]
            for r, row in enumerate(rows):
                x = (area[0] + area[2] - sum(widths[i] for i in row)) / 2 if where == "bottom" else area[0]
                for i in row:
                    spots.append((x, y0 + r * fs * 1.7))
                    x += widths[i]
            if where == "bottom":
                area[3] -= tall + 8 * k
            else:
                area[1] += tall + 8 * k
        swatches = []
        for n, c, (x, y) in zip(names, colours, spots):
            cy = y + fs * .55
            if marker == "line":
                self.fig.add_artist(Line2D([x / self.w, (x + fs * 1.3) / self.w], [1 - cy / self.h] * 2, color=c,
                                           lw=1.8 * k))
                b = [x, cy - 1, x + fs * 1.3, cy + 1]
            elif marker == "dot":
                self.fig.add_artist(mp.Ellipse(((x + fs * .6) / self.w, 1 - cy / self.h), fs / self.w, fs / self.h,
                                               transform=self.fig.transFigure, facecolor=c))
                b = [x + fs * .1, cy - fs / 2, x + fs * 1.1, cy + fs / 2]
            else:
                b = [x + fs * .1, cy - fs * .45, x + fs, cy + fs * .45]
                self.box(*b, facecolor=c)
            self.text(x + fs * 1.55, cy, n, fs, va="center_baseline", weight="bold" if s.get("bold_values") else "normal")
            swatches.append([round(v, 1) for v in b])
        self.t["legend"] = [{"name": n, "colour": c, "swatch": b} for n, c, b in zip(names, colours, swatches)]
        return area

    def axes(self, area):
        s = self.s
        self.ax = self.fig.add_axes([area[0] / self.w, 1 - area[3] / self.h, (area[2] - area[0]) / self.w,
                                     (area[3] - area[1]) / self.h], facecolor=s.get("face", "none"))
        for side, name in zip("lbtr", ("left", "bottom", "top", "right")):
            self.ax.spines[name].set_visible(side in s["spines"])
            self.ax.spines[name].set_color(s["spine"])
            self.ax.spines[name].set_linewidth(0.8 * self.k)
        self.ax.tick_params(labelsize=pt(s["size"]), colors=s["text"], labelcolor=s["text"], width=0.8 * self.k,
                            length=pt(4 * self.k) if self.style in ("mpl", "report") else 0, pad=pt(5 * self.k))
        self.ax.set_axisbelow(True)
        return self.ax

    def grid(self, axis):
        s = self.s
        if axis:
            self.ax.grid(True, axis="both" if axis == "xy" else axis, color=s.get("grid_colour", "#dddddd"),
                         linestyle=s.get("grid_style", "-"), linewidth=0.9 * self.k)

    def fonts(self):
        for lab in self.ax.get_xticklabels() + self.ax.get_yticklabels():
            lab.set_family([self.s["font"], DEJAVU])

    def labels(self, x, y):
        kw = dict(fontsize=pt(self.s["size"] * (1.0 if self.style == "statista" else 1.05)), color=self.s["text"],
                  family=[self.s["font"], DEJAVU], labelpad=pt(6 * self.k))
        if x:
            self.ax.set_xlabel(x, **kw)
        if y:
            self.ax.set_ylabel(y, **kw)

    def fit(self, area):
        """Move the axes so that everything that belongs to them lies in the area."""
        for _ in range(3):
            self.fonts()
            b = self.ax.get_tightbbox(self.fig.canvas.get_renderer())
            p = self.ax.get_position()
            left, right, top, bottom = b.x0, b.x1, self.h - b.y1, self.h - b.y0
            x0, x1 = p.x0 * self.w + area[0] - left, p.x1 * self.w + area[2] - right
            y0, y1 = (1 - p.y1) * self.h + area[1] - top, (1 - p.y0) * self.h + area[3] - bottom
            self.ax.set_position([x0 / self.w, 1 - y1 / self.h, (x1 - x0) / self.w, (y1 - y0) / self.h])

    def at(self, x, y):
        p = self.ax.transData.transform((x, y))
        return [round(float(p[0]), 1), round(float(self.h - p[1]), 1)]

    def frame(self):
        b = self.ax.get_window_extent()
        self.t["plot"] = [round(v, 1) for v in (b.x0, self.h - b.y1, b.x1, self.h - b.y0)]

    def ticks(self, axis, values):
        d = self.t.setdefault("axis", {})
        d[axis] = [{"value": v, "px": self.at(v, self.ax.get_ylim()[0])[0] if axis == "x" else
                    self.at(self.ax.get_xlim()[0], v)[1]} for v in values]

    # ---- finishing ----
    def draw(self):
        self.fig = plt.figure(figsize=(self.w / DPI, self.h / DPI), dpi=DPI, facecolor=self.s.get("paper", "#ffffff"))
        self.fig.canvas.draw()
        self.build()
        buf = io.BytesIO()
        self.fig.canvas.draw()
        self.check_texts()
        self.fig.savefig(buf, dpi=DPI, facecolor=self.fig.get_facecolor())
        plt.close(self.fig)
        im = Image.open(buf).convert("RGB")
        assert im.size == (self.w, self.h), (self.name, im.size)
        self.t["upright_size"] = list(im.size)
        m = [1, 0, 0, 0, 1, 0]
        if self.faint:
            k = self.faint
            paper = (255, 255, 255) if not self.tint else (246, 240, 222)
            im = Image.merge("RGB", [b.point(lambda v, p=p: round(p - (255 - v) * k * p / 255))
                                     for b, p in zip(im.split(), paper)])
            self.t["contrast"] = k
        if self.turn:
            self.t["turned_clockwise"] = self.turn
            w, h = im.size
            if self.turn % 90 == 0:
                im = im.transpose({90: Image.ROTATE_270, 180: Image.ROTATE_180, 270: Image.ROTATE_90}[self.turn])
                m = {90: [0, -1, h, 1, 0, 0], 180: [-1, 0, w, 0, -1, h], 270: [0, 1, 0, -1, 0, w]}[self.turn]
            else:
                im = im.rotate(-self.turn, Image.BICUBIC, expand=True, fillcolor=im.getpixel((1, h // 2)))
                a = math.radians(self.turn)
                c, s = math.cos(a), math.sin(a)
                m = [c, -s, im.width / 2 - c * w / 2 + s * h / 2, s, c, im.height / 2 - s * w / 2 - c * h / 2]
        self.t["to_file"] = [round(v, 6) for v in m]
        self.t["size"] = list(im.size)
        path = os.path.join(HERE, self.t["image"])
        if self.jpeg:
            self.t["jpeg_quality"] = self.jpeg
            im.save(path, quality=self.jpeg, subsampling="4:2:0", optimize=True)
        else:
            palette(im).save(path, optimize=True)

    def check_texts(self):
        """Every text inside the picture, none over another; remember where each one is."""
        found = []
        for t in self.fig.findobj(matplotlib.text.Text):
            if t.get_visible() and t.get_text().strip() and not getattr(t, "in_axis", False):
                e = self.extent(t)
                if e[2] - e[0] > 1:
                    found.append((t.get_text(), e, t.get_rotation()))
        unique = []
        for f in found:
            if not any(f[0] == g[0] and abs(f[1][0] - g[1][0]) < 1 and abs(f[1][1] - g[1][1]) < 1 for g in unique):
                unique.append(f)
        shown = []
        for text, e, rot in unique:
            if e[2] < 0 or e[0] > self.w or e[3] < 0 or e[1] > self.h:
                continue
            if e[0] < -0.5 or e[1] < -0.5 or e[2] > self.w + 0.5 or e[3] > self.h + 0.5:
                print("%s: cut off: %r %s" % (self.name, text, [round(v) for v in e]))
            shown.append((text, e, rot))
        for i, (a, p, ra) in enumerate(shown):
            for b, r, rb in shown[i + 1:]:
                ox, oy = min(p[2], r[2]) - max(p[0], r[0]), min(p[3], r[3]) - max(p[1], r[1])
                if ox > 1 and oy > 2.5 and not (ra % 90 and rb % 90):
                    print("%s: overlap: %r and %r by %.0fx%.0f" % (self.name, a, b, ox, oy))
        self.t["texts"] = [{"text": t, "box": [round(v) for v in e]} | ({"angle": round(r)} if r else {})
                           for t, e, r in shown]


def palette(im):
    """An 8-bit palette picture that keeps the 256 most frequent colours exact."""
    a = np.asarray(im).reshape(-1, 3).astype(np.int64)
    code = a[:, 0] << 16 | a[:, 1] << 8 | a[:, 2]
    colours, inverse, counts = np.unique(code, return_inverse=True, return_counts=True)
    order = np.lexsort((colours, -counts))[:256]
    keep = np.stack([colours[order] >> 16, colours[order] >> 8 & 255, colours[order] & 255], 1)
    mine = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], 1)
    nearest = np.empty(len(mine), np.uint8)
    for i in range(0, len(mine), 4096):
        d = ((mine[i:i + 4096, None, :] - keep[None]) ** 2).sum(2)
        nearest[i:i + 4096] = d.argmin(1)
    out = Image.frombytes("P", im.size, nearest[inverse.reshape(-1)].tobytes())
    out.putpalette(keep.astype(np.uint8).tobytes())
    return out


def shade(colour):
    r, g, b = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return "#ffffff" if r * .3 + g * .59 + b * .11 < 140 else "#1a1a1a"


# ---- the kinds of chart ----

def bars(name, style, w, h, cats, series, flat=False, mode="group", show=None, axis=str, step=None, top=None,
         bottom=0, rot=0, legend="bottom", hide_axis=False, gap=None, colours=None, band=False, **kw):
    """Bars; flat lays them down.  show formats the values printed, axis those of the axis."""
    c = Chart(name, "bar", style, w, h, **kw)
    cols = colours or c.s["colours"]
    c.t.update(orientation="horizontal" if flat else "vertical", mode=mode if len(series) > 1 else "single",
               value_labels=bool(show), categories=[x.replace("\n", " ") for x in cats])

    def build():
        k, s, n = c.k, c.s, len(series)
        area = c.page()
        if n > 1 and legend:
            area = c.legend(area, list(series), cols[:n], legend, "dot" if style == "statista" else "square")
        ax = c.axes(area)
        pos = np.arange(len(cats), dtype=float)
        wide = 1 - (gap if gap is not None else .38)
        total = np.zeros(len(cats))
        rects, texts = {}, []
        for i, (sn, vals) in enumerate(series.items()):
            v = np.array(vals, float)
            if mode == "group":
                wd = wide / n
                p, base = pos - wide / 2 + wd * (i + .5), np.zeros(len(cats))
            else:
                wd, p, base = wide, pos, total.copy()
                total += v
            colour = [cols[j % len(cols)] for j in range(len(cats))] if colours == "each" else cols[i]
            if colours == "each":
                colour = [s["colours"][j % len(s["colours"])] for j in range(len(cats))]
            (ax.barh if flat else ax.bar)(p, v, wd * (.94 if mode == "group" and n > 1 else 1), **{
                "left" if flat else "bottom": base}, color=colour)
            half = wd * (.94 if mode == "group" and n > 1 else 1) / 2
            rects[sn] = [(pp - half, b, pp + half, b + vv) for pp, b, vv in zip(p, base, v)]
            if show:
                for pp, b, vv, raw in zip(p, base, v, vals):
                    inside = mode != "group" or style == "pew" and vv > .12 * v.max()
                    along = b + vv / 2 if mode != "group" else b + vv
                    fill = colour if isinstance(colour, str) else "#000000"
                    off = (-4 if inside else 4) * k * (1 if vv >= 0 else -1)
                    if mode != "group":
                        off = 0
                    ha = "center" if not flat or mode != "group" else "right" if off < 0 else "left"
                    va = "center_baseline" if flat or mode != "group" else "bottom" if off > 0 else "top"
                    texts.append(ax.annotate(
                        show(raw), (along, pp) if flat else (pp, along), xytext=(off, 0) if flat else (0, off),
                        textcoords="offset pixels", ha=ha, va=va, fontsize=pt(s["size"]),
                        family=[s["font"], DEJAVU], color=shade(fill) if inside else
                        "#202020" if style != "owid" else s["text"],
                        weight="bold" if s.get("bold_values") else "normal"))
        hi = top or max(max(r[3] for r in q) for q in rects.values()) * 1.12
        st = step or hi / 5
        ticks = [bottom + st * i for i in range(int(round((hi - bottom) / st, 6)) + 1)]
        ticks = [int(v) if abs(v - round(v)) < 1e-9 else round(v, 6) for v in ticks]
        va, ca = (ax.xaxis, ax.yaxis) if flat else (ax.yaxis, ax.xaxis)
        (ax.set_xlim if flat else ax.set_ylim)(bottom, hi)
        (ax.set_ylim if flat else ax.set_xlim)(*((len(cats) - .5, -.5) if flat else (-.5, len(cats) - .5)))
        va.set_ticks([] if hide_axis else ticks, [] if hide_axis else [axis(v) for v in ticks])
        ca.set_ticks(pos, cats)
        if rot:
            for lab in ax.get_xticklabels():
                lab.set_rotation(rot)
                lab.set_ha("right" if rot < 90 else "center")
                lab.set_rotation_mode("anchor" if rot < 90 else "default")
        if bottom < 0:
            (ax.axvline if flat else ax.axhline)(0, color=s["spine"], lw=.9 * k)
            ax.spines["bottom"].set_visible(False)
        if flat and "b" in s["spines"] and style != "mpl":
            ax.spines["bottom"].set_visible(False)
            ax.spines["left"].set_visible(True)
        if not hide_axis and s["grid"]:
            c.grid("x" if flat and s["grid"] == "y" else s["grid"])
        if band:
            for j in range(1, len(cats), 2):
                (ax.axhspan if flat else ax.axvspan)(j - .5, j + .5, color="#f5f6f8", lw=0, zorder=0)
        x_label, y_label = c.t.get("x_label", ""), c.t.get("y_label", "")
        c.labels(x_label, y_label)
        c.fit(area)
        c.frame()
        if not hide_axis:
            c.ticks("x" if flat else "y", ticks)
        c.t["series"] = []
        for i, (sn, vals) in enumerate(series.items()):
            boxes = []
            for p0, v0, p1, v1 in rects[sn]:
                a, b = (c.at(v0, p0), c.at(v1, p1)) if flat else (c.at(p0, v0), c.at(p1, v1))
                boxes.append([min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])])
            colour = [s["colours"][j % len(s["colours"])] for j in range(len(cats))] if colours == "each" else cols[i]
            c.t["series"].append({"name": sn, "colour": colour, "values": list(vals), "rects": boxes})
    c.build = build
    return c


def lines(name, style, w, h, cats, series, show=None, axis=str, step=None, top=None, bottom=0, rot=0, every=1,
          legend="bottom", marker="", ends=False, colours=None, lw=1.8, below=(), dash=(), fill=False,
          band=False, shift=None, **kw):
    """Lines over categories; ends writes each name at its line's end instead of a legend."""
    c = Chart(name, "line", style, w, h, **kw)
    cols = colours or c.s["colours"]
    c.t.update(value_labels=bool(show), categories=[str(x) for x in cats])

    def build():
        k, s, n = c.k, c.s, len(series)
        area = c.page()
        if n > 1 and legend and not ends:
            area = c.legend(area, list(series), cols[:n], legend, "line" if style != "statista" else "dot")
        ax = c.axes(area)
        pos = np.arange(len(cats))
        for i, (sn, vals) in enumerate(series.items()):
            ax.plot(pos, vals, color=cols[i], lw=lw * k, marker=marker, markersize=pt(5.5 * k), clip_on=False,
                    linestyle="--" if sn in dash else "-", zorder=3)
            if fill:
                ax.fill_between(pos, vals, bottom, color=cols[i], alpha=.35, lw=0)
            if show:
                for j, v in enumerate(vals):
                    down = sn in below or n == 1 and 0 < j < len(vals) - 1 and v < min(vals[j - 1], vals[j + 1])
                    extra = (shift or {}).get((sn, j), 0)
                    ax.annotate(show(v), (j, v), xytext=(0, (-5 if down else 5) * k + extra),
                                textcoords="offset pixels", ha="center", va="top" if down else "bottom",
                                fontsize=pt(s["size"]), family=[s["font"], DEJAVU], color="#202020" if n == 1
                                else cols[i], weight="bold" if s.get("bold_values") else "normal", zorder=5,
                                path_effects=[pe.withStroke(linewidth=1.8 * k, foreground="#ffffff")])
            if ends:
                ax.annotate(sn, (pos[-1], vals[-1]), xytext=(6 * k, (shift or {}).get(sn, 0)),
                            textcoords="offset pixels", va="center", fontsize=pt(s["size"]), color=cols[i],
                            family=[s["font"], DEJAVU])
        hi = top or max(max(v) for v in series.values()) * 1.12
        st = step or (hi - bottom) / 5
        ticks = [bottom + st * i for i in range(int(round((hi - bottom) / st, 6)) + 1)]
        ticks = [int(v) if abs(v - round(v)) < 1e-9 else round(v, 6) for v in ticks]
        ax.set_ylim(bottom, hi)
        ax.set_xlim(-.5 if style in ("statista", "excel") else -.02 * len(cats), len(cats) - (
            .5 if style in ("statista", "excel") else 1 - .02 * len(cats)))
        ax.set_yticks(ticks, [axis(v) for v in ticks])
        shown = pos[::every]
        ax.set_xticks(shown, [str(cats[j]) for j in shown])
        if rot:
            for lab in ax.get_xticklabels():
                lab.set_rotation(rot)
                lab.set_ha("right" if rot < 90 else "center")
                lab.set_rotation_mode("anchor" if rot < 90 else "default")
        c.grid(s["grid"])
        if band:
            for j in range(1, len(cats), 2):
                ax.axvspan(j - .5, j + .5, color="#f5f6f8", lw=0, zorder=0)
        c.labels(c.t.get("x_label", ""), c.t.get("y_label", ""))
        c.fit(area)
        c.frame()
        c.ticks("y", ticks)
        if ends:
            c.t["line_ends"] = list(series)
        c.t["series"] = [{"name": sn, "colour": cols[i], "values": list(vals),
                          "points": [c.at(j, v) for j, v in enumerate(vals)]}
                         for i, (sn, vals) in enumerate(series.items())]
    c.build = build
    return c


def pie(name, style, w, h, parts, hole=0, show=percent, where="out", legend=None, colours=None, what="share", start=90,
        middle="", **kw):
    """A pie or donut, clockwise from twelve o'clock."""
    c = Chart(name, "donut" if hole else "pie", style, w, h, **kw)
    cols = colours or c.s["colours"]
    c.t.update(value_labels=bool(show), categories=list(parts))

    def build():
        k, s = c.k, c.s
        area = c.page()
        if legend:
            area = c.legend(area, list(parts), cols, legend, "dot" if style == "statista" else "square")
        names, vals = list(parts), list(parts.values())
        side = min(area[2] - area[0], area[3] - area[1])
        room = 30 * k if where == "out" else 8 * k
        r = side / 2 - room
        cx, cy = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
        ax = c.fig.add_axes([0, 0, 1, 1])
        c.ax = ax
        ax.set_xlim(0, c.w)
        ax.set_ylim(c.h, 0)
        ax.axis("off")
        total, at, slices = sum(vals), 90 - start, []
        for i, v in enumerate(vals):
            a0, a1 = at, at + 360 * v / total
            at = a1
            ax.add_patch(mp.Wedge((cx, cy), r, a0 - 90, a1 - 90, width=r * (1 - hole) if hole else None,
                                  facecolor=cols[i], edgecolor="#ffffff", lw=1.2 * k))
            mid = math.radians((a0 + a1) / 2 - 90)
            ux, uy = math.cos(mid), math.sin(mid)
            label = [show(v)] if show else []
            if not legend:
                label.insert(0, names[i])
            if where == "out":
                sep = " " if style != "excel" else "\n"
                ax.plot([cx + ux * r * 1.01, cx + ux * (r + 12 * k)], [cy + uy * r * 1.01, cy + uy * (r + 12 * k)],
                        color="#909090", lw=.8 * k)
                ax.text(cx + ux * (r + 15 * k), cy + uy * (r + 15 * k), sep.join(label),
                        fontsize=pt(s["size"] * 1.05), family=[s["font"], DEJAVU], color=s["text"],
                        ha="left" if ux > .05 else "right" if ux < -.05 else "center",
                        va="center" if abs(uy) < .9 else "top" if uy > 0 else "bottom")
            elif label:
                f = (1 + hole) / 2 if hole else .66
                ax.text(cx + ux * r * f, cy + uy * r * f, "\n".join(label), fontsize=pt(s["size"] * 1.1),
                        family=[s["font"], DEJAVU], color=shade(cols[i]), ha="center", va="center_baseline"
                        if len(label) == 1 else "center")
            slices.append({"name": names[i], "colour": cols[i], "value": v, "from": round(a0, 2),
                           "to": round(a1, 2)})
        if middle:
            ax.text(cx, cy, middle, fontsize=pt(s["size"] * 1.3), family=[s["font"], DEJAVU], color=s["text"],
                    ha="center", va="center", weight="bold")
            c.t["middle"] = middle
        c.t["centre"], c.t["radius"], c.t["hole"] = [round(cx, 1), round(cy, 1)], round(r, 1), round(r * hole, 1)
        c.t["slices"] = slices
        c.t["series"] = [{"name": what, "values": vals}]
    c.build = build
    return c


def table(name, style, w, h, columns, rows, look="ruled", widths=None, left=1, row_h=0, **kw):
    """A table; rows are {name: [cells]}, printed as given."""
    c = Chart(name, "table", style, w, h, **kw)
    c.t.update(columns=columns, categories=list(rows))

    def build():
        k, s = c.k, c.s
        area = c.page()
        if not c.title:
            area[1] = 10 * k
        n = len(rows) + 1
        rh = row_h or min((area[3] - area[1]) / n, s["size"] * 2.6)
        share = widths or [2.2] + [1] * (len(columns) - 1)
        xs = [area[0]]
        for v in share:
            xs.append(xs[-1] + v / sum(share) * (area[2] - area[0]))
        head = {"ruled": None, "zebra": s["colours"][0], "grid": "#e9edf2", "dark": "#333a44"}[look]
        cells = []
        for r in range(n):
            y1, y2 = area[1] + r * rh, area[1] + (r + 1) * rh
            line = columns if r == 0 else [list(rows)[r - 1]] + list(list(rows.values())[r - 1])
            back = head if r == 0 else ("#f1f4f8" if look in ("zebra", "dark") and r % 2 == 0 else None)
            if back:
                c.box(area[0], y1, area[2], y2, facecolor=back, lw=0)
            if look == "grid":
                for j in range(len(columns)):
                    c.box(xs[j], y1, xs[j + 1], y2, facecolor="none", edgecolor="#9aa3ad", lw=.8 * k)
            elif look == "ruled" and r in (0, 1):
                c.box(area[0], y1, area[2], y1 + (1.6 if r == 0 else 1) * k, facecolor="#222222", lw=0)
            elif look == "ruled":
                c.box(area[0], y1, area[2], y1 + .8, facecolor="#dcdcdc", lw=0)
            out = []
            for j, cell in enumerate(line):
                lefts = j < left
                x = xs[j] + 7 * k if lefts else xs[j + 1] - 9 * k
                c.text(x, (y1 + y2) / 2, str(cell), s["size"], ha="left" if lefts else "right",
                       va="center_baseline", weight="bold" if r == 0 else "normal",
                       color=shade(head) if r == 0 and head else s["text"])
                out.append([round(v, 1) for v in (xs[j], y1, xs[j + 1], y2)])
            cells.append(out)
        if look == "ruled":
            c.box(area[0], area[1] + n * rh, area[2], area[1] + n * rh + 1.6 * k, facecolor="#222222", lw=0)
        c.t["cells"] = cells
        c.t["series"] = [{"name": col, "values": [v[j] for v in rows.values()]} for j, col in enumerate(columns[1:])]
    c.build = build
    return c


def flow(name, style, w, h, nodes, edges, look="plain", **kw):
    """A flow chart.  nodes: {key: (shape, text, cx, cy, w, h)}; edges: (from, to, label, route), where route
    is a pair of sides such as 'bt' (bottom to top) or a list of points between the two sides."""
    c = Chart(name, "flowchart", style, w, h, **kw)
    looks = {"plain": ("#ffffff", "#222222", "#222222"), "mermaid": ("#ececff", "#9370db", "#333333"),
             "blue": ("#dae8fc", "#6c8ebf", "#404040"), "office": ("#4472c4", "#2f528f", "#404040"),
             "warm": ("#fff2cc", "#d6a400", "#5a5a5a")}
    fill, edge, ink = looks[look]

    def side(key, which):
        _, _, x, y, bw, bh = nodes[key]
        return {"t": (x, y - bh / 2), "b": (x, y + bh / 2), "l": (x - bw / 2, y), "r": (x + bw / 2, y)}[which]

    def build():
        k, s = c.k, c.s
        c.page()
        ax = c.fig.add_axes([0, 0, 1, 1])
        c.ax = ax
        ax.set_xlim(0, c.w)
        ax.set_ylim(c.h, 0)
        ax.axis("off")
        out_edges = []
        for a, b, label, route in edges:
            sides, mid = (route, []) if isinstance(route, str) else (route[0], route[1:])
            p, q = side(a, sides[0]), side(b, sides[1])
            if not mid and sides in ("bl", "br", "tl", "tr") and p[0] != q[0]:
                mid = [(p[0], q[1])]
            elif not mid and sides in ("lt", "rt", "lb", "rb"):
                mid = [(q[0], p[1])]
            elif not mid and sides in ("bt", "tb") and abs(p[0] - q[0]) > 1:
                mid = [(p[0], (p[1] + q[1]) / 2), (q[0], (p[1] + q[1]) / 2)]
            elif not mid and sides in ("rl", "lr") and abs(p[1] - q[1]) > 1:
                mid = [((p[0] + q[0]) / 2, p[1]), ((p[0] + q[0]) / 2, q[1])]
            path = [p] + mid + [q]
            for u, v in zip(path[:-1], path[1:-1]):
                ax.plot([u[0], v[0]], [u[1], v[1]], color=ink, lw=1.2 * k, solid_capstyle="round")
            ax.annotate("", path[-1], path[-2], arrowprops=dict(arrowstyle="-|>,head_width=.28,head_length=.55",
                        color=ink, lw=1.2 * k, shrinkA=0, shrinkB=0, mutation_scale=11 * k))
            if label:
                u, v = path[0], path[1]
                if abs(u[1] - v[1]) < 1:
                    d = 1 if v[0] > u[0] else -1
                    x, y, ha, va = u[0] + d * 8 * k, u[1] - 3 * k, "left" if d > 0 else "right", "bottom"
                else:
                    x, y, ha, va = u[0] + 6 * k, u[1] + (1 if v[1] > u[1] else -1) * 10 * k, "left", "center"
                ax.text(x, y, label, fontsize=pt(s["size"] * .95), family=[s["font"], DEJAVU], color=ink, ha=ha, va=va)
            out_edges.append({"from": nodes[a][1].replace("\n", " "), "to": nodes[b][1].replace("\n", " "),
                              "label": label, "points": [[round(x, 1), round(y, 1)] for x, y in path]})
        out_nodes = []
        for key, (shape, text, x, y, bw, bh) in nodes.items():
            kwp = dict(facecolor=fill, edgecolor=edge, lw=1.3 * k, zorder=4)
            f = fill
            if shape == "diamond":
                if look == "office":
                    f = kwp["facecolor"] = "#ed7d31"
                    kwp["edgecolor"] = "#ae5a21"
                ax.add_patch(mp.Polygon([(x, y - bh / 2), (x + bw / 2, y), (x, y + bh / 2), (x - bw / 2, y)], **kwp))
            elif shape == "round":
                rr = bh / 2
                if look == "office":
                    f = kwp["facecolor"] = "#70ad47"
                    kwp["edgecolor"] = "#507e32"
                ax.add_patch(mp.FancyBboxPatch((x - bw / 2 + rr, y - bh / 2 + rr), bw - 2 * rr, bh - 2 * rr,
                                               boxstyle="round,pad=%f" % rr, **kwp))
            elif shape == "slant":
                d = bh * .3
                ax.add_patch(mp.Polygon([(x - bw / 2 + d, y - bh / 2), (x + bw / 2 + d, y - bh / 2),
                                         (x + bw / 2 - d, y + bh / 2), (x - bw / 2 - d, y + bh / 2)], **kwp))
            else:
                ax.add_patch(mp.FancyBboxPatch((x - bw / 2 + 3, y - bh / 2 + 3), bw - 6, bh - 6,
                                               boxstyle="round,pad=3" if look in ("mermaid", "blue") else
                                               "square,pad=3", **kwp))
            t = ax.text(x, y, text, fontsize=pt(s["size"]), family=[s["font"], DEJAVU], color=shade(f), ha="center",
                        va="center", zorder=5, linespacing=1.15)
            e = c.extent(t)
            if e[2] - e[0] > bw * (.8 if shape == "diamond" else .98) or e[3] - e[1] > bh * (.75 if shape == "diamond" else .95):
                print("%s: text too big for its shape: %r" % (c.name, text))
            out_nodes.append({"text": text.replace("\n", " "), "shape": shape,
                              "box": [x - bw / 2, y - bh / 2, x + bw / 2, y + bh / 2]})
        c.t["nodes"], c.t["edges"] = out_nodes, out_edges
    c.build = build
    return c


def scatter(name, style, w, h, x, y, names=None, xs=None, ys=None, **kw):
    """Points; names are written beside them."""
    c = Chart(name, "scatter", style, w, h, **kw)
    c.t.update(categories=names or [str(i) for i in range(len(x))])

    def build():
        k, s = c.k, c.s
        area = c.page()
        ax = c.axes(area)
        ax.scatter(x, y, s=(pt(9 * k)) ** 2, color=s["colours"][0], alpha=1, zorder=3)
        for i, n in enumerate(names or []):
            ax.annotate(n, (x[i], y[i]), xytext=(8 * k, 0), textcoords="offset pixels", va="center_baseline",
                        fontsize=pt(s["size"]), family=[s["font"], DEJAVU], color=s["text"])
        ax.set_xlim(xs[0], xs[-1])
        ax.set_ylim(ys[0], ys[-1])
        ax.set_xticks(xs, [number(v) for v in xs])
        ax.set_yticks(ys, [number(v) for v in ys])
        c.grid(s["grid"])
        c.labels(c.t.get("x_label", ""), c.t.get("y_label", ""))
        c.fit(area)
        c.frame()
        c.ticks("x", xs)
        c.ticks("y", ys)
        c.t["series"] = [{"name": "x", "values": list(x)}, {"name": "y", "values": list(y),
                         "points": [c.at(a, b) for a, b in zip(x, y)]}]
    c.build = build
    return c


# ---- an answer from the truth ----

def as_number(v):
    return v if not isinstance(v, str) else float(v.replace(",", "").replace(" ", "").rstrip("%"))


def gold(t, how):
    """The answer that `how` describes, from a picture's plotted data."""
    op, args = how[0], how[1:]
    if op == "null":
        return None
    if op == "text":
        v = t
        for a in args:
            v = v[a]
        return v
    if op == "names":
        return ", ".join(e["name"] for e in t["legend"])
    if op == "node_after":
        hit = [e["to"] for e in t["edges"] if e["from"] == args[0] and e["label"] == (args[1] if len(args) > 1 else "")]
        assert len(hit) == 1, (args, hit)
        return hit[0]
    if op == "edge_label":
        hit = [e["label"] for e in t["edges"] if e["from"] == args[0] and e["to"] == args[1]]
        assert len(hit) == 1, (args, hit)
        return hit[0]
    if op == "count_shape":
        return number(sum(n["shape"] in args for n in t["nodes"]))
    if op == "count_into":
        return number(sum(e["to"] == args[0] for e in t["edges"]))
    cats = t["categories"]
    rows = {s["name"]: dict(zip(cats, s["values"])) for s in t.get("series", [])}
    first = next(iter(rows))

    def val(ref):
        s, k = ref if isinstance(ref, (list, tuple)) else (first, ref)
        return as_number(rows[s][k])
    if op == "value":
        raw = rows[args[0]][args[1]] if len(args) == 2 else rows[first][args[0]]
        if isinstance(raw, str):
            try:
                return number(as_number(raw))
            except ValueError:
                return raw
        return number(raw)
    if op in ("argmax", "argmin", "max", "min"):
        s = args[0] if args else first
        row = {k: as_number(v) for k, v in rows[s].items()}
        best = (max if "max" in op else min)(row.values())
        hit = [k for k, v in row.items() if v == best]
        if op.startswith("arg"):
            assert len(hit) == 1, (t["image"], hit)
            return hit[0]
        return number(best)
    if op in ("series_max", "series_min"):
        row = {s: as_number(r[args[0]]) for s, r in rows.items()}
        best = (max if op.endswith("max") else min)(row.values())
        hit = [s for s, v in row.items() if v == best]
        assert len(hit) == 1
        return hit[0]
    if op == "count_categories":
        return number(len(cats))
    if op == "count_series":
        return number(len(rows))
    if op in ("count_above", "count_below"):
        s, limit = args if len(args) == 2 else (first, args[0])
        return number(sum((as_number(v) > limit) if op.endswith("above") else (as_number(v) < limit)
                          for v in rows[s].values()))
    if op == "difference":
        return number(round(abs(val(args[0]) - val(args[1])), 6))
    if op == "sum":
        return number(round(sum(val(a) for a in args), 6))
    if op == "stack":
        return number(round(sum(as_number(r[args[0]]) for r in rows.values()), 6))
    if op == "average":
        return number(round(sum(val(a) for a in args) / len(args), 6))
    raise ValueError(op)
