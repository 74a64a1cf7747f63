/* SPDX-License-Identifier: MIT */
#include "message/message_support.h"

int main(void)
{
    return test_conversation() + test_reply() + test_script() + test_ask();
}
