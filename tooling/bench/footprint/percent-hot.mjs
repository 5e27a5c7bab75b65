/** Of the updates, those that touch no index. */
export function percentHot({ hotShare }) {
  return 100 * hotShare;
}
