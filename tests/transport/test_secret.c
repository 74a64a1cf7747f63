/* SPDX-License-Identifier: MIT */
#include "test_support.h"

#include <sys/mman.h>
#include <unistd.h>

/* Whether the page at `data` is marked "don't dump" (dd) in the kernel's own list. */
static int is_left_out_of_cores(const void *data)
{
    char line[512];
    int inside = 0;
    int found = -1;
    FILE *maps = fopen("/proc/self/smaps", "r");
    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
            inside = (uintptr_t)data >= from && (uintptr_t)data < to;
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            found = strstr(line, " dd") != NULL;
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return found;
}

/* The same of a page that was marked here: an emulator may keep the mark to itself, and some
 * sandboxes hide smaps. */
static int is_told_here(void)
{
    const size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(page != MAP_FAILED);
    madvise(page, size, MADV_DONTDUMP);
    const int told = is_left_out_of_cores(page);
    munmap(page, size);
    return told;
}

static void secret__stays_out_of_core_files(void **state)
{
    struct fov_secret secret;
    (void)state;
    assert_int_equal(fov__secret_new(&secret, "Authorization: Bearer ", "sk-1234", NULL), FOV_OK);
    assert_string_equal(secret.text, "Authorization: Bearer sk-1234");
    if (is_told_here() == 1) {
        assert_int_equal(is_left_out_of_cores(secret.text), 1);
    } else {
        print_message("this system does not tell which pages are left out: not looked at\n");
    }
    fov__secret_free(&secret);
    assert_null(secret.text);
    fov__secret_free(&secret);
}

static void secret__fits_texts_around_a_page(void **state)
{
    (void)state;
    for (size_t len = 4090; len < 4100; len++) {
        struct fov_secret secret;
        char *text = malloc(len + 1);
        memset(text, 'k', len);
        text[len] = '\0';
        assert_int_equal(fov__secret_new(&secret, "", text, NULL), FOV_OK);
        assert_string_equal(secret.text, text);
        assert_true(secret.mapped > len);
        fov__secret_free(&secret);
        free(text);
    }
}

static void secret__is_masked_wherever_it_stands(void **state)
{
    char text[] = "key sk-1 and sk-1sk-1, not sk-2";
    (void)state;
    fov__secret_mask("sk-1", text);
    assert_string_equal(text, "key **** and ********, not sk-2");
    fov__secret_mask("", text);
    assert_string_equal(text, "key **** and ********, not sk-2");
}

int test_secret(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret__stays_out_of_core_files),
        cmocka_unit_test(secret__fits_texts_around_a_page),
        cmocka_unit_test(secret__is_masked_wherever_it_stands),
    };
    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
