declare module "@vercel/ncc" {
  interface Options {
    readonly cache: false;
    readonly esm: true;
    /** Of the entry; chunks that it imports later are `<number>.<filename>`. */
    readonly filename: string;
    /** The assets that get the licence texts of what is in each chunk, called `[name]`. */
    readonly license: string;
    readonly quiet: true;
  }

  interface Bundle {
    readonly code: string;
    readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>;
  }

  export default function ncc(entry: string, options: Options): Promise<Bundle>;
}
