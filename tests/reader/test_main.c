/* SPDX-License-Identifier: MIT */
#include "reader/suites.h"

int main(void)
{
    return suite_reader_number() + suite_reader_question() + suite_reader_words() +
           suite_reader_axis() + suite_reader_answer() + suite_reader();
}
