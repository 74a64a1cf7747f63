/* SPDX-License-Identifier: MIT */
/* The module that test_module.c loads. */
__attribute__((visibility("default"))) extern const char fov_probe_text[];
const char fov_probe_text[] = "probe";
