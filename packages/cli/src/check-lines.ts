/** One thing that was looked at, as `health` and `doctor` show it. */
export interface ShownCheck {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do, if anything. */
  readonly advice: string | null;
}

/** A line for each check, what to do below it, and last how many there were of each kind. */
export function checkLines(checks: readonly ShownCheck[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 8);
  const lines = checks.flatMap(({ status, name, message, advice }) => [
    `${status.padEnd(4)}  ${name.padEnd(width)}  ${message}`,
    ...(advice === null ? [] : [`${indent}${advice}`]),
  ]);
  const count = (status: ShownCheck['status']): number =>
    checks.filter((check) => check.status === status).length;
  const warnings = count('warn');
  const sum = `${count('fail')} failed, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, ${count('ok')} ok`;
  return `${[...lines, sum].join('\n')}\n`;
}
