import { describe, expect, test } from "vitest";
import { analyse } from "../../src/core/index.ts";
import { policyOf } from "../config/repository.ts";
import { outline, read } from "./read.ts";

const prefix = "nginx.ingress.kubernetes.io/";

function ingress(annotations: readonly string[], path = "/ws"): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  annotations:
${annotations.map((line) => `    ${line}\n`).join("")}spec:
  rules:
    - host: a.example.com
      http:
        paths:
          - path: ${path}
            backend: { service: { name: app, port: { number: 80 } } }
`;
}

function found(text: string, path = "ingress.yaml"): string[] {
  return analyse({ list: () => [path], read: () => text }, { policy: policyOf() }).findings.map(
    ({ rule, place }) => `${place.document.lines.lineAt(place.span.start)}: ${rule}`,
  );
}

test("an Ingress is a server with its paths", () => {
  const text = ingress([`${prefix}proxy-read-timeout: "300"`, "other/annotation: x"]);
  const [document] = read("ingress.yaml", text);
  expect(
    document === undefined
      ? []
      : outline(document).filter((line) => line.includes(" ") && !line.endsWith(" ")),
  ).toEqual(['  5:  "300"', "  9:  a.example.com", "  12:  /ws", "    12:  /ws"]);
});

describe("what is said of it", () => {
  test.each<[title: string, text: string, expected: readonly string[]]>([
    ["long enough", ingress([`${prefix}proxy-read-timeout: "3600"`]), []],
    [
      "no number of seconds",
      ingress([`${prefix}proxy-read-timeout: 1h`]),
      ["5: ignored-annotation"],
    ],
    [
      "ingress-nginx's own default",
      ingress([`${prefix}proxy-body-size: 8m`]),
      ["11: idle-timeout"],
    ],
    ["no sign of WebSockets", ingress([`${prefix}proxy-body-size: 8m`], "/shop"), []],
    ["all requests, no sign of WebSockets", ingress([`${prefix}proxy-body-size: 8m`], "/"), []],
    ["another controller's", ingress(["nginx.org/proxy-read-timeout: 20s"]), []],
    [
      "the prefix of before 0.9, of no known class",
      ingress(["ingress.kubernetes.io/affinity: a"]),
      [],
    ],
    [
      "the prefix of before 0.9 as the only one",
      ingress([
        "kubernetes.io/ingress.class: nginx",
        'ingress.kubernetes.io/proxy-read-timeout: "3600"',
        "ingress.kubernetes.io/configuration-snippet: |",
        "  location /ws { proxy_pass http://app; }",
      ]),
      ["6: ignored-annotation", "7: ignored-annotation"],
    ],
    [
      "no HTTP to the service",
      ingress([`${prefix}backend-protocol: GRPC`, `${prefix}proxy-http-version: "1.0"`]),
      [],
    ],
    [
      "a value of a template",
      ingress([`${prefix}proxy-read-timeout: {{ .Values.timeout | quote }}`]),
      [],
    ],
    [
      "annotations that nobody knows",
      ingress([`${prefix}proxy-body-size: 8m`, "{{- toYaml . | nindent 4 }}"]),
      [],
    ],
    [
      "annotations under a condition",
      ingress([
        "{{- if .Values.long }}",
        `${prefix}proxy-read-timeout: "3600"`,
        "{{- end }}",
        `${prefix}enable-websocket: "true"`,
      ]),
      ["8: ignored-annotation"],
    ],
    [
      "a snippet that brings what the template has",
      ingress([
        `${prefix}proxy-read-timeout: "3600"`,
        `${prefix}configuration-snippet: |`,
        "  proxy_buffering on;",
      ]),
      ["7: duplicate-directive"],
    ],
    [
      "a silence",
      ingress([
        "# nginx-websocket-guard: ignore[ignored-annotation] for the other cluster",
        `${prefix}websocket-services: app`,
        `${prefix}proxy-read-timeout: "3600"`,
      ]),
      [],
    ],
  ])("%s", (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  test("in a chart's values", () => {
    const values = (annotation: string): string =>
      `ingress:\n  annotations:\n    ${prefix}${annotation}\n  hosts:\n    - host: a.example.com\n      paths: [/ws]\n`;
    expect(found(values('proxy-read-timeout: "30s"'), "values.yaml")).toEqual([
      "3: ignored-annotation",
    ]);
    expect(found(values('proxy-read-timeout: "30"'), "values.yaml")).toEqual(["3: idle-timeout"]);
    // Another file of values may say how long.
    expect(found(values('proxy-body-size: "8m"'), "values.yaml")).toEqual([]);
  });

  test("in a file of several documents, each by itself", () => {
    const text = `${ingress([`${prefix}proxy-read-timeout: "30"`])}---\n${ingress([`${prefix}proxy-read-timeout: "3600"`])}`;
    expect(found(text)).toEqual(["5: idle-timeout"]);
  });

  test("in lines that hold other things, nothing is taken away", () => {
    const text = ingress([]).replace(
      "annotations:\n",
      `annotations: { ${prefix}enable-websocket: "true", ${prefix}proxy-read-timeout: "3600" }\n`,
    );
    const { findings } = analyse(
      { list: () => ["i.yaml"], read: () => text },
      { policy: policyOf() },
    );
    expect(findings.map(({ rule, fix }) => [rule, fix])).toEqual([["ignored-annotation", null]]);
  });
});
