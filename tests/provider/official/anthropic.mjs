// SPDX-License-Identifier: MIT
// Every request body of testdata/wire/anthropic against the types of Anthropic's official library,
// as a JSON Schema that is made from them here and never kept. Exit 77, loudly, where npm does not
// reach its registry.
//     node tests/provider/official/anthropic.mjs WORK_FOLDER [VERSION [FOLDER_OF_WIRE_FILES]]
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const recorded = join(import.meta.dirname, "../../../testdata/wire/anthropic");
const [work, version = "1.13.0", wires = recorded] = process.argv.slice(2);
const packages = [`@anthropic-ai/sdk@${version}`, "ts-json-schema-generator@2.4.0", "ajv@8.20.0"];

mkdirSync(work, { recursive: true });
try {
    execFileSync("npm", ["install", "--prefix", work, "--no-audit", "--no-fund",
        "--ignore-scripts", "--fetch-retries=0", ...packages], { stdio: "pipe", timeout: 240000 });
} catch (error) {
    console.error(`SKIPPED, nothing was checked: npm could not install ${packages.join(" ")}\n` +
        String(error.stderr ?? error));
    process.exit(77);
}

const load = createRequire(resolve(work, "package.json"));
const { default: Ajv } = load("ajv");
const { createGenerator } = await import(load.resolve("ts-json-schema-generator"));
const types = join(work, "node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts");
const schema = createGenerator({ path: types, type: "MessageCreateParamsBase",
    skipTypeCheck: true, additionalProperties: false }).createSchema("MessageCreateParamsBase");
const validate = new Ajv({ strict: false, allErrors: false }).compile(schema);

let failures = 0;
const expect = (wanted, name, body) => {
    if (validate(body) !== wanted) {
        failures++;
        console.error(`${name}: ${wanted ? JSON.stringify(validate.errors?.slice(0, 3))
            : "is accepted, though it is wrong"}`);
    }
};

// Bodies stand between the empty line behind a request's head and the next section.
const bodies = [];
for (const file of readdirSync(wires).filter((name) => name.endsWith(".wire"))) {
    const sections = readFileSync(join(wires, file), "utf8").split(/^=== /m).slice(1);
    for (const section of sections.filter((text) => text.startsWith("request"))) {
        bodies.push([`${file} ${bodies.length}`,
            JSON.parse(section.slice(section.indexOf("\n\n") + 2))]);
    }
}
for (const [name, body] of bodies) {
    expect(true, name, body);
}

// A judge that accepts everything proves nothing.
const image = (body) => body.messages[0].content.find((block) => block.type === "image");
const spoil = [
    (body) => { body.temperature = 1; },
    (body) => { delete body.max_tokens; },
    (body) => { image(body).source.media_type = "image/bmp"; },
    (body) => { image(body).transformations.oversized_image = "shrink"; },
    (body) => { image(body).cache_control.type = "persistent"; },
    (body) => { body.tools[0].parameters = body.tools[0].input_schema; },
    (body) => { body.messages[0].role = "tool"; },
];
const whole = bodies.map(([, body]) => body)
    .find((body) => body.tools && image(body)?.cache_control);
spoil.forEach((change, i) => {
    const body = structuredClone(whole);
    change(body);
    expect(false, `spoilt body ${i}`, body);
});

console.log(`${bodies.length} bodies and ${spoil.length} spoilt ones, ${packages[0]}: ` +
    `${failures} failures`);
process.exit(failures > 0 || bodies.length === 0 ? 1 : 0);
