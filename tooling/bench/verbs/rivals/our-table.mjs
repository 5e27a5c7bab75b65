/** For the rivals that share our table, with its indexes and its checks. */
export const OUR_TABLE = {
  share: 1,
  tables: ['cross_app_sessions'],
  issued: ['cross_app_sessions'],
  used: ['cross_app_sessions WHERE used_at IS NOT NULL'],
  left: [],
};
