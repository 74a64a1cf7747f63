/* SPDX-License-Identifier: MIT */
/* Opening of the modules that carry a hundred libraries behind them (libvips, tesseract), on first
 * need. The places are few, fixed and named in the error; the working directory and the loader's
 * search path must never be among them. */
#define _GNU_SOURCE /* dladdr() */

#include "base/base_internal.h"

#include <dlfcn.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACES_MAX = 4 };

struct search {
    char place[PLACES_MAX][PATH_MAX];
    size_t count;
};

/* Its address tells the loader which object we are in. */
static const char here = 0;

/* The folder of the shared library, or of the program when we are linked into it. The loader knows
 * a program by argv[0] only, which may be relative to a directory that was left since. */
static bool own_folder(char out[PATH_MAX])
{
    Dl_info info;
    out[0] = '\0';
    if (dladdr(&here, &info) != 0 && info.dli_fname != NULL && info.dli_fname[0] == '/') {
        fov__format(out, PATH_MAX, "%s", info.dli_fname);
    } else {
        const ssize_t len = readlink("/proc/self/exe", out, PATH_MAX - 1);
        out[len > 0 ? len : 0] = '\0';
    }
    char *slash = strrchr(out, '/');
    if (slash == NULL)
        return false;
    slash[slash == out ? 1 : 0] = '\0';
    return true;
}

static void add_place(struct search *search, const char *folder, const char *below)
{
    char *place = search->place[search->count];
    /* A path that does not fit would be cut into another one: it is left out. */
    if (strlen(folder) + strlen(below) >= PATH_MAX)
        return;
    fov__format(place, PATH_MAX, "%s%s", folder, below);
    search->count++;
}

static void list_places(struct search *search, const fov_context *ctx)
{
    char folder[PATH_MAX];
    if (ctx->module_path != NULL) {
        add_place(search, ctx->module_path, "");
        return;
    }
    if (own_folder(folder)) {
        add_place(search, folder, "");                /* a build tree, a Python wheel */
        add_place(search, folder, "/foveate");        /* installed: beside libfoveate.so */
        add_place(search, folder, "/../lib/foveate"); /* a prefix moved as a whole, from bin/ */
    }
    if (FOV_MODULE_DIR[0] != '\0')
        add_place(search, FOV_MODULE_DIR, "");
}

static void *open_at(const char *path, const char *symbol, fov_error *err)
{
    /* NODELETE: libvips and GLib do not survive being unloaded. */
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL) {
        const char *reason = dlerror();
        fov__fail(err, FOV_E_UNSUPPORTED, 0, "module", "a module cannot be loaded: %s",
                  reason != NULL ? reason : path);
        return NULL;
    }
    void *found = dlsym(handle, symbol);
    if (found == NULL) {
        fov__fail(err, FOV_E_UNSUPPORTED, 0, "module",
                  "%s has no %s: it belongs to another version than %s", path, symbol,
                  FOV_VERSION_STRING);
        dlclose(handle);
    }
    return found;
}

void *fov__module_open(fov_context *ctx, const char *name, const char *symbol, fov_error *err)
{
    void *found = NULL;
    char path[PATH_MAX];
    struct stat info;
    struct fov_buf places;
    struct search *search = fov__calloc(ctx, 1, sizeof(*search));
    if (search == NULL) {
        fov__fail_memory(err, "module", sizeof(*search));
        return NULL;
    }
    fov__buf_init(&places, ctx, sizeof(*search));
    list_places(search, ctx);
    for (size_t i = 0; i < search->count; i++) {
        if (strlen(search->place[i]) + strlen(name) + 16 >= sizeof(path))
            continue;
        fov__format(path, sizeof(path), "%s/foveate-%s.so", search->place[i], name);
        /* The first file there is decides: passing over one that does not load would hide why. */
        if (stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
            found = open_at(path, symbol, err);
            goto done;
        }
        fov__buf_addf(&places, "%s%s", i > 0 ? ", " : "", search->place[i]);
    }
    fov__fail(err, FOV_E_UNSUPPORTED, 0, "module", "foveate-%s.so is not installed; looked in %s",
              name, places.data);
done:
    fov__buf_free(&places);
    fov__free(ctx, search);
    return found;
}
