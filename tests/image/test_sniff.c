/* SPDX-License-Identifier: MIT */
/* The format is decided by the bytes, and what is not read is named. */
#include "image/picture.h"
#include "image/suites.h"

static void expect(const char *bytes, size_t size, fov_status status, const char *word)
{
    fov_error err;
    int32_t format = -1;
    const fov_status rc = fov__sniff(&format, (const uint8_t *)bytes, size, &err);
    if (rc != status || (word != NULL && strstr(err.message, word) == NULL))
        fail_msg("%s: %s instead of %s with \"%s\"", err.message, fov_status_name(rc),
                 fov_status_name(status), word != NULL ? word : "");
}

#define NAMED(bytes, word) expect(bytes, sizeof(bytes) - 1, FOV_E_UNSUPPORTED, word)
#define READ(bytes) expect(bytes, sizeof(bytes) - 1, FOV_OK, NULL)

static void sniff__names_what_is_not_read(void **state)
{
    (void)state;
    NAMED("\x1f\x8b\x08\0\0\0\0\0", "gzip");
    NAMED("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG");
    NAMED("\xef\xbb\xbf <?xml version=\"1.0\"?>\n<!-- x -->\n<svg/>", "SVG");
    NAMED("<?xml version=\"1.0\"?><rss/>", "XML");
    NAMED("<!DOCTYPE html><html>", "HTML");
    NAMED("%PDF-1.7", "PDF");
    NAMED("\0\0\0\x18"
          "ftypheic",
          "HEIC");
    NAMED("\0\0\0\x18"
          "ftypavif",
          "AVIF");
    NAMED("\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000");
    NAMED("II+\0\x08\0\0\0", "BigTIFF");
    NAMED("P6\n1 1\n255\n", "PNM");
    NAMED("PK\x03\x04", "ZIP");
}

static void sniff__reads_six_formats(void **state)
{
    (void)state;
    READ("\x89PNG\r\n\x1a\n");
    READ("\xff\xd8\xff\xe0");
    READ("RIFF\0\0\0\0WEBP");
    READ("GIF89a");
    READ("II*\0");
    READ("MM\0*");
    READ("BM......");
}

static void sniff__refuses_the_rest(void **state)
{
    (void)state;
    expect("", 0, FOV_E_IMAGE, "empty");
    expect("\x89", 1, FOV_E_IMAGE, "begin 89 are");
    expect("RIFF\0\0\0\0WAVE", 12, FOV_E_IMAGE, "52 49 46 46");
    expect("\x09PNG\r\n\x1a\n", 8, FOV_E_IMAGE, "signature is damaged");
    expect("\x89PNG\n\x1a\n\0", 8, FOV_E_IMAGE, "signature is damaged");
}

/* Every prefix of every signature: no byte behind the end may be read (a sanitizer sees it). */
static void sniff__stays_inside_short_input(void **state)
{
    static const char *const starts[] = {
        "\x89PNG\r\n\x1a\n",     "\xff\xd8\xff", "RIFFxxxxWEBP",    "<?xml <svg",
        "\0\0\0\x18\x66typheic", "P6\n",         "\xef\xbb\xbf<svg"};
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(starts); i++) {
        for (size_t size = 0; size <= 12; size++) {
            uint8_t *copy = malloc(size > 0 ? size : 1);
            int32_t format;
            for (size_t k = 0; k < size; k++)
                copy[k] = (uint8_t)starts[i][k < strlen(starts[i]) ? k : 0];
            fov__sniff(&format, copy, size, NULL);
            free(copy);
        }
    }
}

int suite_sniff(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sniff__names_what_is_not_read),
        cmocka_unit_test(sniff__reads_six_formats),
        cmocka_unit_test(sniff__refuses_the_rest),
        cmocka_unit_test(sniff__stays_inside_short_input),
    };
    return cmocka_run_group_tests_name("sniff", tests, NULL, NULL);
}
