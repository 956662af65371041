import { describe, expect, test } from "vitest";
import {
  analyse,
  applyEdits,
  defaultPolicy,
  parseUrl,
  startOf,
  traceFile,
  type Analysis,
  type Files,
} from "../../src/core/index.ts";

const policy = { ...defaultPolicy, nginxVersion: "1.22.1" };

function filesOf(texts: Readonly<Record<string, string>>): Files {
  return { list: () => Object.keys(texts), read: (path) => texts[path] };
}

function said({ findings }: Analysis): string[] {
  return findings.map(
    ({ rule, severity, place }) =>
      `${severity} ${rule} ${place.document.path}:${startOf(place).line}`,
  );
}

/** A host of Nginx Proxy Manager, whose image holds the file that is included. */
const path = "data/nginx/proxy_host/1.conf";
const host = `server {
  set $forward_scheme http;
  set $server "127.0.0.1";
  set $port 3000;
  listen 80;
  server_name app.example.com;
  location /ws {
    include conf.d/include/proxy.conf;
  }
}
`;

describe("what stands in a file that a product ships", () => {
  test.each([
    ["alone", {}],
    ["in a program", { "data/nginx/nginx.conf": "events {} http { include proxy_host/*.conf; }" }],
  ])("is reported at the include that brings it, as trace says it: %s", (_, more) => {
    const files = filesOf({ [path]: host, ...more });
    expect(said(analyse(files, { policy }))).toEqual([
      `error connection-header ${path}:8`,
      `error http-version ${path}:8`,
      `warning idle-timeout ${path}:8`,
      `error upgrade-header ${path}:8`,
    ]);
    const address = parseUrl("ws://app.example.com/ws");
    if (address === undefined) {
      throw new Error("no address");
    }
    const trace = traceFile(files, path, { probe: "websocket", ...address }, policy);
    expect(trace?.outcome).toBe("proxied");
    expect(trace?.verdict?.reasons.toSorted()).toEqual([
      "connection-header",
      "http-version",
      "upgrade-header",
    ]);
  });

  test("is mended beside the include, and the file itself is never edited", () => {
    const { groups } = analyse(filesOf({ [path]: host }), { policy });
    const edits = groups.flatMap((group) => group.fix(() => true)?.edits ?? []);
    expect(edits.map(({ document }) => document.path)).toEqual(edits.map(() => path));
    const fixed = applyEdits(host, edits);
    expect(fixed).toContain(
      "    include conf.d/include/proxy.conf;\n    proxy_http_version 1.1;\n",
    );
    expect(said(analyse(filesOf({ [path]: fixed ?? "" }), { policy }))).toEqual([]);
  });

  test("is silent where it is a mere notice: each site has it, and nobody can change it", () => {
    const swag = `server {
  location /ws {
    include /config/nginx/proxy.conf;
    proxy_pass http://app;
  }
}
`;
    expect(said(analyse(filesOf({ "nginx/proxy-confs/a.conf": swag }), { policy }))).toEqual([]);
  });
});

test("what stands in a file of a distribution is reported at the include that brings it", () => {
  const text = `events {}
http {
  server {
    listen 80;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_http_version 1.1;
    proxy_read_timeout 1h;
    location /ws {
      include proxy_params;
      proxy_pass http://127.0.0.1:3000;
    }
  }
}
`;
  expect(said(analyse(filesOf({ "nginx.conf": text }), { policy }))).toEqual([
    "error header-inheritance nginx.conf:10",
  ]);
});

describe("what keeps nginx from starting is said at the include, where the file is included rightly too", () => {
  test("a file of a distribution", () => {
    const text = `events {}
http {
  server {
    listen 80;
    location /a {
      include proxy_params;
      proxy_pass http://127.0.0.1:3000;
      if ($host) {
        include proxy_params;
      }
    }
  }
}
`;
    expect(said(analyse(filesOf({ "nginx.conf": text }), { policy }))).toEqual([
      "error misplaced-directive nginx.conf:9",
    ]);
  });

  test("a file of a product", () => {
    const text = `events {}
http {
  server {
    listen 80;
    location /a {
      include conf.d/include/proxy.conf;
    }
  }
}
`;
    expect(said(analyse(filesOf({ "nginx.conf": text }), { policy }))).toEqual([
      "error undefined-variable nginx.conf:6",
    ]);
  });
});
