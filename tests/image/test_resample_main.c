/* SPDX-License-Identifier: MIT */
#include "image/resample_support.h"

int main(void)
{
    return suite_resample() + suite_warp() != 0;
}
