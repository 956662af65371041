import { unfixedInWords } from "../core/index.ts";
import { checkWorkspace } from "./checkout.ts";
import { connect } from "./client.ts";
import type { Doing } from "./doing.ts";
import { readEvent } from "./event.ts";
import { GitHubFault, UserError } from "./faults.ts";
import { GitHub, type RepositoryName } from "./github.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import { debug } from "./log.ts";
import { checkMergeGroup } from "./merge-group.ts";
import type { RunOutcome } from "./outcome.ts";
import { publish, publishFailure } from "./publish.ts";
import { reviewPullRequest } from "./pull-request.ts";
import { writeReports } from "./reports.ts";
import { verdictOf } from "./verdict.ts";

/** Runs the Action: never throws, sets the exit code. */
export async function run(): Promise<void> {
  let now = "starting";
  const doing: Doing = (what) => {
    now = what;
    debug(what);
  };
  try {
    await check(doing);
  } catch (error) {
    if (error instanceof UserError) {
      publishFailure(error.message, error.place);
    } else if (error instanceof GitHubFault) {
      publishFailure(error.message, null);
    } else {
      publishBug(error, now);
    }
  }
}

async function check(doing: Doing): Promise<void> {
  doing("reading the inputs");
  const inputs = readInputs();
  const outcome = await outcomeOf(inputs, doing);
  debug(() => unfixedInWords(outcome.findings));
  doing("writing the reports");
  const folder = process.env["GITHUB_WORKSPACE"] ?? process.cwd();
  const reports = writeReports(outcome, inputs, folder);
  publish({ outcome, verdict: verdictOf(outcome, inputs, reports.faults), reports, inputs });
}

async function outcomeOf(inputs: Inputs, doing: Doing): Promise<RunOutcome> {
  doing("reading the event");
  const event = readEvent();
  switch (event.kind) {
    case "pull-request": {
      const github = await githubOf(event.repository, inputs);
      return reviewPullRequest({ event, inputs, github, doing });
    }
    case "merge-group": {
      const github = await githubOf(event.repository, inputs);
      return checkMergeGroup({ event, inputs, github, doing });
    }
    case "workspace":
      return checkWorkspace({ event, inputs, doing });
  }
}

async function githubOf(repository: RepositoryName, { token }: Inputs): Promise<GitHub> {
  if (token === "") {
    throw new UserError(
      "The input token is empty; leave it out to use the job's own token, or check the secret that it names.",
    );
  }
  return new GitHub(await connect(token), repository);
}

function publishBug(error: unknown, doing: string): void {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  debug(error instanceof Error && error.stack !== undefined ? error.stack : said);
  const line = said.replaceAll(/\s*\n\s*/g, " ");
  publishFailure(
    `This is a bug in nginx-websocket-guard, met while ${doing}: ${line}. Please report it; with debug logging the job log has the stack.`,
    null,
  );
}
