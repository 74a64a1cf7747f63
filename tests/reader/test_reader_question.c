/* SPDX-License-Identifier: MIT */
#include "reader/suites.h"

static void fold__makes_print_and_question_meet(void **state)
{
    struct reader_words words;
    (void)state;
    fov__reader_words_fold(&words, "FC Bayern M\xc3\xbcnchen's 1,055 in '20 (U.S.)");
    assert_int_equal(words.count, 7);
    assert_string_equal(words.word[2], "munchen");
    assert_string_equal(words.word[3], "1055");
    assert_string_equal(words.word[5], "2020");
    assert_string_equal(words.word[6], "us");
    fov__reader_words_fold(&words, "the fourth quarter of 2020");
    assert_string_equal(words.word[words.count - 1], "q4");
    fov__reader_words_fold(&words, "");
    assert_int_equal(words.count, 0);
}

static void fold__holds_no_more_than_fits(void **state)
{
    struct reader_words words;
    char text[4096];
    (void)state;
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    fov__reader_words_fold(&words, text);
    assert_int_equal(words.count, 1);
    for (size_t i = 1; i < sizeof(text) - 1; i += 2)
        text[i] = ' ';
    fov__reader_words_fold(&words, text);
    assert_int_equal(words.count, READER_WORDS);
}

static void question__knows_what_is_asked(void **state)
{
    struct reader_question q;
    (void)state;
    fov__reader_question_parse(&q, "Which country had the lowest growth?");
    assert_true(q.wants_name && !q.wants_time && !q.is_yes_no);
    fov__reader_question_parse(&q, "In what year did it make up 6.8 percent?");
    assert_true(q.wants_name && q.wants_time);
    fov__reader_question_parse(&q, "What was the unemployment rate in Canada in 2020?");
    assert_false(q.wants_name);
    fov__reader_question_parse(&q, "Is the median of all blue bars greater than 50?");
    assert_true(q.is_yes_no);
    assert_string_equal(q.colour, "blue");
    fov__reader_question_parse(&q, "How many countries are listed in the table?");
    assert_true(q.is_count);
    fov__reader_question_parse(&q, "How many games did Juventus play?");
    assert_false(q.is_count);
    fov__reader_question_parse(&q, "How many more vans than cars are there?");
    assert_false(q.is_count);
    fov__reader_question_parse(&q, "Did more Christians vote to remain or leave?");
    assert_true(q.is_choice);
}

static void colour__is_what_people_call_it(void **state)
{
    (void)state;
    assert_true(fov__reader_colour_is((struct reader_rgb){0x28, 0x76, 0xdd}, "blue"));
    assert_true(fov__reader_colour_is((struct reader_rgb){0x0f, 0x28, 0x3e}, "navy"));
    assert_true(fov__reader_colour_is((struct reader_rgb){0x0f, 0x28, 0x3e}, "dark blue"));
    assert_false(fov__reader_colour_is((struct reader_rgb){0x28, 0x76, 0xdd}, "dark blue"));
    assert_true(fov__reader_colour_is((struct reader_rgb){0xba, 0xba, 0xba}, "grey"));
    assert_true(fov__reader_colour_is((struct reader_rgb){0xa6, 0x0e, 0x0e}, "red"));
    assert_false(fov__reader_colour_is((struct reader_rgb){0xa6, 0x0e, 0x0e}, "green"));
    assert_false(fov__reader_colour_is((struct reader_rgb){0, 0, 0}, "plaid"));
}

static int32_t meant(const char *question, const char *const *names, size_t count, size_t *which)
{
    struct reader_name list[8];
    struct reader_words words;
    bool is_meant[8];
    memset(list, 0, sizeof(list));
    for (size_t i = 0; i < count; i++)
        fov__format(list[i].text, sizeof(list[i].text), "%s", names[i]);
    fov__reader_words_fold(&words, question);
    const int32_t found = fov__reader_meant(&words, list, count, is_meant);
    for (size_t i = 0; i < count; i++) {
        if (is_meant[i])
            *which = i;
    }
    return found;
}

static void match__finds_the_name_that_is_meant(void **state)
{
    static const char *const banks[] = {"Industrial & Commercial Bank of China Limited (China)",
                                        "China Construction Bank Corporation (China)",
                                        "Bank of China Limited (China)",
                                        "HSBC Holdings plc (U.K.)"};
    static const char *const years[] = {"2015/16", "2020/21", "2030/31"};
    static const char *const codes[] = {"ROl", "RO2", "Rl7"};
    size_t which = 99;
    (void)state;
    assert_int_equal(meant("What were ICBC's total assets?", banks, 4, &which), 1);
    assert_int_equal(which, 0);
    assert_int_equal(meant("What did the Bank of China own?", banks, 4, &which), 1);
    assert_int_equal(which, 2);
    assert_int_equal(meant("What did HSBC own in 2020?", banks, 4, &which), 1);
    assert_int_equal(which, 3);
    assert_int_equal(meant("What did Lehman own?", banks, 4, &which), 0);
    assert_int_equal(meant("By 2030/31 the share decreases to what?", years, 3, &which), 1);
    assert_int_equal(which, 2);
    assert_int_equal(meant("What was it in 1999?", years, 3, &which), 0);
    assert_int_equal(meant("What is the value of region R17?", codes, 3, &which), 1);
    assert_int_equal(which, 2);
}

static void match__takes_a_proper_noun_for_a_name_but_not_a_kind(void **state)
{
    static const char *const ports[] = {"Port Linden", "Skarvoy"};
    static const char *const cities[] = {"Boston city, Massachusetts", "Austin city, Texas"};
    size_t which = 99;
    (void)state;
    assert_int_equal(meant("Which port had the fewest passengers?", ports, 2, &which), 0);
    assert_int_equal(meant("How many families in Boston were poor?", cities, 2, &which), 1);
    assert_int_equal(which, 0);
}

int suite_reader_question(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fold__makes_print_and_question_meet),
        cmocka_unit_test(fold__holds_no_more_than_fits),
        cmocka_unit_test(question__knows_what_is_asked),
        cmocka_unit_test(colour__is_what_people_call_it),
        cmocka_unit_test(match__finds_the_name_that_is_meant),
        cmocka_unit_test(match__takes_a_proper_noun_for_a_name_but_not_a_kind)};
    return cmocka_run_group_tests_name("reader_question", tests, NULL, NULL);
}
