/* SPDX-License-Identifier: MIT */
/* The suites of the program test_image: one a file of src/image/ or a group of them. */
#ifndef FOV_TESTS_IMAGE_SUITES_H
#define FOV_TESTS_IMAGE_SUITES_H

int suite_bmp(void);
int suite_colour(void);
int suite_image(void);
int suite_probe(void);
int suite_sniff(void);

#endif
