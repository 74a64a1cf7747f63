/* SPDX-License-Identifier: MIT */
/* A process that links libvips and gets ready to use it, as one that is built on it does before its
 * first picture: the neighbour of `foveate --version` and of our first JPEG. */
#include <vips/vips.h>

int main(int argc, char **argv)
{
    return argc > 0 && VIPS_INIT(argv[0]) == 0 ? 0 : 1;
}
