/** Nobody knows whether it took effect, and trying it again at once would wait as long again. */
export class NoAnswer extends Error {
  override readonly name: 'NoAnswer' = 'NoAnswer' as const;
}

/** @throws NoAnswer that says so, when it takes longer. What it is about goes on. */
export async function inTime<Result>(
  pending: Promise<Result>,
  timeoutMs: number,
  otherwise: string,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswer(`${otherwise} within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([pending, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
