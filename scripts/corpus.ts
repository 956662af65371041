import { corpusReport } from "../__tests__/sources/corpus.ts";

console.log(corpusReport());
