/** Without the keys that have no value. */
export function present(
	object: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(object).filter(([, each]) => each !== undefined),
	);
}
