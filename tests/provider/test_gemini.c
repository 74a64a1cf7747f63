/* SPDX-License-Identifier: MIT */
#include "provider/test_gemini.h"

int main(void)
{
    return test_gemini_write() + test_gemini_read() + test_gemini_wire();
}
