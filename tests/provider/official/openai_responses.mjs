// SPDX-License-Identifier: MIT
// Every request body of testdata/wire/openai_responses against the types of OpenAI's official
// library, as a JSON Schema that is made from them here and never kept. Exit 77, loudly, where npm
// does not reach its registry.
//     node tests/provider/official/openai_responses.mjs WORK_FOLDER [VERSION]
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [work, version = "7.57.0"] = process.argv.slice(2);
const wires = join(import.meta.dirname, "../../../testdata/wire/openai_responses");
const packages = [`openai@${version}`, "ts-json-schema-generator@2.4.0", "ajv@8.20.0"];

mkdirSync(work, { recursive: true });
try {
    execFileSync("npm", ["install", "--prefix", work, "--no-audit", "--no-fund",
        "--ignore-scripts", ...packages], { stdio: "pipe", timeout: 240000 });
} catch (error) {
    console.error(`SKIPPED, nothing was checked: npm could not install ${packages.join(" ")}\n` +
        String(error.stderr ?? error));
    process.exit(77);
}

const load = createRequire(resolve(work, "package.json"));
const { default: Ajv } = load("ajv");
const { createGenerator } = await import(load.resolve("ts-json-schema-generator"));
const type = "ResponseCreateParamsNonStreaming";
const schema = createGenerator({
    path: join(work, "node_modules/openai/resources/responses/responses.d.ts"), type,
    skipTypeCheck: true, additionalProperties: false }).createSchema(type);
const validate = new Ajv({ strict: false, allErrors: false }).compile(schema);

let failures = 0;
const expect = (wanted, name, body) => {
    if (validate(body) !== wanted) {
        failures++;
        console.error(`${name}: ${wanted ? JSON.stringify(validate.errors?.slice(-3))
            : "is accepted, though it is wrong"}`);
    }
};

// Bodies stand between the empty line behind a request's head and the next section. What the files
// make a server say on purpose that no type knows is left out: it is sent back, whatever it is.
const bodies = [];
for (const file of readdirSync(wires).filter((name) => name.endsWith(".wire"))) {
    const sections = readFileSync(join(wires, file), "utf8").split(/^=== /m).slice(1);
    for (const section of sections.filter((text) => text.startsWith("request"))) {
        bodies.push([`${file} ${bodies.length}`,
            JSON.parse(section.slice(section.indexOf("\n\n") + 2),
                (key, value) => key === "x_unknown" ? undefined : value)]);
    }
}
for (const [name, body] of bodies) {
    expect(true, name, body);
}

// A judge that accepts everything proves nothing.
const item = (body, type) => body.input.find((one) => one.type === type);
const user = (body) => body.input.find((one) => one.role === "user");
const image = (body) => user(body).content.find((part) => part.type === "input_image");
const spoil = [
    (body) => { body.max_tokens = 1; },
    (body) => { body.include = ["reasoning.encrypted"]; },
    (body) => { body.tool_choice = "never"; },
    (body) => { image(body).image_url = { url: image(body).image_url }; },
    (body) => { image(body).detail = "ultra"; },
    (body) => { delete image(body).detail; },
    (body) => { image(body).prompt_cache_breakpoint = { mode: "implicit" }; },
    (body) => { user(body).role = "tool"; },
    (body) => { delete body.tools[0].strict; },
    (body) => { body.tools[0] = { type: "function", function: body.tools[0] }; },
    (body) => { item(body, "function_call_output").output[1].type = "image_url"; },
    (body) => { item(body, "function_call_output").is_error = true; },
    (body) => { item(body, "function_call").arguments = {}; },
];
const whole = bodies.filter(([name]) => name.startsWith("zoom_then_answer"))[1][1];
image(whole).prompt_cache_breakpoint = { mode: "explicit" }; // sent where the caller asks for it
expect(true, "a marked image", whole);
spoil.forEach((change, i) => {
    const body = structuredClone(whole);
    change(body);
    expect(false, `spoilt body ${i}`, body);
});

console.log(`${bodies.length} bodies and ${spoil.length} spoilt ones, ${packages[0]}: ` +
    `${failures} failures`);
process.exit(failures > 0 || bodies.length === 0 ? 1 : 0);
