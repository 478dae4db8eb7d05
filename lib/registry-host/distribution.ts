/** Major version of the registry software: keys, metrics and what `-m` destroys differ. */
export type Distribution = 2 | 3;

/** The major version that an image's tag says; undefined where there is no tag or it is neither 2 nor 3. */
export function distributionOf(image: string): Distribution | undefined {
	const major = /:v?(\d+)\.[^/]*$/.exec(image.replace(/@.*$/, ""))?.[1];
	return major === "2" ? 2 : major === "3" ? 3 : undefined;
}
