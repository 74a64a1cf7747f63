/* SPDX-License-Identifier: MIT */
/* A JSON Schema checker for exactly the keywords that op_schema.c writes, and the law that binds it
 * to the validator. It knows nothing of cmocka, since the fuzz target asks it too. */
#ifndef FOV_TESTS_OP_SCHEMA_CHECK_H
#define FOV_TESTS_OP_SCHEMA_CHECK_H

#include "op/op_internal.h"

/* Whether the schema accepts the value: type, anyOf, enum, items, minItems, maxItems, maxLength,
 * pattern, properties, required, additionalProperties, minimum, maximum. */
bool schema_accepts(const fov_json_value *schema, const fov_json_value *value);
/* The same of a call's arguments, in which a known member that is null counts as left out. */
bool schema_accepts_call(const fov_json_value *schema, const fov_json_value *arguments);
/* NULL, or what is wrong with the schema itself: an unknown keyword, a bound that is no number, a
 * required property that is not there, a default that the schema refuses. */
const char *schema_fault(const fov_json_value *schema);

/* The first stage of the validator - which image, types, bounds, names - over the same arguments.
 */
struct first_stage {
    void *args; /* def->args_size bytes, of the caller */
    fov_status status;
    fov_op_fault fault;
    struct op_notes notes;
};
void first_stage_run(struct first_stage *stage, const fov_op_def *def,
                     const fov_json_value *arguments, const struct op_reading *reading);

/* The law: the schema accepts what the first stage accepts. NULL where it holds, else a sentence.
 * What a schema cannot say is told from the fault alone, and what the validator accepts beyond the
 * schema from the arguments alone; both lists stand in schema_check.c. */
const char *schema_disagrees(const fov_op_def *def, const fov_json_value *schema,
                             const fov_json_value *arguments, const struct first_stage *stage);

#endif
