/* SPDX-License-Identifier: MIT */
/* The facts about model families, as rows, and the rules from model names to rows. Data only: how a
 * rule computes is fit.c's business. Every row says when and where its numbers were read; a number
 * that no first-hand source states is called unverified there. Rows of one vendor share a tail,
 * written once as a macro. */
#include "profile/profile_internal.h"

#define PNG_JPEG ((1U << FOV_FORMAT_PNG) | (1U << FOV_FORMAT_JPEG))
#define AS_OF .as_of = "2026-11-24"

/* Interpolated pixels beyond about 1600 x 1600 show nothing new; 2500 cells of 32 are what OpenAI's
 * "high" holds, and the other large budgets are enlarged to no more. */
#define ZOOM_BOUND .zoom_edge = 2048, .zoom_cells = 2500

/* ---- Claude --------------------------------------------------------------------------------- */

/* 10 MB of base64 an image are 7.5 MB of bytes; 100 images is the lower of the two published
 * numbers (models with a 200k context; others 600). */
#define CLAUDE(name_, summary_, edge_, cells_, source_)                                        \
    {                                                                                          \
        .name = name_, .summary = summary_, AS_OF, .source = source_, .rule = FOV__FIT_PADDED, \
        .unit = 28, .edge = edge_, .cells = cells_, .side_min = 28, .many_after = 20,          \
        .many_edge = 2000, .token_rule = FOV__TOKENS_CELLS, .token_each = 100,                 \
        .space = FOV__SPACE_DELIVERED_PX, .frame = FOV__FRAME_IMAGE, .formats = PNG_JPEG,      \
        .byte_max = 7500000, .image_max = 100, .tool_image = FOV__TOOL_IMAGE_NATIVE,           \
        .dialect = "anthropic"                                                                 \
    }

/* ---- OpenAI --------------------------------------------------------------------------------- */

/* A data URL of 20 971 520 characters, less 64 for its prefix, holds 15 728 592 bytes. Tool images
 * are native on the Responses API; Chat Completions' endpoint profile overrides that. */
#define OPENAI_TAIL                                                                   \
    .space = FOV__SPACE_DELIVERED_PX, .frame = FOV__FRAME_IMAGE, .formats = PNG_JPEG, \
    .byte_max = 15728592, .image_max = 1500, .tool_image = FOV__TOOL_IMAGE_NATIVE,    \
    .dialect = "openai"
#define PATCH(name_, summary_, edge_, cells_, percent_, detail_, source_)                       \
    {                                                                                           \
        .name = name_, .summary = summary_, AS_OF, .source = source_, .rule = FOV__FIT_PATCH,   \
        .unit = 32, .edge = edge_, .cells = cells_, .side_min = 32,                             \
        .token_rule = FOV__TOKENS_CELLS, .token_each = percent_, .detail = detail_, ZOOM_BOUND, \
        OPENAI_TAIL                                                                             \
    }
#define TILES(name_, summary_, base_, each_)                                                      \
    {                                                                                             \
        .name = name_, .summary = summary_, AS_OF, .source = OPENAI_GUIDE, .rule = FOV__FIT_TILE, \
        .unit = FOV__TILE, .edge = 2048, .short_edge = 768, .side_min = 32,                       \
        .token_rule = FOV__TOKENS_TILES, .token_base = base_, .token_each = each_,                \
        .detail = "high", OPENAI_TAIL                                                             \
    }
#define TILES_LOW(name_, summary_, base_)                                                         \
    {                                                                                             \
        .name = name_, .summary = summary_, AS_OF, .source = OPENAI_GUIDE, .rule = FOV__FIT_EDGE, \
        .unit = FOV__TILE, .edge = 512, .side_min = 32, .token_rule = FOV__TOKENS_FIXED,          \
        .token_base = base_, .detail = "low", OPENAI_TAIL                                         \
    }

#define OPENAI_GUIDE "OpenAI, guide Images and vision, autumn 2026"
#define OPENAI_56 \
    "OpenAI, guides Images and vision and Using GPT-5.6, autumn 2026; unverified for GPT-6"
#define OPENAI_SMALL                                                                           \
    "multiplier: OpenAI, guide Images and vision, autumn 2026; the 1536 patches are an older " \
    "guide's, "                                                                                \
    "unverified"

/* ---- Gemini --------------------------------------------------------------------------------- */

