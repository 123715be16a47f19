import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');

/** Beside the packages it is no part of: what it brings along is neither checked nor shipped. */
export const RIC_FOLDER = path.join(ROOT, 'node_modules/.cache/runtime-suite');
export const RIC = path.join(RIC_FOLDER, 'node_modules/aws-lambda-ric/index.mjs');

/** As it is deployed. */
export const ROUTER_BUNDLE = path.join(ROOT, 'dist/assets/router');
