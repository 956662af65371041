import { describe, expect, test } from "vitest";
import { findPrograms } from "../../src/core/config/programs.ts";
import { composePlacements, dockerfilePlacements } from "../../src/core/repository/placements.ts";
import { analyse } from "../../src/core/index.ts";
import { policyOf, repository, type Texts } from "../config/repository.ts";

describe("where files land", () => {
  test.each<[text: string, expected: readonly string[]]>([
    ["COPY nginx.conf /etc/nginx/nginx.conf", ["nginx.conf > /etc/nginx/nginx.conf"]],
    [
      "COPY a.conf b.conf /etc/nginx/conf.d/",
      ["a.conf > /etc/nginx/conf.d/", "b.conf > /etc/nginx/conf.d/"],
    ],
    ['ADD --chown=nginx ["a b.conf", "/etc/nginx/"]', ["a b.conf > /etc/nginx/"]],
    ["WORKDIR /etc/nginx\nCOPY conf.d ./conf.d", ["conf.d > /etc/nginx/conf.d"]],
    ["COPY a.conf \\\n  /etc/nginx/nginx.conf", ["a.conf > /etc/nginx/nginx.conf"]],
    ["COPY --from=build /a /etc/nginx/nginx.conf", []],
    ["COPY $A /etc/nginx/\nADD https://a/b.conf /etc/nginx/", []],
    ["COPY <<EOF /etc/nginx/nginx.conf\nEOF", []],
  ])("Dockerfile: %s", (text, expected) => {
    expect(
      dockerfilePlacements(text).map(
        ({ from, to, intoFolder }) => `${from} > ${to}${intoFolder ? "/" : ""}`,
      ),
    ).toEqual(expected);
  });

  test("a compose file, for each service", () => {
    const text = `services:
  web:
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
      - { type: bind, source: ./conf.d, target: /etc/nginx/conf.d }
      - data:/var/lib/data
    configs:
      - source: site
        target: /etc/nginx/site.conf
      - { source: own, target: /etc/nginx/own.conf }
  other: {}
configs:
  site: { file: ./site.conf }
  own: { content: "listen 80;" }
`;
    expect(
      composePlacements(text).map((all) => all.map(({ from, to }) => `${from} > ${to}`)),
    ).toEqual([
      [
        "./nginx.conf > /etc/nginx/nginx.conf",
        "./conf.d > /etc/nginx/conf.d",
        "./site.conf > /etc/nginx/site.conf",
        "#0.configs.own/content > /etc/nginx/own.conf",
      ],
      [],
    ]);
    expect(composePlacements("- a\n")).toEqual([]);
    expect(composePlacements("{{ a }}: [")).toEqual([]);
  });
});

const main = "events {}\nhttp { include /etc/nginx/conf.d/*.conf; include snippets/a.conf; }\n";
const site = "server { listen 80; location /ws { proxy_pass http://b; } }\n";

function programs(texts: Texts): string[] {
  return findPrograms(repository(texts), { policy: policyOf() }).configs.map(
    ({ kind, documents }) => `${kind}: ${documents.map(({ path }) => path).join(" ")}`,
  );
}

function indented(text: string): string {
  return text.replace(/^/gm, "    ").trimEnd();
}

function configMap(name: string, key: string, text: string): string {
  return `kind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  ${key}: |\n${indented(text)}\n`;
}

/** A Deployment that mounts nginx.conf of the one ConfigMap, and the other as a folder. */
function workload(conf: string, sites: string): string {
  return `kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: nginx
          volumeMounts:
            - { name: conf, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf }
            - { name: sites, mountPath: /etc/nginx/conf.d/ }
      volumes:
        - name: conf
          configMap:
            name: ${conf}
        - name: sites
          projected:
            sources:
              - configMap:
                  name: ${sites}
`;
}

function kustomization(conf: readonly string[], sites: readonly string[]): string {
  const files = (paths: readonly string[]): string =>
    paths.map((path) => `      - ${path}\n`).join("");
  return `resources: [deployment.yaml]
configMapGenerator:
  - name: main
    files:
${files(conf)}  - name: sites
    files:
${files(sites)}`;
}

