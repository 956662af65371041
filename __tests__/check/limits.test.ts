import { describe, expect, test } from "vitest";
import {
  analyse,
  defaultPolicy,
  jsonReport,
  textReport,
  type Analysis,
} from "../../src/core/index.ts";

const site = `server {
    listen 80;
    location /ws {
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
`;

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function analysed(texts: Readonly<Record<string, string>>, paths?: readonly string[]): Analysis {
  const files = { list: () => Object.keys(texts), read: (path: string) => texts[path] };
  return analyse(files, { policy: defaultPolicy, ...(paths !== undefined && { paths }) });
}

/** A ConfigMap with as many configurations. */
function configMap(count: number): string {
  const indented = site.replaceAll(/^(?=.)/gm, "    ");
  const data = range(count).map((index) => `  site${index}.conf: |\n${indented}`);
  return `kind: ConfigMap\nmetadata:\n  name: sites\ndata:\n${data.join("")}`;
}

/** Files of which each is copied to where nginx reads by a Dockerfile in its own folder. */
function applications(count: number): Record<string, string> {
  return Object.fromEntries(
    range(count).flatMap((index) => [
      [`app${index}/site.conf`, site],
      [`app${index}/Dockerfile`, "FROM nginx:1.27\nCOPY site.conf /etc/nginx/conf.d/site.conf\n"],
    ]),
  );
}

/** Each of these reaches one limit, and what is within it does not: by one item, but for includes. */
const cases: readonly {
  readonly limit: string;
  readonly within: () => Analysis;
  readonly beyond: () => Analysis;
  readonly says: string;
}[] = [
  {
    limit: "configurations in a file",
    within: () => analysed({ "sites.yaml": configMap(200) }),
    beyond: () => analysed({ "sites.yaml": configMap(201) }),
    says: "sites.yaml: holds more than 200 configurations; those after them are not looked at",
  },
  {
    limit: "characters of a YAML file",
    within: () => analysed({ "sites.yaml": configMap(1).padEnd(2_000_000, "\n") }),
    beyond: () => analysed({ "sites.yaml": configMap(1).padEnd(2_000_001, "\n") }),
    says: "sites.yaml: is a YAML file of more than 2,000,000 characters; it is not looked at",
  },
  {
    limit: "Dockerfiles that are read",
    within: () => analysed(applications(30)),
    beyond: () => analysed(applications(31)),
    says: "The repository: more than 30 Dockerfiles, compose files and scripts may say where nginx's files land; only the nearest are read",
  },
  {
    limit: "files that Terraform may fill in",
    within: () => analysed({ ...sites(50), "main.tf": "" }),
    beyond: () => analysed({ ...sites(51), "main.tf": "" }),
    says: "The repository: Terraform or manifests may be about more than 50 nginx files; those after them are taken as they stand",
  },
  {
    limit: "files that are near manifests",
    within: () => analysed({ ...sites(50), "kustomization.yaml": "" }),
    beyond: () => analysed({ ...sites(51), "kustomization.yaml": "" }),
    says: "The repository: Terraform or manifests may be about more than 50 nginx files; those after them are taken as they stand",
  },
  {
    limit: "Terraform files that are read",
    within: () => analysed(filledIn(30)),
    beyond: () => analysed(filledIn(31)),
    says: "The repository: more than 30 Terraform files may fill in nginx's files; only the nearest are read",
  },
  {
    limit: "files that name an image",
    within: () => analysed(applications(60)),
    beyond: () => analysed(applications(61)),
    says: "The repository: more than 60 files may name the image of nginx; those after them are not read for its version, which nginx-version in the policy says too",
  },
  {
    limit: "files that an image has",
    within: () => analysed(copied(2000)),
    beyond: () => analysed(copied(2001)),
    says: "Dockerfile: copies more than 2,000 files to where nginx reads; those after them are taken as not there",
  },
  {
    limit: "files that may include others",
    within: () => analysed(beside(400), ["sites/a.conf"]),
    beyond: () => analysed(beside(401), ["sites/a.conf"]),
    says: "The repository: more than 400 files may include those that are asked for; only the nearest are read",
  },
  {
    limit: "manifests that are read",
    within: () => analysed(manifests(59)),
    beyond: () => analysed(manifests(60)),
    says: "The repository: more than 60 manifests may mount nginx's files; only the first are read",
  },
  {
    limit: "ways in which a file is deployed",
    within: () => analysed(deployed(4)),
    beyond: () => analysed(deployed(5)),
    says: "nginx.conf: is deployed in more than 4 ways; those after them are not looked at",
  },
  {
    limit: "uses of files that are included again",
    within: () => analysed(doubling(10)),
    beyond: () => analysed(doubling(18)),
    says: "the includes repeat more than 100000 directives; what comes after them is taken as unknown",
  },
  {
    limit: "depth",
    within: () => analysed(chained(600)),
    beyond: () => analysed(chained(750)),
    says: "blocks and includes nest more than 700 deep; what is deeper is taken as unknown",
  },
];

