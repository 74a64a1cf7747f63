/* SPDX-License-Identifier: MIT */
/* The final text of a model, in the form asked for or not. */
#include "session_support.h"

static void answer__is_read_from_what_models_write(void **state)
{
    static const struct {
        const char *text;
        fov_status status;
        const char *answer, *reason;
        size_t evidence;
    } cases[] = {
        {"ANSWER: 5.11\nREASON: the bar says so.\nEVIDENCE: img_0", FOV_OK, "5.11",
         "the bar says so.", 1},
        {"Let me see.\n**ANSWER:** 5.11\n", FOV_OK, "5.11", NULL, 0},
        {"answer: yes", FOV_OK, "yes", NULL, 0},
        {"The value is 5.", FOV_OK, "The value is 5.", NULL, 0},
        {"CANNOT TELL: the label is cut off.\nEVIDENCE: img_0, img_0", FOV_NOTE_UNSURE, NULL,
         "the label is cut off.", 1},
        {"CANNOT TELL:\nREASON: too small", FOV_NOTE_UNSURE, NULL, "too small", 0},
        {"CANNOT TELL: at first.\nANSWER: 7", FOV_OK, "7", NULL, 0},
        {"ANSWER: 7\nANSWER: 8\n", FOV_OK, "8", NULL, 0},
        {"ANSWER: 7\nEVIDENCE: img_9, img_0; nothing, img_00000000000000000000000 img_0", FOV_OK,
         "7", NULL, 1},
        {"**Answer**: 42\n**Evidence**: [img_0].", FOV_OK, "42", NULL, 1},
        {"- **ANSWER: 42**\n> REASON: `it says so`", FOV_OK, "42", "it says so", 0},
        {"ANSWER:\n\n  42 kg\nREASON:\nEVIDENCE: (img_0)", FOV_OK, "42 kg", NULL, 1},
        {"ANSWER:\nREASON: none was found", FOV_NOTE_UNSURE, NULL, NULL, 0},
        {"ANSWER: CANNOT TELL: it is cut off\nEVIDENCE: `img_0`, img_1.", FOV_NOTE_UNSURE, NULL,
         "it is cut off", 1},
        {"Answer: cannot tell\nREASON: too small", FOV_NOTE_UNSURE, NULL, "too small", 0},
        {"Answering: that is hard", FOV_OK, "Answering: that is hard", NULL, 0},
        {"Evidence: img_0.\nanswer: 3.", FOV_OK, "3.", NULL, 1},
        {"", FOV_NOTE_UNSURE, NULL, "the model answered with an empty text", 0},
        {"ANSWER:\r\n", FOV_NOTE_UNSURE, NULL, "the model answered with an empty text", 0},
    };

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        struct desk desk;
        desk_open(&desk, NULL, NULL, 1);
        if (fov__answer_read(desk.session, cases[i].text, &desk.err) != cases[i].status)
            fail_msg("case %zu: status", i);
        if ((cases[i].answer == NULL) != (desk.session->answer_text == NULL))
            fail_msg("case %zu: answer is %s", i, desk.session->answer_text);
        if (cases[i].answer)
            assert_string_equal(desk.session->answer_text, cases[i].answer);
        if (cases[i].reason)
            assert_string_equal(desk.session->answer_reason, cases[i].reason);
        assert_int_equal(desk.session->evidence_count, cases[i].evidence);
        desk_close(&desk);
    }
}

int suite_answer(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answer__is_read_from_what_models_write)};

    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
