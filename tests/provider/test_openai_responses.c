/* SPDX-License-Identifier: MIT */
#include "provider/test_openai_responses.h"

int main(void)
{
    return test_openai_responses_write() + test_openai_responses_read() +
           test_openai_responses_wire();
}
