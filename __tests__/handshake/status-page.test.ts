import { expect, test } from "vitest";
import { statusPages } from "../../src/core/request/status-page.ts";
import { httpBlock, proxying } from "./read.ts";

function pagesOf(http: string): string[] {
  const { level } = proxying(httpBlock(http), "http://named");
  return statusPages(level).map(({ parameters }) => parameters.join(" "));
}

const named = "location @n { proxy_pass http://named; }";

test.for<[title: string, http: string, expected: string[]]>([
  ["the error's", `server { error_page 418 @n; ${named} }`, ["418 @n"]],
  ["of its own", `server { location / { error_page 403 =200 @n; } ${named} }`, ["403 =200 @n"]],
  ["at http level", `error_page 418 @n; server { ${named} }`, ["418 @n"]],
  [
    "of several",
    `server { error_page 418 @n; location / { error_page 419 @n; } ${named} }`,
    ["418 @n", "419 @n"],
  ],
])("a status over the answer: %s", ([, http, expected]) => {
  expect(pagesOf(http)).toEqual(expected);
});

test.for<[title: string, http: string]>([
  ["= leaves the answer's", `server { error_page 418 = @n; ${named} }`],
  ["another page leaves it", `server { error_page 418 @n; error_page 419 = @n; ${named} }`],
  ["try_files", `server { error_page 418 @n; location / { try_files $uri @n; } ${named} }`],
  ["a variable may be the name", `server { error_page 418 @n; error_page 419 = $page; ${named} }`],
  ["Lua may go there", `server { error_page 418 @n; access_by_lua_block { } ${named} }`],
  ["what is not here may lead there", `server { error_page 418 @n; include x.conf; ${named} }`],
  ["nobody leads there", `server { ${named} }`],
  [
    "the http level's is not inherited",
    `error_page 418 @n; server { error_page 404 /x; ${named} }`,
  ],
  [
    "a location with a path",
    "server { error_page 418 /n; location /n { proxy_pass http://named; } }",
  ],
])("no status over the answer: %s", ([, http]) => {
  expect(pagesOf(http)).toEqual([]);
});
