/** Below the path that the issuer is mounted at. It answers browsers with pages, so it is no call of `ISSUER_PATHS`. */
export const AUTHORIZE_PATH = '/authorize';