/** As many sites in folders next to each other. */
function sites(count: number): Record<string, string> {
  return Object.fromEntries(range(count).map((at) => [`${at}/site.conf`, site]));
}

/** A site that may be a template, and as many Terraform files. */
function filledIn(count: number): Record<string, string> {
  const text = site.replace("127.0.0.1:3000", "${backend}");
  return { "site.conf": text, ...Object.fromEntries(range(count).map((at) => [`${at}.tf`, ""])) };
}

function copied(count: number): Record<string, string> {
  return {
    "conf/nginx.conf": "events {} http { include conf.d/*.conf; }",
    Dockerfile: "FROM nginx:1.27\nCOPY conf /etc/nginx/\n",
    ...Object.fromEntries(range(count - 1).map((at) => [`conf/html/${at}.html`, ""])),
  };
}

function beside(count: number): Record<string, string> {
  const names = range(count).map((at) => [`sites/b${at}.conf`, site]);
  return { "sites/a.conf": site, ...Object.fromEntries(names) };
}

function manifests(count: number): Record<string, string> {
  const names = range(count).map((at) => [`k8s/m${at}.yaml`, "kind: Service\n"]);
  return { "k8s/sites.yaml": configMap(1), ...Object.fromEntries(names) };
}

function deployed(count: number): Record<string, string> {
  const main = "events {} http { include conf.d/*.conf; }";
  const images = range(count).map((at) => [
    `Dockerfile.${at}`,
    `FROM nginx:1.27\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY site${at}.conf /etc/nginx/conf.d/site.conf\n`,
  ]);
  const sites = range(count).map((at) => [`site${at}.conf`, site]);
  return { "nginx.conf": main, ...Object.fromEntries(images), ...Object.fromEntries(sites) };
}

/** Files each of which includes the next one twice. */
function doubling(count: number): Record<string, string> {
  const files = range(count).map((at) => [
    `part${at}.conf`,
    at === count - 1
      ? "proxy_set_header X-Part 1;\n"
      : `include part${at + 1}.conf;\ninclude part${at + 1}.conf;\n`,
  ]);
  return {
    "nginx.conf": "events {} http { include part0.conf; }",
    ...Object.fromEntries(files),
  };
}

/** Files each of which includes the next one. */
function chained(count: number): Record<string, string> {
  const files = range(count).map((at) => [
    `part${at}.conf`,
    at === count - 1 ? "proxy_set_header X-Part 1;\n" : `include part${at + 1}.conf;\n`,
  ]);
  return {
    "nginx.conf": "events {} http { include part0.conf; }",
    ...Object.fromEntries(files),
  };
}

describe("a limit that is reached is said, in text and JSON", () => {
  test.each(cases.map((each) => [each.limit, each] as const))("%s", (_, { beyond, says }) => {
    const analysis = beyond();
    const text = textReport(analysis, [], { color: false, width: 200 });
    const json = JSON.parse(jsonReport(analysis, [])) as { incomplete: readonly string[] };
    expect(json.incomplete).toEqual(expect.arrayContaining([expect.stringContaining(says)]));
    expect(text).toContain(says);
  });
});

describe("what lies within it is not", () => {
  test.each(cases.map((each) => [each.limit, each] as const))("%s", (_, { within, says }) => {
    expect(within().limits.filter((sentence) => sentence.includes(says))).toEqual([]);
  });
});

test("a repository of many plain sites with what deploys them reaches no limit", () => {
  const builders = { Dockerfile: "FROM nginx:1.27\n", "compose.yaml": "services: {}\n" };
  expect(analysed({ ...sites(300), ...builders }).limits).toEqual([]);
});
