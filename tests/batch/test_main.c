/* SPDX-License-Identifier: MIT */
#include "batch/batch_support.h"

int main(void)
{
    return suite_score() + suite_questions() + suite_results() + suite_batch() + suite_streak();
}