/* No size is published for the model's side; 3072 pixels is what earlier guides scaled to, and
 * 7.5 MB an image is our own bound, so that ten fit in the 100 MB of an inline request. */
#define GEMINI_TAIL                                                                     \
    .rule = FOV__FIT_EDGE, .unit = 32, .edge = 3072, .zoom_edge = 1568, .side_min = 32, \
    .space = FOV__SPACE_N1000YX, .frame = FOV__FRAME_IMAGE, .formats = PNG_JPEG,        \
    .byte_max = 7500000, .image_max = 3600, .dialect = "gemini"
#define GEMINI_3(name_, summary_, tokens_, detail_)                                               \
    {                                                                                             \
        .name = name_, .summary = summary_, AS_OF,                                                \
        .source =                                                                                 \
            "Google, Gemini API guides, 2026; token numbers from third-party tables, unverified", \
        .token_rule = FOV__TOKENS_FIXED, .token_base = tokens_,                                   \
        .tool_image = FOV__TOOL_IMAGE_NATIVE, .detail = detail_, GEMINI_TAIL                      \
    }

/* ---- open weights --------------------------------------------------------------------------- */

/* The bound of 7.5 MB is our own: common servers take bodies of 20 to 100 MB. */
#define OPEN_TAIL(dialect_)                                                              \
    .formats = PNG_JPEG, .byte_max = 7500000, .tool_image = FOV__TOOL_IMAGE_FOLLOW_USER, \
    .dialect = dialect_
#define QWEN(name_, summary_, unit_, cells_min_, cells_, space_, frame_, source_)               \
    QWEN_AS("openai", name_, summary_, unit_, cells_min_, cells_, space_, frame_, source_)
#define QWEN_AS(dialect_, name_, summary_, unit_, cells_min_, cells_, space_, frame_, source_)  \
    {                                                                                           \
        .name = name_, .summary = summary_, AS_OF, .source = source_, .rule = FOV__FIT_ROUND,   \
        .unit = unit_, .cells_min = cells_min_, .cells = cells_, .aspect_max = 200,             \
        .side_min = unit_, .token_rule = FOV__TOKENS_CELLS, .token_each = 100, .space = space_, \
        .frame = frame_, ZOOM_BOUND, OPEN_TAIL(dialect_)                                        \
    }

