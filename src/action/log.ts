import * as core from "@actions/core";

/** Prints one line to the job log. Text from a repository in it can neither end the line nor be a command. */
export function say(line: string): void {
  core.info(inert(line));
}

/** Prints to the job log where debug logging is on; what is dear to find out comes as a function. */
export function debug(text: string | (() => readonly string[])): void {
  if (core.isDebug()) {
    for (const line of typeof text === "string" ? [text] : text()) {
      core.debug(line);
    }
  }
}

/** `::command::` counts at the start of a line, the older `##[command]` anywhere in it. */
function inert(line: string): string {
  return line
    .replaceAll(/[\r\n]+/g, " ")
    .replace(/^\s*::/, "")
    .replaceAll("##[", "#[");
}
