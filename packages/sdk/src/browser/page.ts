/** The parts of a browser's `window` that are used. Whoever compiles this from source may have no DOM types. */
export interface Page {
  readonly location: { readonly origin: string };
  readonly document: {
    createElement(name: 'form'): PageElement & { submit(): void };
    createElement(name: 'input'): PageElement;
    readonly body: PageElement;
  };
  addEventListener(type: 'pageshow', listener: (event: PageShow) => void): void;
  removeEventListener(type: 'pageshow', listener: (event: PageShow) => void): void;
}

/** The parts of an element that are used. */
export interface PageElement {
  setAttribute(name: string, value: string): void;
  append(child: PageElement): void;
  remove(): void;
}

/** `persisted` when the page comes from the back/forward cache, with its scripts as they were. */
export interface PageShow {
  readonly persisted: boolean;
}

/** The page that this runs in, or undefined on a server. */
export function findPage(): Page | undefined {
  const page: unknown = Reflect.get(globalThis, 'window');
  return page as Page | undefined;
}
