/* SPDX-License-Identifier: MIT */
/* zoom: the box at source density. Nothing is enlarged here: the delivery does that, from the full
 * resolution, so a zoom of a zoom loses nothing. */
#include "op/op_internal.h"

struct zoom_args {
    fov_op_args_head head;
    fov_box box;
    double pad;
    char label[FOV_OP_LABEL_MAX];
};

static fov_status zoom_plan(const void *args, const fov_op_frame *in, int32_t in_count,
                            fov_op_plan *out, fov_op_fault *fault)
{
    const struct zoom_args *zoom = args;
    const fov_box frame = {0, 0, in->width, in->height};
    (void)in_count;
    fov_box box = zoom->box;
    if (zoom->pad > 0) {
        const double dx = zoom->pad * (box.x2 - box.x1), dy = zoom->pad * (box.y2 - box.y1);
        box = (fov_box){fov__floor(box.x1 - dx + 1e-6), fov__floor(box.y1 - dy + 1e-6),
                        fov__ceil(box.x2 + dx - 1e-6), fov__ceil(box.y2 + dy - 1e-6)};
    }
    fov_box cut;
    if (!fov__box_intersect(box, frame, &cut))
        return fov__fault(fault, FOV_FAULT_OUT_OF_RANGE, "zoom.box", NULL, NULL,
                          "The box does not meet the image, which is %dx%d pixels.", in->width,
                          in->height);
    if (cut.x1 != box.x1 || cut.y1 != box.y1 || cut.x2 != box.x2 || cut.y2 != box.y2)
        fov__format(out->note, sizeof(out->note), "the padding was cut to the image");
    out->output_count = 1;
    out->output[0].effect = FOV_OP_EFFECT_GEOMETRY;
    out->output[0].width = (int32_t)(cut.x2 - cut.x1);
    out->output[0].height = (int32_t)(cut.y2 - cut.y1);
    out->output[0].region_count = 1;
    out->output[0].region[0].box = (fov_box){0, 0, cut.x2 - cut.x1, cut.y2 - cut.y1};
    out->output[0].region[0].to_input = fov__mat_translate(cut.x1, cut.y1);
    return FOV_OK;
}

/* How Qwen3-VL, DeepEyes and verl's models were trained to call it. */
static const fov_op_alias_arg qwen_args[] = {{"bbox_2d", "box", 0, NULL},
                                             {"label", "label", 0, NULL},
                                             {"img_idx", "image", 0, NULL},
                                             {NULL, NULL, 0, NULL}};
/* Anthropic's cookbook. */
static const fov_op_alias_arg corner_args[] = {
    {"x1", "box", 1, "left edge, in widths of the image"},
    {"y1", "box", 2, "top edge, in heights of the image"},
    {"x2", "box", 3, "right edge, in widths of the image"},
    {"y2", "box", 4, "bottom edge, in heights of the image"},
    {NULL, NULL, 0, NULL}};
/* Mini-o3's <grounding>. */
static const fov_op_alias_arg grounding_args[] = {
    {"bbox_2d", "box", 0, NULL}, {"source", "image", 0, NULL}, {NULL, NULL, 0, NULL}};

static const fov_op_alias_row zoom_aliases[] = {
    {"crop", NULL, NULL, NULL},
    {"image_zoom_in_tool", "Zoom in on a region of the image given by a bounding box.", NULL,
     qwen_args},
    {"crop_image", "Crop an image to a box given by its edges.", "n1", corner_args},
    {"grounding", NULL, "n1", grounding_args},
    FOV_OP_ALIAS_END};

static const fov_op_param_row zoom_params[] = {
    FOV_OP_BOX(zoom_args, box, "bbox_2d", FOV_PARAM_REQUIRED, "the part to look at"),
    FOV_OP_NUM(zoom_args, pad, 0, 0.5, 0, "fraction of the box",
               "fraction of the box's width and height added on each side"),
    FOV_OP_TEXT(zoom_args, label, FOV_PARAM_COMMENT,
                "what is in the box; a remark, changes nothing"),
    FOV_OP_END};

static const fov_op_example_row zoom_examples[] = {
    {"{\"box\":[100,200,500,450]}", "400x250"},
    {"{\"box\":[10.2,20,50.9,60.5]}", "41x41"},
    {"{\"box\":[900,400,1100,600]}", "100x100"},
    {"{\"box\":[100,100,200,200],\"pad\":0.1}", "120x120"},
    {"{\"box\":[0,0,100,100],\"pad\":0.5,\"label\":\"the legend\"}", "150x150"},
    {NULL, NULL}};

const fov_op_def fov__op_zoom = {
    .name = "zoom",
    .since = "0.1.0",
    .aliases = zoom_aliases,
    .summary = "Look closer at one part of an image, at full resolution.",
    .when =
        "Use it when a detail is too small to read or count: small print, a legend, a crowded "
        "part. It is cut from the original at full resolution and shown as large as you can see, "
        "so zooming into a zoom adds detail. Take a generous box rather than a tight one.",
    .kind = FOV_OP_GEOMETRY,
    .presets = FOV_OP_PRESET_ZOOM | FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_CHART |
               FOV_OP_PRESET_DIAGRAM | FOV_OP_PRESET_PHOTO | FOV_OP_PRESET_ALL,
    .is_closer = true,
    .input_min = 1,
    .input_max = 1,
    .params = zoom_params,
    .args_size = sizeof(struct zoom_args),
    .examples = zoom_examples,
    .plan = zoom_plan,
};
