/* SPDX-License-Identifier: MIT */
/* Memory for a key: pages of its own, so that they can be kept out of core dumps, and wiped before
 * they are given back. It must never reach an error, a log or a copy that outlives the request.
 * (curl keeps the head of a request in its own buffer while it is being sent; that copy we cannot
 * wipe.) */
#include "transport/transport_internal.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef MADV_DONTDUMP
static void leave_out_of_cores(void *data, size_t size)
{
    (void)madvise(data, size, MADV_DONTDUMP); /* a kernel that cannot do it changes nothing else */
}
#else
static void leave_out_of_cores(void *data, size_t size)
{
    (void)data;
    (void)size;
}
#endif

fov_status fov__secret_new(struct fov_secret *out, const char *prefix, const char *text,
                           fov_error *err)
{
    const size_t head = strlen(prefix);
    const size_t len = head + strlen(text);
    const long page = sysconf(_SC_PAGESIZE);
    const size_t unit = page > 0 ? (size_t)page : 4096;
    const size_t mapped = (len + unit) / unit * unit;
    memset(out, 0, sizeof(*out));
    void *data = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) {
        return fov__fail_memory(err, "api_key", mapped);
    }
    leave_out_of_cores(data, mapped);
    out->text = data;
    out->len = len;
    out->mapped = mapped;
    memcpy(out->text, prefix, head);
    memcpy(out->text + head, text, len - head + 1);
    return FOV_OK;
}

void fov__secret_free(struct fov_secret *secret)
{
    if (secret->text != NULL) {
        fov__wipe(secret->text, secret->mapped);
        (void)munmap(secret->text, secret->mapped);
    }
    memset(secret, 0, sizeof(*secret));
}

void fov__secret_mask(const char *text, char *buffer)
{
    const size_t len = strlen(text);
    if (len == 0) {
        return;
    }
    for (char *hit = strstr(buffer, text); hit != NULL; hit = strstr(hit + len, text)) {
        memset(hit, '*', len);
    }
}
