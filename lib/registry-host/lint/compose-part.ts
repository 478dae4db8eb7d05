import { record } from "../../raw";
import { pathFrom } from "./compose-paths";
import { interpolated, type Variables } from "./compose-variables";
import type { Report } from "./host-rules";
import type { LintFile } from "./lint-file";
import { readAs } from "./not-linted";
import { parseYamlDocuments, textOf, type YamlFile } from "./yaml-file";

/** A document of a compose file, its variables put in. */
export interface ComposePart {
	readonly file: string;
	readonly yaml: YamlFile;
	readonly root: Readonly<Record<string, unknown>>;
}

/** What `configs` says of a name: a file of the host, or a text. */
export interface ComposeConfig {
	readonly path: string;
	/** "" for none. */
	readonly content: string;
	readonly file: string;
	/** How many lines of the file stand before the text. */
	readonly above: number;
}

/** Every document of a file; none, and told, of one that is not YAML. */
export function composeDocuments(
	{ path, text }: LintFile,
	report: Report,
): readonly YamlFile[] {
	return readAs("compose", path, () => parseYamlDocuments(text), report) ?? [];
}

export function composePart(
	file: string,
	yaml: YamlFile,
	variables: Variables,
): ComposePart {
	return { file, yaml, root: record(interpolated(yaml.root, variables)) };
}

/** The configs of a document by their names. */
export function configsOf(
	{ file, yaml, root }: ComposePart,
	folder: string,
): (readonly [string, ComposeConfig])[] {
	return Object.entries(record(root.configs)).map(([name, value]) => {
		const config = record(value);
		const content = textOf(config.content);
		const line = yaml.lineOf("configs", name, "content");
		return [
			name,
			{
				path: pathFrom(folder, textOf(config.file) || name),
				content,
				file,
				// a text of several lines begins below its key
				above: content.includes("\n") ? line : line - 1,
			},
		];
	});
}
