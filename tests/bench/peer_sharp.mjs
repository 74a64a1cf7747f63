// SPDX-License-Identifier: MIT
// sharp as a peer, by the protocol of bench_foveate: `serve`, or `once REQUEST` for the memory that a
// process takes. One thread unless the request says more (with glibc's allocator that is its default
// too), no cache of operations: it would answer a repeated call without working.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const sharp = createRequire(`${process.env.BENCH_NODE}/package.json`)("sharp");
sharp.cache(false);
sharp.concurrency(1);

let path = null, data = null, raw = null;

function load(request) {
  if (request.input && path !== request.input) {
    path = request.input;
    data = readFileSync(path);
    raw = null;
  }
}

async function warm() {
  if (raw === null) raw = await sharp(data, { limitInputPixels: false }).removeAlpha().raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = raw.info;
  return sharp(raw.data, { raw: { width, height, channels }, limitInputPixels: false });
}

const cold = () => sharp(data, { limitInputPixels: false });
// With BENCH_CLOCK=cpu what this process has spent.
// What several threads have spent together is no measure of them: then it is the wall's clock.
let isCpu = false;
function now() {
  if (!isCpu) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}
const since = (start) => now() - start;
const boxOf = ([x1, y1, x2, y2]) => ({ left: x1, top: y1, width: x2 - x1, height: y2 - y1 });
const fill = { kernel: "lanczos3", fit: "fill" };

function encoded(image, isPng) {
  if (isPng) return image.png();
  // Its default, Huffman tables of the picture's own, costs time that no other side spends.
  return image.jpeg({ quality: 90, chromaSubsampling: "4:2:0", optimiseCoding: false });
}

async function finish(start, image, isPng) {
  const { data: file, info } = await encoded(image, isPng).toBuffer({ resolveWithObject: true });
  const text = file.toString("base64");
  return { ms: since(start), width: info.width, height: info.height, bytes: file.length,
           kept: text };
}

async function pixelsOf(start, image) {
  const { data: pixels, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { ms: since(start), width: info.width, height: info.height, bytes: pixels.length,
           kept: pixels };
}

const operations = {
  turn: (image, little) => image.rotate(7.5 + little),
  clahe: (image) => image.greyscale().clahe({ width: 64, height: 64, maxSlope: 2 }),
  enhance: (image, little) => image.linear(1.3 + little, -38).greyscale().sharpen({ sigma: 1 }),
};

const cases = {
  async zoom(request, box) {
    const source = request.warm ? await warm() : null;
    const start = now();
    const image = (source ?? cold()).extract(boxOf(box))
      .resize(request.width, request.height, fill);
    return finish(start, image, request.png);
  },
  async fit(request) {
    const source = request.warm ? await warm() : null;
    const start = now();
    return finish(start, (source ?? cold()).resize(request.width, request.height, fill),
                  request.png);
  },
  async fit_pixels(request, box) {
    const source = await warm();
    const start = now();
    return pixelsOf(start, source.resize(box[2], box[3], fill));
  },
  async png() {
    const start = now();
    return pixelsOf(start, cold());
  },
  async pixels(request, box) {
    const source = await warm();
    return pixelsOf(now(),
                    source.extract(boxOf(box)).resize(request.width, request.height, fill));
  },
  async operation_fit(request, box) {
    const source = await warm();
    const start = now();
    // Its pipeline resizes before it turns and filters; two passes keep the order of the others.
    const first = await operations[request.what](source, box[0] * 0.001).raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = first.info;
    const again = sharp(first.data, { raw: { width, height, channels } });
    return pixelsOf(start, again.resize(request.width, request.height, fill));
  },
  // As one call from a file's name, for memory: "nothing", "open" (the bytes are there), "zoom".
  async zoom_file(request, box) {
    const start = now();
    if (request.what === "nothing") return { ms: 0, width: 0, height: 0, bytes: 0 };
    data = readFileSync(request.input);
    if (request.what === "open") return { ms: 0, width: 0, height: 0, bytes: 0 };
    const image = cold().extract(boxOf(box)).resize(request.width, request.height, fill);
    return finish(start, image, request.png);
  },
};

async function answer(line, isOnce) {
  const request = JSON.parse(line);
  if (request.case === "forget") {
    path = data = raw = null;
    return;
  }
  if (!cases[request.case]) {
    console.log(JSON.stringify({ missing: `no case ${request.case}` }));
    return;
  }
  if (!isOnce) load(request);
  const threads = request.threads ?? 1;
  sharp.concurrency(threads);
  isCpu = process.env.BENCH_CLOCK === "cpu" && threads === 1;
  let spent = 0;
  for (const [index, box] of (request.boxes ?? [null]).entries()) {
    const { kept, ...outcome } = await cases[request.case](request, box);
    if (index === 0 && request.keep) writeFileSync(request.keep, kept ?? "");
    console.log(JSON.stringify(outcome));
    spent += outcome.ms;
    if (isOnce || spent >= (request.min_ms ?? 0)) break;
  }
}

async function tell(line, isOnce) {
  try {
    await answer(line, isOnce);
  } catch (why) {
    console.log(JSON.stringify({ error: String(why) }));
  }
  if (isOnce) {
    const hwm = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"));
    console.log(JSON.stringify({ hwm_kib: Number(hwm[1]), mapped: [] }));
  }
  console.log('{"end":true}');
}

if (process.argv[2] === "once") {
  await tell(process.argv[3], true);
} else {
  for await (const line of createInterface({ input: process.stdin })) await tell(line, false);
}
