/* SPDX-License-Identifier: MIT */
#include "provider/test_anthropic.h"

int main(void)
{
    return test_anthropic_write() + test_anthropic_read() + test_anthropic_wire();
}
