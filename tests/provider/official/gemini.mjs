// SPDX-License-Identifier: MIT
// Every request body of testdata/wire/gemini against the types of Google's official library, as a
// JSON Schema that is made from them here and never kept. The library has no type of the whole body
// (it makes it from a call's options), so the members are put together from its types of each. Exit
// 77, loudly, where npm does not reach its registry.
//     node tests/provider/official/gemini.mjs WORK_FOLDER [VERSION]
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [work, version = "3.1.0"] = process.argv.slice(2);
const wires = join(import.meta.dirname, "../../../testdata/wire/gemini");
const packages = [`@google/genai@${version}`, "ts-json-schema-generator@2.4.0", "ajv@8.20.0"];
const members = { contents: "Content[]", "systemInstruction?": "Content", "tools?": "Tool[]",
    "toolConfig?": "ToolConfig", "generationConfig?": "GenerationConfig" };

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
const types = Object.values(members).map((type) => type.replace("[]", ""));
writeFileSync(join(work, "body.ts"),
    `import type { ${[...new Set(types)].join(", ")} } from "@google/genai";\n` +
    "export interface Body {\n" +
    Object.entries(members).map(([name, type]) => `    ${name}: ${type};\n`).join("") + "}\n");
const schema = createGenerator({ path: join(work, "body.ts"), type: "Body", skipTypeCheck: true,
    additionalProperties: false }).createSchema("Body");
const validate = new Ajv({ strict: false, allErrors: false }).compile(schema);

let failures = 0;
const expect = (wanted, name, body) => {
    if (validate(body) !== wanted) {
        failures++;
        console.error(`${name}: ${wanted ? JSON.stringify(validate.errors?.slice(0, 3))
            : "is accepted, though it is wrong"}`);
    }
};

// Bodies stand between the empty line behind a request's head and the next section. A part of a
// kind that no type knows is sent back as it came: it stands in one file on purpose.
const bodies = [];
let unknown = 0;
for (const file of readdirSync(wires).filter((name) => name.endsWith(".wire"))) {
    const sections = readFileSync(join(wires, file), "utf8").split(/^=== /m).slice(1);
    for (const section of sections.filter((text) => text.startsWith("request"))) {
        const body = JSON.parse(section.slice(section.indexOf("\n\n") + 2));
        for (const content of body.contents.filter((one) => one.role === "model")) {
            const known = content.parts.filter((part) => !("x_unknown" in part));
            unknown += content.parts.length - known.length;
            content.parts = known;
        }
        bodies.push([`${file} ${bodies.length}`, body]);
    }
}
for (const [name, body] of bodies) {
    expect(true, name, body);
}

// A judge that accepts everything proves nothing.
const part = (body, key) => body.contents.flatMap((one) => one.parts).find((one) => one[key]);
const spoil = [
    (body) => { body.temperature = 1; },
    (body) => { part(body, "inlineData").inlineData.mime = "image/png"; },
    (body) => { part(body, "inlineData").inlinedata = {}; },
    (body) => { part(body, "inlineData").mediaResolution = { level: "HIGH" }; },
    (body) => { part(body, "functionCall").functionCall.arguments = {}; },
    (body) => { part(body, "functionResponse").functionResponse.response = "text"; },
    (body) => { part(body, "functionResponse").functionResponse.parts[0].text = "x"; },
    (body) => { body.tools[0].functionDeclarations[0].input_schema = {}; },
    (body) => { body.toolConfig = { functionCallingConfig: { mode: "none" } }; },
    (body) => { body.generationConfig = { mediaResolution: "MEDIA_RESOLUTION_ULTRA_HIGH" }; },
    (body) => { body.generationConfig = { max_output_tokens: 1 }; },
];
const whole = bodies.filter(([name]) => name.startsWith("zoom_then_answer")).at(-1)[1];
spoil.forEach((change, i) => {
    const body = structuredClone(whole);
    change(body);
    expect(false, `spoilt body ${i}`, body);
});

console.log(`${bodies.length} bodies (${unknown} unknown parts left out) and ${spoil.length} ` +
    `spoilt ones, ${packages[0]}: ${failures} failures`);
process.exit(failures > 0 || bodies.length === 0 ? 1 : 0);
