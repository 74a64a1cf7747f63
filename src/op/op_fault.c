/* SPDX-License-Identifier: MIT */
/* A model's bad call, in words and in JSON. It must never allocate, since running out of memory may
 * be what it reports, and must never turn into a C error by itself: the caller decides. */
#include "op/op_internal.h"

const char *fov__fault_name(enum fov_fault_code code)
{
    switch (code) {
#define NAME(name)          \
    case FOV_FAULT_##name: \
        return #name;
        FOV_FAULT_MAP(NAME)
#undef NAME
    case FOV_FAULT_NONE:
    case FOV_FAULT_COUNT:
        break;
    }
    return "NONE";
}

static fov_status status_of(enum fov_fault_code code)
{
    switch (code) {
    case FOV_FAULT_NONE:
        return FOV_OK;
    case FOV_FAULT_LIMIT:
    case FOV_FAULT_BUDGET_CALLS:
    case FOV_FAULT_BUDGET_PIXELS:
    case FOV_FAULT_BUDGET_IMAGES:
    case FOV_FAULT_BUDGET_TIME:
    case FOV_FAULT_BUDGET_ROUNDS:
    case FOV_FAULT_BUDGET_TOKENS:
    case FOV_FAULT_BUDGET_COST:
        return FOV_E_LIMIT;
    case FOV_FAULT_DECODE:
        return FOV_E_IMAGE;
    case FOV_FAULT_CANCELLED:
        return FOV_E_CANCELLED;
    case FOV_FAULT_UNSUPPORTED:
        return FOV_E_UNSUPPORTED;
    default:
        return FOV_E_ARG;
    }
}

fov_status fov__fault(fov_op_fault *fault, enum fov_fault_code code, const char *field,
                      const char *got, const char *allowed, const char *hint_fmt, ...)
{
    memset(fault, 0, sizeof(*fault));
    fault->code = code;
    fov__format(fault->field, sizeof(fault->field), "%s", field != NULL ? field : "");
    fov__format(fault->got, sizeof(fault->got), "%s", got != NULL ? got : "");
    fov__format(fault->allowed, sizeof(fault->allowed), "%s", allowed != NULL ? allowed : "");
    va_list args;
    va_start(args, hint_fmt);
    fov__vformat(fault->hint, sizeof(fault->hint), hint_fmt, args);
    va_end(args);
    fov__text_plain(fault->field);
    fov__text_plain(fault->got);
    fov__text_plain(fault->allowed);
    fov__text_plain(fault->hint);
    return status_of(code);
}

static struct fov__advice *more_advice(fov_op_fault *fault, const char *param)
{
    struct fov__advice *advice = &fault->advice[fault->advice_count % FOV__ADVICE_MAX];
    fault->advice_count++;
    memset(advice, 0, sizeof(*advice));
    advice->param = param;
    return advice;
}

void fov__fault_advise_number(fov_op_fault *fault, const char *param, double number)
{
    more_advice(fault, param)->v[0] = number;
}

void fov__fault_advise_order(fov_op_fault *fault, const char *param, const int32_t order[4])
{
    struct fov__advice *advice = more_advice(fault, param);
    advice->count = 4;
    for (int i = 0; i < 4; i++)
        advice->v[i] = order[i];
}

fov_status fov__fault_to_error(const fov_op_fault *fault, fov_error *err)
{
    const fov_status status = status_of(fault->code);
    if (status == FOV_OK) {
        fov__ok(err);
        return FOV_OK;
    }
    const char *got = fault->got, *allowed = fault->allowed;
    if (got[0] != '\0' && allowed[0] != '\0')
        return fov__fail(err, status, 0, fault->field, "%s is %s; allowed: %s", fault->field, got,
                         allowed);
    if (allowed[0] != '\0')
        return fov__fail(err, status, 0, fault->field, "%s is missing; allowed: %s", fault->field,
                         allowed);
    return fov__fail(err, status, 0, fault->field, "%s: %s", fault->field, fault->hint);
}

void fov__fault_write(struct fov_jw *jw, const char *key, const fov_op_fault *fault,
                      const char *image_id, int32_t width, int32_t height)
{
    fov__jw_object(jw, key);
    fov__jw_string(jw, "code", fov__fault_name(fault->code));
    if (fault->field[0] != '\0')
        fov__jw_string(jw, "field", fault->field);
    if (fault->got[0] != '\0')
        fov__jw_string(jw, "got", fault->got);
    if (fault->allowed[0] != '\0')
        fov__jw_string(jw, "allowed", fault->allowed);
    fov__jw_string(jw, "hint", fault->hint);
    if (fault->call[0] != '\0')
        fov__jw_raw(jw, "call", fault->call, strlen(fault->call));
    if (image_id != NULL) {
        fov__jw_object(jw, "image");
        fov__jw_string(jw, "id", image_id);
        fov__jw_int(jw, "width", width);
        fov__jw_int(jw, "height", height);
        fov__jw_end_object(jw);
    }
    fov__jw_end_object(jw);
}
