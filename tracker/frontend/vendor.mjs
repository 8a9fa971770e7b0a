// Builds everything under tracker/static/vendor and writes VENDORED.json: what it is, its version, licence and SHA-256.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "node_modules");
const out = join(here, "..", "static", "vendor");

const version = (name) => JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")).version;
const sha256 = (path) => createHash("sha256").update(readFileSync(join(out, path))).digest("hex");

function write(path, text) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), text.endsWith("\n") ? text : `${text}\n`);
}

function copy(from, path) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  cpSync(join(packages, from), join(out, path));
}

function stylesheet(palette) {
  const built = sass.compile(join(here, "scss", `${palette}.scss`), {
    loadPaths: [packages],
    style: "compressed",
    quietDeps: true,
  });
  write(`nhsuk/nhsuk-${palette}.css`, `/*! nhsuk-frontend ${version("nhsuk-frontend")}, MIT, rebuilt for Vigil: see VENDORED.json */\n${built.css}`);
}

function bundle(entry, path, globalName) {
  esbuild.buildSync({
    entryPoints: [join(here, "js", entry)],
    outfile: join(out, path),
    bundle: true,
    minify: true,
    format: "iife",
    globalName,
    target: ["es2020"],
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "eof",
  });
}

rmSync(out, { recursive: true, force: true });

["light", "dark"].forEach(stylesheet);
for (const icon of ["arrow-down", "arrow-up", "arrow-up-down", "cross"]) {
  const file = `nhsuk-icon-${icon}.svg`;
  copy(`nhsuk-frontend/dist/nhsuk/assets/images/${file}`, `nhsuk/images/${file}`);
}
bundle("nhsuk.js", "nhsuk/nhsuk.js");
write("nhsuk/LICENCE", readFileSync(join(here, "licences", "nhsuk-frontend.txt"), "utf8")); // its npm package carries none

bundle("echarts.js", "echarts/echarts.js", "echarts");
copy("echarts/LICENSE", "echarts/LICENSE");
copy("echarts/NOTICE", "echarts/NOTICE");
copy("zrender/LICENSE", "echarts/zrender-LICENSE");

write("htmx/htmx.js", readFileSync(join(packages, "htmx.org/dist/htmx.min.js"), "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
copy("htmx.org/LICENSE", "htmx/LICENSE");

const parts = [
  {
    name: "nhsuk-frontend", version: version("nhsuk-frontend"), licence: "MIT", folder: "nhsuk", licence_file: "nhsuk/LICENCE",
    changes: "Rebuilt from its Sass: Vigil's palette and type scale; without Frutiger, logo, header, footer and hero. JavaScript: Button, ErrorSummary, PasswordInput, SkipLink.",
  },
  {
    name: "echarts", version: version("echarts"), licence: "Apache-2.0", folder: "echarts", licence_file: "echarts/LICENSE",
    changes: `Bundled with only the charts and components listed in frontend/js/echarts.js, SVG renderer; holds zrender ${version("zrender")} (BSD-3-Clause, zrender-LICENSE).`,
  },
  { name: "htmx.org", version: version("htmx.org"), licence: "0BSD", folder: "htmx", licence_file: "htmx/LICENSE", changes: "The minified file as published, without its source map line." },
];
for (const part of parts) {
  const names = readdirSync(join(out, part.folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(out.length + 1))
    .sort();
  part.files = Object.fromEntries(names.map((name) => [name, sha256(name)]));
}
write("VENDORED.json", JSON.stringify({ refresh: "make vendor", parts }, null, 2));