const struct fov_profile fov__profiles[] = {
    CLAUDE("claude-standard", "Claude, standard resolution: 1568 px and 1568 tokens", 1568, 1568,
           "Anthropic, guide Vision, 2026; Sonnet 5 and Haiku 5 may see more: unverified, this "
           "fits both"),
    CLAUDE("claude-high", "Claude Opus 4.7 and later, Fable, Mythos: 2576 px and 4784 tokens", 2576,
           4784, "Anthropic, guides Vision and Vision coordinates, 2026"),

    PATCH("openai-5.6-high", "GPT-5.6 and later, detail high: 2048 px, 2500 patches", 2048, 2500,
          120, "high", OPENAI_56),
    PATCH("openai-5.6-original", "GPT-5.6 and later, detail original: up to 30000 patches", 65535,
          30000, 120, "original", OPENAI_56),
    PATCH("openai-5.6-low", "GPT-5.6 and later, detail low: 512 px", 512, 0, 120, "low", OPENAI_56),
    PATCH("openai-5.5-high", "GPT-5.5, detail high: 2048 px, 2500 patches", 2048, 2500, 120, "high",
          OPENAI_GUIDE),
    PATCH("openai-5.5-original", "GPT-5.5, detail original: 6000 px, 10000 patches", 6000, 10000,
          120, "original", OPENAI_GUIDE),
    PATCH("openai-5.5-low", "GPT-5.5, detail low: 512 px", 512, 0, 120, "low", OPENAI_GUIDE),
    PATCH("openai-5.4-high", "GPT-5.4, mini and nano, detail high: 2048 px, 2500 patches", 2048,
          2500, 120, "high", OPENAI_GUIDE),
    PATCH("openai-5.4-original", "GPT-5.4, mini and nano, detail original: 6000 px, 10000 patches",
          6000, 10000, 120, "original", OPENAI_GUIDE),
    PATCH("openai-5.4-low",
          "GPT-5.4, mini and nano, detail low: 2048 px, 6144 patches, dearer than high", 2048, 6144,
          120, "low", OPENAI_GUIDE),
    PATCH("openai-5.2", "GPT-5.2, every detail: 2048 px, 6144 patches", 2048, 6144, 120, NULL,
          OPENAI_GUIDE),
    PATCH("openai-4.1-mini", "GPT-4.1 mini, every detail: 2048 px, 6144 patches", 2048, 6144, 162,
          NULL, OPENAI_GUIDE),
    PATCH("openai-4.1-nano", "GPT-4.1 nano: 2048 px, 1536 patches", 2048, 1536, 246, NULL,
          OPENAI_SMALL),
    PATCH("openai-5-mini", "GPT-5 mini: 2048 px, 1536 patches", 2048, 1536, 120, NULL,
          OPENAI_SMALL),
    PATCH("openai-5-nano", "GPT-5 nano: 2048 px, 1536 patches", 2048, 1536, 150, NULL,
          OPENAI_SMALL),
    PATCH("openai-o4-mini", "o4-mini: 2048 px, 1536 patches", 2048, 1536, 172, NULL, OPENAI_SMALL),
    TILES("openai-5", "GPT-5 and 5.1, tiles: 2048 px, short side 768", 70, 140),
    TILES_LOW("openai-5-low", "GPT-5 and 5.1, detail low: 512 px", 70),
    TILES("openai-4o", "GPT-4o and 4.1, tiles: 2048 px, short side 768", 85, 170),
    TILES_LOW("openai-4o-low", "GPT-4o and 4.1, detail low: 512 px", 85),
    TILES("openai-4o-mini", "GPT-4o mini, tiles: 2048 px, short side 768", 2833, 5667),
    TILES_LOW("openai-4o-mini-low", "GPT-4o mini, detail low: 512 px", 2833),
    TILES("openai-o1", "o1 and o3, tiles: 2048 px, short side 768", 75, 150),
    TILES_LOW("openai-o1-low", "o1 and o3, detail low: 512 px", 75),

    {.name = "gemini-2.5",
     .summary = "Gemini up to 2.5: crops of 258 tokens",
     AS_OF,
     .source = "Google, Gemini API guides, 2026; called a rough formula there",
     .token_rule = FOV__TOKENS_CROPS,
     .token_base = 258,
     .tool_image = FOV__TOOL_IMAGE_SAME_USER_TURN,
     GEMINI_TAIL},
    GEMINI_3("gemini-3-high", "Gemini 3 and later, resolution high: 1120 tokens an image", 1120,
             "MEDIA_RESOLUTION_HIGH"),
    GEMINI_3("gemini-3-medium", "Gemini 3 and later, resolution medium: 560 tokens an image", 560,
             "MEDIA_RESOLUTION_MEDIUM"),
    GEMINI_3("gemini-3-low", "Gemini 3 and later, resolution low: 280 tokens an image", 280,
             "MEDIA_RESOLUTION_LOW"),
    GEMINI_3("gemini-3-ultra", "Gemini 3 and later, resolution ultra high: 2240 tokens an image",
             2240, "MEDIA_RESOLUTION_ULTRA_HIGH"),

    QWEN("qwen3-vl", "Qwen3-VL and Qwen3.5: multiples of 32, up to 16384 tokens", 32, 4, 16384,
         FOV__SPACE_N1000, FOV__FRAME_SOURCE,
         "QwenLM, Qwen3-VL, qwen-vl-utils and issues 1623 and 1741"),
    QWEN("qwen2.5-vl", "Qwen2.5-VL: multiples of 28, up to 16384 tokens, absolute pixels", 28, 4,
         16384, FOV__SPACE_DELIVERED_PX, FOV__FRAME_IMAGE,
         "QwenLM, Qwen3-VL, qwen-vl-utils and issue 866"),
    QWEN("qwen2-vl", "Qwen2-VL: multiples of 28, up to 16384 tokens", 28, 4, 16384,
         FOV__SPACE_N1000, FOV__FRAME_IMAGE, "QwenLM, Qwen3-VL, qwen-vl-utils and issue 866"),
    QWEN_AS("hermes", "qwen3-vl-text",
            "Qwen3-VL behind a server that reads no tool calls: <tool_call> in plain text", 32, 4,
            16384, FOV__SPACE_N1000, FOV__FRAME_SOURCE,
            "sizes as qwen3-vl; QwenLM, chat template of Qwen3-VL"),
    QWEN_AS("grounding", "mini-o3",
            "Mini-o3 and Pixel-Reasoner on Qwen2.5-VL: fractions, <grounding>", 28, 4, 16384,
            FOV__SPACE_N1, FOV__FRAME_IMAGE, "the dialects' papers; sizes as Qwen2.5-VL"),
    /* Its processor counts two frames for a still picture: 28 * 28 * 15000 and 112 * 112 there are
     * 7500 and 8 cells here. */
    QWEN("glm-v", "GLM-4.1V to 4.6V: multiples of 28, up to 7500 tokens", 28, 8, 7500,
         FOV__SPACE_N1000, FOV__FRAME_IMAGE,
         "transformers, glm4v image processor, 2026; zai-org glmv-grounding"),

    {.name = "generic",
     .summary = "Any other model: 1568 px, pixels of the delivered image",
     AS_OF,
     .source = "our own choice: no vendor known sees less than this shrunk",
     .rule = FOV__FIT_EDGE,
     .unit = 28,
     .edge = 1568,
     .side_min = 28,
     .token_rule = FOV__TOKENS_UNKNOWN,
     .space = FOV__SPACE_DELIVERED_PX,
     .frame = FOV__FRAME_IMAGE,
     OPEN_TAIL("openai")},
    {.name = "reader",
     .summary = "The embedded offline reader: 1568 px, lossless",
     AS_OF,
     .source = "this library",
     .rule = FOV__FIT_EDGE,
     .unit = 28,
     .edge = 1568,
     .side_min = 28,
     .token_rule = FOV__TOKENS_UNKNOWN,
     .space = FOV__SPACE_DELIVERED_PX,
     .frame = FOV__FRAME_IMAGE,
     .formats = 1U << FOV_FORMAT_PNG,
     .tool_image = FOV__TOOL_IMAGE_NATIVE,
     .dialect = "openai"},
};
const size_t fov__profile_count = FOV_COUNT(fov__profiles);

