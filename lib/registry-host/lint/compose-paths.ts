/** Folder of a file, with its slash; "" for one without. */
export function folderOf(file: string): string {
	return file.slice(0, file.lastIndexOf("/") + 1);
}

/** A path as it counts from a folder: absolute, from home or from a variable it stays as it is. */
export function pathFrom(folder: string, path: string): string {
	if (/^[/~$]/.test(path)) return path;
	const parts: string[] = [];
	for (const part of `${folder}${path}`.split("/")) {
		const above = parts.at(-1);
		if (part === "..") {
			if (above === undefined || above === "..") parts.push(part);
			else if (above !== "") parts.pop();
		} else if (part !== "." && (part !== "" || parts.length === 0))
			parts.push(part);
	}
	return parts.join("/");
}
