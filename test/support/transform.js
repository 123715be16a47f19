/** TypeScript for jest, by the bundler that is here anyway. Types are `tsc`'s job. */
const { createHash } = require('node:crypto');
const { transformSync, version } = require('esbuild');

module.exports = {
  process(source, file) {
    const { code, map } = transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'node22',
      // Jest's modules cannot be loaded by `import()`.
      supported: { 'dynamic-import': false },
      platform: 'node',
      sourcemap: true,
      sourcefile: file,
    });
    return { code, map };
  },
  getCacheKey: (source, file) =>
    createHash('sha256').update(version).update('2').update(file).update(source).digest('hex'),
};
