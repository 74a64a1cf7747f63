/* SPDX-License-Identifier: MIT */
/* The one door to every model. It checks what goes in and gives a clean reply on failure, so that
 * no model's half-filled answer can reach a conversation. */
#include "message/parts_internal.h"

struct fov_model {
    fov_context *ctx;
    const fov_model_class *cls;
    void *user;
};

fov_status fov_model_new(fov_model **out, fov_context *ctx, const fov_model_class *cls, void *user,
                         fov_error *err)
{
    if (out == NULL || ctx == NULL || cls == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "model", "out, ctx or cls is NULL");
    }
    *out = NULL;
    if (cls->struct_size != sizeof(fov_model_class)) {
        return fov__fail(err, FOV_E_ARG, 0, "struct_size",
                         "struct_size of the model's class is %u, where this library has %zu",
                         cls->struct_size, sizeof(fov_model_class));
    }
    if (cls->name == NULL || cls->generate == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "model", "the model's class lacks its %s",
                         cls->name == NULL ? "name" : "generate function");
    }
    fov_model *model = fov__calloc(ctx, 1, sizeof(*model));
    if (model == NULL) {
        return fov__fail_memory(err, "model", sizeof(*model));
    }
    *model = (fov_model){ctx, cls, user};
    *out = model;
    fov__ok(err);
    return FOV_OK;
}

void fov_model_free(fov_model *model)
{
    if (model == NULL) {
        return;
    }
    if (model->cls->free_user != NULL) {
        model->cls->free_user(model->user);
    }
    fov__free(model->ctx, model);
}

const char *fov_model_name(const fov_model *model)
{
    return model == NULL ? "" : model->cls->name;
}

/* The model, what it is asked, and where its answer goes. */
static fov_status check_asked(const fov_model *model, const fov_request *request,
                              const fov_reply *reply, fov_error *err)
{
    if (model == NULL || request == NULL || reply == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, "model", "model, request or reply is NULL");
    }
    if (request->struct_size != sizeof(fov_request) || request->conversation == NULL ||
        (request->tool_count > 0 && request->tools == NULL)) {
        return fov__fail(err, FOV_E_ARG, 0, "request",
                         "the request lacks its struct_size, conversation or tools");
    }
    return FOV_OK;
}

fov_status fov_model_generate(fov_model *model, const fov_request *request, fov_reply *reply,
                              fov_error *err)
{
    const fov_status checked = check_asked(model, request, reply, err);
    if (checked < 0) {
        if (reply != NULL) {
            fov__reply_clear(reply);
        }
        return checked;
    }
    fov__reply_begin(reply, fov_conversation_count(request->conversation));
    if (fov_cancel_is_set(request->cancel)) {
        return fov__fail(err, FOV_E_CANCELLED, 0, "model",
                         "the caller cancelled before the model was asked");
    }
    fov__ok(err);
    const fov_status rc = model->cls->generate(model->user, request, reply, err);
    if (rc < 0) {
        fov__reply_clear(reply);
        if (err != NULL && err->status != rc) { /* a host's function that returned a code alone */
            return fov__fail(err, rc, 0, "model", "the model %s failed: %s", model->cls->name,
                             fov_status_text(rc));
        }
    }
    return rc;
}
