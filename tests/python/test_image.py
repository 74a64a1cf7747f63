# SPDX-License-Identifier: MIT
"""Pictures in and out of foveate.Image."""
import gc
import hashlib
import io
import pathlib

import numpy
import PIL.Image
import pytest

import foveate


def noise(height, width, bands):
    return numpy.random.default_rng(7).integers(0, 256, (height, width, bands), dtype="uint8")


def test_a_path_its_bytes_and_pil_are_the_same_pixels(chart):
    by_name, by_path = foveate.Image(str(chart)), foveate.Image(chart)
    data = chart.read_bytes()
    with PIL.Image.open(chart) as opened:
        pil = foveate.Image(opened.convert("RGB"))
    for image in (by_path, foveate.Image(data), foveate.Image(bytearray(data)),
                  foveate.Image(memoryview(data)), pil):
        assert image.size == by_name.size == (800, 600)
        assert image.tobytes() == by_name.tobytes()
    assert by_name.sha256 == hashlib.sha256(data).hexdigest()
    assert by_name.info["format"] == "png" and pil.info["format"] != "png"


def test_an_image_of_an_image_is_itself(chart):
    image = foveate.Image(chart)
    assert foveate.Image(image) is image


@pytest.mark.parametrize("bands", [1, 3, 4])
def test_numpy_comes_back_as_it_went_in(bands):
    pixels = noise(37, 53, bands)
    image = foveate.Image(pixels)
    assert image.size == (53, 37)
    back = numpy.asarray(image)
    expected = numpy.repeat(pixels, 3, axis=2) if bands == 1 else pixels
    assert back.dtype == numpy.uint8 and numpy.array_equal(back, expected)
    assert not back.flags.writeable


def test_strides_of_any_kind_are_read_right():
    pixels = noise(40, 60, 3)
    for view in (pixels[::-1], pixels[:, ::-1], pixels[::2, 5:50:3], pixels[:, :, ::-1],
                 numpy.asfortranarray(pixels), pixels[3:20, 7:31], pixels[:, :, 1]):
        expected = view if view.ndim == 3 else numpy.repeat(view[:, :, None], 3, axis=2)
        assert numpy.array_equal(numpy.asarray(foveate.Image(view)), expected)


def test_pixels_are_copied_when_they_come_in():
    pixels = noise(8, 8, 3)
    image, before = foveate.Image(pixels), pixels.copy()
    pixels[:] = 0
    assert numpy.array_equal(numpy.asarray(image), before)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_pil_of_every_mode_is_taken_as_pil_shows_it(mode):
    base = PIL.Image.fromarray(noise(20, 30, 4), "RGBA")
    pil = base.convert("I").convert("I;16") if mode == "I;16" else base.convert(mode)
    alpha = "A" in pil.getbands()
    taken = numpy.asarray(foveate.Image(pil))
    assert numpy.array_equal(taken, numpy.asarray(pil.convert("RGBA" if alpha else "RGB")))


def test_pil_with_a_transparent_palette_keeps_its_alpha():
    pil = PIL.Image.new("P", (4, 4), 0)
    pil.putpalette([255, 0, 0, 0, 255, 0])
    pil.info["transparency"] = 0
    assert foveate.Image(pil).info["has_alpha"]


def test_pixels_go_out_as_buffer_array_and_pil(chart):
    image = foveate.Image(chart)
    view = memoryview(image)
    assert view.shape == (600, 800, 3) and view.format == "B"
    assert view.readonly and view.c_contiguous
    assert view.tobytes() == image.tobytes() == image.pil().tobytes()
    assert bytes(image) == image.tobytes()
    interface = image.__array_interface__
    assert interface["version"] == 3 and interface["typestr"] == "|u1"
    pil = PIL.Image.open(chart).convert("RGB")
    assert numpy.array_equal(numpy.asarray(image), numpy.asarray(pil))
    assert PIL.Image.fromarray(image).size == (800, 600)
    with pytest.raises((BufferError, TypeError)):
        io.BytesIO(b"x").readinto(image)


def test_views_outlive_their_image():
    pixels = noise(64, 64, 3)
    image = foveate.Image(pixels)
    array, view = numpy.asarray(image), memoryview(image)
    by_interface = numpy.array(type("Holder", (), {
        "__array_interface__": image.__array_interface__})(), copy=False)
    del image
    gc.collect()
    foveate.Image(noise(64, 64, 3)).tobytes()
    assert numpy.array_equal(array, pixels) and numpy.array_equal(by_interface, pixels)
    assert view.tobytes() == pixels.tobytes()


