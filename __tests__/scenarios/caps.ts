import { nginx, pass, siteOf, upgrade } from "../action/configurations.ts";
import type { Files } from "../github/git.ts";
import type { Act, Scenario } from "./play.ts";

const { path } = nginx;
const broken = { base: nginx.complete, head: nginx.broken };
const healthy = { gate: "red", visible: 1, names: [path] } as const satisfies Act;
const annotated = { gate: "red", visible: 0, names: [path], writes: [] } as const satisfies Act;
const post = "pulls/create-review";

function numbered(count: number, entry: (index: number) => readonly [string, string]): Files {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => entry(index)));
}

function sites(count: number): Files {
  return numbered(count, (index) => [
    `nginx/conf.d/${String(index).padStart(3, "0")}.conf`,
    nginx.site.replace("api.", `${index}.`),
  ]);
}

const large = `${nginx.site}${"# Nothing to see here.\n".repeat(60_000)}`;

/** Where GitHub or the Action stops. */
export const caps: readonly Scenario[] = [
  {
    name: "30 comments: two reviews, none twice",
    setup: { base: nginx.complete, head: sites(30) },
    acts: [{ gate: "red", visible: 30, writes: [post, post] }],
  },
  {
    name: "60 findings in as many files: 50 comments, the rest in annotations and summary",
    setup: { base: nginx.complete, head: sites(60) },
    acts: [
      {
        gate: "red",
        visible: 50,
        says: ["got no comment, because max-comments is 50"],
        also: (_, { summary }) => [
          !summary.includes("max-comments is reached") && "the summary does not say why",
          summary.includes("no line in the diff") && "the summary says that there is no line",
        ],
      },
    ],
  },
  {
    name: "max-comments 1 of 3: the worst has the comment",
    setup: { base: nginx.complete, head: sites(3) },
    acts: [
      {
        gate: "red",
        visible: 1,
        inputs: { "max-comments": "1" },
        names: ["nginx/conf.d/000.conf", "nginx/conf.d/001.conf", "nginx/conf.d/002.conf"],
      },
    ],
  },
  {
    name: "max-comments 0: annotations alone",
    setup: broken,
    acts: [{ ...annotated, inputs: { "max-comments": "0" } }],
  },
  {
    name: "12 findings without comments: annotations within GitHub's caps, all in the summary",
    setup: { base: nginx.complete, head: sites(12) },
    acts: [{ gate: "red", visible: 0, inputs: { comment: "summary" } }],
  },
  {
    name: "a used-up budget of writes: the rest is left to the next run",
    setup: { base: nginx.complete, head: sites(4) },
    acts: [
      { gate: "red", visible: 4 },
      {
        gate: "green",
        before: ({ pull }) =>
          void pull.push(
            numbered(4, (index) => [
              `nginx/conf.d/00${index}.conf`,
              siteOf(...upgrade, pass).replace("api.", `${index}.`),
            ]),
          ),
        faults: () => {
          let writes = 0;
          return ({ operation }) => {
            if (operation !== "pulls/update-review-comment") {
              return undefined;
            }
            writes += 1;
            return writes < 3
              ? undefined
              : {
                  kind: "answer",
                  status: 403,
                  body: { message: "You have exceeded a secondary rate limit." },
                  headers: { "retry-after": "600" },
                };
          };
        },
        says: ["Older comments could not be brought up to date."],
      },
      { gate: "green", visible: 0 },
    ],
  },
  {
    name: "files on the second page of the list: read",
    setup: {
      base: nginx.complete,
      head: { ...numbered(120, (index) => [`a/${index}.txt`, "a\n"]), ...nginx.broken },
    },
    acts: [healthy],
  },
  {
    name: "more files than GitHub lists: compared by the trees, and it is said",
    setup: {
      base: nginx.complete,
      head: { ...numbered(3000, (index) => [`a/${index}.txt`, `${index}\n`]), ...nginx.broken },
    },
    acts: [{ ...annotated, says: ["GitHub lists the first 3000 files of this change only"] }],
  },
  {
    name: "a tree that GitHub cuts: incomplete, and it is said",
    setup: { ...broken, github: { limits: { entriesPerTree: 2 } } },
    acts: [{ ...healthy, says: ["GitHub lists only a part of this repository's files"] }],
  },
  {
    name: "a tree that GitHub cuts, incomplete fail: red although nothing was found",
    setup: {
      base: nginx.complete,
      head: { [path]: siteOf(...upgrade, pass) },
      github: { limits: { entriesPerTree: 2 } },
    },
    acts: [
      {
        gate: "red",
        visible: 0,
        inputs: { incomplete: "fail" },
        says: ["(incomplete: fail)"],
      },
    ],
  },
  {
    name: "a tree that GitHub cuts: nothing is called fixed",
    setup: broken,
    acts: [
      healthy,
      {
        gate: "green",
        visible: 1,
        before: ({ pull }) => void pull.push({ [path]: siteOf(...upgrade, pass) }),
        faults:
          () =>
          ({ operation }) =>
            operation === "git/get-tree"
              ? { kind: "answer", status: 200, body: { sha: "0", tree: [], truncated: true } }
              : undefined,
        writes: [],
      },
      { gate: "green", visible: 0 },
    ],
  },
  {
    name: "a file without a patch: annotated, and it is said",
    setup: { ...broken, github: { limits: { linesPerPatch: 3 } } },
    acts: [{ ...annotated, says: [`GitHub shows no diff of ${path}`] }],
  },
  {
    name: "a file of more than 1 MB: read as a blob",
    setup: { base: nginx.complete, head: { [path]: large } },
    acts: [
      {
        gate: "red",
        names: [path],
        also: (_, { requests }) => [
          !requests.some(({ operation }) => operation === "git/get-blob") && "no blob was read",
        ],
      },
    ],
  },
  {
    name: "a file of more than 5 MB: incomplete, and it is said",
    setup: { base: nginx.complete, head: { [path]: "# x\n".repeat(1_300_000) } },
    acts: [{ gate: "green", says: [`${path} was not analysed: it is larger than 5 MB`] }],
  },
  {
    name: "a file that is not UTF-8: commented, but a suggestion would change its bytes",
    setup: {
      base: nginx.complete,
      head: {
        [path]: Buffer.from(
          nginx.site.replace(pass, `proxy_set_header Connection "caf\u{e9}"; ${pass}`),
          "latin1",
        ),
      },
    },
    acts: [
      {
        ...healthy,
        also: ({ pull }) => [
          pull.comments.some(({ body }) => body.includes("```suggestion")) && "it has a suggestion",
        ],
      },
    ],
  },
  {
    name: "a binary file: incomplete, and red where incomplete fails",
    setup: { base: nginx.complete, head: { [path]: new Uint8Array([0, 1, 2]) } },
    acts: [
      {
        gate: "red",
        inputs: { incomplete: "fail" },
        says: [`${path} was not analysed: it is binary`],
      },
    ],
  },
  {
    name: "a file that becomes binary: green by default, but the line says what was not analysed",
    setup: {
      base: { ...nginx.complete, [path]: siteOf(...upgrade, pass) },
      head: { [path]: new Uint8Array([0, 1, 2]) },
    },
    acts: [
      {
        gate: "green",
        says: [`Not everything could be analysed: ${path} was not analysed: it is binary.`],
        hides: ["Nothing to check"],
      },
    ],
  },
  ...["fail", "warn"].flatMap((incomplete): Scenario[] => [
    {
      name: `a configuration replaced by a symbolic link, incomplete ${incomplete}`,
      setup: {
        base: { ...nginx.complete, [path]: siteOf(...upgrade, pass), "api.txt": nginx.site },
        head: { [path]: { symlink: "../../../api.txt" } },
      },
      acts: [
        {
          gate: incomplete === "fail" ? "red" : "green",
          inputs: { incomplete },
          says: [`${path} was not analysed: it is a symbolic link, which is not followed.`],
          hides: ["Nothing to check"],
        },
      ],
    },
    {
      name: `a folder of configuration replaced by a symbolic link, incomplete ${incomplete}`,
      setup: {
        base: { ...nginx.complete, [path]: siteOf(...upgrade, pass), "other/api.conf": "" },
        head: { [path]: null, "nginx/conf.d": { symlink: "../other" } },
      },
      acts: [
        {
          gate: incomplete === "fail" ? "red" : "green",
          inputs: { incomplete },
          says: [
            `${path} was not analysed: nginx/conf.d is a symbolic link, which is not followed.`,
          ],
        },
      ],
    },
  ]),
  {
    name: "a configuration replaced by a symbolic link in a change of too many files: found by the trees",
    setup: {
      base: { ...nginx.complete, [path]: siteOf(...upgrade, pass) },
      head: {
        ...numbered(3000, (index) => [`a/${index}.txt`, `${index}\n`]),
        [path]: { symlink: "/a/1.txt" },
      },
    },
    acts: [
      {
        gate: "red",
        inputs: { incomplete: "fail" },
        says: [`${path} was not analysed: it is a symbolic link, which is not followed.`],
      },
    ],
  },
  {
    name: "a configuration replaced by a symbolic link to one of the repository: that one is judged",
    setup: {
      base: { ...nginx.complete, [path]: siteOf(...upgrade, pass), "api.txt": nginx.site },
      head: { [path]: { symlink: "../../api.txt" } },
    },
    acts: [{ gate: "red", names: ["api.txt"], hides: ["not analysed"] }],
  },
  {
    name: "links that lead in circles, to folders, to nothing and far: nothing is said of them, and nothing hangs",
    setup: {
      base: { ...nginx.complete, [path]: siteOf(...upgrade, pass) },
      head: {
        "nginx/conf.d/a.conf": { symlink: "b.conf" },
        "nginx/conf.d/b.conf": { symlink: "a.conf" },
        "nginx/conf.d/self.conf": { symlink: "self.conf" },
        "nginx/conf.d/folder.conf": { symlink: "../conf.d" },
        "nginx/conf.d/etc.conf": { symlink: "/etc/nginx/nginx.conf" },
        "nginx/conf.d/up.conf": { symlink: "../../../../etc/nginx/nginx.conf" },
        "nginx/conf.d/text.conf": { symlink: "server { location /ws { proxy_pass http://a; } }" },
        "nginx/conf.d/long.conf": { symlink: "../".repeat(1_000_000) },
      },
    },
    acts: [
      {
        gate: "green",
        visible: 0,
        says: [
          "nginx/conf.d/a.conf was not analysed: it is a symbolic link, which is not followed.",
        ],
      },
    ],
  },
  {
    name: "a script replaced by a symbolic link: it held no configuration, so nothing is missing",
    setup: {
      base: { ...nginx.complete, "run.sh": "echo\n" },
      head: { "run.sh": { symlink: "start" }, "new.sh": { symlink: "start" } },
    },
    acts: [{ gate: "green", inputs: { incomplete: "fail" }, hides: ["not analysed"] }],
  },
  {
    name: "a diff of more than 20,000 lines, of which GitHub gives a part: annotated, and it is said",
    setup: {
      base: nginx.complete,
      head: { "a.txt": "a\n".repeat(20_100), ...nginx.broken },
    },
    acts: [{ ...annotated, says: [`GitHub shows no diff of ${path}`] }],
  },
  {
    name: "many pages of threads: all are read",
    setup: broken,
    acts: [
      healthy,
      {
        ...healthy,
        before: ({ pull, github }) => {
          const anchor = { path, line: 1, side: "RIGHT", startLine: undefined } as const;
          for (let count = 0; count < 120; count += 1) {
            pull.addReview(github.world.person, "COMMENT", "", pull.headSha, [
              { ...anchor, startSide: undefined, body: "Nice." },
            ]);
          }
        },
        writes: [],
      },
    ],
  },
  {
    name: "five nginx files in a repository of 5,000: at most 8 requests",
    setup: {
      base: {
        ...nginx.complete,
        ...numbered(5000, (index) => [`src/${index}.ts`, "export {};\n"]),
      },
      head: sites(5),
    },
    acts: [{ gate: "red", visible: 5, requests: 8 }],
  },
  {
    name: "250 changed files, none of them nginx: three pages and one request more",
    setup: {
      base: nginx.complete,
      head: numbered(250, (index) => [`src/${index}.ts`, "export {};\n"]),
    },
    acts: [{ gate: "green", requests: 4 }],
  },
];
