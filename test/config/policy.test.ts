/** What the policy of a config means: routes nobody reaches, targets nobody may use, classes nobody serves. */
import fc from 'fast-check';
import { CLASSES, ENDPOINTS, TASKS } from '../../config/vocabulary';
import { type Finding, formatPath } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';

const HEAD = `name: acme
region: us-east-1
fleets: { q: { model: Qwen/Qwen3-8B } }
providers:
  openai: { secret: acme/openai, agreement: { kind: dpa, ref: OA-1 } }
  gemini: { secret: acme/gemini }
  bedrock: {}
  lab: { baseUrl: 'http://10.0.0.7/v1', protocol: openai }
models:
  fast: { fleet: q }
  lab: { provider: lab, model: qwen3 }
  nova: { provider: bedrock, model: amazon.nova-lite-v1:0 }
  gpt: { provider: openai, model: gpt-5 }
  flash: { provider: gemini, model: gemini-3.5-flash-lite }
`;

/** Routes as the list of a config whose last route serves every class. */
const withRoutes = (routes: readonly string[], rest = ''): readonly Finding[] =>
  parseConfig(
    `${HEAD}routes:\n${[...routes, 'name: default, to: [fast]'].map((route) => `  - { ${route} }\n`).join('')}${rest}`,
  ).findings;

const told = (findings: readonly Finding[], code: string): string[] =>
  findings
    .filter((one) => one.code === code)
    .map(({ severity, path, found }) => `${severity} ${formatPath(path)}: ${found}`);

