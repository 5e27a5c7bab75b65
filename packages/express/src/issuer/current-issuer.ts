import type { KnownApps } from './apps/directory.js';
import type { Issuer, IssuerSettings } from './options.js';

/** What calls are answered by: one object for as long as the apps are the same, and not one for each call. */
export class CurrentIssuer {
  readonly settings: IssuerSettings;
  #current: { readonly known: KnownApps; readonly issuer: Issuer } | undefined;

  constructor(settings: IssuerSettings) {
    this.settings = settings;
  }

  /** @throws CrossAppError `store_unavailable` while no apps could be loaded. */
  issuer(): Issuer {
    const known = this.settings.directory.known();
    if (this.#current?.known !== known) {
      this.#current = { known, issuer: { ...this.settings, ...known } };
    }
    return this.#current.issuer;
  }
}
