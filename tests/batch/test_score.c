/* SPDX-License-Identifier: MIT */
/* The scores against the verdicts of the reference implementations, which were run on these cases:
 * pix2struct's relaxed correctness, SQuAD's exact match, DocVQA's ANLS as in lmms-eval, MMMU's
 * parsing of multiple choices. */
#include "batch/batch_support.h"

static const struct {
    const char *answer, *gold;
    bool relaxed, exact;
    double anls;
} text_cases[] = {
    {"5.11", "5.11", true, true, 1.0},
    {"5.3", "5.11", true, false, 0.5},
    {"5.5", "5.11", false, false, 0.5},
    {"105", "100", true, false, 0.6666666666666667},
    {"105.1", "100", false, false, 0.0},
    {"95", "100", true, false, 0.0},
    {"94.9", "100", false, false, 0.0},
    {"1,055", "1055", false, true, 0.8},
    {"$5", "5", false, true, 0.5},
    {"84%", "84", false, true, 0.6666666666666667},
    {"84%", "0.84", true, false, 0.0},
    {"84%", "84%", true, true, 1.0},
    {"80%", "84%", true, false, 0.6666666666666667},
    {"5%%", "0.05", true, false, 0.0},
    {"84% ", "84%", false, true, 1.0},
    {" 84", "84", true, true, 1.0},
    {"84", "84 ", true, true, 1.0},
    {"0", "0", true, true, 1.0},
    {"0.0", "0", false, false, 0.0},
    {"0.01", "0", false, false, 0.0},
    {"-3", "3", false, true, 0.5},
    {"-2.9", "-3", true, false, 0.0},
    {".5", "0.5", true, false, 0.6666666666666667},
    {"5.", "5", true, true, 0.5},
    {"+5", "5", true, true, 0.5},
    {"1e2", "100", true, false, 0.0},
    {"1E+2", "100", true, false, 0.0},
    {"1_000", "1000", true, true, 0.8},
    {"1__000", "1000", false, true, 0.6666666666666667},
    {"_1", "1", false, true, 0.5},
    {"007", "7", true, false, 0.0},
    {"0x10", "16", false, false, 0.0},
    {"inf", "inf", false, true, 1.0},
    {"nan", "nan", false, true, 1.0},
    {"NaN", "nan", false, true, 1.0},
    {"Infinity", "5", false, false, 0.0},
    {"1e999", "inf", false, false, 0.0},
    {"5", "1e999", false, false, 0.0},
    {"", "5", false, false, 0.0},
    {"", "", true, true, 1.0},
    {"5", "", false, false, 0.0},
    {"five", "5", false, false, 0.0},
    {"Yes", "yes", true, true, 1.0},
    {"Yes.", "Yes", false, true, 0.75},
    {"No", "Yes", false, false, 0.0},
    {"United States", "united states", true, true, 1.0},
    {"The United States", "united states", false, true, 0.7647058823529411},
    {"a cat", "the cat", false, true, 0.5714285714285714},
    {"cat", "a  cat", false, true, 0.6666666666666667},
    {"Theatre", "theatre", true, true, 1.0},
    {"an", "a", false, true, 0.5},
    {"U.S.A.", "usa", false, true, 0.5},
    {"18-29",
     "18\xe2\x80\x93"
     "29",
     false, false, 0.8},
    {"18\xe2\x80\x93"
     "29",
     "18\xe2\x80\x93"
     "29",
     true, true, 1.0},
    {"C++", "c", false, true, 0.0},
    {"\xc3\x89T\xc3\x89", "\xc3\xa9t\xc3\xa9", true, true, 1.0},
    {"\xc3\x96kologie", "\xc3\xb6kologie", true, true, 1.0},
    {"\xc5\x81\xc3\x93"
     "D\xc5\xb9",
     "\xc5\x82\xc3\xb3"
     "d\xc5\xba",
     true, true, 1.0},
    {"\xce\x91\xce\x98\xce\x97\xce\x9d\xce\x91", "\xce\xb1\xce\xb8\xce\xb7\xce\xbd\xce\xb1", true,
     true, 1.0},
    {"\xd0\x9c\xd0\x9e\xd0\xa1\xd0\x9a\xd0\x92\xd0\x90",
     "\xd0\xbc\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0", true, true, 1.0},
    {"C\xc3\xb4te d'Ivoire", "c\xc3\xb4te d\xe2\x80\x99ivoire", false, false, 0.9230769230769231},
    {"\xc5\xb6", "\xc5\xb7", true, true, 1.0},
    {"\xc5\xb8", "\xc3\xbf", true, true, 1.0},
    {"\xc5\x89"
     "a",
     "\xc5\x89"
     "a",
     true, true, 1.0},
    {"kitten", "sitting", false, false, 0.5714285714285714},
    {"hello world", "hello  world", false, true, 1.0},
    {" Hello\x09World ", "hello world", false, true, 1.0},
    {"abc", "xyz", false, false, 0.0},
    {"abcd", "abxy", false, false, 0.5},
    {"abcd", "axyz", false, false, 0.0},
    {"2019", "2010", true, false, 0.75},
    {"the", "the", true, true, 1.0},
    {"a", "an", false, true, 0.5},
    {"a\xe2\x80\x93"
     "b",
     "b", false, false, 0.0},
    {"x\xc2\xb2", "x", false, false, 0.5},
    {"\xe2\x80\x9cthe end\xe2\x80\x9d", "end", false, false, 0.0},
    {"12 345", "12345", false, false, 0.8333333333333334},
    {"3.0", "3", true, false, 0.0},
    {"-0", "0", false, true, 0.5},
    {"\xc3\xa9", "e", false, false, 0.0},
    {"New York City", "new york", false, false, 0.6153846153846154},
    {"10 %", "10%", true, true, 0.75},
    {"\xef\xbc\x8e"
     "5",
     "5", false, false, 0.5},
    {"a\xc2\xa0"
     "b",
     "a b", false, true, 1.0},
};

