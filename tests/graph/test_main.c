/* SPDX-License-Identifier: MIT */
/* The graph's suites in one program. */
#include "graph_support.h"

int suite_graph(void);
int suite_render(void);
int suite_mapping(void);
int suite_golden(void);

int main(void)
{
    return suite_graph() + suite_render() + suite_mapping() + suite_golden();
}