describe("the whole is found without configuration", () => {
  test.each<[title: string, texts: Texts, expected: readonly string[]]>([
    [
      "a site file beside nginx.conf that is copied to conf.d",
      {
        "nginx/Dockerfile":
          "FROM nginx\nCOPY nginx.conf /etc/nginx/\nCOPY app.conf /etc/nginx/conf.d/default.conf\nCOPY ws.conf /etc/nginx/snippets/a.conf\n",
        "nginx/nginx.conf": main,
        "nginx/app.conf": site,
        "nginx/ws.conf": "map $http_upgrade $c { default upgrade; '' close; }\n",
      },
      ["main: nginx/nginx.conf nginx/app.conf nginx/ws.conf"],
    ],
    [
      "a context above the Dockerfile",
      {
        "docker/Dockerfile":
          "FROM nginx\nCOPY deploy/nginx.conf /etc/nginx/nginx.conf\nCOPY deploy/sites /etc/nginx/conf.d\n",
        "deploy/nginx.conf": main,
        "deploy/sites/a.conf": site,
      },
      ["main: deploy/nginx.conf deploy/sites/a.conf"],
    ],
    [
      "mounts of a compose file",
      {
        "compose.yml":
          "services:\n  web:\n    image: nginx\n    volumes:\n      - ./edge.conf:/etc/nginx/nginx.conf\n      - ./app.conf:/etc/nginx/conf.d/app.conf\n",
        "edge.conf": main,
        "app.conf": site,
      },
      ["main: edge.conf app.conf"],
    ],
    [
      "two services, each with its own sites",
      {
        "compose.yml":
          "services:\n  a:\n    image: nginx\n    volumes: [./nginx.conf:/etc/nginx/nginx.conf, ./a:/etc/nginx/conf.d]\n  b:\n    image: nginx\n    volumes: [./nginx.conf:/etc/nginx/nginx.conf, ./b:/etc/nginx/conf.d]\n",
        "nginx.conf": main,
        "a/s.conf": site,
        "b/s.conf": site,
      },
      ["main: nginx.conf a/s.conf", "main: nginx.conf b/s.conf"],
    ],
    [
      "templates of the image, without a main file",
      {
        Dockerfile:
          "FROM nginx\nCOPY web/site.conf.template /etc/nginx/templates/default.conf.template\nCOPY maps.conf /etc/nginx/conf.d/\n",
        "web/site.conf.template":
          "server { listen ${PORT}; location /ws { proxy_pass http://b; } }\n",
        "maps.conf": "map $http_upgrade $c { default upgrade; '' close; }\n",
      },
      ["http: maps.conf web/site.conf.template"],
    ],
    [
      "several trees in one repository",
      {
        "a/Dockerfile":
          "FROM nginx\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY s.conf /etc/nginx/conf.d/\n",
        "a/nginx.conf": main,
        "a/s.conf": site,
        "b/nginx.conf": main,
        "b/conf.d/s.conf": site,
      },
      ["main: a/nginx.conf a/s.conf", "main: b/nginx.conf b/conf.d/s.conf"],
    ],
    [
      "ConfigMaps that a chart mounts, each where it is mounted",
      {
        "chart/templates/deployment.yaml": workload(
          "{{ .Release.Name }}-main",
          "{{ .Release.Name }}-sites",
        ),
        "chart/templates/main.yaml": configMap("{{ .Release.Name }}-main", "nginx.conf", main),
        "chart/templates/sites.yaml": configMap("{{ .Release.Name }}-sites", "a.conf", site),
        "chart/templates/others.yaml": configMap("{{ .Release.Name }}-others", "b.conf", site),
      },
      [
        "main: chart/templates/main.yaml chart/templates/sites.yaml",
        "http: chart/templates/others.yaml",
      ],
    ],
    [
      "of ConfigMaps with one name the one that is near",
      {
        "dev/nginx.yaml": `${workload("main", "sites")}---\n${configMap("main", "nginx.conf", main)}`,
        "dev/sites.yaml": configMap("sites", "a.conf", site),
        "prod/nginx.yaml": `${workload("main", "sites")}---\n${configMap("main", "nginx.conf", main)}`,
        "prod/sites.yaml": configMap("sites", "a.conf", site),
      },
      ["main: dev/nginx.yaml dev/sites.yaml", "main: prod/nginx.yaml prod/sites.yaml"],
    ],
    [
      "files of which a kustomization makes ConfigMaps",
      {
        "k8s/kustomization.yaml": kustomization(["nginx.conf=conf/main.conf"], ["../web/a.conf"]),
        "k8s/deployment.yaml": workload("main", "sites"),
        "k8s/conf/main.conf": main,
        "web/a.conf": site,
        "web/b.conf": site,
      },
      ["main: k8s/conf/main.conf web/a.conf", "http: web/b.conf"],
    ],
    [
      "a file that a kustomization names and nobody mounts",
      {
        "k8s/kustomization.yaml": kustomization(["nginx.conf"], ["a.conf"]),
        "k8s/deployment.yaml": workload("main", "others"),
        "k8s/nginx.conf": main,
        "k8s/a.conf": site,
      },
      ["main: k8s/nginx.conf", "http: k8s/a.conf"],
    ],
    [
      "ConfigMaps of which nobody knows which is meant, each by itself",
      {
        "base/nginx.yaml": `${workload("main", "sites")}---\n${configMap("main", "nginx.conf", main)}`,
        "dev/sites.yaml": configMap("sites", "a.conf", site),
        "prod/sites.yaml": configMap("sites", "a.conf", site),
      },
      ["main: base/nginx.yaml", "http: dev/sites.yaml", "http: prod/sites.yaml"],
    ],
  ])("%s", (_, texts, expected) => {
    expect(programs(texts)).toEqual(expected);
  });
});

