/** A port of 127.0.0.1 that is free now, for whoever has to be told before they listen. */
export declare function freePort(): Promise<number>;
