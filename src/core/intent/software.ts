import { remembered, rememberedOf } from "../basics/collections.ts";
import { type Application, applications, withoutWebSocket } from "./applications.ts";
import { headingsOf } from "../comments/headings.ts";
import type { LocationPaths } from "./paths.ts";
import { isTakenBy } from "./routes.ts";
import type { Doubt, Named, Sign, LocationContext } from "./sign.ts";
import { partsOf, wordsInPath } from "./words.ts";

/** Parts of a name that follow the software's own and do not change what it is. */
const neutral = new Set(
  `server app application web www backend frontend upstream upstreams svc service prod production dev staging test docker container http
  https node nodes host hostname internal local localhost main ui proxy pool cluster addon ingress address addr listen bind url uri
  base port`.split(/\s+/),
);

/** Known software that answers at a location. */
export interface FoundApplication {
  readonly sign: Sign;
  /** Nothing but its WebSockets passes there. */
  readonly dedicated: boolean;
  /** Null where only a comment says so. */
  readonly application: Application | null;
}

/** The software's WebSocket path is one that nginx sends to this location. */
export function applicationSign(around: LocationContext): FoundApplication | null {
  const { paths, upstreamNames, serverNames } = around;
  const headed = headedNames(around);
  const telling = upstreamNames
    .concat(serverNames, headed)
    .filter(({ text }) => applicationCalled(text) !== null);
  for (const named of telling) {
    const { text, what } = named;
    const application = applicationCalled(text);
    if (application === null) {
      continue;
    }
    const isItsPath = isAlways(paths, application);
    if (isItsPath || takesAllOf(around, application)) {
      const [endpoint] = application.endpoints;
      const where = endpoint === "/" ? "" : `, whose WebSockets at ${endpoint} come here`;
      const isShared = isItsPath && application.mixed === true;
      const text = `${what} is ${application.name}${where}`;
      return {
        sign: { kind: "application", text, isShared },
        dedicated: isItsPath && application.mixed !== true,
        application: headed.includes(named) ? null : application,
      };
    }
  }
  return null;
}

/**
 * What a short comment above calls the location, where the upstream has no name: `# code-server`. Only of software that is nothing
 * without WebSockets: of another, a location with a heading may be one part.
 */
function headedNames({ location, upstreamNames }: LocationContext): readonly Named[] {
  const headings =
    location.opener === null || upstreamNames.length > 0 ? [] : headingsOf(location.opener);
  return headings.flatMap((heading) => {
    const words = heading.match(/[\p{L}\d-]+/gu) ?? [];
    const text = words.join("-").toLowerCase();
    const isItself = applicationCalled(text)?.endpoints.includes("/") === true;
    return isItself && words.length <= 4
      ? [{ text, what: `"${words.join(" ")}" in the comment above` }]
      : [];
  });
}

/** A path that no other software has, so that it says enough by itself. */
export function distinctEndpoint(paths: LocationPaths): Application | null {
  return distinctApplications.find((each) => isAlways(paths, each)) ?? null;
}

/** The same of one path of several, where nothing else passes there. */
export function isDistinctEndpoint(path: string): boolean {
  return distinctApplications.some((each) => each.mixed !== true && isEndpointOf(path, each));
}

/** Whose endpoint the path is, and which, where the software answers at that very path only. */
export function fixedEndpoint(
  path: string,
): { readonly name: string; readonly endpoint: string } | null {
  const trimmed = path.replace(/\/$/, "");
  for (const { name, endpoints, fixed } of distinctApplications) {
    const endpoint = endpoints.find((each) => trimmed.endsWith(each));
    if (fixed === true && endpoint !== undefined) {
      return { name, endpoint };
    }
  }
  const [library] = /\/(?:socket|engine)\.io$/.exec(trimmed) ?? [];
  return library === undefined ? null : { name: library.slice(1), endpoint: library };
}

const distinctApplications = applications.filter(({ distinct }) => distinct === true);

const applicationsByPort = new Map(
  applications.toReversed().map((application) => [application.port, application]),
);

/** A port is no proof, unless the path is the software's own, or a folder or the file is called like it. */
export function portSign(around: LocationContext): Omit<FoundApplication, "dedicated"> | null {
  const { upstreamPort: port, pass, paths } = around;
  const application = port === null ? undefined : applicationsByPort.get(port);
  if (application === undefined) {
    return null;
  }
  if (isAlways(paths, application)) {
    const text = `${application.name} has port ${port}, and WebSockets at ${paths.written}`;
    const isShared = application.mixed === true;
    return { sign: { kind: "application", text, isShared }, application };
  }
  if (!takesAllOf(around, application)) {
    return null;
  }
  const { path } = pass.document;
  const isCalledSo = path.split("/").some((folder) => applicationCalled(folder) === application);
  const text = `port ${port} is that of ${application.name}`;
  return isCalledSo
    ? { sign: { kind: "application", text: `${text}, which ${path} names` }, application }
    : { sign: { kind: "application-port", text }, application: null };
}

/** A path of known software, but others may have the same. */
export const applicationPath = rememberedOf((paths: LocationPaths): Sign | null => {
  const application = withDeepEndpoints.find((each) => isAlways(paths, each));
  return application === undefined
    ? null
    : { kind: "application-path", text: `${application.name} has WebSockets at ${paths.written}` };
});

