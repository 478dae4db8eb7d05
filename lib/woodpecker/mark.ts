/** The mark of our files, in their first comment: a file without it is never overwritten and never removed. */
export const GENERATED = "generated, edit";
