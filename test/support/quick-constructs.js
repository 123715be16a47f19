process.env.CDK_DISABLE_STACK_TRACE = '1';
