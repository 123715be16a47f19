import * as path from 'node:path';

export const ROOT = path.resolve(__dirname, '../../..');

/** As it is shipped. */
export const CLI = path.join(ROOT, 'dist/bin/hybrid-llm.js');

/** Beside the packages it is no part of: what it brings along is neither checked nor shipped. */
export const CLIENTS_FOLDER = path.join(ROOT, 'node_modules/.cache/clients-suite');
export const STEADY = path.join(CLIENTS_FOLDER, 'node_modules/@stdy/cli/steady.js');

/** Programs whose packages load only from where they are installed. */
export const CLIENT_PROGRAMS = ['ai-sdk.mjs', 'anthropic-sdk.mjs', 'oracle.mjs'];

/** Data beside the repository: it may be absent. */
const SHARED_DATA = path.resolve(ROOT, '../shared/data');
export const OPENAI_DESCRIPTION = path.join(SHARED_DATA, 'openai-openapi.yaml');
export const RECORDINGS = path.join(SHARED_DATA, 'provider-streams');
