/* SPDX-License-Identifier: MIT */
/* SHA-256 for everything that gets a name on disk or is compared by replay, XXH3 for keys inside
 * one process. A hash can never fail here, for callers have no way to go on without one: so
 * libcrypto's SHA256_* functions are used, which work in our memory, and not its EVP layer, which
 * allocates for each digest. (They are marked as deprecated since 3.0; asking for the interface of
 * 1.1.1, the oldest we build with, says that this is known.) */
#define OPENSSL_API_COMPAT 10101

#include "base/base_internal.h"

#include <openssl/sha.h>
#include <xxhash.h>

struct fov_sha256 {
    fov_context *ctx;
    SHA256_CTX state;
};

static void finish(SHA256_CTX *state, char out[FOV_SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_Final(digest, state);
    for (size_t i = 0; i < sizeof(digest); i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[2 * sizeof(digest)] = '\0';
}

void fov__sha256_hex(char out[FOV_SHA256_HEX], const void *data, size_t len)
{
    SHA256_CTX state;
    SHA256_Init(&state);
    if (len > 0)
        SHA256_Update(&state, data, len);
    finish(&state, out);
}

void fov__sha256_rows(char out[FOV_SHA256_HEX], const char *head, const uint8_t *data, size_t size,
                      size_t stride, int32_t rows)
{
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, head, strlen(head));
    for (int32_t y = 0; y < rows; y++)
        SHA256_Update(&state, data + (size_t)y * stride, size);
    finish(&state, out);
}

fov_status fov__sha256_new(struct fov_sha256 **out, fov_context *ctx, fov_error *err)
{
    *out = fov__alloc(ctx, sizeof(**out));
    if (*out == NULL)
        return fov__fail_memory(err, "sha256", sizeof(**out));
    (*out)->ctx = ctx;
    SHA256_Init(&(*out)->state);
    return FOV_OK;
}

void fov__sha256_add(struct fov_sha256 *hash, const void *data, size_t len)
{
    if (len > 0)
        SHA256_Update(&hash->state, data, len);
}

void fov__sha256_end(struct fov_sha256 *hash, char out[FOV_SHA256_HEX])
{
    finish(&hash->state, out);
    fov__sha256_drop(hash);
}

void fov__sha256_drop(struct fov_sha256 *hash)
{
    if (hash != NULL)
        fov__free(hash->ctx, hash);
}

uint64_t fov__xxh3(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}
