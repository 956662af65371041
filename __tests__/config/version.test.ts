import { expect, test } from "vitest";
import { repositoryVersion, versionsInQuestion } from "../../src/core/repository/images.ts";

test.each<[string | null, readonly (readonly number[])[]]>([
  ["1.22.1", [[1, 22, 1]]],
  ["1.28", [[1, 28, 99]]],
  ["1.30", [[1, 30, 99]]],
  [
    "1.29",
    [
      [1, 29, 0],
      [1, 29, 99],
    ],
  ],
  [
    "1.31",
    [
      [1, 31, 0],
      [1, 31, 99],
    ],
  ],
  [
    null,
    [
      [1, 22, 1],
      [1, 31, 5],
    ],
  ],
])("%s asks %j", (text, versions) => {
  expect(versionsInQuestion(text)).toEqual(versions);
});

function found(texts: Readonly<Record<string, string>>): string | null {
  const paths = Object.keys(texts);
  return repositoryVersion({ list: () => paths, read: (path) => texts[path] }, () => {});
}

function pod(kind: string, image: string): string {
  return `kind: ${kind}\nspec:\n  containers:\n    - name: web\n      image: ${image}\n`;
}

test.each<[string, Readonly<Record<string, string>>, string | null]>([
  ["a Dockerfile", { Dockerfile: "FROM nginx:1.25.3-alpine\nCOPY . /\n" }, "1.25.3"],
  ["a stage of several", { "web/Dockerfile": "FROM node:24 AS build\nFROM nginx:1.28\n" }, "1.28"],
  [
    "a registry and a platform",
    { Dockerfile: "FROM --platform=linux/amd64 docker.io/nginxinc/nginx-unprivileged:1.27\n" },
    "1.27",
  ],
  ["a build argument", { Dockerfile: "ARG V=1.26.2\nFROM nginx:${V}-alpine\n" }, "1.26.2"],
  ["a build argument without a value", { Dockerfile: "ARG V\nFROM nginx:$V\n" }, null],
  [
    "compose",
    { "docker-compose.prod.yml": "services:\n  web:\n    image: 'nginx:1.24'\n" },
    "1.24",
  ],
  ["compose with a default", { "compose.yaml": "  - image: nginx:${TAG:-1.24.0}\n" }, "1.24.0"],
  ["a tag and a digest", { Dockerfile: "FROM nginx:1.25.3@sha256:abc\n" }, "1.25.3"],
  ["only a digest", { Dockerfile: "FROM nginx@sha256:abc\n" }, null],
  ["latest", { Dockerfile: "FROM nginx\n" }, null],
  ["OpenResty", { Dockerfile: "FROM openresty/openresty:1.25.3.1\n" }, null],
  ["an image of one's own", { Dockerfile: "FROM ghcr.io/acme/nginx:1.0.3\n" }, null],
  [
    "one of another project",
    { Dockerfile: "FROM nginx:1.28\n", "vendor/a/Dockerfile": "FROM nginx:1.10\n" },
    "1.28",
  ],
  ["another image", { Dockerfile: "FROM nginx-exporter:1.1.0\n" }, null],
  [
    "two that differ",
    { Dockerfile: "FROM nginx:1.25\n", "compose.yml": "image: nginx:1.27\n" },
    null,
  ],
  [
    "one that does not say",
    { Dockerfile: "FROM nginx:1.25\n", "compose.yml": "image: nginx:stable\n" },
    null,
  ],
  ["a Deployment", { "k8s/web.yaml": pod("Deployment", "nginx:1.25.3") }, "1.25.3"],
  ["a StatefulSet", { "deploy/web.yml": pod("StatefulSet", '"nginx:1.26"') }, "1.26"],
  ["a Pod", { "nginx-pod.yaml": pod("Pod", "nginxinc/nginx-unprivileged:1.27.1") }, "1.27.1"],
  [
    "one of several documents",
    { "manifests/all.yaml": `kind: Service\n---\n${pod("Deployment", "nginx:1.28")}` },
    "1.28",
  ],
  [
    "a list",
    {
      "k8s/all.yaml": `kind: List\nitems:\n  - ${pod("Pod", "nginx:1.28").replaceAll("\n", "\n    ")}`,
    },
    "1.28",
  ],
  ["a manifest with only a digest", { "k8s/web.yaml": pod("Pod", "nginx@sha256:abc") }, null],
  ["OpenResty in a Pod", { "k8s/web.yaml": pod("Pod", "openresty/openresty:1.25.3.1") }, null],
  ["a chart", { "chart/deployment.yaml": pod("Pod", "nginx:{{ .Values.tag }}") }, null],
  [
    "the controller of an Ingress",
    { "k8s/in.yaml": pod("Pod", "registry.k8s.io/ingress-nginx/controller:v1.9.4") },
    null,
  ],
  ["a manifest that is none of pods", { "k8s/web.yaml": "kind: Chart\nimage: nginx:1.25\n" }, null],
  [
    "a manifest and a Dockerfile that differ",
    { Dockerfile: "FROM nginx:1.27\n", "k8s/web.yaml": pod("Deployment", "nginx:1.25") },
    null,
  ],
  [
    "a kustomization",
    { "k8s/kustomization.yaml": "images:\n  - name: web\n    newName: nginx\n    newTag: 1.20\n" },
    "1.20",
  ],
  [
    "a manifest that a kustomization changes",
    {
      "k8s/web.yaml": pod("Deployment", "nginx:1.25"),
      "k8s/kustomization.yaml": 'images: [{ name: nginx, newTag: "1.27" }]\n',
    },
    null,
  ],
  ["a file that only looks like one", { "notes/compose.md": "image: nginx:1.27\n" }, null],
])("the version of %s", (_, texts, version) => {
  expect(found(texts)).toBe(version);
});

test("files that are not loaded are asked for", () => {
  const wanted: string[] = [];
  const paths = ["Dockerfile", "README.md"];
  repositoryVersion({ list: () => paths, read: () => undefined }, (path) => wanted.push(path));
  expect(wanted).toEqual(["Dockerfile"]);
});
