/* SPDX-License-Identifier: MIT */
#include "encode_support.h"

int main(void)
{
    return test_deflate() + test_png() + test_jpeg() + test_choose() + test_encode_image();
}
