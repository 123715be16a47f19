// The CDK is loaded outside of the tests, and sees the environment there; commands that tests run get that of the tests.
for (const env of [process.env, process.getBuiltinModule('node:process').env]) {
  // Where each construct and token was made is of use to nobody here, and takes most of the time of a template.
  env.CDK_DISABLE_STACK_TRACE = '1';
  // The CDK's validator looks at the whole example, in a test that turns it on; its start takes more than a second.
  env.CDK_VALIDATION = 'false';
}
