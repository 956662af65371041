import type { Limit } from "../basics/limit.ts";

/** Around each of them manifests are looked for, and in each what Terraform may fill in. */
export const nearFiles: Limit = {
  most: 50,
  says: "Terraform or manifests may be about more than 50 nginx files; those after them are taken as they stand",
};
