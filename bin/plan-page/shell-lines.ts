/** `vllm serve …` as it can be pasted into a shell, an option a line. */
export function shellLines(args: readonly string[]): string[] {
  const lines: string[] = ['vllm'];
  args.forEach((arg, index) => {
    const isOption = arg.startsWith('-');
    const startsLine = isOption || (args[index - 1]?.startsWith('-') !== true && hasOption(args.slice(0, index)));
    if (startsLine) lines.push(`  ${quoted(arg)}`);
    else lines[lines.length - 1] += ` ${quoted(arg)}`;
  });
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line} \\`));
}

const hasOption = (args: readonly string[]): boolean => args.some((arg) => arg.startsWith('-'));

const quoted = (arg: string): string =>
  /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`;
