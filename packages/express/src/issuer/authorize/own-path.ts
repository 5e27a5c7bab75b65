import { readPath } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';

/** The path of this request, for a link back to it. A host may route `//evil.example/…` here: it would be a link there. */
export function ownPath(req: CrossAppRequest): string {
  return readPath(req).replace(/^[/\\]*/, '/');
}