describe("a template whose variables are erased", () => {
  const template =
    'server {\n  listen ${PORT};\n  location /ws {\n    proxy_pass http://app;\n    proxy_http_version 1.1;\n    proxy_set_header Host $host;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection "upgrade";\n    proxy_read_timeout 1h;\n  }\n}\n';
  const check = (texts: Texts): string[] =>
    analyse(
      { list: () => Object.keys(texts), read: (path) => texts[path] },
      { policy: policyOf() },
    ).findings.map(({ rule, message }) => `${rule}: ${message}`);

  test.each<[title: string, texts: Texts]>([
    [
      "by a Dockerfile",
      {
        Dockerfile:
          'FROM nginx\nCOPY site.conf.template /etc/nginx/t\nCMD sh -c "envsubst < /etc/nginx/t > /etc/nginx/conf.d/default.conf && nginx"\n',
      },
    ],
    [
      "by a script",
      {
        "docker-entrypoint.sh":
          "#!/bin/sh\n\ncat /templates/site.conf.template | envsubst \\\n  > /etc/nginx/conf.d/a.conf\n",
      },
    ],
    [
      "by a compose file",
      {
        "compose.yml":
          "services:\n  web:\n    image: nginx\n    command: sh -c 'envsubst < site.conf.template > /etc/nginx/nginx.conf'\n",
      },
    ],
  ])("%s", (_, texts) => {
    const [finding, ...others] = check({ ...texts, "site.conf.template": template });
    expect(finding).toMatch(/^upgrade-header: .*line \d, runs `envsubst` without a list of names/);
    expect(others).toEqual([]);
  });

  test.each<[title: string, command: string]>([
    ["names are listed", "envsubst '$PORT' < site.conf.template > a"],
    ["nothing says which file", 'for f in *; do envsubst < "$f" > a; done'],
    ["another file", "envsubst < other > a"],
    ["a comment", "# envsubst < site.conf.template"],
  ])("not so where %s", (_, command) => {
    expect(
      check({ "docker-entrypoint.sh": `${command}\n`, "site.conf.template": template }),
    ).toEqual([]);
  });

  test("a dollar that is written as a variable stays", () => {
    const texts = {
      "start.sh": "envsubst < site.conf.template > a\n",
      "site.conf.template": template.replaceAll("$h", "${DOLLAR}h"),
    };
    expect(check(texts)).toEqual([]);
  });
});

