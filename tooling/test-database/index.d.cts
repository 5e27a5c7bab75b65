export interface TestDatabase {
  readonly url: string;
  /** Drops it, unless a test of the file has failed: then it is kept, and its name printed. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Test files that name the same template share it. Lower-case letters, digits and `_`, at most 20. */
  template?: string;
  /** Fills the template, once in a jest run. It leaves no connection to it open. */
  migrate?: (url: string) => Promise<void>;
}

/** A database of the calling test file's own: a clone of the migrated template. */
export declare function createTestDatabase(options?: TestDatabaseOptions): Promise<TestDatabase>;
