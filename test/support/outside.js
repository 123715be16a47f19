/** A package that is loaded once for all test files of a worker, by Node itself: jest would load it anew for each. */
module.exports = {
  process: () => ({
    code: "module.exports = process.getBuiltinModule('node:module').createRequire(__filename)(__filename);",
  }),
  getCacheKey: () => 'outside',
};
