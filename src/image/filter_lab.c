/* SPDX-License-Identifier: MIT */
/* sRGB and CIELAB. The definition is written in double precision; rows of pixels go through tables
 * made from it, in integers: the share of each channel in X, Y and Z, then the cube root between
 * 4097 points. What is lost is in units of 1/128 and below, and said in the header.
 *
 * The root is kept 819200 times enlarged (64 * 12800), since 500 and 200 are 5 and 2 of 12800 /
 * 128: a and b then need no rounding but one. */
#include "image/filter_kernels.h"

/* IEC 61966-2-1's matrix; white is the sum of its rows. */
static const double to_xyz[3][3] = {
    {0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};

double fov__lab_linear(double level)
{
    const double c = level / 255;
    return c <= 0.04045 ? c / 12.92 : fov__pow_unit((c + 0.055) / 1.055, 2.4);
}

/* CIE 15: the cube root, and a straight line below (6 / 29)^3. */
static double root_of(double t)
{
    return t > 216.0 / 24389 ? fov__cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

struct fov__lab fov__lab_of_linear(const double light[3])
{
    double f[3];
    for (int i = 0; i < 3; i++) {
        double sum = 0, white = 0;
        for (int c = 0; c < 3; c++) {
            sum += to_xyz[i][c] * light[c];
            white += to_xyz[i][c];
        }
        f[i] = root_of(sum / white);
    }
    return (struct fov__lab){116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

struct fov__lab fov__lab_of(const uint8_t rgb[3])
{
    const double light[3] = {fov__lab_linear(rgb[0]), fov__lab_linear(rgb[1]),
                             fov__lab_linear(rgb[2])};
    return fov__lab_of_linear(light);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void fill_forward(struct fov__lab_tables *tables)
{
    for (int c = 0; c < 3; c++) {
        for (int v = 0; v < 256; v++) {
            for (int i = 0; i < 3; i++) {
                const double white = to_xyz[i][0] + to_xyz[i][1] + to_xyz[i][2];
                tables->share[c][v][i] =
                    (int32_t)fov__rint(LAB_ONE * to_xyz[i][c] / white * fov__lab_linear(v));
            }
            tables->share[c][v][3] = 0;
        }
    }
    /* One cell more than the shares of white can reach by their rounding. */
    uint32_t at = (uint32_t)fov__rint(LAB_ROOT * root_of(0));
    for (int32_t i = 0; i <= LAB_CELLS; i++) {
        const uint32_t next = (uint32_t)fov__rint(LAB_ROOT * root_of((i + 1.0) / LAB_CELLS));
        tables->root[i] = at << LAB_SLOPE_BITS | (next - at);
        at = next;
    }
}

/* The inverse of the matrix with white taken in, by cofactors. */
static void fill_matrix(struct fov__lab_tables *tables)
{
    double m[3][3], det = 0;
    for (int i = 0; i < 3; i++) {
        for (int c = 0; c < 3; c++)
            m[i][c] = to_xyz[i][c] / (to_xyz[i][0] + to_xyz[i][1] + to_xyz[i][2]);
    }
    for (int c = 0; c < 3; c++) {
        const int d = (c + 1) % 3, e = (c + 2) % 3;
        det += m[0][c] * (m[1][d] * m[2][e] - m[1][e] * m[2][d]);
    }
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < 3; i++) {
            const int j = (i + 1) % 3, k = (i + 2) % 3, d = (c + 1) % 3, e = (c + 2) % 3;
            tables->to_rgb[c][i] =
                (int32_t)fov__rint((m[j][d] * m[k][e] - m[j][e] * m[k][d]) / det * 65536);
        }
    }
}

static void fill_backward(struct fov__lab_tables *tables)
{
    int32_t v = 0;
    for (int32_t i = 0; i < 255; i++)
        tables->least[i + 1] = (int32_t)fov__rint(LAB_ONE * fov__lab_linear(i + 0.5));
    tables->least[0] = 0;
    tables->least[256] = INT32_MAX;
    for (int32_t i = 0; i <= LAB_CELLS; i++) {
        while (tables->least[v + 1] <= i * (LAB_ONE / LAB_CELLS))
            v++;
        tables->level[i] = (uint8_t)v;
    }
    fill_matrix(tables);
}

fov_status fov__lab_tables_new(struct fov__lab_tables **out, fov_context *ctx, fov_error *err)
{
    struct fov__lab_tables *tables = fov__alloc(ctx, sizeof(*tables));
    *out = NULL;
    if (tables == NULL)
        return fov__fail_memory(err, "lab", sizeof(*tables));
    tables->ctx = ctx;
    fill_forward(tables);
    fill_backward(tables);
    *out = tables;
    return FOV_OK;
}

void fov__lab_tables_free(struct fov__lab_tables *tables)
{
    if (tables != NULL)
        fov__free(tables->ctx, tables);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static int32_t root_at(const struct fov__lab_tables *tables, int32_t t)
{
    const uint32_t entry = tables->root[t >> LAB_CELL_BITS];
    const uint32_t slope = entry & ((1u << LAB_SLOPE_BITS) - 1);
    const uint32_t part = (uint32_t)t & ((1u << LAB_CELL_BITS) - 1);
    return (int32_t)((entry >> LAB_SLOPE_BITS) + (slope * part >> LAB_CELL_BITS));
}

static void from_srgb(const struct fov__lab_tables *tables, int16_t *l, int16_t *a, int16_t *b,
                      const uint8_t *in, size_t n, int32_t bands)
{
    for (size_t i = 0; i < n; i++, in += bands) {
        int32_t f[3];
        for (int k = 0; k < 3; k++)
            f[k] = root_at(tables, tables->share[0][in[0]][k] + tables->share[1][in[1]][k] +
                                       tables->share[2][in[2]][k]);
        l[i] = (int16_t)((((f[1] * 29 >> 6) * 5243 + 65536) >> 17) - 16 * FOV__LAB_UNIT);
        a[i] = (int16_t)((5 * (f[0] - f[1]) + 32) >> 6);
        b[i] = (int16_t)((2 * (f[1] - f[2]) + 32) >> 6);
    }
}

const struct fov__lab_kernels fov__lab_portable = {from_srgb};

void fov__lab_from_srgb(const struct fov__lab_tables *tables, int16_t *l, int16_t *a, int16_t *b,
                        const uint8_t *in, size_t n, int32_t bands)
{
    FOV__TWIN(tables->ctx->cpu, lab)->from_srgb(tables, l, a, b, in, n, bands);
}

/* t in 1/LAB_ONE of a root in 1/2^24. */
static int64_t cube(int64_t f)
{
    if (f * 29 > (INT64_C(6) << 24))
        return ((f * f >> 24) * f) >> 24;
    return (f * 116 - (INT64_C(16) << 24)) * 27 / 24389;
}

static uint8_t level_of(const struct fov__lab_tables *tables, int64_t linear)
{
    const int32_t t = linear < 0 ? 0 : linear > LAB_ONE ? LAB_ONE : (int32_t)linear;
    int32_t v = tables->level[t >> LAB_CELL_BITS];
    while (tables->least[v + 1] <= t)
        v++;
    return (uint8_t)v;
}

/* Not in the way of any look, so 64 bits and one pixel at a time will do. */
void fov__lab_to_srgb(const struct fov__lab_tables *tables, uint8_t *out, const int16_t *l,
                      const int16_t *a, const int16_t *b, size_t n, int32_t bands)
{
    for (size_t i = 0; i < n; i++, out += bands) {
        const int64_t y = (int64_t)(l[i] + 16 * FOV__LAB_UNIT) * (1 << 24) / (116 * FOV__LAB_UNIT);
        const int64_t x = y + (int64_t)a[i] * (1 << 24) / (500 * FOV__LAB_UNIT);
        const int64_t z = y - (int64_t)b[i] * (1 << 24) / (200 * FOV__LAB_UNIT);
        const int64_t xyz[3] = {cube(x), cube(y), cube(z)};
        for (int c = 0; c < 3; c++) {
            const int32_t *m = tables->to_rgb[c];
            out[c] =
                level_of(tables, (m[0] * xyz[0] + m[1] * xyz[1] + m[2] * xyz[2] + 32768) / 65536);
        }
    }
}
