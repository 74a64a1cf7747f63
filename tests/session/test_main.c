/* SPDX-License-Identifier: MIT */
/* The session's suites in one program. */
#include "session_support.h"

int suite_session(void);
int suite_answer(void);

int main(void)
{
    return suite_session() + suite_answer();
}
