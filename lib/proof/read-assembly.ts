/** Finds the templates of a cloud assembly: those its manifests name, of nested assemblies and of nested stacks. */
import { intrinsicOf } from './assembly';
import { type StackTemplate, type Template, isObject, objectOf } from './template';

/** The text of a file; `null`: there is none. */
export type ReadFile = (file: string) => string | null;

/** The folder is no cloud assembly, or is broken; the message says how. */
export class AssemblyError extends Error {}

/** Of a whole assembly, such as `cdk.out`. */
export function readAssembly(folder: string, read: ReadFile): StackTemplate[] {
  const artifacts = artifactsOf(folder, read);
  const nested = artifacts.flatMap(({ type, properties }) =>
    type === 'cdk:cloud-assembly' && typeof properties['directoryName'] === 'string'
      ? readAssembly(`${folder}/${properties['directoryName']}`, read)
      : [],
  );
  return [...readFolder(folder, read), ...nested];
}

/** Of the stacks that one manifest names, with their nested stacks. */
export const readFolder = (folder: string, read: ReadFile): StackTemplate[] =>
  artifactsOf(folder, read).flatMap(({ id, type, properties, environment }) => {
    if (type !== 'aws:cloudformation:stack' || typeof properties['templateFile'] !== 'string') return [];
    const [account, region] = environment.replace('aws://', '').split('/');
    const file = `${folder}/${properties['templateFile']}`;
    const stack: StackTemplate = {
      id: file,
      file,
      assembly: folder,
      // Left out where it is the artifact's own name.
      stackName: typeof properties['stackName'] === 'string' ? properties['stackName'] : id,
      account: known(account),
      region: known(region),
      parent: null,
      template: templateIn(file, read),
    };
    return withNested(stack, read);
  });

function withNested(stack: StackTemplate, read: ReadFile): StackTemplate[] {
  const sources = assetSources(stack, read);
  const nested = Object.entries(stack.template.Resources ?? {}).flatMap(([logicalId, raw]) => {
    const source = nestedSource(objectOf(raw), sources);
    if (source === null) return [];
    const file = `${stack.assembly}/${source}`;
    const child = { ...stack, id: `${stack.id}/${logicalId}`, file, stackName: null, parent: { stack, logicalId } };
    return withNested({ ...child, template: templateIn(file, read) }, read);
  });
  return [stack, ...nested];
}

/** Nested stacks are assets: their address ends in the key under which the asset manifest has the file. */
function nestedSource(
  resource: Readonly<Record<string, unknown>>,
  sources: ReadonlyMap<string, string>,
): string | null {
  if (resource['Type'] !== 'AWS::CloudFormation::Stack') return null;
  const url = objectOf(resource['Properties'])['TemplateURL'];
  const join = intrinsicOf(url);
  const parts: unknown = join?.name === 'Fn::Join' && Array.isArray(join.argument) ? join.argument[1] : [url];
  const last: unknown = Array.isArray(parts) ? parts.at(-1) : undefined;
  return typeof last === 'string' ? (sources.get(last.slice(last.lastIndexOf('/') + 1)) ?? null) : null;
}

/** Object key in the asset bucket → file in the assembly, of the outermost stack. */
function assetSources(stack: StackTemplate, read: ReadFile): Map<string, string> {
  let root = stack;
  while (root.parent !== null) root = root.parent.stack;
  const text = read(root.file.replace(/\.template\.json$/, '.assets.json'));
  const files = text === null ? {} : objectOf(objectOf(parsed(text, root.file))['files']);
  return new Map(
    Object.values(files).flatMap((file) => {
      const path = objectOf(objectOf(file)['source'])['path'];
      return Object.values(objectOf(objectOf(file)['destinations'])).flatMap((destination) => {
        const key = objectOf(destination)['objectKey'];
        return typeof key === 'string' && typeof path === 'string' ? [[key, path] as const] : [];
      });
    }),
  );
}

interface Artifact {
  readonly id: string;
  readonly type: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly environment: string;
}

function artifactsOf(folder: string, read: ReadFile): Artifact[] {
  const file = `${folder}/manifest.json`;
  const text = read(file);
  if (text === null)
    throw new AssemblyError(`no cloud assembly at ${folder}: expected ${file}; run \`cdk synth\` first`);
  const manifest = parsed(text, file);
  if (!isObject(manifest) || !isObject(manifest['artifacts'] ?? {}))
    throw new AssemblyError(
      `${file} is no manifest: expected a JSON object with \`artifacts\`; run \`cdk synth\` again`,
    );
  return Object.entries(objectOf(manifest['artifacts'])).map(([id, raw]) => {
    const { type, properties, environment } = objectOf(raw);
    return {
      id,
      type,
      properties: objectOf(properties),
      environment: typeof environment === 'string' ? environment : '',
    };
  });
}

function templateIn(file: string, read: ReadFile): Template {
  const text = read(file);
  if (text === null)
    throw new AssemblyError(`the template ${file} is missing: the assembly is broken; run \`cdk synth\` again`);
  const template = parsed(text, file);
  if (!isObject(template)) throw new AssemblyError(`${file} is no template: expected a JSON object`);
  return template;
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AssemblyError(`${file} is not JSON: ${(error as Error).message}`);
  }
}

/** CDK writes `unknown-account` and `unknown-region` for what the deploy decides. */
const known = (name: string | undefined): string | null =>
  name === undefined || name === '' || name.startsWith('unknown-') ? null : name;