static void score__agrees_with_the_references_on_text(void **state)
{
    fov_context *ctx = NULL;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    for (size_t i = 0; i < FOV_COUNT(text_cases); i++) {
        bool relaxed = false, exact = false;
        double anls = 0, off;

        assert_int_equal(
            fov__score_relaxed(&relaxed, ctx, text_cases[i].answer, text_cases[i].gold, NULL),
            FOV_OK);
        assert_int_equal(
            fov__score_exact(&exact, ctx, text_cases[i].answer, text_cases[i].gold, NULL), FOV_OK);
        assert_int_equal(
            fov__score_anls(&anls, ctx, text_cases[i].answer, text_cases[i].gold, NULL), FOV_OK);
        off = anls - text_cases[i].anls;
        if (relaxed != text_cases[i].relaxed || exact != text_cases[i].exact || off > 1e-12 ||
            off < -1e-12)
            fail_msg("\"%s\" against \"%s\": relaxed %d exact %d anls %.6f", text_cases[i].answer,
                     text_cases[i].gold, relaxed, exact, anls);
    }
    fov_context_free(ctx);
}

enum { DRAWN = -1 }; /* MMMU's code draws a choice at random; here none is chosen */

static void score__agrees_with_the_reference_on_choices(void **state)
{
    static char *const choices[] = {"Paris", "London", "Rome", "New York"};
    static const struct {
        const char *answer;
        int reference;
    } cases[] = {
        {"A", 0},
        {"B.", 1},
        {"(C)", 2},
        {"(c)", DRAWN},
        {"a", DRAWN},
        {"The answer is B", 1},
        {"The answer is (D).", 3},
        {"A or (B)", 1},
        {"(A) no, (C)", 2},
        {"It is B rather than A", 0},
        {"Not A but B", 1},
        {"Paris", DRAWN},
        {"paris", DRAWN},
        {"I think that it must be Rome, surely", 2},
        {"It was London and later it became New York again", 3},
        {"I do not know which of these it is", DRAWN},
        {"B) London", DRAWN},
        {"B: London", DRAWN},
        {"E", DRAWN},
        {"'D'", 3},
        {"Answer: C!", 2},
        {"C.", 2},
        {"A B C D", 3},
        {"The capital is Paris of course", 0},
        {"AB", DRAWN},
        {"(E)", DRAWN},
        {" B", 1},
        {"B\x0a", DRAWN},
        {"Rome.", DRAWN},
    };
    /* Where the reference draws, these are read, and nothing else is. */
    static const struct {
        const char *answer;
        int choice;
    } beyond[] = {{"Paris", 0},     {"paris", 0}, {"B) London", 1},
                  {"B: London", 1}, {"Rome.", 2}, {"(c)", -1}};
    fov_context *ctx = NULL;
    int found;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        int expected = cases[i].reference;

        for (size_t k = 0; k < FOV_COUNT(beyond); k++)
            if (strcmp(beyond[k].answer, cases[i].answer) == 0) {
                assert_int_equal(cases[i].reference, DRAWN);
                expected = beyond[k].choice;
            }
        assert_int_equal(fov__score_choice(&found, ctx, cases[i].answer, choices, 4, NULL), FOV_OK);
        if (found != expected)
            fail_msg("\"%s\": %d, expected %d", cases[i].answer, found, expected);
    }
    fov_context_free(ctx);
}