def test_files_are_what_they_are_asked_to_be(chart):
    image = foveate.Image(chart)
    png, jpeg = image.png(), image.jpeg(quality=80)
    assert numpy.array_equal(numpy.asarray(PIL.Image.open(io.BytesIO(png)).convert("RGB")),
                             numpy.asarray(image))
    assert PIL.Image.open(io.BytesIO(jpeg)).format == "JPEG"
    assert PIL.Image.open(io.BytesIO(image.png(max_edge=100))).size == (100, 75)
    shown = foveate.Image(noise(10, 2000, 3))._repr_png_()
    assert PIL.Image.open(io.BytesIO(shown)).size[0] == 1200
    assert image.mime in ("image/png", "image/jpeg")
    assert image.data_url().startswith(f"data:{image.mime};base64,")
    assert image.file() is image.file()


def test_exif_orientation_is_applied():
    pixels, exif, file = noise(30, 40, 3), PIL.Image.Exif(), io.BytesIO()
    exif[0x0112] = 6  # a quarter turn clockwise makes it upright
    PIL.Image.fromarray(pixels).save(file, "PNG", exif=exif)
    image = foveate.Image(file.getvalue())
    assert image.info["orientation"] == 6 and image.size == (30, 40)
    assert numpy.array_equal(numpy.asarray(image), numpy.rot90(pixels, -1))


def test_other_formats_come_by_the_module_beside_the_extension(tmp_path):
    pixels = noise(30, 40, 3)
    PIL.Image.fromarray(pixels).save(tmp_path / "a.webp", lossless=True)
    folder = pathlib.Path(foveate.__file__).parent
    assert (folder / "foveate-vips.so").exists() and (folder / "foveate-ocr.so").exists()
    image = foveate.Image(tmp_path / "a.webp")
    assert image.info["format"] == "webp" and numpy.array_equal(numpy.asarray(image), pixels)


@pytest.mark.parametrize("bad, error, words", [
    (b"", foveate.ImageError, ""),
    (b"no image at all, only words", foveate.ImageError, ""),
    (numpy.zeros((4, 4, 3)), foveate.ArgError, "uint8"),
    (numpy.zeros((4, 4, 2), "uint8"), foveate.ArgError, "bands"),
    (numpy.zeros((0, 4, 3), "uint8"), foveate.ArgError, "1 x 1"),
    (numpy.zeros((2, 2, 2, 2), "uint8"), foveate.ArgError, "dimensions"),
    (numpy.zeros((4, 4), "int8"), foveate.ArgError, "uint8"),
    (7, foveate.ArgError, "int"),
    (None, foveate.ArgError, "NoneType"),
    ("no/such/file.png", foveate.FileError, "file.png"),
    ("\0", ValueError, ""),
])
def test_what_is_no_image_is_said_clearly(bad, error, words):
    with pytest.raises(error) as caught:
        foveate.Image(bad)
    assert words in str(caught.value)


def test_errors_are_foveates_and_pythons(chart):
    with pytest.raises(OSError) as caught:
        foveate.Image(chart.parent / "missing.png")
    error = caught.value
    assert isinstance(error, foveate.Error) and error.status == "FOV_E_IO" and error.detail == 2
    damaged = chart.read_bytes()[:3000]
    with pytest.raises(foveate.ImageError):
        foveate.Image(damaged).tobytes()
    lenient = foveate.Image(damaged, lenient=True)
    assert lenient.info["is_damaged"] and lenient.size == (800, 600)


def test_limits_can_be_set_and_do_not_mix(run_apart, chart):
    done = run_apart("""
        import foveate, sys
        old = foveate.Image(sys.argv[1])
        foveate.configure(edge=500)
        try:
            foveate.Image(sys.argv[1])
        except foveate.LimitError as error:
            print("limit", "800" in str(error))
        foveate.configure(threads=2)
        try:
            foveate.Session([foveate.Image(sys.argv[1]), old]).images
        except foveate.ArgError as error:
            print("mixed", error.where)
        for bad in ({"edge": -1}, {"pixels": 2**70}, {"threads": 1.5}):
            try:
                foveate.configure(**bad)
            except foveate.ArgError as error:
                print(error.where)
    """, chart)
    assert done.stdout.split() == ["limit", "True", "mixed", "image", "edge", "pixels", "threads"]
