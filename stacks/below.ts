import { join } from "node:path";

/** Files of a folder, by paths that begin with it. */
export function below(
	folder: string,
	files: Record<string, string>,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(files).map(([path, text]) => [join(folder, path), text]),
	);
}
