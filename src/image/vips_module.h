/* SPDX-License-Identifier: MIT */
/* Between the library and its loadable module foveate-vips: plain C types only, so that neither
 * needs a symbol of the other. The module is opened by fov__module_open() and asked for
 * FOV_VIPS_SYMBOL. */
#ifndef FOV_VIPS_MODULE_H
#define FOV_VIPS_MODULE_H

#include <stddef.h>
#include <stdint.h>

/* Raised with every change of this file: a module of another number is refused. */
#define FOV_VIPS_ABI 1u
#define FOV_VIPS_SYMBOL "fov_vips_module_table"

enum {
    FOV_VIPS_DONE = 0,
    FOV_VIPS_BROKEN = 1,
    FOV_VIPS_STOPPED = 2,
    FOV_VIPS_FORKED = 3,
    FOV_VIPS_UNAVAILABLE = 4
};
enum { FOV_VIPS_WEBP = 4, FOV_VIPS_GIF = 5, FOV_VIPS_TIFF = 6 }; /* as FOV_FORMAT_… */

struct fov_vips_picture {
    void *image; /* the module's own */
    int32_t width, height;
    int32_t bands; /* 1 to 5 bytes a pixel: grey, grey + alpha, RGB, RGBA or CMYK, CMYKA */
};

/* One decoded row, in order from the top; anything but 0 stops. */
typedef int (*fov_vips_row_fn)(const uint8_t *row, int32_t y, void *user);

struct fov_vips_table {
    uint32_t abi;
    /* Once, under the caller's lock. */
    int (*start)(char *message, size_t message_size);
    /* Any thread. `data` stays until close(). Each message is one line, always ended by NUL. */
    int (*open)(struct fov_vips_picture *out, int32_t format, const void *data, size_t size,
                int is_lenient, char *message, size_t message_size);
    int (*read)(struct fov_vips_picture *picture, fov_vips_row_fn on_row, void *user, char *message,
                size_t message_size);
    void (*close)(struct fov_vips_picture *picture);
};

#endif