static void score__gives_the_verdict_of_the_table(void **state)
{
    static const struct {
        const char *answer, *gold;
        bool is_right;
    } cases[] = {
        {"5.11", "5.11", true},
        {"5.3", "5.11", true},
        {"5.5", "5.11", false},
        {"1,055", "1055", true},
        {"$1,055 ", "1055", true},
        {"84%", "84", true},
        {"105", "100", true},
        {"105.1", "100", false},
        {"95", "100", true},
        {"94.9", "100", false},
        {"0", "0", true},
        {"0.01", "0", false},
        {"-3", "3", false},
        {"-2.9", "-3", true},
        {".5", "0.5", true},
        {"Yes", "yes", true},
        {"Yes.", "Yes", true},
        {"No", "Yes", false},
        {"", "5", false},
        {"", "", false},
        {"five", "5", false},
        {"United States", "united states", true},
        {"nan", "NaN", true},
        {"inf", "5", false},
        {"18-29", "18–29", false},
        {"ÉTÉ", "été", true},
        {"2019", "2010", true}, /* the published rule has no exception for years */
        {"\xe2\x88\x92"
         "3",
         "-3", true},
    };
    fov_context *ctx = NULL;
    bool is_right;

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    for (size_t i = 0; i < FOV_COUNT(cases); i++) {
        assert_int_equal(fov__score_right(&is_right, ctx, cases[i].answer, cases[i].gold, NULL),
                         FOV_OK);
        if (is_right != cases[i].is_right)
            fail_msg("\"%s\" against \"%s\"", cases[i].answer, cases[i].gold);
    }
    fov_context_free(ctx);
}

/* Of 0/1 values the standard error is known: the interval is near mean +- 1.96 of it. */
static void score__bootstraps_the_same_interval_every_time(void **state)
{
    struct fov_interval first, second;
    fov_context *ctx = NULL;
    double values[400];

    (void)state;
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    for (size_t i = 0; i < 400; i++)
        values[i] = i % 4 != 0;
    assert_int_equal(fov__bootstrap(&first, ctx, values, 400, NULL), FOV_OK);
    assert_int_equal(fov__bootstrap(&second, ctx, values, 400, NULL), FOV_OK);
    assert_memory_equal(&first, &second, sizeof(first));
    assert_true(first.mean == 0.75);
    /* sqrt(.75 * .25 / 400) = 0.0217; 1.96 of it 0.0424 */
    assert_true(first.lo > 0.69 && first.lo < 0.72);
    assert_true(first.hi > 0.78 && first.hi < 0.81);
    assert_int_equal(fov__bootstrap(&first, ctx, values, 1, NULL), FOV_OK);
    assert_true(first.mean == 0 && first.lo == 0 && first.hi == 0);
    fov_context_free(ctx);
}

int suite_score(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(score__agrees_with_the_references_on_text),
        cmocka_unit_test(score__agrees_with_the_reference_on_choices),
        cmocka_unit_test(score__gives_the_verdict_of_the_table),
        cmocka_unit_test(score__bootstraps_the_same_interval_every_time),
    };

    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