describe('a route that no request can reach', () => {
  const unreachable = (routes: readonly string[], rest?: string): string[] =>
    told(withRoutes(routes, rest), 'unmatchable-route');

  test('is named with the route that takes all that it would', () => {
    const routes = [
      'name: tasks, when: { task: [coding, agentic] }, to: [fast]',
      'name: code, when: { task: coding, stream: true }, to: [fast]',
    ];
    expect(unreachable(routes)).toEqual([
      'error routes[1]: route code, which no request can reach: tasks takes all that it would',
    ]);
    expect(unreachable(routes.toReversed())).toEqual([]);
  });

  test('is found behind several that only together take everything', () => {
    const both = ['name: on, when: { stream: true }, to: [fast]', 'name: off, when: { stream: false }, to: [fast]'];
    expect(unreachable([...both, 'name: code, when: { task: coding }, to: [fast]'])).toEqual([
      'error routes[2]: route code, which no request can reach: on, off take all that it would',
      'error routes[3]: route default, which no request can reach: on, off take all that it would',
    ]);
  });

  test('is found among ranges of prompt sizes', () => {
    const small = 'name: small, when: { promptTokensUnder: 1000 }, to: [fast]';
    const middle = (over: number): string =>
      `name: middle, when: { promptTokensOver: ${over}, promptTokensUnder: 2000 }, to: [fast]`;
    const large = 'name: large, when: { promptTokensOver: 500 }, to: [fast]';
    expect(unreachable([small, middle(500), large])).toHaveLength(1); // default: all sizes are taken
    expect(unreachable([small, large, middle(500)])[0]).toContain(
      'middle, which no request can reach: small, large take',
    );
    expect(unreachable([small, middle(1998)])).toEqual([]);
    expect(unreachable([small, middle(1999)])[0]).toContain('no prompt has more than 1999 and fewer than 2000 tokens');
  });

  test('is found where its class is below the default', () => {
    const route = 'name: open, when: { sensitivity: public }, to: [fast]';
    expect(unreachable([route])[0]).toContain('it is for public, and requests are at least internal');
    expect(unreachable([route], 'sensitivity: { default: public }')).toEqual([]);
  });

  test("is found where its class is below its tenants' floors", () => {
    const route = 'name: t, when: { sensitivity: internal, tenant: [a, b] }, to: [fast]';
    const tenants = (floor: string): string => `tenants: { a: { floor: restricted }, b: { floor: ${floor} } }`;
    expect(unreachable([route], tenants('restricted'))[0]).toContain(
      'requests of a at least restricted, b at least restricted',
    );
    expect(unreachable([route], tenants('internal'))).toEqual([]);
  });

  test('is not one that some need, endpoint or tenant still leads to', () => {
    expect(
      unreachable([
        'name: tools, when: { needs: tools }, to: [fast]',
        'name: both, when: { needs: [images, schema] }, to: [fast]',
        'name: images, when: { needs: images }, to: [fast]',
        'name: embed, when: { endpoint: embeddings }, to: [fast]',
        'name: local, when: { tenant: local }, to: [fast]',
      ]),
    ).toEqual([]);
    expect(
      unreachable([
        'name: images, when: { needs: images }, to: [fast]',
        'name: both, when: { needs: [images, schema] }, to: [fast]',
      ]),
    ).toHaveLength(1);
  });

  test('is found in a large config without trying every combination', () => {
    const tenants = Array.from({ length: 40 }, (_, index) => `t${index}`);
    const routes = tenants.flatMap((tenant, index) => [
      `name: a${index}, when: { tenant: ${tenant}, task: ${TASKS[index % TASKS.length]}, promptTokensOver: ${index * 10} }, to: [fast]`,
      `name: b${index}, when: { tenant: ${tenant}, endpoint: ${ENDPOINTS[index % 5]}, needs: [tools], stream: true }, to: [fast]`,
    ]);
    const last = 'name: again, when: { tenant: t7, needs: tools, endpoint: responses, stream: true }, to: [fast]';
    const same = unreachable(
      [...routes, last.replace('responses', ENDPOINTS[2])],
      `tenants: { ${tenants.map((t) => `${t}: {}`).join(', ')} }`,
    );
    expect(same).toEqual(['error routes[80]: route again, which no request can reach: a7, b7 take all that it would']);
  });

  test('is one exactly if trying every request finds none for it', () => {
    const condition = fc.record(
      {
        sensitivity: fc.subarray([...CLASSES], { minLength: 1 }),
        task: fc.subarray(['coding', 'agentic'], { minLength: 1 }),
        tenant: fc.subarray(['a', 'b'], { minLength: 1 }),
        needs: fc.subarray(['tools', 'images'], { minLength: 1 }),
        stream: fc.boolean(),
        promptTokensOver: fc.constantFrom(3, 6),
        promptTokensUnder: fc.constantFrom(4, 7),
      },
      { requiredKeys: [] },
    );
    type Condition = NonNullable<Parameters<Parameters<typeof condition.map>[0]>[0]>;
    const every = <T, U>(list: readonly T[], make: (item: T) => U[]): U[] => list.flatMap(make);
    const floors: Record<string, number> = { a: 2, b: 0, other: 0 };
    const requests = every(['a', 'b', 'other'], (tenant) =>
      every(CLASSES.slice(Math.max(1, floors[tenant] ?? 0)), (sensitivity) =>
        every(['coding', 'agentic', 'none'], (task) =>
          every([[], ['tools'], ['images'], ['tools', 'images']], (needs) =>
            every([true, false], (stream) =>
              every([0, 1, 2, 3, 4, 5, 6, 7, 8], (tokens) => [{ tenant, sensitivity, task, needs, stream, tokens }]),
            ),
          ),
        ),
      ),
    );
    const takes = (when: Condition, request: (typeof requests)[number]): boolean =>
      (when.sensitivity?.includes(request.sensitivity) ?? true) &&
      (when.task?.includes(request.task) ?? true) &&
      (when.tenant?.includes(request.tenant) ?? true) &&
      (when.needs?.every((need) => request.needs.includes(need)) ?? true) &&
      (when.stream === undefined || when.stream === request.stream) &&
      (when.promptTokensOver === undefined || request.tokens > when.promptTokensOver) &&
      (when.promptTokensUnder === undefined || request.tokens < when.promptTokensUnder);

    fc.assert(
      fc.property(
        fc.array(
          condition.filter((when) => Object.keys(when).length > 0),
          { maxLength: 6 },
        ),
        (whens) => {
          const reached = new Set(requests.map((request) => whens.findIndex((when) => takes(when, request))));
          const dead = whens.flatMap((_, index) => (reached.has(index) ? [] : [index]));
          if (!reached.has(-1)) dead.push(whens.length);
          const routes = whens.map((when, index) => `name: r${index}, when: ${JSON.stringify(when)}, to: [fast]`);
          const findings = withRoutes(routes, 'tenants: { a: { floor: restricted }, b: {} }');
          const said = findings.filter(({ code }) => code === 'unmatchable-route').map(({ path }) => path[1]);
          expect(said).toEqual(dead);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a target that no class of its route may reach', () => {
  const forbidden = (route: string, rest?: string): Finding[] =>
    withRoutes([route], rest).filter(({ code }) => code === 'forbidden-target');

  test('is an error with both cures', () => {
    const [finding] = forbidden('name: in, when: { sensitivity: internal }, to: [gpt, flash]');
    expect(finding).toMatchObject({
      severity: 'error',
      path: ['routes', 0, 'to', 1],
      found: 'flash, which is external',
    });
    expect(finding?.fix).toBe(
      'state the `agreement` you have with gemini under `providers.gemini`, or set ' +
        '`sensitivity.allow.internal: external`, or remove flash from route in',
    );
  });

  test('names the only cure that there is for restricted requests', () => {
    const route = 'name: r, when: { sensitivity: restricted }, to: [fast, nova, gpt]';
    expect(forbidden(route).map(({ path, fix }) => [path[3], fix])).toEqual([
      [1, 'set `sensitivity.allow.restricted: region`, or remove nova from route r'],
      [2, 'remove gpt from route r'],
    ]);
    expect(forbidden(route, 'sensitivity: { allow: { restricted: region } }').map(({ path }) => path[3])).toEqual([2]);
  });

  test('is none while one class of the route may', () => {
    expect(forbidden('name: r, when: { stream: true }, to: [flash]')).toEqual([]);
    expect(forbidden('name: r, when: { sensitivity: [internal, restricted] }, to: [fast, gpt]')).toEqual([]);
  });

  test('is a warning where only a class below the default may, also as a fallback', () => {
    const findings = parseConfig(
      `${HEAD.replace('fast: { fleet: q }', 'fast: { fleet: q, fallback: [flash] }')}routes: [{ name: default, to: [fast, flash] }]`,
    ).findings;
    expect(told(findings, 'idle-target')).toEqual([
      'warning models.fast.fallback[0]: flash, which is external and never asked: requests are at least internal',
      'warning routes[0].to[1]: flash, which is external and never asked: requests are at least internal',
    ]);
    expect(findings).toHaveLength(2);
  });
});

describe('a class that nothing may serve', () => {
  const config = (providers: string, models: string, rest: string): string =>
    `name: acme\nregion: us-east-1\nproviders: { ${providers} }\nmodels: { ${models} }\n${rest}`;
  const gemini = (rest: string): readonly Finding[] =>
    parseConfig(
      config(
        'gemini: { secret: a/b }',
        'flash: { provider: gemini, model: gemini-2.5-flash }',
        `lanes: [open]\n${rest}`,
      ),
    ).findings;
  const ROUTES = 'routes: [{ name: default, to: [flash] }]';

  test('is an error for the default, with both cures', () => {
    const findings = gemini(ROUTES);
    expect(told(findings, 'class-without-target')).toEqual([
      'error sensitivity.default: no target for internal: not flash (external)',
      'warning sensitivity.allow.restricted: no target for restricted: not flash (external); such requests are refused with boundary_forbidden',
    ]);
    const fix = findings.find(({ path }) => path[1] === 'default')?.fix;
    expect(fix).toContain('`sensitivity.allow.internal: external`');
    expect(fix).toContain('`agreement` you have with gemini');
  });

  test('is a warning where only callers and detectors can raise a request to it', () => {
    const findings = gemini(`${ROUTES}\nsensitivity: { default: public }`);
    expect(findings.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
    expect(told(findings, 'class-without-target')[0]).toContain('no target for internal');
    expect(told(findings, 'class-without-target')[1]).toContain('no target for restricted');
  });

  test("is an error for a tenant's floor", () => {
    const findings = gemini(`${ROUTES}\nsensitivity: { default: public }\ntenants: { t: { floor: internal } }`);
    expect(told(findings, 'class-without-target')).toContain(
      'error tenants.t.floor: no target for internal: not flash (external)',
    );
  });

  test("counts only what a tenant's own list lets through", () => {
    const tenant = (models: string): string[] =>
      told(withRoutes([], `tenants: { t: { floor: restricted, models: [${models}] } }`), 'class-without-target');
    expect(tenant('auto, gpt')).toEqual(['error tenants.t.floor: no target for restricted: not gpt (agreement)']);
    expect(tenant('auto, gpt, fast')).toEqual([]);
    expect(tenant('auto')).toEqual(['error tenants.t.floor: no target for restricted']);
  });

  test('counts only fleets for a tenant that the sealed lane serves', () => {
    const findings = (lanes: string): string[] =>
      told(
        withRoutes([], `lanes: [${lanes}]\ntenants: { t: { floor: restricted, models: [lab] } }`),
        'class-without-target',
      );
    expect(findings('open, sealed')).toEqual(['error tenants.t.floor: no target for restricted: not lab (vpc)']);
    expect(findings('open')).toEqual([]);
  });

  test('is an error in a route that names it', () => {
    const findings = withRoutes(['name: r, when: { sensitivity: [internal, restricted] }, to: [gpt]']);
    expect(told(findings, 'class-without-target')).toEqual([
      'error routes[0].when.sensitivity: no target for restricted: not gpt (agreement)',
    ]);
  });

  test('is an error in a route that the default cannot use', () => {
    expect(told(withRoutes(['name: hard, when: { task: coding }, to: [flash]']), 'class-without-target')).toEqual([
      'error routes[0].to: no target for internal: not flash (external)',
    ]);
  });

  test('counts what the only lane does not lead to', () => {
    const only = withRoutes(['name: hard, when: { task: coding }, to: [gpt]'], 'lanes: [sealed]');
    expect(told(only, 'class-without-target')).toEqual([
      'error routes[0].to: no target for internal: not gpt (which the sealed lane does not reach)',
    ]);
    // No boundary that a setting could widen is in the way.
    expect(only.find(({ code }) => code === 'class-without-target')?.fix).not.toContain('sensitivity.allow');
  });
});

describe('half of what there is', () => {
  const closed = `name: acme
region: us-east-1
fleets: {}
providers: { openai: { secret: a/b, agreement: { kind: dpa, ref: x } } }
models: { gpt: { provider: openai, model: gpt-5 } }
routes: [{ name: default, to: [gpt] }]
`;

  test('closed models without fleets are a valid config that warns of what is refused', () => {
    const { config, findings } = parseConfig(`${closed}lanes: [open]\n`);
    expect(config).not.toBeNull();
    expect(told(findings, 'class-without-target')).toHaveLength(1);
    expect(findings).toHaveLength(1);
  });

  test('the sealed lane without fleets may wait for one beside the open lane, and is an error alone', () => {
    expect(parseConfig(closed).findings.map(({ code }) => code)).not.toContain('lanes');
    expect(parseConfig(`${closed}lanes: [sealed]\n`).findings).toContainEqual(
      expect.objectContaining({ code: 'lanes', severity: 'error' }),
    );
  });

  test('fleets without providers are a valid config', () => {
    const { config, findings } = parseConfig(`name: acme
region: us-east-1
fleets: { q: { model: Qwen/Qwen3-8B } }
providers: {}
models: { fast: { fleet: q } }
routes: [{ name: default, to: [fast] }]
`);
    expect(findings).toEqual([]);
    expect(config).not.toBeNull();
  });

  test('nothing at all is no valid config', () => {
    const { config } = parseConfig('name: a\nregion: us-east-1\nmodels: {}\nroutes: [{ name: default, to: [fast] }]\n');
    expect(config).toBeNull();
  });
});
