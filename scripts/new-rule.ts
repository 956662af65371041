import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { constantOf } from "./generate.ts";
import { project } from "./tools.ts";

const [name = "", ...others] = process.argv.slice(2);
if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(name) || others.length > 0) {
  console.error(
    "Usage: npm run new-rule NAME, the directive or header and then the problem, e.g. idle-timeout.",
  );
  process.exit(2);
}

const code = `import { called } from "./phrases.ts";
import { type LocationRule, placeOf } from "./rule.ts";

export const ${constantOf(name)}: LocationRule = {
  id: "${name}",
  group: "traffic",
  severity: "warning",
  from: "recommended",
  summary: "What it finds, as one line without a full stop",
  over: "location",
  check(location, report) {
    const { upstream } = location.exchanges.websocket;
    if (upstream === null) {
      return;
    }
    report({ place: placeOf(location.pass), message: \`\${called(location)} …\` });
  },
};
`;

const page = `# ${name}

What it finds, as one line without a full stop.

## What breaks

What breaks, for whom, and what they see. Why nginx does so, with an experiment or its source.

## Example

Before:

\`\`\`nginx
The text of a fixture to the letter, bad-example.conf here.
\`\`\`

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[${name}] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  ${name}: off
\`\`\`

## Sources

- [proxy_pass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass), nginx
`;

const sound = `server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
`;

const files: Readonly<Record<string, string>> = {
  [`src/core/rules/${name}.ts`]: code,
  [`src/core/rules/${name}.md`]: page,
  [`__tests__/rules/${name}/bad-example.conf`]: sound,
  [`__tests__/rules/${name}/good-example.conf`]: sound,
};

const known = Object.keys(files).filter((path) => existsSync(join(project, path)));
if (known.length > 0) {
  console.error(`There is already ${known.join(", ")}: choose another name.`);
  process.exit(2);
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
  console.log(`wrote ${path}`);
}
console.log(`
Next:
1. Write what breaks into bad-example.conf, and what looks like it but is sound into good-example.conf.
   A rule that no profile has (severity "off") needs the line \`# on: ${name}\` in both.
2. Write the rule and its page. The page begins with the rule's summary, and its example is bad-example.conf to the letter.
3. npm run generate
4. UPDATE=1 npx vitest run __tests__/rules/rules.test.ts -t ${name}
   Read the files that it wrote: people will see them on their pull requests.
5. npm test`);