/* First match wins, so the narrower name stands first. Each glob must match from the start of the
 * name, or from after a '/', ':' or '.', to the end. */
const struct fov__profile_pattern fov__profile_patterns[] = {
    {"claude-opus-4?[7-9]*", "claude-high"},
    {"claude-opus-[5-9]*", "claude-high"},
    {"claude-fable*", "claude-high"},
    {"claude-mythos*", "claude-high"},
    {"claude-*", "claude-standard"},

    {"gpt-[6-9]*", "openai-5.6-high"},
    {"gpt-5.[6-9]*", "openai-5.6-high"},
    {"gpt-5.5*", "openai-5.5-high"},
    {"gpt-5.4*", "openai-5.4-high"},
    {"gpt-5.[23]*", "openai-5.2"},
    {"gpt-5-mini*", "openai-5-mini"},
    {"gpt-5-nano*", "openai-5-nano"},
    {"gpt-5.1*", "openai-5"},
    {"gpt-5-*", "openai-5"},
    {"gpt-5", "openai-5"},
    {"gpt-4.1-mini*", "openai-4.1-mini"},
    {"gpt-4.1-nano*", "openai-4.1-nano"},
    {"gpt-4.1*", "openai-4o"},
    {"gpt-4o-mini*", "openai-4o-mini"},
    {"gpt-4o*", "openai-4o"},
    {"chatgpt-4o*", "openai-4o"},
    {"gpt-4-turbo*", "openai-4o"},
    {"o4-mini*", "openai-o4-mini"},
    {"o[13]", "openai-o1"},
    {"o[13]-*", "openai-o1"},

    {"gemini-[3-9]*", "gemini-3-high"},
    {"gemini-[12].*", "gemini-2.5"},

    {"qwen3.5*", "qwen3-vl"},
    {"qwen3?vl*", "qwen3-vl"},
    {"qwen3vl*", "qwen3-vl"},
    {"qwen2[._]5*vl*", "qwen2.5-vl"},
    {"qwen2?vl*", "qwen2-vl"},
    {"qwen2vl*", "qwen2-vl"},
    {"mini-o3*", "mini-o3"},
    {"pixel-reasoner*", "mini-o3"},
    {"pixelreasoner*", "mini-o3"},
    {"glm-[4-9]v*", "glm-v"},
    {"glm-[4-9].[0-9]v*", "glm-v"},
};
const size_t fov__profile_pattern_count = FOV_COUNT(fov__profile_patterns);
