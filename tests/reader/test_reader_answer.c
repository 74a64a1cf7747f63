/* SPDX-License-Identifier: MIT */
#include "reader/suites.h"

static struct reader_grid *make(struct drawing *d)
{
    struct reader_grid *grid = fov__calloc(d->ctx, 1, sizeof(*grid));
    assert_non_null(grid);
    fov__reader_grid_make(grid, d->scene);
    return grid;
}

static void expect(struct drawing *d, const struct reader_grid *grid, const char *question,
                   const char *answer)
{
    struct reader_answer got;
    fov__reader_answer(&got, grid, d->scene, question);
    if (answer == NULL ? got.is_found : !got.is_found || strcmp(got.text, answer) != 0)
        fail_msg("\"%s\" is answered \"%s\" (%s)", question, got.text, got.reason);
    if (!got.is_found)
        assert_true(got.reason[0] != '\0');
}

/* Standing bars on the line y = 250; ten units are 20 pixels. The last has no number. */
static struct reader_grid *standing(struct drawing *d, const char *second_value)
{
    static const char *const years[] = {"2017", "2018", "2019", "2020"};
    static const int32_t values[] = {40, 55, 90, 70};
    drawing_open(d, 400, 300);
    for (int32_t i = 0; i < 4; i++)
        drawing_box(d, 80 + 80 * i, 250 - 2 * values[i], 120 + 80 * i, 250, 0x2876dd);
    drawing_see(d);
    for (int32_t v = 0; v <= 100; v += 20) {
        char tick[8];
        fov__format(tick, sizeof(tick), "%d", (int)v);
        drawing_word(d, 40, 250 - 2 * v, tick);
    }
    for (int32_t i = 0; i < 4; i++)
        drawing_word(d, 100 + 80 * i, 262, years[i]);
    drawing_word(d, 100, 162, "40");
    drawing_word(d, 180, 132, second_value);
    drawing_word(d, 260, 62, "90");
    return make(d);
}

static void answer__reads_a_bar_and_measures_one_without_a_number(void **state)
{
    struct drawing d;
    (void)state;
    struct reader_grid *grid = standing(&d, "55");
    assert_int_equal(grid->kind, READER_BAR);
    assert_int_equal(grid->name_count, 4);
    assert_true(grid->cells[0][0].is_checked);
    assert_int_equal(grid->cells[3][0].origin, READER_MEASURED);
    expect(&d, grid, "What was the value in 2018?", "55");
    expect(&d, grid, "What was the value in 2020?", "70");
    expect(&d, grid, "In what year was the value the highest?", "2019");
    expect(&d, grid, "What was the lowest value between 2018 and 2020?", "55");
    expect(&d, grid, "What is the difference between 2019 and 2017?", "50");
    expect(&d, grid, "What is the sum of the two highest bars?", "160");
    expect(&d, grid, "How many bars are above 50?", "3");
    expect(&d, grid, "Is the value in 2017 greater than 45?", "No");
    fov__free(d.ctx, grid);
    drawing_close(&d);
}

static void answer__never_says_what_nothing_shows(void **state)
{
    struct drawing d;
    (void)state;
    struct reader_grid *grid = standing(&d, "55");
    expect(&d, grid, "What was the value in 1999?", NULL);
    expect(&d, grid, "Which country had the value 12?", NULL);
    expect(&d, grid, "Who painted this?", NULL);
    expect(&d, grid, "What is the title of the chart?", NULL);
    expect(&d, grid, "", NULL);
    fov__free(d.ctx, grid);
    drawing_close(&d);
}

static void answer__puts_a_lost_point_back(void **state)
{
    struct drawing d;
    (void)state;
    struct reader_grid *grid = standing(&d, "552");
    expect(&d, grid, "What was the value in 2018?", "55.2");
    fov__free(d.ctx, grid);
    drawing_close(&d);
}

static void answer__does_not_believe_a_number_in_the_wrong_place(void **state)
{
    struct drawing d;
    (void)state;
    struct reader_grid *grid = standing(&d, "83");
    assert_int_equal(grid->cells[1][0].origin, READER_MEASURED);
    assert_true(grid->cells[1][0].value > 53 && grid->cells[1][0].value < 57);
    assert_true(grid->cells[1][0].is_doubtful);
    fov__free(d.ctx, grid);
    drawing_close(&d);
}

