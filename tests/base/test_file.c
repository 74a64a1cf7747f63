/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    fov_context *ctx;
    char folder[64];
    char path[128];
};

static int enter(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    fov__format(place->folder, sizeof(place->folder), "/tmp/fov-file-XXXXXX");
    *state = place;
    return fov_context_new(&place->ctx, NULL, NULL) < 0 || mkdtemp(place->folder) == NULL;
}

static const char *in(struct place *place, const char *name)
{
    fov__format(place->path, sizeof(place->path), "%s/%s", place->folder, name);
    return place->path;
}

static int count_entries(const struct place *place)
{
    DIR *dir = opendir(place->folder);
    int count = 0;
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        count += e->d_name[0] != '.';
    closedir(dir);
    return count;
}

static int leave(void **state)
{
    struct place *place = *state;
    DIR *dir = opendir(place->folder);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            remove(in(place, e->d_name));
    }
    if (dir != NULL)
        closedir(dir);
    const int left = rmdir(place->folder) != 0;
    const int leaked = atomic_load(&place->ctx->live_bytes) != 0;
    fov_context_free(place->ctx);
    free(place);
    return left || leaked;
}

static void file__comes_back_as_written(void **state)
{
    struct place *place = *state;
    static uint8_t data[300000];
    uint64_t seed = 3;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)suite_random(&seed);
    static const size_t sizes[] = {0, 1, 4096, sizeof(data)};
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        fov_bytes bytes;
        fov_error err;
        assert_int_equal(fov__file_write(place->ctx, in(place, "f"), data, sizes[i], i % 2, &err),
                         FOV_OK);
        assert_int_equal(fov__file_read(&bytes, place->ctx, place->path, sizes[i], &err), FOV_OK);
        assert_int_equal(bytes.size, sizes[i]);
        assert_memory_equal(bytes.data, data, sizes[i]);
        assert_int_equal(bytes.data[sizes[i]], 0);
        fov_bytes_free(&bytes);
        assert_int_equal(count_entries(place), 1); /* no temporary neighbour stays */
    }
}

static void file__too_large_is_a_limit(void **state)
{
    struct place *place = *state;
    fov_bytes bytes;
    fov_error err;
    fov__file_write(place->ctx, in(place, "big"), "0123456789", 10, false, NULL);
    assert_int_equal(fov__file_read(&bytes, place->ctx, place->path, 9, &err), FOV_E_LIMIT);
    assert_non_null(strstr(err.message, "10 bytes"));
    assert_non_null(strstr(err.message, "at most 9"));
    assert_null(bytes.data);
    /* A sparse terabyte is refused by its size, before memory is asked for. */
    assert_int_equal(truncate(place->path, (off_t)1 << 40), 0);
    assert_int_equal(fov__file_read(&bytes, place->ctx, place->path, UINT64_MAX, &err),
                     FOV_E_MEMORY);
}

static void file__refuses_what_is_no_regular_file(void **state)
{
    struct place *place = *state;
    fov_bytes bytes;
    fov_error err;
    assert_int_equal(mkfifo(in(place, "fifo"), 0600), 0);
    assert_int_equal(fov__file_read(&bytes, place->ctx, place->path, 100, &err), FOV_E_IO);
    assert_non_null(strstr(err.message, "FIFO"));
    assert_int_equal(fov__file_read(&bytes, place->ctx, place->folder, 100, &err), FOV_E_IO);
    assert_non_null(strstr(err.message, "directory"));
    assert_int_equal(err.detail, EISDIR);
    assert_int_equal(fov__file_read(&bytes, place->ctx, "/dev/zero", 100, &err), FOV_E_IO);
    assert_non_null(strstr(err.message, "device"));
    assert_int_equal(fov__file_read(&bytes, place->ctx, "", 100, &err), FOV_E_IO);
}

