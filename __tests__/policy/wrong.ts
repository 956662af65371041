const keys =
  "expected one of profile, nginx-version, files, ignore, roots, prefixes, endpoints, locations, rules, suggestion, silences, markdown";

/** Policy files with one fault each, and what is said of it: `line:column message`. */
export const wrongPolicies: readonly (readonly [text: string, problem: string])[] = [
  // Keys.
  ["profil: basic", `1:1 unknown key "profil": did you mean "profile"? ${keys}`],
  [
    "profile: basic\nNGINX-VERSION: 1.27",
    `2:1 unknown key "NGINX-VERSION": did you mean "nginx-version"? ${keys}`,
  ],
  ["severity: error", `1:1 unknown key "severity": ${keys}`],
  [
    "idle-timeout: error",
    `1:1 unknown key "idle-timeout": "idle-timeout" is a rule and belongs under "rules"; ${keys}`,
  ],
  ["<<: { profile: basic }", `1:1 unknown key "<<": ${keys}`],
  [
    "suggestion: { conection: auto }",
    '1:15 unknown key "conection" in suggestion: did you mean "connection"? expected connection or upgrade',
  ],
  [
    "locations:\n  - match: { pth: /news }\n    websocket: false",
    '2:14 unknown key "pth" in locations[0].match: did you mean "path"? expected one of path, server, file',
  ],
  [
    "locations:\n  - match: { path: /news }\n    websocket: false\n    websockets: true",
    '4:5 unknown key "websockets" in locations[0]: did you mean "websocket"? expected match or websocket',
  ],
  [
    "rules:\n  idle-timeout: { min: 1h }",
    '2:19 unknown key "min" in rules.idle-timeout: did you mean "minimum"? expected severity or minimum',
  ],
  [
    "rules:\n  host-header: { minimum: 1h }",
    '2:18 unknown key "minimum" in rules.host-header: expected severity',
  ],
  [
    "profile: basic\nfiles: []\nprofile: hardened",
    '3:1 the key "profile" stands here twice: expected it once',
  ],
  [
    "rules: { idle-timeout: off, idle-timeout: error }",
    '1:29 the key "idle-timeout" stands here twice: expected it once',
  ],
  ["? [a]\n: b", "1:3 this key is a list: expected a word"],
  [": b", "1:1 this key is empty: expected a word"],

  // Rules.
  [
    "rules: { idle-timeot: error }",
    '1:10 unknown rule "idle-timeot": did you mean "idle-timeout"? expected a rule\'s name; `explain` lists them all',
  ],
  [
    "rules:\n  websocket: off",
    '2:3 unknown rule "websocket": did you mean "websocket-buffering"? expected a rule\'s name; `explain` lists them all',
  ],
  [
    "rules:\n  xyzzy: off",
    '2:3 unknown rule "xyzzy": expected a rule\'s name; `explain` lists them all',
  ],
  ["rules: [idle-timeout]", "1:8 rules is a list: expected keys with values"],
  [
    "rules: { idle-timeout: fatal }",
    '1:24 rules.idle-timeout is "fatal": expected one of error, warning, notice, off',
  ],
  [
    "rules: { idle-timeout: warn }",
    '1:24 rules.idle-timeout is "warn": did you mean "warning"? expected one of error, warning, notice, off',
  ],
  [
    "rules: { idle-timeout: }",
    "1:24 rules.idle-timeout is empty: expected one of error, warning, notice, off",
  ],
  [
    "rules: { idle-timeout: [error] }",
    "1:24 rules.idle-timeout is a list: expected one of error, warning, notice, off",
  ],
  [
    "rules: { idle-timeout: { severity: 3 } }",
    '1:36 rules.idle-timeout.severity is "3": expected one of error, warning, notice, off',
  ],
  [
    "rules: {idle-timeout: {minimum: x}}",
    '1:33 rules.idle-timeout.minimum is "x": expected a time as nginx writes it, such as 3600s, 1h or 1h30m',
  ],
  [
    "rules: {idle-timeout: {minimum: -5}}",
    '1:33 rules.idle-timeout.minimum is "-5": expected a time as nginx writes it, such as 3600s, 1h or 1h30m',
  ],

  // Types and values.
  [
    "profile: strict",
    '1:10 profile is "strict": expected one of recommended, basic, enterprise, hardened',
  ],
  [
    "profile: hardend",
    '1:10 profile is "hardend": did you mean "hardened"? expected one of recommended, basic, enterprise, hardened',
  ],
  [
    "profile: [basic]",
    "1:10 profile is a list: expected one of recommended, basic, enterprise, hardened",
  ],
  [
    "nginx-version: latest",
    '1:16 nginx-version is "latest": expected a version such as 1.27 or 1.27.3',
  ],
  ["nginx-version: 1", '1:16 nginx-version is "1": expected a version such as 1.27 or 1.27.3'],
  [
    "files: deploy/nginx/**",
    '1:8 files is "deploy/nginx/**": expected a list such as ["deploy/nginx/**"]',
  ],
  ["files: { a: b }", '1:8 files is a map: expected a list such as ["deploy/nginx/**"]'],
  [
    "files: [/etc/nginx/*]",
    '1:9 files[0] is "/etc/nginx/*": expected a path inside the repository, without / at its beginning',
  ],
  [
    'files: ["!/etc/nginx/*"]',
    '1:9 files[0] is "!/etc/nginx/*": expected a path inside the repository, without / at its beginning',
  ],
  [
    "ignore:\n  - a\n  - ../b",
    '3:5 ignore[1] is "../b": expected a path inside the repository, without ..',
  ],
  [
    "files: ['deploy\\nginx\\*']",
    '1:9 files[0] is "deploy\\\\nginx\\\\*": expected a path with / between its folders',
  ],
  ['files: ["deploy/[a-"]', '1:9 files[0] is "deploy/[a-": expected a glob whose [ is closed by ]'],
  [
    'files: ["deploy/{a,b"]',
    '1:9 files[0] is "deploy/{a,b": expected a glob whose { is closed by }',
  ],
  ["files: ['']", '1:9 files[0] is "": expected a glob such as deploy/nginx/**'],
  ["files: [[a]]", "1:9 files[0] is a list: expected a glob such as deploy/nginx/**"],
  ["roots: [{ a: b }]", "1:9 roots[0] is a map: expected the path of a file in the repository"],
  [
    "prefixes: { etc/nginx: deploy }",
    '1:13 "etc/nginx" in prefixes is not absolute: expected a folder on the server such as /etc/nginx',
  ],
  [
    "prefixes: { /etc/nginx: /deploy }",
    '1:25 prefixes[/etc/nginx] is "/deploy": expected a path inside the repository, without / at its beginning',
  ],
  [
    "endpoints: /ws",
    '1:12 endpoints is "/ws": expected a list such as [wss://api.example.com/ws, /socket.io/]',
  ],
  [
    "endpoints: [https://api.example.com/ws]",
    '1:13 endpoints[0] is "https://api.example.com/ws": expected the scheme ws or wss, as in wss://api.example.com/ws',
  ],
  [
    "endpoints: [ws]",
    '1:13 endpoints[0] is "ws": expected an address such as wss://api.example.com/ws, or a path such as /socket.io/, without spaces and fragment',
  ],
  [
    "locations:\n  - websocket: false",
    '2:5 locations[0] has no "match": expected path, server or file under it',
  ],
  [
    "locations:\n  - match: { path: /news }",
    '2:5 locations[0] has no "websocket": expected true or false',
  ],
  [
    "locations:\n  - match: {}\n    websocket: false",
    "2:12 locations[0].match is empty: expected path, server or file",
  ],
  [
    "locations:\n  - match: /news\n    websocket: false",
    '2:12 locations[0].match is "/news": expected keys with values',
  ],
  [
    "locations:\n  - match: { path: /a }\n    websocket: maybe",
    '3:16 locations[0].websocket is "maybe": expected true or false',
  ],
  ["locations: [/news]", '1:13 locations[0] is "/news": expected keys with values'],
  ["suggestion: map", '1:13 suggestion is "map": expected keys with values'],
  [
    "suggestion: { upgrade: websocket }",
    '1:24 suggestion.upgrade is "websocket": did you mean "websocket-only"? expected raw or websocket-only',
  ],
  [
    "locations:\n  - match: { path: /a }\n    websocket: flase",
    '3:16 locations[0].websocket is "flase": did you mean "false"? expected true or false',
  ],
  ["silences: true", '1:11 silences is "true": expected base or head'],
  ["markdown: 1", '1:11 markdown is "1": expected true or false'],

  // The whole file.
  ["- profile: basic", "1:1 the policy is a list: expected keys with values"],
  ["basic", '1:1 the policy is "basic": expected keys with values'],
  ["profile: basic\n---\nprofile: hardened", "2:1 a second document begins here: expected one"],
  ["profile: !basic x", "1:10 this tag is not known: expected a plain value"],
  ["rules:\n\tidle-timeout: off", "2:1 a tab indents this line: expected blanks"],
  [
    "endpoints: &all [*all]",
    '1:18 the alias "*all" stands inside its own anchor: expected a value',
  ],
  ["profile: *p", '1:10 the alias "*p" has no anchor before it: expected a value'],
];
