/** A request or response head in parts. Header values keep everything between the colon's spaces and the CR LF. */
export interface Head {
  readonly startLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** `text` ends before the blank line. Only CR LF ends a line, so a line feed inside a value stays in it. */
export function parseHead(text: string): Head {
  const [startLine = "", ...lines] = text.split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return colon < 0 ? [line, ""] : [line.slice(0, colon), trimBlanks(line.slice(colon + 1))];
  });
  return { startLine, headers };
}

/** All values of one header, in order. The name is compared without regard to case. */
export function valuesOf(head: Head, name: string): string[] {
  const wanted = name.toLowerCase();
  return head.headers.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value);
}

/** Whether one of the values, read as comma-separated lists, has `token`. */
export function hasToken(values: readonly string[], token: string): boolean {
  return values.some((value) =>
    value.split(",").some((item) => trimBlanks(item).toLowerCase() === token.toLowerCase()),
  );
}

/** The names of headers, in lower case and sorted, whose list of values differs between the two heads. */
export function differingHeaders(before: Head, after: Head, except: readonly string[]): string[] {
  const ignored = new Set(except.map((name) => name.toLowerCase()));
  const names = new Set([...before.headers, ...after.headers].map(([name]) => name.toLowerCase()));
  return [...names]
    .filter((name) => !ignored.has(name))
    .filter((name) => valuesOf(before, name).join("\n") !== valuesOf(after, name).join("\n"))
    .toSorted();
}

function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}
