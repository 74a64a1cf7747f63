/* SPDX-License-Identifier: MIT */
#include "image/suites.h"

int main(void)
{
    return suite_bmp() + suite_colour() + suite_image() + suite_probe() + suite_sniff() != 0;
}
