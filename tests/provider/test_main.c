/* SPDX-License-Identifier: MIT */
#include "provider/capture.h"

int main(void)
{
    return test_chat_write() + test_chat_read() + test_failure() + test_provider() +
           test_provider_wire();
}
