/* SPDX-License-Identifier: MIT */
/* What report.html is made of besides its rows: looks, behaviour, and the one way by which text
 * gets into it. The page asks for nothing from anywhere: its policy allows its own script, by
 * hash, inline style and data: pictures only. */
#include "batch/batch_internal.h"

void fov__page_text(struct fov_buf *out, const char *text)
{
    const size_t len = strlen(text);

    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        const size_t n = fov__utf8_next(text + i, len - i, &code);

        if (n == 0)
            fov__buf_adds(out, "\xef\xbf\xbd");
        else if (code == '&')
            fov__buf_adds(out, "&amp;");
        else if (code == '<')
            fov__buf_adds(out, "&lt;");
        else if (code == '>')
            fov__buf_adds(out, "&gt;");
        else if (code == '"')
            fov__buf_adds(out, "&quot;");
        else if (code == '\'')
            fov__buf_adds(out, "&#39;");
        else if ((code < 0x20 && code != '\n' && code != '\t') || code == 0x7f)
            fov__buf_adds(out, "\xef\xbf\xbd");
        else if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
            ; /* marks that turn the direction of what follows, beyond their own cell */
        else
            fov__buf_add(out, text + i, n);
        i += n ? n : 1;
    }
}

const char fov__page_style[] =
    ":root{color-scheme:light dark;--line:#8884;--soft:#8882;--right:#1a7f37;--wrong:#c62828;"
    "--unsure:#9a6700;--error:#8250df}"
    "*{box-sizing:border-box}"
    "body{font:14px/1.45 system-ui,sans-serif;margin:0 auto;padding:20px 24px;max-width:1500px}"
    "h1{font-size:20px;margin:0 0 2px}p.sub{margin:0 0 14px;opacity:.7}"
    "pre{font:12px/1.5 "
    "ui-monospace,monospace;background:var(--soft);padding:12px;border-radius:8px;"
    "overflow-x:auto}"
    "form{display:flex;flex-wrap:wrap;gap:12px;align-items:center;position:sticky;top:0;"
    "background:Canvas;padding:10px 0;z-index:1}"
    "select,input{font:inherit;padding:4px 8px;border:1px solid var(--line);border-radius:6px;"
    "background:Canvas;color:CanvasText}select{max-width:260px}input{min-width:220px}"
    "output{opacity:.7}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed}"
    "th,td{text-align:left;vertical-align:top;padding:8px 10px 8px 0;"
    "border-top:1px solid var(--line);overflow-wrap:anywhere}"
    "th{font-weight:600;border-top:0}"
    ".c1{width:7%}.c2{width:12%}.c3{width:20%}.c4{width:18%}.c5{width:8%}.c6{width:35%}"
    ".v{display:inline-block;font-weight:600;padding:1px 8px;border-radius:999px;color:#fff}"
    ".right{background:var(--right)}.wrong{background:var(--wrong)}.unsure{background:var(--unsure)"
    "}"
    ".error{background:var(--error)}.none{background:#777}"
    "small{display:block;opacity:.7}b{font-weight:600}"
    ".looks{display:flex;flex-wrap:wrap;gap:6px}"
    ".looks a{display:block;color:inherit;text-decoration:none;font-size:11px}"
    ".looks img{display:block;border:1px solid "
    "var(--line);border-radius:4px;background:var(--soft);"
    "object-fit:contain}";

/* Pictures stand once in a table of their own; a row names them by number. The filter lives in the
 * address behind '#', so that a view can be sent to somebody. */
const char fov__page_script[] =
    "'use strict';"
    "const $=id=>document.getElementById(id);"
    "const thumbs=JSON.parse($('thumbs').textContent);"
    "const rows=[...document.querySelectorAll('tbody tr')];"
    "const show=img=>{const t=thumbs[img.dataset.t];if(t)img.src=t};"
    "const imgs=document.querySelectorAll('img[data-t]');"
    "if('IntersectionObserver' in window){"
    "const seen=new IntersectionObserver(es=>{for(const e of "
    "es)if(e.isIntersecting){show(e.target);"
    "seen.unobserve(e.target)}},{rootMargin:'600px'});"
    "for(const i of imgs)seen.observe(i)}else for(const i of imgs)show(i);"
    "const filter=()=>{let n=0;const v=$('verdict').value,k=$('type').value,"
    "q=$('text').value.toLowerCase();"
    "for(const r of rows){const on=(!v||r.dataset.v===v)&&(!k||r.dataset.k===k)&&"
    "(!q||r.textContent.toLowerCase().includes(q));r.hidden=!on;n+=on}"
    "$('shown').textContent=n+' of '+rows.length+' items'};"
    "const save=()=>{const p=new URLSearchParams();for(const id of ['verdict','type','text'])"
    "if($(id).value)p.set(id,$(id).value);history.replaceState(null,'','#'+p);filter()};"
    "const load=()=>{const p=new URLSearchParams(location.hash.slice(1));"
    "for(const id of ['verdict','type','text'])$(id).value=p.get(id)||'';filter()};"
    "for(const id of ['verdict','type','text'])$(id).addEventListener('input',save);"
    "$('filters').addEventListener('submit',e=>e.preventDefault());"
    "window.addEventListener('hashchange',load);load();";