/* Lying bars in pairs; a legend below. */
static void answer__tells_the_colours_of_a_group_apart(void **state)
{
    static const char *const names[] = {"Denmark", "Germany", "Italy"};
    static const int32_t first[] = {80, 71, 58}, second[] = {16, 31, 20};
    struct drawing d;
    (void)state;
    drawing_open(&d, 500, 340);
    for (int32_t i = 0; i < 3; i++) {
        drawing_box(&d, 100, 30 + 80 * i, 100 + 4 * first[i], 54 + 80 * i, 0x2876dd);
        drawing_box(&d, 100, 56 + 80 * i, 100 + 4 * second[i], 80 + 80 * i, 0xa60e0e);
    }
    drawing_box(&d, 150, 302, 160, 312, 0x2876dd);
    drawing_box(&d, 250, 302, 260, 312, 0xa60e0e);
    drawing_see(&d);
    for (int32_t i = 0; i < 3; i++) {
        char value[8];
        drawing_word(&d, 60, 55 + 80 * i, names[i]);
        fov__format(value, sizeof(value), "%d", (int)first[i]);
        drawing_word(&d, 112 + 4 * first[i], 42 + 80 * i, value);
        fov__format(value, sizeof(value), "%d", (int)second[i]);
        drawing_word(&d, 112 + 4 * second[i], 68 + 80 * i, value);
    }
    drawing_word(&d, 180, 307, "Biden");
    drawing_word(&d, 280, 307, "Trump");
    struct reader_grid *grid = make(&d);
    assert_true(grid->is_horizontal);
    assert_int_equal(grid->series_count, 2);
    expect(&d, grid, "What is the difference between Biden and Trump in Italy?", "38");
    expect(&d, grid, "Which country gave Trump the highest share?", "Germany");
    expect(&d, grid, "What is the value of the red bar in Denmark?", "16");
    expect(&d, grid, "Which name does the red colour represent?", "Trump");
    expect(&d, grid, "What was the value in Italy?", NULL); /* of whom? */
    fov__free(d.ctx, grid);
    drawing_close(&d);
}

static void answer__reads_labels_that_carry_their_number(void **state)
{
    struct drawing d;
    (void)state;
    drawing_open(&d, 400, 300);
    drawing_see(&d);
    drawing_word(&d, 300, 60, "Europe 40%");
    drawing_word(&d, 300, 220, "North America 24%");
    drawing_word(&d, 80, 220, "Asia 30%");
    drawing_word(&d, 80, 60, "Africa 6%");
    drawing_word(&d, 200, 290, "Statistics 2021");
    struct reader_grid *grid = make(&d);
    assert_int_equal(grid->kind, READER_PIE);
    assert_int_equal(grid->name_count, 4);
    assert_true(grid->cells[0][0].is_checked); /* together they are 100 */
    expect(&d, grid, "What is the share of Asia?", "30");
    expect(&d, grid, "What is the sum of Asia and Europe?", "70");
    expect(&d, grid, "Which continent accounted for almost six percent?", "Africa");
    expect(&d, grid, "How many slices are there?", "4");
    fov__free(d.ctx, grid);
    drawing_close(&d);
}

static void answer__reads_a_table(void **state)
{
    static const char *const rows[][3] = {{"Event", "Begin", "End"},
                                          {"train lecture", "3:45 P.M.", "4:55 P.M."},
                                          {"reptile show", "2:00 P.M.", "4:00 P.M."},
                                          {"engine talk", "11:05 A.M.", "1:20 P.M."}};
    struct drawing d;
    (void)state;
    drawing_open(&d, 400, 200);
    drawing_see(&d);
    drawing_word(&d, 200, 20, "Museum schedule");
    for (size_t r = 0; r < 4; r++) {
        for (size_t c = 0; c < 3; c++)
            drawing_word(&d, 80 + 120 * (double)c, 50 + 30 * (double)r, rows[r][c]);
    }
    struct reader_grid *grid = make(&d);
    assert_int_equal(grid->kind, READER_TABLE);
    assert_int_equal(grid->name_count, 3);
    expect(&d, grid, "When does the engine talk end?", "1:20 P.M.");
    expect(&d, grid, "When does the reptile show begin?", "2:00 P.M.");
    expect(&d, grid, "What is the title of the table?", "Museum schedule");
    fov__free(d.ctx, grid);
    drawing_close(&d);
}

int suite_reader_answer(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer__reads_a_bar_and_measures_one_without_a_number),
        cmocka_unit_test(answer__never_says_what_nothing_shows),
        cmocka_unit_test(answer__puts_a_lost_point_back),
        cmocka_unit_test(answer__does_not_believe_a_number_in_the_wrong_place),
        cmocka_unit_test(answer__tells_the_colours_of_a_group_apart),
        cmocka_unit_test(answer__reads_labels_that_carry_their_number),
        cmocka_unit_test(answer__reads_a_table)};
    return cmocka_run_group_tests_name("reader_answer", tests, NULL, NULL);
}
