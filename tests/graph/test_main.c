/* SPDX-License-Identifier: MIT */
/* The graph's suites in one program. */
#include "graph_support.h"

int main(void)
{
    return suite_graph() + suite_render() + suite_mapping() + suite_golden() + suite_edges();
}
