/**
 * Tools whose names a target would refuse (`files.read`, `mcp:search`, longer than it takes) go to it under other names, in
 * offer, choice and history alike, and come back under their own.
 */
import type { HubAnswer, HubChoice, HubEvent, HubPart, HubRequest } from './hub';

export interface ToolRenames {
  readonly request: HubRequest;
  readonly answer: (answer: HubAnswer) => HubAnswer;
  readonly event: (event: HubEvent) => HubEvent;
}

/** `allowed`: what the target takes; letters, digits, `_` and `-` up to 64 must be among it. `null`: nothing is to be renamed. */
export function renameTools(request: HubRequest, allowed: RegExp): ToolRenames | null {
  const names = namesIn(request);
  const odd = names.filter((name) => !allowed.test(name));
  if (odd.length === 0) return null;
  const used = new Set(names.filter((name) => allowed.test(name)));
  const given = new Map<string, string>();
  for (const name of odd) {
    const other = freeName(name, used);
    used.add(other);
    given.set(name, other);
  }
  const own = new Map([...given].map(([name, other]) => [other, name]));
  const back = <P extends HubPart | HubEvent>(one: P): P =>
    one.kind === 'tool_call' ? { ...one, name: own.get(one.name) ?? one.name } : one;
  const choice = <C extends HubChoice>(one: C): C => ({ ...one, parts: one.parts.map(back) });
  return {
    request: withNames(request, given),
    answer: (answer) => ({ ...choice(answer), ...(answer.others && { others: answer.others.map(choice) }) }),
    event: back,
  };
}

function namesIn({ tools, messages }: HubRequest): string[] {
  const called = messages.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'tool_call' ? part.name : [])));
  return [...new Set([...tools.map(({ name }) => name), ...called])];
}

/** Room for what tells two names apart. */
const LONGEST = 60;

function freeName(name: string, used: ReadonlySet<string>): string {
  const plain = name.replace(/[^a-zA-Z0-9_-]/gu, '_').slice(0, LONGEST);
  const base = /^[a-zA-Z_]/.test(plain) ? plain : `_${plain}`;
  let free = base;
  for (let copy = 2; used.has(free); copy += 1) free = `${base}_${copy}`;
  return free;
}

function withNames(request: HubRequest, given: ReadonlyMap<string, string>): HubRequest {
  const other = <T extends { readonly name: string }>(named: T): T => ({
    ...named,
    name: given.get(named.name) ?? named.name,
  });
  return {
    ...request,
    tools: request.tools.map(other),
    toolChoice: typeof request.toolChoice === 'object' ? other(request.toolChoice) : request.toolChoice,
    messages: request.messages.map(({ role, parts }) => ({
      role,
      parts: parts.map((part) => (part.kind === 'tool_call' ? other(part) : part)),
    })),
  };
}
