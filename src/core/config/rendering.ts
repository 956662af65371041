import type { Source, Switch } from "../sources/source.ts";
import type { Span } from "../syntax/tree.ts";
import type { Rendering } from "./level.ts";
import type { Document } from "../repository/document.ts";

/** Up to as many choices are tried one by one. */
const MOST_SINGLES = 16;

/** Gives the choice for a condition. */
type Choose = (of: Switch) => number;

/** What is written when conditions are decided like this. */
class Decided implements Rendering {
  readonly #choose: Choose;
  readonly #absent = new Map<Source, readonly Span[]>();

  constructor(choose: Choose) {
    this.#choose = choose;
  }

  has({ source }: Document, offset: number): boolean {
    if (source.switches.length === 0) {
      return true;
    }
    let absent = this.#absent.get(source);
    if (absent === undefined) {
      absent = source.switches.flatMap((each) => {
        const chosen = this.#choose(each);
        return [...each.contents].filter(([choice]) => choice !== chosen).map(([, span]) => span);
      });
      this.#absent.set(source, absent);
    }
    return !absent.some(({ start, end }) => start <= offset && offset < end);
  }
}

/** Every condition holds. */
export function firstRendering(): Rendering {
  return new Decided(() => 0);
}

/**
 * The renderings beside the first: one in which no condition holds, then one for each further choice, taken together with
 * the choices around it. Where there are many choices, a few groups stand for them (a pairwise cover): for any two choices,
 * some group takes one without the other. What all of these renderings say counts as said by every mixture of them.
 */
export function otherRenderings(documents: readonly Document[]): Rendering[] {
  const switches = documents.flatMap(({ source }) => source.switches);
  if (switches.length === 0) {
    return [];
  }
  const singles = new Map<string, Chosen>();
  const keys = new Set(switches.map(({ key }) => key));
  for (const { source } of documents) {
    for (const each of source.switches) {
      const { key, choices, contents } = each;
      for (let choice = 0; choice < choices - 1; choice++) {
        const isFirst = choice === 0 && keys.size === 1;
        const content = contents.get(choice);
        if (!isFirst && content !== undefined && matters(source, content)) {
          const around = source.switches.flatMap((other) => choicesAround(other, content));
          singles.set(`${key} ${choice}`, new Map([...around, [key, choice]]));
        }
      }
    }
  }
  return [
    new Decided(({ choices }) => choices - 1),
    ...groupsOf([...singles.values()]).map(
      (chosen) => new Decided(({ key, choices }) => chosen.get(key) ?? choices - 1),
    ),
  ];
}

type Chosen = ReadonlyMap<string, number>;

function groupsOf(singles: readonly Chosen[]): readonly Chosen[] {
  if (singles.length <= MOST_SINGLES) {
    return singles;
  }
  const join = (chosen: readonly Chosen[]): Chosen => new Map(chosen.flatMap((each) => [...each]));
  const groups: Chosen[] = [];
  for (let bit = 1; bit < singles.length; bit *= 2) {
    groups.push(join(singles.filter((_, index) => (index & bit) !== 0)));
    groups.push(join(singles.filter((_, index) => (index & bit) === 0)));
  }
  return groups;
}

/** Directives on which a request's way depends; what else is written under a condition changes none. */
const relevant =
  /\b(?:(?:proxy|grpc|uwsgi|scgi|fastcgi)_\w+|include|map|upstream|location|server|return|rewrite|set|if|keepalive)\b|\uE000/;

function matters({ masked }: Source, { start, end }: Span): boolean {
  return relevant.test(masked.slice(start, end));
}

function choicesAround({ key, contents }: Switch, inner: Span): [string, number][] {
  return [...contents]
    .filter(
      ([, { start, end }]) => start <= inner.start && inner.end <= end && inner.start !== start,
    )
    .map(([choice]) => [key, choice]);
}
