import type { CrossAppRequest } from '../request.js';
import type { CurrentPerson, SignInSettings } from './options.js';

/** Who is signed in at this app now, or null. */
export async function findCurrentPerson(
  { options, session }: SignInSettings,
  req: CrossAppRequest,
): Promise<CurrentPerson | null> {
  if (options.currentPerson !== undefined) return await options.currentPerson(req);
  const record = session.read(req);
  return record === null ? null : { id: record.userId, ...record.person };
}
