/* SPDX-License-Identifier: MIT */
/* Runs the suites of the transport folder that need no socket. */
#include "test_support.h"

int main(void)
{
    return test_body() + test_url() + test_retry() + test_replay() + test_secret();
}