static void file__names_path_and_reason(void **state)
{
    struct place *place = *state;
    char path[600] = "/nowhere/";
    fov_bytes bytes;
    fov_error err;
    assert_int_equal(fov__file_read(&bytes, place->ctx, "/nowhere/a.png", 100, &err), FOV_E_IO);
    assert_string_equal(err.message,
                        "\"/nowhere/a.png\" cannot be opened: No such file or directory");
    assert_int_equal(err.detail, ENOENT);
    while (strlen(path) < 400) /* the reason must not be pushed out by a long path */
        memcpy(path + strlen(path), "\xc3\xa9t\xc3\xa9/", 7);
    memcpy(path + strlen(path), "end.png", 8);
    assert_int_equal(fov__file_read(&bytes, place->ctx, path, 100, &err), FOV_E_IO);
    assert_non_null(strstr(err.message, "t\xc3\xa9/end.png\" cannot be opened: No such file"));
    assert_null(strchr(err.message, '?'));
}

static void file__write_replaces_whole_or_not_at_all(void **state)
{
    struct place *place = *state;
    fov_bytes bytes;
    fov_error err;
    struct stat info;
    const mode_t mask = umask(027);
    assert_int_equal(fov__file_write(place->ctx, in(place, "f"), "old", 3, false, &err), FOV_OK);
    umask(mask);
    assert_int_equal(stat(place->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(fov__file_write(place->ctx, place->path, "new", 3, true, &err), FOV_OK);
    fov__file_read(&bytes, place->ctx, place->path, 10, &err);
    assert_string_equal((char *)bytes.data, "new");
    fov_bytes_free(&bytes);
    assert_int_equal(fov__file_write(place->ctx, "/nowhere/f", "x", 1, false, &err), FOV_E_IO);
    assert_int_equal(err.detail, ENOENT);
    assert_non_null(strstr(err.message, "cannot be created"));
    assert_int_equal(fov__file_write(place->ctx, place->folder, "x", 1, false, &err), FOV_E_IO);
    assert_int_equal(fov__file_write(place->ctx, "/dev/full", "x", 1, false, &err), FOV_E_IO);
    assert_int_equal(count_entries(place), 1);
}

static void dir__make_is_content_with_one_that_is_there(void **state)
{
    struct place *place = *state;
    fov_error err;
    assert_false(fov__file_exists(in(place, "sub")));
    assert_int_equal(fov__dir_make(place->path, &err), FOV_OK);
    assert_int_equal(fov__dir_make(place->path, &err), FOV_OK);
    assert_true(fov__file_exists(place->path));
    fov__file_write(place->ctx, in(place, "file"), "", 0, false, NULL);
    assert_int_equal(fov__dir_make(place->path, &err), FOV_E_IO);
    assert_int_equal(err.detail, EEXIST);
    assert_int_equal(fov__dir_make(in(place, "none/below"), &err), FOV_E_IO);
}

static void path__joins_with_one_slash(void **state)
{
    static const char *const cases[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"/", "b", "/b"}, {"a", "", "a/"},
    };
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct place *place = *state;
        char *path = fov__path_join(place->ctx, cases[i][0], cases[i][1]);
        assert_string_equal(path, cases[i][2]);
        fov__free(place->ctx, path);
    }
}

int suite_file(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(file__comes_back_as_written, enter, leave),
        cmocka_unit_test_setup_teardown(file__too_large_is_a_limit, enter, leave),
        cmocka_unit_test_setup_teardown(file__refuses_what_is_no_regular_file, enter, leave),
        cmocka_unit_test_setup_teardown(file__names_path_and_reason, enter, leave),
        cmocka_unit_test_setup_teardown(file__write_replaces_whole_or_not_at_all, enter, leave),
        cmocka_unit_test_setup_teardown(dir__make_is_content_with_one_that_is_there, enter, leave),
        cmocka_unit_test_setup_teardown(path__joins_with_one_slash, enter, leave),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
