/** A line such as `::error file=nginx.conf,line=3::message`, with its escapes undone. */
export interface WorkflowCommand {
  /** In lower case. */
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

const names =
  /^(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning)$/iu;

/**
 * The workflow commands that the runner finds in what a step prints: lines that start, after
 * blanks, with `::`, and the older `##[command]` anywhere in a line. A token of `stop-commands`
 * silences them until it comes again.
 */
export function parseCommands(output: string): WorkflowCommand[] {
  const commands: WorkflowCommand[] = [];
  let stopToken: string | undefined;
  for (const line of output.split(/\r\n|\n|\r/u)) {
    if (stopToken !== undefined) {
      if (line.trim() === `::${stopToken}::`) {
        stopToken = undefined;
      }
      continue;
    }
    const found = commandIn(line);
    if (found?.command === "stop-commands") {
      stopToken = found.message;
    } else if (found) {
      commands.push(found);
    }
  }
  return commands;
}

function commandIn(line: string): WorkflowCommand | undefined {
  const current = /^\s*::(.*?)::(.*)$/u.exec(line);
  const [, head = "", message = ""] = current ?? /##\[([^\]]*)\](.*)$/u.exec(line) ?? [];
  const [, name = "", list = ""] = /^(\S+)(?: (.*))?$/u.exec(head) ?? [];
  if (!names.test(name)) {
    return undefined;
  }
  const properties: Record<string, string> = {};
  for (const property of list.split(current ? "," : ";")) {
    const equals = property.indexOf("=");
    if (equals < 0) {
      continue;
    }
    properties[property.slice(0, equals).trim()] = unescaped(property.slice(equals + 1), true);
  }
  return { command: name.toLowerCase(), properties, message: unescaped(message, false) };
}

function unescaped(text: string, isProperty: boolean): string {
  const data = text.replaceAll("%0D", "\r").replaceAll("%0A", "\n");
  const all = isProperty ? data.replaceAll("%3A", ":").replaceAll("%2C", ",") : data;
  return all.replaceAll("%25", "%");
}

/**
 * What a file such as `$GITHUB_OUTPUT` holds: `name=value`, or `name<<END`, lines, `END`.
 * @throws Error for any other line, as the runner fails the step.
 */
export function parseFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/u);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") {
      continue;
    }
    const [, name = "", operator, rest = ""] = /^(.*?)(=|<<)(.*)$/u.exec(line) ?? [];
    if (operator === "=") {
      values[name] = rest;
    } else if (operator === "<<") {
      const end = lines.indexOf(rest, at + 1);
      if (end < 0) {
        throw new Error(`no line "${rest}" ends the value of ${name}`);
      }
      values[name] = lines.slice(at + 1, end).join("\n");
      at = end;
    } else {
      throw new Error(`neither name=value nor name<<END: ${line}`);
    }
  }
  return values;
}
