/** What an expectation names exists: models, tenant, route, boundaries and error codes. */
import type { Config } from '../../../config/schema';
import { BOUNDARIES } from '../../../config/vocabulary';
import { ERRORS } from '../../policy/errors';
import type { Check, CheckFinding } from '../check';
import { LOCAL_TENANT } from '../../tables/key-row';
import { isModelName, routedNames, unknownName } from '../names';

export const expectNames: Check = (config) =>
  config.expect.flatMap((expectation, index) => expectationFindings(config, expectation, index));

function expectationFindings(config: Config, expectation: Config['expect'][number], index: number): CheckFinding[] {
  const findings: CheckFinding[] = [];
  const models = Object.keys(config.models);
  const routes = config.routes.map(({ name }) => name);
  const tenants = [...Object.keys(config.tenants), LOCAL_TENANT];
  const isModel = (name: string): boolean => isModelName(config, name);
  const oneOf = (known: readonly string[]) => (name: string) => known.includes(name);

  const look = (
    key: readonly (string | number)[],
    name: string | undefined,
    isKnown: (name: string) => boolean,
    what: string,
    known: readonly string[],
    also: readonly string[] = [],
  ): void => {
    if (name === undefined || isKnown(name)) return;
    const path = ['expect', index, ...key];
    findings.push(unknownName({ code: 'expect-names', path, name, what, known, also, otherwise: 'name one of them' }));
  };

  const { given, route, first, never, error } = expectation;
  const isAskable = (name: string): boolean => isModel(name) || routedNames.includes(name);
  look(['given', 'model'], given.model, isAskable, 'a model of this config, auto or task:NAME', models, routedNames);
  look(['given', 'tenant'], given.tenant, oneOf(tenants), 'a tenant of this config', tenants);
  look(['route'], route, oneOf(routes), 'a route of this config', routes);
  look(['first'], first, isModel, 'a model of this config', models);
  look(['error'], error, oneOf(Object.keys(ERRORS)), 'an error code', Object.keys(ERRORS));
  const neverWords = [...models, ...BOUNDARIES];
  for (const [at, name] of [never ?? []].flat().entries()) {
    const key = Array.isArray(never) ? ['never', at] : ['never'];
    look(key, name, (word) => isModel(word) || oneOf(BOUNDARIES)(word), 'a model or a boundary', neverWords);
  }
  return findings;
}
