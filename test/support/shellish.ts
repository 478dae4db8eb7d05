// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what the shell and the server make of it is what this is about
import fc from "fast-check";

/** Texts of what the server's substitution, YAML and a shell read as their own, with anything between. */
export const shellish = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				...["$", "{", "}", "\\", "/", "${", "$$", "${a[@]}", "\n", "\t"],
				...["x", "'", '"', "#", ": ", "- ", "|", "%", " ", "\\n", "`"],
			),
			fc.string({ unit: "grapheme" }),
		),
	)
	.map((parts) => parts.join(""));
