// Where each construct and token was made is of use to nobody here, and takes most of the time of a template.
process.env.CDK_DISABLE_STACK_TRACE = '1';
// The CDK's validator looks at the whole example, in a test that turns it on; loading it anew in each file takes half a second.
process.env.CDK_VALIDATION = 'false';
