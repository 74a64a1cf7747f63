/* SPDX-License-Identifier: MIT */
/* The session's suites in one program. */
#include "session_support.h"

int main(void)
{
    return suite_session() + suite_answer() + suite_nulls() + suite_apply();
}
