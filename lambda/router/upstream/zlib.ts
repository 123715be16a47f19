import type * as Zlib from 'node:zlib';

/** Loaded when something needs it: few upstreams do, and a function that starts cold would wait for it. */
export const zlib = (): typeof Zlib => process.getBuiltinModule('node:zlib');
