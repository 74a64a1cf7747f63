/* SPDX-License-Identifier: MIT */
/* foveate/provider.h - models behind a server: a provider is one wire format, spoken over HTTP.
 *
 *     fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
 *     opts.model = "gpt-5.4-mini";
 *     opts.api_key = getenv(fov_provider_key_env("openai_chat"));
 *     fov_model *model = NULL;
 *     if (fov_model_new_provider(&model, ctx, &opts, &err) < 0) {
 *         fprintf(stderr, "%s\n", err.message);
 *     }
 *
 * or, for a server of one's own that speaks OpenAI's Chat Completions (vLLM, llama-server, Ollama,
 * LM Studio, LiteLLM and many more):
 *
 *     opts.base_url = "http://localhost:11434/v1";
 *     opts.model = "qwen3-vl:8b";
 *
 * Providers: "openai_chat", OpenAI's Chat Completions and everything compatible with it;
 *   "anthropic", Anthropic's Messages of version 2026-10-21 and what is compatible with it. Where a
 *   request has no max_output_tokens, 16384 are asked for, since that API requires a number;
 *   "openai_responses", OpenAI's Responses, where the newest models call tools, as xAI, OpenRouter,
 *   llama-server and others speak it too. Nothing is kept on the server: store is false and the
 *   reasoning comes along encrypted, unless `extra` has a `store` or an `include` of its own (a
 *   model without reasoning may refuse to be asked for it: {"include":[]}). With an `extra` of
 *   prompt_cache_options, which GPT-5.6 and later know, the last image of each turn is marked as
 *   a breakpoint of the cache. Reasoning that the server left out is told to the log, as a warning;
 *   "gemini", Google's generateContent of v1beta (base_url holds the version). Members of a
 *   generationConfig in `extra` are joined with ours.
 *
 * What is sent: POST <base_url>/chat/completions, or wherever the format has its requests, with the
 * whole conversation each time. An assistant's message goes back byte for byte as it came, unknown
 * members included, since servers bind hidden reasoning to the exact text. Image bytes are encoded
 * while they are sent and never copied. No sampling parameter is sent unless `extra` has it.
 *
 * What is tried again: by the policy of the official client libraries, a failed connection and the
 * statuses 408, 409, 429 and 500 or more, after the time the server asks for in a header or, as
 * Google does, in the body (up to 60 seconds), or else half a second, doubled each time up to
 * eight, less up to a quarter by chance. Nothing is sent again once a 2xx status line was seen, nor
 * when trying cannot help (spent quota, an image or request that is too large). A kept connection
 * that turns out to be dead before any answer is replaced at once, which does not count as a try.
 *
 * Safety: certificates are verified, redirects are not followed, .netrc and cookies are not used.
 * The key goes to the host in `base_url` only, stays out of errors, logs and core files, and is
 * wiped with the model. Proxies are taken from the environment as curl does (https_proxy,
 * all_proxy, no_proxy), for https only: a proxy for plain http would read the key.
 *
 * Threads: fov_provider_next() and fov_provider_key_env() from any; a model from one at a time.
 */
#ifndef FOVEATE_PROVIDER_H
#define FOVEATE_PROVIDER_H

#include <foveate/message.h>

FOV_BEGIN_DECLS

/* Where the images of a tool's result go. Servers differ: Chat Completions takes them in a user
 * message only; Mistral refuses a user message there and takes them in the tool message. */
enum {
    FOV_TOOL_IMAGES_DEFAULT = 0, /* the provider's: for openai_chat FOLLOW, anthropic and
                                  * openai_responses NATIVE, gemini NATIVE but for models before
                                  * its third generation */
    FOV_TOOL_IMAGES_FOLLOW = 1,  /* in one user message after all tool messages of the turn */
    FOV_TOOL_IMAGES_NATIVE = 2   /* inside the tool message, as an array of parts */
};

/* Options of a model behind a server. Start from FOV_PROVIDER_OPTS_INIT: a zero or NULL member
 * means its default. All strings are copied. */
typedef struct fov_provider_opts {
    uint32_t struct_size;
    const char *provider;     /* NULL: "openai_chat" */
    const char *model;        /* the server's name for the model; required */
    const char *base_url;     /* NULL: the provider's own, "https://api.openai.com/v1"; anthropic's
                               * is taken with or without its "/v1". A query is kept
                               * ("…/v1?api-version=1") and never shown in a message */
    const char *api_key;      /* NULL: none is sent */
    const char *image_detail; /* "low", "high", "auto", "original" …; NULL: not sent, but for
                               * openai_responses, whose type requires one: "auto". anthropic:
                               * what becomes of an image that is too large, "error" or "downsize";
                               * NULL: "error" where foveate chose its size. gemini: "low",
                               * "medium", "high" or "ultra_high" */
    const char *extra;        /* a JSON object whose members are added to each request, as in
                               * {"reasoning_effort":"low"}; NULL: none. Members that this library
                               * writes itself (model, messages, tools …) are refused */
    const char *replay;       /* path of a .wire file: its recorded exchanges are played, each
                               * request must match, and no socket is opened; NULL: the network */
    const char *record;       /* path of a .wire file to write: every exchange, without the key, the
                               * images' bytes or the address's query; NULL: none. Prompts and
                               * answers are in it. Not together with replay */
    uint32_t timeout_ms;      /* one try, from connecting to the last byte: 600 000. The request's
                               * own timeout_ms is for all tries together */
    uint32_t max_retries;     /* further tries after the first: 2 */
    int32_t no_retries;       /* 1: try once */
    int32_t allow_plain_key;  /* 1: the key may travel over plain http to a host that is not
                               * loopback, where others can read it. 0: that is FOV_E_ARG */
    int32_t tool_images;      /* FOV_TOOL_IMAGES_… */
} fov_provider_opts;

#define FOV_PROVIDER_OPTS_INIT                                                                  \
    {(uint32_t)sizeof(fov_provider_opts), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, \
     0, 0, 0}

FOV_API void fov_provider_opts_init(fov_provider_opts *opts);

/* Make a model behind a server. Nothing is sent yet: a wrong key or model name is found by the
 * first request. The caller owns *out and frees it with fov_model_free().
 * Errors here: FOV_E_ARG (a name, address, key or option that is not allowed), FOV_E_UNSUPPORTED
 * (a build without HTTP), FOV_E_IO (replay, record), FOV_E_MEMORY.
 * Errors of its requests, besides: FOV_E_PROVIDER with the HTTP status in `detail` and the server's
 * own words in `message`; FOV_E_NET with errno or 0; FOV_E_LIMIT for a reply longer than the
 * context's `reply_bytes`; FOV_E_CANCELLED; FOV_E_MISMATCH when a replayed request differs. */
FOV_API fov_status fov_model_new_provider(fov_model **out, fov_context *ctx,
                                          const fov_provider_opts *opts, fov_error *err);

/* The name of the provider after `name`, of the first for NULL; NULL after the last and for a name
 * that is none. Static storage:
 *     for (const char *p = fov_provider_next(NULL); p != NULL; p = fov_provider_next(p)) … */
FOV_API const char *fov_provider_next(const char *name);

/* The environment variable that usually holds the key, "OPENAI_API_KEY"; NULL for a name that is no
 * provider. The library never reads it: a program may. Static storage. */
FOV_API const char *fov_provider_key_env(const char *name);

/* The same of the variable that usually holds the base address, "OPENAI_BASE_URL"; NULL where there
 * is none. */
FOV_API const char *fov_provider_base_url_env(const char *name);

FOV_END_DECLS

#endif
