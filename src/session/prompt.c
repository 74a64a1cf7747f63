/* SPDX-License-Identifier: MIT */
/* The words a model is given. They state facts (names, coordinates, budgets, the form of an answer)
 * and give no strategy beyond looking again; each character is paid for in every request. */
#include "session/session_internal.h"

const char fov__prompt_last_round[] =
    "The tools are withdrawn now. Answer from what you have seen, in the form asked for.";

static const char *space_words(enum fov__space space)
{
    switch (space) {
    case FOV__SPACE_DELIVERED_PX:
        return "pixels of the image as delivered to you, [x1,y1,x2,y2], origin at the top left";
    case FOV__SPACE_N1000:
        return "0-1000 of the image's width and height, [x1,y1,x2,y2]";
    case FOV__SPACE_N999:
        return "0-999 of the image's width and height, [x1,y1,x2,y2]";
    case FOV__SPACE_N1000YX:
        return "0-1000 of the image's height and width, [y1,x1,y2,x2]";
    case FOV__SPACE_N1:
        return "0-1 of the image's width and height, [x1,y1,x2,y2]";
    default:
        return "pixels of the image's own frame, [x1,y1,x2,y2]";
    }
}

fov_status fov__prompt_system(struct fov_buf *out, const struct fov_session *s)
{
    if (s->system) {
        fov__buf_adds(out, s->system);
        if (fov__session_is_text(s))
            fov__buf_addf(out, "\n\n%s", (const char *)s->tools->words.data);
        return out->status;
    }
    fov__buf_adds(
        out, "You answer questions about images. Each image has a name (img_0 is the first "
             "original) and each tool makes a new image, which you are shown, from one you name. "
             "Every look is taken from the full-resolution original, so look closer whenever "
             "something is too small to be sure of.\nCoordinates are ");
    fov__buf_adds(out, space_words(s->profile->space));
    fov__buf_adds(out, s->profile->frame == FOV__FRAME_SOURCE ? ", always of the original image.\n"
                                                              : ", of the image you name.\n");
    if (fov__session_is_text(s))
        fov__buf_adds(out, (const char *)s->tools->words.data);
    fov__buf_addf(out, "You may make %u tool calls in %u rounds.\n", s->opts.calls_max,
                  s->opts.rounds_max - 1);
    fov__buf_adds(
        out, "End with these lines:\nANSWER: the answer alone, as short as it can be (a number, a "
             "name, yes or no)\nREASON: one sentence\nEVIDENCE: the names of the images it was "
             "read from\nIf the images do not show it, write CANNOT TELL: and why, in place of "
             "ANSWER.");
    return out->status;
}