/** Where the upstream has no name, the folder that is handed to it is mostly called like it: `/jupyter/`. */
export function folderSign({ paths, upstreamNames }: LocationContext): Sign | null {
  if (paths.kind !== "prefix" || upstreamNames.length > 0) {
    return null;
  }
  const folder = /^\/([\w-]+)\/?$/.exec(paths.paths[0] ?? "")?.[1] ?? "";
  const application = applicationCalled(folder);
  return application === null
    ? null
    : { kind: "application-path", text: `the path ${paths.written} is called ${application.name}` };
}

/** With their endpoints of more than one segment: `/user` and `/events` are anybody's. */
const withDeepEndpoints = applications.flatMap((application) => {
  const endpoints = application.endpoints.filter((endpoint) => endpoint.split("/").length > 2);
  return endpoints.length > 0 ? [{ ...application, endpoints }] : [];
});

/** Software in front of which upgrade headers were copied from elsewhere. */
export function plainSoftware(around: LocationContext): readonly Doubt[] {
  const { location, upstreamNames, serverNames, remarks } = around;
  const path = location.opener?.document.path ?? "";
  const file = path.slice(path.lastIndexOf("/") + 1);
  // Where the upstream has no name, the file is mostly called like it.
  const byFile = upstreamNames.length === 0 ? [{ text: file, what: `the file ${file}` }] : [];
  const named = [...upstreamNames, ...serverNames, ...byFile].flatMap(
    ({ text, what }): readonly string[] => {
      const software = plainCalled(text);
      return software === null ? [] : [`${what} is ${software.name}, which has no WebSockets`];
    },
  );
  const said = remarks.flatMap((remark) =>
    withoutWebSocket
      .filter(({ name }) =>
        remark
          .toLowerCase()
          .split(/[^\w-]+/)
          .includes(name.toLowerCase()),
      )
      .map(({ name }) => `a comment speaks of ${name}, which has no WebSockets`),
  );
  return [...named, ...said].slice(0, 1).map((text) => ({ kind: "purpose", text }));
}

/** Whether the path is one of the software's endpoints, in whatever folder the software stands. */
function isEndpointOf(path: string, application: Application): boolean {
  const trimmed = path.replace(/\/$/, "").replaceAll("/…/", "/*/");
  return application.endpoints.some((endpoint) => endpoint !== "/" && trimmed.endsWith(endpoint));
}

function isAlways({ paths }: LocationPaths, application: Application): boolean {
  return paths.length > 0 && paths.every((path) => isEndpointOf(path, application));
}

/** All of its endpoints: where one has a location of its own, the author knew the difference. */
function takesAllOf(around: LocationContext, application: Application): boolean {
  const { server, location } = around;
  return mountsOf(around, application).some((mount) =>
    application.endpoints.every((endpoint) => {
      const path = mount + endpoint.replace(/\/$/, "");
      return isTakenBy(server, location, path || "/") && isTakenBy(server, location, `${path}/`);
    }),
  );
}

/** In which folders of the server the software may stand: at its root, or where the location hands a folder to it. */
function mountsOf({ paths, pass }: LocationContext, { called }: Application): readonly string[] {
  const [path = ""] = paths.kind === "prefix" ? paths.paths : [];
  const folder = path.replace(/\/$/, "");
  const isNamed = called.some((name) => partsOf(folder).join("-").includes(name));
  const hasUri = /^\w+:\/\/[^/]+\//.test(pass.parameters[0] ?? "");
  const isForIt = wordsInPath(folder).some(({ meaning }) => meaning === "duplex");
  // `/@vite/` is Vite's for its own files.
  return /^[\w./~-]+$/.test(folder) && (isNamed || hasUri || isForIt) ? ["", folder] : [""];
}

const applicationCalled = remembered((name) => firstCalled(name, applicationsByName));
const plainCalled = remembered((name) => firstCalled(name, plainByName));

/** Software by what it is called, with its place in the table. */
type ByName<Software> = ReadonlyMap<
  string,
  { readonly software: Software; readonly index: number }
>;

const applicationsByName = byName(applications);
const plainByName = byName(withoutWebSocket);

/** How many words the longest name has. */
const mostWords = Math.max(
  ...[...applicationsByName.keys(), ...plainByName.keys()].map((name) => name.split("-").length),
);

function byName<Software extends Pick<Application, "called">>(
  table: readonly Software[],
): ByName<Software> {
  const found = new Map<string, { software: Software; index: number }>();
  for (const [index, software] of table.entries()) {
    for (const called of software.called) {
      if (!found.has(called)) {
        found.set(called, { software, index });
      }
    }
  }
  return found;
}

/**
 * The first software of a table that bears the name. As in English, the last word says what it is: `acme-grafana` is
 * Grafana, `gitlab-pages` is not GitLab.
 */
function firstCalled<Software>(name: string, table: ByName<Software>): Software | null {
  const [label = ""] = name.toLowerCase().split(".", 1);
  const parts = label.split(/[-_]+/).filter((part) => part !== "");
  let first = null;
  do {
    for (let words = Math.min(mostWords, parts.length); words > 0; words--) {
      const found = table.get(parts.slice(-words).join("-"));
      if (found !== undefined && (first === null || found.index < first.index)) {
        first = found;
      }
    }
  } while (isNeutral(parts.pop() ?? ""));
  return first?.software ?? null;
}

function isNeutral(part: string): boolean {
  return neutral.has(part) || /^v?\d+$/.test(part);
}
