/* SPDX-License-Identifier: MIT */
/* ChartQA's relaxed accuracy: numbers within 5 %, text exactly after folding case and punctuation
 * (Masry et al., "ChartQA", 2022, section 5.1). */
#ifndef SCORE_RULE_H
#define SCORE_RULE_H

#include <stdbool.h>

/* A number with its thousands separators, sign, currency and percent sign; false when it is
 * none. */
bool score_number(const char *text, double *out);
bool score_is_right(const char *answer, const char *gold);

#endif
