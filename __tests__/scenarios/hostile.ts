import { nginx, pass, siteOf, upgrade } from "../action/configurations.ts";
import type { FileContent, Files } from "../github/git.ts";

/** What must turn up nowhere but in a suggestion, whose lines hold it anyway. */
export const secrets = [
  "hunter2",
  "c2VjcmV0OnBhc3N3b3Jk",
  "s3cr3t-k3y",
  `ghp_${"a1B2".repeat(9)}`,
] as const;

/** Somebody whom no text of the repository may notify. */
export const mentioned = "octo/everybody";

/** Texts that want to be something else where they are shown. */
const attacks = [
  "::error::owned",
  "%0A::error::owned",
  "\n::error::owned",
  "\r\n::set-output name=x::owned",
  "##[error]owned",
  "::stop-commands::owned",
  "::add-mask::e",
  `@${mentioned}`,
  "#1 GH-1 octo/shop#1",
  "<img src=x onerror=alert(1)>",
  "<!-- nginx-websocket-guard fp=00 -->",
  "</details><h1>owned</h1>",
  "[owned](https://evil.example)",
  "![owned](https://evil.example/x.png)",
  "```\n@octo/everybody\n```",
  "`````suggestion\nowned\n`````",
  "\u{202e}txt.exe\u{2066}",
  "\u{200b}\u{feff}\u{ad}",
  "\u{1b}[31mred\u{7}",
  "| a | b |",
  "$(touch /tmp/owned) `touch /tmp/owned`",
  "${{ github.token }} {{ secrets.x }}",
  "https://admin:hunter2@evil.example/",
  "EOF\nname=owned",
  "ghadelimiter_x",
  "$$\\mathrm{owned}$$",
  "__proto__ constructor",
  "𝒰𝓃𝒾 😀 é\u{301}",
  "x".repeat(5000),
] as const;

/** A generator of numbers from 0 to below 1 that gives the same ones for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many files of a pull request, each hostile in its own way. */
export function hostileFiles(seed: number, count: number): Files {
  const random = seeded(seed);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) {
      throw new Error("there is nothing to choose from");
    }
    return item;
  };
  const files: Record<string, FileContent> = {};
  for (let index = 0; index < count; index += 1) {
    // A file's name is shown as it is: a reader must find the file.
    const name = pick(attacks.filter((attack) => !attack.includes("hunter2")));
    files[pathOf(index, name, pick(folders))] = pick(contents)(pick(attacks), index);
  }
  return files;
}

const folders = ["nginx/conf.d", "nginx/snippets", "deploy/nginx/sites-enabled", "a b/nginx"];

/** A name of at most 200 bytes; git knows no NUL, `.` and `..`. */
function pathOf(index: number, attack: string, folder: string): string {
  const safe = attack.replaceAll("/", "∕").replaceAll("\0", "");
  const name = Array.from(safe).slice(0, 40).join("");
  return `${folder}/${index}${name}.conf`;
}

/** An argument in nginx's own quotes. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\$]/g, (sign) => `\\${sign}`)}"`;
}

type Make = (attack: string, index: number) => FileContent;

const contents: readonly Make[] = [
  (_, index) => nginx.site.replace("api.", `h${index}.`),
  (attack) => siteOf(`# ${attack.replaceAll("\n", " ")}`, pass),
  (attack) => nginx.site.replace("api.example.com", quoted(attack)),
  (attack) => nginx.site.replace("location /ws", `location ${quoted(`/ws${attack}`)}`),
  (attack) => siteOf(`proxy_set_header Connection ${quoted(attack)};`, pass),
  (attack) => siteOf(`proxy_set_header ${quoted(attack)} "upgrade";`, pass),
  (attack) => siteOf(`proxy_pass http://${attack};`),
  (attack) => siteOf(`include ${quoted(attack)};`, pass),
  (attack) => `${nginx.site}\n# nginx-websocket-guard: ignore[upgrade-header] ${attack}\n`,
  (attack) => `${attack} {\n${nginx.site}`,
  () => siteOf(`proxy_set_header Authorization "Basic ${secrets[1]}";`, pass),
  () => siteOf(`proxy_set_header X-Api-Key ${secrets[2]};`, 'auth_basic "hunter2";', pass),
  () => siteOf("proxy_set_header Host admin:hunter2@10.0.0.5;", pass),
  () => siteOf(`proxy_pass http://admin:hunter2@10.0.0.5:8080/?token=${secrets[3]};`),
  () => siteOf('if ($arg_token = "hunter2") { return 403; }', pass),
  () => siteOf(...upgrade, pass),
  () => nginx.site.replaceAll("\n", "\r\n"),
  () => nginx.site.replace("\n", "\r\n"),
  () => `\u{feff}${nginx.site}`,
  () => nginx.site.trimEnd(),
  () => new Uint8Array([...Buffer.from("# caf"), 0xe9, ...Buffer.from(`\n${nginx.site}`)]),
  () =>
    Buffer.from(nginx.site.replace(pass, `proxy_set_header X-Name "caf\u{e9}"; ${pass}`), "latin1"),
  () => Buffer.from(`\u{feff}${nginx.site}`, "utf16le"),
  () => new Uint8Array([0, 1, 2, 255]),
  () => "",
  () => "{".repeat(20_000),
  () => `server {${" location /ws {".repeat(3000)}`,
  () => '"'.repeat(20_000),
  () => `# ${"long ".repeat(20_000)}\n${nginx.site}`,
  () => nginx.site.replace("location /ws", `location ~ ^/ws${"(a+)+".repeat(30)}$`),
  () => `map $http_upgrade $c {\n${"    ~(a|a)*b x;\n".repeat(500)}}\n${nginx.site}`,
  (attack) => ({ symlink: attack.includes("\n") ? "../../../etc/passwd" : `/etc/${attack}` }),
  () => ({ symlink: "../nginx.conf" }),
  () => ({ submodule: "1".repeat(40) }),
  () => ({ executable: nginx.site }),
];

/** YAML that grows, a tree that is deep, and names that are no data. */
export const bombs: Readonly<Record<string, string>> = {
  "aliases that grow": `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from(
    "bcdefghij",
    (name, index) => {
      const before = String.fromCodePoint(97 + index);
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(", ")}]\n`;
    },
  ).join("")}`,
  "deep nesting": `rules: ${"[".repeat(50_000)}`,
  "deep maps": `rules:\n${Array.from({ length: 3000 }, (_, depth) => `${" ".repeat(depth + 1)}a:\n`).join("")}`,
  "keys of objects": "__proto__:\n  profile: basic\nconstructor: x\nrules:\n  __proto__: off\n",
  "a megabyte of keys": Array.from({ length: 60_000 }, (_, index) => `k${index}: 1\n`).join(""),
  "commands in values": 'profile: "::error::owned\\n::error::owned @octo/everybody"\n',
  tags: "profile: !!js/function 'function () {}'\n",
};
