/** Milliseconds, the same in every thread. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}
