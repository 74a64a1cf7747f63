/* SPDX-License-Identifier: MIT */
/* Faults: stable names, fixed room, one sentence. */
#include "op/harness.h"

static void op_fault__has_the_stable_names(void **state)
{
    (void)state;
    assert_string_equal(fov__fault_name(FOV_FAULT_BAD_JSON), "BAD_JSON");
    assert_string_equal(fov__fault_name(FOV_FAULT_BUDGET_COST), "BUDGET_COST");
    assert_string_equal(fov__fault_name(FOV_FAULT_UNKNOWN_ARG), "UNKNOWN_ARG");
    assert_string_equal(fov__fault_name(FOV_FAULT_NONE), "NONE");
    assert_string_equal(fov__fault_name(FOV_FAULT_UNKNOWN_FACT), "UNKNOWN_FACT");
    assert_int_equal(FOV_FAULT_COUNT, 23);
}

static void op_fault__returns_what_a_caller_can_do(void **state)
{
    static const struct {
        enum fov_fault_code code;
        fov_status status;
    } cases[] = {{FOV_FAULT_OUT_OF_RANGE, FOV_E_ARG},    {FOV_FAULT_BUDGET_CALLS, FOV_E_LIMIT},
                 {FOV_FAULT_LIMIT, FOV_E_LIMIT},         {FOV_FAULT_DECODE, FOV_E_IMAGE},
                 {FOV_FAULT_CANCELLED, FOV_E_CANCELLED}, {FOV_FAULT_UNSUPPORTED, FOV_E_UNSUPPORTED},
                 {FOV_FAULT_UNKNOWN_IMAGE, FOV_E_ARG}};
    fov_op_fault fault;
    fov_error err;
    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        assert_int_equal(fov__fault(&fault, cases[i].code, "f", "g", "a", "h"), cases[i].status);
        assert_int_equal(fov__fault_to_error(&fault, &err), cases[i].status);
        assert_int_equal(err.status, cases[i].status);
    }
}

static void op_fault__is_one_sentence_as_an_error(void **state)
{
    fov_op_fault fault;
    fov_error err;
    (void)state;
    fov__fault(&fault, FOV_FAULT_OUT_OF_RANGE, "rotate.degrees", "720", "-360 to 360 degrees", "h");
    fov__fault_to_error(&fault, &err);
    assert_string_equal(err.message, "rotate.degrees is 720; allowed: -360 to 360 degrees");
    assert_string_equal(err.where, "rotate.degrees");
    fov__fault(&fault, FOV_FAULT_MISSING_ARG, "zoom.box", NULL, "[x1,y1,x2,y2]", "h");
    fov__fault_to_error(&fault, &err);
    assert_string_equal(err.message, "zoom.box is missing; allowed: [x1,y1,x2,y2]");
    fov__fault(&fault, FOV_FAULT_LIMIT, "zoom", "", "", "The image is too large.");
    fov__fault_to_error(&fault, &err);
    assert_string_equal(err.message, "zoom: The image is too large.");
    memset(&fault, 0, sizeof(fault));
    assert_int_equal(fov__fault_to_error(&fault, &err), FOV_OK);
    assert_int_equal(err.status, FOV_OK);
}

static void op_fault__cuts_and_cleans_what_it_quotes(void **state)
{
    char lengthy[2000];
    fov_op_fault fault;
    (void)state;
    memset(lengthy, 'x', sizeof(lengthy));
    lengthy[sizeof(lengthy) - 1] = '\0';
    fov__fault(&fault, FOV_FAULT_BAD_TYPE, lengthy, lengthy, lengthy, "%s", lengthy);
    assert_int_equal(strlen(fault.got), sizeof(fault.got) - 1);
    assert_int_equal(strlen(fault.hint), sizeof(fault.hint) - 1);
    fov__fault(&fault, FOV_FAULT_BAD_TYPE, "a\nb", "c\xff", "d\te", "f\r\ng");
    assert_null(strpbrk(fault.field, "\n\r\t"));
    assert_null(strpbrk(fault.hint, "\n\r\t"));
    assert_true(fov__utf8_valid(fault.got, strlen(fault.got)));
}

int suite_op_fault(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(op_fault__has_the_stable_names),
        cmocka_unit_test(op_fault__returns_what_a_caller_can_do),
        cmocka_unit_test(op_fault__is_one_sentence_as_an_error),
        cmocka_unit_test(op_fault__cuts_and_cleans_what_it_quotes),
    };
    return cmocka_run_group_tests_name("op_fault", tests, NULL, NULL);
}