describe("a heredoc whose variables the shell replaces", () => {
  const block = (upgrade: string, host = "www.example.com"): string =>
    `server {\n  listen 80;\n  location /ws {\n    proxy_pass http://app;\n    proxy_http_version 1.1;\n    proxy_set_header Host ${host};\n    proxy_set_header Upgrade ${upgrade};\n    proxy_set_header Connection "upgrade";\n    proxy_read_timeout 1h;\n  }\n}\n`;
  const script = (inside: string, delimiter = "EOF"): string =>
    `#!/bin/sh\ncat > /etc/nginx/conf.d/default.conf <<${delimiter}\n${inside}EOF\n`;
  const findings = (path: string, text: string) =>
    analyse({ list: () => [path], read: () => text }, { policy: policyOf() }).groups.flatMap(
      (group) =>
        group.findings.map(({ rule, message }) => ({ rule, message, fix: group.fix(() => true) })),
    );

  test("the handshake loses Upgrade, and a backslash keeps it", () => {
    const [found, ...others] = findings("start.sh", script(block("$http_upgrade")));
    expect(found).toMatchObject({
      rule: "upgrade-header",
      message: expect.stringContaining("the delimiter of the heredoc is not quoted"),
    });
    expect(others).toEqual([]);
    expect(found?.fix?.edits.map(({ text }) => text).join("")).toContain("\\$http_upgrade");
  });

  test("in a Dockerfile too", () => {
    const text = `FROM nginx\nCOPY <<EOF /etc/nginx/conf.d/default.conf\n${block("${http_upgrade}")}EOF\n`;
    expect(findings("Dockerfile", text).map(({ rule }) => rule)).toEqual(["upgrade-header"]);
  });

  test("no fix where another variable of nginx is lost with it", () => {
    const [found] = findings("start.sh", script(block("$http_upgrade", "$host")));
    expect(found).toMatchObject({ rule: "upgrade-header", fix: null });
  });

  test.each<[title: string, text: string]>([
    ["a quoted delimiter", script(block("$http_upgrade", "$host"), "'EOF'")],
    ["a backslash", script(block("\\$http_upgrade", "\\$host"))],
    [
      "a value of the script's own",
      `http_upgrade='$http_upgrade'\n${script(block("$http_upgrade"))}`,
    ],
    ["another variable, which is not known", script(block("$UPGRADE"))],
  ])("silent with %s", (_, text) => {
    expect(findings("start.sh", text)).toEqual([]);
  });
});

describe("a template that Terraform fills in", () => {
  const texts = {
    "web/site.conf.tpl":
      'server {\n  listen 80;\n  location /ws {\n    proxy_pass http://app;\n    proxy_http_version 1.1;\n    proxy_set_header Host $host;\n    proxy_set_header Upgrade ${request_method};\n    proxy_set_header Connection "upgrade";\n    proxy_read_timeout 1h;\n  }\n}\n',
  };
  const check = (all: Texts): string[] =>
    analyse(
      { list: () => Object.keys(all), read: (path) => all[path] },
      { policy: policyOf() },
    ).findings.map(({ rule }) => rule);

  test.each<[title: string, path: string, call: string]>([
    ["beside it", "web/main.tf", 'templatefile("${path.module}/site.conf.tpl", {})'],
    ["from above", "main.tf", 'templatefile(\n  "web/site.conf.tpl", {})'],
    [
      "from a folder that is not known",
      "a/b.tf",
      'templatefile("${var.folder}/site.conf.tpl", {})',
    ],
    ["as it was before", "web/main.tf", 'template = file("${path.module}/site.conf.tpl")'],
    [
      "as it was long before",
      "web/main.tf",
      'template = "${file("${path.module}/site.conf.tpl")}"',
    ],
  ])("%s", (_, path, call) => {
    expect(check({ ...texts, [path]: `a = ${call}\n` })).toEqual([]);
  });

  test("not so where nothing does", () => {
    expect(check(texts)).not.toEqual([]);
    expect(check({ ...texts, "web/main.tf": 'a = file("site.conf.tpl")\n' })).not.toEqual([]);
    expect(check({ ...texts, "web/main.tf": 'a = templatefile("a.conf", {})\n' })).not.toEqual([]);
  });
});
